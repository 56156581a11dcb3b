/* plan_document.c - what a planning came to, as the document has it (results/README.md). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commands/plan_session.h"
#include "bench/commands/plan_trace.h"
#include "bench/json/must.h"
#include "bench/models/forecast.h"
#include "bench/results/policy.h"
#include "workloads/core/units.h"

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *rate(double per_s)
{
    return per_s > 0 && isfinite(per_s) ? json_real(per_s) : json_null();
}

json_t *plan_service_json(const struct plan_session *session)
{
    const struct service *service = &session->service;
    if (!service->count) /* no round of it was good */
        return json_null();
    return must_pack("{s:i, s:f, s:f, s:f, s:f, s:f, s:o, s:o, s:f, s:o, s:i}", "configuration",
                     session->service_configuration, "samples", service->samples, "mean_ns", service->mean_ns,
                     "variation", service->cv2, "p50_ns", service_quantile(service, 0.5), "p99_ns",
                     service_quantile(service, 0.99), "cpu_ns", rate(session->service_cpu_ns), "cpu_share",
                     session->service_cpu_ns > 0 ? json_real(service->cpu_share) : json_null(), "cpus", session->cpus,
                     "generator_per_s", rate(session->generator_per_s), "workers_of_use", plan_workers_of_use(session));
}

/* What the measured services leave open of it, of the answer: near saturation their mean decides. */
static void add_span(json_t *model, const struct plan_session *session, const struct forecast_load *load,
                     const struct plan_size *size)
{
    static const char *const keys[][2] = {{"low_ns", "high_ns"}, {"low_share", "high_share"}};
    double error = service_mean_error(&session->service);
    bool loss = session->options->slo.items[size->promise].kind->is_loss;
    for (int end = 0; end < 2; end++) {
        struct forecast at;
        if (!forecast_scaled(&at, load, size->workers, &session->options->slo, end ? 1 + error : 1 - error))
            json_object_set_new(model, keys[loss][end], number(at.values[size->promise]));
    }
}

/* How many times as long as the model takes them services were, when the size was measured; NaN: not known. Of a
 * recording the jobs that were counted are those of the part. */
static double served_times(const struct plan_session *session, const struct plan_size *size)
{
    const struct recorded *recorded = &session->recorded;
    const struct plan_part *part = &session->part;
    double mean_ns = session->service.mean_ns, sum_ns = 0;
    for (int64_t i = 0; i < part->count && recorded->jobs; i++)
        sum_ns += recorded->services_ns[part->first + i];
    if (recorded->jobs)
        mean_ns = sum_ns / (double)part->count;
    return size->loop.service_ns > 0 && mean_ns > 0 ? size->loop.service_ns / mean_ns : NAN;
}

/* What the model says by services as long as they were then: what of the difference to what was measured is the
 * service, and what the model. */
static void add_served(json_t *model, const struct plan_session *session, const struct forecast_load *load,
                       const struct plan_size *size)
{
    double times = served_times(session, size);
    bool loss = session->options->slo.items[size->promise].kind->is_loss;
    struct forecast at;
    if (isnan(times) || forecast_scaled(&at, load, size->workers, &session->options->slo, times))
        return;
    json_object_set_new(model, "served_times", json_real(times));
    json_object_set_new(model, loss ? "served_share" : "served_ns", number(at.values[size->promise]));
}

/* Of a recording, what the simulation says where it comes so many times as dense as it was asked for: pairs of that
 * and the value; it cannot be played again from the document. */
static json_t *curve_json(const struct plan_session *session, const struct forecast_load *load,
                          const struct plan_size *size)
{
    enum { STEPS = 24 };
    static const double room = 1.75; /* beyond what it holds: overloads are 1.5 times that */
    double most = room * fmax(1, session->held_per_s / (double)session->options->rate);
    json_t *curve = json_array();
    for (int i = 1; i <= STEPS; i++) {
        struct forecast_load denser = *load;
        struct forecast at;
        denser.stretch = load->stretch * most * i / STEPS;
        if (!forecast_at(&at, &denser, size->workers, &session->options->slo))
            json_array_append_new(curve, must_pack("[f, o]", most * i / STEPS, number(at.values[size->promise])));
    }
    return curve;
}

