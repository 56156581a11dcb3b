/* comparison_metric.c - see comparison_metric.h. */
#include "bench/findings/comparison_metric.h"

#include <stdio.h>

#include "bench/findings/judged.h"
#include "bench/results/benchmark.h"
#include "bench/results/result.h"

bool comparison_metric_delivered(const json_t *configuration)
{
    const json_t *trial = json_array_get(json_object_get(configuration, "trials"), 0);
    return json_object_get(trial, "delivered_per_s") != NULL;
}

void comparison_metric(struct comparison_row *row, const json_t *configuration, char *metric, size_t size)
{
    struct benchmark_metric judged = {.name = "delivered_per_s", .unit = WORKLOAD_RATE, .more_is_better = true};
    if (!judged_may_lose(configuration) || !comparison_metric_delivered(configuration))
        benchmark_metric(configuration, &judged);
    snprintf(metric, size, "%s", judged.name);
    row->is_rate = judged.more_is_better;
    row->unit = judged.unit;
}
