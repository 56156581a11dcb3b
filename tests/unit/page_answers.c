/* page_answers.c - the sentences that a page begins with, of results whose truth is known. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/findings/answer.h"
#include "bench/page/answers_check.h"
#include "bench/page/answers_fleet.h"
#include "bench/page/answers_plan.h"
#include "bench/page/answers_run.h"
#include "bench/page/answers_verdicts.h"
#include "bench/page/explore_chapter.h"
#include "bench/page/repeat.h"
#include "bench/page/several.h"
#include "bench/page/side_by_side_rows.h"
#include "bench/results/read_fleet.h"
#include "bench/results/result.h"
#include "bench/show/shell_word.h"
#include "bench/show/verdicts.h"
#include "tests/core/made_result.h"

enum { ROUNDS = 12 };

static struct answers answers;

/* All sentences, a line each. */
static const char *sentences(void)
{
    static char text[16384];
    *text = '\0';
    for (int i = 0; i < answers.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s: %s\n", answers.all[i].state,
                 answers.all[i].text);
    return text;
}

static const char *said_of(const json_t *result)
{
    answers.count = 0;
    answers_run(result, &answers);
    return sentences();
}

/* Twelve rounds around a speed; `spread` as a share. */
static json_t *configuration(const char *pool, const char *spec, double speed, double spread)
{
    json_t *trials = json_array();
    for (int r = 0; r < ROUNDS; r++)
        json_array_append_new(trials, json_pack("{s:i, s:s, s:f}", "round", r, "verdict", "ok", "jobs_per_s",
                                                speed * (1 + spread * sin(7.0 * r + speed))));
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:s, s:s, s:s, s:s, s:i, s:o}", "pool", pool, "workload", spec,
                     "spec", spec, "workers", 2, "producers", 1, "capacity", 1024, "full", "block", "pin", "core",
                     "role", "asked", "results", "none", "results_capacity", 0, "trials", trials);
}

static json_t *result_of(json_t *first, json_t *second, json_t *third)
{
    return json_pack("{s:s, s:[ooo], s:[], s:{s:s, s:s, s:s, s:s}}", "program", "poolbench", "configurations", first,
                     second, third, "rounds", "noise", "verdict", "quiet", "before", "quiet", "during", "quiet",
                     "intervals", "quiet");
}

Test(page_answers, who_is_told_apart_from_all_is_first, .timeout = 20)
{
    json_t *result = result_of(configuration("ring", "empty", 10e6, 0.01), configuration("mutex", "empty", 5e6, 0.01),
                               configuration("spawn", "empty", 1e4, 0.01));
    const char *text = said_of(result);
    cr_assert(
        strstr(text, "With empty jobs ring is first; mutex reaches 0.50x of ring's speed (0.50..0.50), spawn 0.0010x"),
        "%s", text);
    cr_assert(strstr(text, "good: The machine was quiet before, during and after the run."), "%s", text);
    cr_assert(answers.count >= 3, "%s", text);
    json_decref(result);
}

/* The fastest by its median is not first where the intervals overlap. */
Test(page_answers, where_intervals_overlap_nobody_is_first, .timeout = 20)
{
    json_t *result = result_of(configuration("ring", "empty", 10e6, 0.3), configuration("mutex", "empty", 9.7e6, 0.3),
                               configuration("steal", "empty", 9.6e6, 0.3));
    const char *text = said_of(result);
    cr_assert(!strstr(text, "first") && !strstr(text, "reaches") && !strstr(text, "alike"), "%s", text);
    cr_assert(strstr(text, "open: No pool is called faster than another"), "%s", text);
    json_decref(result);
    /* One that is slower for certain is said, and nothing of the others. */
    result = result_of(configuration("ring", "empty", 10e6, 0.3), configuration("mutex", "empty", 9.7e6, 0.3),
                       configuration("spawn", "empty", 1e4, 0.1));
    text = said_of(result);
    cr_assert(!strstr(text, "first") && !strstr(text, "alike"), "%s", text);
    cr_assert(strstr(text, "spawn reaches 0.00") && strstr(text, "of the others nobody can tell"), "%s", text);
    json_decref(result);
}

