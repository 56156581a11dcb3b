/* burst.c - open loop: jobs come when they are due, whether the pool is ready or not.
 *
 * Any other workload's jobs (`of=`), at a rate: evenly, at random (Poisson), or in
 * bursts (on and off). Each of several producers makes its share of the rate. How they are
 * handed over, and from when latency counts: workloads/core/paced.h.
 *
 * A queue begins empty and takes a while until it is as long as it is going to be: a
 * slice begins with a warm-up, and only what is planned after it counts, until the
 * first producer has no more to plan. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/core/paced.h"
#include "workloads/core/random.h"

enum { RATE, ARRIVALS, ON, OFF, FOR, WARM, OF, PARAMS };
enum { CONSTANT, POISSON, ON_OFF };
enum {
    JOBS_MIN = 50, /* that count */
    JOBS_MAX = PACED_JOBS_MAX,
};

static const char *const arrivals[] = {"constant", "poisson", "onoff", NULL};

static const struct workload_param params[PARAMS] = {
    [RATE] = {"rate", WORKLOAD_COUNT, "10k", 1, 100000000, NULL, "jobs per second, by all producers together"},
    [ARRIVALS] = {"arrivals", WORKLOAD_CHOICE, "poisson", 0, 0, arrivals,
                  "evenly, at random, or in bursts of the same mean rate"},
    [ON] = {"on", WORKLOAD_TIME, "10ms", 1000, 10000000000, NULL, "onoff: how long a burst lasts"},
    [OFF] = {"off", WORKLOAD_TIME, "10ms", 0, 10000000000, NULL, "onoff: how long it is quiet after it"},
    [FOR] = {"for", WORKLOAD_TIME, "30ms", 1000000, 600000000000, NULL,
             "how long arrivals are counted, 50 of them at least; not given: as long as a round has time, and this at "
             "least"},
    [WARM] = {"warm", WORKLOAD_TIME, "0", 0, 600000000000, NULL,
              "how long jobs come before they are counted; 0: a third of `for`"},
    [OF] = {"of", WORKLOAD_REST, "empty", 0, 0, NULL,
            "whose jobs: a workload with its parameters; comes last and takes the rest"},
};

/* What the arrivals depend on. */
struct own {
    int64_t rate, on, off, kind;
    int producers;
};

static double due(const void *context, int64_t index, double before_ns, uint64_t *random)
{
    const struct own *own = context;
    double mean = 1e9 * own->producers / (double)own->rate, cycle = (double)(own->on + own->off), due_ns;
    (void)index;
    *random = random_mix(*random);
    if (own->kind == POISSON)
        return before_ns + mean * random_draw(RANDOM_EXPONENTIAL, *random);
    if (own->kind == CONSTANT || own->off == 0)
        return before_ns + mean;
    due_ns = before_ns + mean * (double)own->on / cycle; /* denser, so that the mean rate holds */
    return fmod(due_ns, cycle) < (double)own->on ? due_ns : (floor(due_ns / cycle) + 1) * cycle;
}

/* The workload whose jobs they are. It was parsed with the whole, and is right. */
static void inner(const struct workload_spec *spec, struct workload_spec *jobs)
{
    char why[256];
    workload_parse(workload_rest(spec), jobs, why, sizeof why);
}

static double work_ns(const struct workload_spec *spec)
{
    struct workload_spec jobs;
    inner(spec, &jobs);
    return jobs.ops->work_ns(&jobs);
}

static double job_ns(const struct workload_spec *spec)
{
    return 1e9 / (double)spec->values[RATE];
}

/* A burst with its pause; 0: there are none. */
static double cycle_ns(const int64_t *values)
{
    return values[ARRIVALS] == ON_OFF && values[OFF] ? (double)(values[ON] + values[OFF]) : 0;
}

/* Whole bursts with their pauses, so that the mean rate is the one that was asked for. */
static double whole_cycles(double ns, double cycle)
{
    static const double hair = 1e-9; /* what is whole already stays so */
    return cycle > 0 ? ceil(ns / cycle - hair) * cycle : ns;
}

