/* plan_max.c - the highest rate that each number of workers holds: searches as `sweep --slo` does them,
 * with the model beside, and what the Universal Scalability Law makes of them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/commands/plan_session.h"
#include "bench/commands/sweep.h"
#include "bench/json/must.h"
#include "bench/models/scalability.h"
#include "bench/results/policy.h"
#include "bench/results/result.h"
#include "workloads/core/units.h"

/* What was asked for; else up to twice what the CPUs let work, by doubling beyond 4. */
static void choose_sizes(struct plan_session *session)
{
    const struct options *options = session->options;
    int most = 2 * plan_workers_of_use(session);
    most = most > POOL_WORKERS_MAX ? POOL_WORKERS_MAX : most;
    for (int i = 0; i < options->worker_count; i++)
        session->max_workers[session->max_count++] = options->workers[i];
    for (int i = 1; !options->worker_count && i <= most && session->max_count < OPTIONS_WORKERS_MAX; i += i < 4 ? 1 : i)
        session->max_workers[session->max_count++] = i;
}

static struct plan_entry entry_of(const struct plan_session *session, int workers)
{
    struct plan_entry entry = session->base;
    entry.workload = session->open;
    entry.workers = workers;
    entry.capacity = plan_places(session, workers);
    entry.full = plan_policy(session->options);
    return entry;
}

static const json_t *search_at(const struct plan_session *session, int index)
{
    return json_array_get(json_object_get(session->result, "searches"), (size_t)index);
}

static bool has_good_round(const struct plan_session *session, const json_t *search)
{
    const json_t *configurations = json_object_get(session->result, "configurations");
    json_t *index, *trial;
    size_t i, k;
    json_array_foreach (json_object_get(search, "configurations"), i, index)
        json_array_foreach (
            json_object_get(json_array_get(configurations, (size_t)json_integer_value(index)), "trials"), k, trial)
            if (!strcmp(result_string(trial, "verdict"), "ok"))
                return true;
    return false;
}

/* Adds to the one line of all sizes why this one holds no rate. */
static void say_why(struct plan_session *session, int workers, const json_t *search)
{
    static const char none[] = "no rate was found that is kept for certain: ";
    const char *why = result_string(search, "why");
    size_t length = strlen(session->why);
    snprintf(session->why + length, sizeof session->why - length, "%s%d worker%s: %s%s", length ? "; " : "", workers,
             workers > 1 ? "s" : "", length ? "" : none, *why ? why : "a longer --budget?");
}

/* Why a size holds no rate, if one does not. One that is known to break its promises is the verdict, else what cannot
 * be measured, else that nobody can tell. */
static void judge(struct plan_session *session, int *status)
{
    for (int i = 0; i < session->max_count; i++) {
        const json_t *search = search_at(session, i);
        const char *verdict = result_search_verdict(search);
        if (!strcmp(verdict, "kept"))
            continue;
        if (!strcmp(verdict, "broken"))
            *status = EXIT_BAD;
        else if (*status != EXIT_BAD && (!strcmp(verdict, "generator") || !has_good_round(session, search)))
            *status = EXIT_CANNOT;
        else if (*status == EXIT_GOOD)
            *status = EXIT_UNDECIDED;
        say_why(session, session->max_workers[i], search);
    }
}

int plan_max(struct plan_session *session, int *status)
{
    static const double share = 0.95, least_s = 1;
    struct plan_entry entries[OPTIONS_WORKERS_MAX];
    struct plan plan = {.entries = entries, .rounds = SEARCH_ROUNDS, .seed = (uint64_t)session->options->seed + 1};
    int error;
    choose_sizes(session);
    for (int i = 0; i < session->max_count; i++)
        entries[plan.count++] = entry_of(session, session->max_workers[i]);
    plan.budget_ns = (int64_t)(1e9 * fmax(least_s, share * plan_left_s(session) / plan.count));
    error = sweep_search_on(&plan, &session->options->slo, NULL, session->result);
    judge(session, status);
    return error;
}

/* The law through the rates that were found: its parameters, its peak, and what it says of twice as
 * many workers. null: too few rates, or no fit. */
static json_t *law_json(const struct plan_session *session)
{
    struct scalability_point points[OPTIONS_WORKERS_MAX];
    struct scalability fit;
    struct scalability_band band;
    int count = 0, most = 0;
    json_t *json;
    for (int i = 0; i < session->max_count; i++) {
        double kept = json_number_value(json_object_get(search_at(session, i), "rate_kept"));
        if (kept > 0)
            points[count++] = (struct scalability_point){session->max_workers[i], kept};
        most = session->max_workers[i];
    }
    if (scalability_fit(&fit, points, count))
        return json_null();
    band = scalability_band(&fit, 2 * most);
    json = must_pack("{s:f, s:f, s:f, s:b, s:b, s:o, s:i, s:f, s:f, s:f}", "lambda", fit.lambda, "sigma", fit.sigma,
                     "kappa", fit.kappa, "sigma_bound", (int)fit.sigma_bound, "kappa_bound", (int)fit.kappa_bound,
                     "peak", isfinite(fit.peak) ? json_real(fit.peak) : json_null(), "beyond_workers", 2 * most,
                     "beyond_per_s", band.x, "beyond_low", band.low, "beyond_high", band.high);
    scalability_destroy(&fit);
    return json;
}

json_t *plan_max_json(const struct plan_session *session)
{
    json_t *rates = json_array();
    if (!session->options->max)
        return json_decref(rates), json_null();
    for (int i = 0; i < session->max_count; i++) {
        int workers = session->max_workers[i];
        double model = plan_model_rate(session, workers);
        json_array_append_new(rates,
                              must_pack("{s:i, s:I, s:s, s:i, s:o, s:O?, s:O?, s:O?, s:O?, s:s}", "workers", workers,
                                        "capacity", (json_int_t)plan_places(session, workers), "full",
                                        policy_full_name(plan_policy(session->options)), "search", i, "model_per_s",
                                        model > 0 && isfinite(model) ? json_real(model) : json_null(), "rate_kept",
                                        json_object_get(search_at(session, i), "rate_kept"), "rate_proved",
                                        json_object_get(search_at(session, i), "rate_proved"), "rate_broken",
                                        json_object_get(search_at(session, i), "rate_broken"), "rate_seen",
                                        json_object_get(search_at(session, i), "rate_seen"), "limited_by",
                                        result_string(search_at(session, i), "limited_by")));
    }
    return must_pack("{s:o, s:o}", "rates", rates, "law", law_json(session));
}
