/* hist.c - see hist.h. */
#include "bench/statistics/hist.h"

#include <math.h>

static unsigned bucket_of(uint64_t ns)
{
    unsigned shift;
    if (ns < UINT64_C(2) << HIST_SUB_BITS)
        return (unsigned)ns;
    shift = 63 - (unsigned)__builtin_clzll(ns) - HIST_SUB_BITS;
    if (shift >= HIST_OCTAVES)
        return HIST_BUCKETS - 1;
    return (shift << HIST_SUB_BITS) + (unsigned)(ns >> shift);
}

double hist_bucket_ns(unsigned bucket)
{
    unsigned shift = bucket < 2u << HIST_SUB_BITS ? 0 : (bucket >> HIST_SUB_BITS) - 1;
    uint64_t low = (uint64_t)(bucket - (shift << HIST_SUB_BITS)) << shift;
    return (double)low + (double)((UINT64_C(1) << shift) - 1) / 2;
}

void hist_record_many(struct hist *hist, uint64_t ns, uint64_t times)
{
    if (!times)
        return;
    if (!hist->count || ns < hist->min)
        hist->min = ns;
    if (ns > hist->max)
        hist->max = ns;
    hist->count += times;
    hist->sum += (double)ns * (double)times;
    hist->buckets[bucket_of(ns)] += times;
}

void hist_record(struct hist *hist, uint64_t ns)
{
    hist_record_many(hist, ns, 1);
}

void hist_merge(struct hist *into, const struct hist *from)
{
    into->lost += from->lost;
    if (!from->count)
        return;
    if (!into->count || from->min < into->min)
        into->min = from->min;
    if (from->max > into->max)
        into->max = from->max;
    into->count += from->count;
    into->sum += from->sum;
    for (unsigned i = 0; i < HIST_BUCKETS; i++)
        into->buckets[i] += from->buckets[i];
}

double hist_quantile(const struct hist *hist, double quantile)
{
    uint64_t all = hist->count + hist->lost, rank = (uint64_t)ceil(quantile * (double)all), seen = 0;
    if (!all)
        return NAN;
    if (rank > hist->count || !hist->count)
        return INFINITY;
    if (rank <= 1)
        return (double)hist->min;
    if (rank >= hist->count)
        return (double)hist->max;
    for (unsigned i = 0; i < HIST_BUCKETS; i++) {
        seen += hist->buckets[i];
        if (seen >= rank) {
            double value = hist_bucket_ns(i);
            return value < (double)hist->min   ? (double)hist->min
                   : value > (double)hist->max ? (double)hist->max
                                               : value;
        }
    }
    return (double)hist->max;
}

uint64_t hist_later(const struct hist *hist, double ns)
{
    uint64_t later = hist->lost;
    if ((double)hist->max <= ns)
        return later;
    for (unsigned i = 0; i < HIST_BUCKETS; i++)
        if (hist->buckets[i] && hist_bucket_ns(i) > ns)
            later += hist->buckets[i];
    return later;
}

double hist_mean(const struct hist *hist)
{
    return hist->count ? hist->sum / (double)hist->count : NAN;
}

double hist_needed(double quantile)
{
    static const double hair = 1e-6; /* 1/(1-0.999) is a little more than 1,000 */
    return quantile > 0 && quantile < 1 ? ceil(1 / (1 - quantile) - hair) : 1;
}

double hist_held(const struct hist *hist, double quantile)
{
    return (double)(hist->count + hist->lost) >= hist_needed(quantile) ? hist_quantile(hist, quantile) : NAN;
}
