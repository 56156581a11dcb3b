/* slo_judge.c - see slo_judge.h. */
#include "bench/findings/slo_judge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/findings/kinship.h"
#include "bench/findings/open_loop.h"
#include "bench/json/must.h"
#include "bench/results/hist_json.h"
#include "bench/results/result.h"
#include "bench/statistics/pooled.h"
#include "bench/statistics/stats.h"
#include "workloads/core/units.h"

enum { ROUNDS_MAX = 10000 };

/* What there is to judge by, of one configuration. */
struct evidence {
    const json_t *configuration;
    struct open_loop loop;
    struct hist all, services;   /* of all good rounds */
    struct pooled_round *rounds; /* [count], filled anew for each question */
    int count;
    double lost, submitted; /* jobs, sampled or not; in an open loop those that are counted */
};

static bool is_good(const json_t *trial)
{
    return !strcmp(result_string(trial, "verdict"), "ok");
}

static const json_t *latency_of(const json_t *trial)
{
    return json_object_get(json_object_get(trial, "latency"), "submit_to_end");
}

static void gather(const json_t *configuration, struct evidence *evidence)
{
    json_t *trial;
    size_t i;
    *evidence = (struct evidence){.configuration = configuration, .loop = open_loop_of(configuration)};
    evidence->rounds = calloc(json_array_size(json_object_get(configuration, "trials")) + 1, sizeof *evidence->rounds);
    json_array_foreach (json_object_get(configuration, "trials"), i, trial) {
        if (!is_good(trial) || hist_json_read(&evidence->all, latency_of(trial)))
            continue;
        hist_json_read(&evidence->services, json_object_get(json_object_get(trial, "latency"), "start_to_end"));
        evidence->count++;
        evidence->lost += (double)(result_integer(trial, "refused") + result_integer(trial, "dropped"));
        evidence->submitted += (double)(result_integer(trial, "refused") + result_integer(trial, "accepted"));
    }
    if (evidence->loop.state != OPEN_LOOP_NONE) {
        evidence->lost = evidence->loop.lost;
        evidence->submitted = evidence->loop.offered;
    }
}

/* Asks each round: how many are later than ns (of INFINITY: lost), or with `sums` what is
 * their sum. */
static void ask_rounds(struct evidence *evidence, double ns, bool sums)
{
    static struct hist one; /* large; this runs in one thread only */
    json_t *trial;
    size_t i;
    int count = 0;
    json_array_foreach (json_object_get(evidence->configuration, "trials"), i, trial) {
        one = (struct hist){0};
        if (!is_good(trial) || hist_json_read(&one, latency_of(trial)) || !evidence->rounds)
            continue;
        evidence->rounds[count].all = (double)(one.count + one.lost);
        evidence->rounds[count++].beyond = sums ? one.sum : isinf(ns) ? (double)one.lost : (double)hist_later(&one, ns);
    }
}

/* At the limit and at the value: a queue may be nearer to the one than to the other. */
static double worth_by_kinship(const struct evidence *evidence, const struct slo *slo,
                               const struct slo_judgement *found)
{
    const struct hist *services = &evidence->services;
    double effect = kinship_effect(&evidence->loop, services, found->samples, (double)slo->limit_ns);
    if (isfinite(found->value))
        effect = fmax(effect, kinship_effect(&evidence->loop, services, found->samples, found->value));
    return found->samples / effect;
}

static void judge_quantile(struct evidence *evidence, const struct slo *slo, struct slo_judgement *found)
{
    static const double far = 0.1, sure = 3;
    struct pooled_levels levels, lower;
    double quantile = slo->kind->quantile, most = hist_quantile(&evidence->all, 1);
    found->value = hist_quantile(&evidence->all, quantile);
    /* Rounds may differ more at the limit than at the value, and it is the limit that is asked for. */
    ask_rounds(evidence, found->value, false);
    found->worth = pooled_worth(evidence->rounds, evidence->count);
    ask_rounds(evidence, (double)slo->limit_ns, false);
    found->worth = fmin(found->worth, pooled_worth(evidence->rounds, evidence->count));
    found->worth_above = fmin(found->worth, worth_by_kinship(evidence, slo, found));
    /* Not one of very many comes near: what they are worth does not matter. */
    if (most < far * (double)slo->limit_ns && found->samples >= sure * slo->kind->samples_min)
        found->worth_above = fmax(found->worth_above, ceil(pooled_needed(quantile)));
    lower = pooled_levels(found->worth, quantile);
    levels = pooled_levels(found->worth_above, quantile);
    found->low = lower.low > 0 ? hist_quantile(&evidence->all, lower.low) : (double)evidence->all.min;
    found->high = levels.high <= 1 ? hist_quantile(&evidence->all, levels.high) : INFINITY;
    found->low = fmin(found->low, found->value);
    found->high = fmax(found->high, found->value);
    if (found->high > (double)slo->limit_ns && found->low <= (double)slo->limit_ns) {
        found->reason = levels.high <= 1 ? SLO_STRADDLES : SLO_SAMPLES;
        if (levels.high > 1)
            snprintf(found->why, sizeof found->why, "%.0f samples, worth %.0f independent ones; %s needs %.0f",
                     found->samples, found->worth_above, slo->kind->name, ceil(pooled_needed(quantile)));
    }
}

