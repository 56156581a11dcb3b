/* comparison.c - see comparison.h: which benchmark is which, and what there is of it. */
#include "bench/findings/comparison.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/findings/comparison_check.h"
#include "bench/findings/comparison_identity.h"
#include "bench/findings/comparison_metric.h"
#include "bench/findings/judged.h"
#include "bench/results/result.h"
#include "workloads/core/units.h"
#include "workloads/core/why.h"

enum { ROUNDS = 10000 };

static bool is_cost(enum comparison_kind kind)
{
    return kind != COMPARISON_SPEED && kind != COMPARISON_RATE;
}

double comparison_threshold(const struct comparison *comparison, enum comparison_kind kind)
{
    return is_cost(kind) ? COMPARISON_COSTS * comparison->threshold : comparison->threshold;
}

int comparison_undecided(const struct comparison *comparison)
{
    return comparison->counts[COMPARISON_SPEED][COMPARISON_UNDECIDED] +
           comparison->counts[COMPARISON_RATE][COMPARISON_UNDECIDED];
}

int comparison_failing(const struct comparison *comparison)
{
    return comparison->counts[COMPARISON_SPEED][COMPARISON_FAILING];
}

/* The next row; the caller has seen to it that there is room. */
static struct comparison_row *begin_row(struct comparison *comparison, const json_t *list, const json_t *one,
                                        enum comparison_kind kind)
{
    struct comparison_row *row = &comparison->rows[comparison->count];
    int sharing = is_cost(kind) ? comparison->costs : comparison->speeds;
    *row = (struct comparison_row){.kind = kind,
                                   .tail = COMPARISON_RUN / (sharing ? sharing : 1),
                                   .base = NAN,
                                   .new = NAN,
                                   .change = {.ratio = NAN, .low = NAN, .high = NAN}};
    comparison_identity_name(list, one, row->name, sizeof row->name);
    return row;
}

static void end_row(struct comparison *comparison, const struct comparison_row *row)
{
    comparison->count++;
    comparison->counts[row->kind][row->verdict]++;
    comparison->worse[row->kind] += row->regression && row->verdict == COMPARISON_SLOWER;
    comparison->regressions += row->regression;
}

/* Figures. */

/* The values of a metric that are more than nothing. */
static int values_of(const json_t *configuration, const char *metric, double *values)
{
    int count = result_values(configuration, metric, values, NULL, ROUNDS), kept = 0;
    for (int i = 0; i < count; i++)
        if (values[i] > 0)
            values[kept++] = values[i];
    return kept;
}

/* Trials: those that failed, and all that say something of the pool. */
static void count_trials(const json_t *configuration, int *failed, int *all)
{
    json_t *trial;
    size_t i;
    *failed = *all = 0;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial) {
        const char *verdict = result_string(trial, "verdict");
        *failed += strcmp(verdict, "ok") && strcmp(verdict, "cannot");
        *all += strcmp(verdict, "cannot") != 0; /* this machine's fault */
    }
}

/* Of so many rounds only those help that have a figure; of none, more do not either. */
static double rounds_for(double figures, const json_t *a, int base_count, const json_t *b, int now_count)
{
    double base = base_count / (double)json_array_size(json_object_get(a, "trials")),
           now = now_count / (double)json_array_size(json_object_get(b, "trials"));
    return base > 0 && now > 0 ? ceil(figures / fmin(base, now)) : 0;
}

