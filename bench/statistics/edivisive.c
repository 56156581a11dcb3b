/* edivisive.c - see edivisive.h. */
#include "bench/statistics/edivisive.h"

#include <math.h>

/* Sum of |x - value| over x in values[from..to). */
static double distances(const double *values, int from, int to, double value)
{
    double sum = 0;
    for (int i = from; i < to; i++)
        sum += fabs(values[i] - value);
    return sum;
}

/* The mean distance of two different values out of k of which all distances sum up to `sum`. */
static double within(double sum, int k)
{
    return k > 1 ? 2 * sum / ((double)k * (k - 1)) : 0;
}

int edivisive_split(const double *values, int n, int least, double *q)
{
    double between = 0, left = 0, right = 0; /* sums of distances across the split, and on its sides */
    int best = 0;
    *q = 0;
    for (int i = 0; i < n; i++)
        right += distances(values, i + 1, n, values[i]);
    for (int m = 1; m < n; m++) { /* values[m - 1] goes over to the left */
        double to_left = distances(values, 0, m - 1, values[m - 1]), to_right = distances(values, m, n, values[m - 1]),
               k = n - m, now;
        between += to_right - to_left;
        left += to_left;
        right -= to_right;
        if (m < least || n - m < least)
            continue;
        now = m * k / n * (2 * between / (m * k) - within(left, m) - within(right, n - m));
        if (now > *q * (1 + 1e-12) + 1e-12) {
            *q = now;
            best = m;
        }
    }
    return best;
}
