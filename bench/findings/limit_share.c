/* limit_share.c - see limit_share.h. */
#include "bench/findings/limit_share.h"

#include <math.h>

#include "bench/json/must.h"
#include "bench/results/result.h"
#include "bench/statistics/stats.h"

enum { ROUNDS_MAX = 10000 };

/* A limit of one round; NaN: it is not known. */
static double limit_in(const json_t *result, int number, const char *key)
{
    json_t *round;
    size_t i;
    json_array_foreach (json_object_get(result, "rounds"), i, round)
        if (result_integer(round, "round") == number && json_is_number(json_object_get(round, key)))
            return json_number_value(json_object_get(round, key));
    return NAN;
}

static json_t *share_of(const json_t *result, const json_t *configuration)
{
    static const double most_jobs = 0.5;
    static double values[ROUNDS_MAX];
    static int rounds[ROUNDS_MAX];
    double wakes, low, high;
    bool wake = result_metric(configuration, "wakes_per_job", &wakes, &low, &high) && wakes > most_jobs;
    int given = result_values(configuration, "overhead_ns_per_job", values, rounds, ROUNDS_MAX), count = 0;
    struct stats_median median;
    for (int i = 0; i < given; i++) {
        double limit = limit_in(result, rounds[i], wake ? "wake_ns" : "line_ns");
        if (limit > 0)
            values[count++] = values[i] / limit;
    }
    if (!count || result_is_floor(configuration))
        return json_null();
    median = stats_median(values, count);
    return must_pack("{s:s, s:f, s:f, s:f, s:f, s:i}", "limit", wake ? "wake" : "line", "median", median.median, "low",
                     median.low, "high", median.high, "coverage", median.coverage, "count", median.count);
}

void limit_share_add(json_t *result)
{
    json_t *configuration;
    size_t i;
    json_array_foreach (json_object_get(result, "configurations"), i, configuration)
        json_object_set_new(json_object_get(configuration, "summary"), "of_limit", share_of(result, configuration));
}
