/* plan_held.c - the rate that a size holds: a search as `sweep --slo` does it; and a longer one from where
 * that came to, where it ended for want of time and some is left. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/commands/plan_session.h"
#include "bench/commands/sweep.h"
#include "bench/models/forecast.h"
#include "bench/results/result.h"
#include "bench/statistics/rates.h"

static double rate_of(const json_t *search, const char *key)
{
    return json_number_value(json_object_get(search, key));
}

/* Its probes are part of the document, and of figures. */
static void add_configurations(json_t *search, const json_t *earlier)
{
    json_t *all = json_object_get(search, "configurations"), *one, *had;
    size_t i, k;
    json_array_foreach (json_object_get(earlier, "configurations"), i, one) {
        bool there = false;
        json_array_foreach (all, k, had)
            there = there || json_equal(had, one);
        if (!there)
            json_array_append(all, one);
    }
}

double plan_model_rate(const struct plan_session *session, int workers)
{
    struct forecast_load load = plan_load(session, 0);
    double per_s = forecast_rate(&load, workers, &session->options->slo) * 1e9;
    if (session->recorded.jobs) /* so many times as dense as the part, whose rate is told with its warm-up */
        per_s = per_s / (forecast_mean_rate(&load) * 1e9) * (double)session->options->rate;
    double computed = session->service_cpu_ns > 0 ? session->cpus / session->service_cpu_ns * 1e9 : INFINITY;
    return fmin(per_s, computed);
}

/* What was measured already: the answer at the rate that was asked for. */
static struct rate_probe known_of(const struct plan_session *session)
{
    const struct plan_size *answer = session->answer;
    return (struct rate_probe){.rate = session->recorded.jobs ? rates_per_s(&session->open)
                                                              : (double)session->options->rate,
                               .slice_ns = answer->slice_ns,
                               .configuration = answer->configuration,
                               .judged = answer->judged,
                               .promise = &session->options->slo.items[answer->promise],
                               .loop = answer->loop};
}

/* And then the highest rate that a search has proved. */
static struct rate_probe proved_of(const struct plan_session *session, const json_t *found)
{
    const json_t *index = json_object_get(found, "proved_at"),
                 *configuration = json_array_get(json_object_get(session->result, "configurations"),
                                                 (size_t)json_integer_value(index));
    struct rate_probe known = known_of(session);
    if (!json_is_integer(index) || json_integer_value(index) == session->answer->configuration)
        return known;
    known.rate = rate_of(found, "rate_proved");
    known.configuration = (int)json_integer_value(index);
    known.promise = &session->options->slo.items[slo_judge_all(configuration, &session->options->slo, &known.judged)];
    known.loop = open_loop_of(configuration);
    return known;
}

static void take(struct plan_session *session, const json_t *found)
{
    session->held_per_s = rate_of(found, "rate_kept");
    session->proved_per_s = rate_of(found, "rate_proved");
    session->broken_per_s = rate_of(found, "rate_broken");
    session->broken_short = json_is_true(json_object_get(found, "broken_short"));
    snprintf(session->held_limit, sizeof session->held_limit, "%s", result_string(found, "limited_by"));
}

/* A search from what is known; what an earlier one asked stays beside it. */
static int search(struct plan_session *session, const struct rate_probe *known, double budget_s)
{
    struct plan_entry entry = session->base;
    struct plan plan = {.entries = &entry,
                        .count = 1,
                        .rounds = SEARCH_ROUNDS,
                        .seed = (uint64_t)session->options->seed + 1 + (uint64_t)session->probing.rounds,
                        .budget_ns = (int64_t)(budget_s * 1e9)};
    json_t *earlier = json_incref(json_array_get(json_object_get(session->result, "searches"), 0)), *found;
    int error;
    session->held_s += budget_s;
    entry.workload = session->open;
    entry.workers = session->answer->workers;
    entry.capacity = session->answer->capacity;
    entry.full = session->answer->full;
    error = sweep_search_on(&plan, &session->options->slo, known, session->result);
    session->probing.rounds = (int)json_array_size(json_object_get(session->result, "rounds"));
    found = json_array_get(json_object_get(session->result, "searches"), 0);
    if (earlier && result_integer(earlier, "capacity") == result_integer(found, "capacity"))
        add_configurations(found, earlier);
    json_decref(earlier);
    take(session, found);
    return error;
}

int plan_held_longer(struct plan_session *session, double reserve_share)
{
    static const double longer = 1.5; /* than all that it had: less time finds nothing more */
    bool short_of_time = !strcmp(session->held_limit, "time") || !strcmp(session->held_limit, "budget");
    double left_s = plan_spare_s(session) - reserve_share * session->budget_s;
    struct rate_probe known;
    if (!(session->held_per_s > 0) || !short_of_time || left_s < longer * session->held_s)
        return 0;
    known = proved_of(session, json_array_get(json_object_get(session->result, "searches"), 0));
    return search(session, &known, left_s);
}

int plan_held(struct plan_session *session)
{
    static const double share = 0.06, of_recording = 0.25, of_left = 0.45, least_s = 1;
    /* Of the budget, for more than it holds, and for a shorter queue: */
    static const double reserve = 0.3, reserve_of_recording = 0.55;
    double budget_s = fmin((session->recorded.jobs ? of_recording : share) * session->budget_s,
                           of_left * fmax(0, plan_spare_s(session)));
    struct rate_probe known = known_of(session);
    int error;
    json_object_del(session->result, "searches"); /* of another queue, or size */
    session->held_s = 0;
    if (budget_s < least_s)
        return 0;
    error = search(session, &known, budget_s);
    return error ? error : plan_held_longer(session, session->recorded.jobs ? reserve_of_recording : reserve);
}
