/* plan.c - see plan.h. */
#include "bench/measure/plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/measure/plugin.h"
#include "bench/measure/sides.h"
#include "bench/results/benchmark.h"
#include "bench/results/policy.h"
#include "bench/statistics/rates.h"
#include "bench/statistics/stats.h"
#include "pools/core/topology.h"

enum {
    SLICE_NS = 8000000,       /* short slices decide most in a given time */
    SLICE_LONG_NS = 20000000, /* of long jobs */
    LONG_JOB_NS = 10000,      /* of a worker's time, from which on a job is long */
    LONG_JOBS_MIN = 50,
    FEW_JOBS = 4,             /* for each worker, however small the budget */
    SLICE_JOBS_MAX = 1 << 24, /* what is kept for each job has to fit into memory */
    SLICES_MAX = 4096,        /* of one configuration in one round */
};

int plan_workers(const struct plan_entry *entry)
{
    return entry->pool->can & POOL_CAN_RUN_APART ? entry->workers : entry->producers;
}

const char *plan_name(const struct plan_entry *entry, char *text, size_t size)
{
    int used = snprintf(text, size, "%s/%s/t%d", entry->pool->name, entry->workload.text, entry->workers);
    if (strcmp(entry->pin, "core") && used > 0 && (size_t)used < size)
        used += snprintf(text + used, size - (size_t)used, "/%s", entry->pin);
    if (entry->results != POOL_RESULTS_NONE && used > 0 && (size_t)used < size)
        snprintf(text + used, size - (size_t)used, "/%s-%zu", policy_results_name(entry->results),
                 entry->results_capacity);
    return text;
}

struct workload_setting plan_setting(const struct plan_entry *entry)
{
    int workers = plan_workers(entry);
    double cpus = topology_cpus_of(entry->pin);
    return (struct workload_setting){.workers = workers,
                                     .cpus = workers < cpus ? workers : cpus,
                                     .producers = entry->producers,
                                     .capacity = entry->capacity,
                                     .results = entry->results,
                                     .results_capacity = entry->results_capacity};
}

int64_t plan_slice_jobs(const struct plan *plan, const struct plan_entry *entry, double ns_per_job)
{
    bool is_long = ns_per_job * plan_workers(entry) >= LONG_JOB_NS;
    int64_t least = is_long ? LONG_JOBS_MIN : 5 * (int64_t)entry->capacity, jobs, few;
    double ns = ns_per_job > 1 ? ns_per_job : 1;
    double longest = (double)plan->budget_ns / 2 / (plan->rounds < STATS_ENOUGH ? plan->rounds : STATS_ENOUGH);
    struct workload_setting setting = plan_setting(entry);
    if (entry->workload.ops->jobs)
        return entry->workload.ops->jobs(&entry->workload, &setting);
    jobs = (int64_t)((is_long ? SLICE_LONG_NS : SLICE_NS) / ns);
    if (jobs < least)
        jobs = least;
    if ((double)jobs * ns > longest)
        jobs = (int64_t)(longest / ns);
    few = FEW_JOBS * (int64_t)plan_workers(entry);
    return jobs < few ? few : jobs > SLICE_JOBS_MAX ? SLICE_JOBS_MAX : jobs;
}

int plan_slices(const struct plan *plan, const struct plan_entry *entry, double slice_ns)
{
    const struct workload_ops *ops = entry->workload.ops;
    double share = (double)plan->budget_ns / plan->rounds, pairs;
    if (rates_has(ops)) /* the last job ends later than the plan */
        return (int)fmin(SLICES_MAX, fmax(1, floor(share / fmax(slice_ns, rates_job_ns(&entry->workload)))));
    if (ops->jobs)
        share -= slice_ns; /* the warm-up was a whole slice */
    pairs = share / (2 * (slice_ns + plan_around_ns(slice_ns)));
    return 2 * (int)fmin(SLICES_MAX / 2, fmax(1, floor(pairs)));
}

double plan_around_ns(double slice_ns)
{
    static const double share = 0.25, least = 500000;
    return share * slice_ns + least;
}

