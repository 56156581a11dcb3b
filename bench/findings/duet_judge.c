/* duet_judge.c - see duet_judge.h. */
#include "bench/findings/duet_judge.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/findings/duet_failures.h"
#include "bench/json/must.h"
#include "bench/results/result.h"

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

int duet_judge_values(const json_t *benchmark, const char *session, const char *key, double *values, int max)
{
    json_t *trial;
    size_t i;
    int count = 0;
    json_array_foreach (json_object_get(benchmark, session), i, trial) {
        const json_t *value = json_object_get(trial, key);
        if (!strcmp(result_string(trial, "verdict"), "ok") && json_is_number(value) && count < max)
            values[count++] = json_number_value(value);
    }
    return count;
}

double duet_judge_again(const json_t *benchmark, double *certain)
{
    static double values[DUET_VALUES_MAX];
    int count = duet_judge_values(benchmark, "first", "log_ratio_again", values, DUET_VALUES_MAX);
    *certain = expm1(duet_rule_again(values, count));
    return count ? expm1(fabs(stats_shift(values, count, 0.025).estimate)) : NAN;
}

double duet_judge_floor(const json_t *benchmark)
{
    static double values[DUET_VALUES_MAX];
    return duet_rule_floor(values, duet_judge_values(benchmark, "first", "log_ratio_again", values, DUET_VALUES_MAX));
}

struct duet_finding duet_judge_look(const json_t *benchmark)
{
    static double values[DUET_VALUES_MAX];
    int count = duet_judge_values(benchmark, "first", "log_ratio", values, DUET_VALUES_MAX);
    return duet_rule_look(values, count, duet_judge_floor(benchmark));
}

/* Why a session has no values. */
static const char *nothing(const json_t *benchmark)
{
    if (!json_object_get(benchmark, "slo") || !json_array_size(json_object_get(benchmark, "first")))
        return "nothing was measured";
    return "no rate was found on both sides, or the generator was the limit";
}

/* Of a side: the median over processes of their medians, or of a single number of each. */
static double side_median(const json_t *benchmark, const char *session, const char *side, const char *key)
{
    static double values[DUET_VALUES_MAX], inner[DUET_VALUES_MAX];
    json_t *trial, *value;
    size_t i, j;
    int count = 0;
    json_array_foreach (json_object_get(benchmark, session), i, trial) {
        const json_t *found = json_object_get(json_object_get(trial, side), key);
        int inside = 0;
        if (json_is_number(found))
            inner[inside++] = json_number_value(found);
        json_array_foreach (found, j, value)
            if (json_is_number(value) && inside < DUET_VALUES_MAX)
                inner[inside++] = json_number_value(value);
        if (inside && count < DUET_VALUES_MAX)
            values[count++] = stats_median(inner, inside).median;
    }
    return count ? stats_median(values, count).median : NAN;
}

static json_t *cost(const json_t *benchmark, const char *session, const char *key)
{
    double base = side_median(benchmark, session, "base", key), new = side_median(benchmark, session, "new", key);
    double change = base == new ? 0 : new / base - 1; /* of nothing to something there is none */
    return must_pack("{s:o, s:o, s:o}", "base", number(base), "new", number(new), "change", number(change));
}

/* An interval's end as a share; null where there is none. */
static json_t *end_json(const struct stats_shift *shift, double end)
{
    return number(shift->known ? expm1(end) : NAN);
}

/* None of these is a verdict on time. */
static json_t *costs_of(const json_t *benchmark, const char *session)
{
    static double values[DUET_VALUES_MAX];
    int count = duet_judge_values(benchmark, session, "log_ratio_cpu", values, DUET_VALUES_MAX);
    struct stats_shift shift = stats_shift(values, count, 0.025);
    json_t *cpu = cost(benchmark, session, "cpu_ns_per_job");
    json_object_set_new(cpu, "change", number(expm1(shift.estimate)));
    json_object_set_new(cpu, "low", end_json(&shift, shift.low));
    json_object_set_new(cpu, "high", end_json(&shift, shift.high));
    return must_pack("{s:o, s:o, s:o}", "cpu_ns_per_job", cpu, "pool_bytes", cost(benchmark, session, "pool_bytes"),
                     "wakes_per_job", cost(benchmark, session, "wakes_per_job"));
}

static const char *const verdicts[] = {"same", "faster", "slower", "cannot tell"};

