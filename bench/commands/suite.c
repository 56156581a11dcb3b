/* suite.c - see suite.h. To change what `make bench` measures, change `suite`. */
#include "bench/commands/suite.h"

#include <stdlib.h>
#include <string.h>

#include "pools/core/topology.h"

/* A workload with the dimensions that it is measured over. */
struct row {
    const char *workload;
    int workers[6];            /* zero ends the list; none: 1, 2, and as many as CPUs */
    bool more;                 /* jobs that wait: workers doubled until the CPUs are the limit */
    int64_t capacities[4];     /* of results, where there are some; none: as the queue */
    const char *pool;          /* NULL: all */
    enum pool_results results; /* NONE: all three policies, where there are results */
};

/* About five minutes with the default budget. */
static const struct row suite[] = {
    {.workload = "empty"},
    {.workload = "cpu:size=100ns"},
    {.workload = "cpu:size=1us"},
    {.workload = "cpu:size=10us"},
    {.workload = "cpu:size=100us"},
    /* One tree of forks at a time: what forking costs, and how it is shared. */
    {.workload = "tree:fib"},
    {.workload = "tree:queens"},
    /* Open loop, at a fifth to a half of what two workers can do. */
    {.workload = "burst:rate=100k,of=cpu:size=5us,dist=exp", .workers = {2}},
    {.workload = "wakeup", .workers = {2}},
    {.workload = "memory", .workers = {2}},
    {.workload = "depth:jobs=10k", .workers = {2}},
    /* I/O: more workers than CPUs, until the CPUs are the limit again. */
    {.workload = "io:op=sleep,wait=200us,cpu=20us", .more = true},
    {.workload = "io:op=socket", .workers = {2}},
    {.workload = "io:op=pipe", .workers = {2}},
    {.workload = "io:op=file", .workers = {2}},
    /* A consumer at half the workers' speed; one that keeps up, but stops for a while. */
    {.workload = "slow-consumer:take=200us", .workers = {2}},
    {.workload = "slow-consumer:take=80us,pause=10ms", .workers = {2}},
    {.workload = "cancel:jobs=look", .workers = {2}},
    {.workload = "cancel:jobs=sleep", .workers = {2}},
    {.workload = "cancel:jobs=poll", .workers = {2}},
    {.workload = "cancel:jobs=never", .workers = {2}},
    /* The map: how much buffer for what ratio of speeds. */
    {"slow-consumer:dist=exp,take=50us", {2}, false, {1, 4, 16}, "mutex", POOL_RESULTS_BLOCK},
    {"slow-consumer:dist=exp,take=80us", {2}, false, {1, 4, 16}, "mutex", POOL_RESULTS_BLOCK},
    {"slow-consumer:dist=exp,take=120us", {2}, false, {1, 4, 16}, "mutex", POOL_RESULTS_BLOCK},
    {"slow-consumer:dist=exp,take=200us", {2}, false, {1, 4, 16}, "mutex", POOL_RESULTS_BLOCK},
};
enum { SUITE = sizeof suite / sizeof *suite };

/* One workload, with everything in it decided. */
struct dimensions {
    struct workload_spec workload;
    const struct pool_ops *only; /* NULL: the options' pools */
    int workers[OPTIONS_WORKERS_MAX];
    int worker_count;
    enum pool_results results[OPTIONS_RESULTS_MAX];
    int results_count;
    int64_t capacities[OPTIONS_CAPACITIES_MAX];
    int capacity_count;
};

struct list {
    struct plan_entry *entries;
    int count, room;
};

static int list_add(struct list *list, const struct plan_entry *entry)
{
    if (list->count == list->room) {
        int room = list->room ? 2 * list->room : 64;
        struct plan_entry *grown = realloc(list->entries, (size_t)room * sizeof *grown);
        if (!grown)
            return -ENOMEM;
        list->entries = grown;
        list->room = room;
    }
    list->entries[list->count++] = *entry;
    return 0;
}

/* An entry of the plan, or of what is skipped. */
static int add(struct list *entries, struct list *skipped, const struct plan_entry *entry)
{
    return list_add(plan_unsupported(entry) ? skipped : entries, entry);
}

static void dimensions_workers(const struct options *options, struct dimensions *dimensions)
{
    for (int i = 0; i < options->worker_count; i++)
        dimensions->workers[dimensions->worker_count++] = options->workers[i];
    if (dimensions->worker_count)
        return;
    dimensions->workers[dimensions->worker_count++] = 1;
    if (topology_cpus_worth() > 1)
        dimensions->workers[dimensions->worker_count++] = 2;
    if (!options->workload_count && topology_cpus_worth() > 2)
        dimensions->workers[dimensions->worker_count++] = topology_cpus_worth();
}

/* 1, 2, 4, ... until the CPUs are busy, and once more; by larger steps where that are many. */
static void dimensions_more(struct dimensions *dimensions)
{
    enum { FEW = 6 };
    const struct workload_spec *spec = &dimensions->workload;
    double enough = topology_cpus_worth() * workload_job_ns(spec) / spec->ops->work_ns(spec);
    int factor = enough > 1 << FEW ? 4 : 2, workers = 1;
    for (; workers < enough && workers * factor <= POOL_WORKERS_MAX; workers *= factor)
        dimensions->workers[dimensions->worker_count++] = workers;
    dimensions->workers[dimensions->worker_count++] = workers;
}