void plan_stretch(struct plan *plan)
{
    static const double share = 0.8;      /* the rest is for opening, checking, and a late end */
    static const double duet_share = 0.1; /* two passes of both sides */
    double whole = plan->rounds > 0 ? share * (double)plan->budget_ns / plan->rounds : 0;
    if (plan->duet.base)
        whole = duet_share * plan->duet.share_ns;
    for (int i = 0; i < plan->count && whole > 0; i++)
        rates_stretch(&plan->entries[i].workload, whole);
}

const char *plan_unsupported(const struct plan_entry *entry)
{
    static const double too_much = 0.9;
    if (entry->full != POOL_BLOCK && entry->pool->declares & POOL_UNBOUNDED)
        return "its queue has no bound: it is never full";
    if (entry->full == POOL_DROP_OLDEST && !(entry->pool->can & POOL_CAN_DROP))
        return "it cannot drop the oldest job";
    if (entry->workload.ops->needs & ~entry->pool->can)
        return entry->workload.ops->why;
    if (entry->floor && rates_load(&entry->workload, plan_workers(entry)) > too_much)
        return "left out: a floor that cannot keep this rate";
    return NULL;
}

static json_t *declares_json(unsigned declares)
{
    static const char *const names[] = {"unbounded",  "close-cancels", "zero-is-auto", "caller-may-run",
                                        "wait-helps", "open-awaits",   "no-close",     "no-counts",
                                        "no-discard", "threads-stay",  "pins-itself",  "must-enter",
                                        "no-wait",    "jobs-return",   "zero-stops"};
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (declares & 1u << i)
            json_array_append_new(list, must_text(names[i]));
    return list;
}

json_t *plan_entry_json(const struct plan_entry *entry)
{
    return must_pack("{s:s, s:s?, s:o, s:s, s:s, s:i, s:i, s:I, s:s, s:I, s:s, s:I, s:I, s:s, s:s}", "pool",
                     entry->pool->name, "pool_version", entry->pool->version, "pool_declares",
                     declares_json(entry->pool->declares), "workload", entry->workload.ops->name, "spec",
                     entry->workload.text, "workers", entry->workers, "producers", entry->producers, "capacity",
                     (json_int_t)entry->capacity, "full", policy_full_name(entry->full), "full_timeout_ns",
                     (json_int_t)entry->full_timeout_ns, "results", policy_results_name(entry->results),
                     "results_capacity", (json_int_t)entry->results_capacity, "spin_ns", (json_int_t)entry->spin_ns,
                     "pin", entry->pin, "role", entry->floor ? "floor" : "asked");
}

json_t *plan_configuration(const struct plan_entry *entry)
{
    const char *unsupported = plan_unsupported(entry);
    json_t *configuration = plan_entry_json(entry);
    json_object_set_new(configuration, "cpus", json_real(topology_cpus_of(entry->pin)));
    json_object_set_new(configuration, "unit", must_text(entry->workload.ops->unit));
    if (workload_is_added(entry->workload.ops)) /* who reads the result does not know it */
        benchmark_put_judged(configuration, entry->workload.ops);
    json_object_set_new(configuration, "unsupported", unsupported ? must_text(unsupported) : json_null());
    return configuration;
}

static json_t *duet_json(const struct plan_duet *duet)
{
    return must_pack("{s:s, s:s, s:b, s:f, s:f, s:i, s:s}", "base", duet->base, "new", duet->new, "again",
                     (int)duet->again, "slowed", duet->slowed, "share_ns", duet->share_ns, "round", duet->round, "slo",
                     duet->slo_text ? duet->slo_text : "");
}

json_t *plan_json(const struct plan *plan)
{
    json_t *entries = json_array();
    for (int i = 0; i < plan->count; i++) {
        json_t *entry = plan_entry_json(&plan->entries[i]);
        if (plan->entries[i].record)
            json_object_set_new(entry, "record", must_text(plan->entries[i].record));
        json_array_append_new(entries, entry);
    }
    if (plan->duet.base)
        return must_pack("{s:o, s:i, s:I, s:I, s:o, s:o}", "entries", entries, "rounds", plan->rounds, "budget_ns",
                         (json_int_t)plan->budget_ns, "seed", (json_int_t)plan->seed, "plugins", plugin_files(), "duet",
                         duet_json(&plan->duet));
    return must_pack("{s:o, s:i, s:I, s:I, s:o}", "entries", entries, "rounds", plan->rounds, "budget_ns",
                     (json_int_t)plan->budget_ns, "seed", (json_int_t)plan->seed, "plugins", plugin_files());
}

