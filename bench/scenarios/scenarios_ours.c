/* scenarios_ours.c - what our pools promise beyond the usual, and others who write pools need
 * not: how long a submit waits for room, who waits for whose discard, that no call is a
 * cancellation point, that none spins on. Not asked of plug-ins. */
#include "bench/scenarios/scenarios.h"

#include <time.h>
#include <unistd.h>

#define ROOM_NS INT64_C(1000000) /* a submit that blocks goes on so long after a slot is free, at the latest */
#define HOUR_NS INT64_C(3600000000000)
enum { NAP_NS = 400000, NAPS = 4 };

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Until all others sleep; whether they do, for certain. */
static bool settle(struct stage *stage)
{
    return stage->world->settle && stage->world->settle();
}

/* Of hand->out, which is read by changing it, so that no older value is seen. */
enum { ROOM_IS_FREE = 1, ROOM_WAS_GOT = 2 };

static int room_state(struct hand *hand, int more)
{
    return atomic_fetch_or_explicit(&hand->out, more, memory_order_relaxed) | more;
}

static void waits_for_room(struct hand *hand)
{
    int status = stage_submit(hand->side, hand->kind, hand->who, NULL);
    if (room_state(hand, ROOM_WAS_GOT) & ROOM_IS_FREE && status == -ETIMEDOUT)
        ledger_tell(LEDGER_STATUS, "a submit timed out, and a slot was free before");
}

/* A slot is free, not half of them, and all others sleep: signals do not make it wait on. */
static void judge_room(struct stage *stage, struct hand *hand)
{
    struct timespec nap = {0, NAP_NS};
    bool asleep = true;
    int64_t since = now_ns();
    room_state(hand, ROOM_IS_FREE);
    for (int i = 0; i < NAPS && !(room_state(hand, 0) & ROOM_WAS_GOT); i++) {
        nanosleep(&nap, NULL);
        stage->world->interrupt();
        asleep = settle(stage) && asleep;
    }
    since = now_ns() - since;
    if (asleep && hand->side->config.full == POOL_BLOCK && since > ROOM_NS + ROOM_NS / 4 &&
        !(room_state(hand, 0) & ROOM_WAS_GOT))
        ledger_tell(LEDGER_STATUS, "a submit waits %d us after a slot had become free, while all others sleep",
                    (int)(since / 1000));
}

/* The only worker is held, the queue is full; then it takes one job, and is held again. */
static void room(struct stage *stage)
{
    struct side *side = first(stage);
    struct hand *hand;
    if (stage_open(side, true))
        return;
    stage_submit(side, JOB_NEEDS, 0, NULL);
    settle(stage);
    stage_submit(side, JOB_NEEDS_LATER, 0, NULL);
    for (size_t i = 1; i < side->config.capacity; i++)
        stage_submit(side, JOB_PLAIN, 0, NULL);
    hand = stage_hand(side, waits_for_room, 1, JOB_PLAIN);
    settle(stage);
    gate_open(&side->gate);
    if (settle(stage) && stage->world->interrupt)
        judge_room(stage, hand);
    gate_open(&side->later);
    stage_join(stage);
    stage_finish(side);
}

/* A cancel is held up by somebody's discard, in which it calls nobody: who drops a job does not wait for it. */
static void slow_discard(struct stage *stage)
{
    struct side *side = first(stage);
    if (stage_open(side, true))
        return;
    for (int i = 0; i < side->workers; i++) {
        stage_submit(side, JOB_NEEDS, 0, NULL);
        settle(stage);
    }
    stage_submit(side, JOB_SLOW, 0, NULL);
    stage_hand(side, stage_cancels, 2, JOB_PLAIN);
    settle(stage);
    for (size_t i = 0; i <= side->config.capacity; i++)
        stage_submit(side, JOB_PLAIN, 0, NULL);
    gate_open(&side->later);
    gate_open(&side->gate);
    stage_join(stage);
    stage_finish(side);
}

/* When a cancel has returned, the slots of what was accepted before are free, whoever has it in hand. */
static void cancel_room(struct stage *stage)
{
    struct side *side = first(stage);
    if (stage_open(side, true))
        return;
    for (int i = 0; i < stage->plan.jobs; i++)
        stage_submit(side, JOB_PLAIN, 0, NULL);
    stage_cancel(side);
    for (size_t i = 0; i < side->config.capacity && i < 2; i++)
        stage_submit(side, JOB_PLAIN, 0, NULL);
    stage_finish(side);
}

enum { SECOND_REFUSED = 3 }; /* hand->who: of whose pool's threads only the first can be started */

/* Whoever has a pending cancellation returns from each call of a pool first. */
static void calls_cancelled(struct hand *hand)
{
    struct side *side = hand->side;
    const struct stage_world *world = side->stage->world;
    int error;
    pthread_cancel(pthread_self());
    if (hand->who == SECOND_REFUSED) {
        side->config.workers_min = side->config.workers;
        world->refuse_threads(1, side->config.workers);
    }
    error = stage_try_open(side, false);
    if (hand->who == SECOND_REFUSED)
        world->refuse_threads(0, 0);
    if (!error) {
        for (int i = 0; i < hand->count + 1; i++)
            stage_submit(side, JOB_ARMS, 0, NULL);
        stage_wait(side, -1);
        stage_close(side);
        stage_cancel(side);
        stage_free(side);
    }
    atomic_store_explicit(&hand->done, true, memory_order_relaxed);
    pthread_testcancel();
}

