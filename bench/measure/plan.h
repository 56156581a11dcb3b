/* plan.h - what a run measures: a list of configurations, and how long. */
#ifndef PLAN_H
#define PLAN_H

#include <jansson.h>

#include "bench/statistics/slo.h"
#include "pools/core/pool.h"
#include "workloads/core/workload.h"

/* One configuration: a pool under a workload. */
struct plan_entry {
    const struct pool_ops *pool;
    struct workload_spec workload;
    int workers, producers;
    size_t capacity;
    enum pool_full full;
    int64_t full_timeout_ns;
    enum pool_results results; /* NONE unless the workload has a consumer */
    size_t results_capacity;   /* 0 with NONE */
    int64_t spin_ns;           /* as pool_config.spin_ns */
    char pin[64];              /* as topology_place */
    bool floor;                /* not asked for: shown beside, to compare with */
    const char *record;        /* a file for its first slice (recording.h), or NULL; of the process that runs it */
    uint64_t seed;             /* of its slices, in this process; 0: each has its own */
    bool apart;                /* its pool is in no table of pools: of a side of a duet */
};

/* Two builds in pairs (sides.h): each entry is measured on both sides, its pool is the
 * base's. */
struct plan_duet {
    const char *base, *new; /* files; NULL: it is no duet */
    bool again;             /* a second copy of the base, too, in every second pass */
    double slowed;          /* the jobs of the new side take so much longer, as a share; 0 as a rule */
    double share_ns;        /* of a process's time, for each entry */
    int round;              /* of a process: which one it is */
    struct slo_list slo;    /* searches for the highest rate that keeps these; none: as they come */
    const char *slo_text;   /* the same as it was written; NULL: none */
};

struct plan {
    struct plan_entry *entries;
    int count;
    struct plan_entry *skipped; /* asked for, but their pools cannot */
    int skipped_count;
    int rounds;        /* wanted */
    int64_t budget_ns; /* wall time for each configuration, over all rounds; wins over rounds */
    uint64_t seed;
    struct plan_duet duet;
};

/* Workers that a configuration really has: `inline` works in its producers. */
int plan_workers(const struct plan_entry *entry);

/* "ring/cpu:size=10us/t2", "ring/slow-consumer/t2/throttle-16": the
 * configuration's name in messages. Returns text. */
const char *plan_name(const struct plan_entry *entry, char *text, size_t size);

/* What the workload is told of the configuration. */
struct workload_setting plan_setting(const struct plan_entry *entry);

/* How many jobs make a slice when one takes ns_per_job of wall time: 8 ms and
 * five queues full, or 20 ms and 50 jobs when they are long. When the budget is
 * too small for that they get shorter, down to a few jobs for each worker, so
 * that there are rounds enough for an interval. A workload may fix the number. */
int64_t plan_slice_jobs(const struct plan *plan, const struct plan_entry *entry, double ns_per_job);

/* How many slices of that length a round has of an entry: as many as fit into its share of the budget, one of an open
 * loop at least, else a pair, because each order is mirrored. */
int plan_slices(const struct plan *plan, const struct plan_entry *entry, double slice_ns);

/* What is planned to be around a slice: a pool is opened and freed, jobs are made and looked at. ns. */
double plan_around_ns(double slice_ns);

/* Why this pool cannot run this, or NULL. */
const char *plan_unsupported(const struct plan_entry *entry);

/* To and from the process of a round. plan_from_json fills a plan whose entries
 * the caller frees; returns 0 or -EINVAL. */
json_t *plan_entry_json(const struct plan_entry *entry);

/* An entry as a configuration of a result (results/README.md), without trials. Owner:
 * the caller. */
json_t *plan_configuration(const struct plan_entry *entry);

/* Slices whose jobs come at a rate last as long as a round has time for each configuration,
 * unless it is said how long: a queue needs its time to grow as long as it is going to be.
 * Follows from budget and rounds; plan_from_json does it too. */
void plan_stretch(struct plan *plan);

json_t *plan_json(const struct plan *plan);
int plan_from_json(struct plan *plan, const json_t *json);

#endif
