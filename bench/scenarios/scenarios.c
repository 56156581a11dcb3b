/* scenarios.c - what users do with a pool: one small function each. */
#include "bench/scenarios/scenario.h"

#include <sched.h>
#include <string.h>

enum { OBSERVED = 4, SOON_NS = 300000 };

static struct side *first(struct stage *stage)
{
    return &stage->sides[0];
}

static void plain(struct stage *stage)
{
    struct side *side = first(stage);
    if (stage_open(side, true))
        return;
    stage_producers(side, JOB_PLAIN);
    if (stage_draw(stage, 2))
        stage_wait(side, -1);
    stage_join(stage);
    stage_finish(side);
}

/* One after the other, everybody asleep in between. */
static void wakes(struct stage *stage)
{
    struct side *side = first(stage);
    if (stage_open(side, true))
        return;
    for (int i = 0; i < stage->plan.jobs; i++) {
        stage_submit(side, JOB_PLAIN, 0, NULL);
        stage_wait(side, -1);
        if (i == 0 && stage->world->settle)
            stage->world->settle();
    }
    stage_finish(side);
}

static void close_race(struct stage *stage)
{
    struct side *side = first(stage);
    int closers = 1 + stage_draw(stage, 2);
    if (stage_open(side, true))
        return;
    stage_producers(side, JOB_PLAIN);
    for (int i = 0; i < closers; i++)
        stage_hand(side, stage_closes, 2, JOB_PLAIN);
    stage_wait(side, -1);
    stage_join(stage);
    stage_finish(side);
}

/* What is submitted after the cancels have returned is untouched by them. */
static void cancel_race(struct stage *stage)
{
    struct side *side = first(stage);
    int cancellers = 1 + stage_draw(stage, 2);
    enum job_kind kind = stage_draw(stage, 2) ? JOB_PLAIN : JOB_BREEDS;
    if (stage_open(side, true))
        return;
    stage_producers(side, kind);
    for (int i = 0; i < cancellers; i++)
        stage_hand(side, stage_cancels, 2, JOB_PLAIN);
    stage_join(stage);
    stage_submit(side, JOB_PLAIN, 0, NULL);
    stage_finish(side);
}

static void cancel_sleepers(struct stage *stage)
{
    static const enum job_kind kinds[] = {JOB_SLEEPS, JOB_POLLS, JOB_LOOKS};
    struct side *side = first(stage);
    enum job_kind kind = kinds[stage_draw(stage, 3)];
    if (stage_open(side, true))
        return;
    stage_producers(side, kind);
    stage_hand(side, stage_cancels, 2, JOB_PLAIN);
    stage_join(stage);
    stage_finish(side);
}

static void nested_produces(struct hand *hand)
{
    for (int i = 0; i < hand->count; i++)
        stage_submit_breeding(hand->side, hand->kind, hand->who);
}

static void nested(struct stage *stage)
{
    struct side *side = first(stage);
    enum job_kind child = stage_draw(stage, 3) ? JOB_PLAIN : JOB_BREEDS;
    if (stage_open(side, true))
        return;
    stage_hand(side, nested_produces, 0, child);
    stage_wait(side, -1);
    stage_join(stage);
    stage_finish(side);
}

/* Who returns from wait may free at once, and who has submitted may free without a wait. */
static void free_at_once(struct stage *stage)
{
    struct side *side = first(stage);
    bool waits = stage_draw(stage, 2), closes = stage_draw(stage, 2);
    int jobs = 1 + stage_draw(stage, stage->plan.jobs), places = (int)side->config.results_capacity;
    if (stage_open(side, false))
        return;
    /* With nobody to receive no more than one worker may have to wait for a place: free gives up. */
    if (side->config.results == POOL_RESULTS_BLOCK && side->config.full == POOL_BLOCK && !waits &&
        side->ops->can & POOL_CAN_RUN_APART)
        places++;
    if (side->config.results != POOL_RESULTS_NONE && jobs > places)
        jobs = places;
    for (int i = 0; i < jobs; i++)
        stage_submit(side, JOB_PLAIN, 0, NULL);
    if (waits)
        stage_wait(side, -1);
    if (closes)
        stage_close(side);
    stage_free(side);
}

static void waits_once(struct hand *hand)
{
    stage_wait(hand->side, -1);
}