static void judge_mean(struct evidence *evidence, struct slo_judgement *found)
{
    static const double sigmas = 1.96; /* of 95% */
    double half;
    ask_rounds(evidence, 0, true);
    half = pooled_mean_half(evidence->rounds, evidence->count);
    found->worth = pooled_worth(evidence->rounds, evidence->count);
    found->value = evidence->all.lost ? INFINITY : hist_mean(&evidence->all);
    found->low = isinf(found->value) ? INFINITY : fmax((double)evidence->all.min, found->value - half);
    found->high = fmin((double)evidence->all.max, found->value + half);
    found->high = fmax(
        found->high, found->value + sigmas * kinship_mean_error(&evidence->loop, &evidence->services, found->samples));
    found->high = fmax(found->value, found->high);
}

/* What was seen, and no more. */
static void judge_max(const struct evidence *evidence, struct slo_judgement *found)
{
    found->worth = found->samples;
    found->value = found->low = found->high = hist_quantile(&evidence->all, 1);
}

static void judge_loss(struct evidence *evidence, const struct slo *slo, struct slo_judgement *found)
{
    struct pooled_levels levels;
    ask_rounds(evidence, INFINITY, false);
    found->samples = evidence->submitted;
    found->value = evidence->submitted > 0 ? evidence->lost / evidence->submitted : 0;
    found->worth = pooled_worth(evidence->rounds, evidence->count);
    if (evidence->lost == 0)
        found->worth = evidence->submitted;
    found->worth_above = fmin(found->worth, found->samples / kinship_loss_effect(&evidence->loop, found->samples));
    levels = pooled_share(found->worth, found->value);
    found->low = levels.low;
    levels = pooled_share(found->worth_above, found->value);
    found->high = slo->limit_share > 0 ? levels.high : found->value; /* of none: what was seen */
    if (slo->limit_share <= 0 && evidence->lost > 0)
        found->low = found->value;
    if (found->high > slo->limit_share && found->low <= slo->limit_share)
        found->reason = SLO_STRADDLES;
}

/* What the generator itself was late, of the latency at this quantile, or at the nearest
 * that there is. */
static double part_of_generator(const struct evidence *evidence, const struct slo *slo)
{
    double p99 = result_median(evidence->configuration, "figures.latency_p99_ns"),
           p999 = result_median(evidence->configuration, "figures.latency_p999_ns");
    double pool_p99 = result_median(evidence->configuration, "figures.pool_p99_ns"),
           pool_p999 = result_median(evidence->configuration, "figures.pool_p999_ns");
    bool is_max = !strcmp(slo->kind->name, "max");
    return slo->kind->quantile > 0.99 || is_max ? p999 - pool_p999
           : slo->kind->quantile == 0.99        ? p99 - pool_p99
                                                : result_median(evidence->configuration, "figures.generator_ns");
}

/* Whether the latency would keep to the limit without that part: what is beyond the limit
 * of its low end, its value, its high end, the first that is. Of an overload, whether that
 * part is the greater one. */
static bool generator_is_to_blame(const struct evidence *evidence, const struct slo_judgement *found,
                                  const struct slo *slo)
{
    static const double smaller = 0.5;
    double limit = (double)slo->limit_ns, part = part_of_generator(evidence, slo);
    double beyond = found->low > limit ? found->low : found->value > limit ? found->value : found->high;
    if (evidence->loop.state == OPEN_LOOP_OVERLOADED)
        return result_median(evidence->configuration, "figures.pool_p99_ns") <=
               smaller * result_median(evidence->configuration, "figures.latency_p99_ns");
    return beyond > limit && beyond - part <= limit;
}

