/* hues.h - the colours of drawings.
 *
 * There is one set, for light paper. On dark paper style.css turns a whole drawing (lightness
 * turned round, hues kept), so that what is written on an area can be read on both. */
#ifndef PAGE_HUES_H
#define PAGE_HUES_H

#include <stddef.h>

enum { HUES_MAX = 128 };

/* The colours of a page. Zero: none. */
struct hues {
    unsigned all[HUES_MAX]; /* 0xRRGGBB */
    int count;
};

/* What a colour is for. */
enum hues_use {
    HUES_MARK, /* a line, a marker: 3:1 on the paper (WCAG 2.2, 1.4.11) */
    HUES_TEXT, /* 4.5:1 (1.4.3) */
    HUES_AREA, /* what is filled: part of a scale, or under a text; stays as it is */
};

/* What the value of fill, stroke or color becomes: "var(--ink)", "var(--h0072b2)", of text
 * "var(--t0072b2)", of an area "#0072b2"; "none" stays, what is no colour is "currentColor".
 * Returns out. */
const char *hues_variable(struct hues *hues, const char *value, enum hues_use use, char *out, size_t size);

/* The style sheet that defines them: each stands out from the paper as far as its use wants, by as
 * little less light as that takes. Owner: the caller (free). */
char *hues_css(const struct hues *hues);

/* The contrast of two colours, 1 to 21 (WCAG). */
double hues_contrast(unsigned a, unsigned b);

#endif
