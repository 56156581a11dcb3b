/* plan_overload.c - what becomes of the recommended size when more comes than it holds: each
 * policy of a full queue, side by side in the same rounds. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commands/plan_session.h"
#include "bench/commands/rate_search.h"
#include "bench/results/hist_json.h"
#include "bench/results/policy.h"
#include "bench/results/result.h"
#include "bench/show/progress.h"
#include "bench/statistics/pooled.h"

enum { ROUNDS = 3, PRODUCERS = 2 };

static const double TIMES = 1.5;

/* The entries that run, and what they are of. */
struct running {
    struct plan_entry entries[PLAN_POLICIES];
    int configurations[PLAN_POLICIES];
    struct plan_overload *of[PLAN_POLICIES];
    int count;
};

/* How long it takes until the queue is full, about. */
static double fill_s(const struct plan_session *session)
{
    double holds = fmax(session->held_per_s, (double)session->options->rate);
    double service_ns = session->answer->loop.service_ns;
    if (service_ns > 0)
        holds = fmax(holds, fmin(session->answer->workers, plan_workers_of_use(session)) / service_ns * 1e9);
    return session->overload_per_s > holds ? (double)session->answer->capacity / (session->overload_per_s - holds) : 0;
}

/* Half a second of it, or as much as there is time for; where the queue is not full by then, twice as long as
 * it takes to be, if all the time that is left allows it: until then nothing is lost, and nothing late. */
static double slice_ns(const struct plan_session *session)
{
    static const double usual_s = 0.4, least_s = 0.06, share = 0.7, drain = 1.6, times = 2;
    double slices = ROUNDS * PLAN_POLICIES * drain, filled = times * fill_s(session);
    double each = fmin(usual_s, share * fmax(0, plan_spare_s(session)) / slices);
    if (each < filled)
        each = fmax(each, fmin(filled, share * fmax(0, plan_left_s(session)) / slices));
    return 1e9 * fmax(least_s, each);
}

static void add(struct plan_session *session, struct running *running, enum pool_full full)
{
    struct plan_overload *overload = &session->overloads[full];
    struct plan_entry *entry = &running->entries[running->count];
    *overload = (struct plan_overload){.full = full, .configuration = -1};
    *entry = session->base;
    entry->workers = session->answer->workers;
    entry->capacity = session->answer->capacity;
    entry->full = full;
    if (entry->producers < PRODUCERS) /* fairness is between several */
        entry->producers = PRODUCERS;
    if (rate_search_put(&session->open, session->overload_per_s, slice_ns(session), &entry->workload))
        return;
    overload->unsupported = plan_unsupported(entry);
    if (overload->unsupported)
        return;
    overload->configuration = result_add_configuration(session->result, plan_configuration(entry));
    running->configurations[running->count] = overload->configuration;
    running->of[running->count++] = overload;
}

/* From the plan's end until the last job had ended, of each slice; and how long jobs came. */
static void add_drain(const json_t *trial, double *drain_s, double *came_s, int *slices)
{
    json_t *slice;
    size_t i;
    json_array_foreach (json_object_get(trial, "slices"), i, slice) {
        const json_t *window = json_object_get(slice, "window");
        double came = json_number_value(json_object_get(window, "warm_ns")) +
                      json_number_value(json_object_get(window, "length_ns"));
        if (!json_is_object(window))
            continue;
        *came_s += came / 1e9;
        *drain_s += fmax(0, json_number_value(json_object_get(slice, "wall_ns")) - came) / 1e9;
        ++*slices;
    }
}

double plan_recovery_s(double drain_s, double can_per_s, double rate)
{
    return rate > 0 && can_per_s > rate ? drain_s * can_per_s / (can_per_s - rate) : NAN;
}

/* At which rate a backlog is worked off. A recording has pauses, in which nothing is left to do: there it is what the
 * workers can do by the services that were measured. */
static double worked_off_per_s(const struct plan_session *session, const struct open_loop *loop)
{
    if (session->recorded.jobs)
        return loop->service_ns > 0 ? session->answer->workers / loop->service_ns * 1e9 : NAN;
    return loop->done_per_s;
}

static void take_recovery(struct plan_overload *overload, const json_t *configuration, double can_per_s, double rate)
{
    double drain_s = 0, came_s = 0;
    int slices = 0;
    size_t i;
    json_t *trial;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial)
        if (!strcmp(result_string(trial, "verdict"), "ok"))
            add_drain(trial, &drain_s, &came_s, &slices);
    overload->recovery_s = overload->after_s = NAN;
    if (!slices)
        return;
    overload->after_s = came_s / slices;
    overload->recovery_s = plan_recovery_s(drain_s / slices, can_per_s, rate);
}

