/* verdicts.h - what was found of each benchmark, in words, for the writers of pages: Markdown
 * for a pull request, JUnit for a CI server.
 *
 * It is an object:
 *   "of"     "duet", "compare" or "run"
 *   "line"   the verdict, one line
 *   "facts"  what it is of: an object of texts, in the order to be shown
 *   "date", "host" of the machine, "seconds" that it took; those that are known
 *   "rows"   an array: for each benchmark an object of texts, those empty that there is nothing of:
 *            "name", "pool", "state" (below), "verdict", "note", "base", "new", "change", "interval",
 *            "figure" (and its unit), "better" ("lower", "higher"), "rounds", "noise"
 *
 * Its makers are duet_show, comparison_show and run_verdicts; texts may hold anything. */
#ifndef VERDICTS_H
#define VERDICTS_H

#include <jansson.h>
#include <stdbool.h>

/* In the order in which they are shown. */
enum verdicts_state {
    VERDICTS_REGRESSION, /* no pass: what makes the exit status 1 */
    VERDICTS_FAILS,      /* no pass either, with an exit status of its own: it failed, and maybe it always did */
    VERDICTS_WORSE,      /* and within the threshold */
    VERDICTS_UNDECIDED,
    VERDICTS_BETTER,
    VERDICTS_SAME, /* or, of a run, good */
    VERDICTS_STATES
};

/* A new one without rows, of a result's document. Owner: the caller (json_decref). */
json_t *verdicts_new(const char *of, const json_t *document);

/* Adds a row with name, pool, state and verdict; the rest is the caller's to set. Borrowed. */
json_t *verdicts_row(json_t *verdicts, const char *name, const char *pool, enum verdicts_state state,
                     const char *verdict);

/* Text of a row or of the whole; "-", which is nothing in a table, is nothing here. */
void verdicts_set(json_t *object, const char *key, const char *text);

/* A row's state, and how many have that one. */
enum verdicts_state verdicts_state(const json_t *row);
int verdicts_count(const json_t *verdicts, enum verdicts_state state);

extern const char *const verdicts_state_names[VERDICTS_STATES];

#endif