/* Loads both sides. The texts stay. */
static int duet_from_json(struct plan_duet *duet, const json_t *json)
{
    const char *base, *new, *slo;
    int again;
    char why[1024];
    if (json_unpack((json_t *)(uintptr_t)json, "{s:s, s:s, s:b, s:f, s:f, s:i, s:s}", "base", &base, "new", &new,
                    "again", &again, "slowed", &duet->slowed, "share_ns", &duet->share_ns, "round", &duet->round, "slo",
                    &slo) ||
        (*slo && slo_parse(slo, &duet->slo, why, sizeof why)))
        return -EINVAL;
    duet->base = strdup(base);
    duet->new = strdup(new);
    duet->again = again;
    if (!duet->base || !duet->new)
        return -ENOMEM;
    return sides_load(duet->base, duet->new, duet->round, (struct why){why, sizeof why});
}

static int entry_from_json(struct plan_entry *entry, json_t *json, bool apart)
{
    const char *pool, *spec, *full, *results, *pin, *role;
    json_int_t capacity, results_capacity, timeout, spin;
    char why[256];
    if (json_unpack(json, "{s:s, s:s, s:i, s:i, s:I, s:s, s:I, s:s, s:I, s:I, s:s, s:s}", "pool", &pool, "spec", &spec,
                    "workers", &entry->workers, "producers", &entry->producers, "capacity", &capacity, "full", &full,
                    "full_timeout_ns", &timeout, "results", &results, "results_capacity", &results_capacity, "spin_ns",
                    &spin, "pin", &pin, "role", &role))
        return -EINVAL;
    entry->pool = apart ? sides_find(SIDE_BASE, pool) : pool_find(pool);
    entry->apart = apart;
    entry->capacity = (size_t)capacity;
    entry->results_capacity = (size_t)results_capacity;
    entry->full_timeout_ns = timeout;
    entry->spin_ns = spin;
    entry->floor = !strcmp(role, "floor");
    if (json_is_string(json_object_get(json, "record")))
        entry->record = strdup(json_string_value(json_object_get(json, "record")));
    snprintf(entry->pin, sizeof entry->pin, "%s", pin);
    for (int i = POOL_BLOCK; i <= POOL_DROP_OLDEST; i++)
        if (!strcmp(full, policy_full_name((enum pool_full)i)))
            entry->full = (enum pool_full)i;
    for (int i = POOL_RESULTS_NONE; i <= POOL_RESULTS_DROP; i++)
        if (!strcmp(results, policy_results_name((enum pool_results)i)))
            entry->results = (enum pool_results)i;
    return entry->pool ? workload_parse(spec, &entry->workload, why, sizeof why) : -EINVAL;
}

int plan_from_json(struct plan *plan, const json_t *json)
{
    json_t *entries, *entry;
    json_int_t budget, seed;
    size_t i;
    *plan = (struct plan){0};
    if (json_unpack((json_t *)(uintptr_t)json, "{s:o, s:i, s:I, s:I}", "entries", &entries, "rounds", &plan->rounds,
                    "budget_ns", &budget, "seed", &seed) ||
        plugin_load_files(json_object_get(json, "plugins")) ||
        (json_object_get(json, "duet") && duet_from_json(&plan->duet, json_object_get(json, "duet"))))
        return -EINVAL;
    plan->budget_ns = budget;
    plan->seed = (uint64_t)seed;
    plan->count = (int)json_array_size(entries);
    plan->entries = calloc((size_t)plan->count + 1, sizeof *plan->entries);
    if (!plan->entries)
        return -ENOMEM;
    json_array_foreach (entries, i, entry)
        if (entry_from_json(&plan->entries[i], entry, plan->duet.base != NULL))
            return -EINVAL;
    plan_stretch(plan);
    return 0;
}
