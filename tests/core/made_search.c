/* made_search.c - see made_search.h. */
#include "tests/core/made_search.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/commands/rate_search.h"
#include "bench/commands/sweep.h"
#include "bench/json/must.h"
#include "bench/results/result.h"
#include "tests/core/open_trial.h"

#define US 1e3
#define MS 1e6

const struct sought sought_grid[SOUGHT_GRID] = {
    {1, 20 * US, 0.3 * MS, 3},   {4, 20 * US, 0.2 * MS, 2}, {16, 20 * US, 0.14 * MS, 1},
    {1, 500 * US, 7.5 * MS, 60}, {4, 500 * US, 5 * MS, 40}, {16, 500 * US, 3.5 * MS, 20},
    {1, 2 * MS, 30 * MS, 200},   {4, 2 * MS, 20 * MS, 80},  {16, 2 * MS, 14 * MS, 40},
};

/* As many rounds of a probe as sweep.c runs at once. */
static void run_rounds(struct rate_search *one, struct erlang_queue *queue, json_t *result)
{
    json_t *configuration = json_array_get(json_object_get(result, "configurations"), (size_t)one->at->configuration);
    json_t *trials = json_object_get(configuration, "trials");
    double counted_ns = 0.75 * one->at->slice_ns, warm_ns = counted_ns / 3;
    queue->rate = one->at->rate / 1e9;
    for (int i = 0; i < SEARCH_ROUNDS; i++) {
        json_array_append_new(trials, open_trial(queue, warm_ns, counted_ns, 0));
        one->spent_s += one->at->slice_ns / 1e9;
        one->at->spent_s += one->at->slice_ns / 1e9;
    }
}

json_t *sought_once(const struct sought *sought, int seed)
{
    struct slo_list promises = {.count = 1, .items = {{.kind = slo_kind("p99"), .limit_ns = (int64_t)sought->limit}}};
    struct plan_entry entry = {
        .pool = pool_find("mutex"), .workers = sought->c, .producers = 1, .capacity = 1 << 16, .pin = "none"};
    struct erlang_queue queue = {.c = sought->c,
                                 .service = sought->service,
                                 .random = (uint64_t)seed * 7919 + 1,
                                 .still = sought->still,
                                 .still_every = sought->still_every};
    json_t *result = must_pack("{s:[]}", "configurations"), *found;
    struct rate_search one;
    char spec[96], why[256];
    snprintf(spec, sizeof spec, "burst:of=io:op=sleep,wait=%.0fns,cpu=0ns,dist=exp", sought->service);
    if (workload_parse(spec, &entry.workload, why, sizeof why)) {
        fprintf(stderr, "%s\n", why);
        abort();
    }
    rate_search_begin(&one, &entry, sought->budget_s);
    while (rate_search_choose(&one, &promises, result)) {
        do
            run_rounds(&one, &queue, result);
        while (rate_search_judge(&one, &promises, result));
        rate_search_answer(&one);
        if (one.spent_s >= sought->budget_s)
            search_give_up(&one.search);
    }
    found = rate_search_json(&one);
    rate_search_end(&one);
    json_decref(result);
    return found;
}

double sought_rate(const struct sought *sought)
{
    return erlang_rate(sought->c, sought->service, sought->limit, 0.01);
}

/* What it keeps, as a multiple of what Erlang allows. */
static double kept(const struct sought *sought, int seed)
{
    json_t *found = sought_once(sought, seed);
    double rate = json_number_value(json_object_get(found, "rate_kept"));
    json_decref(found);
    return rate / 1e9 / sought_rate(sought);
}

struct sought_runs sought_often(const struct sought *sought, int count)
{
    struct sought_runs runs = {.least = INFINITY};
    for (int seed = 1; seed <= count; seed++) {
        double times = kept(sought, seed);
        runs.none += !(times > 0);
        if (!(times > 0))
            continue;
        runs.mean += times;
        runs.least = fmin(runs.least, times);
        runs.most = fmax(runs.most, times);
    }
    runs.mean /= count - runs.none;
    return runs;
}

double sought_saturation(const struct sought *sought)
{
    return sought->c / sought->service / sought_rate(sought);
}
