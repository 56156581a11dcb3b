/* sizing.c - the search for the fewest workers, on queues whose answer is known. */
#include "bench/statistics/sizing.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "bench/commands/plan_session.h"
#include "bench/commands/rate_search.h"
#include "bench/json/must.h"
#include "bench/models/erlang.h"
#include "bench/results/result.h"
#include "tests/core/open_trial.h"

#define MS 1000000.0

/* Whoever has at least so many workers keeps the promise. */
struct world {
    int fewest;
    int bad_question; /* the nth answer is BROKEN whatever the size; 0: none */
    int asked;
};

static enum sizing_answer ask(struct world *world, int workers)
{
    if (++world->asked == world->bad_question)
        return SIZING_BROKEN;
    return workers >= world->fewest ? SIZING_KEPT : SIZING_BROKEN;
}

static void sizes(struct sizing *sizing, int most, int guess)
{
    memset(sizing, 0, sizeof *sizing);
    for (int i = 1; i <= most; i++)
        sizing->sizes[sizing->count++] = i;
    sizing->guess = guess;
}

static void search(struct sizing *sizing, struct world *world)
{
    int workers;
    while ((workers = sizing_next(sizing)) > 0)
        sizing_tell(sizing, workers, ask(world, workers));
}

Test(sizing, finds_the_fewest_from_wherever_it_begins, .timeout = 10)
{
    static struct sizing sizing;
    for (int fewest = 1; fewest <= 200; fewest += fewest < 10 ? 1 : 19) {
        for (int guess = 1; guess <= 256; guess += guess < 16 ? 1 : 37) {
            struct world world = {.fewest = fewest};
            sizes(&sizing, 256, guess);
            search(&sizing, &world);
            cr_assert_eq(sizing_kept(&sizing), fewest, "%d from %d: %d", fewest, guess, sizing_kept(&sizing));
            cr_assert(sizing_is_fewest(&sizing));
            cr_assert_eq(sizing_not_kept(&sizing), fewest - 1);
            cr_assert(world.asked <= SIZING_ASKED_MAX);
        }
    }
}

/* Where the guess is right that and one fewer are asked, and nothing else. */
Test(sizing, a_right_guess_takes_two_questions, .timeout = 10)
{
    static struct sizing sizing;
    struct world world = {.fewest = 12};
    sizes(&sizing, 256, 12);
    search(&sizing, &world);
    cr_assert_eq(world.asked, 2);
    cr_assert(sizing_kept(&sizing) == 12 && sizing_not_kept(&sizing) == 11);
}

Test(sizing, none_is_enough, .timeout = 10)
{
    static struct sizing sizing;
    struct world world = {.fewest = 300};
    sizes(&sizing, 256, 3);
    search(&sizing, &world);
    cr_assert(sizing_kept(&sizing) == 0 && !sizing_is_fewest(&sizing) && world.asked <= SIZING_ASKED_MAX);
}

/* One bad moment makes no size larger for good: it is asked again. */
Test(sizing, a_bad_moment_is_asked_again, .timeout = 10)
{
    static struct sizing sizing;
    for (int bad = 1; bad <= 6; bad++) {
        struct world world = {.fewest = 5, .bad_question = bad};
        sizes(&sizing, 64, 9);
        search(&sizing, &world);
        cr_assert(sizing_kept(&sizing) >= 5, "question %d: %d", bad, sizing_kept(&sizing));
        cr_assert(bad < 3 || sizing_kept(&sizing) <= 9, "question %d: %d", bad, sizing_kept(&sizing));
    }
}

/* Given up before the next smaller one was asked it is "at most so many". */
Test(sizing, given_up_it_is_at_most, .timeout = 10)
{
    static struct sizing sizing;
    sizes(&sizing, 64, 9);
    sizing_tell(&sizing, sizing_next(&sizing), SIZING_KEPT);
    sizing_give_up(&sizing);
    cr_assert(sizing_next(&sizing) == 0 && sizing_kept(&sizing) == 9 && !sizing_is_fewest(&sizing));
    cr_assert_eq(sizing_not_kept(&sizing), 0);
}

/* Of a list only what it names; what lies between two of its sizes was not asked. */
Test(sizing, takes_only_sizes_that_there_are, .timeout = 10)
{
    static struct sizing sizing;
    struct world world = {.fewest = 5};
    sizing = (struct sizing){.sizes = {2, 4, 8, 16}, .count = 4, .guess = 5};
    search(&sizing, &world);
    cr_assert(sizing_kept(&sizing) == 8 && sizing_not_kept(&sizing) == 4 && !sizing_is_fewest(&sizing));
    world = (struct world){.fewest = 1};
    sizing = (struct sizing){.sizes = {4}, .count = 1, .guess = 4};
    search(&sizing, &world);
    cr_assert(sizing_kept(&sizing) == 4 && !sizing_not_kept(&sizing) && !sizing_is_fewest(&sizing));
    sizing = (struct sizing){.sizes = {1}, .count = 1, .guess = 1};
    search(&sizing, &world);
    cr_assert(sizing_kept(&sizing) == 1 && sizing_is_fewest(&sizing));
}

/* One fewer has to be why: where the generator was late with it, it was not watched for long enough, or none of its
 * rounds was good, nobody knows that it would not do. */
Test(sizing, one_fewer_has_to_break_it_or_to_straddle_it, .timeout = 10)
{
    static const struct {
        enum sizing_answer answer;
        bool fewest;
    } cases[] = {{SIZING_BROKEN, true}, {SIZING_STRADDLES, true}, {SIZING_OPEN, false}, {SIZING_CANNOT, false}};
    static struct sizing sizing;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sizes(&sizing, 8, 5);
        sizing_tell(&sizing, 5, SIZING_KEPT);
        sizing_tell(&sizing, 4, cases[i].answer);
        cr_assert(sizing_kept(&sizing) == 5 && sizing_not_kept(&sizing) == 4);
        cr_assert_eq(sizing_is_fewest(&sizing), cases[i].fewest, "case %zu", i);
    }
}

