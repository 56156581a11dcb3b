/* slice.h - what came of one configuration, run once in this process (slice_run.h). */
#ifndef SLICE_H
#define SLICE_H

#include "bench/machine/memory.h"
#include "bench/measure/plan.h"
#include "bench/measure/watch.h"
#include "bench/statistics/hist.h"

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

/* What is counted of an open loop: the jobs planned in it, after a warm-up. */
struct slice_window {
    double warm_ns, length_ns;
    int64_t offered, lost;                /* lost: they got no service */
    int64_t done;                         /* jobs that ended in it, earlier ones among them */
    int64_t backlog_begin, backlog_end;   /* jobs planned and not yet ended, at its ends */
    double service_ns, service_variation; /* of a job from start to end: mean, squared coefficient of variation */
};

struct slice {
    double wall_ns; /* from the producers' start to quiet */
    double cpu_ns;  /* of the whole process in that time */
    double work_ns; /* mean own CPU time of one job; 0: none */
    int64_t jobs;   /* submitted, refused ones among them */
    int64_t refused;
    long voluntary, involuntary;          /* context switches */
    double fairness;                      /* Jain's index over workers, of sampled jobs; NaN: no workers */
    double in_system;                     /* mean jobs in the system by Little's law; NaN: not known */
    double in_system_most;                /* how many there can be; NaN: an open loop has no bound */
    double producer_fairness;             /* the same over the producers' rates; NaN: actors_fairness */
    struct pool_stats stats;              /* after quiet */
    struct memory memory;                 /* at quiet, the pool still open */
    int64_t pool_bytes;                   /* allocated by pool_open; -1: not measured */
    double figures[WORKLOAD_FIGURES_MAX]; /* the workload's; NaN: none */
    struct slice_window window;           /* length_ns 0: it is no open loop */
    struct watch_law law;                 /* of an open loop: Little's */
    int threads_left;                     /* after the pool was freed */
    int descriptors_left;                 /* likewise, of which the next pool left no more */
    bool cannot;                          /* the failure is this machine's, not the pool's */
    bool hung;                            /* the pool could not be freed: this process is spoilt */
    bool stopped;                    /* given up, and nobody's failure (patience_end); the process is spoilt, too */
    char failure[SLICE_FAILURE_MAX]; /* "" when all is well, else what is wrong */
};

/* Says what is wrong; the first thing said is kept. */
__attribute__((format(printf, 2, 3))) void slice_fail(struct slice *slice, const char *format, ...);

#endif
