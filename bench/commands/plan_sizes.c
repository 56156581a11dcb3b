/* plan_sizes.c - step 3 of a planning: sizes are measured at the rate, where the model says, until
 * one keeps the promises and the next smaller one does not. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/commands/plan_session.h"
#include "bench/commands/plan_trace.h"
#include "bench/commands/rate_search.h"
#include "bench/json/must.h"
#include "bench/models/forecast.h"
#include "bench/models/goetz.h"
#include "bench/results/policy.h"
#include "bench/results/result.h"
#include "bench/show/progress.h"
#include "workloads/core/units.h"

enum { PROBE_ROUNDS = 5, CAPACITY_MAX = 1 << 20 };

static const double UTILISATION = 0.7;  /* where to begin when no model says */
static const double SIZES_SHARE = 0.55; /* of the budget: all sizes */

struct forecast_load plan_load(const struct plan_session *session, double per_s)
{
    if (session->recorded.jobs)
        return plan_trace_load(session, false);
    return (struct forecast_load){.service = &session->service, .rate = per_s / 1e9, .arrivals = QUEUE_POISSON};
}

int plan_workers_of_use(const struct plan_session *session)
{
    struct goetz goetz = {.cpus = session->cpus, .utilisation = 1, .cpu_share = session->service.cpu_share};
    int workers = goetz_workers(&goetz);
    return workers > POOL_WORKERS_MAX ? POOL_WORKERS_MAX : workers;
}

size_t plan_places(const struct plan_session *session, int workers)
{
    const struct options *options = session->options;
    int64_t places;
    if (options->capacity_count)
        return (size_t)options->capacities[0];
    places = forecast_places(&session->service, workers, &options->slo, (uint64_t)options->seed);
    if (places == INT64_MAX && !session->places_most)
        return workload_capacity(&session->base.workload);
    if (places < 0) /* by the services of a bad moment, maybe: as if all took the mean */
        places = (int64_t)(workers * ((double)plan_time_promise(session)->limit_ns / session->service.mean_ns - 1));
    if (session->places_most && places > session->places_most)
        places = session->places_most;
    /* A job in the hands of a worker that wakes up has a place, too. */
    return (size_t)(places < workers ? workers : places > CAPACITY_MAX ? CAPACITY_MAX : places);
}

enum pool_full plan_policy(const struct options *options)
{
    if (options->full_given)
        return options->full;
    return slo_allows_loss(&options->slo) ? POOL_REJECT : POOL_BLOCK;
}

/* Of a recording: all that is planned for is what is measured. */
static bool is_all_replayed(const struct plan_session *session)
{
    return session->part.whole || session->part.asked;
}

/* All that may be asked for, and where to begin. */
static void begin_sizing(struct plan_session *session)
{
    const struct options *options = session->options;
    struct sizing *sizing = &session->sizing;
    struct forecast_load load = plan_load(session, (double)options->rate);
    int of_use = plan_workers_of_use(session), most = 2 * of_use + 2;
    most = most > POOL_WORKERS_MAX ? POOL_WORKERS_MAX : most;
    for (int i = 0; i < options->worker_count; i++)
        sizing->sizes[sizing->count++] = options->workers[i];
    for (int i = 1; !options->worker_count && i <= most; i++)
        sizing->sizes[sizing->count++] = i;
    sizing->guess = forecast_workers(&load, &options->slo, sizing->sizes[sizing->count - 1]);
    if (session->recorded.jobs && !is_all_replayed(session)) {
        struct forecast_load all = plan_trace_load(session, true);
        int guess = forecast_workers(&all, &options->slo, sizing->sizes[sizing->count - 1]);
        sizing->guess = guess > sizing->guess ? guess : sizing->guess;
    }
    if (sizing->guess <= 0) /* by the services of a bad moment, maybe: measured is what counts */
        sizing->guess = goetz_servers((double)options->rate / 1e9, session->service.mean_ns, UTILISATION);
}

/* How busy so many workers will be; from 1 on they are overloaded. */
static double load_of(const struct plan_session *session, int workers)
{
    double servers = fmin(workers, plan_workers_of_use(session));
    return (double)session->options->rate / 1e9 * session->service.mean_ns / servers;
}

