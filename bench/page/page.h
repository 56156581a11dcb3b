/* page.h - a page of results, whole: one HTML file that needs nothing else.
 *
 * What is in it: sentences that the data decides, then each figure with its question, its numbers,
 * the command that repeats it and what it does not tell; how it was measured; the numbers as files.
 * templates/ says how it looks.
 *
 * Threads: one. Ends the program when out of memory. */
#ifndef PAGE_H
#define PAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum { PAGE_DOCUMENTS_MAX = 16 };

struct page_document {
    const char *path;       /* for people */
    const json_t *document; /* as read_any checks it */
};

/* Makes a page. Figures need gnuplot; without it their numbers stand there, and the page says so. Returns its
 * text, which the caller owns (free), of *length bytes; NULL, and says why on `log`, where a file in a temporary folder
 * could not be written or the templates are wrong. */
char *page_make(const struct page_document *documents, int count, FILE *log, size_t *length);

/* Whether a file begins as our pages do; others are nobody's to overwrite. */
bool page_is_ours(const char *path);

#endif
