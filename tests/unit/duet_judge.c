/* duet_judge.c - what a duet says where something failed: whose fault it is. */
#include "bench/findings/duet_judge.h"

#include <criterion/criterion.h>
#include <criterion/logging.h>
#include <stdint.h>
#include <string.h>

#include "bench/findings/duet_failures.h"
#include "bench/json/must.h"
#include "bench/results/result.h"

struct made_up {
    const char *verdict, *failure;
};

/* Twelve trials, of which the first ones ended so. Owner of what it returns: the caller. */
static json_t *judged(const struct made_up *bad, int count)
{
    json_t *benchmark = must_pack("{s:[], s:[]}", "first", "second");
    for (int i = 0; i < DUET_RULE_FIRST; i++) {
        bool good = i >= count;
        json_array_append_new(json_object_get(benchmark, "first"),
                              must_pack("{s:s, s:s, s:o, s:f}", "verdict", good ? "ok" : bad[i].verdict, "failure",
                                        good ? "" : bad[i].failure, "log_ratio", good ? json_real(0.001) : json_null(),
                                        "log_ratio_again", 0.0));
    }
    duet_judge_write(benchmark, &(struct duet_suspicion){.verdict = DUET_UNDECIDED}, 0.03, 1);
    return benchmark;
}

static double random_share(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (double)(*state >> 11) / 9007199254740992.0;
}

static void expect(const struct made_up *bad, int count, const char *verdict, const char *note, bool cannot)
{
    json_t *benchmarks = must_pack("[o]", judged(bad, count));
    const json_t *finding = json_object_get(json_array_get(benchmarks, 0), "finding");
    cr_assert_str_eq(result_string(finding, "verdict"), verdict);
    cr_assert(strstr(result_string(finding, "note"), note), "%s", result_string(finding, "note"));
    cr_assert(duet_judge_regressions(benchmarks) == !strcmp(verdict, "FAILED"));
    cr_assert(duet_judge_fails(benchmarks) == !strcmp(verdict, "fails"));
    cr_assert(duet_judge_cannot(benchmarks) == cannot);
    json_decref(benchmarks);
}

/* So many of twelve processes end with that failure of the new side. */
static void expect_new(int count, const char *verdict, const char *note)
{
    struct made_up bad[DUET_RULE_FIRST];
    for (int i = 0; i < count; i++)
        bad[i] = (struct made_up){"crash", "new: crash: signal 11"};
    expect(bad, count, verdict, note, false);
}

/* The sign test, one-sided: 7 against none are p = 0.0078, 8 are 0.0039; two looks share 1%. */
Test(duet_judge, what_fails_more_often_than_the_base_has_failed, .timeout = 10)
{
    static const struct made_up late[] = {{"cannot", "new: no more memory"}, {"crash", "new: crash: signal 11"}};
    expect_new(12, "FAILED", "signal 11, in 12 of 12 processes, the base in none");
    expect_new(8, "FAILED", "signal 11, in 8 of 12 processes, the base in none");
    expect_new(7, "fails", "signal 11, in 7 of 12 processes, the base in none: that may be chance");
    expect_new(1, "fails", "signal 11, in 1 of 12 processes, the base in none: that may be chance");
    expect(late, 2, "fails", "signal 11, in 1 of 11 processes", false);
}

/* Of many benchmarks one fails by chance. */
Test(duet_judge, the_number_of_benchmarks_counts, .timeout = 10)
{
    struct duet_failures failures = {.processes = 12, .new = 9, .of_new = "", .of_base = "", .of_machine = ""};
    cr_assert(duet_failures_blame(&failures, 2) == DUET_BLAME_CHANGE);
    cr_assert(duet_failures_blame(&failures, 3) == DUET_BLAME_NOBODY);
    failures.processes = failures.new = 24;
    cr_assert(duet_failures_blame(&failures, 4096) == DUET_BLAME_CHANGE);
}

/* Further processes, in each of which the base runs first, and each side fails with that chance. */
static void add_processes(struct duet_failures *failures, int processes, double chance, uint64_t *random)
{
    for (int i = 0; i < processes; i++) {
        double base = random_share(random), new = random_share(random);
        failures->base += base < chance;
        failures->new += base >= chance &&new < chance;
    }
    failures->processes += processes;
}

/* Of both alike: each process fails with that chance, late, and on either side. */
static void add_late(struct duet_failures *failures, int processes, double chance, uint64_t *random)
{
    for (int i = 0; i < processes; i++) {
        bool fails = random_share(random) < chance, of_new = random_share(random) < 0.5;
        failures->base += fails && !of_new;
        failures->new += fails &&of_new;
    }
    failures->processes += processes;
}