/* Several wait, at various times: each is told. */
static void waiters(struct stage *stage)
{
    struct side *side = first(stage);
    if (stage_open(side, true))
        return;
    for (int i = 0; i < 2; i++)
        stage_hand(side, waits_once, 2, JOB_PLAIN);
    stage_producers(side, JOB_PLAIN);
    stage_wait(side, -1);
    stage_join(stage);
    stage_finish(side);
}

/* Free wakes and awaits who is counted as blocked in wait. */
static void free_with_waiters(struct stage *stage)
{
    struct side *side = first(stage);
    struct pool_stats stats = {0};
    if (stage_open(side, false))
        return;
    stage_submit(side, JOB_NEEDS, 0, NULL);
    stage_hand(side, waits_once, 2, JOB_PLAIN);
    while (!pool_stats(side->pool, &stats) && !stats.blocked_wait)
        sched_yield();
    gate_open(&side->gate);
    stage_free(side);
    stage_join(stage);
}

static void batch_produces(struct hand *hand)
{
    stage_batch(hand->side, hand->kind, hand->who, hand->count);
    stage_submit(hand->side, hand->kind, hand->who, NULL);
}

static void batches(struct stage *stage)
{
    struct side *side = first(stage);
    bool closes = stage_draw(stage, 3) == 0;
    if (stage_open(side, true))
        return;
    for (int i = 0; i < stage->plan.producers; i++)
        stage_hand(side, batch_produces, i, JOB_PLAIN);
    if (closes)
        stage_hand(side, stage_closes, 2, JOB_PLAIN);
    stage_join(stage);
    stage_finish(side);
}

/* After a wait all results are there to be received at once. */
static void results(struct stage *stage)
{
    struct side *side = first(stage);
    int left;
    if (stage_open(side, false))
        return;
    left =
        stage->plan.jobs < (int)side->config.results_capacity ? stage->plan.jobs : (int)side->config.results_capacity;
    for (int i = 0; i < left; i++)
        stage_submit(side, JOB_PLAIN, 0, NULL);
    stage_wait(side, -1);
    while (stage_receive(side, 0) > 0)
        ;
    if (ledger_results_open(side->number))
        ledger_tell(LEDGER_RESULT, "after pool_wait returned, a result could not be received at once");
    stage_finish(side);
}

static void receives(struct hand *hand)
{
    while (stage_receive(hand->side, -1) > 0)
        ;
}

static void consumers(struct stage *stage)
{
    struct side *side = first(stage);
    if (stage_open(side, false))
        return;
    for (int i = 0; i < 2; i++)
        stage_hand(side, receives, 2, JOB_PLAIN);
    for (int i = 0; i < stage->plan.jobs; i++)
        stage_submit(side, stage_draw(stage, 3) ? JOB_PLAIN : JOB_FAILS, 0, NULL);
    stage_close(side);
    stage_join(stage);
    stage_finish(side);
}

static void leaves(struct hand *hand)
{
    stage_receive(hand->side, -1);
}

/* The consumer leaves; to give up is to close, then to cancel. A submit that was under way at the close may
 * still be accepted after that cancel, and its job wait for a place: hence the second. */
static void leaving(struct stage *stage)
{
    struct side *side = first(stage);
    bool frees = stage_draw(stage, 3) == 0;
    struct pool_stats stats;
    if (stage_open(side, false))
        return;
    stage_producers(side, JOB_PLAIN);
    stage_hand(side, leaves, 2, JOB_PLAIN);
    stage_close(side);
    stage_cancel(side);
    stage_join(stage);
    stage_cancel(side);
    if (!frees)
        stage_wait(side, -1);
    stage_stats(side, &stats, NULL);
    stage_free(side);
}

static void fails(struct stage *stage)
{
    static const enum job_kind kinds[] = {JOB_FAILS, JOB_POOL_FAILS, JOB_PLAIN};
    struct side *side = first(stage);
    enum job_kind kind = kinds[stage_draw(stage, side->ops->can & POOL_CAN_CONTAIN ? 2 : 1)];
    if (stage_open(side, true))
        return;
    stage_producers(side, kind);
    stage_wait(side, -1);
    stage_join(stage);
    stage_submit(side, JOB_PLAIN, 0, NULL);
    stage_finish(side);
}