/* How long jobs are counted: as asked for, or until they are enough. */
static double counted_ns(const struct workload_spec *spec)
{
    double enough = JOBS_MIN * 1e9 / (double)spec->values[RATE];
    return whole_cycles(fmax((double)spec->values[FOR], enough), cycle_ns(spec->values));
}

static double warm_ns(const struct workload_spec *spec)
{
    static const double share = 1.0 / 3;
    double warm = spec->values[WARM] ? (double)spec->values[WARM] : share * counted_ns(spec);
    return whole_cycles(warm, cycle_ns(spec->values));
}

/* What a slice can hold of that, the warm-up in proportion: 1 is all. */
static double held_share(const struct workload_spec *spec)
{
    double jobs = (warm_ns(spec) + counted_ns(spec)) / 1e9 * (double)spec->values[RATE];
    return fmin(1, JOBS_MAX / jobs);
}

static double held_warm_ns(const struct workload_spec *spec)
{
    double cycle = cycle_ns(spec->values), warm = warm_ns(spec) * held_share(spec);
    return cycle > 0 ? floor(warm / cycle + 1e-9) * cycle : warm;
}

static double held_counted_ns(const struct workload_spec *spec)
{
    double cycle = cycle_ns(spec->values), counted = counted_ns(spec) * held_share(spec);
    return cycle > 0 ? fmax(1, floor(counted / cycle + 1e-9)) * cycle : counted;
}

static int64_t jobs_of(const struct workload_spec *spec, const struct workload_setting *setting)
{
    (void)setting;
    return (int64_t)((held_warm_ns(spec) + held_counted_ns(spec)) / 1e9 * (double)spec->values[RATE] + 0.5);
}

/* A cycle is never cut: its rate would not be the one that was asked for. */
static int check(const struct workload_spec *spec, char *why, size_t size)
{
    double jobs = cycle_ns(spec->values) / 1e9 * (double)spec->values[RATE];
    if (jobs <= JOBS_MAX)
        return 0;
    snprintf(why, size, "on and off make a cycle of %.0f jobs; a slice holds %d (a lower rate, or shorter ones)", jobs,
             JOBS_MAX);
    return -EINVAL;
}

static int prepare(struct workload_slice *slice)
{
    const int64_t *values = slice->spec->values;
    struct paced_setting setting = {.due = due,
                                    .warm_ns = held_warm_ns(slice->spec),
                                    .counted_ns = held_counted_ns(slice->spec),
                                    .stagger_ns = 1e9 / (double)values[RATE]};
    struct own *own = setting.context = malloc(sizeof *own);
    if (!own)
        return -ENOMEM;
    *own = (struct own){values[RATE], values[ON], values[OFF], values[ARRIVALS], slice->producers};
    setting.to_the_end = values[ARRIVALS] == ON_OFF && values[OFF] > 0; /* bursts end with the pause after them */
    inner(slice->spec, &setting.jobs);
    return paced_prepare(slice, &setting);
}

static const struct workload_ops burst = {
    .abi = WORKLOAD_ABI,
    .name = "burst",
    .summary = "open loop: any other workload's jobs at a rate; latency from the planned submit",
    .unit = "a job that comes when it is due",
    .params = params,
    .param_count = PARAMS,
    .waits = true,
    .judged_by = "latency_p99_ns",
    .figures = paced_figures,
    .figure_count = PACED_FIGURES,
    .samples = PACED_SAMPLES,
    .series = PACED_SERIES,
    .work_ns = work_ns,
    .job_ns = job_ns,
    .jobs = jobs_of,
    .check = check,
    .prepare = prepare,
    .produce = paced_produce,
    .discard = paced_discard,
    .verify = paced_verify,
    .measure = paced_measure,
    .say = paced_say,
    .release = paced_release,
};

WORKLOAD_REGISTER(burst);
