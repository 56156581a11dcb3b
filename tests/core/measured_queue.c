/* measured_queue.c - see measured_queue.h. */
#include "tests/core/measured_queue.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { WORKERS_MAX = 64, JOBS = 3000000 };

void measured_prepare(struct measured *times)
{
    double seen = 0, sum = 0, squares = 0;
    times->count = 0;
    for (unsigned i = 0; i < HIST_BUCKETS; i++) {
        double jobs = (double)times->hist.buckets[i], ns = hist_bucket_ns(i);
        if (!(jobs > 0))
            continue;
        seen += jobs;
        sum += jobs * ns;
        squares += jobs * ns * ns;
        times->places[times->count] = ns;
        times->up_to[times->count++] = seen / (double)times->hist.count;
    }
    times->mean = seen > 0 ? sum / seen : NAN;
    times->variation = seen > 0 ? squares / seen / (times->mean * times->mean) - 1 : NAN;
}

/* What was measured. */

static const struct workload_stamp *sorted; /* qsort has no context */

static int by_worker(const void *left, const void *right)
{
    const struct workload_stamp *a = &sorted[*(const int64_t *)left], *b = &sorted[*(const int64_t *)right];
    if (a->worker != b->worker)
        return a->worker < b->worker ? -1 : 1;
    return (a->started > b->started) - (a->started < b->started);
}

static void add_one(const struct workload_stamp *before, const struct workload_stamp *stamp, struct hist *starts,
                    struct hist *turns)
{
    int64_t came = stamp->submitted, free_at = before->ended,
            between = stamp->started - (came < free_at ? free_at : came);
    hist_record(came < free_at ? turns : starts, between > 0 ? (uint64_t)between : 0);
}

int measured_between(const struct workload_stamp *stamps, int64_t count, int64_t from_ns, struct hist *starts,
                     struct hist *turns)
{
    int64_t *order = calloc((size_t)count + 1, sizeof *order);
    if (!order)
        return -ENOMEM;
    for (int64_t i = 0; i < count; i++)
        order[i] = i;
    sorted = stamps;
    qsort(order, (size_t)count, sizeof *order, by_worker);
    for (int64_t i = 1; i < count; i++) {
        const struct workload_stamp *before = &stamps[order[i - 1]], *stamp = &stamps[order[i]];
        if (before->worker == stamp->worker && stamp->submitted >= from_ns)
            add_one(before, stamp, starts, turns);
    }
    free(order);
    return 0;
}

/* The queue. */

struct random {
    uint64_t state;
};

static double uniform(struct random *random)
{
    random->state = random->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return ((double)(random->state >> 11) + 1) / 9007199254740993.0;
}

static double draw(const struct measured *times, struct random *random)
{
    double share;
    int low = 0, high;
    if (!times || !times->count)
        return 0;
    share = uniform(random);
    high = times->count - 1;
    while (low < high) {
        int middle = (low + high) / 2;
        if (times->up_to[middle] < share)
            low = middle + 1;
        else
            high = middle;
    }
    return times->places[low];
}

struct measured_outcome measured_queue_run(const struct measured_queue *queue, double rate, double limit_ns,
                                           int64_t jobs, uint64_t seed)
{
    static const int64_t warm = 200000;
    struct random random = {seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
    double free_at[WORKERS_MAX] = {0}, now = 0, waits = 0;
    int64_t later = 0;
    for (int64_t i = -warm; i < jobs; i++) {
        double begin;
        int first = 0;
        for (int s = 1; s < queue->workers; s++)
            first = free_at[s] < free_at[first] ? s : first;
        now -= log(uniform(&random)) / rate;
        begin =
            free_at[first] > now ? free_at[first] + draw(queue->turns, &random) : now + draw(queue->starts, &random);
        free_at[first] = begin + draw(queue->services, &random);
        later += i >= 0 && free_at[first] - now > limit_ns;
        waits += i >= 0 ? begin - now : 0;
    }
    return (struct measured_outcome){(double)later / (double)jobs, waits / (double)jobs};
}

double measured_queue_most(const struct measured_queue *queue)
{
    double turn = queue->turns && queue->turns->count ? queue->turns->mean : 0;
    return queue->workers / (queue->services->mean + turn);
}

double measured_queue_rate(const struct measured_queue *queue, double limit_ns, double share)
{
    enum { HALVINGS = 13 };
    double low = 0, high = measured_queue_most(queue);
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        *(measured_queue_run(queue, middle, limit_ns, JOBS, 1).later <= share ? &low : &high) = middle;
    }
    return (low + high) / 2;
}

double measured_queue_chance(const struct measured_queue *queue, double rate, double limit_ns, double jobs)
{
    enum { RUNS = 30 };
    static const double step = 0.02;
    double sum = 0, squares = 0, slope;
    if (!(jobs >= 1))
        return 0; /* not a probe came near: that is no chance */
    slope = (measured_queue_run(queue, rate * (1 + step), limit_ns, JOBS, 1).later -
             measured_queue_run(queue, rate * (1 - step), limit_ns, JOBS, 1).later) /
            (2 * step);
    if (!(slope > 0))
        return INFINITY;
    for (int i = 0; i < RUNS; i++) {
        double share = measured_queue_run(queue, rate, limit_ns, (int64_t)jobs, 100 + (uint64_t)i).later;
        sum += share;
        squares += share * share;
    }
    return sqrt(fmax(0, squares / RUNS - sum * sum / RUNS / RUNS) * RUNS / (RUNS - 1)) / slope;
}
