/* scenarios_blocked.c - what those who are blocked, or stand still, may not keep from others: the jobs that they
 * hold, the job that they were called for, the return of a cancel that they know of. Of our own pools; the jobs are
 * none of the ledger's. */
#include "bench/scenarios/scenarios.h"

#include <sched.h>
#include <time.h>

static bool settle(struct stage *stage)
{
    return stage->world->settle && stage->world->settle();
}

/* Opens a pool for such jobs. */
static bool opens(struct side *side)
{
    side->config.discard = NULL;
    return !stage_open(side, false);
}

/* Jobs. */

static int passes(void *gate)
{
    gate_pass(gate);
    return 0;
}

static int frees(void *gate)
{
    gate_open(gate);
    return 0;
}

/* A stream of jobs, each of which submits the next one, while a hostage lies there. */
enum { LINKS = 40, LINK_NS = 10000 }; /* 0.4 ms in all: twice as long as a job may be overlooked */
struct stream {
    struct side *side;
    bool judged;
    int links;
};

static bool is_open(struct gate *gate)
{
    bool open;
    pthread_mutex_lock(&gate->lock);
    open = gate->open;
    pthread_mutex_unlock(&gate->lock);
    return open;
}

static int streams(void *arg)
{
    struct stream *stream = arg;
    struct side *side = stream->side;
    struct timespec nap = {0, LINK_NS};
    gate_pass(&side->later);
    nanosleep(&nap, NULL);
    if (is_open(&side->gate))
        return 0;
    if (stream->links++ < LINKS)
        return pool_submit(side->pool, streams, stream);
    if (stream->judged)
        ledger_tell(LEDGER_LOST, "a job lies with a blocked worker, and %d that came later were begun before it",
                    LINKS);
    gate_open(&side->gate);
    return 0;
}

/* One worker is blocked, and has taken the hostage, too; one is busy with a stream. Of three the last one sleeps, as
 * the sentry. Sooner or later somebody looks at what the blocked one holds. */
static void hides(struct stage *stage)
{
    struct side *side = first(stage);
    struct stream stream = {.side = side};
    struct gate *held = &stage->sides[1].gate;
    struct pool_job jobs[] = {{passes, &side->gate}, {frees, &side->gate}, {passes, &side->later}};
    if (!opens(side))
        return;
    if (side->workers > 2) {
        pool_submit(side->pool, passes, held);
        settle(stage);
    }
    pool_submit(side->pool, streams, &stream);
    settle(stage);
    if (side->workers > 2) { /* the third one runs it, and is the sentry then */
        pool_submit(side->pool, frees, &stage->sides[1].later);
        settle(stage);
    }
    pool_submit_batch(side->pool, jobs, 3);
    gate_open(held);
    stream.judged = settle(stage);
    gate_open(&side->later);
    pool_free(side->pool);
}

/* Submits children until the first that is refused: a cancel has begun. From there on it may stand still in the
 * middle of a submit. */
static int breeds(void *arg)
{
    enum { CHILDREN = 8, REFUSED = 8 };
    struct hand *hand = arg;
    const struct stage_world *world = hand->side->stage->world;
    int status = 0;
    for (int i = 0; i < CHILDREN && status != -ECANCELED; i++)
        status = pool_submit(hand->side->pool, counts, &hand->out);
    world->freezable(true);
    for (int i = 0; i < REFUSED && status == -ECANCELED; i++)
        pool_submit(hand->side->pool, counts, &hand->out);
    world->freezable(false);
    return 0;
}

static void breeds_here(struct hand *hand)
{
    pool_submit(hand->side->pool, breeds, hand);
}

static void cancels(struct hand *hand)
{
    pool_cancel(hand->side->pool);
    atomic_store_explicit(&hand->done, true, memory_order_relaxed);
}

/* The only worker is held, the queue is full: who submits runs the job itself. A cancel waits for no submit of one
 * who was refused before, wherever he stands. */
static void refused(struct stage *stage)
{
    const struct stage_world *world = stage->world;
    struct side *side = first(stage);
    _Atomic int ran = 0;
    struct hand *canceller;
    if (!opens(side))
        return;
    pool_submit(side->pool, passes, &side->gate);
    settle(stage);
    pool_submit(side->pool, counts, &ran);
    settle(stage);
    if (world->frozen() >= 0) /* the worker: nothing can be asked */
        world->end();
    stage_hand(side, breeds_here, 0, JOB_PLAIN);
    canceller = stage_hand(side, cancels, 2, JOB_PLAIN);
    while (!atomic_load_explicit(&canceller->done, memory_order_relaxed))
        sched_yield();
    world->end();
}

/* Whoever is bound to the submitter's CPU gets none, and stands still; so another sleeper is called. The nap: until
 * nobody is the sentry any more, who would rise by himself. */
static void bound(struct stage *stage)
{
    static const int cpus[] = {0, 1};     /* of the submitter, as sched_getcpu has it; and another one */
    enum { OTHER = 2, NAP_NS = 1000000 }; /* the number of the second worker's thread */
    const struct stage_world *world = stage->world;
    struct side *side = first(stage);
    struct timespec nap = {0, NAP_NS};
    _Atomic int ran = 0;
    side->config.cpus = cpus;
    side->config.cpu_count = 2;
    if (!opens(side))
        return;
    settle(stage);
    nanosleep(&nap, NULL);
    settle(stage);
    if (world->frozen() >= 0)
        world->end();
    pool_submit(side->pool, counts, &ran);
    while (world->frozen() != OTHER && !atomic_load_explicit(&ran, memory_order_relaxed))
        sched_yield();
    world->end();
}

SCENARIO(hides, "hides", "a blocked worker holds a job, another one is busy with a stream", .ours = true,
         .can = POOL_CAN_RUN_APART | POOL_CAN_QUEUE, .results = NO_RESULTS, .full = WAITS_ONLY, .capacities = 1u << 2);
SCENARIO(refused, "refused", "a cancel, and a submitter that it refused stands still", .ours = true, .freezes = true,
         .can = POOL_CAN_RUN_APART | POOL_CAN_QUEUE | POOL_CAN_CANCEL, .results = NO_RESULTS,
         .full = 1u << POOL_CALLER_RUNS, .capacities = 1u << 0, .workers_min = 1, .workers_max = 1);
SCENARIO(bound, "bound", "a worker is bound to the CPU that its caller needs", .ours = true, .freezes = true,
         .can = POOL_CAN_RUN_APART | POOL_CAN_QUEUE, .results = NO_RESULTS, .full = REFUSES_ONLY, .workers_min = 2,
         .workers_max = 2);
