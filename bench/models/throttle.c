/* throttle.c - see throttle.h.
 *
 * All busy workers go on at one speed, so that a job ends when the work that each of them
 * has done since the beginning reaches a mark: the work when it started plus its
 * service. Marks are kept in a heap; the clock only decides how fast the work grows. */
#include "bench/models/throttle.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/models/soonest.h"

enum { WORKERS_MAX = 65536, QUEUE_FIRST = 1024 };
#define PERIOD_NS 100e6

struct play {
    const struct throttle *of;
    struct throttle_outcome *out;
    uint64_t random;

    double now, work;           /* of each busy worker, since the beginning */
    double period_ends, budget; /* CPU time left in this period */
    int busy;
    struct mark {
        double work, arrived;
    } * marks;     /* a heap, the least first: of busy workers */
    double *queue; /* when those that wait came, at k & mask */
    int64_t mask, oldest, newest;

    double busy_ns, cpu_ns, stalled_ns;
    int64_t periods, throttled;
    struct arrival_plan plan;
    struct arrival arrivals;
    double coming; /* the next arrival */
};

static double speed_of(const struct play *play)
{
    double wants = play->busy * play->of->service->cpu_share;
    double cpus = play->of->cpus > 0 ? play->of->cpus : INFINITY;
    return wants > cpus ? cpus / wants : 1;
}

static void push_mark(struct play *play, struct mark mark)
{
    int i = play->busy++;
    for (; i > 0 && play->marks[(i - 1) / 2].work > mark.work; i = (i - 1) / 2)
        play->marks[i] = play->marks[(i - 1) / 2];
    play->marks[i] = mark;
}

static struct mark pop_mark(struct play *play)
{
    struct mark least = play->marks[0], last = play->marks[--play->busy];
    int i = 0, child;
    for (; (child = 2 * i + 1) < play->busy; i = child) {
        child += child + 1 < play->busy && play->marks[child + 1].work < play->marks[child].work;
        if (play->marks[child].work >= last.work)
            break;
        play->marks[i] = play->marks[child];
    }
    play->marks[i] = last;
    return least;
}

static void start(struct play *play, double arrived)
{
    double service = service_draw(play->of->service, soonest_random(&play->random));
    push_mark(play, (struct mark){play->work + service, arrived});
}

static int enqueue(struct play *play)
{
    if (play->newest - play->oldest > play->mask) {
        int64_t size = 2 * (play->mask + 1);
        double *queue = malloc((size_t)size * sizeof *queue);
        if (!queue)
            return -ENOMEM;
        for (int64_t k = play->oldest; k < play->newest; k++)
            queue[k & (size - 1)] = play->queue[k & play->mask];
        free(play->queue);
        play->queue = queue;
        play->mask = size - 1;
    }
    play->queue[play->newest++ & play->mask] = play->coming;
    return 0;
}

static int arrive(struct play *play)
{
    int64_t job;
    int error = 0;
    if (play->busy < play->of->workers)
        start(play, play->coming);
    else
        error = enqueue(play);
    play->coming = arrival_next(&play->arrivals, &job);
    return error;
}

static void finish(struct play *play)
{
    struct mark ended = pop_mark(play);
    if (ended.arrived >= play->of->warm_ns)
        hist_record(play->out->latency, (uint64_t)(play->now - ended.arrived + 0.5));
    if (play->oldest < play->newest)
        start(play, play->queue[play->oldest++ & play->mask]);
}

/* Lets the clock go on to `then`, at that speed: 0 while stalled. */
static void go_on(struct play *play, double then, double speed)
{
    double step = then - play->now, computed = step * speed * play->busy * play->of->service->cpu_share;
    if (then >= play->of->warm_ns) {
        play->busy_ns += step * play->busy;
        play->cpu_ns += computed;
        play->stalled_ns += speed > 0 ? 0 : step;
    }
    play->budget -= computed;
    play->work += step * speed;
    play->now = then;
}