/* A percentile of all rounds' samples together, as tables show it; NaN: it is none. */
static double pooled_of(const json_t *configuration, const char *metric)
{
    const json_t *found = result_value(json_object_get(configuration, "summary"), metric);
    const json_t *value = json_is_number(found) ? found : json_object_get(found, "pooled");
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static bool differs(double pooled, double median)
{
    static const double much = 2;
    return pooled > much * median || pooled < median / much;
}

/* Percentiles are compared round against round. Where those of all samples, which the
 * tables show, are others, both are said. */
static void note_pooled(struct comparison_row *row, const json_t *a, const json_t *b, const char *metric)
{
    double base = pooled_of(a, metric), now = pooled_of(b, metric);
    char texts[2][32];
    if (*row->note || isnan(base) || isnan(now) || !(differs(base, row->base) || differs(now, row->new)))
        return;
    snprintf(row->note, sizeof row->note, "median rounds; of all samples together %s, now %s",
             units_time_text(base, texts[0], sizeof *texts), units_time_text(now, texts[1], sizeof *texts));
}

/* Of the base and now: whether no round is left that was good. */
static bool fails_always_now(const int *failed, const int *all)
{
    return failed[1] && failed[1] == all[1] && failed[0] < all[0];
}

static void say_failing(struct comparison_row *row, const int *failed, const int *all)
{
    row->verdict = COMPARISON_FAILING;
    snprintf(row->note, sizeof row->note, "%d of %d rounds, now %d of %d: maybe by chance", failed[0], all[0],
             failed[1], all[1]);
}

static void judge_speed(struct comparison *comparison, struct comparison_row *row, const json_t *a, const json_t *b)
{
    static double values[2][ROUNDS];
    char metric[96];
    int counts[2], failed[2], all[2];
    comparison_metric(row, comparison_metric_delivered(a) ? b : a, metric, sizeof metric); /* what both can tell */
    counts[0] = values_of(a, metric, values[0]);
    counts[1] = values_of(b, metric, values[1]);
    count_trials(a, &failed[0], &all[0]);
    count_trials(b, &failed[1], &all[1]);
    comparison_row_judge(row, values[0], counts[0], values[1], counts[1], comparison->threshold);
    row->rounds_needed = rounds_for(row->rounds_needed, a, counts[0], b, counts[1]);
    if (failed[0] || failed[1])
        snprintf(row->note, sizeof row->note, "fails: %d of %d rounds, now %d of %d", failed[0], all[0], failed[1],
                 all[1]);
    row->has_failed = failed[0] || failed[1];
    if (comparison_row_fails_more(failed[0], all[0], failed[1], all[1],
                                  COMPARISON_FAILS / (comparison->failing ? comparison->failing : 1))) {
        row->verdict = COMPARISON_FAILED;
        row->regression = true;
    } else if (fails_always_now(failed, all)) {
        say_failing(row, failed, all);
    } else if (!counts[1] || all[1] - failed[1] - counts[1] > all[0] - failed[0] - counts[0]) {
        row->verdict = COMPARISON_NOTHING;
        row->regression = true;
        snprintf(row->note, sizeof row->note, "%d of %d rounds have a figure", counts[1],
                 (int)json_array_size(json_object_get(b, "trials")));
    } else if (failed[1] && !failed[0] && !row->regression) {
        say_failing(row, failed, all);
    } else if (!counts[0]) {
        snprintf(row->note, sizeof row->note, "the base has no figure");
    }
    if (!row->is_rate && row->unit == WORKLOAD_NS)
        note_pooled(row, a, b, metric);
}

static enum workload_unit cost_unit(enum comparison_kind kind)
{
    switch (kind) {
    case COMPARISON_MEMORY:
        return WORKLOAD_BYTES;
    case COMPARISON_WAKES:
        return WORKLOAD_NUMBER;
    case COMPARISON_LOST:
        return WORKLOAD_SHARE;
    default:
        return WORKLOAD_NS;
    }
}

/* What is measured of each good round, whatever the pool and its jobs. */
static bool is_always_there(enum comparison_kind kind)
{
    return kind == COMPARISON_CPU || kind == COMPARISON_MEMORY || kind == COMPARISON_LOST;
}

static double median_of(const double *values, int count)
{
    return count ? stats_median(values, count).median : NAN;
}

/* What a benchmark costs: a row where both sides have it, or the new one should. Below `least` a cost is as
 * good as none, and a multiple of it says nothing: it is compared as if it were that much. */
static void add_cost(struct comparison *comparison, const json_t *a, const json_t *b, enum comparison_kind kind,
                     const char *metric, double least)
{
    static double values[2][ROUNDS];
    const json_t *sides[] = {a, b}, *list = json_object_get(comparison->documents[0], "configurations");
    struct comparison_row *row = begin_row(comparison, list, a, kind);
    double much, most = 0, medians[2];
    int counts[2];
    for (int s = 0; s < 2; s++) {
        counts[s] = result_values(sides[s], metric, values[s], NULL, ROUNDS);
        medians[s] = median_of(values[s], counts[s]);
        for (int i = 0; i < counts[s]; i++)
            most = fmax(most, values[s][i] = fmax(values[s][i], least));
    }
    row->unit = cost_unit(kind);
    if (counts[0] && !counts[1] && is_always_there(kind) && values_of(b, "jobs_per_s", values[1]) > 0) {
        comparison_row_nothing(row, values[0], counts[0]);
        row->base = medians[0];
        return end_row(comparison, row);
    }
    if (!counts[0] || !counts[1] || !(most > least))
        return;
    much = comparison_threshold(comparison, kind);
    comparison_row_judge(row, values[0], counts[0], values[1], counts[1], much / (1 + much)); /* of its inverse */
    row->base = medians[0];
    row->new = medians[1];
    if (kind == COMPARISON_LATENCY)
        note_pooled(row, a, b, metric);
    end_row(comparison, row);
}

/* The highest percentile of the latency that each round of both sides can hold. */
static const char *latency_metric(const json_t *a, const json_t *b)
{
    static const char *const metrics[] = {"latency.submit_to_end.p99_ns", "latency.submit_to_end.p50_ns"};
    static const double samples[] = {1000, 20};
    static double counts[ROUNDS];
    const json_t *sides[] = {a, b};
    for (size_t m = 0; m < sizeof metrics / sizeof *metrics; m++) {
        bool holds = true;
        for (int s = 0; s < 2; s++) {
            int count = result_values(sides[s], "latency.submit_to_end.count", counts, NULL, ROUNDS);
            for (int i = 0; i < count; i++)
                holds = holds && counts[i] >= samples[m];
        }
        if (holds)
            return metrics[m];
    }
    return NULL;
}

/* Jobs that got no service; where results may be dropped, those that found no place. */
static const char *lost_metric(const json_t *configuration)
{
    return strcmp(result_string(configuration, "results"), "drop") ? "lost_share" : "figures.results_lost";
}

/* One benchmark of both documents, in all its kinds. */
static void compare_one(struct comparison *comparison, const json_t *a, const json_t *b)
{
    const json_t *list = json_object_get(comparison->documents[0], "configurations");
    struct comparison_row *row = begin_row(comparison, list, a, COMPARISON_SPEED);
    const char *latency = latency_metric(a, b);
    judge_speed(comparison, row, a, b);
    end_row(comparison, row);
    add_cost(comparison, a, b, COMPARISON_CPU, "cpu_ns_per_job", 1);
    add_cost(comparison, a, b, COMPARISON_MEMORY, "memory.pool_bytes", 4096);
    if (latency)
        add_cost(comparison, a, b, COMPARISON_LATENCY, latency, 1);
    add_cost(comparison, a, b, COMPARISON_WAKES, "wakes_per_job", 0.01);
    add_cost(comparison, a, b, COMPARISON_LOST, lost_metric(a), 0.001);
}

static void add_missing(struct comparison *comparison, const json_t *list, const json_t *one, enum comparison_kind kind)
{
    struct comparison_row *row = begin_row(comparison, list, one, kind);
    row->verdict = COMPARISON_MISSING;
    row->regression = true;
    snprintf(row->note, sizeof row->note, "only in the base");
    end_row(comparison, row);
}

/* Documents. */

static bool is_run(const json_t *configuration)
{
    return json_array_size(json_object_get(configuration, "trials")) > 0;
}

/* What was run is compared; the probes of a search are no benchmarks. */
static int compare_configurations(struct comparison *comparison, struct why why)
{
    const json_t *base = json_object_get(comparison->documents[0], "configurations"),
                 *new = json_object_get(comparison->documents[1], "configurations");
    json_t *one;
    size_t i;
    json_array_foreach (base, i, one) {
        const json_t *other = comparison_identity_partner(new, one, true);
        if (!is_run(one))
            continue; /* not supported, or not reached */
        if (!other && !comparison->force &&
            comparison_check_parameters(comparison->documents[0], comparison->documents[1], one, why))
            return -EINVAL;
        if (other)
            compare_one(comparison, one, other);
        else if (strcmp(result_string(one, "role"), "floor"))
            add_missing(comparison, base, one, COMPARISON_SPEED);
    }
    json_array_foreach (new, i, one)
        comparison->only_new += is_run(one) && !comparison_identity_partner(base, one, true);
    return 0;
}

/* Whether the probe that a search names as broken broke a promise: it may also be a rate
 * that could not be made. */
static bool broke_promise(const json_t *document, const json_t *search)
{
    const json_t *at = json_object_get(search, "broken_at"), *configuration;
    json_t *judged;
    bool broke = false;
    size_t i;
    if (!json_is_integer(at))
        return false;
    configuration = json_array_get(json_object_get(document, "configurations"), (size_t)json_integer_value(at));
    json_array_foreach (json_object_get(json_object_get(configuration, "summary"), "slo"), i, judged)
        broke = broke || !strcmp(result_string(judged, "verdict"), "broken");
    return broke;
}

static struct comparison_rate rate_of(const json_t *document, const json_t *search)
{
    bool known = *result_rate_bound(search) != '~';
    struct comparison_rate rate = {.kept =
                                       json_number_value(json_object_get(search, known ? "rate_kept" : "rate_proved")),
                                   .broken = json_number_value(json_object_get(search, "rate_broken")),
                                   .open = strcmp(result_string(search, "limited_by"), "promise") != 0};
    if (!(rate.broken > 0) || (rate.open && !broke_promise(document, search)))
        rate.broken = INFINITY;
    return rate;
}

/* What ended a search, where that was no broken promise. */
static void note_end(struct comparison_row *row, const json_t *search, const char *whose)
{
    const char *by = result_string(search, "limited_by"), *what = "could not tell";
    if (!strcmp(by, "promise"))
        return;
    if (!strcmp(by, "generator"))
        what = "was limited by the generator";
    else if (!strcmp(by, "range"))
        what = "kept the highest rate there is";
    else if (!strcmp(by, "budget"))
        what = "ran out of budget";
    snprintf(row->note + strlen(row->note), sizeof row->note - strlen(row->note), "%s%s %s", *row->note ? ", " : "",
             whose, what);
}

static void compare_searches(struct comparison *comparison)
{
    const json_t *base = json_object_get(comparison->documents[0], "searches"),
                 *new = json_object_get(comparison->documents[1], "searches");
    json_t *one;
    size_t i;
    json_array_foreach (base, i, one) {
        const json_t *other = comparison_identity_partner(new, one, true);
        struct comparison_row *row;
        if (!other) {
            add_missing(comparison, base, one, COMPARISON_RATE);
            continue;
        }
        row = begin_row(comparison, base, one, COMPARISON_RATE);
        row->is_rate = true;
        comparison_row_judge_rates(row, rate_of(comparison->documents[0], one),
                                   rate_of(comparison->documents[1], other), comparison->threshold);
        note_end(row, one, "the base");
        note_end(row, other, "the new one");
        end_row(comparison, row);
    }
    json_array_foreach (new, i, one)
        comparison->only_new += !comparison_identity_partner(base, one, true);
}

/* All rows; of an earlier pass those are forgotten. */
static int make_rows(struct comparison *comparison, struct why why)
{
    comparison->count = comparison->regressions = 0;
    comparison->only_new = 0;
    memset(comparison->counts, 0, sizeof comparison->counts);
    memset(comparison->worse, 0, sizeof comparison->worse);
    if (!json_object_get(comparison->documents[0], "searches"))
        return compare_configurations(comparison, why);
    compare_searches(comparison);
    return 0;
}

/* How many have values on both sides, and so may differ by chance. Two searches have none:
 * each has judged its rates by intervals of its own. */
static void count_sharing(struct comparison *comparison)
{
    int speeds = 0, costs = 0, failing = 0;
    for (int i = 0; i < comparison->count; i++) {
        const struct comparison_row *row = &comparison->rows[i];
        costs += is_cost(row->kind);
        failing += row->has_failed;
        speeds += row->kind == COMPARISON_SPEED && isfinite(row->change.ratio);
    }
    comparison->speeds = speeds;
    comparison->costs = costs;
    comparison->failing = failing;
}

int comparison_make(struct comparison *comparison, char *text_of, size_t size_of)
{
    const json_t *base = comparison->documents[0];
    struct why why = {text_of, size_of};
    size_t most = COMPARISON_KINDS * json_array_size(json_object_get(base, "configurations")) +
                  json_array_size(json_object_get(base, "searches"));
    int missing;
    comparison->rows = calloc(most + 1, sizeof *comparison->rows);
    if (!comparison->rows)
        return why_wrong(why, "out of memory");
    if (comparison_check_twins(base, comparison->paths[0], why) ||
        comparison_check_twins(comparison->documents[1], comparison->paths[1], why) ||
        comparison_check_figures(base, comparison->paths[0], why) ||
        comparison_check_figures(comparison->documents[1], comparison->paths[1], why) ||
        comparison_check_promises(base, comparison->documents[1], comparison->paths, why))
        return -EINVAL;
    comparison->speeds = comparison->costs = comparison->failing = 0;
    if (make_rows(comparison, why))
        return -EINVAL;
    count_sharing(comparison);
    if (make_rows(comparison, why))
        return -EINVAL;
    missing = comparison->counts[COMPARISON_SPEED][COMPARISON_MISSING] +
              comparison->counts[COMPARISON_RATE][COMPARISON_MISSING];
    if (comparison->count == missing)
        return why_wrong(why, "not comparable: no benchmark is in both %s and %s", comparison->paths[0],
                         comparison->paths[1]);
    return 0;
}
