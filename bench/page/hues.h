/* hues.h - the colours of drawings on light and on dark paper. */
#ifndef PAGE_HUES_H
#define PAGE_HUES_H

#include <stdbool.h>
#include <stddef.h>

enum { HUES_MAX = 128 };

/* The colours of a page. Zero: none. */
struct hues {
    unsigned all[HUES_MAX]; /* 0xRRGGBB */
    int count;
};

/* What the value of fill, stroke or color becomes: "var(--ink)", "var(--h0072b2)", of text
 * "var(--t0072b2)"; "none" and what is no colour stay. Returns out. */
const char *hues_variable(struct hues *hues, const char *value, bool text, char *out, size_t size);

/* The style sheet that defines them: marks stand out from the paper by 3:1, text by 4.5:1 (WCAG
 * 2.1, 1.4.11 and 1.4.3), by as little more or less light as that takes. Owner: the caller (free). */
char *hues_css(const struct hues *hues);

/* The contrast of two colours, 1 to 21 (WCAG). */
double hues_contrast(unsigned a, unsigned b);

#endif