/* A size as `plan` measures it, of a made-up queue: M/M/c, 20,000/s, services of 0.56 ms,
 * exponential; p99 <= 5 ms. Erlang says 12 workers, and that 11 are overloaded. */
#define RATE 20e3
#define SERVICE 0.56e6
#define LIMIT 5e6

static enum sizing_answer measured(int workers, uint64_t seed, struct rate_probe *out)
{
    struct slo_list promises = {.count = 1, .items = {{.kind = slo_kind("p99"), .limit_ns = (int64_t)LIMIT}}};
    struct erlang_queue queue = {.c = workers, .rate = RATE / 1e9, .service = SERVICE, .random = seed};
    struct plan_entry entry = {
        .pool = pool_find("mutex"), .workers = workers, .producers = 1, .capacity = 1 << 16, .pin = "none"};
    json_t *result = must_pack("{s:[]}", "configurations");
    double load = RATE / 1e9 * SERVICE / workers;
    double relaxation = load < 1 ? SERVICE / workers / pow(1 - sqrt(load), 2) : INFINITY;
    struct rate_search one;
    char why[256];
    cr_assert(!workload_parse("burst:of=io:op=sleep,wait=560us,dist=exp", &entry.workload, why, sizeof why), "%s", why);
    rate_search_begin(&one, &entry, 240); /* a quarter of it is one size's */
    cr_assert(rate_search_ask(&one, &promises, RATE, relaxation, result));
    do {
        json_t *configuration =
            json_array_get(json_object_get(result, "configurations"), (size_t)one.at->configuration);
        double counted = 0.75 * one.at->slice_ns;
        for (int i = 0; i < 5; i++)
            json_array_append_new(json_object_get(configuration, "trials"),
                                  open_trial(&queue, counted / 3, counted, 0));
        one.spent_s += 5 * one.at->slice_ns / 1e9;
        one.at->spent_s += 5 * one.at->slice_ns / 1e9;
    } while (rate_search_judge(&one, &promises, result));
    *out = *one.at;
    rate_search_end(&one);
    json_decref(result);
    return out->judged.verdict == SLO_KEPT     ? SIZING_KEPT
           : out->judged.verdict == SLO_BROKEN ? SIZING_BROKEN
                                               : SIZING_STRADDLES;
}

Test(sizing, twelve_workers_for_twenty_thousand, .timeout = 60)
{
    static struct sizing sizing;
    struct erlang twelve = {.c = 12, .rate = RATE, .service = SERVICE / 1e9};
    cr_assert_eq(erlang_servers(RATE, SERVICE / 1e9, (struct erlang_promise){0.99, LIMIT / 1e9}), 12);
    cr_assert(fabs(erlang_quantile(&twelve, 0.99) - 4.0e-3) < 0.05e-3, "%g", erlang_quantile(&twelve, 0.99));
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct rate_probe probe, last[32] = {0};
        int workers;
        sizes(&sizing, 32, 9 + (int)seed);
        while ((workers = sizing_next(&sizing)) > 0) {
            sizing_tell(&sizing, workers, measured(workers, seed * 7919, &probe));
            last[workers - 1] = probe;
        }
        cr_assert_eq(sizing_kept(&sizing), 12, "seed %d: %d", (int)seed, sizing_kept(&sizing));
        cr_assert_eq(sizing_not_kept(&sizing), 11);
        cr_assert_eq(last[10].judged.reason, SLO_OVERLOAD, "%s", last[10].judged.why);
        /* At a load of 93% a few seconds' p99 is known to about a quarter. */
        cr_assert(fabs(last[11].judged.value - 4.0e6) < 1.0e6, "%g", last[11].judged.value);
    }
}

/* What a judgement is to the search: only an interval that holds the limit straddles it. */
Test(sizing, a_judgement_says_why_nobody_can_tell, .timeout = 10)
{
    static const struct {
        enum slo_verdict verdict;
        enum slo_reason reason;
        enum sizing_answer answer;
    } cases[] = {{SLO_KEPT, SLO_PLAIN, SIZING_KEPT},
                 {SLO_BROKEN, SLO_OVERLOAD, SIZING_BROKEN},
                 {SLO_CANNOT_TELL, SLO_STRADDLES, SIZING_STRADDLES},
                 {SLO_CANNOT_TELL, SLO_SAMPLES, SIZING_OPEN},
                 {SLO_CANNOT_TELL, SLO_GENERATOR, SIZING_OPEN},
                 {SLO_CANNOT_TELL, SLO_NOT_STEADY, SIZING_OPEN},
                 {SLO_CANNOT_TELL, SLO_NO_ROUNDS, SIZING_CANNOT}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slo_judgement judged = {.verdict = cases[i].verdict, .reason = cases[i].reason};
        cr_assert_eq(plan_answer_of(&judged), cases[i].answer, "case %zu", i);
    }
}

Test(sizing, places_by_what_they_take, .timeout = 10)
{
    cr_assert(sizing_fewer_places(100, 2, 100 * MS, 50 * MS) == 45);
    cr_assert(sizing_fewer_places(100, 2, 50.1 * MS, 50 * MS) == 89);
    cr_assert(sizing_fewer_places(3, 2, 50.1 * MS, 50 * MS) == 2 &&
              sizing_fewer_places(100, 60, 900 * MS, 50 * MS) == 60);
    cr_assert(sizing_fewer_places(2, 2, 100 * MS, 50 * MS) == 0 && sizing_fewer_places(100, 2, 40 * MS, 50 * MS) == 0);
}
