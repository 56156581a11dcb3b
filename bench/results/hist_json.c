/* hist_json.c - see hist_json.h. */
#include "bench/results/hist_json.h"

#include <errno.h>
#include <math.h>

#include "bench/json/must.h"

/* What is infinitely late, or not to be had of so few, has no number in JSON. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
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
    json_object_set_new(json, "lost", json_integer((json_int_t)hist->lost));
    if (hist->count) {
        json_object_set_new(json, "min_ns", json_integer((json_int_t)hist->min));
        json_object_set_new(json, "max_ns", json_integer((json_int_t)hist->max));
        json_object_set_new(json, "mean_ns", json_real(hist_mean(hist)));
        for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
            json_object_set_new(json, quantiles[i].name, number(hist_held(hist, quantiles[i].quantile)));
    }
    for (unsigned i = 0; i < HIST_BUCKETS; i++)
        if (hist->buckets[i])
            json_array_append_new(buckets, must_pack("[f, I]", hist_bucket_ns(i), (json_int_t)hist->buckets[i]));
    json_object_set_new(json, "buckets", buckets);
    return json;
}

int hist_json_read(struct hist *hist, const json_t *json)
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
        hist_record_many(&read, (uint64_t)ns, (uint64_t)count);
    }
    if (read.count != (uint64_t)json_integer_value(json_object_get(json, "count")))
        return -EINVAL;
    if (json_integer_value(json_object_get(json, "lost")) < 0)
        return -EINVAL;
    read.lost = (uint64_t)json_integer_value(json_object_get(json, "lost")); /* of older files: none */
    read.min = (uint64_t)json_integer_value(json_object_get(json, "min_ns"));
    read.max = (uint64_t)json_integer_value(json_object_get(json, "max_ns"));
    read.sum = json_number_value(json_object_get(json, "mean_ns")) * (double)read.count;
    hist_merge(hist, &read);
    return 0;
}
