/* placement.c - see placement.h. */
#include "bench/findings/placement.h"

#include <string.h>

#include "bench/findings/pairing.h"
#include "bench/results/label.h"
#include "bench/results/result.h"
#include "workloads/core/workload.h"

/* All that is the same on both sides of the ratio. */
static const char *const setting[] = {"pool", "spec",    "workers",          "producers", "capacity",
                                      "full", "results", "results_capacity", NULL};

/* Whether jobs per second are what the workload is about. */
static bool is_about_speed(const json_t *configuration)
{
    for (int i = 0; i < workload_count(); i++)
        if (!strcmp(workload_at(i)->name, result_string(configuration, "workload")))
            return !workload_at(i)->judged_by;
    return false;
}

/* The first configuration that differs in its placement only: itself, maybe. */
static const json_t *first_like(const json_t *configurations, const json_t *configuration)
{
    json_t *other;
    size_t i;
    json_array_foreach (configurations, i, other)
        if (label_same(other, configuration, setting))
            return other;
    return configuration;
}

void placement_add(json_t *result)
{
    const json_t *configurations = json_object_get(result, "configurations");
    json_t *placements = json_array(), *configuration;
    size_t i;
    json_array_foreach (configurations, i, configuration) {
        const json_t *first = first_like(configurations, configuration);
        struct stats_ratio ratio;
        json_t *json;
        if (first == configuration || !is_about_speed(configuration))
            continue;
        ratio = pairing_ratio("jobs_per_s", configuration, first);
        if (!ratio.pairs)
            continue;
        json = json_object();
        for (const char *const *key = setting; *key; key++)
            json_object_set(json, *key, json_object_get(configuration, *key));
        json_object_set(json, "pin", json_object_get(configuration, "pin"));
        json_object_set(json, "over", json_object_get(first, "pin"));
        json_object_set_new(json, "ratio", json_real(ratio.ratio));
        json_object_set_new(json, "low", ratio.known ? json_real(ratio.low) : json_null());
        json_object_set_new(json, "high", ratio.known ? json_real(ratio.high) : json_null());
        json_object_set_new(json, "rounds", json_integer(ratio.pairs));
        json_array_append_new(placements, json);
    }
    json_object_set_new(result, "placements", placements);
}
