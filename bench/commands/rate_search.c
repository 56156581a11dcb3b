/* rate_search.c - see rate_search.h. */
#include "bench/commands/rate_search.h"

#include <math.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/results/result.h"
#include "bench/statistics/rates.h"
#include "pools/core/topology.h"

/* A slice is long enough for a backlog to grow beyond the limit, and for the samples
 * that the quantile needs in the two slices of a round. */
static double slice_ns(const struct slo_list *promises, double rate)
{
    static const double limits = 10, least = 30e6, usual = 100e6, most = 1e9, slices = 2;
    double limit = 0, samples = 0;
    for (int i = 0; i < promises->count; i++) {
        limit = fmax(limit, (double)promises->items[i].limit_ns);
        samples = fmax(samples, promises->items[i].kind->samples_min);
    }
    return fmin(most, fmax(fmin(usual, fmax(least, limits * limit)), ceil(samples / slices + 1) / rate * 1e9));
}

/* Half of what the workers could do if pools cost nothing. */
static double start_rate(const struct plan_entry *entry)
{
    static const double unknown = 10000, share = 0.5;
    struct workload_spec jobs;
    char why[256];
    double each, workers = plan_workers(entry);
    if (workload_parse(workload_rest(&entry->workload), &jobs, why, sizeof why))
        return unknown;
    each = workload_job_ns(&jobs);
    if (!jobs.ops->waits)
        workers = fmin(workers, topology_cpus_of(entry->pin));
    return each > 0 ? share * workers / each * 1e9 : unknown;
}

void rate_search_begin(struct rate_search *one, const struct plan_entry *entry)
{
    static const double low = 100, far = 8, fine = 1.04; /* below 100/s a probe takes seconds */
    double start = fmin(fmax(start_rate(entry), 1), RATES_MAX);
    *one = (struct rate_search){.entry = entry,
                                .search = {.start = start,
                                           .lowest = fmax(1, fmin(low, start / far)),
                                           .highest = RATES_MAX,
                                           .fine = fine,
                                           .probes_max = RATE_SEARCH_PROBES}};
}

bool rate_search_choose(struct rate_search *one, const struct slo_list *promises, json_t *result)
{
    one->rate = search_next(&one->search);
    if (!(one->rate > 0))
        return false;
    one->at = *one->entry;
    rates_put(&one->entry->workload, one->rate, slice_ns(promises, one->rate), &one->at.workload);
    for (int i = 0; i < one->search.count; i++) {
        if (one->search.probes[i].rate != one->rate)
            continue;
        one->configuration = one->configurations[i];
        return true;
    }
    one->configuration = result_add_configuration(result, plan_configuration(&one->at));
    one->configurations[one->search.count] = one->configuration;
    return true;
}

bool rate_search_judge(struct rate_search *one, const struct slo_list *promises, const json_t *result)
{
    const json_t *configuration = json_array_get(json_object_get(result, "configurations"), (size_t)one->configuration);
    double nearest = -1;
    for (int i = 0; i < promises->count; i++) {
        const struct slo *slo = &promises->items[i];
        struct slo_judgement judged = slo_judge(configuration, slo);
        bool useless = judged.reason == SLO_SAMPLES || judged.reason == SLO_NO_ROUNDS;
        double share = useless ? INFINITY : judged.value.median / (double)slo->limit_ns;
        if (!(share > nearest))
            continue;
        nearest = share;
        one->judged = judged;
        one->promise = slo;
    }
    return one->judged.value.low <= (double)one->promise->limit_ns &&
           one->judged.value.high > (double)one->promise->limit_ns;
}

/* By the median, not by the interval: the search looks for the rate at which it
 * crosses the limit. */
static enum search_answer answer_of(const struct rate_search *one)
{
    switch (one->judged.reason) {
    case SLO_SAMPLES:
    case SLO_NO_ROUNDS:
        return SEARCH_UNKNOWN;
    case SLO_OVERLOAD:
        return SEARCH_BROKEN;
    case SLO_GENERATOR:
        return one->judged.value.median <= (double)one->promise->limit_ns ? SEARCH_KEPT : SEARCH_CANNOT;
    default:
        return one->judged.value.median <= (double)one->promise->limit_ns ? SEARCH_KEPT : SEARCH_BROKEN;
    }
}

enum search_answer rate_search_answer(struct rate_search *one)
{
    enum search_answer answer = answer_of(one);
    search_tell(&one->search, one->rate, answer);
    return answer;
}

static json_t *rate_json(double rate)
{
    return rate > 0 ? json_integer((json_int_t)rate) : json_null();
}

json_t *rate_search_json(const struct rate_search *one)
{
    static const char *const limits[] = {"promise", "generator", "range", "budget", "unknown"};
    static const char *const same[] = {"pool", "workers", "producers", "capacity", "full", "pin"};
    json_t *json = json_object(), *entry = plan_entry_json(one->entry), *configurations = json_array();
    bool unknown = search_limit(&one->search) == SEARCH_BY_UNKNOWN;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        json_object_set(json, same[i], json_object_get(entry, same[i]));
    json_object_set(json, "spec", json_object_get(entry, "spec"));
    for (int i = 0; i < one->search.count; i++)
        json_array_append_new(configurations, json_integer(one->configurations[i]));
    json_object_set_new(json, "rate_kept", rate_json(search_kept(&one->search)));
    json_object_set_new(json, "rate_broken", rate_json(search_broken(&one->search)));
    json_object_set_new(json, "probes", json_integer(one->search.asked));
    json_object_set_new(json, "limited_by", must_text(limits[search_limit(&one->search)]));
    json_object_set_new(json, "why", unknown ? must_text(one->judged.why) : json_null());
    json_object_set_new(json, "configurations", configurations);
    json_decref(entry);
    return json;
}
