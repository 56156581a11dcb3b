/* litmus.c - the models of memory against programs whose outcomes are known: what a model
 * allows must come within so many schedules, what it forbids never does. */
#include "tests/explore/litmus.h"

#include <criterion/criterion.h>
#include <stdatomic.h>

#include "tests/explore/kit.h"

enum { SCHEDULES = 3000 };

static struct tried tried;
static const struct litmus *program;

static void scenario(void *orders)
{
    program->run(orders);
}

static int odd_outcomes(const struct litmus *litmus, enum explore_memory memory, struct litmus_orders orders, bool all)
{
    struct explore_knobs knobs = {.run = scenario, .arg = &orders, .memory = memory, .leaks = true};
    program = litmus;
    kit_try(&tried, &knobs, SCHEDULES, all, litmus->odd);
    cr_assert(tried.first < 0 || tried.verdict.kind == EXPLORE_GOOD, "%s: %s", litmus->name, tried.verdict.words);
    return tried.odd;
}

static void must(const struct litmus *litmus, enum explore_memory memory, struct litmus_orders orders)
{
    cr_assert(odd_outcomes(litmus, memory, orders, false) > 0, "%s never shows in %d schedules of %s", litmus->name,
              SCHEDULES, explore_memory_name(memory));
}

static void never(const struct litmus *litmus, enum explore_memory memory, struct litmus_orders orders)
{
    cr_assert(odd_outcomes(litmus, memory, orders, true) == 0, "%s shows in schedule %d of %s", litmus->name,
              tried.first, explore_memory_name(memory));
}

static const struct litmus_orders relaxed = {memory_order_relaxed, memory_order_relaxed, false},
                                  ordered = {memory_order_release, memory_order_acquire, false},
                                  strong = {memory_order_seq_cst, memory_order_seq_cst, false},
                                  fenced = {memory_order_relaxed, memory_order_relaxed, true};

static const struct litmus *const all[] = {&litmus_sb,   &litmus_mp,   &litmus_lb,
                                           &litmus_iriw, &litmus_corr, &litmus_release_sequence};
enum { ALL = sizeof all / sizeof *all };

Test(litmus, sequential_consistency_allows_nothing_odd, .timeout = 60)
{
    for (int i = 0; i < ALL; i++)
        never(all[i], EXPLORE_SC, relaxed);
}

Test(litmus, store_buffers_allow_SB_and_nothing_else, .timeout = 60)
{
    must(&litmus_sb, EXPLORE_TSO, relaxed);
    must(&litmus_sb, EXPLORE_TSO, ordered);
    for (int i = 1; i < ALL; i++)
        never(all[i], EXPLORE_TSO, relaxed);
}

Test(litmus, fences_and_seq_cst_end_store_buffering, .timeout = 60)
{
    never(&litmus_sb, EXPLORE_TSO, fenced);
    never(&litmus_sb, EXPLORE_TSO, strong);
    never(&litmus_sb, EXPLORE_C11, fenced);
    never(&litmus_sb, EXPLORE_C11, strong);
}

Test(litmus, relaxed_accesses_show_SB_MP_and_IRIW, .timeout = 60)
{
    must(&litmus_sb, EXPLORE_C11, relaxed);
    must(&litmus_mp, EXPLORE_C11, relaxed);
    must(&litmus_iriw, EXPLORE_C11, relaxed);
}

Test(litmus, release_and_acquire_forbid_MP_but_not_SB_and_IRIW, .timeout = 60)
{
    never(&litmus_mp, EXPLORE_C11, ordered);
    must(&litmus_sb, EXPLORE_C11, ordered);
    must(&litmus_iriw, EXPLORE_C11, ordered);
}

Test(litmus, seq_cst_or_fences_forbid_them_all, .timeout = 60)
{
    for (int i = 0; i < ALL; i++) {
        never(all[i], EXPLORE_C11, strong);
        if (all[i] != &litmus_release_sequence) /* which has none */
            never(all[i], EXPLORE_C11, fenced);
    }
}

Test(litmus, one_place_is_coherent_and_loads_are_not_buffered, .timeout = 60)
{
    never(&litmus_corr, EXPLORE_C11, relaxed);
    never(&litmus_lb, EXPLORE_C11, relaxed);
}

Test(litmus, a_relaxed_swap_goes_on_with_a_release_sequence, .timeout = 60)
{
    never(&litmus_release_sequence, EXPLORE_C11, ordered);
    must(&litmus_release_sequence, EXPLORE_C11, relaxed);
}

static void hand_over(void *orders)
{
    litmus_hand_over(orders);
}

Test(litmus, a_plain_value_races_unless_it_is_released_and_acquired, .timeout = 60)
{
    struct litmus_orders orders[] = {
        {memory_order_relaxed, memory_order_relaxed, false}, {memory_order_release, memory_order_relaxed, false},
        {memory_order_relaxed, memory_order_acquire, false}, {memory_order_release, memory_order_acquire, false},
        {memory_order_seq_cst, memory_order_seq_cst, false},
    };
    for (int i = 0; i < 5; i++) {
        struct explore_knobs knobs = {.run = hand_over, .arg = &orders[i], .memory = EXPLORE_C11};
        kit_try(&tried, &knobs, SCHEDULES, i >= 3, NULL);
        cr_assert((tried.odd > 0) == (i < 3), "orders %d: %d of %d, %s", i, tried.odd, tried.count,
                  tried.verdict.words);
        cr_assert(i >= 3 || tried.verdict.kind == EXPLORE_RACE, "%s", explore_kind_name(tried.verdict.kind));
    }
}
