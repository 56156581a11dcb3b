/* benchmark.c - see benchmark.h. */
#include "bench/results/benchmark.h"

#include <stdio.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/results/result.h"
#include "pools/core/pool.h"
#include "workloads/core/units.h"

const char *benchmark_name(const json_t *configuration, char *text, size_t size)
{
    static const struct {
        const char *key;
        const char *usual; /* NULL: a number */
        json_int_t usual_number;
    } parameters[] = {{"producers", NULL, 1}, {"capacity", NULL, POOL_CAPACITY_DEFAULT},
                      {"full", "block", 0},   {"full_timeout_ns", NULL, 1000000},
                      {"results", "none", 0}, {"results_capacity", NULL, 0},
                      {"spin_ns", NULL, 0},   {"pin", "core", 0}};
    snprintf(text, size, "%s/%s/t%lld", result_string(configuration, "pool"), result_string(configuration, "spec"),
             (long long)result_integer(configuration, "workers"));
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
        const json_t *value = json_object_get(configuration, parameters[i].key);
        size_t used = strlen(text);
        if (json_is_string(value) && strcmp(json_string_value(value), parameters[i].usual ? parameters[i].usual : ""))
            snprintf(text + used, size - used, "/%s=%s", parameters[i].key, json_string_value(value));
        else if (json_is_integer(value) && json_integer_value(value) != parameters[i].usual_number)
            snprintf(text + used, size - used, "/%s=%lld", parameters[i].key, (long long)json_integer_value(value));
    }
    return text;
}

static const char *const units[] = {"ns", "share", "number", "bytes", "rate"}; /* of enum workload_unit */

void benchmark_put_judged(json_t *configuration, const struct workload_ops *ops)
{
    for (int i = 0; ops->judged_by && i < ops->figure_count; i++)
        if (!strcmp(ops->figures[i].name, ops->judged_by))
            json_object_set_new(configuration, "judged_by",
                                must_pack("{s:s, s:s}", "figure", ops->judged_by, "unit", units[ops->figures[i].unit]));
}

static void judge_by(struct benchmark_metric *metric, const char *figure, enum workload_unit unit)
{
    snprintf(metric->name, sizeof metric->name, "figures.%s", figure);
    metric->unit = unit;
    metric->more_is_better = false;
}

/* What the result itself says of a workload that is not known here. */
static void judge_by_result(const json_t *configuration, struct benchmark_metric *metric)
{
    const json_t *judged = json_object_get(configuration, "judged_by");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (*result_string(judged, "figure") && !strcmp(result_string(judged, "unit"), units[i]))
            judge_by(metric, result_string(judged, "figure"), (enum workload_unit)i);
}

void benchmark_metric(const json_t *configuration, struct benchmark_metric *metric)
{
    struct workload_spec spec;
    char why[256];
    *metric = (struct benchmark_metric){.name = "jobs_per_s", .unit = WORKLOAD_RATE, .more_is_better = true};
    if (workload_parse(result_string(configuration, "spec"), &spec, why, sizeof why))
        return judge_by_result(configuration, metric);
    for (int i = 0; spec.ops->judged_by && i < spec.ops->figure_count; i++)
        if (!strcmp(spec.ops->figures[i].name, spec.ops->judged_by))
            judge_by(metric, spec.ops->judged_by, spec.ops->figures[i].unit);
}

const char *benchmark_side(const json_t *benchmark, const char *side, char *text, size_t size)
{
    const json_t *value = json_object_get(json_object_get(benchmark, "finding"), side);
    const char *unit = result_string(benchmark, "figure_unit");
    if (!json_is_number(value))
        snprintf(text, size, "-");
    else if (!strcmp(unit, "ns"))
        units_time_text(json_number_value(value), text, size);
    else if (!strcmp(unit, "bytes"))
        units_bytes_text(json_number_value(value), text, size);
    else
        snprintf(text, size, "%.3g", json_number_value(value));
    return text;
}
