/* paced.h - an open loop's machinery: another workload's jobs, each handed to the pool when
 * it is due, whether the pool is ready or not.
 *
 * Latency counts from the moment at which a job was *planned* to be submitted; from the
 * actual submit it would leave out what a late pool costs those who queue behind it
 * (coordinated omission), and that is shown beside. What is planned in the warm-up counts
 * for nothing. A job that got no service is infinitely late.
 *
 * The other workload submits to a pool that is none: it waits for the next arrival and
 * hands the job on. So no workload has to know of it. Source: G. Tene, "How not to measure
 * latency"; wrk2.
 *
 * A workload fills in a paced_setting in its prepare; the other calls are its table's, as
 * they are. */
#ifndef PACED_H
#define PACED_H

#include "workloads/core/workload.h"

enum { PACED_JOBS_MAX = 1 << 20 }; /* of a slice: what is kept for each has to fit into memory */

/* When job `index` of the slice is due, in ns since the producer's begin; of each producer
 * they are asked about in their order. `before_ns`: when the one before it was; `random` is
 * the producer's own. */
typedef double paced_due_fn(const void *context, int64_t index, double before_ns, uint64_t *random);

struct paced_setting {
    struct workload_spec jobs; /* whose jobs */
    void *jobs_own;            /* what its prepare finds as slice->own; passes to it. NULL as a rule */
    paced_due_fn *due;
    void *context; /* malloced; passes to paced_prepare, also when that fails */
    double warm_ns, counted_ns;
    bool to_the_end;   /* counted until that time is over; else until the first producer has no more to plan */
    double stagger_ns; /* several producers do not all begin at once */
    bool one_begin;    /* due since the first producer's begin; else each since its own */
};

/* The figures and histograms of an open loop, in this order. */
enum {
    PACED_P50,
    PACED_P99,
    PACED_P999,
    PACED_NAIVE_P99,
    PACED_OFFERED,
    PACED_DONE,
    PACED_LATE,
    PACED_SUBMITTING,
    PACED_BEFORE,
    PACED_SUBMIT,
    PACED_QUEUE,
    PACED_RUN,
    PACED_GENERATOR,
    PACED_POOL_P99,
    PACED_POOL_P999,
    PACED_FAIRNESS,
    PACED_FIGURES
};
extern const struct workload_figure paced_figures[PACED_FIGURES];
#define PACED_SAMPLES                                                                                                  \
    {                                                                                                                  \
        "planned_to_end", "submit_to_end"                                                                              \
    }
/* And what its course shows: jobs, from their plan on. */
#define PACED_SERIES                                                                                                   \
    {                                                                                                                  \
        "waiting", "running"                                                                                           \
    }

/* As the workload's own; 0, -ENOMEM, or what the jobs' prepare says. */
int paced_prepare(struct workload_slice *slice, const struct paced_setting *setting);
void paced_produce(struct workload_slice *slice, int producer);
void paced_discard(void *arg, enum pool_why why);
void paced_verify(const struct workload_slice *slice, struct workload_verdict *verdict);
void paced_measure(const struct workload_slice *slice, struct workload_report *report);
void paced_release(struct workload_slice *slice);

/* Whether the figures are of the pool, or of the generator. Whether the rate is kept is
 * judged from all rounds together (bench/findings/open_loop.h). */
void paced_say(const struct workload_spec *spec, const struct workload_setting *setting, const double *figures,
               char *text, size_t size);

#endif
