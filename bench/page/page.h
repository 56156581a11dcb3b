/* page.h - a page of results, whole: one HTML file that needs nothing else.
 *
 * What is in it: sentences that the data decides, then each figure with its question, its numbers,
 * the command that repeats it and what it does not tell; how it was measured; the numbers as files.
 * Of several documents what is different between them comes first. templates/ says how it looks.
 *
 * Threads: one. Ends the program when out of memory. */
#ifndef PAGE_H
#define PAGE_H

#include <stdio.h>

#include "bench/page/documents.h"

enum { PAGE_DOCUMENTS_MAX = 16 };

/* Makes a page. Figures need gnuplot; without it their numbers stand there, and the page says so. Returns 0 and its
 * text of *length bytes, which the caller owns (free). Says on `log` why not: -EINVAL: a history is damaged or empty;
 * -EIO: a file in a temporary folder, or a database, could not be read or written, or the templates are wrong. */
int page_make(const struct document *documents, int count, FILE *log, char **text, size_t *length);

#endif
