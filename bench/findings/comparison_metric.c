/* comparison_metric.c - see comparison_metric.h. */
#include "bench/findings/comparison_metric.h"

#include <stdio.h>
#include <string.h>

#include "bench/findings/judged.h"
#include "bench/results/result.h"
#include "workloads/core/workload.h"

bool comparison_metric_delivered(const json_t *configuration)
{
    const json_t *trial = json_array_get(json_object_get(configuration, "trials"), 0);
    return json_object_get(trial, "delivered_per_s") != NULL;
}

void comparison_metric(struct comparison_row *row, const json_t *configuration, char *metric, size_t size)
{
    struct workload_spec spec;
    char why[256];
    bool delivered = judged_may_lose(configuration) && comparison_metric_delivered(configuration);
    snprintf(metric, size, delivered ? "delivered_per_s" : "jobs_per_s");
    row->is_rate = true;
    if (delivered)
        return;
    if (workload_parse(result_string(configuration, "spec"), &spec, why, sizeof why) || !spec.ops->judged_by)
        return;
    snprintf(metric, size, "figures.%s", spec.ops->judged_by);
    row->is_rate = false;
    for (int i = 0; i < spec.ops->figure_count; i++)
        if (!strcmp(spec.ops->figures[i].name, spec.ops->judged_by))
            row->unit = spec.ops->figures[i].unit;
}
