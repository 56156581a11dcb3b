/* picture.h - a figure that gnuplot drew, as part of the page.
 *
 * Elements and attributes that a drawing needs stay, all others go (scripts, styles, what
 * lies elsewhere); ids get a prefix of the figure's own; lines keep the points that can be
 * seen; empty margins go. Colours become the page's variables (hues.h), so that a drawing
 * follows light and dark. */
#ifndef PAGE_PICTURE_H
#define PAGE_PICTURE_H

#include <libxml/tree.h>
#include <stddef.h>

#include "bench/page/hues.h"

/* What a screen reader says of it. */
struct picture_words {
    const char *id; /* of the figure: a word */
    const char *title, *finding;
};

/* Adds `picture` with the drawing to `parent`. Returns 0, or -EINVAL where the text is no SVG,
 * and adds nothing. */
int picture_add(xmlNode *parent, const char *svg, size_t length, const struct picture_words *words, struct hues *hues);

#endif
