/* rate_search.c - see rate_search.h. */
#include "bench/commands/rate_search.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/commands/rate_doubt.h"
#include "bench/json/must.h"
#include "bench/results/result.h"
#include "bench/statistics/crossing.h"
#include "bench/statistics/pooled.h"
#include "bench/statistics/rates.h"
#include "pools/core/topology.h"
#include "workloads/core/trace_part.h"

/* Of a slice: what of it is warm-up, and how many relaxation times it is to last. */
static const double WARM_SHARE = 0.25, SLICE_TIMES = RATE_SEARCH_SLICE_TIMES;

double rate_search_start(const struct plan_entry *entry)
{
    static const double unknown = 10000, share = 0.5;
    struct workload_spec jobs;
    char why[256];
    double each, workers = plan_workers(entry);
    if (trace_is(&entry->workload)) /* as it was recorded */
        return fmin(rates_per_s(&entry->workload), RATES_MAX);
    if (workload_parse(workload_rest(&entry->workload), &jobs, why, sizeof why))
        return unknown;
    each = workload_job_ns(&jobs);
    if (!jobs.ops->waits)
        workers = fmin(workers, topology_cpus_of(entry->pin));
    return fmin(fmax(each > 0 ? share * workers / each * 1e9 : unknown, 1), RATES_MAX);
}

void rate_search_begin(struct rate_search *one, const struct plan_entry *entry, double budget_s)
{
    static const double low = 100, far = 8, fine = 1.04, times = 100; /* below 100/s a probe takes seconds */
    double start = rate_search_start(entry);
    bool recorded = trace_is(&entry->workload);
    *one = (struct rate_search){.entry = entry,
                                .budget_s = budget_s,
                                .configurations = json_array(),
                                .search = {.start = start,
                                           .lowest = recorded ? start / times : fmax(1, fmin(low, start / far)),
                                           .highest = recorded ? fmin(RATES_MAX, start * times) : RATES_MAX,
                                           .fractions = recorded,
                                           .fine = fine,
                                           .probes_max = RATE_SEARCH_PROBES}};
}

void rate_search_know(struct rate_search *one, const struct rate_probe *kept, const struct slo_list *promises,
                      const json_t *result)
{
    one->probes[0] = *kept;
    rate_doubt_look(one, &one->probes[0], promises, result);
    search_tell(&one->search, kept->rate, SEARCH_KEPT);
    json_array_append_new(one->configurations, json_integer(kept->configuration));
}

void rate_search_end(struct rate_search *one)
{
    json_decref(one->configurations);
}

/* The longest slice that the budget has room for. */
static double longest_ns(const struct rate_search *one)
{
    static const double share = 0.08;
    return share * one->budget_s * 1e9;
}

/* The relaxation time at a rate, in ns, as far as an earlier probe tells how long a service
 * is: INFINITY at saturation, 0 where there was none. */
static double relaxation_ns(const struct rate_search *one, double rate)
{
    double service_ns = 0, servers = 1, load;
    for (int i = 0; i < one->search.count; i++)
        if (one->probes[i].loop.service_ns > 0) {
            service_ns = one->probes[i].loop.service_ns;
            servers = one->probes[i].loop.servers;
        }
    load = rate * service_ns / 1e9 / servers;
    return load < 1 ? service_ns / servers / pow(1 - sqrt(load), 2) : INFINITY;
}

double rate_search_slice_ns(const struct slo_list *promises, double rate, const struct rate_search_lengths *lengths)
{
    static const double limits = 10, rounds = 3, least = 30e6;
    double ns = fmax(least, lengths->usual_ns), samples = 0, limit = 0;
    for (int i = 0; i < promises->count; i++) {
        if (promises->items[i].kind->quantile > 0)
            samples = fmax(samples, pooled_needed(promises->items[i].kind->quantile));
        limit = fmax(limit, (double)promises->items[i].limit_ns);
    }
    ns = fmax(ns, samples / rounds / rate * 1e9 / (1 - WARM_SHARE));
    ns = fmax(ns, fmin(limits * limit, 4 * ns));
    ns = fmax(ns, SLICE_TIMES * lengths->relaxation_ns);
    return fmin(ns, fmax(least, lengths->longest_ns));
}

static double slice_ns(const struct rate_search *one, const struct slo_list *promises, double rate)
{
    static const double usual = 0.01;
    struct rate_search_lengths lengths = {.usual_ns = usual * one->budget_s * 1e9,
                                          .relaxation_ns = relaxation_ns(one, rate),
                                          .longest_ns = longest_ns(one)};
    return rate_search_slice_ns(promises, rate, &lengths);
}

