/* speedup.c - see speedup.h. The ratio is taken round by round: both sides of it ran
 * in the same process, minutes apart at most. */
#include "bench/findings/speedup.h"

#include <math.h>
#include <string.h>

#include "bench/findings/pairing.h"
#include "bench/results/label.h"
#include "bench/results/result.h"
#include "workloads/core/workload.h"

/* All that is the same on both sides of the ratio. */
const char *const speedup_setting[] = {"pool", "spec", "producers", "capacity", "full", "results", "results_capacity",
                                       "pin",  NULL};

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* The workload, where jobs per second are what it is about; else NULL. */
static const struct workload_ops *workload_of(const json_t *configuration)
{
    for (int i = 0; i < workload_count(); i++)
        if (!strcmp(workload_at(i)->name, result_string(configuration, "workload")))
            return workload_at(i)->judged_by ? NULL : workload_at(i);
    return NULL;
}

/* The same with one worker, or NULL. */
static const json_t *base_of(const json_t *configurations, const json_t *configuration)
{
    json_t *other;
    size_t i;
    json_array_foreach (configurations, i, other)
        if (result_integer(other, "workers") == 1 && label_same(other, configuration, speedup_setting))
            return other;
    return NULL;
}

static json_t *speedup_json(const json_t *configuration, const struct stats_ratio *ratio, double cpus)
{
    json_t *json = json_object();
    for (const char *const *key = speedup_setting; *key; key++)
        json_object_set(json, *key, json_object_get(configuration, *key));
    json_object_set(json, "workers", json_object_get(configuration, "workers"));
    json_object_set_new(json, "speedup", number(ratio->ratio));
    json_object_set_new(json, "low", number(ratio->known ? ratio->low : NAN));
    json_object_set_new(json, "high", number(ratio->known ? ratio->high : NAN));
    json_object_set_new(json, "rounds", json_integer(ratio->pairs));
    json_object_set_new(json, "efficiency", number(ratio->ratio / cpus));
    return json;
}

void speedup_add(json_t *result)
{
    const json_t *configurations = json_object_get(result, "configurations"), *base;
    json_t *speedups = json_array(), *configuration;
    size_t i;
    json_array_foreach (configurations, i, configuration) {
        int workers = (int)result_integer(configuration, "workers");
        double cpus = json_number_value(json_object_get(configuration, "cpus"));
        const struct workload_ops *ops = workload_of(configuration);
        struct stats_ratio ratio;
        if (!ops || workers < 2 || result_is_floor(configuration) || !(base = base_of(configurations, configuration)))
            continue;
        ratio = pairing_ratio("jobs_per_s", configuration, base);
        /* Of jobs that wait, more can be under way than there are CPUs. */
        if (ratio.pairs)
            json_array_append_new(speedups, speedup_json(configuration, &ratio,
                                                         ops->waits       ? NAN
                                                         : workers < cpus ? workers
                                                                          : cpus));
    }
    json_object_set_new(result, "speedups", speedups);
}
