/* queue_simulation.c - see queue_simulation.h.
 *
 * Jobs are taken in the order of their submits. They start in that order too, so that a
 * job's start is known as soon as it is accepted: when the soonest worker comes free. A place
 * in the queue is free for the k-th accepted job once the (k - places)-th has started. Only
 * where a queued job may be dropped are starts found late (drop_oldest). */
#include "bench/models/queue_simulation.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/models/arrival.h"
#include "bench/models/soonest.h"
#include "bench/statistics/stats.h"

enum { RING_FIRST = 1024, WORKERS_MAX = 65536 };

/* A job from its plan on. */
struct job {
    double planned, submitted, service;
    int producer;
};

struct producer {
    struct arrival arrival;
    double planned, free_at; /* of its next job; when it may submit again */
    int64_t job;             /* its next job's index */
    int64_t plans, served;   /* counted ones */
};

struct play {
    const struct queue_simulation *of;
    struct queue_outcome *out;
    struct arrival_plan plan;
    struct soonest workers;
    struct producer producers[QUEUE_SIMULATION_PRODUCERS];
    int producers_count;
    uint64_t random;

    double *starts;      /* of accepted job k at k & mask, from the oldest that waits on */
    struct job *waiting; /* likewise; POOL_DROP_OLDEST alone */
    int64_t mask, oldest, accepted;

    double first, last_end, last_planned; /* of counted jobs */
    double served_ns, wait_ns, depth_sum;
    double before_wait; /* summed before the surge */
    int64_t before;
    double good;
    double course_sum[QUEUE_SIMULATION_COURSE];
    int64_t course_count[QUEUE_SIMULATION_COURSE];
};

static bool is_wrong(const struct queue_simulation *of)
{
    bool recorded = of->arrivals == QUEUE_RECORDED;
    if (of->workers < 1 || of->workers > WORKERS_MAX || of->jobs < 1 || of->places < 0 || of->producers < 0 ||
        of->producers > QUEUE_SIMULATION_PRODUCERS)
        return true;
    if (recorded ? !of->times_ns || !(of->stretch >= 0) : !(of->rate > 0) || !isfinite(of->rate))
        return true;
    if (of->arrivals == QUEUE_ONOFF && (!(of->on_ns > 0) || !(of->off_ns >= 0)))
        return true;
    if (of->surge.end_ns > of->surge.begin_ns && (recorded || !(of->surge.times > 0)))
        return true;
    return (!of->service && !of->services_ns) || (of->full == POOL_TIMEOUT && !(of->timeout_ns >= 0));
}

static int ring_resize(struct play *play, int64_t size)
{
    double *starts = malloc((size_t)size * sizeof *starts);
    if (!starts)
        return -ENOMEM;
    for (int64_t k = play->oldest; k < play->accepted; k++)
        starts[k & (size - 1)] = play->starts[k & play->mask];
    free(play->starts);
    play->starts = starts;
    play->mask = size - 1;
    return 0;
}

/* The next producer to submit, and when; INFINITY: all are through. */
static double next_submit(struct play *play, int *who)
{
    double soonest = INFINITY;
    for (int i = 0; i < play->producers_count; i++) {
        const struct producer *producer = &play->producers[i];
        double submits = fmax(producer->planned, producer->free_at);
        if (submits < soonest) {
            soonest = submits;
            *who = i;
        }
    }
    return soonest;
}

static void plan_next(struct producer *producer)
{
    producer->planned = arrival_next(&producer->arrival, &producer->job);
}

/* Adds the jobs that wait at that moment to the course. */
static void note_depth(struct play *play, double now, int64_t depth)
{
    double step = now / play->out->course_step_ns;
    int at = step < QUEUE_SIMULATION_COURSE ? (int)step : QUEUE_SIMULATION_COURSE - 1;
    play->course_sum[at] += (double)depth;
    play->course_count[at]++;
}

static bool is_counted(const struct play *play, const struct job *job)
{
    return job->planned >= play->of->warm_ns;
}

static void note_lost(struct play *play, const struct job *job, int64_t *count)
{
    if (!is_counted(play, job))
        return;
    ++*count;
    play->out->latency->lost++;
}