int rate_search_put(const struct workload_spec *spec, double rate, double slice_ns, struct workload_spec *out)
{
    return rates_put(spec, rate, (1 - WARM_SHARE) * slice_ns, out);
}

/* Puts the probe's rate and length into the entry that runs. */
static bool put_rate(struct rate_search *one)
{
    one->running = *one->entry;
    return !rate_search_put(&one->entry->workload, one->at->rate, one->at->slice_ns, &one->running.workload);
}

/* And that into the document. */
static bool add_configuration(struct rate_search *one, json_t *result)
{
    one->at->configuration = result_add_configuration(result, plan_configuration(&one->running));
    json_array_append_new(one->configurations, json_integer(one->at->configuration));
    return true;
}

/* A rate that was asked before goes on where it was. */
static struct rate_probe *probe_of(struct rate_search *one, const struct slo_list *promises, double rate)
{
    struct rate_probe *at = one->probes;
    while (at < one->probes + one->search.count && at->rate != rate)
        at++;
    if (at == one->probes + one->search.count)
        *at = (struct rate_probe){.rate = rate, .slice_ns = slice_ns(one, promises, rate), .configuration = -1};
    at->spent_s = 0;
    return at;
}

static const struct rate_probe *probe_at(const struct rate_search *one, double rate)
{
    for (int i = 0; i < one->search.count; i++)
        if (one->probes[i].rate == rate)
            return &one->probes[i];
    return NULL;
}

/* What the latencies around it say of where the limit is crossed; NaN: nothing. */
static double crossing(const struct rate_search *one, double low, double high)
{
    static const double near = 1.15;
    struct crossing_point points[SEARCH_PROBES_MAX];
    const struct rate_probe *broken = probe_at(one, high);
    int count = 0;
    for (int i = 0; i < one->search.count && broken; i++) {
        const struct rate_probe *probe = &one->probes[i];
        if (probe->promise != broken->promise || probe->promise->kind->is_loss || !isfinite(probe->judged.value) ||
            probe->judged.value <= 0 || probe->rate < low / near || probe->rate > high * near ||
            probe->loop.state == OPEN_LOOP_OVERLOADED || probe->judged.reason == SLO_GENERATOR)
            continue;
        points[count++] = (struct crossing_point){probe->rate, probe->judged.value, probe->judged.worth};
    }
    return count ? crossing_rate(points, count, (double)broken->promise->limit_ns) : NAN;
}

/* Half of what the workers have left at that rate: latencies grow as the inverse of it. NaN:
 * nobody knows how long they work, or there is nothing left. */
static double half_of_the_rest(const struct rate_probe *at)
{
    double most = at && at->loop.service_ns > 0 ? at->loop.servers / at->loop.service_ns * 1e9 : NAN;
    return most > at->rate ? (at->rate + most) / 2 : NAN;
}

/* Where the answer may be, by what was measured so far. */
static double hint(const struct rate_search *one)
{
    double low = search_kept(&one->search), high = search_broken(&one->search);
    if (!(low > 0))
        return 0;
    return high > 0 ? crossing(one, low, high) : half_of_the_rest(probe_at(one, low));
}

/* Goes on at a rate that was found, when nothing else is asked and there is time. */
static bool watch(struct rate_search *one, const struct slo_list *promises)
{
    char why[192];
    const struct rate_probe *best = one->search.given_up ? NULL : rate_doubt_best(one, why, sizeof why);
    one->watching = best && one->spent_s < one->budget_s;
    if (!one->watching)
        return false;
    one->at = probe_of(one, promises, best->rate);
    return put_rate(one);
}

bool rate_search_choose(struct rate_search *one, const struct slo_list *promises, json_t *result)
{
    double rate;
    one->watching = false;
    one->search.hint = hint(one);
    while ((rate = search_next(&one->search)) > 0 && one->search.count < SEARCH_PROBES_MAX) {
        one->at = probe_of(one, promises, rate);
        if (put_rate(one) && (one->at->configuration >= 0 || add_configuration(one, result)))
            return true;
        search_tell(&one->search, rate, SEARCH_CANNOT); /* it cannot be made */
    }
    if (watch(one, promises))
        return true;
    one->at = NULL;
    return false;
}

bool rate_search_ask(struct rate_search *one, const struct slo_list *promises, double rate, double relaxation_ns,
                     json_t *result)
{
    static const double usual = 0.01;
    struct rate_search_lengths lengths = {
        .usual_ns = usual * one->budget_s * 1e9, .relaxation_ns = relaxation_ns, .longest_ns = longest_ns(one)};
    one->at = probe_of(one, promises, rate);
    if (one->at->configuration < 0)
        one->at->slice_ns = rate_search_slice_ns(promises, rate, &lengths);
    return put_rate(one) && (one->at->configuration >= 0 || add_configuration(one, result));
}

