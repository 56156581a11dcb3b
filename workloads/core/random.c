/* random.c - see random.h. */
#include "workloads/core/random.h"

#include <math.h>
#include <stddef.h>

const char *const random_distributions[] = {"fixed", "exp", "pareto", NULL};

static const double shape = 1.5, most = 1000;

/* Where the bounded Pareto begins, so that its mean is one: E = low * 3 *
 * (1 - r^0.5) / (1 - r^1.5) with r = low / most; found by iteration. */
static double pareto_low(void)
{
    static double low;
    if (low == 0) {
        double guess = 1.0 / 3;
        for (int i = 0; i < 50; i++) {
            double r = guess / most;
            guess = (1 - pow(r, shape)) / (3 * (1 - sqrt(r)));
        }
        low = guess;
    }
    return low;
}

double random_draw(enum random_distribution distribution, uint64_t random)
{
    double u = ((double)(random >> 11) + 1) / 9007199254740993.0; /* in (0, 1] */
    switch (distribution) {
    case RANDOM_EXPONENTIAL:
        return -log(u);
    case RANDOM_PARETO: {
        double low = pareto_low();
        return low / pow(1 - (1 - u) * (1 - pow(low / most, shape)), 1 / shape);
    }
    default:
        return 1;
    }
}