static double limit_of(const struct slo *slo)
{
    return slo->kind->is_loss ? slo->limit_share : (double)slo->limit_ns;
}

static void say_generator(const struct evidence *evidence, struct slo_judgement *found)
{
    char late[32];
    found->verdict = SLO_CANNOT_TELL;
    found->reason = SLO_GENERATOR;
    snprintf(found->why, sizeof found->why, "the generator is the limit: it made jobs %s late, on average",
             units_time_text(result_median(evidence->configuration, "figures.generator_ns"), late, sizeof late));
}

/* What an open loop adds: a promise is of a rate. */
static void judge_rate(const struct evidence *evidence, const struct slo *slo, struct slo_judgement *found)
{
    bool overloaded = evidence->loop.state == OPEN_LOOP_OVERLOADED;
    if (evidence->loop.state == OPEN_LOOP_NONE || found->reason == SLO_LOST)
        return;
    if ((found->verdict != SLO_KEPT || overloaded) && found->reason != SLO_SAMPLES && !slo->kind->is_loss &&
        generator_is_to_blame(evidence, found, slo))
        return say_generator(evidence, found);
    if (overloaded) {
        found->verdict = SLO_BROKEN;
        found->reason = SLO_OVERLOAD;
    } else if (found->verdict == SLO_KEPT && evidence->loop.state != OPEN_LOOP_STEADY &&
               evidence->loop.state != OPEN_LOOP_RECORDED) {
        found->verdict = SLO_CANNOT_TELL;
        found->reason = SLO_NOT_STEADY;
    } else {
        return;
    }
    /* What was seen may keep to the limit all the same: the reader is told that it is the rate. */
    snprintf(found->why, sizeof found->why, "%s%s",
             overloaded && found->value <= limit_of(slo) ? "by the rate, not by what was seen: " : "",
             evidence->loop.why);
}

/* Whether each round alone has more that is late, or lost, than is promised, beyond chance. The rounds were
 * asked about the limit. */
static bool is_in_each_round(const struct evidence *evidence, const struct slo *slo)
{
    double most = slo->kind->is_loss ? slo->limit_share : 1 - slo->kind->quantile;
    for (int i = 0; i < evidence->count; i++) {
        const struct pooled_round *round = &evidence->rounds[i];
        if (!(round->all > 0) || pooled_share(pooled_worth(round, 1), round->beyond / round->all).low <= most)
            return false;
    }
    return true;
}

/* Of an open loop, whether workers had no time left even if each job had been of the shorter half: a
 * standstill makes few services long, and no short one longer. */
static bool had_no_time(const struct evidence *evidence)
{
    const struct open_loop *loop = &evidence->loop;
    return loop->state != OPEN_LOOP_NONE && loop->state != OPEN_LOOP_RECORDED && evidence->services.count > 0 &&
           loop->offered_per_s * hist_quantile(&evidence->services, 0.5) / 1e9 > loop->servers;
}

/* The machine may have stood still in the only round, or in one of two, and all that came meanwhile was
 * late, or lost; but not all that came: where no job was in time it is broken in these rounds, and that is said.
 * From three rounds on their differences say how much that is worth. */
static void judge_few_rounds(const struct evidence *evidence, const struct slo *slo, struct slo_judgement *found)
{
    enum { FEW = 2 };
    bool is_time = slo->kind->quantile > 0;
    if (evidence->count > FEW || found->verdict != SLO_BROKEN || (!is_time && !slo->kind->is_loss))
        return;
    if (is_time && evidence->all.min > (uint64_t)slo->limit_ns)
        snprintf(found->why, sizeof found->why, "not one of %.0f jobs was in time, in %s", found->samples,
                 evidence->count == 1 ? "the only round" : "two rounds");
    if (*found->why || (slo->kind->is_loss && slo->limit_share <= 0) ||
        (evidence->count == FEW && is_in_each_round(evidence, slo)) || had_no_time(evidence))
        return;
    found->verdict = SLO_CANNOT_TELL;
    found->reason = SLO_ONE_ROUND;
    snprintf(
        found->why, sizeof found->why,
        "%s: a standstill of the machine looks the same; three or more would tell (--rounds, and a --budget for them)",
        evidence->count == 1 ? "one round" : "in one of two rounds");
}

