/* comparison.c - see comparison.h: which benchmark is which, and what there is of it. */
#include "bench/findings/comparison.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/result.h"
#include "workloads/core/why.h"

enum { ROUNDS = 10000 };

double comparison_threshold(const struct comparison *comparison, enum comparison_kind kind)
{
    return kind == COMPARISON_SPEED || kind == COMPARISON_RATE ? comparison->threshold
                                                               : COMPARISON_COSTS * comparison->threshold;
}

/* A field of an object as text, for comparison and for messages. */
static char *field_text(const json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    return text ? text : strdup("nothing");
}

const char *comparison_differs(const json_t *a, const json_t *b, const char *const *keys, char *text, size_t size)
{
    for (; *keys; keys++) {
        char *left = field_text(a, *keys), *right = field_text(b, *keys);
        bool same = !strcmp(left, right);
        snprintf(text, size, "%s against %s", left, right);
        free(left);
        free(right);
        if (!same)
            return *keys;
    }
    return NULL;
}

/* What is compared: identity. */

/* A benchmark goes by these, */
static const char *const name_keys[] = {"pool", "spec", "workers", "results", "results_capacity", NULL};
/* and by these, which its name tells where there are several of them. */
static const char *const parameter_keys[] = {"producers", "capacity", "full", "full_timeout_ns",
                                             "spin_ns",   "pin",      NULL};

/* Fields that neither has are the same, too. */
static bool same(const json_t *a, const json_t *b, const char *const *keys)
{
    for (; *keys; keys++) {
        const json_t *left = json_object_get(a, *keys), *right = json_object_get(b, *keys);
        if (left != right && !json_equal(left, right))
            return false;
    }
    return true;
}

/* The configuration of a list with the same name, and the same parameters if `exact`. */
static const json_t *partner(const json_t *list, const json_t *one, bool exact)
{
    json_t *other;
    size_t i;
    json_array_foreach (list, i, other)
        if (same(one, other, name_keys) && (!exact || same(one, other, parameter_keys)))
            return other;
    return NULL;
}

/* "/capacity=64" for each parameter in which another one of the same name differs. */
static void add_parameters(const json_t *list, const json_t *one, char *name, size_t size)
{
    for (const char *const *key = parameter_keys; *key; key++) {
        const char *const keys[] = {*key, NULL};
        bool varies = false;
        json_t *other;
        size_t i, used = strlen(name);
        json_array_foreach (list, i, other)
            varies = varies || (same(one, other, name_keys) && !same(one, other, keys));
        if (!varies)
            continue;
        if (json_is_string(json_object_get(one, *key)))
            snprintf(name + used, size - used, "/%s=%s", *key, result_string(one, *key));
        else
            snprintf(name + used, size - used, "/%s=%lld", *key, (long long)result_integer(one, *key));
    }
}

static void row_name(struct comparison_row *row, const json_t *list, const json_t *one)
{
    size_t used;
    snprintf(row->name, sizeof row->name, "%s/%s/t%lld", result_string(one, "pool"), result_string(one, "spec"),
             (long long)result_integer(one, "workers"));
    used = strlen(row->name);
    if (json_object_get(one, "results") && strcmp(result_string(one, "results"), "none"))
        snprintf(row->name + used, sizeof row->name - used, "/%s-%lld", result_string(one, "results"),
                 (long long)result_integer(one, "results_capacity"));
    add_parameters(list, one, row->name, sizeof row->name);
}

