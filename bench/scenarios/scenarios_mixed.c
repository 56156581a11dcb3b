/* scenarios_mixed.c - any calls, by anybody, at any time: what no other scenario brings together. */
#include "bench/scenarios/scenarios.h"

#include <sched.h>

enum call { SUBMITS, SUBMITS_TOO, BATCHES, CANCELS, CLOSES, WAITS, WAITS_A_LITTLE, RECEIVES, LOOKS, CALLS };
enum { HANDS_MAX = 3, A_LITTLE_NS = 200000 };

/* A batch has none that may end the caller's thread before the batch is over. */
static enum job_kind of_batch(enum job_kind kind)
{
    return kind == JOB_EXITS || kind == JOB_BREEDS || kind == JOB_TREE || kind == JOB_CROSSES ? JOB_PLAIN : kind;
}

static void looks(struct side *side)
{
    struct pool_stats stats;
    char text[256];
    stage_stats(side, &stats, NULL);
    pool_explain(side->pool, text, sizeof text);
}

static void does(struct hand *hand, const struct deed *deed)
{
    struct side *side = hand->side;
    switch ((enum call)deed->call) {
    case BATCHES:
        stage_batch(side, of_batch(deed->kind), hand->who, 3);
        return;
    case CANCELS:
        return stage_cancel(side);
    case CLOSES:
        stage_close(side);
        return;
    case WAITS:
        stage_wait(side, -1);
        return;
    case WAITS_A_LITTLE:
        stage_wait(side, A_LITTLE_NS);
        return;
    case RECEIVES:
        if (side->config.results != POOL_RESULTS_NONE)
            stage_receive(side, 0);
        return;
    case LOOKS:
        return looks(side);
    default:
        stage_submit_family(side, deed->kind, deed->child, hand->who, NULL);
    }
}

static void acts(struct hand *hand)
{
    const struct stage *stage = hand->side->stage;
    for (int i = 0; i < STAGE_DEEDS; i++)
        does(hand, &stage->deeds[hand - stage->hands][i]);
}

static enum job_kind draw_child(struct stage *stage)
{
    static const enum job_kind kinds[] = {JOB_PLAIN, JOB_PLAIN, JOB_FAILS, JOB_POOL_FAILS, JOB_EXITS,   JOB_SLEEPS,
                                          JOB_POLLS, JOB_LOOKS, JOB_ARMS,  JOB_ASKS,       JOB_CANCELS, JOB_CLOSES};
    return kinds[stage_draw(stage, sizeof kinds / sizeof *kinds)];
}

/* A third are jobs with children; crosses: or most submit to the other pool. */
static void draw_deed(struct stage *stage, struct deed *deed, bool crosses)
{
    static const enum job_kind parents[] = {JOB_BREEDS, JOB_BATCHES, JOB_TREE};
    deed->call = stage_draw(stage, CALLS);
    deed->kind = stage_draw(stage, 3) ? draw_child(stage) : parents[stage_draw(stage, 3)];
    deed->child = draw_child(stage);
    if (deed->kind == JOB_TREE && stage_draw(stage, 4) == 0)
        deed->child = JOB_BREEDS;
    if (crosses && stage_draw(stage, 2))
        deed->kind = JOB_CROSSES;
    if (deed->kind == JOB_CROSSES && stage_draw(stage, 3) == 0)
        deed->child = JOB_CROSSES;
    if (deed->kind == JOB_BATCHES)
        deed->child = of_batch(deed->child);
}

/* Returns how many there are. */
static int draw_hands(struct stage *stage, bool crosses)
{
    int hands = 2 + stage_draw(stage, HANDS_MAX - 1);
    for (int i = 0; i < hands; i++)
        for (int deed = 0; deed < STAGE_DEEDS; deed++)
            draw_deed(stage, &stage->deeds[i][deed], crosses);
    return hands;
}

/* Threads may be refused once all hands are there, signals come, and where nobody has to receive the pool may be freed
 * with neither a close nor a wait. */
static void medley(struct stage *stage)
{
    struct side *side = first(stage);
    const struct stage_world *world = stage->world;
    int hands = draw_hands(stage, false), after = stage_draw(stage, 4), refused = stage_draw(stage, 3);
    int interrupts = stage_draw(stage, 3);
    bool frees = stage_draw(stage, 2) &&
                 (side->config.results == POOL_RESULTS_NONE || side->config.results == POOL_RESULTS_DROP);
    if (stage_open(side, !frees))
        return;
    for (int i = 0; i < hands; i++)
        stage_hand(side, acts, i, JOB_PLAIN);
    if (refused && world->refuse_threads)
        world->refuse_threads(after, 2 * refused);
    for (int i = 0; i < interrupts && world->interrupt; i++)
        world->interrupt();
    stage_join(stage);
    if (frees)
        stage_free(side);
    else
        stage_finish(side);
    if (refused && world->refuse_threads)
        world->refuse_threads(0, 0);
}