static void next_period(struct play *play)
{
    double period = play->of->period_ns > 0 ? play->of->period_ns : PERIOD_NS;
    play->budget = play->of->quota * period;
    play->period_ends += period;
    play->periods += play->now >= play->of->warm_ns;
}

/* One event: an arrival, an end, the quota used up, a new period. */
static int step(struct play *play, bool *stalled)
{
    double speed = *stalled ? 0 : speed_of(play), rate = speed * play->busy * play->of->service->cpu_share;
    double ends =
        play->busy > 0 && speed > 0 ? play->now + fmax(0, play->marks[0].work - play->work) / speed : INFINITY;
    double empty = rate > 0 && play->of->quota > 0 ? play->now + fmax(0, play->budget) / rate : INFINITY;
    double then = fmin(fmin(play->coming, ends), fmin(empty, play->period_ends));
    go_on(play, then, speed);
    if (then == play->period_ends) {
        next_period(play);
        *stalled = false;
    } else if (then == ends) {
        finish(play);
    } else if (then == empty) {
        *stalled = true;
        play->throttled += play->now >= play->of->warm_ns;
    } else {
        return arrive(play);
    }
    return 0;
}

static bool is_wrong(const struct throttle *of)
{
    return of->workers < 1 || of->workers > WORKERS_MAX || of->jobs < 1 || !(of->rate > 0) || !of->service ||
           of->arrivals == QUEUE_RECORDED ||
           (of->arrivals == QUEUE_ONOFF && (!(of->on_ns > 0) || !(of->off_ns >= 0))) || !(of->cpus >= 0) ||
           !(of->quota >= 0) || !(of->period_ns >= 0) || !(of->service->cpu_share >= 0 && of->service->cpu_share <= 1);
}

static int play_all(struct play *play)
{
    bool stalled = false;
    int64_t job;
    int error = 0;
    play->plan = (struct arrival_plan){.kind = play->of->arrivals,
                                       .rate = play->of->rate,
                                       .on_ns = play->of->on_ns,
                                       .off_ns = play->of->off_ns,
                                       .jobs = play->of->jobs,
                                       .producers = 1,
                                       .seed = play->of->seed};
    arrival_begin(&play->arrivals, &play->plan, 0);
    play->coming = arrival_next(&play->arrivals, &job);
    if (play->of->quota > 0)
        next_period(play);
    else
        play->period_ends = INFINITY;
    while (!error && (play->busy > 0 || isfinite(play->coming)))
        error = step(play, &stalled);
    return error;
}

static void sum_up(struct play *play)
{
    double time = play->now - play->of->warm_ns;
    play->out->throttled = play->periods > 0 ? (double)play->throttled / (double)play->periods : 0;
    play->out->stalled = time > 0 ? play->stalled_ns / time : 0;
    play->out->cpus_used = time > 0 ? play->cpu_ns / time : 0;
    play->out->busy = time > 0 ? play->busy_ns / time / play->of->workers : 0;
}

int throttle_simulate(const struct throttle *throttle, struct throttle_outcome *out)
{
    struct play play = {.of = throttle, .out = out, .mask = QUEUE_FIRST - 1};
    int error = -ENOMEM;
    *out = (struct throttle_outcome){0};
    if (is_wrong(throttle))
        return -EINVAL;
    play.random = random_mix(throttle->seed);
    play.marks = malloc((size_t)throttle->workers * sizeof *play.marks);
    play.queue = malloc(QUEUE_FIRST * sizeof *play.queue);
    out->latency = calloc(1, sizeof *out->latency);
    if (play.marks && play.queue && out->latency)
        error = play_all(&play);
    if (!error)
        sum_up(&play);
    else
        throttle_outcome_destroy(out);
    free(play.marks);
    free(play.queue);
    return error;
}

void throttle_outcome_destroy(struct throttle_outcome *outcome)
{
    free(outcome->latency);
    outcome->latency = NULL;
}