static void cancellation(struct stage *stage)
{
    bool refuses = stage_draw(stage, 3) == 0 && stage->world->refuse_threads;
    struct hand *hand = stage_hand(first(stage), calls_cancelled, refuses ? SECOND_REFUSED : 2, JOB_ARMS);
    stage_join(stage);
    if (!atomic_load_explicit(&hand->done, memory_order_relaxed))
        ledger_tell(LEDGER_STATUS, "a call of the pool did not return: it was a cancellation point");
}

/* Workers that spin for an hour are no reason to wait. */
static void spins(struct stage *stage)
{
    struct side *side = first(stage);
    side->config.spin_ns = HOUR_NS;
    stage->plan.settle = false; /* they never would */
    if (stage_open(side, true))
        return;
    stage_producers(side, JOB_PLAIN);
    stage_join(stage);
    stage_finish(side);
}

static void naps(const struct stage *stage)
{
    struct timespec nap = {0, stage->nap_ns};
    nanosleep(&nap, NULL);
}

static void cancels_later(struct hand *hand)
{
    naps(hand->side->stage);
    stage_cancel(hand->side);
}

static void closes_later(struct hand *hand)
{
    naps(hand->side->stage);
    stage_close(hand->side);
}

/* A thread wakes in the middle of another one's work, at any step of it, and may have a higher priority, on the
 * only CPU: it does not spin for that one. */
static void real_time(struct stage *stage)
{
    enum { NAP_MOST_NS = 8000 };
    struct side *side = first(stage);
    bool cancels = side->ops->can & POOL_CAN_CANCEL && stage_draw(stage, 2);
    enum job_kind kind = stage_draw(stage, 2) ? JOB_PLAIN : JOB_BREEDS;
    stage->nap_ns = stage_draw(stage, NAP_MOST_NS);
    if (stage_open(side, true))
        return;
    stage_hand(side, cancels ? cancels_later : closes_later, 2, JOB_PLAIN);
    stage_producers(side, kind);
    stage_join(stage);
    stage_finish(side);
}

/* Explains a pool while a job holds what belongs to all: the dynamic loader's lock. */
static void explained(struct stage *stage)
{
    struct side *side = first(stage);
    char text[512];
    if (stage_open(side, true))
        return;
    stage_submit(side, stage->world->load ? JOB_LOADS : JOB_NEEDS, 0, NULL);
    settle(stage);
    if (pool_explain(side->pool, text, sizeof text))
        ledger_tell(LEDGER_STATUS, "pool_explain failed");
    gate_open(&side->gate);
    stage_finish(side);
}

/* From a job, whose thread then goes on in the child as the pool's, or from beside it. */
static void branches(struct stage *stage)
{
    struct side *side = first(stage);
    bool inside = stage_draw(stage, 2), forks = stage->world->fork;
    stage->bare = stage_draw(stage, 2);
    if (stage_open(side, true))
        return;
    stage_producers(side, JOB_PLAIN);
    if (inside)
        stage_submit(side, forks ? JOB_BRANCHES : JOB_PLAIN, 2, NULL);
    else if (forks && stage_branch(side))
        _exit(0);
    stage_join(stage);
    stage_finish(side);
}

SCENARIO(branches, "processes", "a process forks, and the child has nobody else", .ours = true, .seldom = true,
         .jobs_max = 2);
SCENARIO(room, "room", "one of eight slots gets free, and signals come", .ours = true,
         .can = POOL_CAN_RUN_APART | POOL_CAN_QUEUE, .results = NO_RESULTS,
         .full = 1u << POOL_BLOCK | 1u << POOL_TIMEOUT, .capacities = 1u << 2, .workers_min = 1, .workers_max = 1,
         .producers_max = 1);
SCENARIO(slow_discard, "slow-discard", "a cancel is held up by a discard, and others drop jobs", .ours = true,
         .explored_only = true, /* only there is it certain that others sleep */
         .can = POOL_CAN_RUN_APART | POOL_CAN_QUEUE | POOL_CAN_CANCEL | POOL_CAN_DROP, .results = NO_RESULTS,
         .full = 1u << POOL_DROP_OLDEST, .capacities = 1u << 0 | 1u << 1);
SCENARIO(cancel_room, "cancel-room", "after a cancel there is room", .ours = true,
         .can = POOL_CAN_QUEUE | POOL_CAN_CANCEL, .results = NO_RESULTS, .full = REFUSES_ONLY);
SCENARIO(cancellation, "cancellation", "calls by a thread with a pending pthread_cancel", .ours = true,
         .can = POOL_CAN_CANCEL, .results = NO_RESULTS);
SCENARIO(spins, "spins", "workers spin for an hour, and the pool is freed", .ours = true, .can = POOL_CAN_RUN_APART,
         .jobs_max = 2);
SCENARIO(real_time, "real-time", "threads have priorities, and one CPU", .strict = true, .ours = true, .jobs_max = 2);
SCENARIO(explained, "explained", "a pool is explained while a job loads a library", .ours = true,
         .can = POOL_CAN_RUN_APART, .full = WAITS_ONLY, .results = NO_RESULTS, .jobs_max = 1);
