/* slice.h - one configuration, run once, in this process: the measurement. */
#ifndef SLICE_H
#define SLICE_H

#include "bench/hist.h"
#include "bench/memory.h"
#include "bench/plan.h"

enum { SLICE_FAILURE_MAX = 4096 };

/* Times of sampled jobs, merged over the slices of a trial; and how the last
 * slice went over time. */
struct slice_samples {
    struct hist submit_to_start, start_to_end, submit_to_end;
    struct hist own[WORKLOAD_SAMPLES_MAX]; /* the workload's */
    double course_step_ns;                 /* as in struct workload_report */
    double course[WORKLOAD_SERIES_MAX][WORKLOAD_COURSE];
    double event_begin_ns, event_end_ns;
};

struct slice {
    double wall_ns; /* from the producers' start to quiet */
    double cpu_ns;  /* of the whole process in that time */
    double work_ns; /* mean own CPU time of one job; 0: none */
    int64_t jobs;   /* submitted, refused ones among them */
    int64_t refused;
    long voluntary, involuntary;          /* context switches */
    double fairness;                      /* Jain's index over workers, of sampled jobs; NaN: no workers */
    double producer_fairness;             /* the same over the producers' rates; NaN: cast_fairness */
    struct pool_stats stats;              /* after quiet */
    struct memory memory;                 /* at quiet, the pool still open */
    int64_t pool_bytes;                   /* allocated by pool_open; -1: not measured */
    double figures[WORKLOAD_FIGURES_MAX]; /* the workload's; NaN: none */
    int threads_left;                     /* after the pool was freed */
    bool cannot;                          /* the failure is this machine's, not the pool's */
    bool hung;                            /* the pool could not be freed: this process is spoilt */
    char failure[SLICE_FAILURE_MAX];      /* "" when all is well, else what is wrong */
};

/* Says what is wrong; the first thing said is kept. */
__attribute__((format(printf, 2, 3))) void slice_fail(struct slice *slice, const char *format, ...);

/* CPUs of the threads: workers[i % count], producers likewise. count 0: not pinned. */
struct slice_places {
    int count;
    int cpus[1024];
};
/* Placement of an entry. Returns 0 or -errno. */
int slice_places(const struct plan_entry *entry, struct slice_places *places);
int slice_worker_cpu(const struct slice_places *places, int worker);                       /* -1: not pinned */
int slice_producer_cpu(const struct slice_places *places, int producer);                   /* the last CPU minus k */
int slice_consumer_cpu(const struct slice_places *places, const struct plan_entry *entry); /* next to the producers */

/* Opens the pool, submits `jobs` jobs from the entry's producers, waits for
 * quiet at most limit_ns longer than the jobs take, verifies, frees, and looks whether threads and
 * descriptors are back to where they began. samples may be NULL.
 * Not for several threads at once. Fills *slice; failures are in it. */
void slice_run(const struct plan_entry *entry, int64_t jobs, uint64_t seed, int64_t limit_ns, struct slice *slice,
               struct slice_samples *samples);

#endif
