/* watch.c - Little's law of an open loop, on queues that are made up: right, and wrong. */
#include "bench/measure/watch.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "tests/core/erlang.h"

enum { JOBS = 20000, LOOKS = 100, SERVERS = 4 };

/* A queue of 4 servers with services of 100 us, watched at 100 moments of its window; what
 * becomes of its times and counts is up to a test. */
struct scene {
    struct watch watch;
    struct workload_slice slice;
    struct workload_stamp stamps[JOBS];
    int64_t handed[JOBS];
};

static uint64_t state;
static double uniform(void)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(state >> 11) / 9007199254740992.0;
}

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* What the pool says at a moment: those that came and did not end, those on their way
 * counted or not. */
static int64_t held(const double *came, const double *ended, double now)
{
    int64_t count = 0;
    for (int i = 0; i < JOBS; i++) {
        double accepted = came[i] + 1000 * uniform(), settled = ended[i] + 1000 * uniform();
        count += accepted <= now && settled > now;
    }
    return count;
}

static struct scene *scene_of(double load, int seed)
{
    struct erlang_queue queue = {SERVERS, load * SERVERS / 1e5, 1e5, (uint64_t)seed * 7919 + 1};
    struct scene *scene = calloc(1, sizeof *scene);
    double *came = malloc(3 * JOBS * sizeof *came), *ended = came + JOBS, moments[LOOKS];
    cr_assert(scene && came);
    state = (uint64_t)seed;
    erlang_simulate(&queue, came, ended, ended + JOBS, JOBS);
    for (int i = 0; i < JOBS; i++) {
        scene->stamps[i] = (struct workload_stamp){(int64_t)came[i], (int64_t)came[i] + 1, 1 + (int64_t)ended[i], 0};
        scene->handed[i] = (int64_t)came[i] + 1;
    }
    scene->slice.stamps = scene->stamps;
    scene->slice.stamp_count = JOBS;
    scene->slice.handed_ns = scene->handed;
    scene->slice.counted_from_ns = (int64_t)came[JOBS / 4];
    scene->slice.counted_to_ns = (int64_t)came[JOBS - 1];
    for (int i = 0; i < LOOKS; i++)
        moments[i] = came[JOBS / 4] + (came[JOBS - 1] - came[JOBS / 4]) * uniform();
    qsort(moments, LOOKS, sizeof *moments, by_time);
    for (int i = 0; i < LOOKS; i++)
        scene->watch.looks[scene->watch.count++] =
            (struct watch_look){(int64_t)moments[i] - 200, (int64_t)moments[i] + 200, held(came, ended, moments[i])};
    free(came);
    return scene;
}

static bool holds(const struct scene *scene)
{
    struct watch_law law = watch_law(&scene->watch, &scene->slice, SERVERS + 1);
    cr_assert(law.looks >= LOOKS - 4, "%d", law.looks);
    return law.in_pool >= law.low && law.in_pool <= law.high;
}

Test(watch, a_queue_that_is_what_it_says_holds, .timeout = 60)
{
    static const double loads[] = {0.3, 0.9, 1.5}; /* more than can be done, too */
    for (size_t l = 0; l < sizeof loads / sizeof *loads; l++)
        for (int seed = 1; seed <= 5; seed++) {
            struct scene *scene = scene_of(loads[l], seed);
            cr_assert(holds(scene), "load %g, seed %d", loads[l], seed);
            free(scene);
        }
}

/* What it says is near, not merely allowed: rate times stay is the number. */
Test(watch, the_mean_is_that_of_the_law, .timeout = 60)
{
    struct scene *scene = scene_of(1.5, 3);
    struct watch_law law = watch_law(&scene->watch, &scene->slice, SERVERS + 1);
    cr_assert(law.high - law.low < 2 * (SERVERS + 1) + 2, "%g..%g", law.low, law.high);
    cr_assert(law.in_pool > 1000, "%g", law.in_pool);
    free(scene);
}

Test(watch, clocks_that_are_apart_break_it, .timeout = 60)
{
    struct scene *scene = scene_of(0.9, 4);
    for (int i = 0; i < JOBS; i++)
        scene->stamps[i].ended += 1000000; /* a millisecond: 36 jobs */
    cr_assert(!holds(scene));
    free(scene);
}

Test(watch, jobs_that_say_that_they_ended_too_early_break_it, .timeout = 60)
{
    struct scene *scene = scene_of(1.5, 5);
    for (int i = 0; i < JOBS; i++)
        scene->stamps[i].ended = scene->handed[i] + (scene->stamps[i].ended - scene->handed[i]) / 2;
    cr_assert(!holds(scene));
    free(scene);
}

Test(watch, counters_that_forget_or_double_break_it, .timeout = 60)
{
    for (int wrong = 0; wrong < 2; wrong++) {
        struct scene *scene = scene_of(1.5, 6);
        for (int i = 0; i < LOOKS; i++)
            scene->watch.looks[i].in_pool = wrong ? 2 * scene->watch.looks[i].in_pool : 0;
        cr_assert(!holds(scene));
        free(scene);
    }
}

Test(watch, what_got_no_service_or_has_no_window_says_nothing, .timeout = 60)
{
    struct scene *scene = scene_of(0.9, 7);
    scene->stamps[77].ended = 0;
    cr_assert(watch_law(&scene->watch, &scene->slice, 5).looks == 0);
    scene->stamps[77].ended = scene->handed[77] + 5;
    scene->slice.counted_to_ns = scene->slice.counted_from_ns = 0;
    cr_assert(watch_law(&scene->watch, &scene->slice, 5).looks == 0);
    scene->slice.handed_ns = NULL;
    cr_assert(watch_law(&scene->watch, &scene->slice, 5).looks == 0);
    free(scene);
}

/* Moments at distances that repeat with nothing: about as many as there should be, and never
 * more than there are places. */
Test(watch, moments_are_random_and_bounded, .timeout = 60)
{
    static struct watch watch;
    struct pool_config config = {.workers = 1, .capacity = 8};
    struct pool *pool;
    double sum = 0, squares = 0;
    cr_assert(!pool_open(&pool, pool_find("mutex"), &config));
    watch_begin(&watch, 11, 1e6);
    for (int i = 0; i < 2 * WATCH_MAX && watch.next_ns < INT64_MAX; i++) {
        int64_t before = watch.next_ns;
        watch.next_ns = 0; /* it is time */
        watch_look(&watch, pool);
        if (watch.next_ns < INT64_MAX && before < INT64_MAX) {
            double distance = (double)(watch.next_ns - workload_now_ns());
            sum += distance;
            squares += distance * distance;
        }
    }
    cr_assert(watch.count == WATCH_MAX && watch.next_ns == INT64_MAX, "%d", watch.count);
    sum /= WATCH_MAX, squares /= WATCH_MAX;
    cr_assert(fabs(sum / 1e7 - 1) < 0.2, "every %g ms", sum / 1e6);
    cr_assert(fabs(squares / (sum * sum) - 2) < 0.5, "exponential, %g", squares / (sum * sum));
    watch_look(&watch, pool);
    cr_assert(watch.count == WATCH_MAX);
    pool_close(pool);
    pool_free(pool);
}