/* By the interval, and by what was lost. */
static void judge_plainly(const struct evidence *evidence, const struct slo_list *list, const struct slo *slo,
                          struct slo_judgement *found)
{
    char share[32];
    if (found->low > limit_of(slo))
        found->verdict = SLO_BROKEN;
    else if (found->high <= limit_of(slo))
        found->verdict = SLO_KEPT;
    else if (found->reason == SLO_PLAIN)
        found->reason = SLO_STRADDLES;
    judge_few_rounds(evidence, slo, found);
    if (evidence->lost > 0 && !slo->kind->is_loss && !slo_allows_loss(list)) {
        found->verdict = SLO_BROKEN;
        found->reason = SLO_LOST;
    }
    if (found->verdict == SLO_BROKEN && evidence->lost > 0)
        snprintf(found->why, sizeof found->why, "%s of the jobs got no service",
                 units_share_text(evidence->lost / evidence->submitted, share, sizeof share));
}

/* Where nothing else says why, the limit is in the interval; a rate that was not steady says so, too. */
static void say_interval(const struct evidence *evidence, struct slo_judgement *found)
{
    if (found->verdict != SLO_CANNOT_TELL || *found->why)
        return;
    snprintf(found->why, sizeof found->why, "the limit lies within the interval%s%s",
             *evidence->loop.why ? "; " : ": more rounds, or a longer --budget, would narrow it", evidence->loop.why);
}

struct slo_judgement slo_judge(const json_t *configuration, const struct slo_list *list, int which)
{
    static struct evidence evidence; /* large; this runs in one thread only */
    const struct slo *slo = &list->items[which];
    struct slo_judgement found = {.verdict = SLO_CANNOT_TELL, .value = NAN, .low = NAN, .high = NAN};
    gather(configuration, &evidence);
    found.rounds = evidence.count;
    found.samples = (double)(evidence.all.count + evidence.all.lost);
    if (!evidence.count || !evidence.rounds || !(found.samples > 0)) {
        found.rounds = 0;
        found.reason = SLO_NO_ROUNDS;
        snprintf(found.why, sizeof found.why, evidence.count ? "no job has a time" : "no round was good");
        free(evidence.rounds);
        return found;
    }
    if (slo->kind->is_loss)
        judge_loss(&evidence, slo, &found);
    else if (slo->kind->quantile > 0)
        judge_quantile(&evidence, slo, &found);
    else if (!strcmp(slo->kind->name, "max"))
        judge_max(&evidence, &found);
    else
        judge_mean(&evidence, &found);
    if (!found.worth_above)
        found.worth_above = found.worth;
    judge_plainly(&evidence, list, slo, &found);
    judge_rate(&evidence, slo, &found);
    say_interval(&evidence, &found);
    free(evidence.rounds);
    return found;
}

int slo_judge_all(const json_t *configuration, const struct slo_list *list, struct slo_judgement *found)
{
    static const double verdicts[] = {[SLO_KEPT] = 0, [SLO_CANNOT_TELL] = 1, [SLO_BROKEN] = 2};
    double nearest = -1;
    int which = 0;
    for (int i = 0; i < list->count; i++) {
        struct slo_judgement judged = slo_judge(configuration, list, i);
        double limit = limit_of(&list->items[i]);
        double share = judged.rounds && judged.value > 0 ? 1 - exp(-judged.value / limit) : 0; /* 0..1 */
        if (verdicts[judged.verdict] + share <= nearest)
            continue;
        nearest = verdicts[judged.verdict] + share;
        *found = judged;
        which = i;
    }
    return which;
}

const char *slo_verdict_name(enum slo_verdict verdict)
{
    static const char *const names[] = {"kept", "broken", "cannot tell"};
    return names[verdict];
}

bool slo_judgement_held(const struct slo_judgement *found, const struct slo_kind *kind)
{
    return found->rounds && isfinite(found->value) && found->samples >= kind->samples_min;
}

static json_t *number_or_null(double value, bool known)
{
    return known ? json_real(value) : json_null();
}

