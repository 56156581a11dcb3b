/* estimate.c - how long a run is said to take, of slices whose length is known. */
#include "bench/measure/estimate.h"

#include <criterion/criterion.h>
#include <string.h>

#include "bench/commands/sweep.h"

/* One configuration of the ring with so many workers, on as many CPUs as there are. */
static struct plan plan_of(struct plan_entry *entry, const char *spec, int workers)
{
    char why[256];
    *entry = (struct plan_entry){
        .pool = pool_find("ring"), .workers = workers, .producers = 1, .capacity = 1024, .pin = "none"};
    cr_assert(entry->pool && !workload_parse(spec, &entry->workload, why, sizeof why), "%s", why);
    return (struct plan){.entries = entry, .count = 1, .rounds = 12, .budget_ns = 1000000000};
}

static void expect_round(const char *spec, int workers, double seconds)
{
    struct plan_entry entry;
    struct plan plan = plan_of(&entry, spec, workers);
    double found = estimate_round_s(&plan);
    cr_expect(found > seconds / 1.3 && found < 1.3 * seconds, "%s, %d workers: %.3f s for %.3f", spec, workers, found,
              seconds);
}

/* A slice of an open loop is as long as its arrivals, however many workers there are; a third of it warms up. */
Test(estimate, of_an_open_loop_is_its_length, .timeout = 20)
{
    for (int workers = 1; workers <= 64; workers *= 8) {
        expect_round("burst:rate=10k,for=2s,of=empty", workers, 2.67);
        expect_round("burst:rate=10,of=io:op=sleep,wait=10ms", workers, 6.67); /* 50 jobs at least */
        expect_round("burst:rate=1k,for=300ms,warm=3s,of=empty", workers, 3.3);
    }
}

/* It ends with its last job, and where more comes than is done it takes as long as its jobs. */
Test(estimate, of_an_open_loop_ends_with_its_jobs, .timeout = 20)
{
    expect_round("burst:rate=1k,for=300ms,of=io:op=sleep,wait=3s", 4096, 0.4 + 3);
    expect_round("burst:rate=1k,for=300ms,of=io:op=sleep,wait=10ms", 1, 400 * 0.01);
    expect_round("burst:rate=1k,for=300ms,of=cpu:size=3ms", 1, 400 * 0.003);
}

/* What has its own number of jobs: a warm-up and a pair, where one is longer than its share. */
Test(estimate, of_jobs_at_their_own_pace_is_no_shorter_for_more_workers, .timeout = 20)
{
    for (int workers = 1; workers <= 16; workers *= 4) {
        expect_round("wakeup:gap=2ms,idle=20ms", workers, 3 * (50 * 2 * 0.002 + 0.020));
        expect_round("slow-consumer:take=1ms", workers, 3 * 4 * 1.024); /* four queues full */
    }
}

/* Long jobs: a few of each worker; and one to warm up, alone. */
Test(estimate, of_long_jobs_is_a_few_of_each_worker, .timeout = 20)
{
    expect_round("io:op=sleep,wait=1s", 4, 1 + 2 * 4);
    expect_round("cpu:size=100ms", 1, 0.1 + 2 * 4 * 0.1);
}

/* Short jobs take the share of the budget that a round has. */
Test(estimate, of_short_jobs_is_their_share, .timeout = 20)
{
    expect_round("cpu:size=10us", 1, 0.04 + 1.0 / 12);
    expect_round("empty", 1, 0.04 + 1.0 / 12);
}

/* A search ends the probe that it began. */
Test(estimate, of_a_search_ends_with_a_whole_probe, .timeout = 20)
{
    struct plan_entry entry;
    struct plan plan = plan_of(&entry, "burst:for=3s,of=empty", 2);
    plan.rounds = 3;
    plan.budget_ns = INT64_C(10000000000);
    cr_expect(sweep_estimate_s(&plan) > 11.9 && sweep_estimate_s(&plan) < 12.1, "%g", sweep_estimate_s(&plan));
    plan = plan_of(&entry, "burst:of=empty", 2);
    cr_expect(sweep_estimate_s(&plan) == 1, "%g", sweep_estimate_s(&plan));
}

/* Of our own pools it is known, and of jobs of which a slice has few it does not matter. */
Test(estimate, is_the_least_of_many_jobs_of_a_plug_in, .timeout = 20)
{
    static struct pool_ops added; /* it stays in the table */
    struct plan_entry entry;
    struct plan plan = plan_of(&entry, "depth:jobs=1M", 2);
    entry.capacity = 1 << 20;
    cr_expect(!estimate_is_least(&plan));
    added = *pool_find("ring");
    added.name = "timed-by-nobody";
    cr_assert(pool_add(&added) == 0);
    entry.pool = &added;
    cr_expect(estimate_is_least(&plan));
    plan = plan_of(&entry, "depth", 2);
    entry.pool = &added;
    cr_expect(!estimate_is_least(&plan));
    plan = plan_of(&entry, "burst:rate=1M,for=1s,of=empty", 2);
    entry.pool = &added;
    cr_expect(!estimate_is_least(&plan));
}