/* A median of one round has no interval, and nothing is said of it. */
Test(page_answers, without_intervals_nothing_is_said, .timeout = 20)
{
    json_t *result = result_of(configuration("ring", "empty", 10e6, 0), configuration("mutex", "empty", 1e6, 0),
                               configuration("ring", "slow-consumer", 1e4, 0)),
           *one;
    const char *text;
    size_t i;
    json_array_foreach (json_object_get(result, "configurations"), i, one)
        while (json_array_size(json_object_get(one, "trials")) > 1)
            json_array_remove(json_object_get(one, "trials"), 1);
    json_object_set_new(one = json_array_get(json_object_get(result, "configurations"), 2), "results",
                        json_string("block"));
    json_object_set_new(one, "summary",
                        json_pack("{s:{s:{s:f, s:f, s:f, s:f}}}", "figures", "workers_blocked", "median", 0.4, "low",
                                  0.4, "high", 0.4, "coverage", 0.0));
    text = said_of(result);
    cr_assert(strstr(text, "open: No pool is called faster than another: there are too few rounds"), "%s", text);
    cr_assert(!strstr(text, "slow-consumer") && !strstr(text, "reaches"), "%s", text);
    json_object_set_new(json_object_get(json_object_get(json_object_get(one, "summary"), "figures"), "workers_blocked"),
                        "coverage", json_real(0.96));
    cr_assert(strstr(said_of(result), "workers wait for it 40%"), "%s", said_of(result));
    json_decref(result);
}

Test(page_answers, who_is_within_the_margin_is_alike, .timeout = 20)
{
    json_t *result = result_of(configuration("ring", "empty", 10e6, 0), configuration("mutex", "empty", 9.9e6, 0.001),
                               configuration("textbook", "empty", 5e6, 0.01));
    const char *text = said_of(result);
    cr_assert(strstr(text, "ring and mutex are alike (within 3%); textbook reaches 0.50x of ring's speed"), "%s", text);
    json_decref(result);
}

/* Of rounds of each kind in which nothing is slower: whatever is said of two pools, their intervals must bear. A
 * sentence of who is first would be wrong. */
Test(page_answers, of_equal_pools_none_is_first, .timeout = 60)
{
    uint64_t state = 2026;
    int first = 0, said = 0, all = 0;
    for (int kind = 0; kind < MADE_ROUNDS_KINDS; kind++)
        for (int i = 0; i < 20; i++, all++) {
            struct made_result made = {.kind = (enum made_rounds)kind, .benchmarks = 4, .rounds = ROUNDS};
            json_t *result = made_result(&state, &made);
            first += strstr(said_of(result), "is first") != NULL;
            said += strstr(sentences(), "alike") || strstr(sentences(), "No pool is called faster");
            json_decref(result);
        }
    cr_assert(said >= all * 9 / 10, "%d of %d", said, all); /* of one in twenty a pool is slower by 95%% */
    cr_assert(first == 0, "%d of %d", first, all);          /* three others would have to be slower by chance */
}

/* And a pool that is slower by half is found in rounds of all kinds but those that are too wild. */
Test(page_answers, a_slow_pool_is_named, .timeout = 60)
{
    uint64_t state = 7;
    struct made_result made = {.kind = MADE_ROUNDS_NORMAL, .benchmarks = 3, .rounds = ROUNDS, .slow = 1, .by = 1};
    json_t *result = made_result(&state, &made);
    const char *text = said_of(result);
    cr_assert(strstr(text, "p0 reaches 0.5") || strstr(text, "p0 reaches 0.49"), "%s", text);
    cr_assert(!strstr(text, "p0 is first"), "%s", text);
    json_decref(result);
}

static json_t *metg(const char *pool, double ns, double low, double high)
{
    return json_pack("{s:s, s:i, s:s, s:s, s:f, s:f, s:f}", "pool", pool, "workers", 2, "spec", "cpu", "side", "inside",
                     "ns", ns, "low_ns", low, "high_ns", high);
}

Test(page_answers, longer_jobs_are_said_to_be_needed_only_where_intervals_are_apart, .timeout = 20)
{
    json_t *result = result_of(configuration("ring", "empty", 10e6, 0.3), configuration("mutex", "empty", 9.7e6, 0.3),
                               configuration("steal", "empty", 9.6e6, 0.3));
    const char *text;
    json_object_set_new(result, "metg", json_pack("[oo]", metg("ring", 180, 175, 190), metg("mutex", 200, 185, 220)));
    text = said_of(result);
    cr_assert(strstr(text, "From jobs of 180 ns (175 ns..190 ns) on, at least half of the time of 2 workers of ring"),
              "%s", text);
    cr_assert(!strstr(text, "needs jobs"), "%s", text);
    json_object_set_new(result, "metg",
                        json_pack("[oo]", metg("ring", 180, 175, 190), metg("textbook", 730, 700, 760)));
    cr_assert(strstr(said_of(result), "textbook needs jobs of 730 ns (700 ns..760 ns)"), "%s", said_of(result));
    json_decref(result);
}

