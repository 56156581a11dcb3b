/* times.c - see times.h. */
#include "workloads/core/times.h"

#include <math.h>
#include <stdlib.h>

static int by_time(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

void times_sort(int64_t *times, int64_t count)
{
    qsort(times, (size_t)count, sizeof *times, by_time);
}

double times_quantile(const int64_t *sorted, int64_t count, double q)
{
    return (double)sorted[(int64_t)ceil(q * (double)count) - 1];
}