/* As many as there are workers can still meet after jobs took their threads away. */
static void exits(struct stage *stage)
{
    struct side *side = first(stage);
    int jobs = 1 + stage_draw(stage, 2);
    if (stage_open(side, true))
        return;
    for (int i = 0; i < jobs; i++)
        stage_submit(side, JOB_EXITS, 0, NULL);
    for (int i = 0; i < side->workers - 1; i++)
        stage_submit(side, JOB_NEEDS, 0, NULL);
    stage_submit(side, JOB_OPENS, 0, NULL);
    stage_finish(side);
}

static void forks(struct stage *stage)
{
    struct side *side = first(stage);
    if (stage_open(side, true))
        return;
    stage_producers(side, JOB_FORKS);
    stage_wait(side, -1);
    stage_join(stage);
    stage_finish(side);
}

/* Workers without a thread of their own, at the opening or later. */
static void no_threads(struct stage *stage)
{
    struct side *side = first(stage);
    int after = stage_draw(stage, 5), count = 1 + stage_draw(stage, 3);
    enum job_kind kind = side->ops->can & POOL_CAN_CONTAIN && stage_draw(stage, 3) == 0 ? JOB_EXITS : JOB_PLAIN;
    int error;
    stage->world->refuse_threads(after, count);
    error = stage_open(side, false);
    if (error) {
        stage->world->refuse_threads(0, 0);
        if (error != -EAGAIN)
            ledger_tell(LEDGER_STATUS, "pool_open without threads returned %d", error);
        return;
    }
    for (int i = 0; i < stage->plan.jobs; i++)
        stage_submit(side, kind, 0, NULL);
    stage_wait(side, -1);
    stage_submit(side, JOB_PLAIN, 0, NULL);
    stage_finish(side);
    stage->world->refuse_threads(0, 0);
}

/* Jobs of each submit to the other, refusing where it is full: no circle of waits. */
static void two_pools(struct stage *stage)
{
    struct side *side = first(stage), *other = &stage->sides[1];
    if (stage_open(side, true))
        return;
    if (!stage_open(other, true)) {
        for (int i = 0; i < stage->plan.jobs; i++) {
            stage_submit(side, JOB_CROSSES, 0, NULL);
            stage_submit(other, JOB_CROSSES, 0, NULL);
        }
        stage_wait(side, -1);
        stage_wait(other, -1);
        stage_wait(side, -1);
        stage_finish(other);
    }
    stage_finish(side);
}

/* workers - 1 jobs wait for one that comes after them: nobody may hold it back. */
static void needs(struct stage *stage)
{
    struct side *side = first(stage);
    if (stage_open(side, true))
        return;
    for (int i = 0; i < side->workers - 1; i++)
        stage_submit(side, JOB_NEEDS, 0, NULL);
    stage_submit(side, JOB_OPENS, 0, NULL);
    if (stage_draw(stage, 2))
        stage_submit(side, JOB_PLAIN, 0, NULL);
    stage_finish(side);
}

static void needs_child(struct stage *stage)
{
    struct side *side = first(stage);
    if (stage_open(side, true))
        return;
    stage_submit(side, JOB_NEEDS_CHILD, 0, NULL);
    if (stage_draw(stage, 2))
        stage_submit(side, JOB_PLAIN, 0, NULL);
    stage_finish(side);
}

static void inside(struct stage *stage)
{
    struct side *side = first(stage);
    if (stage_open(side, true))
        return;
    stage_producers(side, JOB_ASKS);
    stage_join(stage);
    stage_finish(side);
}

static void observes(struct hand *hand)
{
    struct pool_stats now, before;
    char text[512];
    stage_stats(hand->side, &before, NULL);
    for (int i = 0; i < OBSERVED; i++) {
        stage_stats(hand->side, &now, &before);
        before = now;
    }
    pool_explain(hand->side->pool, text, sizeof text);
}

static void observed(struct stage *stage)
{
    struct side *side = first(stage);
    if (stage_open(side, true))
        return;
    stage_hand(side, observes, 2, JOB_PLAIN);
    stage_producers(side, JOB_PLAIN);
    stage_join(stage);
    stage_finish(side);
}