Test(page_answers, a_failure_comes_first, .timeout = 20)
{
    json_t *result = result_of(configuration("ring", "empty", 10e6, 0.01), configuration("mutex", "empty", 5e6, 0.01),
                               configuration("spawn", "empty", 1e4, 0.01));
    json_t *trial =
        json_array_get(json_object_get(json_array_get(json_object_get(result, "configurations"), 1), "trials"), 0);
    json_object_set_new(trial, "verdict", json_string("failed"));
    json_object_set_new(result, "failures",
                        json_pack("[{s:s, s:s, s:s, s:s}]", "pool", "mutex", "spec", "empty", "verdict", "failed",
                                  "failure", "2 jobs were lost"));
    said_of(result);
    cr_assert_str_eq(answers.all[0].text, "1 of 36 trials failed; the first: mutex under empty: 2 jobs were lost.");
    cr_assert(!strstr(sentences(), "exactly one outcome"), "%s", sentences());
    json_decref(result);
}

/* Promises. */

static json_t *judged(const char *pool, const char *verdict)
{
    json_t *one = configuration(pool, "empty", 1e6, 0.3);
    json_object_set_new(
        one, "summary",
        json_pack("{s:[{s:s, s:i, s:s}]}", "slo", "name", "p99", "limit_ns", 5000000, "verdict", verdict));
    return one;
}

Test(page_answers, what_nobody_can_tell_is_not_kept, .timeout = 20)
{
    json_t *result = result_of(judged("ring", "kept"), judged("mutex", "cannot tell"), judged("spawn", "broken"));
    const char *text;
    json_object_set_new(result, "slo", json_pack("[{s:s, s:i}]", "name", "p99", "limit_ns", 5000000));
    text = said_of(result);
    cr_assert(strstr(text, "bad: p99 <= 5 ms is broken by spawn."), "%s", text);
    cr_assert(strstr(text, "good: p99 <= 5 ms is kept, by the whole 95% interval, by ring."), "%s", text);
    cr_assert(strstr(text, "open: Nobody can tell whether p99 <= 5 ms is kept by mutex."), "%s", text);
    json_decref(result);
}

static json_t *search(const char *pool, double proved, double broken, const char *limit)
{
    return json_pack("{s:s, s:s, s:i, s:i, s:i, s:s, s:s, s:f, s:f, s:f, s:s}", "pool", pool, "spec", "burst",
                     "workers", 2, "producers", 1, "capacity", 64, "full", "block", "pin", "core", "rate_kept", proved,
                     "rate_proved", proved, "rate_broken", broken, "limited_by", limit);
}

Test(page_answers, a_rate_is_higher_only_where_it_breaks_the_other, .timeout = 20)
{
    json_t *result = result_of(configuration("ring", "empty", 1e6, 0.3), configuration("mutex", "empty", 1e6, 0.3),
                               configuration("spawn", "empty", 1e6, 0.3));
    const char *text;
    json_object_set_new(result, "slo", json_pack("[{s:s, s:i}]", "name", "p99", "limit_ns", 5000000));
    json_object_set_new(result, "searches",
                        json_pack("[ooo]", search("ring", 72000, 74000, "promise"),
                                  search("mutex", 70000, 73000, "promise"), search("spawn", 20000, 21000, "promise")));
    text = said_of(result);
    cr_assert(
        strstr(
            text,
            "ring with 2 workers keeps p99 <= 5 ms up to 72.0 k jobs a second for certain, and breaks it at 74.0 k/s"),
        "%s", text);
    cr_assert(strstr(text, "ring with 2 workers holds a rate that breaks it for: spawn (2)"), "%s", text);
    cr_assert(!strstr(text, "for: mutex"), "%s", text);
    json_decref(result);
}

/* Comparisons, checks, plans. */

