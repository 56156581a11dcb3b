/* comparison.c - see comparison.h. */
#include "bench/findings/comparison.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/result.h"
#include "workloads/core/why.h"

enum { ROUNDS = 10000 };

const char *comparison_verdict_name(enum comparison_verdict verdict)
{
    static const char *const texts[] = {"same", "faster", "slower", "cannot tell", "FAILED"};
    return texts[verdict];
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

/* The same benchmark goes by these; */
static const char *const name_keys[] = {"pool", "spec", "workers", "results", "results_capacity", "pin", NULL};
/* and then these must be the same, too. */
static const char *const parameter_keys[] = {"producers", "capacity", "full", "full_timeout_ns",
                                             "spin_ns",   "pin",      NULL};

static const json_t *partner(const json_t *document, const json_t *configuration)
{
    json_t *other;
    char text[512];
    size_t i;
    json_array_foreach (json_object_get(document, "configurations"), i, other)
        if (!comparison_differs(configuration, other, name_keys, text, sizeof text))
            return other;
    return NULL;
}

static void row_name(struct comparison_row *row, const json_t *configuration)
{
    int used = snprintf(row->name, sizeof row->name, "%s/%s/t%lld", result_string(configuration, "pool"),
                        result_string(configuration, "spec"), (long long)result_integer(configuration, "workers"));
    if (strcmp(result_string(configuration, "results"), "none") && used > 0 && (size_t)used < sizeof row->name)
        snprintf(row->name + used, sizeof row->name - (size_t)used, "/%s-%lld", result_string(configuration, "results"),
                 (long long)result_integer(configuration, "results_capacity"));
}

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

static enum comparison_verdict judge(struct comparison_row *row, double threshold, int rounds)
{
    const struct stats_ratio *change = &row->change;
    double off = fmax(log(change->high / change->ratio), log(change->ratio / change->low));
    if (!change->known) {
        row->rounds_needed = STATS_ENOUGH;
        return COMPARISON_UNDECIDED;
    }
    if (change->low > 1)
        return COMPARISON_FASTER;
    if (change->high < 1) {
        row->regression = change->ratio < 1 - threshold;
        return COMPARISON_SLOWER;
    }
    if (change->low > 1 - threshold && change->high < 1 + threshold)
        return COMPARISON_SAME;
    row->rounds_needed = (int)ceil(rounds * pow(off / threshold, 2));
    return COMPARISON_UNDECIDED;
}

static bool has_failed(const json_t *configuration)
{
    json_t *trial;
    size_t i;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial)
        if (strcmp(result_string(trial, "verdict"), "ok"))
            return true;
    return false;
}

static void compare_one(struct comparison *comparison, const json_t *a, const json_t *b)
{
    static double values[2][ROUNDS];
    static int rounds[ROUNDS];
    struct comparison_row *row = &comparison->rows[comparison->count++];
    char metric[96];
    int counts[2];
    *row = (struct comparison_row){0};
    row_name(row, a);
    row_metric(row, a, metric, sizeof metric);
    counts[0] = result_values(a, metric, values[0], rounds, ROUNDS);
    counts[1] = result_values(b, metric, values[1], rounds, ROUNDS);
    row->base = counts[0] ? stats_median(values[0], counts[0]).median : NAN;
    row->new = counts[1] ? stats_median(values[1], counts[1]).median : NAN;
    if (has_failed(b) && !has_failed(a)) {
        row->verdict = COMPARISON_FAILED;
        row->regression = true;
    } else {
        /* Speed: of times the inverse. */
        row->change = row->is_rate ? stats_ratio_unpaired(values[1], counts[1], values[0], counts[0])
                                   : stats_ratio_unpaired(values[0], counts[0], values[1], counts[1]);
        row->verdict = judge(row, comparison->threshold, counts[0] < counts[1] ? counts[0] : counts[1]);
    }
    comparison->counts[row->verdict]++;
    comparison->regressions += row->regression;
}

int comparison_make(struct comparison *comparison, char *text_of, size_t size_of)
{
    const json_t *base = comparison->documents[0], *new = comparison->documents[1], *other;
    struct why why = {text_of, size_of};
    json_t *configuration;
    size_t i;
    comparison->rows = calloc(json_array_size(json_object_get(base, "configurations")) + 1, sizeof *comparison->rows);
    if (!comparison->rows)
        return why_wrong(why, "out of memory");
    json_array_foreach (json_object_get(base, "configurations"), i, configuration) {
        char text[512], name[COMPARISON_NAME + 16];
        const char *key;
        struct comparison_row named;
        other = partner(new, configuration);
        comparison->only[0] += !other;
        if (!other || (!json_array_size(json_object_get(configuration, "trials")) &&
                       !json_array_size(json_object_get(other, "trials"))))
            continue;
        row_name(&named, configuration);
        snprintf(name, sizeof name, "%s", named.name);
        key = comparison_differs(configuration, other, parameter_keys, text, sizeof text);
        if (key)
            return why_wrong(why, "not comparable: %s was run with another %s: %s", name, key, text);
        compare_one(comparison, configuration, other);
    }
    json_array_foreach (json_object_get(new, "configurations"), i, configuration)
        comparison->only[1] += !partner(base, configuration);
    if (!comparison->count)
        return why_wrong(why, "not comparable: no benchmark is in both %s and %s", comparison->paths[0],
                         comparison->paths[1]);
    return 0;
}
