/* scenarios.c - what users do with a pool: one small function each; and the table of all. */
#include "bench/scenarios/scenarios.h"

#include <string.h>
#include <time.h>

#define HOUR_NS INT64_C(3600000000000)
enum { OBSERVED = 4, SOON_NS = 300000 };

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
    error = stage_try_open(side, false);
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

/* Of our own: a limit that is far away is not over before. */
static void long_wait(struct side *side)
{
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    if (stage_wait(side, HOUR_NS) != -ETIMEDOUT)
        return;
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (end.tv_sec - begin.tv_sec < HOUR_NS / 1000000000)
        ledger_tell(LEDGER_STATUS, "pool_wait for an hour timed out after %d s", (int)(end.tv_sec - begin.tv_sec));
}

static void timed_wait(struct hand *hand)
{
    stage_wait(hand->side, SOON_NS);
    stage_wait(hand->side, 0);
    if (!pool_is_added(hand->side->ops))
        long_wait(hand->side);
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

static void order(struct stage *stage)
{
    plain(stage);
}

SCENARIO(plain, "plain", "producers submit, somebody waits");
SCENARIO(wakes, "wakes", "one job after the other, all asleep in between");
SCENARIO(close_race, "close", "one or two close while producers submit", .not_of = POOL_NO_CLOSE | POOL_CLOSE_CANCELS);
SCENARIO(cancel_race, "cancel", "one or two cancel while producers submit", .can = POOL_CAN_CANCEL);
SCENARIO(cancel_sleepers, "cancel-running", "a cancel meets jobs that sleep, poll or look", .can = POOL_CAN_CANCEL);
SCENARIO(nested, "nested", "jobs submit jobs");
SCENARIO(batches, "batches", "producers submit several jobs at once, and one closes",
         .not_of = POOL_NO_CLOSE | POOL_CLOSE_CANCELS);
SCENARIO(fails, "fails", "jobs fail, by their status or by pool_fail");
SCENARIO(exits, "exits", "jobs end their threads", .can = POOL_CAN_CONTAIN | POOL_CAN_RUN_APART,
         .not_of = POOL_CALLER_MAY_RUN | POOL_WAIT_HELPS | POOL_JOBS_RETURN, .full = WAITS_ONLY,
         .results = NO_RESULTS | 1u << POOL_RESULTS_DROP);
SCENARIO(forks, "forks", "jobs fork and join", .can = POOL_CAN_FORK, .jobs_max = 1);
SCENARIO(no_threads, "no-threads", "threads cannot be started", .explored_only = true, .ours = true,
         .results = NO_RESULTS, .can = POOL_CAN_RUN_APART, .not_of = POOL_NO_COUNTS,
         .full = ALL_BUT_DROPS & ~(1u << POOL_CALLER_RUNS));
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
    &scenario_real_time,
    &scenario_full_ends,
    &scenario_free_with_submitters,
    &scenario_room,
    &scenario_slow_discard,
    &scenario_cancel_room,
    &scenario_cancellation,
    &scenario_spins,
    &scenario_explained,
    &scenario_branches,
    &scenario_stands_still,
    &scenario_medley,
    &scenario_medley_of_two,
    &scenario_free_any,
    &scenario_trees,
    &scenario_hides,
    &scenario_refused,
    &scenario_bound,
    NULL,
};

const struct scenario *scenario_find(const char *name)
{
    for (int i = 0; scenario_table[i]; i++)
        if (!strcmp(scenario_table[i]->name, name))
            return scenario_table[i];
    return NULL;
}
