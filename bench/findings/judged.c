/* judged.c - see judged.h. */
#include "bench/findings/judged.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/results/benchmark.h"
#include "bench/results/result.h"
#include "bench/statistics/stats.h"

enum { ROUNDS_MAX = 10000 };

bool judged_may_lose(const json_t *configuration)
{
    static const char *const losing[] = {"reject", "timeout", "drop-oldest"};
    for (size_t i = 0; i < sizeof losing / sizeof *losing; i++)
        if (!strcmp(result_string(configuration, "full"), losing[i]))
            return true;
    return !strcmp(result_string(configuration, "results"), "drop");
}

/* Adds a trial's jobs, or those of its windows. */
static void add_lost(const json_t *trial, double *lost, double *submitted)
{
    json_t *slice;
    size_t i;
    bool windows = false;
    json_array_foreach (json_object_get(trial, "slices"), i, slice) {
        const json_t *window = json_object_get(slice, "window");
        *lost += json_number_value(json_object_get(window, "lost"));
        *submitted += json_number_value(json_object_get(window, "offered"));
        windows = windows || window;
    }
    if (windows)
        return;
    *lost += (double)(result_integer(trial, "refused") + result_integer(trial, "dropped"));
    *submitted += (double)(result_integer(trial, "refused") + result_integer(trial, "accepted"));
}

double judged_lost_share(const json_t *configuration)
{
    double lost = 0, submitted = 0;
    json_t *trial;
    size_t i;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial)
        if (!strcmp(result_string(trial, "verdict"), "ok"))
            add_lost(trial, &lost, &submitted);
    return submitted > 0 ? lost / submitted : NAN;
}

bool judged_metric(const json_t *configuration, char *metric, size_t size)
{
    struct benchmark_metric judged;
    if (judged_may_lose(configuration)) {
        snprintf(metric, size, "delivered_per_s");
        return false;
    }
    benchmark_metric(configuration, &judged);
    snprintf(metric, size, "%s", judged.name);
    return !judged.more_is_better;
}

double judged_width(const json_t *configuration, int *rounds)
{
    static double values[ROUNDS_MAX];
    struct stats_median median;
    char metric[96];
    judged_metric(configuration, metric, sizeof metric);
    *rounds = result_values(configuration, metric, values, NULL, ROUNDS_MAX);
    if (*rounds < STATS_ENOUGH)
        return NAN;
    median = stats_median(values, *rounds);
    if (median.low == median.high)
        return 0; /* nothing, each time: that is known */
    return median.median > 0 ? fmax(median.high - median.median, median.median - median.low) / median.median : NAN;
}

double judged_widest(const json_t *result, int *which, int *rounds)
{
    double widest = -1;
    json_t *configuration;
    size_t i;
    *which = -1;
    *rounds = 0;
    json_array_foreach (json_object_get(result, "configurations"), i, configuration) {
        double width;
        int count;
        if (result_is_floor(configuration) || *result_string(configuration, "unsupported"))
            continue;
        width = judged_width(configuration, &count);
        if (isnan(widest) || (!isnan(width) && width <= widest))
            continue;
        widest = width;
        *which = (int)i;
        *rounds = count;
    }
    return *which < 0 ? NAN : widest;
}
