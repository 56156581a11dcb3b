/* estimate.c - see estimate.h. */
#include "bench/measure/estimate.h"

#include <math.h>

#include "bench/measure/job_cost.h"
#include "bench/statistics/rates.h"

/* Whether a slice has its own number of jobs, and goes at its own pace: workers do not make it shorter. */
static bool has_own_pace(const struct workload_ops *ops)
{
    return ops->jobs && ops->waits;
}

/* From one job to the next, in ns. */
static double each_ns(const struct plan_entry *entry)
{
    const struct workload_ops *ops = entry->workload.ops;
    struct workload_setting setting = plan_setting(entry);
    double each = workload_job_ns(&entry->workload);
    if (!has_own_pace(ops))
        each /= ops->waits ? setting.workers : setting.cpus;
    return rates_has(ops) ? each : each + job_cost_ns(entry->pool);
}

/* How much longer than its arrivals an open loop lasts, where what does not fit waits. */
static double overload(const struct plan_entry *entry)
{
    struct workload_setting setting = plan_setting(entry);
    double load = rates_load(&entry->workload, plan_workers(entry));
    if (!rates_waits(&entry->workload))
        load *= setting.workers / setting.cpus;
    return entry->full == POOL_BLOCK && load > 1 ? load : 1;
}

double estimate_slice_ns(const struct plan *plan, const struct plan_entry *entry)
{
    double each = each_ns(entry), slice = each * (double)plan_slice_jobs(plan, entry, each);
    return rates_has(entry->workload.ops) ? slice * overload(entry) + rates_job_ns(&entry->workload) : slice;
}

/* As child.c warms up: an open loop not at all, a fixed number of jobs by a slice or two; else for some
 * milliseconds, of which one long job is more. */
static double warm_ns(const struct plan_entry *entry, double slice_ns)
{
    static const double enough = 2e6, usual = 8e6;
    double job = workload_job_ns(&entry->workload);
    if (rates_has(entry->workload.ops))
        return 0;
    if (entry->workload.ops->jobs)
        return slice_ns >= enough ? slice_ns : 2 * slice_ns;
    return fmax(usual, job >= usual ? job : 2 * job);
}

static double entry_ns(const struct plan *plan, const struct plan_entry *entry)
{
    static const double most_around = 5e6;
    double share = (double)plan->budget_ns / plan->rounds, slice = estimate_slice_ns(plan, entry);
    double warm = warm_ns(entry, slice), around = fmin(most_around, plan_around_ns(slice));
    if (!(slice > 0)) /* as many jobs as fill it */
        return share + warm;
    return warm + around + plan_slices(plan, entry, slice) * (slice + around);
}

double estimate_round_s(const struct plan *plan)
{
    static const double process_s = 0.04;
    double sum_ns = 0;
    if (plan->duet.base)
        return plan->duet.share_ns / 1e9 * plan->count + process_s;
    for (int i = 0; i < plan->count; i++)
        sum_ns += entry_ns(plan, &plan->entries[i]);
    return sum_ns / 1e9 + process_s;
}

bool estimate_is_least(const struct plan *plan)
{
    static const double untimed_ns = 1000;
    double share = (double)plan->budget_ns / plan->rounds;
    for (int i = 0; i < plan->count && !plan->duet.base; i++) {
        const struct plan_entry *entry = &plan->entries[i];
        const struct workload_ops *ops = entry->workload.ops;
        if (!ops->jobs || rates_has(ops) || !(pool_is_added(entry->pool) || workload_is_added(ops)))
            continue;
        if (untimed_ns * (double)plan_slice_jobs(plan, entry, 0) > share)
            return true;
    }
    return false;
}
