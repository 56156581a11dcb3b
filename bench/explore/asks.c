/* asks.c - what a plug-in's pool can be opened with. It may refuse policies, kinds of results
 * and sizes (docs/plugins.md), and a schedule in which it is not opened says nothing: so it is
 * asked once, before the search, and only what it takes is drawn. */
#include <string.h>

#include "bench/explore/command.h"

#define STUCK_NS INT64_C(500000000)

/* In the schedule with this number. */
struct question {
    const struct pool_ops *ops;
    int number;
};
static struct question question;

static void opens(void *arg)
{
    struct pool_config config = {.spin_ns = POOL_NO_SPIN};
    struct pool *pool;
    (void)arg;
    explore_name("main");
    scenario_combination(question.number, question.ops, &config);
    if (pool_open(&pool, question.ops, &config) < 0)
        command_shared->refused.refused[question.number] = command_shared->refused.any = true;
    else
        command_shared->opened = true;
    explore_end(); /* what comes of it is asked by the scenarios */
}

static void nothing(void *arg)
{
    (void)arg;
}

static void prepare(void *arg, uint64_t k, struct explore_knobs *knobs)
{
    struct pool_config unused = {0};
    (void)arg;
    question.number = (int)k;
    knobs->run = scenario_combination(question.number, question.ops, &unused) ? opens : nothing;
    knobs->strategy = EXPLORE_RANDOM;
    knobs->early = knobs->spurious = -1;
}

/* Who cannot be followed is not asked on: each answer would take seconds. */
static bool goes_on(void *arg, const struct explore_counts *counts)
{
    (void)arg;
    return !command_stop && !counts->kinds[EXPLORE_STUCK];
}

int command_ask(struct scenario_refused *refused, const struct pool_ops *ops, struct explore_verdict *verdict)
{
    struct explore_search search = {.knobs = {.run = nothing},
                                    .seed = 1,
                                    .count = SCENARIO_COMBINATIONS,
                                    .go_on = true,
                                    .fork_each = ops->declares & POOL_THREADS_STAY,
                                    .prepare = prepare,
                                    .progress = goes_on,
                                    .stuck_ns = STUCK_NS};
    struct explore_counts counts;
    uint64_t k;
    int error;
    question.ops = ops;
    memset(&command_shared->refused, 0, sizeof command_shared->refused);
    command_shared->opened = false;
    error = explore_search(&search, &counts, verdict, &k);
    if (command_shared->opened) /* else the schedules say why it never opens */
        *refused = command_shared->refused;
    if (error || command_shared->opened || verdict->kind != EXPLORE_STUCK)
        verdict->kind = EXPLORE_GOOD;
    return error;
}