/* Whether there are samples enough for a value, if not for an interval. */
static bool has_value(const struct rate_probe *at)
{
    return at->judged.worth >= at->promise->kind->samples_min;
}

/* Whether there are samples enough, and it is what rounds differ by that makes them worth few: a machine that
 * stands still now and then. At a lower rate a standstill makes fewer jobs late; samples too few by number would be
 * fewer there. */
static bool has_samples(const struct rate_probe *at)
{
    return at->judged.samples >= pooled_needed(at->promise->kind->quantile);
}

static enum search_answer kept_if_steady(const struct rate_probe *at)
{
    return at->loop.state == OPEN_LOOP_STEADY || at->loop.state == OPEN_LOOP_RECORDED ? SEARCH_KEPT : SEARCH_SHORT;
}

/* Where no interval decides, the value does: the search looks for the rate at which it
 * crosses the limit. But a rate that was not watched for long enough is not kept. */
static enum search_answer answer_of(const struct rate_probe *at, bool some_kept)
{
    double limit = at->promise->kind->is_loss ? at->promise->limit_share : (double)at->promise->limit_ns;
    bool below = at->judged.value <= limit;
    if (at->judged.verdict != SLO_CANNOT_TELL)
        return at->judged.verdict == SLO_KEPT ? SEARCH_KEPT : SEARCH_BROKEN;
    switch (at->judged.reason) {
    case SLO_NO_ROUNDS:
        return SEARCH_UNKNOWN;
    case SLO_SAMPLES:
        if (!has_value(at))
            return some_kept || has_samples(at) ? SEARCH_SHORT : SEARCH_UNKNOWN;
        return below ? kept_if_steady(at) : SEARCH_BROKEN;
    case SLO_NOT_STEADY:
        return SEARCH_SHORT;
    case SLO_GENERATOR:
        return below && at->loop.state == OPEN_LOOP_STEADY ? SEARCH_KEPT : SEARCH_CANNOT;
    default:
        return below ? kept_if_steady(at) : SEARCH_BROKEN;
    }
}

bool rate_search_judge(struct rate_search *one, const struct slo_list *promises, json_t *result)
{
    static const double share = 0.25;
    struct rate_probe *at = one->at;
    const json_t *configuration = json_array_get(json_object_get(result, "configurations"), (size_t)at->configuration);
    bool given = rates_given(one->entry->workload.text, "for");
    double needed, most;
    at->promise = &promises->items[slo_judge_all(configuration, promises, &at->judged)];
    at->loop = open_loop_of(configuration);
    rate_doubt_look(one, at, promises, result);
    if (at->judged.verdict == SLO_KEPT && rate_doubt_of(one, at, at->judged.why, sizeof at->judged.why)) {
        at->judged.verdict = SLO_CANNOT_TELL;
        at->judged.reason = SLO_SELDOM;
    }
    if (one->watching || at->judged.reason == SLO_SELDOM)
        return one->watching && at->judged.reason == SLO_SELDOM && one->spent_s <= one->budget_s;
    /* Where nothing else could be asked after it, all that is left is spent on it. */
    most = answer_of(at, search_kept(&one->search) > 0) == SEARCH_UNKNOWN ? 1 : share;
    if (at->judged.verdict != SLO_CANNOT_TELL || at->judged.reason == SLO_NO_ROUNDS ||
        at->spent_s > most * one->budget_s || one->spent_s > one->budget_s)
        return false;
    needed = fmin(SLICE_TIMES * at->loop.relaxation_s * 1e9, longest_ns(one));
    if (at->judged.reason != SLO_NOT_STEADY)
        return true;
    if (isinf(at->loop.relaxation_s))
        return false;
    if (given || needed <= 1.1 * at->slice_ns)
        return at->loop.shortest_warm_s * 1e9 >= 3 * at->loop.relaxation_s * 1e9; /* more of them may do */
    at->slice_ns = needed;
    return put_rate(one) && add_configuration(one, result);
}

enum search_answer rate_search_answer(struct rate_search *one)
{
    enum search_answer answer = answer_of(one->at, search_kept(&one->search) > 0);
    search_tell(&one->search, one->at->rate, answer);
    return answer;
}

/* What was found. */

/* Whether it was a latency that was too long, by its interval or by its value. */
static bool broken_by_latency(const struct rate_search *one, const struct rate_probe *probe)
{
    enum slo_reason reason = probe->judged.reason;
    return one->search.probes[probe - one->probes].answer == SEARCH_BROKEN &&
           (reason == SLO_PLAIN || reason == SLO_STRADDLES || reason == SLO_SAMPLES || reason == SLO_ONE_ROUND);
}