Test(page_answers, of_what_is_undecided_no_verdict_is_made, .timeout = 20)
{
    json_t *verdicts = verdicts_new("duet", NULL), *row;
    answers.count = 0;
    verdicts_row(verdicts, "a/empty/t1", "a", VERDICTS_UNDECIDED, "cannot tell");
    answers_verdicts(verdicts, &answers);
    cr_assert(!strstr(sentences(), "good") && strstr(sentences(), "open: Of 1 of 1 benchmarks nobody can tell"), "%s",
              sentences());
    row = verdicts_row(verdicts, "b/empty/t1", "b", VERDICTS_REGRESSION, "slower");
    verdicts_set(row, "base", "14.1 ns");
    verdicts_set(row, "new", "15.3 ns");
    verdicts_set(row, "change", "+8.4%");
    verdicts_set(row, "interval", "+6.9 .. +9.8%");
    answers.count = 0;
    answers_verdicts(verdicts, &answers);
    cr_assert_str_eq(answers.all[0].text,
                     "b/empty/t1: slower, 14.1 ns before and 15.3 ns after (+8.4%; 95% interval +6.9 .. +9.8%).");
    cr_assert(!strstr(sentences(), "No regression"), "%s", sentences());
    json_decref(verdicts);
}

/* Many that are missing are one sentence, in which none is called worse; what is slower comes first. */
Test(page_answers, what_is_missing_is_said_once, .timeout = 20)
{
    json_t *verdicts = verdicts_new("compare", NULL);
    verdicts_row(verdicts, "a/empty/t1", "a", VERDICTS_REGRESSION, "MISSING");
    verdicts_row(verdicts, "b/empty/t1", "b", VERDICTS_REGRESSION, "MISSING");
    verdicts_row(verdicts, "c/empty/t1", "c", VERDICTS_SAME, "same");
    answers.count = 0;
    answers_verdicts(verdicts, &answers);
    cr_assert(strstr(sentences(), "bad: 2 of 3 benchmarks are MISSING: only the first run has them") == sentences(),
              "%s", sentences());
    cr_assert(!strstr(sentences(), "no pass") && !strstr(sentences(), "a/empty"), "%s", sentences());
    verdicts_row(verdicts, "d/empty/t1", "d", VERDICTS_REGRESSION, "slower");
    answers.count = 0;
    answers_verdicts(verdicts, &answers);
    cr_assert(strstr(sentences(), "bad: d/empty/t1: slower") == sentences(), "%s", sentences());
    cr_assert(strstr(sentences(), "2 of 4 benchmarks are MISSING") && !strstr(sentences(), "no pass"), "%s",
              sentences());
    json_decref(verdicts);
}

static json_t *cell(const char *pool, const char *kind, const char *verdict)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "pool", pool, "fault", "lost-results", "kind", kind, "verdict",
                     verdict, "finding", "it was seen");
}

Test(page_answers, what_fails_in_a_check_comes_first_and_what_was_not_seen_does_not_hold, .timeout = 20)
{
    json_t *check = json_pack("{s:[oooo]}", "cells", cell("ring", "clean", "holds"), cell("mine", "clean", "FAILS"),
                              cell("mine", "clean", "not seen"), cell("mine", "armed", "not supported"));
    answers.count = 0;
    answers_check(check, &answers);
    cr_assert_str_eq(answers.all[0].text, "mine has lost-results: it was seen.");
    cr_assert(strstr(sentences(), "good: 1 of the 3 cells hold in which no bug was switched on."), "%s", sentences());
    cr_assert(strstr(sentences(), "open: 1 bug did not show") && strstr(sentences(), "open: 1 cell was not asked"),
              "%s", sentences());
    json_decref(check);
}

Test(page_answers, a_plan_keeps_only_what_was_judged_so, .timeout = 20)
{
    json_t *plan = json_pack("{s:[{s:s, s:i}], s:{s:f, s:s, s:[{s:i, s:s}, {s:i, s:s}], s:{s:i, s:i, s:s, s:b, s:i}}}",
                             "slo", "name", "p99", "limit_ns", 5000000, "plan", "rate", 2000.0, "pool", "ring", "sizes",
                             "workers", 2, "verdict", "cannot tell", "workers", 3, "verdict", "kept", "answer",
                             "workers", 3, "capacity", 64, "full", "block", "fewest", 1, "fewer", 2);
    answers.count = 0;
    answers_plan(plan, &answers);
    cr_assert(strstr(answers.all[0].text,
                     "3 workers of ring with a queue of 64 (full=block) keep p99 <= 5 ms at 2.00 k jobs a second"),
              "%s", sentences());
    cr_assert(strstr(sentences(), "open: With 2 workers nobody can tell whether it is kept."), "%s", sentences());
    json_object_set_new(json_array_get(json_object_get(json_object_get(plan, "plan"), "sizes"), 1), "verdict",
                        json_string("cannot tell"));
    answers.count = 0;
    answers_plan(plan, &answers);
    cr_assert(!strstr(sentences(), "keep p99"), "%s", sentences());
    json_decref(plan);
}