/* How many of all jobs were in time, and how well that is known, as of a promise (pooled.h). */
static void take_in_time(const struct plan_session *session, struct plan_overload *overload,
                         const json_t *configuration)
{
    static struct hist one; /* large; this runs in one thread only */
    struct pooled_round rounds[2 * ROUNDS];
    struct pooled_levels levels;
    double all = 0, in_time = 0;
    int count = 0;
    json_t *trial;
    size_t i;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial) {
        one = (struct hist){0};
        if (strcmp(result_string(trial, "verdict"), "ok") || count == 2 * ROUNDS ||
            hist_json_read(&one, json_object_get(json_object_get(trial, "latency"), "submit_to_end")))
            continue;
        rounds[count].all = (double)(one.count + one.lost);
        rounds[count].beyond =
            rounds[count].all - (double)hist_later(&one, (double)plan_time_promise(session)->limit_ns);
        all += rounds[count].all;
        in_time += rounds[count++].beyond;
    }
    overload->in_time = all > 0 ? in_time / all : 0;
    levels = pooled_share(pooled_worth(rounds, count), overload->in_time);
    overload->in_time_low = levels.low;
    overload->in_time_high = levels.high;
}

/* The promised quantile, of those that were served. */
static void take_served(const struct plan_session *session, struct plan_overload *overload, const json_t *configuration)
{
    static struct hist hist; /* large; this runs in one thread only */
    const struct slo_kind *kind = plan_time_promise(session)->kind;
    json_t *trial;
    size_t i;
    hist = (struct hist){0};
    json_array_foreach (json_object_get(configuration, "trials"), i, trial)
        if (!strcmp(result_string(trial, "verdict"), "ok"))
            hist_json_read(&hist, json_object_get(json_object_get(trial, "latency"), "submit_to_end"));
    hist.lost = 0;
    overload->accepted_ns = !hist.count                   ? NAN
                            : kind->quantile > 0          ? hist_quantile(&hist, kind->quantile)
                            : !strcmp(kind->name, "mean") ? hist_mean(&hist)
                                                          : (double)hist.max;
}

static void take(struct plan_session *session, struct plan_overload *overload)
{
    const json_t *configuration =
        json_array_get(json_object_get(session->result, "configurations"), (size_t)overload->configuration);
    struct open_loop loop = open_loop_of(configuration);
    if (!loop.windows) {
        overload->configuration = -1;
        return;
    }
    overload->done_per_s = loop.done_per_s;
    overload->lost = loop.offered > 0 ? loop.lost / loop.offered : 0;
    overload->fairness = result_median(configuration, "figures.producer_fairness");
    take_in_time(session, overload, configuration);
    take_served(session, overload, configuration);
    take_recovery(overload, configuration, worked_off_per_s(session, &loop), (double)session->options->rate);
}

/* Most jobs in time; but another policy than the answer's only where it is certainly better. */
static void advise(struct plan_session *session)
{
    const struct plan_overload *best = NULL, *own = &session->overloads[session->answer->full];
    for (int i = 0; i < PLAN_POLICIES; i++)
        if (session->overloads[i].configuration >= 0 && (!best || session->overloads[i].in_time > best->in_time))
            best = &session->overloads[i];
    session->advised_surely = best && own->configuration >= 0 && best->in_time_low > own->in_time_high;
    if (best && own->configuration >= 0 && !session->advised_surely)
        best = own;
    session->advised = best ? (int)(best - session->overloads) : -1;
}

int plan_overload(struct plan_session *session)
{
    struct running running = {.count = 0};
    double each_s;
    int error;
    session->overload_per_s = TIMES * fmax(session->held_per_s, (double)session->options->rate);
    if (session->generator_per_s > 0) /* it was measured: not of a recording */
        session->overload_per_s = fmin(session->overload_per_s, session->generator_per_s);
    for (int i = POOL_BLOCK; i < PLAN_POLICIES; i++)
        add(session, &running, (enum pool_full)i);
    session->probing.entries = running.entries;
    session->probing.configurations = running.configurations;
    session->probing.count = running.count;
    plan_tell_begin(session);
    error = probing_run(&session->probing, ROUNDS, &each_s);
    plan_tell_end(session);
    for (int i = 0; i < running.count; i++)
        take(session, running.of[i]);
    advise(session);
    return error;
}
