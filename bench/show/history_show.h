/* history_show.h - the history for people, and as JSON. */
#ifndef HISTORY_SHOW_H
#define HISTORY_SHOW_H

#include <stdio.h>

#include "bench/history/store.h"

/* The list of runs. Owner: the caller (history_runs_end). */
struct history_runs *history_runs_begin(void);
void history_runs_end(struct history_runs *runs);
store_run_fn history_runs_add; /* context: the list */

/* A line each, the oldest first. */
void history_runs_table(struct history_runs *runs, FILE *out);
void history_runs_json(struct history_runs *runs, FILE *out);

/* "2026-11-24 21:37" of an ISO date; the first letters of a revision. Return text. */
const char *history_show_date(const char *iso, char *text, size_t size);
const char *history_show_revision(const char *revision, char *text, size_t size);

#endif
