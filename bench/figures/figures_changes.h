/* figures_changes.h - a forest plot of changes: a line for each benchmark, the estimate with
 * its interval, what is worse first. Of a comparison and of a duet alike. */
#ifndef FIGURES_CHANGES_H
#define FIGURES_CHANGES_H

#include <stdbool.h>
#include <stdio.h>

#include "bench/figures/drawing.h"

enum { FIGURES_CHANGES_PAGE = 48 }; /* lines of a figure; more go on in further ones */

/* In the order in which they are drawn. */
enum figures_change_kind {
    FIGURES_CHANGE_NONE, /* failed, missing: nothing to draw but its verdict */
    FIGURES_CHANGE_WORSE,
    FIGURES_CHANGE_UNDECIDED,
    FIGURES_CHANGE_SAME,
    FIGURES_CHANGE_BETTER,
};

struct figures_change {
    char name[256];
    double change, low, high; /* shares, > -1; NaN: there is none */
    enum figures_change_kind kind;
    bool regression;   /* no pass */
    char verdict[128]; /* in words */
    char values[96];   /* both sides: "14.1 ns, now 15.3 ns"; "" where one is not known */
};

struct figures_changes {
    struct figures_change *all; /* [count]; put in order */
    int count;
    bool less_is_better; /* a change above 0 is worse */
    int missing;         /* further ones that are in the base only: too many to be drawn */
    int worse_costs;     /* regressions that are none of these, but in what a job costs beside its time */
    double threshold;    /* of a regression, as a share */
    const char *what;    /* "change of speed" */
    const char *bars;    /* what the bars are: "95% intervals, which hold all together" */
};

/* Draws changes.svg and .png, and changes-2 ... where they are many, with changes.tsv of all,
 * into the folder that is open. Returns 0 or -errno, and says what failed. */
int figures_changes(const struct drawing *drawing, struct figures_changes *changes);

#endif
