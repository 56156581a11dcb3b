/* crossing.h - at which rate a latency crosses its limit, from measurements around.
 *
 * Near saturation a queue's latencies grow as 1 / (capacity - rate), so that their
 * inverse falls along a line: that is fitted by least squares, weighted by what each
 * measurement is worth. Pure functions. */
#ifndef CROSSING_H
#define CROSSING_H

struct crossing_point {
    double rate, value; /* the latency measured there, > 0 */
    double weight;      /* independent samples behind it */
};

/* The rate at which the fitted line has the limit; NaN where fewer than two rates were
 * measured, or latencies do not rise with the rate. */
double crossing_rate(const struct crossing_point *points, int count, double limit);

#endif
