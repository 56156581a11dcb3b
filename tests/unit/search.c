/* search.c - the search for the highest rate against pools that are functions. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>

#include "bench/statistics/search.h"

/* A pool that keeps its promise up to a rate, on a machine that has its moments. */
struct world {
    double limit, generator; /* rates */
    double noise;            /* the limit's relative spread from probe to probe */
    int bad_probe;           /* the nth answer is BROKEN whatever the rate; 0: none */
    int asked;
    double highest_asked;
};

static uint64_t state;
static double uniform(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(state >> 11) + 1) / 9007199254740993.0;
}

static enum search_answer ask(struct world *world, double rate)
{
    world->asked++;
    world->highest_asked = fmax(world->highest_asked, rate);
    if (world->asked == world->bad_probe)
        return SEARCH_BROKEN;
    if (rate > world->generator)
        return SEARCH_CANNOT;
    return rate <= world->limit * (1 + world->noise * (2 * uniform() - 1)) ? SEARCH_KEPT : SEARCH_BROKEN;
}

static struct search search_for(struct world *world, double start)
{
    struct search search = {.start = start, .lowest = 10, .highest = 1e8, .fine = 1.04, .probes_max = 24};
    double rate;
    world->generator = world->generator > 0 ? world->generator : INFINITY;
    while ((rate = search_next(&search)) > 0) {
        cr_assert(rate >= search.lowest && rate <= search.highest && world->asked < search.probes_max);
        search_tell(&search, rate, ask(world, rate));
    }
    return search;
}

Test(search, finds_the_rate_from_wherever_it_begins, .timeout = 10)
{
    static const double limits[] = {11, 12.5, 77, 999, 1000, 12345, 4.2e6, 9.7e7};
    for (size_t l = 0; l < sizeof limits / sizeof *limits; l++) {
        for (double start = 1; start < 1e9; start *= 7) {
            struct world world = {.limit = limits[l]};
            struct search search = search_for(&world, start);
            double low = search_kept(&search), high = search_broken(&search);
            /* Below 100 rates are whole: no finer than 1. */
            cr_assert(low <= limits[l] && (high > limits[l] || search.asked == search.probes_max), "%g from %g: %g..%g",
                      limits[l], start, low, high);
            if (search.asked < search.probes_max)
                cr_assert(high / low < 1.05 || high - low <= 1, "%g from %g: %g..%g", limits[l], start, low, high);
            if (start > limits[l] / 50 && start < limits[l] * 50)
                cr_assert(search_limit(&search) == SEARCH_BY_PROMISE, "%g from %g", limits[l], start);
        }
    }
}

Test(search, is_cheap_when_the_start_is_near, .timeout = 10)
{
    struct world world = {.limit = 180000};
    struct search search = search_for(&world, 100000);
    cr_assert(search.asked <= 9, "%d probes", search.asked);
    cr_assert(world.highest_asked <= 200000);
    /* What broke it was asked twice. */
    for (int i = 0; i < search.count; i++)
        cr_assert(search.probes[i].times == (search.probes[i].rate == search_broken(&search) ? 2 : 1));
}

Test(search, says_when_no_rate_keeps_it, .timeout = 10)
{
    struct world world = {.limit = 0};
    struct search search = search_for(&world, 10000);
    cr_assert(search_kept(&search) == 0 && search_broken(&search) == 10);
    cr_assert(search_limit(&search) == SEARCH_BY_PROMISE && search.asked <= 7, "%d", search.asked);
}

Test(search, says_when_every_rate_keeps_it, .timeout = 10)
{
    struct world world = {.limit = INFINITY};
    struct search search = search_for(&world, 1e6);
    cr_assert(search_kept(&search) == 1e8 && search_broken(&search) == 0);
    cr_assert(search_limit(&search) == SEARCH_BY_RANGE);
}

Test(search, the_generator_is_a_limit_of_its_own, .timeout = 10)
{
    struct world world = {.limit = 1e6, .generator = 3e5};
    struct search search = search_for(&world, 1e4);
    cr_assert(search_limit(&search) == SEARCH_BY_GENERATOR);
    cr_assert(search_kept(&search) <= 3e5 && search_kept(&search) > 2.8e5);
    world = (struct world){.limit = 1e5, .generator = 3e5};
    search = search_for(&world, 1e4);
    cr_assert(search_limit(&search) == SEARCH_BY_PROMISE);
}

