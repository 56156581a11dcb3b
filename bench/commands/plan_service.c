/* plan_service.c - step 1 of a planning: how long the jobs are served, alone, and what the
 * generator makes. What is impossible shows here, before anything else is measured. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/commands/plan_session.h"
#include "bench/json/must.h"
#include "bench/results/hist_json.h"
#include "bench/results/result.h"
#include "bench/show/progress.h"
#include "workloads/core/units.h"

enum { SERVICE_ROUNDS = 5, GENERATOR_ROUNDS = 2 };

/* Far beyond what any generator makes, for some milliseconds. */
static const char generator_spec[] = "burst:rate=50M,for=2ms,of=empty";

static const json_t *configuration_at(const struct plan_session *session, int index)
{
    return json_array_get(json_object_get(session->result, "configurations"), (size_t)index);
}

static int run_one(struct plan_session *session, const struct plan_entry *entry, int rounds, int *configuration)
{
    double each_s;
    *configuration = result_add_configuration(session->result, plan_configuration(entry));
    session->probing.entries = entry;
    session->probing.configurations = configuration;
    session->probing.count = 1;
    return probing_run(&session->probing, rounds, &each_s);
}

/* A round is long enough for some hundred services, and no long one. */
static int64_t service_round_ns(const struct plan_session *session)
{
    static const double least = 100e6, jobs = 100, share = 0.02;
    double each = workload_job_ns(&session->base.workload);
    return (int64_t)fmin(fmax(least, jobs * each), fmax(least, share * session->budget_s * 1e9));
}

/* Times from start to end, of all good rounds. Returns how many rounds these are. */
static int services_of(const json_t *configuration, struct hist *hist)
{
    json_t *trial;
    size_t i;
    int good = 0;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial)
        good += !strcmp(result_string(trial, "verdict"), "ok") &&
                !hist_json_read(hist, json_object_get(json_object_get(trial, "latency"), "start_to_end"));
    return good;
}

/* The same trials as if jobs came one by one and never waited: what is judged as a run is. */
static json_t *without_waits(const json_t *configuration)
{
    json_t *trial, *trials = json_array();
    size_t i;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial)
        json_array_append_new(
            trials, must_pack("{s:s, s:I, s:i, s:i, s:{s:O?}}", "verdict", result_string(trial, "verdict"), "accepted",
                              result_integer(trial, "accepted"), "refused", 0, "dropped", 0, "latency", "submit_to_end",
                              json_object_get(json_object_get(trial, "latency"), "start_to_end")));
    return must_pack("{s:o}", "trials", trials);
}

static bool is_impossible(struct plan_session *session, const json_t *configuration)
{
    const struct slo_list *promises = &session->options->slo;
    json_t *alone = without_waits(configuration);
    bool impossible = false;
    for (int i = 0; i < promises->count && !impossible; i++) {
        const struct slo *slo = &promises->items[i];
        struct slo_judgement judged = {.verdict = SLO_KEPT};
        char value[32], low[32], high[32], promise[64];
        if (!slo->kind->is_loss)
            judged = slo_judge(alone, promises, i);
        if (judged.verdict != SLO_BROKEN)
            continue;
        impossible = true;
        snprintf(session->why, sizeof session->why,
                 "impossible: %s of the service alone is %s (%s .. %s), and promised is %s; no number of workers helps",
                 slo->kind->name, slo_value_text(slo->kind, judged.value, value, sizeof value),
                 slo_value_text(slo->kind, judged.low, low, sizeof low),
                 isinf(judged.high) ? "no end" : slo_value_text(slo->kind, judged.high, high, sizeof high),
                 slo_text(slo, promise, sizeof promise));
    }
    json_decref(alone);
    return impossible;
}

/* What the jobs of a round that went wrong say; "". */
static const char *failure_of(const json_t *configuration)
{
    json_t *trial;
    size_t i;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial)
        if (strcmp(result_string(trial, "verdict"), "ok"))
            return result_string(trial, "failure");
    return "";
}