/* A forecast is said as one, scene by scene, by the verdicts of each balancer. */

static json_t *scene(const char *verdict)
{
    return json_pack("{s:s, s:[{s:s, s:f}]}", "verdict", verdict, "values", "name", "p99", "value", 2e6);
}

static json_t *balance(const char *name, const char *whole, const char *slow, const char *lost)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:i, s:i}", "name", name, "whole", scene(whole), "slow", scene(slow), "lost",
                     scene(lost), "fewest", 5, "fewest_surely", 7);
}

static json_t *fleet_document(void)
{
    return json_pack("{s:s, s:i, s:{s:s}, s:{s:i, s:i, s:f, s:f, s:b, s:s, s:[{s:s, s:i}], s:{s:f, s:i}, s:{s:b, s:i},"
                     "s:{s:s}, s:[oo], s:[]}}",
                     "program", "poolbench", "fleet_format", 1, "from", "file", "x.json", "fleet", "machines", 8,
                     "workers", 64, "rate_per_s", 1e6, "utilisation", 0.6, "known", 1, "verdict", "kept", "slo", "name",
                     "p99", "limit_ns", 5000000, "service", "mean_ns", 3e5, "workers", 1, "scaling", "known", 1,
                     "measured_workers_most", 16, "formula", "name", "M/G/c", "balances",
                     balance("random", "cannot tell", "broken", "cannot tell"),
                     balance("two-choices", "kept", "kept", "cannot tell"), "shapes");
}

Test(page_answers, a_fleet_is_a_forecast, .timeout = 20)
{
    json_t *document = fleet_document(), *fleet = json_object_get(document, "fleet");
    answers.count = 0;
    answers_fleet(document, &answers);
    cr_assert(strstr(sentences(), "good: By the model, 8 machines of 64 workers keep p99 <= 5 ms at 1.00 M requests a "
                                  "second, under two-choices.\n"),
              "%s", sentences());
    cr_assert(strstr(sentences(), "good: With one machine that takes twice as long it is kept under two-choices.\n") &&
                  strstr(sentences(), "bad: With one machine that takes twice as long it is broken under random.\n"),
              "%s", sentences());
    cr_assert(strstr(sentences(), "open: With one machine lost, once that was noticed, nobody can tell under random, "
                                  "two-choices.\n"),
              "%s", sentences());
    cr_assert(strstr(sentences(), "plain: Under two-choices it surely takes 7 machines of that size.\n") &&
                  strstr(sentences(), "open: At most 16 workers were measured"),
              "%s", sentences());
    json_object_set_new(fleet, "known", json_false());
    json_object_set_new(fleet, "verdict", json_string("cannot tell"));
    json_object_set_new(fleet, "open", json_string("too few rounds"));
    answers.count = 0;
    answers_fleet(document, &answers);
    cr_assert(strstr(sentences(), "open: Nobody can tell whether 8 machines of 64 workers keep p99 <= 5 ms at 1.00 M "
                                  "requests a second: too few rounds.\n") &&
                  strstr(sentences(), "it likely takes 5 machines"),
              "%s", sentences());
    json_decref(document);
}

Test(page_answers, what_is_no_fleet_is_refused, .timeout = 20)
{
    json_t *document = fleet_document(), *fleet = json_object_get(document, "fleet"), *was;
    static const char *const must[] = {"machines", "workers", "rate_per_s", "utilisation", "service",
                                       "scaling",  "formula", "verdict",    "balances",    "shapes"};
    char why[256];
    cr_assert(read_fleet_is(document) && !read_fleet_check(document, why, sizeof why), "%s", why);
    for (size_t i = 0; i < sizeof must / sizeof *must; i++) {
        was = json_incref(json_object_get(fleet, must[i]));
        json_object_set_new(fleet, must[i], json_true());
        cr_assert(read_fleet_check(document, why, sizeof why) && *why, "%s", must[i]);
        json_object_set_new(fleet, must[i], was);
    }
    cr_assert(!read_fleet_check(document, why, sizeof why), "%s", why);
    json_object_set_new(json_array_get(json_object_get(fleet, "balances"), 0), "lost", json_object());
    cr_assert(read_fleet_check(document, why, sizeof why) && strstr(why, "balancer 0 has scenes that differ"), "%s",
              why);
    json_object_set_new(document, "fleet_format", json_integer(2));
    cr_assert(read_fleet_check(document, why, sizeof why) && strstr(why, "of format 2"), "%s", why);
    json_decref(document);
}