/* What the model says of the promise by which a size was judged. */
static json_t *model_json(const struct plan_session *session, const struct plan_size *size)
{
    struct forecast_load load = plan_load(session, (double)session->options->rate);
    struct forecast forecast;
    json_t *model;
    const char *unit = session->options->slo.items[size->promise].kind->is_loss ? "value_share" : "value_ns";
    if (size->full == POOL_REJECT)
        load.places = (int64_t)size->capacity;
    if (forecast_at(&forecast, &load, size->workers, &session->options->slo))
        return json_null();
    model =
        must_pack("{s:s, s:s, s:b, s:b, s:o, s:o, s:o}", "name", forecast_model_name(forecast.model), "why",
                  forecast.why, "overloaded", forecast.overloaded && !session->recorded.jobs, "never",
                  (int)isinf(forecast.values[size->promise]), "utilisation", number(forecast.utilisation), unit,
                  number(forecast.values[size->promise]), "rate_per_s", rate(plan_model_rate(session, size->workers)));
    if (size == session->answer && !session->recorded.jobs && service_mean_error(&session->service) > 0)
        add_span(model, session, &load, size);
    if (size == session->answer)
        add_served(model, session, &load, size);
    if (session->recorded.jobs && !session->options->slo.items[size->promise].kind->is_loss)
        json_object_set_new(model, "curve_ns", curve_json(session, &load, size));
    return model;
}

json_t *plan_size_json(const struct plan_session *session, const struct plan_size *size)
{
    const struct slo_kind *kind = session->options->slo.items[size->promise].kind;
    const char *unit = kind->is_loss ? "share" : "ns";
    char value[16], low[16], high[16];
    snprintf(value, sizeof value, "value_%s", unit);
    snprintf(low, sizeof low, "low_%s", unit);
    snprintf(high, sizeof high, "high_%s", unit);
    return must_pack(
        "{s:i, s:I, s:s, s:i, s:s, s:s, s:s, s:o, s:o, s:o, s:i, s:f, s:s, s:o, s:o, s:o, s:o}", "workers",
        size->workers, "capacity", (json_int_t)size->capacity, "full", policy_full_name(size->full), "configuration",
        size->configuration, "verdict", slo_verdict_name(size->judged.verdict), "why", size->judged.why, "name",
        kind->name, value, slo_judgement_held(&size->judged, kind) ? number(size->judged.value) : json_null(), low,
        number(size->judged.low), high, number(size->judged.high), "rounds", size->judged.rounds, "samples",
        size->judged.samples, "state", open_loop_name(size->loop.state), "service_ns", number(size->loop.service_ns),
        "load", number(size->loop.load), "in_queue", number(size->in_queue), "model", model_json(session, size));
}

static json_t *sizes_json(const struct plan_session *session)
{
    json_t *sizes = json_array();
    for (int workers = 1; workers <= POOL_WORKERS_MAX; workers++)
        for (int i = 0; i < session->size_count; i++)
            if (session->sizes[i].workers == workers)
                json_array_append_new(sizes, plan_size_json(session, &session->sizes[i]));
    return sizes;
}

static json_t *answer_json(const struct plan_session *session)
{
    const struct plan_size *answer = session->answer;
    int fewer = answer ? plan_fewer(session) : 0;
    if (!answer)
        return json_null();
    return must_pack("{s:i, s:I, s:b, s:s, s:b, s:o, s:o}", "workers", answer->workers, "capacity",
                     (json_int_t)answer->capacity, "unbounded", (int)!!(session->base.pool->declares & POOL_UNBOUNDED),
                     "full", policy_full_name(answer->full), "fewest", (int)plan_is_fewest(session), "fewer",
                     fewer ? json_integer(fewer) : json_null(), "cpus",
                     rate((double)session->options->rate / 1e9 * session->service_cpu_ns));
}

static json_t *held_json(const struct plan_session *session)
{
    double times = session->held_per_s / (double)session->options->rate;
    if (!(session->held_per_s > 0))
        return json_null();
    return must_pack("{s:o, s:o, s:o, s:b, s:f, s:s}", "rate_kept", rate(session->held_per_s), "rate_proved",
                     rate(session->proved_per_s), "rate_broken", rate(session->broken_per_s), "broken_short",
                     (int)session->broken_short, "times", times, "limited_by", session->held_limit);
}