static void take_services(struct plan_session *session, const json_t *configuration, int *status)
{
    static struct hist hist; /* large; this runs in one thread only */
    double cpu_ns = result_median(configuration, "cpu_ns_per_job");
    int error;
    hist = (struct hist){0};
    if (!services_of(configuration, &hist) || (error = service_from_hist(&session->service, &hist)) == -EINVAL) {
        *status = EXIT_BAD;
        snprintf(session->why, sizeof session->why, "the service could not be measured: %.300s",
                 *failure_of(configuration) ? failure_of(configuration) : "no job has a time");
        return;
    }
    if (error)
        must_memory(NULL);
    session->service_cpu_ns = isnan(cpu_ns) ? 0 : cpu_ns;
    session->service.cpu_share = fmin(1, session->service_cpu_ns / session->service.mean_ns);
    if (is_impossible(session, configuration))
        *status = EXIT_USAGE;
}

/* The best of all rounds: what keeps it from making more comes from outside. */
static double most_made(const json_t *configuration)
{
    json_t *trial;
    size_t i;
    double most = 0;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial)
        most = fmax(most, json_number_value(result_value(trial, "figures.done_per_s")));
    return most;
}

static int measure_generator(struct plan_session *session, int *status)
{
    struct plan_entry entry = session->base;
    char made[32], asked[32], why[256];
    int configuration, error;
    entry.pool = pool_find("inline");
    entry.floor = true;
    entry.workers = 1;
    entry.full = POOL_BLOCK;
    if (!entry.pool || workload_parse(generator_spec, &entry.workload, why, sizeof why))
        return 0;
    session->probing.budget_ns = 0;
    error = run_one(session, &entry, GENERATOR_ROUNDS, &configuration);
    session->generator_per_s = most_made(configuration_at(session, configuration));
    if (error || !(session->generator_per_s > 0) || (double)session->options->rate <= session->generator_per_s)
        return error;
    *status = EXIT_USAGE;
    snprintf(session->why, sizeof session->why,
             "--rate %s is beyond the generator: with %d producer%s it makes %s jobs/s here, when nothing is served "
             "(a lower rate%s)",
             units_count_text((double)session->options->rate, asked, sizeof asked), entry.producers,
             entry.producers > 1 ? "s" : "", units_count_text(session->generator_per_s, made, sizeof made),
             entry.producers > 1 ? "" : ", or more --producers");
    return 0;
}

/* Whether the services are too few for their mean: at 90% utilisation an error of 1% makes 10% of the wait. */
static bool is_coarse(const struct plan_session *session)
{
    static const double fine = 0.01, share = 0.06; /* of the budget, for more of them */
    return service_mean_error(&session->service) > fine && plan_left_s(session) > (1 - share) * session->budget_s;
}

/* Rounds until the mean is known, or there were enough of them; what is impossible shows in the first. */
static int measure_alone(struct plan_session *session, const struct plan_entry *entry, int *status)
{
    double each_s;
    int error = run_one(session, entry, SERVICE_ROUNDS, &session->service_configuration);
    if (!error)
        take_services(session, configuration_at(session, session->service_configuration), status);
    while (!error && *status == EXIT_GOOD && is_coarse(session)) {
        error = probing_run(&session->probing, SERVICE_ROUNDS, &each_s);
        service_destroy(&session->service);
        take_services(session, configuration_at(session, session->service_configuration), status);
    }
    return error;
}

int plan_service(struct plan_session *session, int *status)
{
    struct plan_entry entry = session->base;
    int error;
    entry.workers = 1;
    entry.full = POOL_BLOCK;
    entry.producers = 1;
    progress_begin("step");
    session->probing.budget_ns = service_round_ns(session);
    error = measure_alone(session, &entry, status);
    if (!error && *status == EXIT_GOOD)
        error = measure_generator(session, status);
    progress_end();
    session->probing.budget_ns = 0;
    return error;
}
