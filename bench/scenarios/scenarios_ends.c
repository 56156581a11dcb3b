/* scenarios_ends.c - pools that are full, waited for and freed; and one thread that stands still. */
#include "bench/scenarios/scenarios.h"

#include <sched.h>

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

/* Each is done, or the one, for certain. */
static bool others_known(const struct stage *stage)
{
    for (int i = 0; i < stage->hand_count; i++)
        if (!atomic_load_explicit(&stage->hands[i].done, memory_order_relaxed) &&
            atomic_load_explicit(&stage->hands[i].self, memory_order_relaxed) != stage->world->frozen())
            return false;
    return true;
}

static void is_done(struct hand *hand)
{
    atomic_store_explicit(&hand->done, true, memory_order_relaxed);
}

static void waits_once(struct hand *hand)
{
    stage_wait(hand->side, -1);
    is_done(hand);
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

/* Until the statistics say that somebody is blocked in wait, or in a submit. False where all have
 * returned, as they may where jobs are not begun in the order in which they came, and where
 * nobody is counted: not every pool does. Of the steps of a schedule some hundred looks take most. */
static bool is_counted(struct side *side, bool in_submit)
{
    int looks = side->stage->world->settle ? 200 : 1 << 20;
    struct pool_stats stats = {0};
    while (looks-- && !others_done(side->stage) && !pool_stats(side->pool, &stats)) {
        if (in_submit ? stats.blocked_submit : stats.blocked_wait)
            return true;
        sched_yield();
    }
    return false;
}

/* With what is not counted free need not know: it is called when they have returned. */
static void free_when_counted(struct side *side, bool in_submit)
{
    bool counted = is_counted(side, in_submit);
    gate_open(&side->gate);
    if (counted)
        stage_free(side);
    stage_join(side->stage);
    if (!counted)
        stage_finish(side);
}

/* Free wakes and awaits who is counted as blocked in wait. */
static void free_with_waiters(struct stage *stage)
{
    struct side *side = first(stage);
    if (stage_open(side, false))
        return;
    stage_submit(side, JOB_NEEDS, 0, NULL);
    stage_hand(side, waits_once, 2, JOB_PLAIN);
    free_when_counted(side, false);
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
    is_done(hand);
}

static void produces_once(struct hand *hand)
{
    stage_submit(hand->side, hand->kind, hand->who, NULL);
    is_done(hand);
}

/* Free wakes and awaits who is counted as blocked in a submit, between the jobs of a batch, too: of a batch that is
 * single submits one is all that free can know of. */
static void free_with_submitters(struct stage *stage)
{
    struct side *side = first(stage);
    if (stage_open(side, false))
        return;
    for (int i = 0; i < side->workers; i++)
        stage_submit(side, JOB_NEEDS, 0, NULL);
    for (size_t i = 0; stage->plan.one_by_one && i < stage->plan.config.capacity; i++)
        stage_submit(side, JOB_PLAIN, 0, NULL);
    stage_hand(side, stage->plan.one_by_one ? produces_once : batch_of_three, 0, JOB_PLAIN);
    free_when_counted(side, true);
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
    is_done(hand);
}

/* One thread stands still for ever, at any step: jobs of the others go in and come out. Workers of our own sleep
 * then, whatever it has in its hand. */
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
    if (!pool_is_added(side->ops) && others_known(stage) && !stage->world->settle())
        ledger_tell(LEDGER_STATUS,
                    "a worker looks for jobs again and again, and none can be taken while one thread stands");
    stage->world->end();
}

SCENARIO(free_at_once, "free", "the pool is freed as soon as that is allowed",
         .not_of = POOL_CLOSE_CANCELS | POOL_NO_WAIT | POOL_NO_CLOSE);
SCENARIO(waiters, "waiters", "several wait at the same time");
SCENARIO(free_with_waiters, "free-waited", "the pool is freed while somebody waits", .can = POOL_CAN_RUN_APART,
         .not_of = POOL_NO_COUNTS | POOL_NO_WAIT | POOL_CLOSE_CANCELS | POOL_NO_CLOSE | POOL_CALLER_MAY_RUN |
                   POOL_WAIT_HELPS,
         .results = NO_RESULTS, .full = WAITS_ONLY);
SCENARIO(full, "full", "all workers are held, and the queue fills", .can = POOL_CAN_RUN_APART | POOL_CAN_QUEUE,
         .not_of = POOL_CALLER_MAY_RUN | POOL_WAIT_HELPS | POOL_UNBOUNDED, .results = NO_RESULTS,
         .full = 1u << POOL_BLOCK | 1u << POOL_TIMEOUT);
SCENARIO(free_with_submitters, "free-blocked", "the pool is freed while somebody waits for room",
         .can = POOL_CAN_RUN_APART | POOL_CAN_QUEUE,
         .not_of = POOL_CALLER_MAY_RUN | POOL_WAIT_HELPS | POOL_UNBOUNDED | POOL_NO_CLOSE | POOL_CLOSE_CANCELS |
                   POOL_NO_COUNTS,
         .results = NO_RESULTS, .full = WAITS_ONLY, .capacities = 1u << 0 | 1u << 1);
SCENARIO(full_ends, "full-ends", "a close or a cancel meets who waits for room",
         .explored_only = true, /* only there is it certain that all wait */
         .can = POOL_CAN_RUN_APART | POOL_CAN_QUEUE,
         .not_of = POOL_CALLER_MAY_RUN | POOL_WAIT_HELPS | POOL_UNBOUNDED | POOL_NO_CLOSE | POOL_CLOSE_CANCELS,
         .results = NO_RESULTS, .full = WAITS_ONLY);
SCENARIO(stands_still, "freeze", "one thread stands still, the others go on", .freezes = true,
         .can = POOL_CAN_RUN_APART | POOL_CAN_QUEUE,
         .full = REFUSES_ONLY | 1u << POOL_DROP_OLDEST | 1u << POOL_CALLER_RUNS, .results = NO_RESULTS, .jobs_max = 4);
