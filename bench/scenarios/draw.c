/* draw.c - what a schedule does, drawn from its seed. */
#include <stdio.h>
#include <string.h>

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

static const size_t sizes[] = {1, 2, 8};
enum { SIZES = 3, POLICIES = POOL_DROP_OLDEST + 1, MODES = POOL_RESULTS_DROP + 1, WORKERS = 3 };
_Static_assert(SCENARIO_COMBINATIONS == POLICIES * MODES * SIZES * WORKERS, "one number for each");

/* What a pool says that it can do. */
static unsigned policies_of(const struct pool_ops *ops)
{
    unsigned set = (1u << POLICIES) - 1;
    if (!(ops->can & POOL_CAN_DROP))
        set &= ~(1u << POOL_DROP_OLDEST);
    if (ops->declares & POOL_UNBOUNDED || !(ops->can & POOL_CAN_QUEUE))
        set &= 1u << POOL_BLOCK | 1u << POOL_REJECT;
    return set;
}

static unsigned modes_of(const struct pool_ops *ops)
{
    return ops->can & POOL_CAN_RESULTS ? (1u << MODES) - 1 : 1u << POOL_RESULTS_NONE;
}

static unsigned policies(const struct scenario *scenario, const struct pool_ops *ops)
{
    return policies_of(ops) & (scenario->full ? scenario->full : ~0u);
}

static unsigned modes(const struct scenario *scenario, const struct pool_ops *ops)
{
    return modes_of(ops) & (scenario->results ? scenario->results : ~0u);
}

static int workers_least(const struct scenario *scenario)
{
    return scenario->workers_min ? scenario->workers_min : 2;
}

static int workers_most(const struct scenario *scenario)
{
    return scenario->workers_max ? scenario->workers_max : 3;
}

/* Combinations by their numbers. */

static void combination(int number, struct pool_config *config)
{
    config->full = (enum pool_full)(number % POLICIES);
    config->results = (enum pool_results)(number / POLICIES % MODES);
    config->capacity = sizes[number / POLICIES / MODES % SIZES];
    config->workers = number / POLICIES / MODES / SIZES + 1;
}

static int number_of(const struct pool_config *config)
{
    int size = config->capacity == sizes[0] ? 0 : config->capacity == sizes[1] ? 1 : 2;
    return (int)config->full + POLICIES * ((int)config->results + MODES * (size + SIZES * (config->workers - 1)));
}

/* Of which pool_open itself says that they make no sense. */
static bool is_odd(const struct pool_config *config)
{
    return config->results == POOL_RESULTS_THROTTLE &&
           (config->full == POOL_CALLER_RUNS || config->full == POOL_DROP_OLDEST);
}

bool scenario_combination(int number, const struct pool_ops *ops, struct pool_config *config)
{
    combination(number, config);
    return policies_of(ops) & 1u << config->full && modes_of(ops) & 1u << config->results && !is_odd(config);
}

/* Whether a scenario may draw this one, and the pool opens with it. */
static bool may_be_drawn(int number, const struct scenario *scenario, const struct pool_ops *ops,
                         const struct scenario_refused *refused)
{
    struct pool_config config;
    unsigned capacities = scenario->capacities ? scenario->capacities : (1u << SIZES) - 1;
    if (!scenario_combination(number, ops, &config) || refused->refused[number])
        return false;
    return policies(scenario, ops) & 1u << config.full && modes(scenario, ops) & 1u << config.results &&
           capacities & 1u << (number / POLICIES / MODES % SIZES) && config.workers >= workers_least(scenario) &&
           config.workers <= workers_most(scenario);
}

/* How many of these there are; of more than `most` no more is said. */
static int count_drawable(const struct scenario *scenario, const struct pool_ops *ops,
                          const struct scenario_refused *refused, int most)
{
    int count = 0;
    for (int i = 0; i < SCENARIO_COMBINATIONS && count < most; i++)
        count += may_be_drawn(i, scenario, ops, refused);
    return count;
}

