/* draw.c - what a schedule does, drawn from its seed. */
#include <stdio.h>

#include "bench/scenarios/scenario.h"

/* Splitmix64, as in stage.c. */
static int draw(uint64_t *state, int below)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (int)((z ^ z >> 31) % (uint64_t)below);
}

/* One of a set of `count` choices, as bits. */
static int draw_of(uint64_t *state, unsigned set, int count)
{
    int which = draw(state, __builtin_popcount(set));
    for (int i = 0; i < count; i++)
        if (set & 1u << i && which-- == 0)
            return i;
    return 0;
}

static int between(uint64_t *state, int low, int high)
{
    return low + draw(state, high - low + 1);
}

static unsigned policies(const struct scenario *scenario, const struct pool_ops *ops)
{
    unsigned set = scenario->full ? scenario->full : (1u << (POOL_DROP_OLDEST + 1)) - 1;
    if (!(ops->can & POOL_CAN_DROP))
        set &= ~(1u << POOL_DROP_OLDEST);
    if (ops->declares & POOL_UNBOUNDED || !(ops->can & POOL_CAN_QUEUE))
        set &= 1u << POOL_BLOCK | 1u << POOL_REJECT;
    return set;
}

static unsigned modes(const struct scenario *scenario, const struct pool_ops *ops)
{
    unsigned set = scenario->results ? scenario->results : (1u << (POOL_RESULTS_DROP + 1)) - 1;
    return ops->can & POOL_CAN_RESULTS ? set : set & 1u << POOL_RESULTS_NONE;
}

bool scenario_suits(const struct scenario *scenario, const struct pool_ops *ops)
{
    if (scenario->can & ~ops->can || scenario->not_of & ops->declares || ops->declares & POOL_MUST_ENTER)
        return false;
    if (scenario->refuses_threads && pool_is_added(ops))
        return false; /* what a library does then is its own; ours promise something */
    return policies(scenario, ops) && modes(scenario, ops);
}

static const struct scenario *choose(const struct pool_ops *ops, bool freeze, uint64_t *state)
{
    int count = 0, which;
    for (int i = 0; scenario_table[i]; i++)
        count += scenario_table[i]->freezes == freeze && scenario_suits(scenario_table[i], ops);
    if (!count)
        return NULL;
    which = draw(state, count);
    for (int i = 0;; i++)
        if (scenario_table[i]->freezes == freeze && scenario_suits(scenario_table[i], ops) && which-- == 0)
            return scenario_table[i];
}

/* Results in a third of the schedules where they need not be. */
static enum pool_results draw_results(uint64_t *state, unsigned set)
{
    if (set & 1u << POOL_RESULTS_NONE && (set == 1u << POOL_RESULTS_NONE || draw(state, 3)))
        return POOL_RESULTS_NONE;
    return (enum pool_results)draw_of(state, set & ~(1u << POOL_RESULTS_NONE), POOL_RESULTS_DROP + 1);
}

/* THROTTLE waits for a place where others run, or drop: that is refused by pool_open. */
static void agree(struct pool_config *config, unsigned full)
{
    bool odd = config->full == POOL_CALLER_RUNS || config->full == POOL_DROP_OLDEST;
    if (config->results != POOL_RESULTS_THROTTLE || !odd)
        return;
    if (full & 1u << POOL_BLOCK)
        config->full = POOL_BLOCK;
    else
        config->results = POOL_RESULTS_DROP;
}

bool scenario_draw(struct stage_plan *plan, const struct pool_ops *ops, const struct scenario *only, bool freeze,
                   uint64_t seed)
{
    static const size_t sizes[] = {1, 2, 8};
    static const int64_t limits_ns[] = {0, 100000, 10000000};
    uint64_t state = seed ^ UINT64_C(0x5ca1ab1e0ddba11);
    const struct scenario *scenario = choose(ops, freeze, &state);
    int low, high;
    if (only)
        scenario = scenario_suits(only, ops) ? only : NULL;
    if (!scenario)
        return false;
    low = scenario->workers_min ? scenario->workers_min : 2;
    high = scenario->workers_max ? scenario->workers_max : 3;
    *plan = (struct stage_plan){.scenario = scenario, .run = scenario->run, .ops = ops, .seed = state};
    plan->config.workers = between(&state, low, high);
    plan->producers = between(&state, 1, scenario->producers_max ? scenario->producers_max : 2);
    plan->jobs = between(&state, 1, scenario->jobs_max ? scenario->jobs_max : 3);
    plan->config.capacity = sizes[draw_of(&state, scenario->capacities ? scenario->capacities : 7, 3)];
    plan->config.full = (enum pool_full)draw_of(&state, policies(scenario, ops), POOL_DROP_OLDEST + 1);
    plan->config.full_timeout_ns = limits_ns[draw(&state, 3)];
    plan->config.results = draw_results(&state, modes(scenario, ops));
    plan->config.results_capacity = sizes[draw(&state, 3)];
    plan->config.spin_ns = draw(&state, 4) ? POOL_NO_SPIN : 0;
    if (ops->can & POOL_CAN_KEEP_ORDER && (low == 1 || draw(&state, 8) == 0))
        plan->config.flags = POOL_KEEP_ORDER;
    if (plan->config.full != POOL_TIMEOUT)
        plan->config.full_timeout_ns = 0;
    agree(&plan->config, policies(scenario, ops));
    plan->settle = draw(&state, 2);
    return true;
}

const char *scenario_plan_text(const struct stage_plan *plan, char *text, size_t size)
{
    static const char *const full[] = {"block", "reject", "timeout", "caller-runs", "drop-oldest"};
    static const char *const results[] = {"", ", results=block", ", results=throttle", ", results=drop"};
    char places[48] = "";
    if (plan->config.results != POOL_RESULTS_NONE)
        snprintf(places, sizeof places, "%s-%zu", results[plan->config.results], plan->config.results_capacity);
    snprintf(text, size, "%s: %d worker%s, %d producer%s of %d job%s, capacity %zu, full=%s%s%s%s",
             plan->scenario->name, plan->config.workers, plan->config.workers == 1 ? "" : "s", plan->producers,
             plan->producers == 1 ? "" : "s", plan->jobs, plan->jobs == 1 ? "" : "s", plan->config.capacity,
             full[plan->config.full], places, plan->config.flags & POOL_KEEP_ORDER ? ", in order" : "",
             plan->settle ? ", all asleep first" : "");
    return text;
}