static void timed_wait(struct hand *hand)
{
    stage_wait(hand->side, SOON_NS);
    stage_wait(hand->side, 0);
}

static void timeouts(struct stage *stage)
{
    struct side *side = first(stage);
    if (stage_open(side, true))
        return;
    stage_hand(side, timed_wait, 2, JOB_PLAIN);
    stage_producers(side, JOB_PLAIN);
    stage_join(stage);
    stage_finish(side);
}

/* All workers are held, so that what waits is known exactly. */
static void full(struct stage *stage)
{
    struct side *side = first(stage);
    if (stage_open(side, true))
        return;
    for (int i = 0; i < side->workers; i++)
        stage_submit(side, JOB_NEEDS, 0, NULL);
    for (int i = 0; i < stage->plan.producers; i++)
        stage_hand(side, stage_produces, i, JOB_PLAIN);
    gate_open(&side->gate);
    stage_join(stage);
    stage_finish(side);
}

static void batch_of_three(struct hand *hand)
{
    stage_batch(hand->side, JOB_PLAIN, hand->who, 3);
}

/* Free wakes and awaits who is counted as blocked in a submit, between the jobs of a batch, too. */
static void free_with_submitters(struct stage *stage)
{
    struct side *side = first(stage);
    struct pool_stats stats = {0};
    if (stage_open(side, false))
        return;
    for (int i = 0; i < side->workers; i++)
        stage_submit(side, JOB_NEEDS, 0, NULL);
    stage_hand(side, batch_of_three, 0, JOB_PLAIN);
    while (!pool_stats(side->pool, &stats) && !stats.blocked_submit)
        sched_yield();
    gate_open(&side->gate);
    stage_free(side);
    stage_join(stage);
}

static void produces_once(struct hand *hand)
{
    stage_submit(hand->side, hand->kind, hand->who, NULL);
}

/* Whoever waits for room in a full pool is told by close, and by cancel, while all workers are held. */
static void full_ends(struct stage *stage)
{
    struct side *side = first(stage);
    bool cancels = side->ops->can & POOL_CAN_CANCEL && stage_draw(stage, 2);
    if (stage_open(side, true))
        return;
    for (int i = 0; i < side->workers; i++)
        stage_submit(side, JOB_NEEDS, 0, NULL);
    for (int i = 0; i < stage->plan.producers; i++)
        stage_hand(side, cancels ? produces_once : stage_produces, i, JOB_PLAIN);
    if (stage->world->settle)
        stage->world->settle();
    if (cancels)
        stage_cancel(side);
    else
        stage_close(side);
    stage_join(stage);
    gate_open(&side->gate);
    stage_finish(side);
}

static int counts(void *arg)
{
    atomic_fetch_add_explicit((_Atomic int *)arg, 1, memory_order_relaxed);
    return 0;
}

static void submits_again(struct hand *hand)
{
    while (pool_submit(hand->side->pool, counts, &hand->out) == -EAGAIN)
        sched_yield();
}

/* The last one is submitted after whoever stands had stood still, if anybody does by then. */
static void stands_submits(struct hand *hand)
{
    const struct stage_world *world = hand->side->stage->world;
    int before;
    atomic_store_explicit(&hand->self, world->self(), memory_order_relaxed);
    world->freezable(true);
    for (int i = 0; i < hand->count; i++)
        submits_again(hand);
    world->freezable(false);
    before = atomic_load_explicit(&hand->out, memory_order_relaxed);
    while (atomic_load_explicit(&hand->out, memory_order_relaxed) == before && before < hand->count)
        submits_again(hand);
    atomic_store_explicit(&hand->done, true, memory_order_relaxed);
}

/* Threads 1 to `workers` are the pool's. One that has not said its number yet may be the one. */
static bool stands(const struct stage *stage, const struct hand *hand)
{
    int frozen = stage->world->frozen(), self = atomic_load_explicit(&hand->self, memory_order_relaxed);
    return frozen > stage->sides[0].workers && (self == frozen || self < 0);
}

static bool others_done(const struct stage *stage)
{
    for (int i = 0; i < stage->hand_count; i++)
        if (!atomic_load_explicit(&stage->hands[i].done, memory_order_relaxed) && !stands(stage, &stage->hands[i]))
            return false;
    return true;
}

