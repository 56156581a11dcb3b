/* difference.c - see difference.h. */
#include "bench/statistics/difference.h"

enum difference difference_of(const struct stats_ratio *ratio)
{
    if (!ratio->known)
        return DIFFERENCE_UNKNOWN;
    if (ratio->low >= 1 / (1 + DIFFERENCE_MARGIN) && ratio->high <= 1 + DIFFERENCE_MARGIN)
        return DIFFERENCE_ALIKE;
    return ratio->low > 1 || ratio->high < 1 ? DIFFERENCE_APART : DIFFERENCE_UNDECIDED;
}
