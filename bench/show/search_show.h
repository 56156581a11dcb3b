/* search_show.h - the highest rates that were found, as a table for people. */
#ifndef SEARCH_SHOW_H
#define SEARCH_SHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Prints a table for each workload: by workers, the highest rate first. Reads
 * a summarised document with searches. Colour only when `colour`. */
void search_show(const json_t *result, FILE *out, bool colour);

/* How many searches came to that (result_search_verdict). */
int search_show_count(const json_t *result, const char *verdict);

/* Why the rate that a search kept is not higher, in a few words. */
void search_show_note(const json_t *result, const json_t *search, char *text, size_t size);

#endif
