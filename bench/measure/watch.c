/* watch.c - see watch.h. */
#include "bench/measure/watch.h"

#include <math.h>
#include <stdlib.h>

#include "bench/machine/clocks.h"
#include "workloads/core/random.h"

static const double EVERY_NS = 1e7;

static void plan_next(struct watch *watch, int64_t now_ns)
{
    watch->random = random_mix(watch->random);
    watch->next_ns = watch->count < WATCH_MAX
                         ? now_ns + 1 + (int64_t)(watch->every_ns * random_draw(RANDOM_EXPONENTIAL, watch->random))
                         : INT64_MAX;
}

void watch_begin(struct watch *watch, uint64_t seed, double length_ns)
{
    static const double room = 2; /* a slice may take longer than it should */
    watch->count = 0;
    watch->random = random_mix(seed);
    watch->every_ns = fmax(EVERY_NS, room * length_ns / WATCH_MAX);
    plan_next(watch, workload_now_ns());
}

void watch_look(struct watch *watch, struct pool *pool)
{
    struct watch_look look = {.before_ns = workload_now_ns()};
    struct pool_stats stats;
    if (look.before_ns < watch->next_ns)
        return;
    pool_stats(pool, &stats);
    look.after_ns = workload_now_ns();
    look.in_pool = (int64_t)(stats.accepted - stats.done - stats.failed - stats.cancelled - stats.dropped);
    if (look.after_ns - look.before_ns <= WATCH_SLOW_NS)
        watch->looks[watch->count++] = look;
    plan_next(watch, look.after_ns);
}

/* How many of the stamps' moments lie at or before each look's begin, and its end. */
struct tally {
    int64_t by_begin[WATCH_MAX + 1], by_end[WATCH_MAX + 1]; /* [count]: none of them */
};

static int first_look(const struct watch *watch, int64_t ns, bool end)
{
    int low = 0, high = watch->count;
    while (low < high) {
        int middle = (low + high) / 2;
        const struct watch_look *look = &watch->looks[middle];
        if ((end ? look->after_ns + CLOCKS_STEP_NS : look->before_ns - CLOCKS_STEP_NS) < ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void tally_add(struct tally *tally, const struct watch *watch, int64_t ns)
{
    tally->by_begin[first_look(watch, ns, false)]++;
    tally->by_end[first_look(watch, ns, true)]++;
}

static void tally_sum(struct tally *tally, int count)
{
    for (int i = 1; i < count; i++) {
        tally->by_begin[i] += tally->by_begin[i - 1];
        tally->by_end[i] += tally->by_end[i - 1];
    }
}

/* Means over the looks while jobs are counted. */
static struct watch_law reckon(const struct watch *watch, const struct workload_slice *work, const struct tally *came,
                               const struct tally *went, int transit)
{
    struct watch_law law = {0};
    for (int i = 0; i < watch->count; i++) {
        const struct watch_look *look = &watch->looks[i];
        if (look->before_ns < work->counted_from_ns || look->after_ns > work->counted_to_ns)
            continue;
        law.looks++;
        law.in_pool += (double)look->in_pool;
        law.low += fmax(0, (double)(came->by_begin[i] - went->by_end[i] - transit));
        law.high += (double)(came->by_end[i] - went->by_begin[i] + transit);
    }
    if (law.looks) {
        law.in_pool /= law.looks;
        law.low /= law.looks;
        law.high /= law.looks;
    }
    return law;
}

struct watch_law watch_law(const struct watch *watch, const struct workload_slice *work, int transit)
{
    struct tally *tallies = calloc(2, sizeof *tallies);
    struct watch_law law = {0};
    bool all = tallies && work->handed_ns && work->counted_to_ns > work->counted_from_ns;
    for (int64_t i = 0; all && i < work->stamp_count; i++) {
        all = work->handed_ns[i] && work->stamps[i].ended;
        if (all) {
            tally_add(&tallies[0], watch, work->handed_ns[i]);
            tally_add(&tallies[1], watch, work->stamps[i].ended);
        }
    }
    if (all) {
        tally_sum(&tallies[0], watch->count);
        tally_sum(&tallies[1], watch->count);
        law = reckon(watch, work, &tallies[0], &tallies[1], transit);
    }
    free(tallies);
    return law;
}