/* One thread stands still for ever, at any step: jobs of the others go in and come out. */
static void stands_still(struct stage *stage)
{
    struct side *side = first(stage);
    side->config.discard = NULL; /* these jobs are none of the ledger's */
    if (stage_open(side, false))
        return;
    for (int i = 0; i < stage->plan.producers; i++)
        stage_hand(side, stands_submits, i, JOB_PLAIN);
    while (!others_done(stage))
        sched_yield();
    stage->world->end();
}

#define ALL_BUT_DROPS (1u << POOL_BLOCK | 1u << POOL_REJECT | 1u << POOL_TIMEOUT | 1u << POOL_CALLER_RUNS)
#define WAITS_ONLY (1u << POOL_BLOCK)
#define REFUSES_ONLY (1u << POOL_REJECT)
#define NO_RESULTS (1u << POOL_RESULTS_NONE)
#define SOME_RESULTS (1u << POOL_RESULTS_BLOCK | 1u << POOL_RESULTS_THROTTLE | 1u << POOL_RESULTS_DROP)

#define SCENARIO(id, title, what, ...)                                                                                 \
    static const struct scenario scenario_##id = {.name = title, .summary = what, .run = id, __VA_ARGS__}

SCENARIO(plain, "plain", "producers submit, somebody waits");
SCENARIO(wakes, "wakes", "one job after the other, all asleep in between");
SCENARIO(close_race, "close", "one or two close while producers submit", .not_of = POOL_NO_CLOSE | POOL_CLOSE_CANCELS);
SCENARIO(cancel_race, "cancel", "one or two cancel while producers submit", .can = POOL_CAN_CANCEL);
SCENARIO(cancel_sleepers, "cancel-running", "a cancel meets jobs that sleep, poll or look", .can = POOL_CAN_CANCEL);
SCENARIO(nested, "nested", "jobs submit jobs");
SCENARIO(free_at_once, "free", "the pool is freed as soon as that is allowed",
         .not_of = POOL_CLOSE_CANCELS | POOL_NO_WAIT | POOL_NO_CLOSE);
SCENARIO(waiters, "waiters", "several wait at the same time");
SCENARIO(free_with_waiters, "free-waited", "the pool is freed while somebody waits", .can = POOL_CAN_RUN_APART,
         .not_of = POOL_NO_COUNTS | POOL_NO_WAIT | POOL_CLOSE_CANCELS | POOL_NO_CLOSE | POOL_CALLER_MAY_RUN |
                   POOL_WAIT_HELPS,
         .results = NO_RESULTS, .full = WAITS_ONLY);
SCENARIO(batches, "batches", "producers submit several jobs at once, and one closes",
         .not_of = POOL_NO_CLOSE | POOL_CLOSE_CANCELS);
SCENARIO(results, "results", "after a wait all results are there", .can = POOL_CAN_RESULTS, .results = SOME_RESULTS);
SCENARIO(consumers, "consumers", "two receive until the end", .can = POOL_CAN_RESULTS, .results = SOME_RESULTS);
SCENARIO(leaving, "leaving", "the consumer leaves; close, cancel", .can = POOL_CAN_RESULTS | POOL_CAN_CANCEL,
         .results = SOME_RESULTS);
SCENARIO(fails, "fails", "jobs fail, by their status or by pool_fail");
SCENARIO(exits, "exits", "jobs end their threads", .can = POOL_CAN_CONTAIN | POOL_CAN_RUN_APART,
         .not_of = POOL_CALLER_MAY_RUN | POOL_WAIT_HELPS | POOL_JOBS_RETURN, .full = WAITS_ONLY,
         .results = NO_RESULTS | 1u << POOL_RESULTS_DROP);
SCENARIO(forks, "forks", "jobs fork and join", .can = POOL_CAN_FORK, .jobs_max = 1);
SCENARIO(no_threads, "no-threads", "threads cannot be started", .refuses_threads = true, .results = NO_RESULTS,
         .can = POOL_CAN_RUN_APART, .not_of = POOL_NO_COUNTS, .full = ALL_BUT_DROPS & ~(1u << POOL_CALLER_RUNS));
SCENARIO(two_pools, "two-pools", "jobs of two pools submit to the other", .full = REFUSES_ONLY, .can = POOL_CAN_QUEUE,
         .jobs_max = 2, .workers_max = 2);
