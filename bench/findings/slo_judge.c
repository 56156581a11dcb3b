/* slo_judge.c - see slo_judge.h. */
#include "bench/findings/slo_judge.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/results/result.h"
#include "workloads/core/backlog.h"
#include "workloads/core/units.h"

enum { ROUNDS_MAX = 10000 };

/* What an open loop says of itself, medians over the rounds. */
struct open_loop {
    bool is, bursts;                                             /* else there is no such */
    double offered, done, p50_ns, p99_ns, p999_ns, run_ns, jobs; /* jobs of a slice */
    double generator_ns, pool_p99_ns, pool_p999_ns;              /* its part of the mean; the latency without it */
};

static double median_of(const json_t *configuration, const char *metric)
{
    static double values[ROUNDS_MAX];
    int count = result_values(configuration, metric, values, NULL, ROUNDS_MAX);
    return count ? stats_median(values, count).median : NAN;
}

static struct open_loop open_loop_of(const json_t *configuration)
{
    const json_t *trial = json_array_get(json_object_get(configuration, "trials"), 0);
    const json_t *slice = json_array_get(json_object_get(trial, "slices"), 0);
    struct open_loop loop = {.is = !strcmp(result_string(configuration, "workload"), "burst")};
    if (!loop.is)
        return loop;
    loop.bursts = strstr(result_string(configuration, "spec"), "arrivals=onoff") != NULL;
    loop.offered = median_of(configuration, "figures.offered_per_s");
    loop.done = median_of(configuration, "figures.done_per_s");
    loop.p50_ns = median_of(configuration, "figures.latency_p50_ns");
    loop.p999_ns = median_of(configuration, "figures.latency_p999_ns");
    loop.run_ns = median_of(configuration, "figures.run_ns");
    loop.p99_ns = median_of(configuration, "figures.latency_p99_ns");
    loop.generator_ns = median_of(configuration, "figures.generator_ns");
    loop.pool_p99_ns = median_of(configuration, "figures.pool_p99_ns");
    loop.pool_p999_ns = median_of(configuration, "figures.pool_p999_ns");
    loop.jobs = (double)result_integer(slice, "jobs");
    return loop;
}

static bool overloaded(const struct open_loop *loop)
{
    struct backlog backlog = {loop->offered, loop->done, loop->jobs, loop->p50_ns, loop->p99_ns, loop->run_ns};
    return loop->is && !loop->bursts && backlog_grows(&backlog);
}

/* Whether the end of the interval that lies above the limit would not, without what the
 * generator itself was late: that part of the latency at this quantile, or at the
 * nearest that there is. Of an overload, whether that part is the greater one. */
static bool generator_is_to_blame(const struct open_loop *loop, const struct stats_median *value, const struct slo *slo)
{
    static const double smaller = 0.5;
    double limit = (double)slo->limit_ns;
    bool is_max = !strcmp(slo->kind->name, "max");
    double part = slo->kind->quantile > 0.99 || is_max ? loop->p999_ns - loop->pool_p999_ns
                  : slo->kind->quantile == 0.99        ? loop->p99_ns - loop->pool_p99_ns
                                                       : loop->generator_ns;
    if (overloaded(loop))
        return loop->pool_p99_ns <= smaller * loop->p99_ns;
    return loop->is && (value->low > limit ? value->low : value->high) - part <= limit;
}

/* The value of each good round, and how many samples the smallest has. */
static int gather(const json_t *configuration, const char *field, double *values, double *samples)
{
    json_t *trial;
    size_t i;
    int count = 0;
    *samples = INFINITY;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial) {
        const json_t *latency = json_object_get(json_object_get(trial, "latency"), "submit_to_end");
        if (strcmp(result_string(trial, "verdict"), "ok") || count == ROUNDS_MAX)
            continue;
        if (!json_is_number(json_object_get(latency, field))) { /* it has too few for this quantile */
            *samples = fmin(*samples, (double)result_integer(latency, "count"));
            continue;
        }
        values[count++] = json_number_value(json_object_get(latency, field));
        *samples = fmin(*samples, (double)result_integer(latency, "count"));
    }
    return count;
}

