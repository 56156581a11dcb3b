/* plan_held.c - the rate that a size holds: a search as `sweep --slo` does it. */
#include <math.h>
#include <stdio.h>

#include "bench/commands/plan_session.h"
#include "bench/commands/sweep.h"
#include "bench/models/forecast.h"
#include "bench/results/result.h"
#include "bench/statistics/rates.h"

static double rate_of(const json_t *search, const char *key)
{
    return json_number_value(json_object_get(search, key));
}

double plan_model_rate(const struct plan_session *session, int workers)
{
    struct forecast_load load = plan_load(session, 0);
    double per_s = forecast_rate(&load, workers, &session->options->slo) * 1e9;
    double computed = session->service_cpu_ns > 0 ? session->cpus / session->service_cpu_ns * 1e9 : INFINITY;
    return fmin(per_s, computed);
}

int plan_held(struct plan_session *session)
{
    static const double share = 0.06, of_recording = 0.25, of_left = 0.45;
    struct plan_entry entry = session->base;
    const struct options *options = session->options;
    const struct plan_size *answer = session->answer;
    struct rate_probe known = {.rate = session->recorded.jobs ? rates_per_s(&session->open) : (double)options->rate,
                               .slice_ns = answer->slice_ns,
                               .configuration = answer->configuration,
                               .judged = answer->judged,
                               .promise = &options->slo.items[answer->promise],
                               .loop = answer->loop};
    double budget_s = fmin((session->recorded.jobs ? of_recording : share) * session->budget_s,
                           of_left * fmax(0, plan_spare_s(session)));
    struct plan plan = {.entries = &entry, .count = 1, .rounds = SEARCH_ROUNDS, .seed = (uint64_t)options->seed + 1};
    const json_t *found;
    int error;
    entry.workload = session->open;
    entry.workers = answer->workers;
    entry.capacity = answer->capacity;
    entry.full = answer->full;
    plan.budget_ns = (int64_t)(budget_s * 1e9);
    if (plan.budget_ns < 1000000000)
        return 0;
    error = sweep_search_on(&plan, &options->slo, &known, session->result);
    session->probing.rounds = (int)json_array_size(json_object_get(session->result, "rounds"));
    found = json_array_get(json_object_get(session->result, "searches"), 0);
    session->held_per_s = rate_of(found, "rate_kept");
    session->proved_per_s = rate_of(found, "rate_proved");
    session->broken_per_s = rate_of(found, "rate_broken");
    snprintf(session->held_limit, sizeof session->held_limit, "%s", result_string(found, "limited_by"));
    return error;
}