/* What a search of one size may have: a quarter of it is spent where nothing decides. Long queues
 * take more: their samples are worth less. */
static double size_budget_s(const struct plan_session *session, int workers)
{
    static const double light = 0.3, heavy = 0.5, heavy_load = 0.8, little_s = 12;
    double most = heavy * session->budget_s;
    return load_of(session, workers) >= heavy_load ? most : fmax(light * session->budget_s, fmin(most, little_s));
}

/* How long the queue of so many workers takes to forget how it began. */
static double relaxation_ns(const struct plan_session *session, int workers)
{
    double servers = fmin(workers, plan_workers_of_use(session)), load = load_of(session, workers);
    return load < 1 ? session->service.mean_ns / servers / pow(1 - sqrt(load), 2) : INFINITY;
}

/* Where it is, or will be. */
static struct plan_size *size_at(struct plan_session *session, int workers)
{
    struct plan_size *size = session->sizes;
    while (size < session->sizes + session->size_count && size->workers != workers)
        size++;
    return size;
}

static struct plan_size *size_of(struct plan_session *session, int workers)
{
    struct plan_size *size = size_at(session, workers);
    if (size == session->sizes + session->size_count)
        session->size_count++;
    *size = (struct plan_size){.workers = workers,
                               .capacity = plan_places(session, workers),
                               .full = plan_policy(session->options),
                               .configuration = -1};
    return size;
}

enum sizing_answer plan_answer_of(const struct slo_judgement *judged)
{
    if (judged->reason == SLO_NO_ROUNDS)
        return SIZING_CANNOT;
    if (judged->verdict != SLO_CANNOT_TELL)
        return judged->verdict == SLO_KEPT ? SIZING_KEPT : SIZING_BROKEN;
    return judged->reason == SLO_STRADDLES ? SIZING_STRADDLES : SIZING_OPEN;
}

/* Jobs that waited, on average: what the pool held less what was served. */
static double in_queue(const struct plan_session *session, const struct plan_size *size)
{
    const json_t *configuration =
        json_array_get(json_object_get(session->result, "configurations"), (size_t)size->configuration);
    double in_pool = result_median(configuration, "in_pool");
    return fmax(0, in_pool - size->loop.done_per_s * size->loop.service_ns / 1e9);
}

/* A generator that stood still hands over all that was due at once: where that fills the
 * queue, it is to blame for what was lost, not the pool. */
static void blame_generator(const struct plan_session *session, struct plan_size *size)
{
    static const double much = 0.5; /* of the queue */
    const json_t *configuration =
        json_array_get(json_object_get(session->result, "configurations"), (size_t)size->configuration);
    double late_ns = result_median(configuration, "figures.generator_late_p99_ns");
    double at_once = late_ns * (double)session->options->rate / 1e9;
    char late[32];
    if (size->judged.verdict == SLO_KEPT || !(size->loop.lost > 0) || !(at_once >= much * (double)size->capacity))
        return;
    size->judged.verdict = SLO_CANNOT_TELL;
    size->judged.reason = SLO_GENERATOR;
    snprintf(size->judged.why, sizeof size->judged.why,
             "the generator is the limit: it was %s late (p99), and then made %.0f jobs at once, with %zu places",
             units_time_text(late_ns, late, sizeof late), at_once, size->capacity);
}

static void take_size(struct plan_session *session, struct plan_size *size, const struct rate_search *one)
{
    size->spent_s = one->spent_s;
    size->judged = one->at->judged;
    size->promise = (int)(one->at->promise - session->options->slo.items);
    size->loop = one->at->loop;
    blame_generator(session, size);
    size->answer = plan_answer_of(&size->judged);
    size->in_queue = in_queue(session, size);
}

/* Measures rounds until they decide, or have had their time. Searches for a rate have the
 * same rule (rate_search.h): here the rate is the one that was asked for. */
