/* plan_quota.c - under a CPU quota: what becomes of those who size for the host, which has more CPUs
 * than the cgroup grants. Measured, for this process is in that cgroup; and simulated
 * (bench/models/throttle.h), where nothing else disturbs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/commands/plan_session.h"
#include "bench/json/must.h"
#include "bench/models/goetz.h"
#include "bench/models/throttle.h"
#include "pools/core/topology.h"
#include "workloads/core/units.h"

enum { JOBS = 300000 };

static double value_of(const struct hist *hist, const struct slo_kind *kind)
{
    if (kind->quantile > 0)
        return hist_quantile(hist, kind->quantile);
    return strcmp(kind->name, "mean") ? (double)hist->max : hist_mean(hist);
}

/* Whether more comes than the quota, the CPUs or the workers do: then a longer simulation has longer latencies. */
static bool is_overloaded(const struct throttle *throttle)
{
    static const double full = 0.995; /* from here on nobody knows how long the queue gets */
    double busy = throttle->rate * throttle->service->mean_ns, computes = busy * throttle->service->cpu_share;
    return busy >= full * throttle->workers || computes >= full * fmin(throttle->quota, throttle->cpus);
}

/* What the quota does to so many workers at the rate. */
static json_t *simulated_json(const struct plan_session *session, int workers, double host_cpus, double quota)
{
    struct throttle throttle = {.workers = workers,
                                .cpus = host_cpus,
                                .quota = quota,
                                .rate = (double)session->options->rate / 1e9,
                                .service = &session->service,
                                .jobs = JOBS,
                                .warm_ns = 0.1 * JOBS * 1e9 / (double)session->options->rate,
                                .seed = (uint64_t)session->options->seed};
    struct throttle_outcome outcome;
    json_t *json;
    double value;
    if (throttle_simulate(&throttle, &outcome))
        return json_null();
    value = is_overloaded(&throttle) ? INFINITY : value_of(outcome.latency, plan_time_promise(session)->kind);
    json = must_pack("{s:i, s:o, s:f, s:f, s:f}", "workers", workers, "value_ns",
                     isfinite(value) ? json_real(value) : json_null(), "throttled", outcome.throttled, "stalled",
                     outcome.stalled, "cpus_used", outcome.cpus_used);
    throttle_outcome_destroy(&outcome);
    return json;
}

bool plan_has_quota(const struct plan_session *session, double *quota, double *host_cpus)
{
    struct topology topology;
    if (topology_read(&topology))
        return false;
    *host_cpus = topology.cpus;
    *quota = *session->no_group ? session->options->quota : topology.quota;
    return *quota > 0 && *quota < topology.cpus;
}

/* Whoever looks at the host's CPUs starts so many. */
static int host_workers(const struct plan_session *session, double host_cpus)
{
    struct goetz goetz = {.cpus = host_cpus, .utilisation = 1, .cpu_share = session->service.cpu_share};
    int workers = goetz_workers(&goetz);
    return workers > POOL_WORKERS_MAX ? POOL_WORKERS_MAX : workers;
}

int plan_quota(struct plan_session *session)
{
    static const double share = 0.4; /* of the budget that has to be left */
    double quota, host_cpus;
    int workers;
    if (!plan_has_quota(session, &quota, &host_cpus) || *session->no_group)
        return 0;
    workers = host_workers(session, host_cpus);
    for (int i = 0; i < session->size_count; i++)
        if (session->sizes[i].workers == workers)
            return 0; /* it was measured on the way */
    if (session->size_count == SIZING_ASKED_MAX || plan_left_s(session) < share * session->budget_s)
        return 0;
    return plan_measure(session, workers);
}

void plan_quota_check(struct plan_session *session, int *status)
{
    double quota, host_cpus, value, limit = (double)plan_time_promise(session)->limit_ns;
    json_t *simulated;
    char text[32];
    if (!session->answer || !*session->no_group || !plan_has_quota(session, &quota, &host_cpus))
        return;
    simulated = simulated_json(session, session->answer->workers, host_cpus, quota);
    value = json_is_number(json_object_get(simulated, "value_ns"))
                ? json_number_value(json_object_get(simulated, "value_ns"))
                : INFINITY;
    json_decref(simulated);
    if (value <= limit)
        return;
    *status = EXIT_BAD;
    snprintf(session->why, sizeof session->why,
             "%d workers keep the promises without the quota; with %.3g CPUs %s is %s, simulated (a larger quota, or "
             "fewer jobs)",
             session->answer->workers, quota, plan_time_promise(session)->kind->name,
             isinf(value) ? "without bound" : units_time_text(value, text, sizeof text));
    session->answer = NULL;
}

json_t *plan_quota_json(const struct plan_session *session)
{
    struct topology topology;
    double quota, host_cpus;
    int workers, measured = -1;
    if (!session->answer || !plan_has_quota(session, &quota, &host_cpus) || topology_read(&topology))
        return json_null();
    workers = host_workers(session, host_cpus);
    for (int i = 0; i < session->size_count && !*session->no_group; i++)
        if (session->sizes[i].workers == workers)
            measured = i;
    return must_pack("{s:s, s:o, s:s, s:f, s:s, s:f, s:i, s:o, s:o, s:o}", "group",
                     session->options->quota <= 0 ? "here"
                     : *session->no_group         ? "none"
                                                  : "made",
                     "why", *session->no_group ? must_text(session->no_group) : json_null(), "name",
                     plan_time_promise(session)->kind->name, "cpus", quota, "from",
                     *session->no_group ? "" : topology.quota_from, "host_cpus", host_cpus, "host_workers", workers,
                     "measured", measured >= 0 ? plan_size_json(session, &session->sizes[measured]) : json_null(),
                     "simulated_host", simulated_json(session, workers, host_cpus, quota), "simulated_answer",
                     simulated_json(session, session->answer->workers, host_cpus, quota));
}
