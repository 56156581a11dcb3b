/* duet_show.h - a finished duet as a table, and in words. */
#ifndef DUET_SHOW_H
#define DUET_SHOW_H

#include <jansson.h>
#include <stdio.h>

/* Prints a row for each benchmark and the summary; of a self-test what this machine sees.
 * `saved`: the file, or NULL; `history`: a line on the history, or "". */
void duet_show(const json_t *result, const char *saved, const char *history, FILE *out);

/* The same for a page (show/verdicts.h). Owner: the caller. */
json_t *duet_show_verdicts(const json_t *result);

#endif