static void say_why(struct slo_judgement *found, const struct slo *slo, const struct open_loop *loop)
{
    char first[32], second[32];
    if (found->reason == SLO_SAMPLES)
        snprintf(found->why, sizeof found->why, "%.0f samples a round; %s needs %d", found->samples, slo->kind->name,
                 slo->kind->samples_min);
    else if (found->reason == SLO_GENERATOR)
        snprintf(found->why, sizeof found->why, "the generator is the limit: it made jobs %s late, on average",
                 units_time_text(loop->generator_ns, first, sizeof first));
    else if (found->reason == SLO_OVERLOAD)
        snprintf(found->why, sizeof found->why, "%s/s of %s/s offered: more comes than is done",
                 units_count_text(loop->done, first, sizeof first),
                 units_count_text(loop->offered, second, sizeof second));
    else if (found->reason == SLO_NO_ROUNDS)
        snprintf(found->why, sizeof found->why, "no round was good");
}

static enum slo_reason reason_of(const struct slo_judgement *found, const struct slo *slo, const struct open_loop *loop)
{
    double limit = (double)slo->limit_ns;
    bool below = found->value.high <= limit;
    if (found->samples < slo->kind->samples_min)
        return SLO_SAMPLES;
    if (!found->value.count)
        return SLO_NO_ROUNDS;
    if ((!below || overloaded(loop)) && generator_is_to_blame(loop, &found->value, slo))
        return SLO_GENERATOR;
    if (overloaded(loop))
        return SLO_OVERLOAD;
    return below || found->value.low > limit ? SLO_PLAIN : SLO_STRADDLES;
}

struct slo_judgement slo_judge(const json_t *configuration, const struct slo *slo)
{
    static double values[ROUNDS_MAX];
    struct slo_judgement found = {.verdict = SLO_CANNOT_TELL};
    struct open_loop loop = open_loop_of(configuration);
    int count = gather(configuration, slo->kind->field, values, &found.samples);
    if (count)
        found.value = stats_median(values, count);
    found.reason = reason_of(&found, slo, &loop);
    if (found.reason == SLO_OVERLOAD)
        found.verdict = SLO_BROKEN;
    else if (found.reason == SLO_PLAIN)
        found.verdict = found.value.high <= (double)slo->limit_ns ? SLO_KEPT : SLO_BROKEN;
    say_why(&found, slo, &loop);
    return found;
}

const char *slo_verdict_name(enum slo_verdict verdict)
{
    static const char *const names[] = {"kept", "broken", "cannot tell"};
    return names[verdict];
}

static json_t *number_or_null(double value, bool known)
{
    return known ? json_real(value) : json_null();
}

static json_t *judgement_json(const json_t *configuration, const struct slo *slo)
{
    struct slo_judgement found = slo_judge(configuration, slo);
    bool known = found.value.count > 0;
    return must_pack("{s:s, s:I, s:o, s:o, s:o, s:f, s:i, s:o, s:s, s:o}", "name", slo->kind->name, "limit_ns",
                     (json_int_t)slo->limit_ns, "median_ns", number_or_null(found.value.median, known), "low_ns",
                     number_or_null(found.value.low, known), "high_ns", number_or_null(found.value.high, known),
                     "coverage", found.value.coverage, "rounds", found.value.count, "samples",
                     number_or_null(found.samples, known), "verdict", slo_verdict_name(found.verdict), "why",
                     *found.why ? must_text(found.why) : json_null());
}

void slo_summarise(json_t *result, const struct slo_list *list)
{
    json_t *promises = json_array(), *configuration;
    size_t i;
    for (int s = 0; s < list->count; s++)
        json_array_append_new(
            promises, must_pack("{s:s, s:o, s:I}", "name", list->items[s].kind->name, "quantile",
                                number_or_null(list->items[s].kind->quantile, list->items[s].kind->quantile > 0),
                                "limit_ns", (json_int_t)list->items[s].limit_ns));
    json_object_set_new(result, "slo", promises);
    json_array_foreach (json_object_get(result, "searches"), i, configuration)
        json_object_set(configuration, "slo", promises);
    json_array_foreach (json_object_get(result, "configurations"), i, configuration) {
        json_t *judged = json_array();
        bool asked = !strcmp(result_string(configuration, "role"), "asked") &&
                     !json_is_string(json_object_get(configuration, "unsupported"));
        for (int s = 0; asked && s < list->count; s++)
            json_array_append_new(judged, judgement_json(configuration, &list->items[s]));
        json_object_set_new(json_object_get(configuration, "summary"), "slo", judged);
    }
}

int slo_broken(const json_t *result)
{
    json_t *configuration, *judged;
    size_t i, s;
    int broken = 0;
    json_array_foreach (json_object_get(result, "configurations"), i, configuration)
        json_array_foreach (json_object_get(json_object_get(configuration, "summary"), "slo"), s, judged)
            broken += !strcmp(result_string(judged, "verdict"), "broken");
    return broken;
}