static json_t *judgement_json(const json_t *configuration, const struct slo_list *list, int which)
{
    const struct slo *slo = &list->items[which];
    struct slo_judgement found = slo_judge(configuration, list, which);
    const char *unit = slo->kind->is_loss ? "share" : "ns";
    char value[16], low[16], high[16];
    snprintf(value, sizeof value, "value_%s", unit);
    snprintf(low, sizeof low, "low_%s", unit);
    snprintf(high, sizeof high, "high_%s", unit);
    return must_pack("{s:s, s:o, s:o, s:o, s:o, s:i, s:f, s:f, s:f, s:s, s:o}", "name", slo->kind->name,
                     slo->kind->is_loss ? "limit_share" : "limit_ns",
                     slo->kind->is_loss ? json_real(slo->limit_share) : json_integer((json_int_t)slo->limit_ns), value,
                     number_or_null(found.value, slo_judgement_held(&found, slo->kind)), low,
                     number_or_null(found.low, isfinite(found.low)), high,
                     number_or_null(found.high, isfinite(found.high)), "rounds", found.rounds, "samples", found.samples,
                     "worth", found.worth, "worth_above", found.worth_above, "verdict", slo_verdict_name(found.verdict),
                     "why", *found.why ? must_text(found.why) : json_null());
}

static json_t *promise_json(const struct slo *slo)
{
    if (slo->kind->is_loss)
        return must_pack("{s:s, s:f}", "name", slo->kind->name, "limit_share", slo->limit_share);
    return must_pack("{s:s, s:o, s:I}", "name", slo->kind->name, "quantile",
                     number_or_null(slo->kind->quantile, slo->kind->quantile > 0), "limit_ns",
                     (json_int_t)slo->limit_ns);
}

json_t *slo_promises_json(const struct slo_list *list)
{
    json_t *promises = json_array();
    for (int s = 0; s < list->count; s++)
        json_array_append_new(promises, promise_json(&list->items[s]));
    return promises;
}

void slo_summarise(json_t *result, const struct slo_list *list)
{
    json_t *promises = slo_promises_json(list), *configuration;
    size_t i;
    json_object_set_new(result, "slo", promises);
    json_array_foreach (json_object_get(result, "searches"), i, configuration)
        json_object_set(configuration, "slo", promises);
    json_array_foreach (json_object_get(result, "configurations"), i, configuration) {
        json_t *judged = json_array();
        bool asked = !strcmp(result_string(configuration, "role"), "asked") &&
                     !json_is_string(json_object_get(configuration, "unsupported"));
        for (int s = 0; asked && s < list->count; s++)
            json_array_append_new(judged, judgement_json(configuration, list, s));
        json_object_set_new(json_object_get(configuration, "summary"), "slo", judged);
    }
}

struct slo slo_from_json(const json_t *promise)
{
    return (struct slo){.kind = slo_kind(result_string(promise, "name")),
                        .limit_ns = result_integer(promise, "limit_ns"),
                        .limit_share = json_number_value(json_object_get(promise, "limit_share"))};
}

void slo_promises_text(const json_t *promises, char *text, size_t size)
{
    json_t *promise;
    size_t i;
    *text = '\0';
    json_array_foreach (promises, i, promise) {
        struct slo slo = slo_from_json(promise);
        char one[64];
        if (slo.kind)
            snprintf(text + strlen(text), size - strlen(text), "%s%s", *text ? " and " : "",
                     slo_text(&slo, one, sizeof one));
    }
}

static bool too_few(const json_t *judged, const struct slo *slo)
{
    const json_t *samples = json_object_get(judged, "samples");
    return slo->kind && json_is_number(samples) && json_number_value(samples) < slo->kind->samples_min;
}

double slo_value_of(const json_t *judged, const char *which)
{
    struct slo slo = slo_from_json(judged);
    char key[32];
    const json_t *value;
    snprintf(key, sizeof key, "%s_%s", which, slo.kind && slo.kind->is_loss ? "share" : "ns");
    value = json_object_get(judged, key);
    if (json_is_number(value))
        return json_number_value(value);
    return too_few(judged, &slo) && !strcmp(which, "value") ? NAN : INFINITY;
}

int slo_count(const json_t *result, const char *verdict)
{
    json_t *configuration, *judged;
    size_t i, s;
    int count = 0;
    json_array_foreach (json_object_get(result, "configurations"), i, configuration)
        json_array_foreach (json_object_get(json_object_get(configuration, "summary"), "slo"), s, judged)
            count += !strcmp(result_string(judged, "verdict"), verdict);
    return count;
}
