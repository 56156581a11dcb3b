/* scenarios_results.c - results and who receives them. */
#include "bench/scenarios/scenarios.h"

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

SCENARIO(results, "results", "after a wait all results are there", .can = POOL_CAN_RESULTS, .results = SOME_RESULTS);
SCENARIO(consumers, "consumers", "two receive until the end", .can = POOL_CAN_RESULTS, .results = SOME_RESULTS);
SCENARIO(leaving, "leaving", "the consumer leaves; close, cancel", .can = POOL_CAN_RESULTS | POOL_CAN_CANCEL,
         .results = SOME_RESULTS);
