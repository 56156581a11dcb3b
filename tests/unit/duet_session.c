/* duet_session.c - the sessions of a duet, of processes that are made up: who is accused,
 * after what, and how the budget is spent. Their clock is made up, too. */
#include "bench/commands/duet_session.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/measure/sides.h"
#include "bench/results/result.h"
#include "bench/statistics/duet_rule.h"

enum { BENCHMARKS = 3 };

/* What each benchmark differs by in the first session, and in the second; an odd process
 * reads a little more, an even one a little less. */
struct made_up {
    double first[BENCHMARKS], second[BENCHMARKS], little[BENCHMARKS];
    double now_s, each_s;
    const char *failure;        /* of the last benchmark, every so many processes; the others are not disturbed */
    int fails_each, fails_only; /* not after so many failures; 0: always */
    int processes[BENCHMARKS], series, failures;
    int said;           /* how many processes the first session had */
    double each_said;   /* and what a benchmark took in each */
    int interrupted_in; /* after 16 processes of that series, counted from 1; 0: none */
};

static bool fails_now(struct made_up *made, int process)
{
    bool fails =
        made->failure && process % made->fails_each == 0 && (!made->fails_only || made->failures < made->fails_only);
    made->failures += fails;
    return fails;
}

static int made_run(void *context, const struct plan *part, const int *which, const struct round_events *events)
{
    struct made_up *made = context;
    made->series++;
    for (int round = 0; round < part->rounds; round++) {
        if (round && events->enough(events->context))
            break;
        if (made->series == made->interrupted_in && round == 16)
            return -EINTR;
        for (int i = 0; i < part->count; i++) {
            int b = which[i];
            double value = (part->duet.again ? made->first : made->second)[b] + (round & 1 ? 1 : -1) * made->little[b];
            json_t *trial = must_pack("{s:i, s:s, s:s, s:f, s:f}", "configuration", i, "verdict", "ok", "failure", "",
                                      "log_ratio", value * (1 + 0.001 * round), "log_ratio_again", 0.0);
            made->processes[b]++;
            if (b == BENCHMARKS - 1 && fails_now(made, made->processes[b])) {
                json_object_set_new(trial, "verdict", json_string("crash"));
                json_object_set_new(trial, "failure", json_string(made->failure));
            }
            events->trial(events->context, trial);
            json_decref(trial);
        }
        made->now_s += made->each_s * part->count;
    }
    return 0;
}

static double made_now(void *context)
{
    return ((struct made_up *)context)->now_s;
}

static const char *verdict_of(const json_t *benchmarks, size_t index)
{
    return result_string(json_object_get(json_array_get(benchmarks, index), "finding"), "verdict");
}

/* Owner of what it returns: the caller. */
static json_t *whole_run(struct made_up *made, double budget_s)
{
    struct plan_entry entries[BENCHMARKS] = {{0}};
    struct plan plan = {.entries = entries, .count = BENCHMARKS};
    struct duet_source source = {made_run, made_now, made};
    struct duet_sessions sessions = {.plan = &plan,
                                     .benchmarks = json_array(),
                                     .rounds = json_array(),
                                     .source = &source,
                                     .budget_s = budget_s,
                                     .threshold = DUET_RULE_FLOOR};
    for (int i = 0; i < BENCHMARKS; i++)
        json_array_append_new(sessions.benchmarks, must_pack("{s:s, s:o, s:o}", "name", "made up", "first",
                                                             json_array(), "second", json_array()));
    cr_assert(duet_sessions_run(&sessions) == (made->interrupted_in ? -EINTR : 0));
    made->said = sessions.first_processes;
    made->each_said = sessions.each_s;
    json_decref(sessions.rounds);
    return sessions.benchmarks;
}

/* Whoever reads slower in both sessions is; who does so in the first only, is not. */
Test(duet_session, two_sessions_accuse, .timeout = 10)
{
    struct made_up made = {
        .first = {0, 0.05, 0.05}, .second = {0, 0.05, -0.001}, .little = {0.001, 0.001, 0.001}, .each_s = 0.1};
    json_t *benchmarks = whole_run(&made, 120);
    cr_assert(!strcmp(verdict_of(benchmarks, 0), "same"), "%s", verdict_of(benchmarks, 0));
    cr_assert(!strcmp(verdict_of(benchmarks, 1), "slower"), "%s", verdict_of(benchmarks, 1));
    cr_assert(!strcmp(verdict_of(benchmarks, 2), "cannot tell"), "%s", verdict_of(benchmarks, 2));
    cr_assert(made.processes[0] == DUET_RULE_FIRST && made.processes[1] == DUET_RULE_FIRST + DUET_RULE_SECOND);
    json_decref(benchmarks);
}

