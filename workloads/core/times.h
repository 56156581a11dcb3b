/* times.h - many times, sorted, and their quantiles. Pure functions. */
#ifndef TIMES_H
#define TIMES_H

#include <stdint.h>

/* Upwards. */
void times_sort(int64_t *times, int64_t count);

/* The ceil(q n)-th smallest of `count` > 0 sorted ones; 0 < q <= 1. */
double times_quantile(const int64_t *sorted, int64_t count, double q);

#endif
