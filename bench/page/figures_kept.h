/* figures_kept.h - the figures of a document, drawn for a page and kept until their places are known. */
#ifndef PAGE_FIGURES_KEPT_H
#define PAGE_FIGURES_KEPT_H

#include <libxml/tree.h>
#include <stdio.h>

#include "bench/figures/drawing.h"
#include "bench/page/hues.h"

enum { FIGURES_KEPT_MAX = 256 };

struct figure_kept {
    char *script, *name, *title, *dim;
    char *svg; /* NULL: it could not be drawn, and `why` */
    size_t length;
    char *why;
    char *data;  /* NAME.tsv: lines of fields, the first has their names; NULL: there is none */
    bool ranges; /* low and high of the data are the least and the most */
    bool placed;
};

struct figures_kept {
    struct figure_kept all[FIGURES_KEPT_MAX];
    int count;
    const char *prefix; /* of ids: a word, or "" */
    struct hues *hues;
    char folder[64]; /* of the data, while they are drawn */
};

/* A taker that keeps what it gets in `kept`, which is zero but for its prefix and hues. */
struct drawing_taker figures_kept_taker(struct figures_kept *kept);

/* Makes a folder for the data, of a name that nobody else has; removes it with all that is in it.
 * Returns 0, or -errno and says why on `log`. */
int figures_kept_open(struct figures_kept *kept, FILE *log);
void figures_kept_close(struct figures_kept *kept);

void figures_kept_free(struct figures_kept *kept);

/* What stands beside a figure. */
struct figure_words {
    const char *finding; /* what is to be seen; "" where nobody can say */
    const char *command; /* repeats what was measured; NULL: none */
};

/* Adds a figure to `parent`, with its numbers. */
void figures_kept_place(struct figures_kept *kept, struct figure_kept *figure, xmlNode *parent,
                        const struct figure_words *words);

/* The id of a figure by its name, whether it is there or not. Returns text. */
const char *figures_kept_id(const struct figures_kept *kept, const char *name, char *text, size_t size);

#endif