/* One crash of twelve is asked again, of fresh processes: where it does not come again, or too seldom, nobody is
 * accused, and it is no pass; where it does, the new side has failed. */
Test(duet_session, what_failed_once_is_asked_again, .timeout = 10)
{
    static const struct {
        int each, only;
        const char *verdict, *note;
    } cases[] = {{3, 1, "fails", "in 1 of 36 processes, the base in none: that may be chance"},
                 {12, 0, "fails", "in 3 of 36 processes, the base in none: that may be chance"},
                 {3, 0, "FAILED", "in 12 of 36 processes, the base in none"},
                 {1, 0, "FAILED", "in 12 of 12 processes, the base in none"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct made_up made = {.little = {0.001, 0.001, 0.001},
                               .each_s = 0.1,
                               .failure = "new: crash: signal 11",
                               .fails_each = cases[i].each,
                               .fails_only = cases[i].only};
        json_t *benchmarks = whole_run(&made, 120);
        const char *note = result_string(json_object_get(json_array_get(benchmarks, 2), "finding"), "note");
        cr_assert_str_eq(verdict_of(benchmarks, 0), "same");
        cr_assert_str_eq(verdict_of(benchmarks, 2), cases[i].verdict);
        cr_assert(strstr(note, cases[i].note), "%s", note);
        json_decref(benchmarks);
    }
}

/* Who cannot be decided gets more processes, others do not, and the budget holds. */
Test(duet_session, the_undecided_get_what_is_left, .timeout = 10)
{
    struct made_up made = {.first = {0, 0, 0}, .little = {0.001, 0.001, 0.1}, .each_s = 0.1};
    json_t *benchmarks = whole_run(&made, 30);
    cr_assert(made.processes[0] == DUET_RULE_FIRST && made.processes[1] == DUET_RULE_FIRST);
    cr_assert(made.processes[2] > DUET_RULE_FIRST && (made.processes[2] - DUET_RULE_FIRST) % DUET_RULE_STEP == 0);
    cr_assert(made.now_s <= 30, "%g", made.now_s);
    json_decref(benchmarks);
}

/* Where the machine is so slow that no time is left, nobody is accused by one session. */
Test(duet_session, no_time_for_a_second_session_accuses_nobody, .timeout = 10)
{
    struct made_up made = {
        .first = {0.05, 0.05, 0.05}, .second = {0.05, 0.05, 0.05}, .little = {0.001, 0.001, 0.001}, .each_s = 10};
    json_t *benchmarks = whole_run(&made, 30);
    for (size_t i = 0; i < BENCHMARKS; i++)
        cr_assert(!strcmp(verdict_of(benchmarks, i), "cannot tell"), "%s", verdict_of(benchmarks, i));
    cr_assert(made.series == 1 && made.each_said >= made.each_s, "%g", made.each_said);
    cr_assert(made.said == made.processes[0] && made.said < DUET_RULE_FIRST, "%d", made.said);
    json_decref(benchmarks);
}

/* Its number of processes was fixed before: fewer are another session. */
Test(duet_session, an_interrupted_second_session_accuses_nobody, .timeout = 10)
{
    struct made_up made = {.first = {0, 0.05, -0.05},
                           .second = {0, 0.05, -0.05},
                           .little = {0.001, 0.001, 0.001},
                           .each_s = 0.1,
                           .interrupted_in = 2};
    json_t *benchmarks = whole_run(&made, 120);
    cr_assert(made.series == 2 && made.processes[1] == DUET_RULE_FIRST + 16);
    for (size_t i = 1; i < BENCHMARKS; i++)
        cr_assert(!strcmp(verdict_of(benchmarks, i), "cannot tell"), "%s", verdict_of(benchmarks, i));
    json_decref(benchmarks);
}

/* In which order the copies are loaded decides where they lie: none has a place of its own. */
Test(duet_session, each_side_is_loaded_first_second_and_last_as_often, .timeout = 10)
{
    int at[SIDES][SIDES] = {{0}};
    for (int round = 0; round < 12; round++) {
        enum side order[SIDES];
        int places[SIDES];
        sides_order(round, order);
        for (int i = 0; i < SIDES; i++) {
            at[order[i]][i]++;
            places[order[i]] = i;
        }
        cr_assert((places[SIDE_BASE] < places[SIDE_NEW]) == !(round & 1));
    }
    for (int side = 0; side < SIDES; side++)
        for (int i = 0; i < SIDES; i++)
            cr_assert(at[side][i] == 4, "side %d was at %d %d times", side, i, at[side][i]);
}