SCENARIO(needs, "needs", "jobs wait for one that comes later", .can = POOL_CAN_RUN_APART,
         .not_of = POOL_CALLER_MAY_RUN | POOL_WAIT_HELPS, .full = WAITS_ONLY, .results = NO_RESULTS);
SCENARIO(needs_child, "needs-child", "a job waits for a job that it submitted", .can = POOL_CAN_RUN_APART,
         .not_of = POOL_CALLER_MAY_RUN | POOL_WAIT_HELPS, .full = ALL_BUT_DROPS & ~(1u << POOL_CALLER_RUNS),
         .results = NO_RESULTS);
SCENARIO(inside, "inside", "jobs make the calls that are refused inside",
         .not_of = POOL_NO_WAIT | POOL_NO_CLOSE | POOL_NO_COUNTS);
SCENARIO(observed, "observed", "somebody reads the statistics all the time", .not_of = POOL_NO_COUNTS);
SCENARIO(timeouts, "timeouts", "waits with limits");
SCENARIO(full, "full", "all workers are held, and the queue fills", .can = POOL_CAN_RUN_APART | POOL_CAN_QUEUE,
         .not_of = POOL_CALLER_MAY_RUN | POOL_WAIT_HELPS | POOL_UNBOUNDED, .results = NO_RESULTS,
         .full = 1u << POOL_BLOCK | 1u << POOL_TIMEOUT);
SCENARIO(free_with_submitters, "free-blocked", "the pool is freed while somebody waits for room",
         .can = POOL_CAN_RUN_APART | POOL_CAN_QUEUE,
         .not_of = POOL_CALLER_MAY_RUN | POOL_WAIT_HELPS | POOL_UNBOUNDED | POOL_NO_CLOSE | POOL_CLOSE_CANCELS |
                   POOL_NO_COUNTS,
         .results = NO_RESULTS, .full = WAITS_ONLY, .capacities = 1u << 0 | 1u << 1);
SCENARIO(full_ends, "full-ends", "a close or a cancel meets who waits for room",
         .can = POOL_CAN_RUN_APART | POOL_CAN_QUEUE,
         .not_of = POOL_CALLER_MAY_RUN | POOL_WAIT_HELPS | POOL_UNBOUNDED | POOL_NO_CLOSE | POOL_CLOSE_CANCELS,
         .results = NO_RESULTS, .full = WAITS_ONLY);
SCENARIO(stands_still, "freeze", "one thread stands still, the others go on", .freezes = true,
         .can = POOL_CAN_RUN_APART | POOL_CAN_QUEUE,
         .full = REFUSES_ONLY | 1u << POOL_DROP_OLDEST | 1u << POOL_CALLER_RUNS, .results = NO_RESULTS, .jobs_max = 4);

static void order(struct stage *stage)
{
    plain(stage);
}
SCENARIO(order, "order", "one worker begins the jobs of a producer in their order", .workers_min = 1, .workers_max = 1,
         .not_of = POOL_CALLER_MAY_RUN | POOL_WAIT_HELPS, .can = POOL_CAN_KEEP_ORDER, .jobs_max = 4);

const struct scenario *const scenario_table[] = {
    &scenario_plain,
    &scenario_wakes,
    &scenario_close_race,
    &scenario_cancel_race,
    &scenario_cancel_sleepers,
    &scenario_nested,
    &scenario_free_at_once,
    &scenario_waiters,
    &scenario_free_with_waiters,
    &scenario_batches,
    &scenario_results,
    &scenario_consumers,
    &scenario_leaving,
    &scenario_fails,
    &scenario_exits,
    &scenario_forks,
    &scenario_no_threads,
    &scenario_two_pools,
    &scenario_needs,
    &scenario_needs_child,
    &scenario_inside,
    &scenario_observed,
    &scenario_timeouts,
    &scenario_full,
    &scenario_order,
    &scenario_full_ends,
    &scenario_free_with_submitters,
    &scenario_stands_still,
    NULL,
};

const struct scenario *scenario_find(const char *name)
{
    for (int i = 0; scenario_table[i]; i++)
        if (!strcmp(scenario_table[i]->name, name))
            return scenario_table[i];
    return NULL;
}