/* Returns whether there was a failure: then there is no other finding. */
static bool write_failure(json_t *benchmark, int benchmarks)
{
    const struct duet_failures failures = duet_failures_of(benchmark);
    enum duet_blame blame = duet_failures_blame(&failures, benchmarks);
    bool change = blame == DUET_BLAME_CHANGE, fails = blame == DUET_BLAME_NOBODY;
    char text[512];
    if (blame == DUET_BLAME_NONE)
        return false;
    duet_failures_text(&failures, blame, text, sizeof text);
    json_object_set_new(benchmark, "finding",
                        must_pack("{s:s, s:b, s:b, s:b, s:i, s:i, s:i, s:o}", "verdict",
                                  change  ? "FAILED"
                                  : fails ? "fails"
                                          : "cannot tell",
                                  "regression", (int)change, "fails", (int)fails, "cannot", (int)!(change || fails),
                                  "processes", failures.processes, "failed_base", failures.base, "failed_new",
                                  failures.new, "note", must_text(text)));
    return true;
}

static void write_finding(json_t *benchmark, const char *session, const struct duet_finding *finding, const char *note,
                          double threshold, double process_s)
{
    const struct stats_shift *change = &finding->change;
    bool regression = finding->verdict == DUET_SLOWER && change->estimate >= log1p(threshold);
    double floor = duet_judge_floor(benchmark), certain, again = duet_judge_again(benchmark, &certain);
    json_t *json = must_pack("{s:s, s:s, s:b, s:i, s:f, s:f, s:i, s:f, s:s}", "verdict", verdicts[finding->verdict],
                             "session", session, "regression", (int)regression, "processes", change->count, "floor",
                             expm1(floor), "same_within", expm1(duet_rule_margin(floor)), "more_processes",
                             finding->more, "more_s", finding->more * process_s, "note", note);
    json_object_set_new(json, "change", number(expm1(change->estimate)));
    json_object_set_new(json, "again", number(again));
    json_object_set_new(json, "low", end_json(change, change->low));
    json_object_set_new(json, "high", end_json(change, change->high));
    json_object_set_new(json, "base", number(side_median(benchmark, session, "base", "values")));
    json_object_set_new(json, "new", number(side_median(benchmark, session, "new", "values")));
    json_object_set_new(benchmark, "finding", json);
    json_object_set_new(benchmark, "costs", costs_of(benchmark, session));
}

void duet_judge_write(json_t *benchmark, const struct duet_suspicion *suspicion, double threshold, double process_s)
{
    static double values[DUET_VALUES_MAX];
    struct duet_finding first = duet_judge_look(benchmark), second;
    const char *note = "";
    int processes = (int)json_array_size(json_object_get(benchmark, "second"));
    bool suspected = suspicion->verdict == DUET_SLOWER || suspicion->verdict == DUET_FASTER;
    int count = duet_judge_values(benchmark, "second", "log_ratio", values, DUET_VALUES_MAX);
    char text[128];
    if (write_failure(benchmark, suspicion->benchmarks))
        return;
    if (!suspected) {
        write_finding(benchmark, "first", &first, first.change.count ? "" : nothing(benchmark), threshold, process_s);
    } else if (count < 1 || processes < duet_rule_second_least(suspicion->suspects) || suspicion->unfinished) {
        first.verdict = DUET_UNDECIDED; /* accused by one session only */
        first.more = DUET_RULE_SECOND;
        note = count < 1 ? "a second session did not come to it" : "a second session did not come to its end";
        write_finding(benchmark, "first", &first, note, threshold, process_s);
    } else {
        second = duet_rule_confirm(values, count, duet_judge_floor(benchmark), suspicion->verdict, suspicion->suspects);
        snprintf(text, sizeof text, "%+.1f%% at first, and a second session did not confirm it",
                 100 * expm1(first.change.estimate));
        if (second.verdict == DUET_UNDECIDED)
            note = text;
        write_finding(benchmark, "second", &second, note, threshold, process_s);
    }
}

int duet_judge_count(const json_t *benchmarks, const char *verdict)
{
    json_t *benchmark;
    size_t i;
    int count = 0;
    json_array_foreach (benchmarks, i, benchmark)
        count += !strcmp(result_string(json_object_get(benchmark, "finding"), "verdict"), verdict);
    return count;
}

/* Findings of which a field is true. */
static int count_true(const json_t *benchmarks, const char *key)
{
    json_t *benchmark;
    size_t i;
    int count = 0;
    json_array_foreach (benchmarks, i, benchmark)
        count += json_is_true(json_object_get(json_object_get(benchmark, "finding"), key));
    return count;
}

int duet_judge_regressions(const json_t *benchmarks)
{
    return count_true(benchmarks, "regression");
}

int duet_judge_fails(const json_t *benchmarks)
{
    return count_true(benchmarks, "fails");
}

int duet_judge_cannot(const json_t *benchmarks)
{
    return count_true(benchmarks, "cannot");
}
