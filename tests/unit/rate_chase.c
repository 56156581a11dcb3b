/* rate_chase.c - a duet's searches, on sides that are made up: what a process finds, with bad
 * moments of the machine in it, and whom whole runs accuse. Seeded; no clock decides. */
#include "bench/statistics/rate_chase.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "bench/commands/duet_rates.h"
#include "bench/statistics/duet_rule.h"

enum { PASSES = 6, RUNS = 200, PROCESSES_MAX = 36 };

static uint64_t state = 20261129;
static double uniform(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(state >> 11) + 1) / 9007199254740993.0;
}

static double normal(void)
{
    return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform());
}

/* A side: its capacity; how its probes scatter; how often a bad moment makes one far too late. */
struct side {
    double capacity, noise, stalls;
};

/* M/M/1's limit/latency, that is 1 at 90% of the capacity. */
static double kept_at(const struct side *side, double rate)
{
    double kept = fmax(0.02, (1 - rate / side->capacity) / 0.1) * exp(side->noise * normal());
    return uniform() < side->stalls ? kept * (0.03 + 0.5 * uniform()) : kept;
}

static double found_in(const struct side *side, double start)
{
    struct rate_chase chase = {.start = start, .lowest = 1, .highest = 1e8};
    for (int i = 0; i < PASSES; i++) {
        double rate = rate_chase_next(&chase);
        rate_chase_tell(&chase, rate, kept_at(side, rate));
    }
    return rate_chase_found(&chase);
}

Test(rate_chase, finds_the_rate_from_near_it, .timeout = 10)
{
    static const double starts[] = {0.85, 0.95, 1, 1.05, 1.15};
    struct side quiet = {.capacity = 50000};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        cr_assert(fabs(found_in(&quiet, starts[i] * 45000) / 45000 - 1) < 0.002, "from %g: %g", starts[i],
                  found_in(&quiet, starts[i] * 45000));
}

/* A third of the slices are spoilt; most pairs still agree within 1.5%. (Without asking a broken rate a
 * second time half of them do.) */
Test(rate_chase, bad_moments_are_not_believed, .timeout = 10)
{
    enum { PAIRS = 1001 };
    struct side busy = {.capacity = 50000, .noise = 0.08, .stalls = 0.3};
    int near = 0, nothing = 0;
    for (int i = 0; i < PAIRS; i++) {
        double ratio = found_in(&busy, 41000) / found_in(&busy, 41000);
        nothing += !isfinite(ratio);
        near += fabs(log(ratio)) < 0.015;
    }
    cr_assert(near > 0.6 * PAIRS && nothing < 0.02 * PAIRS, "%d near, %d nothing, of %d", near, nothing, PAIRS);
}

Test(rate_chase, nothing_is_found_where_nothing_was_kept_or_broken, .timeout = 10)
{
    struct side never = {.capacity = 1}, always = {.capacity = 1e12};
    struct rate_chase none = {.start = 5, .lowest = 1, .highest = 10};
    cr_assert(isnan(found_in(&never, 45000)) && isnan(found_in(&always, 45000)) && isnan(rate_chase_found(&none)));
    rate_chase_tell(&none, 7, NAN);
    cr_assert(none.count == 0 && rate_chase_next(&none) == 5);
    for (int i = 0; i < 4; i++)
        rate_chase_tell(&none, rate_chase_next(&none), 2);
    cr_assert(rate_chase_next(&none) == 10, "never beyond the highest");
}

Test(rate_chase, never_more_than_the_workers_have_time_for, .timeout = 10)
{
    struct rate_chase chase = {.start = 100, .lowest = 1, .highest = 1e8, .capacity = 150};
    rate_chase_tell(&chase, 100, 3);
    rate_chase_tell(&chase, 200, 0.9);
    cr_assert(rate_chase_found(&chase) == 150);
    chase.capacity = 0;
    cr_assert(rate_chase_found(&chase) > 150);
}

/* The two sessions of one benchmark, by processes that search. */
static enum duet_verdict whole_run(const struct side *base, const struct side *new)
{
    double floor = log1p(DUET_RULE_FLOOR), values[PROCESSES_MAX];
    struct duet_finding found = {.verdict = DUET_UNDECIDED};
    enum duet_verdict suspicion;
    int count = 0;
    for (int n = 0; n < PROCESSES_MAX && found.verdict == DUET_UNDECIDED;) {
        for (int next = n ? n + DUET_RULE_STEP : DUET_RULE_FIRST; n < next; n++) {
            double value = log(found_in(base, 44000) / found_in(new, 44000));
            if (isfinite(value))
                values[count++] = value;
        }
        found = duet_rule_look(values, count, floor);
    }
    suspicion = found.verdict;
    if (suspicion != DUET_SLOWER && suspicion != DUET_FASTER)
        return suspicion;
    count = 0;
    for (int n = 0; n < DUET_RULE_SECOND; n++) {
        double value = log(found_in(base, 44000) / found_in(new, 44000));
        if (isfinite(value))
            values[count++] = value;
    }
    return duet_rule_confirm(values, count, floor, suspicion, 1).verdict;
}

Test(rate_chase, whole_runs_accuse_nobody_and_find_five_percent, .timeout = 60)
{
    static const struct {
        double noise, stalls;
        int found; /* of RUNS, at least */
    } machines[] = {{0.08, 0, 190}, {0.08, 0.1, 190}, {0.2, 0.3, 150}};
    for (size_t m = 0; m < sizeof machines / sizeof *machines; m++) {
        struct side base = {50000, machines[m].noise, machines[m].stalls}, slower = base;
        int accused = 0, found = 0;
        slower.capacity /= 1.05;
        for (int i = 0; i < RUNS; i++) {
            accused += whole_run(&base, &base) == DUET_SLOWER;
            found += whole_run(&base, &slower) == DUET_SLOWER;
        }
        cr_assert(accused <= RUNS / 50, "machine %zu: %d of %d accuse what is the same", m, accused, RUNS);
        cr_assert(found >= machines[m].found, "machine %zu: 5%% less is found in %d of %d", m, found, RUNS);
    }
}

/* Long against the limit, the samples that the quantile needs, and the queue's memory. */
Test(rate_chase, slices_are_long_enough, .timeout = 10)
{
    struct slo_list promises;
    char why[128];
    double alone, loaded;
    cr_assert(slo_parse("p99=1ms", &promises, why, sizeof why) == 0);
    alone = duet_rates_slice_ns(&promises, 1000, 0, 0);
    loaded = duet_rates_slice_ns(&promises, 900, 1e6, 1);
    cr_assert(alone >= 500e6 / 0.75, "%g: 500 jobs that count, and a warm-up", alone);
    cr_assert(loaded >= 16 * 1e6 / pow(1 - sqrt(0.9), 2) * 0.99, "%g: 16 relaxation times at 90%%", loaded);
    cr_assert(slo_parse("p50=1s", &promises, why, sizeof why) == 0);
    cr_assert(duet_rates_slice_ns(&promises, 1e6, 0, 0) > 100e6 &&
              isfinite(duet_rates_slice_ns(&promises, 1e6, 1e6, 1)));
}