/* Of trees, each of which is ended, or does something, in one of its forks. */
static void trees(struct stage *stage)
{
    static const enum job_kind leaves[] = {JOB_EXITS, JOB_FAILS, JOB_POOL_FAILS, JOB_BREEDS,
                                           JOB_ARMS,  JOB_ASKS,  JOB_SLEEPS,     JOB_CANCELS};
    struct side *side = first(stage);
    for (int i = 0; i < stage->plan.producers; i++)
        for (int deed = 0; deed < STAGE_DEEDS; deed++)
            stage->deeds[i][deed] = (struct deed){deed ? SUBMITS : stage_draw(stage, CALLS), JOB_TREE,
                                                  leaves[stage_draw(stage, sizeof leaves / sizeof *leaves)]};
    if (stage_open(side, true))
        return;
    for (int i = 0; i < stage->plan.producers; i++)
        stage_hand(side, acts, i, JOB_PLAIN);
    stage_join(stage);
    stage_finish(side);
}

/* No submit to the other one blocks: no circle of waits. */
static void medley_of_two(struct stage *stage)
{
    struct side *side = first(stage), *other = &stage->sides[1];
    int hands = draw_hands(stage, true);
    if (stage_open(side, true))
        return;
    if (!stage_open(other, true)) {
        for (int i = 0; i < hands; i++)
            stage_hand(i % 2 ? other : side, acts, i, JOB_PLAIN);
        stage_join(stage);
        for (int i = 0; i < 2; i++) { /* a job of one submits to the other one, and that to the first */
            stage_wait(side, -1);
            stage_wait(other, -1);
        }
        stage_finish(other);
    }
    stage_finish(side);
}

/* Each hand makes one call, and the pool is freed while it blocks. */

enum once { SUBMITS_ONE, SUBMITS_PARENT, SUBMITS_THREE, RECEIVES_ONE, WAITS_FOR_QUIET, ONCE };
enum { ONCE_HANDS = 4, ONCE_LOOKS = 500 };

static void acts_once(struct hand *hand)
{
    struct side *side = hand->side;
    bool receives = hand->count == RECEIVES_ONE && side->config.results != POOL_RESULTS_NONE;
    if (hand->count == SUBMITS_ONE)
        stage_submit(side, JOB_PLAIN, hand->who, NULL);
    else if (hand->count == SUBMITS_PARENT)
        stage_submit_breeding(side, JOB_FAILS, hand->who);
    else if (hand->count == SUBMITS_THREE)
        stage_batch(side, JOB_PLAIN, hand->who, 3);
    else if (receives)
        stage_receive(side, -1);
    else
        stage_wait(side, -1);
    atomic_store_explicit(&hand->done, true, memory_order_release);
}

/* Until each hand has returned, or is counted as blocked: each is in one of the numbers, if they are read in this
 * order, and their sum is that of the hands. */
static bool all_counted(struct stage *stage)
{
    for (int look = 0; look < ONCE_LOOKS; look++) {
        struct pool_stats stats;
        int known = 0;
        for (int i = 0; i < stage->hand_count; i++)
            known += atomic_load_explicit(&stage->hands[i].done, memory_order_acquire);
        if (pool_stats(first(stage)->pool, &stats))
            return false;
        if (known + stats.blocked_submit + stats.blocked_wait + stats.blocked_receive == stage->hand_count)
            return true;
        sched_yield();
    }
    return false;
}

/* As many jobs as there are workers, and places. */
static void hold_workers(struct side *side)
{
    int jobs = side->workers;
    if (side->config.results != POOL_RESULTS_NONE && jobs > (int)side->config.results_capacity)
        jobs = (int)side->config.results_capacity;
    for (int i = 0; i < jobs; i++)
        stage_submit(side, JOB_NEEDS, 0, NULL);
}

static void free_any(struct stage *stage)
{
    struct side *side = first(stage);
    bool opens = stage_draw(stage, 2), counted;
    int calls[ONCE_HANDS];
    for (int i = 0; i < ONCE_HANDS; i++)
        calls[i] = stage_draw(stage, ONCE);
    if (stage_open(side, false))
        return;
    if (opens)
        gate_open(&side->gate);
    hold_workers(side);
    for (int i = 0; i < ONCE_HANDS; i++) {
        stage->plan.jobs = calls[i];
        stage_hand(side, acts_once, i, JOB_PLAIN);
    }
    counted = all_counted(stage);
    gate_open(&side->gate);
    if (!counted) { /* then as who gives up: scenarios_results.c */
        stage_close(side);
        stage_cancel(side);
        stage_join(stage);
        stage_cancel(side);
        stage_wait(side, -1);
    }
    stage_free(side);
    stage_join(stage);
}

SCENARIO(medley, "medley", "any calls, by anybody, at any time", .ours = true, .seldom = true,
         .can = POOL_CAN_CANCEL | POOL_CAN_CONTAIN);
SCENARIO(trees, "trees", "forks end their jobs and threads, submit, cancel", .ours = true, .seldom = true,
         .can = POOL_CAN_FORK | POOL_CAN_CANCEL | POOL_CAN_CONTAIN);
SCENARIO(medley_of_two, "medley-two", "any calls of two pools whose jobs submit to the other", .ours = true,
         .seldom = true, .can = POOL_CAN_CANCEL | POOL_CAN_CONTAIN, .workers_max = 2,
         .full = 1u << POOL_REJECT | 1u << POOL_CALLER_RUNS | 1u << POOL_DROP_OLDEST);
SCENARIO(free_any, "free-any", "the pool is freed while anybody waits in any call", .ours = true, .seldom = true,
         .can = POOL_CAN_CANCEL | POOL_CAN_RUN_APART, .full = 1u << POOL_BLOCK | 1u << POOL_TIMEOUT);