/* Before a surge the wait is averaged; after it the first job that waits no longer ends it. */
static void note_recovery(struct play *play, const struct job *job, double wait)
{
    const struct queue_surge *surge = &play->of->surge;
    if (job->planned < surge->begin_ns) {
        play->before_wait += wait;
        play->before++;
    } else if (job->planned >= surge->end_ns && isnan(play->out->recovery_ns) && play->before > 0 &&
               wait <= play->before_wait / (double)play->before) {
        play->out->recovery_ns = job->planned - surge->end_ns;
    }
}

static void note_served(struct play *play, const struct job *job, double start)
{
    double latency = start + job->service - job->planned;
    if (!is_counted(play, job))
        return;
    hist_record(play->out->latency, (uint64_t)(latency + 0.5));
    play->producers[job->producer].served++;
    play->served_ns += job->service;
    play->wait_ns += start - job->planned;
    play->last_end = fmax(play->last_end, start + job->service);
    play->good += play->of->limit_ns <= 0 || latency <= play->of->limit_ns;
    if (play->of->surge.end_ns > play->of->surge.begin_ns)
        note_recovery(play, job, start - job->planned);
}

/* A worker takes it as soon as one is free. */
static double serve(struct play *play, const struct job *job, double from)
{
    double start = fmax(from, soonest_time(&play->workers));
    soonest_replace(&play->workers, start + job->service);
    note_served(play, job, start);
    return start;
}

static int accept(struct play *play, const struct job *job, double from)
{
    int error = play->accepted - play->oldest > play->mask ? ring_resize(play, 2 * (play->mask + 1)) : 0;
    if (!error)
        play->starts[play->accepted++ & play->mask] = serve(play, job, from);
    return error;
}

/* The queue is full until `room`. */
static int meets_full(struct play *play, const struct job *job, double room)
{
    double *free_at = &play->producers[job->producer].free_at;
    double waits_until = job->submitted + play->of->timeout_ns;
    switch (play->of->full) {
    case POOL_REJECT:
        note_lost(play, job, &play->out->rejected);
        return 0;
    case POOL_CALLER_RUNS:
        *free_at = job->submitted + job->service;
        note_served(play, job, job->submitted);
        play->out->ran_by_caller += is_counted(play, job);
        return 0;
    case POOL_TIMEOUT:
        if (room > waits_until) {
            *free_at = waits_until;
            note_lost(play, job, &play->out->timed_out);
            return 0;
        }
        break;
    default:
        break;
    }
    *free_at = room;
    return accept(play, job, room);
}

static int submit(struct play *play, const struct job *job)
{
    int64_t places = play->of->places, waiting;
    while (play->oldest < play->accepted && play->starts[play->oldest & play->mask] <= job->submitted)
        play->oldest++;
    waiting = play->accepted - play->oldest;
    play->depth_sum += (double)(places && waiting > places ? places : waiting);
    note_depth(play, job->submitted, places && waiting > places ? places : waiting);
    play->out->depth_max = fmax(play->out->depth_max, (double)(places && waiting > places ? places : waiting));
    if (places && waiting >= places)
        return meets_full(play, job, play->starts[(play->accepted - places) & play->mask]);
    return accept(play, job, job->submitted);
}

/* Workers that came free by then take what waits. */
static void take_waiting(struct play *play, double now)
{
    while (play->oldest < play->accepted && soonest_time(&play->workers) <= now) {
        const struct job *job = &play->waiting[play->oldest++ & play->mask];
        serve(play, job, job->submitted);
    }
}

static int submit_or_drop(struct play *play, const struct job *job)
{
    int64_t waiting;
    take_waiting(play, job->submitted);
    waiting = play->accepted - play->oldest;
    play->depth_sum += (double)waiting;
    note_depth(play, job->submitted, waiting);
    play->out->depth_max = fmax(play->out->depth_max, (double)waiting);
    if (waiting == 0 && soonest_time(&play->workers) <= job->submitted) {
        serve(play, job, job->submitted);
        return 0;
    }
    if (waiting >= play->of->places) {
        struct job oldest = play->waiting[play->oldest++ & play->mask];
        note_lost(play, &oldest, &play->out->dropped);
    }
    play->waiting[play->accepted++ & play->mask] = *job;
    return 0;
}

