/* plan_sizes.c - step 3 of a planning: sizes are measured at the rate, where the model says, until
 * one keeps the promises and the next smaller one does not. */
#include <errno.h>
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

enum { CAPACITY_MAX = 1 << 20 };

static const double UTILISATION = 0.7;  /* where to begin when no model says */
static const double SIZES_SHARE = 0.55; /* of the budget: all sizes */
static const double STAY_RESERVE = 0.3; /* of it, beside the samples of the first size that looks good */

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
    if (options->pool_count && options->pools[0]->declares & POOL_UNBOUNDED)
        return POOL_BLOCK; /* it is never full, and turns nobody away */
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

/* Whether one of those that do not keep them for certain may. */
static bool is_undecided(const struct plan_session *session)
{
    for (int i = 0; i < session->size_count; i++)
        if (session->sizes[i].judged.verdict == SLO_CANNOT_TELL)
            return true;
    return false;
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
        *status = is_undecided(session) ? EXIT_UNDECIDED : EXIT_BAD;
        snprintf(session->why, sizeof session->why,
                 "no size that was measured keeps the promises for certain%s; the best: %d worker%s, %s %s%s%s",
                 *status == EXIT_UNDECIDED ? " (a longer --budget could tell)" : "", best->workers,
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

void plan_take_answer(struct plan_session *session, bool interrupted, int *status)
{
    int workers = sizing_kept(&session->sizing);
    session->answer = NULL;
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

/* Half the budget, and more; a third where a size was found whose workers are not half busy; nearly all of it where
 * none was found that does. */
static bool is_time_over(struct plan_session *session)
{
    static const double light = 0.5, light_share = 0.33, none_share = 0.85;
    double spent_s = session->budget_s - plan_left_s(session);
    int kept = sizing_kept(&session->sizing);
    if (kept && plan_size_at(session, kept)->loop.load < light)
        return spent_s > light_share * session->budget_s;
    return spent_s > (kept ? SIZES_SHARE : none_share) * session->budget_s;
}

int plan_sizes(struct plan_session *session, int *status)
{
    int workers, error = 0;
    begin_sizing(session);
    plan_tell_begin(session);
    while (!error && (workers = sizing_next(&session->sizing)) > 0) {
        error = plan_measure(session, workers);
        error = error ? error : plan_stay(session, plan_size_at(session, workers), STAY_RESERVE);
        if (error)
            break;
        sizing_tell(&session->sizing, workers, plan_size_at(session, workers)->answer);
        if (is_time_over(session))
            sizing_give_up(&session->sizing);
    }
    plan_tell_end(session);
    if (error == -EINVAL) {
        *status = EXIT_USAGE;
        snprintf(session->why, sizeof session->why, "--rate %lld cannot be made of %s",
                 (long long)session->options->rate, session->open.text);
        return 0;
    }
    plan_take_answer(session, error != 0, status);
    return error;
}