static int measure_size(struct plan_session *session, struct plan_size *size)
{
    struct plan_entry entry = session->base;
    struct rate_search one;
    double each_s;
    bool more;
    int error = -EINVAL;
    entry.workload = session->open;
    entry.workers = size->workers;
    entry.capacity = size->capacity;
    entry.full = size->full;
    rate_search_begin(&one, &entry, size_budget_s(session, size->workers));
    if (rate_search_ask(&one, &session->options->slo, (double)session->options->rate,
                        relaxation_ns(session, size->workers), session->result)) {
        do {
            size->configuration = one.at->configuration; /* judging may choose a longer one to go on with */
            size->slice_ns = one.at->slice_ns;
            session->probing.entries = &one.running;
            session->probing.configurations = &size->configuration;
            session->probing.count = 1;
            error = probing_run(&session->probing, PROBE_ROUNDS, &each_s);
            one.spent_s += each_s;
            one.at->spent_s += each_s;
            more = rate_search_judge(&one, &session->options->slo, session->result);
            take_size(session, size, &one);
        } while (!error && more && plan_left_s(session) > 0);
    }
    rate_search_end(&one);
    return error;
}

static void tell(const struct plan_session *session, const struct plan_size *size)
{
    static const char *const words[] = {"kept", "BROKEN", "cannot tell", "cannot tell", "cannot tell"};
    const struct slo_kind *kind = session->options->slo.items[size->promise].kind;
    const struct slo_judgement *judged = &size->judged;
    char value[32] = "-", low[32] = "", high[32] = "";
    progress_end();
    if (judged->rounds) {
        slo_value_text(kind, judged->value, value, sizeof value);
        slo_value_text(kind, judged->low, low, sizeof low);
        slo_value_text(kind, judged->high, high, sizeof high);
    }
    fprintf(stderr, "%3d worker%s queue %-6zu %s %9s (%s .. %s)  %s%s%s\n", size->workers,
            size->workers > 1 ? "s," : ", ", size->capacity, kind->name, value, low,
            isinf(judged->high) ? "no end" : high, words[size->answer], *judged->why ? ": " : "", judged->why);
}

/* Nothing keeps the promises: what comes nearest. */
static const struct plan_size *nearest(const struct plan_session *session)
{
    const struct plan_size *best = NULL;
    for (int i = 0; i < session->size_count; i++) {
        const struct plan_size *size = &session->sizes[i];
        if (!best || (size->judged.reason == SLO_OVERLOAD) < (best->judged.reason == SLO_OVERLOAD) ||
            ((size->judged.reason == SLO_OVERLOAD) == (best->judged.reason == SLO_OVERLOAD) &&
             !(size->judged.value >= best->judged.value)))
            best = size;
    }
    return best;
}

/* Why no size does: the machine, the generator, or the sizes that there are. */
static void say_none(struct plan_session *session, int *status)
{
    static const double all = 0.9; /* of the CPUs; the rest goes to the generator, at least */
    const struct plan_size *best = nearest(session);
    double needed = (double)session->options->rate / 1e9 * session->service_cpu_ns;
    char rate[32], cpu[32], value[32];
    units_count_text((double)session->options->rate, rate, sizeof rate);
    if (best && best->judged.reason == SLO_GENERATOR) {
        *status = EXIT_CANNOT;
        snprintf(session->why, sizeof session->why, "with %d workers %s; more CPUs, or a lower rate", best->workers,
                 best->judged.why);
    } else if (needed > all * session->cpus) {
        *status = EXIT_CANNOT;
        snprintf(
            session->why, sizeof session->why,
            "this machine is the limit: a job takes %s of CPU, so that %s/s keep %.2f CPUs busy, and there are %.3g",
            units_time_text(session->service_cpu_ns, cpu, sizeof cpu), rate, needed, session->cpus);
    } else if (best && best->judged.reason == SLO_NO_ROUNDS) {
        *status = EXIT_CANNOT;
        snprintf(session->why, sizeof session->why, "nobody can tell: with %d workers %s", best->workers,
                 best->judged.why);
    } else if (best) {
        const struct slo *slo = &session->options->slo.items[best->promise];
        *status = EXIT_BAD;
        snprintf(session->why, sizeof session->why,
                 "no size that was measured keeps the promises for certain%s; the best: %d worker%s, %s %s%s%s",
                 best->judged.verdict == SLO_CANNOT_TELL ? " (a longer --budget could tell)" : "", best->workers,
                 best->workers == 1 ? "" : "s", slo->kind->name,
                 slo_value_text(slo->kind, best->judged.value, value, sizeof value), *best->judged.why ? ", " : "",
                 best->judged.why);
    }
}

