/* metg.c - see metg.h. */
#include "bench/statistics/metg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/statistics/stats.h"

static int by_size(const void *left, const void *right)
{
    const struct metg_point *a = left, *b = right;
    return (a->size_ns > b->size_ns) - (a->size_ns < b->size_ns);
}

double metg_at(struct metg_point *points, int count)
{
    static const double half = 0.5;
    qsort(points, (size_t)count, sizeof *points, by_size);
    if (!count)
        return NAN;
    if (points[0].efficiency >= half)
        return 0;
    for (int i = 1; i < count; i++) {
        double a = points[i - 1].efficiency, b = points[i].efficiency;
        if (a < half && b >= half)
            return points[i - 1].size_ns * pow(points[i].size_ns / points[i - 1].size_ns, (half - a) / (b - a));
    }
    return INFINITY;
}

struct metg metg_over(const double *rounds, int count)
{
    struct metg found = {.ns = NAN, .low = NAN, .high = NAN, .rounds = count};
    struct stats_median median;
    int below = 0;
    if (!count)
        return found;
    median = stats_median(rounds, count);
    for (int i = 0; i < count; i++)
        below += rounds[i] == 0;
    /* Of an even number the two in the middle are averaged: with 0, which only means
     * "less", there is no average. */
    found.ns = 2 * below >= count ? 0 : median.median;
    found.low = median.low;
    found.high = median.high;
    found.known = count >= STATS_ENOUGH && median.coverage >= 0.95;
    return found;
}

bool metg_size(const struct workload_spec *spec, double *size_ns)
{
    if (!spec->ops || strcmp(spec->ops->name, "cpu") ||
        (strstr(spec->text, "dist=") && !strstr(spec->text, "dist=fixed")))
        return false;
    *size_ns = spec->ops->work_ns(spec);
    return true;
}