/* The next row; the caller has seen to it that there is room. */
static struct comparison_row *begin_row(struct comparison *comparison, const json_t *list, const json_t *one,
                                        enum comparison_kind kind)
{
    struct comparison_row *row = &comparison->rows[comparison->count];
    *row = (struct comparison_row){
        .kind = kind, .base = NAN, .new = NAN, .change = {.ratio = NAN, .low = NAN, .high = NAN}};
    row_name(row, list, one);
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

/* By what the workload is judged; jobs per second where it is not known here. */
static void row_metric(struct comparison_row *row, const json_t *configuration, char *metric, size_t size)
{
    struct workload_spec spec;
    char why[256];
    snprintf(metric, size, "jobs_per_s");
    row->is_rate = true;
    if (workload_parse(result_string(configuration, "spec"), &spec, why, sizeof why) || !spec.ops->judged_by)
        return;
    snprintf(metric, size, "figures.%s", spec.ops->judged_by);
    row->is_rate = false;
    for (int i = 0; i < spec.ops->figure_count; i++)
        if (!strcmp(spec.ops->figures[i].name, spec.ops->judged_by))
            row->unit = spec.ops->figures[i].unit;
}

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

static void judge_speed(struct comparison *comparison, struct comparison_row *row, const json_t *a, const json_t *b)
{
    static double values[2][ROUNDS];
    char metric[96];
    int counts[2], failed[2], all[2];
    row_metric(row, a, metric, sizeof metric);
    counts[0] = values_of(a, metric, values[0]);
    counts[1] = values_of(b, metric, values[1]);
    count_trials(a, &failed[0], &all[0]);
    count_trials(b, &failed[1], &all[1]);
    comparison_row_judge(row, values[0], counts[0], values[1], counts[1], comparison->threshold);
    if (failed[0] || failed[1])
        snprintf(row->note, sizeof row->note, "fails: %d of %d rounds, now %d of %d", failed[0], all[0], failed[1],
                 all[1]);
    if (comparison_row_fails_more(failed[0], all[0], failed[1], all[1])) {
        row->verdict = COMPARISON_FAILED;
        row->regression = true;
    } else if (!counts[1] || all[1] - failed[1] - counts[1] > all[0] - failed[0] - counts[0]) {
        row->verdict = COMPARISON_NOTHING;
        row->regression = true;
        snprintf(row->note, sizeof row->note, "%d of %d rounds have a figure", counts[1],
                 (int)json_array_size(json_object_get(b, "trials")));
    } else if (!counts[0]) {
        snprintf(row->note, sizeof row->note, "the base has no figure");
    }
}

/* What a benchmark costs: a row where both sides have it. Below `least` a cost is as good
 * as none, and a multiple of it says nothing. */
static void add_cost(struct comparison *comparison, const json_t *a, const json_t *b, enum comparison_kind kind,
                     const char *metric, double least)
{
    static double values[2][ROUNDS];
    const json_t *sides[] = {a, b}, *list = json_object_get(comparison->documents[0], "configurations");
    struct comparison_row *row = begin_row(comparison, list, a, kind);
    double much, most = 0;
    int counts[2];
    for (int s = 0; s < 2; s++) {
        counts[s] = result_values(sides[s], metric, values[s], NULL, ROUNDS);
        for (int i = 0; i < counts[s]; i++)
            most = fmax(most, values[s][i] = fmax(values[s][i], 0) + least);
    }
    if (!counts[0] || !counts[1] || !(most > least))
        return;
    much = comparison_threshold(comparison, kind);
    comparison_row_judge(row, values[0], counts[0], values[1], counts[1], much / (1 + much)); /* of its inverse */
    row->base -= least;
    row->new -= least;
    row->unit = kind == COMPARISON_MEMORY ? WORKLOAD_BYTES : kind == COMPARISON_WAKES ? WORKLOAD_NUMBER : WORKLOAD_NS;
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

/* A figure that no run has: negative, no number, or beyond any machine. */
static bool is_impossible(const json_t *value)
{
    static const double most = 1e15;
    return value && !json_is_null(value) &&
           !(json_is_number(value) && json_number_value(value) >= 0 && json_number_value(value) < most);
}

/* The first of a trial's figures that is impossible; NULL: none. */
static const char *impossible_of(const json_t *configuration, const json_t *trial, const json_t **value)
{
    static const char *const keys[] = {"jobs_per_s", "ns_per_job", "cpu_ns_per_job", "wakes_per_job"};
    static char metric[96];
    struct comparison_row row;
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        if (is_impossible(*value = json_object_get(trial, keys[k])))
            return keys[k];
    row_metric(&row, configuration, metric, sizeof metric);
    return is_impossible(*value = result_value(trial, metric)) ? metric : NULL;
}

/* Names an impossible figure in `why`. */
static int check_figures(const struct comparison *comparison, int side, struct why why)
{
    json_t *configuration, *trial;
    size_t c, t;
    json_array_foreach (json_object_get(comparison->documents[side], "configurations"), c, configuration) {
        json_array_foreach (json_object_get(configuration, "trials"), t, trial) {
            const json_t *value;
            const char *key = impossible_of(configuration, trial, &value);
            char *text = key ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
            if (key)
                why_wrong(why, "%s: not a result of poolbench run: %s/%s, round %lld: %s is %.40s",
                          comparison->paths[side], result_string(configuration, "pool"),
                          result_string(configuration, "spec"), (long long)result_integer(trial, "round"), key,
                          text ? text : "?");
            free(text);
            if (key)
                return -EINVAL;
        }
    }
    return 0;
}

/* Where a benchmark is there again, but with other parameters, somebody meant to compare
 * what cannot be compared. */
static int check_parameters(const struct comparison *comparison, const json_t *one, struct why why)
{
    const json_t *base = json_object_get(comparison->documents[0], "configurations"),
                 *new = json_object_get(comparison->documents[1], "configurations");
    struct comparison_row named;
    char text[512];
    json_t *other;
    size_t i;
    json_array_foreach (new, i, other) {
        if (!same(one, other, name_keys) || !is_run(other) || partner(base, other, true))
            continue;
        row_name(&named, new, one);
        return why_wrong(why, "not comparable: %s was run with another %s: %s", named.name,
                         comparison_differs(one, other, parameter_keys, text, sizeof text), text);
    }
    return 0;
}

/* What was run is compared; the probes of a search are no benchmarks. */
static int compare_configurations(struct comparison *comparison, struct why why)
{
    const json_t *base = json_object_get(comparison->documents[0], "configurations"),
                 *new = json_object_get(comparison->documents[1], "configurations");
    json_t *one;
    size_t i;
    json_array_foreach (base, i, one) {
        const json_t *other = partner(new, one, true);
        if (!is_run(one))
            continue; /* not supported, or not reached */
        if (!other && !comparison->force && check_parameters(comparison, one, why))
            return -EINVAL;
        if (other)
            compare_one(comparison, one, other);
        else if (strcmp(result_string(one, "role"), "floor"))
            add_missing(comparison, base, one, COMPARISON_SPEED);
    }
    json_array_foreach (new, i, one)
        comparison->only_new += is_run(one) && !partner(base, one, true);
    return 0;
}

static void rates_of(const json_t *search, double rates[2])
{
    rates[0] = json_number_value(json_object_get(search, "rate_kept"));
    rates[1] = json_number_value(json_object_get(search, "rate_broken"));
}

static void compare_searches(struct comparison *comparison)
{
    const json_t *base = json_object_get(comparison->documents[0], "searches"),
                 *new = json_object_get(comparison->documents[1], "searches");
    json_t *one;
    size_t i;
    json_array_foreach (base, i, one) {
        const json_t *other = partner(new, one, true);
        double rates[2][2];
        struct comparison_row *row;
        if (!other) {
            add_missing(comparison, base, one, COMPARISON_RATE);
            continue;
        }
        row = begin_row(comparison, base, one, COMPARISON_RATE);
        row->is_rate = true;
        rates_of(one, rates[0]);
        rates_of(other, rates[1]);
        comparison_row_judge_rates(row, rates[0], rates[1], comparison->threshold);
        if (strcmp(result_string(other, "limited_by"), "promise"))
            snprintf(row->note, sizeof row->note, "ended by the %.20s", result_string(other, "limited_by"));
        end_row(comparison, row);
    }
    json_array_foreach (new, i, one)
        comparison->only_new += !partner(base, one, true);
}

/* What a rate was to keep must be the same, and whether one was searched for. */
static int check_promises(const struct comparison *comparison, struct why why)
{
    static const char *const keys[] = {"slo", NULL};
    const json_t *base = comparison->documents[0], *new = comparison->documents[1];
    char text[512];
    if (!json_object_get(base, "searches") != !json_object_get(new, "searches"))
        return why_wrong(why, "not comparable: only one of %s and %s is a search for a rate", comparison->paths[0],
                         comparison->paths[1]);
    if (json_object_get(base, "searches") && comparison_differs(base, new, keys, text, sizeof text))
        return why_wrong(why, "not comparable: other promises: %s", text);
    return 0;
}

int comparison_make(struct comparison *comparison, char *text_of, size_t size_of)
{
    const json_t *base = comparison->documents[0];
    struct why why = {text_of, size_of};
    size_t most = COMPARISON_KINDS * json_array_size(json_object_get(base, "configurations")) +
                  json_array_size(json_object_get(base, "searches"));
    bool search = json_object_get(base, "searches") != NULL;
    int missing;
    comparison->rows = calloc(most + 1, sizeof *comparison->rows);
    if (!comparison->rows)
        return why_wrong(why, "out of memory");
    if (check_figures(comparison, 0, why) || check_figures(comparison, 1, why) || check_promises(comparison, why))
        return -EINVAL;
    if (search)
        compare_searches(comparison);
    else if (compare_configurations(comparison, why))
        return -EINVAL;
    missing = comparison->counts[COMPARISON_SPEED][COMPARISON_MISSING] +
              comparison->counts[COMPARISON_RATE][COMPARISON_MISSING];
    if (comparison->count == missing)
        return why_wrong(why, "not comparable: no benchmark is in both %s and %s", comparison->paths[0],
                         comparison->paths[1]);
    return 0;
}