/* Of a recording of which a part was replayed: the fewest that keep the promises there and,
 * in the simulation, over all of it. */
static void take_recorded(struct plan_session *session, int *status)
{
    for (int i = 0; i < session->size_count; i++) {
        struct plan_size *size = &session->sizes[i];
        if (size->answer == SIZING_KEPT && size->workers >= sizing_kept(&session->sizing) &&
            (!session->answer || size->workers < session->answer->workers) &&
            (is_all_replayed(session) || plan_trace_keeps_all(session, size->workers)))
            session->answer = size;
    }
    if (session->answer || !sizing_kept(&session->sizing))
        return;
    *status = EXIT_BAD;
    snprintf(session->why, sizeof session->why,
             "%d workers keep the promises in the part that was replayed, but in the simulation not over the whole "
             "recording (more: -t)",
             sizing_kept(&session->sizing));
}

/* The largest one below the answer that was measured; NULL: none was. */
static const struct plan_size *below_answer(const struct plan_session *session)
{
    const struct plan_size *below = NULL;
    for (int i = 0; i < session->size_count; i++) {
        const struct plan_size *size = &session->sizes[i];
        if (size->workers < session->answer->workers && (!below || size->workers > below->workers))
            below = size;
    }
    return below;
}

int plan_fewer(const struct plan_session *session)
{
    const struct plan_size *below = below_answer(session);
    if (session->answer->workers == sizing_kept(&session->sizing))
        return sizing_not_kept(&session->sizing);
    return below ? below->workers : 0;
}

bool plan_is_fewest(const struct plan_session *session)
{
    if (session->answer->workers == sizing_kept(&session->sizing))
        return sizing_is_fewest(&session->sizing);
    return plan_fewer(session) == session->answer->workers - 1;
}

static void take_answer(struct plan_session *session, bool interrupted, int *status)
{
    int workers = sizing_kept(&session->sizing);
    if (session->recorded.jobs && workers)
        return take_recorded(session, status);
    for (int i = 0; i < session->size_count && workers; i++)
        if (session->sizes[i].workers == workers)
            session->answer = &session->sizes[i];
    if (!session->answer && interrupted)
        snprintf(session->why, sizeof session->why, "interrupted before a size was found that keeps the promises");
    else if (!session->answer)
        say_none(session, status);
}

int plan_measure(struct plan_session *session, int workers)
{
    struct plan_size *size = size_of(session, workers);
    int error = session->recorded.jobs ? plan_trace_measure(session, size) : measure_size(session, size);
    if (!error)
        tell(session, size);
    else if (size->configuration < 0)
        session->size_count--; /* it was not measured */
    return error;
}

static void on_running(void *context, int index)
{
    const struct plan_session *session = context;
    char name[192];
    plan_tell(session, plan_name(&session->probing.entries[index], name, sizeof name));
}

/* Half the budget, and more; a third where a size was found whose workers are not half busy. */
static bool is_time_over(struct plan_session *session)
{
    static const double light = 0.5, light_share = 0.33;
    double spent_s = session->budget_s - plan_left_s(session);
    int kept = sizing_kept(&session->sizing);
    if (kept && size_at(session, kept)->loop.load < light)
        return spent_s > light_share * session->budget_s;
    return spent_s > SIZES_SHARE * session->budget_s;
}

int plan_sizes(struct plan_session *session, int *status)
{
    int workers, error = 0;
    begin_sizing(session);
    progress_begin("second");
    session->probing.running = on_running;
    session->probing.context = session;
    while (!error && (workers = sizing_next(&session->sizing)) > 0) {
        error = plan_measure(session, workers);
        if (error)
            break;
        sizing_tell(&session->sizing, workers, size_at(session, workers)->answer);
        if (is_time_over(session))
            sizing_give_up(&session->sizing);
    }
    progress_end();
    session->probing.running = NULL;
    if (error == -EINVAL) {
        *status = EXIT_USAGE;
        snprintf(session->why, sizeof session->why, "--rate %lld cannot be made of %s",
                 (long long)session->options->rate, session->open.text);
        return 0;
    }
    take_answer(session, error != 0, status);
    return error;
}