/* Of so many made-up runs of an innocent change, each with three benchmarks, how many call it a failure. */
static int accused_of(int runs, void (*add)(struct duet_failures *, int, double, uint64_t *), double chance,
                      uint64_t *random)
{
    enum { BENCHMARKS = 3 };
    int accused = 0;
    for (int run = 0; run < runs; run++) {
        bool any = false;
        for (int i = 0; i < BENCHMARKS; i++) {
            struct duet_failures failures = {.of_new = "", .of_base = "", .of_machine = ""};
            add(&failures, DUET_RULE_FIRST, chance, random);
            if (duet_failures_blame(&failures, BENCHMARKS) == DUET_BLAME_NOBODY)
                add(&failures, DUET_RULE_SECOND, chance, random);
            any = any || duet_failures_blame(&failures, BENCHMARKS) == DUET_BLAME_CHANGE;
        }
        accused += any;
    }
    return accused;
}

enum { RUNS = 5000 };

/* In nearly all processes something fails, once among many slices: the side that does is a coin's. */
Test(duet_judge, who_fails_late_as_often_as_before_is_not_accused, .timeout = 60)
{
    static const double chances[] = {0.3, 0.7, 0.9, 1};
    uint64_t random = 11;
    for (size_t c = 0; c < sizeof chances / sizeof *chances; c++) {
        int accused = accused_of(RUNS, add_late, chances[c], &random);
        cr_assert(accused <= RUNS / 100, "chance %g: %d of %d accused", chances[c], accused, RUNS);
    }
}

/* However often a pool fails: of runs that change nothing hardly one accuses, so that with what the times may do by
 * chance it stays at 1% in all. */
Test(duet_judge, who_fails_as_often_as_before_is_not_accused, .timeout = 60)
{
    static const double chances[] = {0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8};
    uint64_t random = 7;
    for (size_t c = 0; c < sizeof chances / sizeof *chances; c++) {
        int accused = accused_of(RUNS, add_processes, chances[c], &random);
        cr_assert(accused <= RUNS / 500, "chance %g: %d of %d accused", chances[c], accused, RUNS);
    }
}

/* A pool that fails now and then fails on both sides, on the new one first by chance: no side is accused, and it is no
 * pass. Where the base fails only there is nothing to compare with. */
Test(duet_judge, what_fails_on_both_sides_is_no_change, .timeout = 10)
{
    static const struct made_up both[] = {{"failed", "new: 3 jobs lost"}, {"failed", "base: 2 jobs lost"}};
    static const struct made_up again[] = {{"hang", "new: hang"}, {"hang", "base again: hang"}};
    static const struct made_up base[] = {{"hang", "base again: hang"}, {"crash", "base: crash"}};
    expect(both, 2, "fails", "new: 3 jobs lost, in 1 of 12 processes, the base in 1: that may be chance", false);
    expect(again, 2, "fails", "new: hang, in 1 of 12 processes, the base in 1", false);
    expect(base, 2, "cannot tell", "base again: hang, in 2 of 12 processes: nothing to compare with", true);
}

/* No side is accused of it, and nothing passes for measured. */
Test(duet_judge, what_the_machine_refuses_is_no_sides_fault, .timeout = 10)
{
    static const struct made_up of_new[] = {{"cannot", "new: the round's process was killed by signal 9"}};
    static const struct made_up of_base[] = {{"cannot", "base: pool_open: Cannot allocate memory"}};
    expect(of_new, 1, "cannot tell", "signal 9", true);
    expect(of_base, 1, "cannot tell", "Cannot allocate", true);
}

/* Of a second session for which there was no time it is not said that it found nothing. */
Test(duet_judge, a_second_session_of_a_few_processes_is_none, .timeout = 10)
{
    static const int processes[] = {1, 11, 12};
    for (size_t i = 0; i < sizeof processes / sizeof *processes; i++) {
        json_t *benchmark = must_pack("{s:[], s:[]}", "first", "second");
        const json_t *finding;
        for (int k = 0; k < DUET_RULE_FIRST + processes[i]; k++)
            json_array_append_new(
                json_object_get(benchmark, k < DUET_RULE_FIRST ? "first" : "second"),
                must_pack("{s:s, s:f, s:f}", "verdict", "ok", "log_ratio", 0.05 + 0.0001 * k, "log_ratio_again", 0.0));
        duet_judge_write(benchmark, &(struct duet_suspicion){.verdict = DUET_SLOWER, .suspects = 1}, 0.03, 1);
        finding = json_object_get(benchmark, "finding");
        cr_assert_str_eq(result_string(finding, "verdict"), processes[i] < 12 ? "cannot tell" : "slower");
        cr_assert_str_eq(result_string(finding, "note"),
                         processes[i] < 12 ? "a second session did not come to its end" : "");
        cr_assert_str_eq(result_string(finding, "session"), processes[i] < 12 ? "first" : "second");
        json_decref(benchmark);
    }
}

Test(duet_judge, what_does_not_fail_is_judged, .timeout = 10)
{
    json_t *benchmark = judged(NULL, 0);
    cr_assert(*result_string(json_object_get(benchmark, "finding"), "verdict"));
    cr_assert(json_is_number(json_object_get(json_object_get(benchmark, "finding"), "change")));
    json_decref(benchmark);
}
