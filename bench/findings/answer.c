/* answer.c - see answer.h. */
#include "bench/findings/answer.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "bench/findings/judged.h"
#include "bench/json/must.h"
#include "bench/results/label.h"
#include "bench/results/result.h"
#include "bench/statistics/difference.h"
#include "bench/statistics/metg.h"
#include "bench/statistics/stats.h"
#include "workloads/core/workload.h"

enum { KINDS_MAX = 64, POOLS_MAX = 64, POINTS_MAX = 256, ROUNDS_MAX = 10000 };

#define SHORT_NS 1000 /* cpu jobs up to this long are a kind of their own */

/* All that tells the configurations of one pool apart. */
static const char *const setting[] = {"spec", "workers", "producers",        "capacity", "full",
                                      "pin",  "results", "results_capacity", NULL};

/* The configurations of one pool in one kind of work, in the order of the kind's. */
struct pool_points {
    const char *pool;
    const json_t *at[POINTS_MAX]; /* NULL: not measured with that one */
    int known;
    double low; /* lower end of the interval of its rounds' median; NaN: it lacks a configuration */
};

struct kind {
    const char *name;
    const char *metric;               /* jobs_per_s, or figures.X */
    bool is_time;                     /* less is better */
    const json_t *points[POINTS_MAX]; /* the first configuration with each setting */
    int point_count;
    struct pool_points pools[POOLS_MAX];
    int pool_count;
};

static const struct workload_ops *ops_of(const json_t *configuration)
{
    for (int i = 0; i < workload_count(); i++)
        if (!strcmp(workload_at(i)->name, result_string(configuration, "workload")))
            return workload_at(i);
    return NULL;
}

/* The kind of work of a configuration; NULL: it tells nothing about pools. */
static const char *kind_of(const json_t *configuration)
{
    const struct workload_ops *ops = ops_of(configuration);
    struct workload_spec spec;
    char why[256];
    double size;
    if (!ops || result_is_floor(configuration) || *result_string(configuration, "unsupported"))
        return NULL;
    /* What becomes of results when they are full is a policy's merit, not a pool's. */
    if (ops->consume && strcmp(result_string(configuration, "results"), "block"))
        return NULL;
    if (!strcmp(ops->name, "depth")) /* the price of a place in the queue, no work */
        return NULL;
    if (workload_parse(result_string(configuration, "spec"), &spec, why, sizeof why) || !metg_size(&spec, &size))
        return ops->name;
    return size <= SHORT_NS ? "cpu up to 1 us" : "cpu, longer";
}

static int point_of(struct kind *kind, const json_t *configuration)
{
    for (int i = 0; i < kind->point_count; i++)
        if (label_same(kind->points[i], configuration, setting))
            return i;
    if (kind->point_count == POINTS_MAX)
        return -1;
    kind->points[kind->point_count] = configuration;
    return kind->point_count++;
}

static struct pool_points *pool_of(struct kind *kind, const char *pool)
{
    for (int i = 0; i < kind->pool_count; i++)
        if (!strcmp(kind->pools[i].pool, pool))
            return &kind->pools[i];
    if (kind->pool_count == POOLS_MAX)
        return NULL;
    kind->pools[kind->pool_count].pool = pool;
    return &kind->pools[kind->pool_count++];
}

static void gather(const json_t *configurations, const char *name, struct kind *kind)
{
    static char metric[96]; /* kinds are looked at one after the other */
    json_t *configuration;
    size_t i;
    memset(kind, 0, sizeof *kind);
    kind->name = name;
    json_array_foreach (configurations, i, configuration) {
        const char *is = kind_of(configuration);
        struct pool_points *pool;
        int point;
        if (!is || strcmp(is, name))
            continue;
        kind->is_time = judged_metric(configuration, metric, sizeof metric);
        kind->metric = metric;
        point = point_of(kind, configuration);
        pool = pool_of(kind, result_string(configuration, "pool"));
        if (point >= 0 && pool && !pool->at[point]) {
            pool->at[point] = configuration;
            pool->known++;
        }
    }
}

/* values[round]: the mean of the logarithms of a pool's speeds; NaN where one of its
 * configurations has no good value. Returns how many rounds there may be. */