bool scenario_suits(const struct scenario *scenario, const struct pool_ops *ops, const struct scenario_refused *refused)
{
    if (scenario->can & ~ops->can || scenario->not_of & ops->declares || ops->declares & POOL_MUST_ENTER)
        return false;
    if (scenario->ours && pool_is_added(ops))
        return false;
    if (refused && refused->any)
        return count_drawable(scenario, ops, refused, 1) > 0;
    return policies(scenario, ops) && modes(scenario, ops);
}

static const struct scenario *choose_any(const struct pool_ops *ops, const struct scenario_refused *refused,
                                         bool freeze, uint64_t *state)
{
    int count = 0, which;
    for (int i = 0; scenario_table[i]; i++)
        count += scenario_table[i]->freezes == freeze && scenario_suits(scenario_table[i], ops, refused);
    if (!count)
        return NULL;
    which = draw(state, count);
    for (int i = 0;; i++)
        if (scenario_table[i]->freezes == freeze && scenario_suits(scenario_table[i], ops, refused) && which-- == 0)
            return scenario_table[i];
}

static const struct scenario *choose(const struct pool_ops *ops, const struct scenario_refused *refused, bool freeze,
                                     uint64_t *state)
{
    enum { SELDOM = 8 };
    const struct scenario *chosen = choose_any(ops, refused, freeze, state);
    while (chosen && chosen->seldom && draw(state, SELDOM))
        chosen = choose_any(ops, refused, freeze, state);
    return chosen;
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

/* What was drawn, if the pool opens with it; else one of those with which it does. */
static void keep_or_draw(struct pool_config *config, const struct scenario *scenario, const struct pool_ops *ops,
                         const struct scenario_refused *refused, uint64_t *state)
{
    int which;
    if (!refused || !refused->refused[number_of(config)])
        return;
    which = draw(state, count_drawable(scenario, ops, refused, SCENARIO_COMBINATIONS));
    for (int i = 0; i < SCENARIO_COMBINATIONS; i++)
        if (may_be_drawn(i, scenario, ops, refused) && which-- == 0)
            combination(i, config);
}

bool scenario_draw(struct stage_plan *plan, const struct pool_ops *ops, const struct scenario_refused *refused,
                   const struct scenario *only, bool freeze, uint64_t seed)
{
    static const int64_t limits_ns[] = {0, 100000, 10000000};
    uint64_t state = seed ^ UINT64_C(0x5ca1ab1e0ddba11);
    const struct scenario *scenario = choose(ops, refused, freeze, &state);
    int64_t limit_ns;
    int low, high;
    if (only)
        scenario = scenario_suits(only, ops, refused) ? only : NULL;
    if (!scenario)
        return false;
    low = workers_least(scenario);
    high = workers_most(scenario);
    *plan = (struct stage_plan){.scenario = scenario, .run = scenario->run, .ops = ops, .seed = state};
    plan->config.workers = between(&state, low, high);
    plan->producers = between(&state, 1, scenario->producers_max ? scenario->producers_max : 2);
    plan->jobs = between(&state, 1, scenario->jobs_max ? scenario->jobs_max : 3);
    plan->config.capacity = sizes[draw_of(&state, scenario->capacities ? scenario->capacities : 7, SIZES)];
    plan->config.full = (enum pool_full)draw_of(&state, policies(scenario, ops), POLICIES);
    limit_ns = limits_ns[draw(&state, 3)];
    plan->config.results = draw_results(&state, modes(scenario, ops));
    plan->config.results_capacity = sizes[draw(&state, SIZES)];
    plan->config.spin_ns = draw(&state, 4) ? POOL_NO_SPIN : 0;
    if (ops->can & POOL_CAN_KEEP_ORDER && (low == 1 || draw(&state, 8) == 0))
        plan->config.flags = POOL_KEEP_ORDER;
    agree(&plan->config, policies(scenario, ops));
    plan->settle = draw(&state, 2);
    keep_or_draw(&plan->config, scenario, ops, refused, &state);
    plan->config.full_timeout_ns = plan->config.full == POOL_TIMEOUT ? limit_ns : 0;
    return true;
}

static const char *const full_names[] = {"block", "reject", "timeout", "caller-runs", "drop-oldest"};
static const char *const results_names[] = {"", "block", "throttle", "drop"};

/* One value of one choice. */
struct value {
    enum { OF_FULL, OF_RESULTS, OF_CAPACITY, OF_WORKERS } choice;
    int value; /* a size, and not its number */
};

static bool has_value(const struct pool_config *config, struct value value)
{
    return value.value == (value.choice == OF_FULL       ? (int)config->full
                           : value.choice == OF_RESULTS  ? (int)config->results
                           : value.choice == OF_CAPACITY ? (int)config->capacity
                                                         : config->workers);
}

/* Whether the pool opens with this value in no combination. */
static bool is_refused(const struct scenario_refused *refused, const struct pool_ops *ops, struct value value)
{
    struct pool_config config = {0};
    bool any = false;
    for (int i = 0; i < SCENARIO_COMBINATIONS; i++) {
        if (!scenario_combination(i, ops, &config) || !has_value(&config, value))
            continue;
        if (!refused->refused[i])
            return false;
        any = true;
    }
    return any;
}

static void add_value(struct value value, char *text, size_t size)
{
    size_t used = strlen(text);
    const char *comma = used ? ", " : "";
    if (value.choice == OF_FULL)
        snprintf(text + used, size - used, "%sfull=%s", comma, full_names[value.value]);
    else if (value.choice == OF_RESULTS && value.value == POOL_RESULTS_NONE)
        snprintf(text + used, size - used, "%sno results", comma);
    else if (value.choice == OF_RESULTS)
        snprintf(text + used, size - used, "%sresults=%s", comma, results_names[value.value]);
    else if (value.choice == OF_CAPACITY)
        snprintf(text + used, size - used, "%scapacity %d", comma, value.value);
    else
        snprintf(text + used, size - used, "%s%d worker%s", comma, value.value, value.value == 1 ? "" : "s");
}

const char *scenario_refused_text(const struct scenario_refused *refused, const struct pool_ops *ops, char *text,
                                  size_t size)
{
    struct scenario_refused left = *refused;
    struct pool_config config = {0};
    size_t used;
    int more = 0;
    *text = '\0';
    for (int choice = OF_FULL; choice <= OF_WORKERS; choice++)
        for (int i = 0; i <= (int)sizes[SIZES - 1]; i++) {
            struct value value = {choice, i};
            if (!is_refused(refused, ops, value))
                continue;
            add_value(value, text, size);
            for (int n = 0; n < SCENARIO_COMBINATIONS; n++)
                left.refused[n] &= !(scenario_combination(n, ops, &config) && has_value(&config, value));
        }
    for (int n = 0; n < SCENARIO_COMBINATIONS; n++)
        more += left.refused[n] && scenario_combination(n, ops, &config);
    used = strlen(text);
    if (more)
        snprintf(text + used, size - used, "%s%d combination%s%s", used ? ", and " : "", more, more == 1 ? "" : "s",
                 used ? " more" : "");
    return text;
}

const char *scenario_plan_text(const struct stage_plan *plan, char *text, size_t size)
{
    char places[48] = "";
    *text = '\0';
    if (!plan->scenario)
        return text;
    if (plan->config.results != POOL_RESULTS_NONE)
        snprintf(places, sizeof places, ", results=%s-%zu", results_names[plan->config.results],
                 plan->config.results_capacity);
    snprintf(text, size, "%s: %d worker%s, %d producer%s of %d job%s, capacity %zu, full=%s%s%s%s",
             plan->scenario->name, plan->config.workers, plan->config.workers == 1 ? "" : "s", plan->producers,
             plan->producers == 1 ? "" : "s", plan->jobs, plan->jobs == 1 ? "" : "s", plan->config.capacity,
             full_names[plan->config.full], places, plan->config.flags & POOL_KEEP_ORDER ? ", in order" : "",
             plan->settle ? ", all asleep first" : "");
    return text;
}