static int play_all(struct play *play)
{
    const struct queue_simulation *of = play->of;
    bool drops = of->full == POOL_DROP_OLDEST && of->places > 0;
    int error = 0, who = 0;
    struct job job;
    while (!error && isfinite(job.submitted = next_submit(play, &who))) {
        struct producer *producer = &play->producers[who];
        job.planned = producer->planned;
        job.producer = who;
        job.service =
            of->services_ns ? of->services_ns[producer->job] : service_draw(of->service, soonest_random(&play->random));
        if (is_counted(play, &job)) {
            play->out->submitted++;
            producer->plans++;
            play->first = fmin(play->first, job.planned);
            play->last_planned = fmax(play->last_planned, job.planned);
        }
        error = drops ? submit_or_drop(play, &job) : submit(play, &job);
        plan_next(producer);
    }
    if (drops)
        take_waiting(play, INFINITY);
    return error;
}

static struct arrival_plan plan_of(const struct queue_simulation *of)
{
    return (struct arrival_plan){.kind = of->arrivals,
                                 .rate = of->rate,
                                 .on_ns = of->on_ns,
                                 .off_ns = of->off_ns,
                                 .surge = of->surge,
                                 .times_ns = of->times_ns,
                                 .stretch = of->stretch > 0 ? of->stretch : 1,
                                 .jobs = of->jobs,
                                 .producers = of->producers > 0 ? of->producers : 1,
                                 .seed = of->seed};
}

static int begin(struct play *play)
{
    const struct queue_simulation *of = play->of;
    int64_t size = RING_FIRST;
    play->plan = plan_of(of);
    play->producers_count = play->plan.producers;
    play->random = random_mix(of->seed) ^ UINT64_C(0x5bd1e995);
    play->first = INFINITY;
    play->out->recovery_ns = NAN;
    play->out->course_step_ns = fmax(1, arrival_time(&play->plan, (double)of->jobs)) / QUEUE_SIMULATION_COURSE;
    for (int i = 0; i < play->producers_count; i++) {
        arrival_begin(&play->producers[i].arrival, &play->plan, i);
        plan_next(&play->producers[i]);
    }
    if (of->full == POOL_DROP_OLDEST && of->places > 0) {
        while (size < of->places && size < of->jobs)
            size *= 2;
        play->waiting = malloc((size_t)size * sizeof *play->waiting);
    }
    play->out->latency = calloc(1, sizeof *play->out->latency);
    if (ring_resize(play, size) || soonest_init(&play->workers, of->workers, 0) || !play->out->latency ||
        (of->full == POOL_DROP_OLDEST && of->places > 0 && !play->waiting))
        return -ENOMEM;
    return 0;
}

static void sum_up(const struct play *play)
{
    struct queue_outcome *out = play->out;
    double submitted = (double)out->submitted, time;
    out->done = (int64_t)out->latency->count;
    out->loss = submitted > 0 ? (double)out->latency->lost / submitted : 0;
    out->span_ns = out->submitted > 0 ? play->last_planned - play->first : 0;
    time = fmax(out->span_ns, play->last_end - play->first);
    out->goodput = out->submitted > 0 ? play->good / time : 0;
    out->busy = out->submitted > 0 ? play->served_ns / (time * play->of->workers) : 0;
    out->wait_mean_ns = out->done > 0 ? play->wait_ns / (double)out->done : NAN;
    out->depth_mean = play->depth_sum / (double)play->of->jobs;
    for (int i = 0; i < QUEUE_SIMULATION_COURSE; i++)
        out->depth[i] = play->course_count[i] ? play->course_sum[i] / (double)play->course_count[i] : NAN;
    for (int i = 0; i < play->producers_count; i++)
        out->served_share[i] =
            play->producers[i].plans > 0 ? (double)play->producers[i].served / (double)play->producers[i].plans : 0;
    out->fairness = stats_jain(out->served_share, play->producers_count);
}

int queue_simulate(const struct queue_simulation *simulation, struct queue_outcome *out)
{
    struct play *play;
    int error;
    *out = (struct queue_outcome){0};
    if (is_wrong(simulation))
        return -EINVAL;
    play = calloc(1, sizeof *play);
    if (!play)
        return -ENOMEM;
    play->of = simulation;
    play->out = out;
    error = begin(play);
    if (!error)
        error = play_all(play);
    if (!error)
        sum_up(play);
    else
        queue_outcome_destroy(out);
    soonest_destroy(&play->workers);
    free(play->starts);
    free(play->waiting);
    free(play);
    return error;
}

void queue_outcome_destroy(struct queue_outcome *outcome)
{
    free(outcome->latency);
    outcome->latency = NULL;
}
