/* workload.h - the contract of a workload: what jobs there are, who submits
 * them, and how it is proved afterwards that each was done, once and rightly.
 *
 * A workload is one file in workloads/ that ends in WORKLOAD_REGISTER; its
 * parameters are a table, from which parsing, help and error lines come. The
 * harness calls, for each slice of a trial:
 *
 *     prepare   before the clock: allocate, open and fill everything
 *     produce   in each producer thread, while the clock runs: submit a range;
 *               no allocation, no output, no lock
 *     consume   in a thread of its own, if there is one: receive the results
 *     verify    after quiet: count what was lost, doubled or garbled
 *     measure   what there is to say beyond jobs per second
 *     release
 *
 * Pools take no time stamps. A job that is sampled stamps itself: when it was
 * submitted, started, ended, and on which worker. */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pools/core/pool.h"

#ifdef __cplusplus
extern "C" {
#endif

/* REST: another workload with its parameters; it comes last and takes all that
 * follows, commas too (workload_rest). */
enum workload_kind { WORKLOAD_COUNT, WORKLOAD_TIME, WORKLOAD_CHOICE, WORKLOAD_REST };

/* One parameter. `fallback` is written as on the command line. */
struct workload_param {
    const char *name;
    enum workload_kind kind;
    const char *fallback;
    int64_t min, max;           /* of counts, and of times in ns */
    const char *const *choices; /* NULL-terminated; the value is the index */
    const char *help;
};

#define WORKLOAD_PARAMS_MAX 12

/* A workload with its parameters: what `-w cpu:size=10us` means. */
struct workload_spec {
    const struct workload_ops *ops;
    int64_t values[WORKLOAD_PARAMS_MAX]; /* in the order of ops->params */
    char text[128];                      /* name:key=value,... as given; "name" alone by default */
};

/* What a slice is run with, beside the pool itself. */
struct workload_setting {
    int workers; /* asked for; of a pool without workers: producers */
    int producers;
    size_t capacity;
    enum pool_results results; /* POOL_RESULTS_NONE: the workload has no consumer */
    size_t results_capacity;
    double cpus; /* that the jobs have: as many as workers, or those that are usable if fewer; a quota may grant 1.5 */
};

/* Stamps of one sampled job, in ns of CLOCK_MONOTONIC; 0: did not happen. */
struct workload_stamp {
    int64_t submitted, started, ended;
    int worker; /* -1: on its submitter's stack */
};

/* One slice of one configuration. */
struct workload_slice {
    const struct workload_spec *spec;
    int64_t jobs; /* to be submitted, by all producers together */
    uint64_t seed;
    int producers;
    struct workload_setting setting;
    bool paced;                    /* jobs come at a rate: produce waits for none before the next */
    struct pool *pool;             /* open; set before produce */
    int64_t *refused;              /* [producers]: jobs that a policy refused */
    int *error;                    /* [producers]: a submit's other error, or 0 */
    struct workload_stamp *stamps; /* [stamp_count], of sampled jobs */
    int64_t *stamped;              /* [stamp_count], upwards: which jobs these are; NULL: all, in their order */
    int64_t stamp_count;
    double work_ns; /* mean CPU time of one job's own work */
    void *own;      /* the workload's */
    char why[256];  /* set by prepare when it fails: what was wrong, and what helps */

    /* Set by produce, if at all: stamps submitted before the one, or not before the other, are of
     * a warm-up and count for nothing. Both 0: all count. */
    int64_t counted_from_ns, counted_to_ns;

    /* Of an open loop, [stamp_count]: when each was really handed to the pool, its stamp
     * saying when it should have been. NULL: as the stamps say. */
    int64_t *handed_ns;

    /* Set by produce of producer 0, if at all: so many of the jobs were not submitted after all, by nobody's fault. */
    int64_t withheld;
};

/* What verify found. Jobs that never ran are lost only beyond those that were
 * refused, withheld, cancelled or dropped. */
struct workload_verdict {
    int64_t ran, missing, doubled, garbled;
    int64_t failed;   /* jobs that failed for a reason given in `cannot` */
    char cannot[256]; /* this machine's fault, not the pool's: a full disk, a dead server */
    char broken[256]; /* a promise of the pool's that only this workload can see broken */
};

/* A figure beyond jobs per second. */
enum workload_unit { WORKLOAD_NS, WORKLOAD_SHARE, WORKLOAD_NUMBER, WORKLOAD_BYTES, WORKLOAD_RATE /* per second */ };
struct workload_figure {
    const char *name; /* in the result; ends in its unit */
    const char *head; /* of its column in the table; NULL: in the result only */
    enum workload_unit unit;
    const char *help;

    /* Of figures that the harness makes itself, whatever measure says; all 0: it does not.
     * A quantile (0 < q < 1) of histogram `sample`: of all samples together, of a trial's
     * slices as of a run's rounds, because the median of some quantiles is none. */
    double quantile;
    int sample;
    bool shared;           /* a floor: of all pools under the same setting, together, as a table shows it */
    int quotient, divisor; /* the quotient of two others: their indices, each plus 1 */
};

enum {
    WORKLOAD_FIGURES_MAX = 16,
    WORKLOAD_SAMPLES_MAX = 2,
    WORKLOAD_SERIES_MAX = 6,
    WORKLOAD_COURSE = 160, /* points in time of a course */
};

#define WORKLOAD_LOST INT64_MAX /* infinitely late */

/* What measure fills in, of one slice. */
struct workload_report {
    double figures[WORKLOAD_FIGURES_MAX]; /* in the order of ops->figures; NaN: means nothing here */
    /* Adds a time to histogram `which` of ops->samples; WORKLOAD_LOST: of a job that got no
     * service. */
    void (*sample)(struct workload_report *report, int which, int64_t ns);
    /* How things went over time: means over steps of equal length. */
    double course_step_ns; /* 0: there is no course */
    double course[WORKLOAD_SERIES_MAX][WORKLOAD_COURSE];
    double event_begin_ns, event_end_ns; /* on the course: what disturbed it; both 0: nothing did */
};

/* The version of struct workload_ops. */
#define WORKLOAD_ABI 3

struct workload_ops {
    int abi; /* WORKLOAD_ABI; must come first in every version */
    const char *name, *summary;
    const char *unit; /* what one job is */
    const struct workload_param *params;
    int param_count;
    unsigned needs;  /* of enum pool_can; with POOL_CAN_RESULTS there is a consumer */
    const char *why; /* a pool that lacks it cannot: in words */
    bool waits;      /* jobs wait as well as compute: CPU time says nothing of a pool's cost */
    size_t capacity; /* when none was asked for; 0: POOL_CAPACITY_DEFAULT */

    /* By which pools are compared: the name of a figure, of which less is
     * better; NULL: jobs per second. */
    const char *judged_by;
    const struct workload_figure *figures; /* NULL: none */
    int figure_count;
    const char *samples[WORKLOAD_SAMPLES_MAX]; /* names of histograms, NULL: none */
    const char *series[WORKLOAD_SERIES_MAX];   /* names of what a course shows */

    /* Mean CPU time of one job's own work, in ns; 0 when there is none. Of a plug-in's
     * 0 is one that is not known, unless prepare sets slice->work_ns: no overhead is
     * reckoned from it. */
    double (*work_ns)(const struct workload_spec *spec);

    /* What a job takes of a worker's time, about; for planning. NULL: work_ns. */
    double (*job_ns)(const struct workload_spec *spec);

    /* How many jobs make a slice. NULL: as many as take some milliseconds. */
    int64_t (*jobs)(const struct workload_spec *spec, const struct workload_setting *setting);

    /* Whether the parameters go together: 0, or -EINVAL and one line in `why`. NULL:
     * each for itself was all there is to check. */
    int (*check)(const struct workload_spec *spec, char *why, size_t size);

    /* One line on what the user should know before the run. Returns whether
     * there is one. NULL: never. */
    bool (*warn)(const struct workload_spec *spec, char *text, size_t size);
    int (*prepare)(struct workload_slice *slice); /* 0 or -errno */
    void (*produce)(struct workload_slice *slice, int producer);
    /* Receives until the pool is drained. An earlier return is a consumer that died. */
    void (*consume)(struct workload_slice *slice);
    /* As pool_config.discard. */
    void (*discard)(void *arg, enum pool_why why);
    void (*verify)(const struct workload_slice *slice, struct workload_verdict *verdict);
    void (*measure)(const struct workload_slice *slice, struct workload_report *report);
    /* A verdict in words, from the medians of the figures; "": none. NULL: never. */
    void (*say)(const struct workload_spec *spec, const struct workload_setting *setting, const double *figures,
                char *text, size_t size);
    void (*release)(struct workload_slice *slice);

    /* The capacity when none was asked for, where it depends on the parameters; 0, or
     * NULL: `capacity`. */
    size_t (*capacity_of)(const struct workload_spec *spec);
};

#define WORKLOAD_REGISTER(table)                                                                                       \
    static const void *const workload_entry_##table __attribute__((used, retain, section("workload_table"))) = &(table)

/* The last line of a plug-in with workloads: WORKLOAD_PLUGIN(&mine). It may have
 * pools too. A workload's pointers are called as those of our own. */
#define WORKLOAD_PLUGIN(...)                                                                                           \
    extern const struct workload_ops *const poolbench_workloads[] POOL_EXPORT;                                         \
    const struct workload_ops *const poolbench_workloads[] = {__VA_ARGS__, NULL}

/* The workloads that there are: the registered ones in the order of their names,
 * then those added. */
int workload_count(void);
const struct workload_ops *workload_at(int index);

/* As pool_add. */
enum { WORKLOAD_ADDED_MAX = 32 };
int workload_add(const struct workload_ops *ops);
bool workload_is_added(const struct workload_ops *ops);

/* Reads name:key=value,... Returns 0, or -EINVAL and one line in `why` that
 * names the wrong word and what is allowed. */
int workload_parse(const char *text, struct workload_spec *spec, char *why, size_t size);

/* The text of a spec's REST parameter, as given or its fallback; NULL: it has none. */
const char *workload_rest(const struct workload_spec *spec);

/* For produce: the range [*first, *last) of one producer. */
void workload_range(const struct workload_slice *slice, int producer, int64_t *first, int64_t *last);

/* For prepare: zeroed memory whose pages are there already, so that no fault is
 * left for the measured interval. NULL when out of memory; freed by free. */
void *workload_memory(int64_t count, size_t size);

/* For prepare: one job in `every`, on average, is to stamp its times; makes room for
 * the stamps. Which ones is drawn from the seed, at distances of 1 to 2 every - 1 that
 * are all as likely: what beats in step with the jobs, as batches of 32 do, would be met
 * at the same point by each 64th. Returns 0 or -ENOMEM. */
int workload_stamp(struct workload_slice *slice, int64_t every);

/* The first stamp of a job at or after `index`; stamp_count: there is none. */
int64_t workload_stamp_from(const struct workload_slice *slice, int64_t index);

/* Which job a stamp is of; INT64_MAX beyond the last. */
static inline int64_t workload_stamp_job(const struct workload_slice *slice, int64_t stamp)
{
    if (stamp >= slice->stamp_count)
        return INT64_MAX;
    return slice->stamped ? slice->stamped[stamp] : stamp;
}

/* For release: frees slice->own and the stamps, as far as they are there. */
void workload_forget(struct workload_slice *slice);

/* For verify: counts one job that ran `runs` times, and rightly or not. */
static inline void workload_judge(struct workload_verdict *verdict, uint64_t runs, bool right)
{
    verdict->missing += runs == 0;
    verdict->doubled += runs > 1;
    verdict->garbled += runs == 1 && !right;
    verdict->ran += runs == 1 && right;
}

int64_t workload_now_ns(void);

/* Planning: ops->job_ns, or what stands for it. */
double workload_job_ns(const struct workload_spec *spec);

/* Whether a workload has columns of its own, in place of the common ones. */
bool workload_has_columns(const struct workload_ops *ops);

/* Planning: the capacity of the queue when none was asked for. */
size_t workload_capacity(const struct workload_spec *spec);

/* Takes the answer to a submit: counts a refusal, keeps another error. Returns
 * whether to go on. */
static inline bool workload_answered(struct workload_slice *slice, int producer, int answer)
{
    if (__builtin_expect(answer == 0, 1))
        return true;
    if (answer == -EAGAIN || answer == -ETIMEDOUT) {
        slice->refused[producer]++;
        return true;
    }
    slice->error[producer] = answer;
    return false;
}

/* Submits a producer's range, singly or in batches; `make` says what job i is, and is
 * given the stamp that it is to fill in, or NULL. Inlined, so that making a job costs
 * neither a call nor a division. */
#define WORKLOAD_BATCH_MAX 256
typedef struct pool_job workload_make_fn(struct workload_slice *slice, int64_t index, struct workload_stamp *stamp);

/* How far a producer has come in the sampled jobs. */
struct workload_sampling {
    int64_t at, job; /* the next stamp, and whose it is */
};

/* The stamp of job `index`, or NULL; jobs are asked about in their order. */
static inline __attribute__((always_inline)) struct workload_stamp *
workload_stamp_of(const struct workload_slice *slice, int64_t index, struct workload_sampling *next)
{
    if (__builtin_expect(index != next->job, 1))
        return NULL;
    next->job = workload_stamp_job(slice, next->at + 1);
    return &slice->stamps[next->at++];
}

static inline __attribute__((always_inline)) void workload_submit(struct workload_slice *slice, int producer,
                                                                  int64_t batch, workload_make_fn *make)
{
    struct pool_job jobs[WORKLOAD_BATCH_MAX];
    struct workload_sampling next;
    int64_t first, last;
    workload_range(slice, producer, &first, &last);
    next.at = workload_stamp_from(slice, first);
    next.job = workload_stamp_job(slice, next.at);
    if (batch <= 1) {
        for (; first < last; first++) {
            struct pool_job job = make(slice, first, workload_stamp_of(slice, first, &next));
            if (!workload_answered(slice, producer, pool_submit(slice->pool, job.fn, job.arg)))
                return;
        }
        return;
    }
    while (first < last) {
        int count = (int)(last - first < batch ? last - first : batch), done = 0;
        for (int i = 0; i < count; i++)
            jobs[i] = make(slice, first + i, workload_stamp_of(slice, first + i, &next));
        while (done < count) {
            int answer = pool_submit_batch(slice->pool, jobs + done, count - done);
            if (answer <= 0 && !workload_answered(slice, producer, answer))
                return;
            done += answer > 0 ? answer : 1; /* the refused one is given up */
        }
        first += count;
    }
}

#ifdef __cplusplus
}
#endif

#endif
