/* hist.h - a histogram of times in ns with a relative error of at most 0.4%.
 *
 * Buckets are 128 to an octave; below 256 ns each ns has its own. A value is
 * reported as the middle of its bucket. Recording is O(1), allocates nothing,
 * and is for one thread at a time; histograms of several threads are merged. What
 * never came is infinitely late: it counts in quantiles, and as `lost`.
 * Source: G. Tene's HdrHistogram. */
#ifndef HIST_H
#define HIST_H

#include <stdint.h>

enum {
    HIST_SUB_BITS = 7,
    HIST_OCTAVES = 40 - HIST_SUB_BITS, /* up to 2^40 ns, 18 minutes; more counts as that */
    HIST_BUCKETS = (HIST_OCTAVES + 1) << HIST_SUB_BITS,
};

struct hist {
    uint64_t count;    /* of times; the lost are not among them */
    uint64_t lost;     /* infinitely late */
    uint64_t min, max; /* exact; 0 when empty */
    double sum;
    uint64_t buckets[HIST_BUCKETS];
};

void hist_record(struct hist *hist, uint64_t ns);
/* The same value so many times. */
void hist_record_many(struct hist *hist, uint64_t ns, uint64_t times);
void hist_merge(struct hist *into, const struct hist *from);

/* The value below or at which a share of `quantile` (0..1) of all lie, the lost among
 * them: the ceil(quantile * (count + lost))-th smallest; INFINITY where that one is
 * lost. NaN when empty. */
double hist_quantile(const struct hist *hist, double quantile);

/* How many are later than ns, the lost among them; to the width of a bucket. */
uint64_t hist_later(const struct hist *hist, double ns);

/* Of those that came. NaN when there is none. */
double hist_mean(const struct hist *hist);

/* How many samples a quantile needs at least: 1/(1-q). With fewer it lies beyond the
 * largest: what hist_quantile says of it is the maximum, by another name. */
double hist_needed(double quantile);

/* hist_quantile, or NaN where they are fewer. */
double hist_held(const struct hist *hist, double quantile);

/* The value that stands for all of a bucket: its middle. */
double hist_bucket_ns(unsigned bucket);

#endif
