/* hist.c - see hist.h. */
#include "bench/hist.h"

#include <errno.h>
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

/* The middle of a bucket. */
static double value_of(unsigned bucket)
{
    unsigned shift = bucket < 2u << HIST_SUB_BITS ? 0 : (bucket >> HIST_SUB_BITS) - 1;
    uint64_t low = (uint64_t)(bucket - (shift << HIST_SUB_BITS)) << shift;
    return (double)low + (double)((UINT64_C(1) << shift) - 1) / 2;
}

void hist_record(struct hist *hist, uint64_t ns)
{
    if (!hist->count || ns < hist->min)
        hist->min = ns;
    if (ns > hist->max)
        hist->max = ns;
    hist->count++;
    hist->sum += (double)ns;
    hist->buckets[bucket_of(ns)]++;
}

void hist_merge(struct hist *into, const struct hist *from)
{
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
    uint64_t rank = (uint64_t)ceil(quantile * (double)hist->count), seen = 0;
    if (!hist->count)
        return NAN;
    if (rank <= 1)
        return (double)hist->min;
    if (rank >= hist->count)
        return (double)hist->max;
    for (unsigned i = 0; i < HIST_BUCKETS; i++) {
        seen += hist->buckets[i];
        if (seen >= rank) {
            double value = value_of(i);
            return value < (double)hist->min   ? (double)hist->min
                   : value > (double)hist->max ? (double)hist->max
                                               : value;
        }
    }
    return (double)hist->max;
}

double hist_mean(const struct hist *hist)
{
    return hist->count ? hist->sum / (double)hist->count : NAN;
}

json_t *hist_json(const struct hist *hist)
{
    static const struct {
        const char *name;
        double quantile;
    } quantiles[] = {{"p50_ns", 0.5},  {"p90_ns", 0.9},     {"p95_ns", 0.95},
                     {"p99_ns", 0.99}, {"p99.9_ns", 0.999}, {"p99.99_ns", 0.9999}};
    json_t *json = json_object(), *buckets = json_array();
    json_object_set_new(json, "count", json_integer((json_int_t)hist->count));
    if (hist->count) {
        json_object_set_new(json, "min_ns", json_integer((json_int_t)hist->min));
        json_object_set_new(json, "max_ns", json_integer((json_int_t)hist->max));
        json_object_set_new(json, "mean_ns", json_real(hist_mean(hist)));
        for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
            json_object_set_new(json, quantiles[i].name, json_real(hist_quantile(hist, quantiles[i].quantile)));
    }
    for (unsigned i = 0; i < HIST_BUCKETS; i++)
        if (hist->buckets[i])
            json_array_append_new(buckets, json_pack("[f, I]", value_of(i), (json_int_t)hist->buckets[i]));
    json_object_set_new(json, "buckets", buckets);
    return json;
}

int hist_from_json(struct hist *hist, const json_t *json)
{
    static struct hist read; /* large; this runs in one thread only */
    const json_t *buckets = json_object_get(json, "buckets"), *bucket;
    size_t i;
    read = (struct hist){0};
    if (!json_is_array(buckets))
        return -EINVAL;
    json_array_foreach (buckets, i, bucket) {
        double ns = json_number_value(json_array_get(bucket, 0));
        json_int_t count = json_integer_value(json_array_get(bucket, 1));
        if (!(ns >= 0 && ns < (double)(UINT64_C(1) << 62)) || count <= 0)
            return -EINVAL;
        read.buckets[bucket_of((uint64_t)ns)] += (uint64_t)count;
        read.count += (uint64_t)count;
    }
    if (read.count != (uint64_t)json_integer_value(json_object_get(json, "count")))
        return -EINVAL;
    read.min = (uint64_t)json_integer_value(json_object_get(json, "min_ns"));
    read.max = (uint64_t)json_integer_value(json_object_get(json, "max_ns"));
    read.sum = json_number_value(json_object_get(json, "mean_ns")) * (double)read.count;
    hist_merge(hist, &read);
    return 0;
}