/* Between the highest rate that is proved and the lowest that is broken: where the latency
 * crosses its limit. Where it is no latency that breaks it, the highest that was kept. */
static double estimate(const struct rate_search *one)
{
    const struct rate_probe *low = rate_doubt_proved(one), *high = probe_at(one, search_broken(&one->search));
    double rate;
    char why[192];
    if (!low)
        return 0;
    if (rate_doubt_best(one, why, sizeof why))
        return low->rate;
    if (!high || !broken_by_latency(one, high))
        return fmax(low->rate, search_kept(&one->search));
    rate = crossing(one, low->rate, high->rate);
    rate = isnan(rate) ? fmax(low->rate, search_kept(&one->search)) : fmin(fmax(rate, low->rate), high->rate);
    if (low->loop.service_ns > 0) /* never beyond what the workers have time for */
        rate = fmax(low->rate, fmin(rate, low->loop.servers / low->loop.service_ns * 1e9));
    return rate;
}

static json_t *rate_json(double rate)
{
    return rate > 0 ? json_integer((json_int_t)fmax(1, rate)) : json_null();
}

/* Whether the lowest rate that is not kept was no more than watched for too short a time. */
static bool is_short(const struct rate_search *one, const struct rate_probe *high)
{
    return high && one->search.probes[high - one->probes].answer == SEARCH_SHORT;
}

/* Of a recording: so many times as dense as it was recorded. */
static json_t *times_json(const struct rate_search *one, double rate)
{
    return rate > 0 ? json_real(rates_times(&one->entry->workload, rate)) : json_null();
}

static json_t *configuration_json(const struct rate_probe *probe)
{
    return probe ? json_integer(probe->configuration) : json_null();
}

/* What the search says of the promises: that its lowest rate breaks them only where the whole interval does. */
static const char *verdict_of(const struct rate_probe *low, const struct rate_probe *high, enum search_limit limit)
{
    if (low)
        return "kept";
    if (limit == SEARCH_BY_GENERATOR)
        return "generator";
    return limit == SEARCH_BY_PROMISE && high && high->judged.verdict == SLO_BROKEN ? "broken" : "cannot tell";
}

json_t *rate_search_json(const struct rate_search *one)
{
    static const char *const limits[] = {"promise", "generator", "range", "time", "budget", "unknown"};
    static const char *const same[] = {"pool", "workers", "producers", "capacity", "full", "pin"};
    json_t *json = json_object(), *entry = plan_entry_json(one->entry);
    enum search_limit limit = search_limit(&one->search);
    char why[192] = "";
    const struct rate_probe *low = rate_doubt_proved(one), *high = probe_at(one, search_broken(&one->search)),
                            *last = NULL;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        json_object_set(json, same[i], json_object_get(entry, same[i]));
    for (int i = 0; i < one->search.count; i++)
        if (*one->probes[i].judged.why &&
            (limit == SEARCH_BY_UNKNOWN ? one->search.probes[i].answer == SEARCH_UNKNOWN : &one->probes[i] == high))
            last = &one->probes[i];
    if (rate_doubt_best(one, why, sizeof why))
        limit = low ? SEARCH_BY_SHORT : SEARCH_BY_UNKNOWN;
    else if (last)
        snprintf(why, sizeof why, "%s", last->judged.why);
    json_object_set(json, "spec", json_object_get(entry, "spec"));
    json_object_set_new(json, "rate_kept", rate_json(estimate(one)));
    json_object_set_new(json, "rate_proved", rate_json(low ? low->rate : 0));
    json_object_set_new(json, "rate_seen", rate_json(low ? 0 : rate_doubt_seen(one)));
    json_object_set_new(json, "watched_s", low ? json_real(low->loop.window_s) : json_null());
    json_object_set_new(json, "rate_broken", rate_json(search_broken(&one->search)));
    json_object_set_new(json, "broken_short", json_boolean(is_short(one, high)));
    json_object_set_new(json, "proved_at", configuration_json(low));
    json_object_set_new(json, "broken_at", configuration_json(high));
    if (trace_is(&one->entry->workload)) {
        json_object_set_new(json, "times_kept", times_json(one, estimate(one)));
        json_object_set_new(json, "times_proved", times_json(one, low ? low->rate : 0));
        json_object_set_new(json, "times_broken", times_json(one, search_broken(&one->search)));
    }
    json_object_set_new(json, "probes", json_integer(one->search.asked));
    json_object_set_new(json, "limited_by", must_text(limits[limit]));
    json_object_set_new(json, "verdict", must_text(verdict_of(low, high, limit)));
    json_object_set_new(json, "why", *why ? must_text(why) : json_null());
    json_object_set(json, "configurations", one->configurations);
    json_decref(entry);
    return json;
}
