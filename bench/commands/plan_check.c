/* plan_check.c - see plan_check.h. */
#include "bench/commands/plan_check.h"

#include <string.h>

#include "bench/commands/plan_fleet.h"
#include "bench/commands/plan_trace.h"
#include "bench/statistics/rates.h"
#include "workloads/core/trace_part.h"
#include "workloads/core/why.h"

#define PLAN_BUDGET_LEAST_NS INT64_C(5000000000)

static bool is_recorded(const struct options *options)
{
    return options->workload_count == 1 && trace_is(&options->workloads[0]);
}

static int check_what(const struct options *options, struct why why)
{
    if (options->rate && options->max)
        return why_wrong(why, "plan: --rate and --max: one or the other (--max looks for the rate)");
    if (options->max && is_recorded(options))
        return why_wrong(why, "plan: --max looks for a rate, and a recording has its own (without --max)");
    if (!options->rate && !options->max && !is_recorded(options))
        return why_wrong(why,
                         "plan: for which load? --rate R, as in --rate 20k (jobs per second), --max, or --trace FILE");
    if (!options->slo.count)
        return why_wrong(why, "plan: what is promised? --slo, as in --slo p99=5ms or --slo p99=5ms,loss=0.1%%");
    for (int i = 0; i < options->slo.count; i++)
        if (!options->slo.items[i].kind->is_loss)
            return 0;
    return why_wrong(why, "plan: --slo %s: no time is promised (as in p99=5ms,%s)", options->slo_text,
                     options->slo_text);
}

/* Any jobs but those that are about something else than being served. */
static int check_workload(const struct options *options, struct why why)
{
    enum { DIGITS = 48 }; /* of a rate, and of how long it is counted */
    const struct workload_spec *spec = &options->workloads[0];
    if (options->workload_count != 1)
        return why_wrong(why, "plan: %s (as in -w io:op=socket,cpu=20us)",
                         options->workload_count ? "one workload at a time, no range" : "whose jobs? -w WORKLOAD");
    if (is_recorded(options))
        return plan_trace_check(options, why);
    if (rates_has(spec->ops))
        return why_wrong(why, "plan: -w %.60s: has a rate of its own; name the jobs themselves, -w %.60s, and --rate",
                         spec->text, workload_rest(spec));
    if (spec->ops->consume || spec->ops->judged_by)
        return why_wrong(why, "plan: -w %.60s: no jobs that come at a rate (cpu, io, empty and memory have such)",
                         spec->text);
    if (strlen(spec->text) + DIGITS >= sizeof spec->text)
        return why_wrong(why, "plan: workload \"%.40s...\" is too long", spec->text);
    return 0;
}

static int check_once(const struct options *options, struct why why)
{
    const char *several = options->capacity_count > 1   ? "--capacity"
                          : options->producer_count > 1 ? "--producers"
                          : options->pin_count > 1      ? "--pin"
                                                        : NULL;
    if (options->pool_count > 1)
        return why_wrong(why,
                         "plan: one -p at a time: a budget decides between the sizes of one pool (which pool holds the "
                         "higher rate says: sweep --slo %s -p %s,%s -w %s%s)",
                         options->slo_text, options->pools[0]->name, options->pools[1]->name,
                         is_recorded(options) ? "" : "burst:of=", options->workloads[0].text);
    if (several)
        return why_wrong(why, "plan: one %s at a time (several runs for several)", several);
    if (options->compare_format == OPTIONS_JUNIT)
        return why_wrong(why, "plan: --format junit: takes table, markdown or json");
    if (options->budget_ns && options->budget_ns < PLAN_BUDGET_LEAST_NS)
        return why_wrong(why, "plan: --budget: too short to measure a size and the next (5s at least; default: 2min)");
    return 0;
}

static void sort_workers(struct options *options)
{
    for (int i = 1; i < options->worker_count; i++) {
        int moved = options->workers[i], at = i;
        for (; at > 0 && options->workers[at - 1] > moved; at--)
            options->workers[at] = options->workers[at - 1];
        options->workers[at] = moved;
    }
}

int plan_check(struct options *options, char *text, size_t size)
{
    struct why why = {text, size};
    int error;
    if (options->from)
        return plan_fleet_check(options, text, size);
    if (options->machines)
        return why_wrong(why, "plan: --machines is of --from RESULT.json (what is measured here is one machine)");
    if (options->quota > 0 && (options->max || is_recorded(options)))
        return why_wrong(
            why, "plan: --quota goes with --rate (of --max and of a recording nobody knows what throttling does)");
    error = check_what(options, why);
    if (!error)
        error = check_workload(options, why);
    if (!error)
        error = check_once(options, why);
    if (error)
        return error;
    sort_workers(options);
    if (!options->pool_count)
        options->pools[options->pool_count++] = pool_find("ring");
    if (!options->pools[0])
        return why_wrong(why, "plan: -p POOL: which one? (poolbench list pools)");
    if (!(options->pools[0]->can & POOL_CAN_RUN_APART))
        return why_wrong(why, "plan: -p %s: has no workers to count (choose another)", options->pools[0]->name);
    return 0;
}