/* Whichever answer is spoilt, the rate is not found too low: it is asked again. */
Test(search, one_bad_probe_ends_nothing, .timeout = 10)
{
    for (int bad = 1; bad <= 12; bad++) {
        struct world world = {.limit = 50000, .bad_probe = bad};
        struct search search = search_for(&world, 10000);
        cr_assert(search_kept(&search) > 50000 / 1.05 && search_kept(&search) <= 50000, "bad probe %d: %g", bad,
                  search_kept(&search));
        cr_assert(world.highest_asked <= 160000, "bad probe %d: %g", bad, world.highest_asked);
    }
}

Test(search, under_noise_the_answer_is_near_and_the_search_ends, .timeout = 10)
{
    for (state = 1; state < 2000;) {
        uint64_t seed = state;
        struct world world = {.limit = 50000, .noise = 0.1};
        struct search search = search_for(&world, 10000);
        double low = search_kept(&search), high = search_broken(&search);
        cr_assert(low < high || high == 0);
        cr_assert(low > 50000 * 0.85 && low < 50000 * 1.11, "seed %llu: %g", (unsigned long long)seed, low);
        state = seed + 1;
    }
}

Test(search, ends_when_nobody_can_tell_or_it_is_given_up, .timeout = 10)
{
    struct search search = {.start = 1000, .lowest = 10, .highest = 1e8, .fine = 1.04, .probes_max = 24};
    search_tell(&search, search_next(&search), SEARCH_KEPT);
    cr_assert(search_next(&search) == 2000);
    search_tell(&search, 2000, SEARCH_UNKNOWN);
    cr_assert(search_next(&search) == 0 && search_limit(&search) == SEARCH_BY_UNKNOWN && search_kept(&search) == 1000);
    search = (struct search){.start = 1000, .lowest = 10, .highest = 1e8, .fine = 1.04, .probes_max = 24};
    search_tell(&search, search_next(&search), SEARCH_KEPT);
    search_tell(&search, search_next(&search), SEARCH_BROKEN);
    search_give_up(&search);
    cr_assert(search_next(&search) == 0 && search_limit(&search) == SEARCH_BY_PROBES);
    cr_assert(search_kept(&search) == 1000 && search_broken(&search) == 2000);
}

Test(search, out_of_probes_it_says_what_it_knows, .timeout = 10)
{
    struct world world = {.limit = 77777};
    struct search search = {.start = 1000, .lowest = 10, .highest = 1e8, .fine = 1.04, .probes_max = 5};
    double rate;
    world.generator = INFINITY;
    while ((rate = search_next(&search)) > 0)
        search_tell(&search, rate, ask(&world, rate));
    cr_assert(search.asked == 5 && search_limit(&search) == SEARCH_BY_PROBES && search_kept(&search) == 64000);
}

/* As much as the caller knows is taken, within the bounds; a wrong idea costs probes only. */
Test(search, a_hint_is_taken_and_not_believed, .timeout = 10)
{
    struct search search = {.start = 1000, .lowest = 10, .highest = 1e8, .fine = 1.04, .probes_max = 24};
    double rate;
    search_tell(&search, search_next(&search), SEARCH_KEPT);
    search.hint = 1300;
    cr_assert(search_next(&search) == 1300, "no further than that");
    search.hint = 5000;
    cr_assert(search_next(&search) == 2000);
    search_tell(&search, 2000, SEARCH_BROKEN);
    search.hint = 1700;
    cr_assert(search_next(&search) == 1700);
    search.hint = 1001;
    cr_assert(search_next(&search) == 1020, "a step above the one, %g", search_next(&search));
    search.hint = 1999;
    cr_assert(search_next(&search) == 1960, "or below the other, %g", search_next(&search));
    search.hint = 900;
    cr_assert(search_next(&search) == 1410, "what is known already is no idea");
    search.hint = NAN;
    cr_assert(search_next(&search) == 1410);
    for (double hint = 0; hint < 3000; hint += 100) {
        struct search misled = search;
        misled.hint = hint;
        while ((rate = search_next(&misled)) > 0)
            search_tell(&misled, rate, rate <= 1555 ? SEARCH_KEPT : SEARCH_BROKEN);
        cr_assert(search_limit(&misled) == SEARCH_BY_PROMISE && misled.asked < 16, "%g: %d", hint, misled.asked);
        cr_assert(search_kept(&misled) <= 1555 && search_broken(&misled) > 1555);
    }
}