/* What the options say goes; without results there is one way only. */
static void dimensions_results(const struct options *options, struct dimensions *dimensions)
{
    if (!dimensions->workload.ops->consume) {
        dimensions->results[0] = POOL_RESULTS_NONE;
        dimensions->capacities[0] = 0;
        dimensions->results_count = dimensions->capacity_count = 1;
        return;
    }
    for (int i = 0; i < options->results_count; i++)
        dimensions->results[dimensions->results_count++] = options->results[i];
    if (!dimensions->results_count) {
        bool throttle = options->full != POOL_CALLER_RUNS && options->full != POOL_DROP_OLDEST;
        dimensions->results[dimensions->results_count++] = POOL_RESULTS_BLOCK;
        if (throttle)
            dimensions->results[dimensions->results_count++] = POOL_RESULTS_THROTTLE;
        dimensions->results[dimensions->results_count++] = POOL_RESULTS_DROP;
    }
    for (int i = 0; i < options->results_capacity_count; i++)
        dimensions->capacities[dimensions->capacity_count++] = options->results_capacities[i];
    if (!dimensions->capacity_count)
        dimensions->capacities[dimensions->capacity_count++] = 0; /* as many as the queue has */
}

static void dimensions_of_row(const struct options *options, const struct row *row, struct dimensions *dimensions)
{
    char why[256];
    workload_parse(row->workload, &dimensions->workload, why, sizeof why);
    dimensions->only = row->pool ? pool_find(row->pool) : NULL;
    for (int i = 0; row->workers[i] && !options->worker_count; i++)
        dimensions->workers[dimensions->worker_count++] = row->workers[i];
    if (row->more && !options->worker_count)
        dimensions_more(dimensions);
    if (row->results != POOL_RESULTS_NONE)
        dimensions->results[dimensions->results_count++] = row->results;
    for (int i = 0; i < 4 && row->capacities[i]; i++)
        dimensions->capacities[dimensions->capacity_count++] = row->capacities[i];
}

/* One pool over the dimensions. The floor knows no workers. */
static int add_pool(const struct options *options, const struct dimensions *dimensions, const struct pool_ops *pool,
                    bool floor, struct list *entries, struct list *skipped)
{
    int64_t capacity = (int64_t)workload_capacity(&dimensions->workload);
    int error = 0, places_count = dimensions->results_count * dimensions->capacity_count,
        queues = options->capacity_count && pool->can & POOL_CAN_QUEUE ? options->capacity_count : 1,
        worker_count = pool->can & POOL_CAN_RUN_APART ? dimensions->worker_count : 1;
    struct plan_entry entry = {
        .pool = pool,
        .workload = dimensions->workload,
        .full = options->full,
        .full_timeout_ns = options->full_timeout_ns,
        .spin_ns = options->spin_ns,
        .floor = floor,
    };
    if (floor && entry.full == POOL_DROP_OLDEST)
        entry.full = POOL_BLOCK; /* nothing is ever full there */
    for (int t = 0; t < worker_count * options->pin_count && !error; t++) {
        snprintf(entry.pin, sizeof entry.pin, "%s", options->pins[t % options->pin_count]);
        entry.workers = dimensions->workers[t / options->pin_count];
        for (int q = 0; q < queues * options->producer_count && !error; q++) {
            int64_t queue = options->capacity_count ? options->capacities[q % queues] : capacity;
            entry.capacity = (size_t)queue;
            entry.producers = options->producers[q / queues];
            for (int r = 0; r < places_count && !error; r++) {
                int64_t places = dimensions->capacities[r % dimensions->capacity_count];
                entry.results = dimensions->results[r / dimensions->capacity_count];
                entry.results_capacity = (size_t)(entry.results == POOL_RESULTS_NONE ? 0 : places ? places : queue);
                error = add(entries, skipped, &entry);
            }
        }
    }
    return error;
}

/* An adapter without a pool, beside others: what adapters cost. */
static bool is_floor(const struct options *options, const struct pool_ops *pool)
{
    return options->pool_count > 1 && pool_is_added(pool) && !(pool->can & POOL_CAN_RUN_APART);
}

static int add_workload(const struct options *options, const struct dimensions *dimensions, struct list *entries,
                        struct list *skipped)
{
    const struct pool_ops *floor = pool_find("inline");
    bool floor_asked = dimensions->workload.ops->needs || !floor || options->no_floor;
    int error = 0;
    for (int p = 0; p < options->pool_count && !error; p++) {
        const struct pool_ops *pool = options->pools[p];
        if (dimensions->only && dimensions->only != pool)
            continue;
        floor_asked = floor_asked || pool == floor;
        error = add_pool(options, dimensions, pool, is_floor(options, pool), entries, skipped);
    }
    return error || floor_asked ? error : add_pool(options, dimensions, floor, true, entries, skipped);
}

int suite_plan(const struct options *options, struct plan *plan)
{
    struct list entries = {0}, skipped = {0};
    int error = 0, rows = options->workload_count ? options->workload_count : SUITE;
    for (int i = 0; i < rows && !error; i++) {
        struct dimensions dimensions = {0};
        if (options->workload_count)
            dimensions.workload = options->workloads[i];
        else
            dimensions_of_row(options, &suite[i], &dimensions);
        if (!dimensions.worker_count)
            dimensions_workers(options, &dimensions);
        if (!dimensions.results_count || !dimensions.capacity_count)
            dimensions_results(options, &dimensions);
        error = add_workload(options, &dimensions, &entries, &skipped);
    }
    *plan = (struct plan){.entries = entries.entries,
                          .count = entries.count,
                          .skipped = skipped.entries,
                          .skipped_count = skipped.count,
                          .rounds = options->rounds,
                          .budget_ns = options->budget_ns,
                          .seed = (uint64_t)options->seed};
    plan_stretch(plan);
    if (error)
        suite_free(plan);
    return error;
}

void suite_free(struct plan *plan)
{
    free(plan->entries);
    free(plan->skipped);
    plan->entries = plan->skipped = NULL;
}
