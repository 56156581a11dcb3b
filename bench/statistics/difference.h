/* difference.h - what the interval of a ratio says: alike, apart, or nothing.
 *
 * "No difference shown" is not "equal": an interval that holds 1 and much else says
 * only that there were too few rounds. Alike is what lies within DIFFERENCE_MARGIN of 1
 * as a whole (equivalence by the interval; Schuirmann's two one-sided tests). */
#ifndef DIFFERENCE_H
#define DIFFERENCE_H

#include "bench/statistics/stats.h"

#define DIFFERENCE_MARGIN 0.03

enum difference {
    DIFFERENCE_UNKNOWN,   /* too few rounds for an interval */
    DIFFERENCE_ALIKE,     /* the interval lies within the margin, on either side of 1 or on both */
    DIFFERENCE_APART,     /* it does not, and does not hold 1 */
    DIFFERENCE_UNDECIDED, /* it does not, and holds 1 */
};

/* Pure. */
enum difference difference_of(const struct stats_ratio *ratio);

#endif