static int pool_values(const struct kind *kind, const struct pool_points *pool, double *values)
{
    static double each[ROUNDS_MAX];
    static int rounds[ROUNDS_MAX], have[ROUNDS_MAX];
    int most = 0;
    for (int r = 0; r < ROUNDS_MAX; r++)
        values[r] = have[r] = 0;
    for (int p = 0; p < kind->point_count; p++) {
        int count = result_values(pool->at[p], kind->metric, each, rounds, ROUNDS_MAX);
        for (int i = 0; i < count; i++) {
            if (rounds[i] < 0 || rounds[i] >= ROUNDS_MAX || !(each[i] > 0))
                continue;
            values[rounds[i]] += (kind->is_time ? -1 : 1) * log(each[i]) / kind->point_count;
            have[rounds[i]]++;
            most = rounds[i] >= most ? rounds[i] + 1 : most;
        }
    }
    for (int r = 0; r < most; r++)
        if (have[r] != kind->point_count)
            values[r] = NAN;
    return most;
}

/* Of those that were measured with everything, the one whose median is highest for
 * certain: by the lower end of its interval, so that noise makes nobody the best. */
static struct pool_points *best_of(struct kind *kind)
{
    static double values[ROUNDS_MAX];
    struct pool_points *best = NULL;
    for (int i = 0; i < kind->pool_count; i++) {
        struct pool_points *pool = &kind->pools[i];
        int most, count = 0;
        pool->low = NAN;
        if (pool->known != kind->point_count)
            continue;
        most = pool_values(kind, pool, values);
        for (int r = 0; r < most; r++)
            if (!isnan(values[r]))
                values[count++] = values[r];
        if (!count)
            continue;
        pool->low = stats_median(values, count).low;
        if (!best || pool->low > best->low)
            best = pool;
    }
    return best;
}

static struct stats_ratio ratio_to(const struct kind *kind, const struct pool_points *pool,
                                   const struct pool_points *best)
{
    static double left[ROUNDS_MAX], right[ROUNDS_MAX];
    int most = pool_values(kind, pool, left), other = pool_values(kind, best, right), count = 0;
    for (int r = 0; r < most && r < other; r++) {
        if (isnan(left[r]) || isnan(right[r]))
            continue;
        left[count] = exp(left[r]);
        right[count++] = exp(right[r]);
    }
    if (!count)
        return (struct stats_ratio){.ratio = NAN};
    return stats_ratio(left, right, count);
}

static const char *verdict_of(const struct stats_ratio *ratio)
{
    enum difference difference = difference_of(ratio);
    if (difference == DIFFERENCE_ALIKE)
        return "alike";
    return difference != DIFFERENCE_APART ? "cannot tell" : ratio->high < 1 ? "slower" : "faster";
}

static json_t *real_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *kind_json(struct kind *kind)
{
    const struct pool_points *best = best_of(kind);
    json_t *pools = json_array(), *json;
    for (int i = 0; best && i < kind->pool_count; i++) {
        const struct pool_points *pool = &kind->pools[i];
        struct stats_ratio ratio;
        if (pool == best || isnan(pool->low))
            continue;
        ratio = ratio_to(kind, pool, best);
        json_array_append_new(pools, must_pack("{s:s, s:s, s:o, s:o, s:o, s:i}", "pool", pool->pool, "verdict",
                                               verdict_of(&ratio), "ratio", real_or_null(ratio.ratio), "low",
                                               real_or_null(ratio.known ? ratio.low : NAN), "high",
                                               real_or_null(ratio.known ? ratio.high : NAN), "rounds", ratio.pairs));
    }
    if (!json_array_size(pools)) {
        json_decref(pools);
        return NULL;
    }
    json = must_pack("{s:s, s:s, s:s, s:i, s:o}", "work", kind->name, "metric", kind->metric, "best", best->pool,
                     "configurations", kind->point_count, "pools", pools);
    return json;
}

json_t *answer_find(const json_t *result)
{
    static struct kind kind;
    const json_t *configurations = json_object_get(result, "configurations");
    const char *names[KINDS_MAX];
    json_t *answer = json_array(), *configuration;
    int count = 0;
    size_t i;
    json_array_foreach (configurations, i, configuration) {
        const char *name = kind_of(configuration);
        bool known = !name;
        for (int k = 0; k < count && !known; k++)
            known = !strcmp(names[k], name);
        if (!known && count < KINDS_MAX)
            names[count++] = name;
    }
    for (int k = 0; k < count; k++) {
        json_t *json;
        gather(configurations, names[k], &kind);
        json = kind_json(&kind);
        if (json)
            json_array_append_new(answer, json);
    }
    return answer;
}

/* Of one kind of work alone the table says all. */
void answer_add(json_t *result)
{
    json_t *answer = answer_find(result), *configuration;
    const char *first = NULL;
    bool several = false;
    size_t i;
    json_array_foreach (json_object_get(result, "configurations"), i, configuration) {
        const char *name = kind_of(configuration);
        several = several || (first && name && strcmp(first, name));
        first = first ? first : name;
    }
    if (!several)
        json_array_clear(answer);
    json_object_set_new(result, "answer", answer);
}