/* null: it was short enough, or nothing says that it was not. */
static json_t *shorter_json(const struct plan_session *session)
{
    const struct plan_shorter *shorter = &session->shorter;
    if (!shorter->from || !session->answer)
        return json_null();
    return must_pack("{s:I, s:I, s:I, s:f, s:f}", "from", (json_int_t)shorter->from, "asked",
                     (json_int_t)shorter->asked, "to", (json_int_t)session->answer->capacity, "accepted_ns",
                     shorter->accepted_ns, "rate_per_s", shorter->per_s);
}

static json_t *policy_json(const struct plan_overload *one)
{
    return must_pack("{s:s, s:o, s:o, s:f, s:f, s:f, s:f, s:f, s:o, s:o, s:o, s:o}", "full",
                     policy_full_name(one->full), "unsupported",
                     one->unsupported ? must_text(one->unsupported) : json_null(), "configuration",
                     one->configuration >= 0 ? json_integer(one->configuration) : json_null(), "done_per_s",
                     one->done_per_s, "in_time_share", one->in_time, "in_time_low", one->in_time_low, "in_time_high",
                     one->in_time_high, "lost_share", one->lost, "accepted_ns", number(one->accepted_ns), "fairness",
                     number(one->fairness), "recovery_s", number(one->recovery_s), "after_s", number(one->after_s));
}

static json_t *overload_json(const struct plan_session *session)
{
    const struct slo *slo = plan_time_promise(session);
    json_t *policies = json_array();
    if (!(session->overload_per_s > 0) || session->advised < 0)
        return json_decref(policies), json_null();
    for (int i = POOL_BLOCK; i < PLAN_POLICIES; i++)
        if (session->overloads[i].configuration >= 0 || session->overloads[i].unsupported)
            json_array_append_new(policies, policy_json(&session->overloads[i]));
    return must_pack("{s:f, s:f, s:s, s:I, s:s, s:o, s:b}", "rate_per_s", session->overload_per_s, "times",
                     session->overload_per_s / fmax(session->held_per_s, (double)session->options->rate), "name",
                     slo->kind->name, "limit_ns", (json_int_t)slo->limit_ns, "advised",
                     policy_full_name(session->overloads[session->advised].full), "policies", policies, "recorded",
                     session->recorded.jobs > 0);
}

/* One sentence: what to do about a full queue, and why. */
static void advise(const struct plan_session *session, char *text, size_t size)
{
    const struct plan_overload *own, *best;
    const char *own_name, *best_name;
    *text = '\0';
    if (!session->answer || session->advised < 0)
        return;
    own = &session->overloads[session->answer->full];
    best = &session->overloads[session->advised];
    own_name = policy_full_name(own->full);
    best_name = policy_full_name(best->full);
    if (own == best)
        snprintf(text, size,
                 "keep full=%s: when too much comes %.3g%% of it is done in time, and no policy does "
                 "certainly better",
                 own_name, 100 * own->in_time);
    else if (best->lost > 0 && !slo_allows_loss(&session->options->slo))
        snprintf(text, size,
                 "if some jobs may be lost, promise so (loss=1%%, say) and take full=%s: when too much comes %.3g%% of "
                 "it is done in time, with %s %.3g%%",
                 best_name, 100 * best->in_time, own_name, 100 * own->in_time);
    else
        snprintf(text, size, "full=%s does better when too much comes: %.3g%% of it is done in time, with %s %.3g%%",
                 best_name, 100 * best->in_time, own_name, 100 * own->in_time);
}

json_t *plan_session_json(const struct plan_session *session, int status)
{
    const struct options *options = session->options;
    char advice[400], *command = plan_verify(session);
    json_t *verify = command ? must_text(command) : json_null();
    free(command);
    advise(session, advice, sizeof advice);
    return must_pack("{s:o, s:s, s:s, s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:o, s:o, s:o}",
                     "rate", options->max ? json_null() : json_integer((json_int_t)options->rate), "workload",
                     options->workloads[0].text, "pool", session->base.pool->name, "producers", session->base.producers,
                     "pin", session->base.pin, "service", plan_service_json(session), "sizes", sizes_json(session),
                     "answer", answer_json(session), "held", held_json(session), "overload", overload_json(session),
                     "max", plan_max_json(session), "quota", plan_quota_json(session), "advice",
                     *advice ? must_text(advice) : json_null(), "verify", verify, "status", status, "why",
                     *session->why ? must_text(session->why) : json_null(), "trace", plan_trace_json(session),
                     "shorter", shorter_json(session));
}