/* Several. */

Test(page_answers, runs_side_by_side_differ_only_where_intervals_are_apart, .timeout = 20)
{
    json_t *first = result_of(configuration("ring", "empty", 10e6, 0.01), configuration("mutex", "empty", 5e6, 0.2),
                              configuration("spawn", "empty", 1e4, 0.01)),
           *second = result_of(configuration("ring", "empty", 11e6, 0.01), configuration("mutex", "empty", 5.2e6, 0.2),
                               configuration("steal", "empty", 1e4, 0.01));
    struct document documents[] = {{"a.json", DOCUMENTS_RUN, first}, {"b.json", DOCUMENTS_RUN, second}};
    struct side_by_side_rows rows;
    json_t *merged;
    result_summarise(first, false);
    result_summarise(second, false);
    side_by_side_rows(documents, 2, &rows);
    cr_assert(rows.count == 2, "%d", rows.count);
    cr_assert_str_eq(rows.all[0].name, "ring/empty/t2");
    cr_assert(rows.all[0].least == 0 && rows.all[0].most == 1 && rows.all[0].apart > 0.05 && rows.all[0].apart < 0.095);
    cr_assert(rows.all[1].least == -1 && rows.all[1].apart == 0, "mutex overlaps");
    free(rows.all);
    merged = several_merged(documents, 2);
    cr_assert(json_array_size(json_object_get(merged, "configurations")) == 6);
    cr_assert_str_eq(result_string(json_array_get(json_object_get(merged, "configurations"), 3), "pool"), "ring@after");
    json_decref(merged);
    json_decref(first);
    json_decref(second);
}

Test(page_answers, there_is_room_for_so_many, .timeout = 20)
{
    answers.count = 0;
    for (int i = 0; i < 50; i++)
        answers_add(&answers, "plain", "a", "b", "%d", i);
    cr_assert(answers.count == ANSWERS_ROOM && !strcmp(answers.all[7].text, "7"));
}

/* Explorations. */

/* What was not looked at is no part of what held. */
Test(page_answers, what_was_not_explored_is_said, .timeout = 20)
{
    json_t *document = json_pack("{s:[{s:s, s:s, s:s, s:i, s:f, s:[s, s]}], s:[s, s]}", "pools", "pool", "ring",
                                 "verdict", "holds", "finding", "", "schedules", 200, "seconds", 1.0,
                                 "scenarios_not_reached", "drain", "refuse", "pools_not_reached", "mutex", "steal");
    answers.count = 0;
    explore_chapter_say(document, &answers);
    cr_assert(strstr(sentences(), "open: It ended before it came to mutex, steal: nothing is known of them."), "%s",
              sentences());
    cr_assert(strstr(sentences(), "200 schedules of ring nothing was found, with 2 of the scenarios in none of them, "),
              "%s", sentences());
    json_decref(document);
}

/* Commands. */

static const char *repeated(const char *word)
{
    static char text[128];
    FILE *out = fmemopen(text, sizeof text, "w");
    shell_word(out, word);
    fclose(out);
    return text;
}

/* Who copies a command from a page runs no other. */
Test(page_answers, a_command_that_is_copied_runs_nothing_else, .timeout = 20)
{
    json_t *result = json_pack("{s:[s, s, s, s, s, s]}", "command", "./x/poolbench", "run", "-w",
                               "cpu:size=1us;touch x", "-o", "mine.json");
    char *text = repeat_whole(result, false);
    cr_assert_str_eq(text, "poolbench run -w 'cpu:size=1us;touch x'");
    free(text);
    text = repeat_whole(result, true);
    cr_assert_str_eq(text, "poolbench run -w 'cpu:size=1us;touch x' -o mine.json");
    free(text);
    cr_assert_str_eq(repeated("ring/cpu:size=1us/t2"), " ring/cpu:size=1us/t2");
    cr_assert_str_eq(repeated("$(touch x)"), " '$(touch x)'");
    cr_assert_str_eq(repeated("it's"), " 'it'\\''s'");
    cr_assert_str_eq(repeated(""), " ''");
    json_decref(result);
}
