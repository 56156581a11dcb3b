/* plan_size.c - one size at the rate: measured until the promise is decided or its time is over, judged
 * by all its rounds; and further rounds of it, where time is left. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/commands/plan_session.h"
#include "bench/commands/plan_trace.h"
#include "bench/commands/rate_search.h"
#include "bench/results/result.h"
#include "bench/show/progress.h"
#include "bench/statistics/pooled.h"
#include "workloads/core/units.h"

enum { PROBE_ROUNDS = 5 };

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
struct plan_size *plan_size_at(struct plan_session *session, int workers)
{
    struct plan_size *size = session->sizes;
    while (size < session->sizes + session->size_count && size->workers != workers)
        size++;
    return size;
}

static struct plan_size *size_of(struct plan_session *session, int workers)
{
    struct plan_size *size = plan_size_at(session, workers);
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

/* By the promise that is nearest to being broken, from all rounds of its configuration. */
static void judge(struct plan_session *session, struct plan_size *size)
{
    const json_t *configuration =
        json_array_get(json_object_get(session->result, "configurations"), (size_t)size->configuration);
    size->promise = slo_judge_all(configuration, &session->options->slo, &size->judged);
    size->loop = open_loop_of(configuration);
    size->in_queue = NAN;
    if (!session->recorded.jobs) {
        blame_generator(session, size);
        size->in_queue = in_queue(session, size);
    }
    size->answer = plan_answer_of(&size->judged);
}

static struct plan_entry entry_of(const struct plan_session *session, const struct plan_size *size)
{
    struct plan_entry entry = session->base;
    entry.workload = session->open;
    entry.workers = size->workers;
    entry.capacity = size->capacity;
    entry.full = size->full;
    return entry;
}

/* Rounds of an entry, into the configuration of the size. */
static int run(struct plan_session *session, struct plan_size *size, const struct plan_entry *entry, int rounds,
               double *each_s)
{
    int error;
    session->probing.entries = entry;
    session->probing.configurations = &size->configuration;
    session->probing.count = 1;
    error = probing_run(&session->probing, rounds, each_s);
    size->spent_s += *each_s;
    judge(session, size);
    return error;
}

/* Measures rounds until they decide, or have had their time. Searches for a rate have the
 * same rule (rate_search.h): here the rate is the one that was asked for. */
static int measure_rate(struct plan_session *session, struct plan_size *size)
{
    struct plan_entry entry = entry_of(session, size);
    struct rate_search one;
    double each_s;
    bool more;
    int error = -EINVAL;
    rate_search_begin(&one, &entry, size_budget_s(session, size->workers));
    if (rate_search_ask(&one, &session->options->slo, (double)session->options->rate,
                        relaxation_ns(session, size->workers), session->result)) {
        do {
            size->configuration = one.at->configuration; /* judging may choose a longer one to go on with */
            size->slice_ns = one.at->slice_ns;
            error = run(session, size, &one.running, PROBE_ROUNDS, &each_s);
            one.spent_s += each_s;
            one.at->spent_s += each_s;
            more = rate_search_judge(&one, &session->options->slo, session->result);
        } while (!error && more && plan_left_s(session) > session->reserve_s);
    }
    rate_search_end(&one);
    return error;
}

/* Replays of a recording, in two pieces at least, where there is time: a process of a long one reads for a while. */
static int measure_recorded(struct plan_session *session, struct plan_size *size)
{
    enum { PIECES_MAX = 6 };
    struct plan_entry entry = entry_of(session, size);
    double each_s;
    int error = 0;
    size->configuration = result_add_configuration(session->result, plan_configuration(&entry));
    size->slice_ns = session->part.warm_ns + session->part.for_ns;
    for (int i = 0; i < PIECES_MAX && !error && (!i || plan_left_s(session) > session->reserve_s); i++) {
        error = run(session, size, &entry, PLAN_TRACE_ROUNDS, &each_s);
        if (i > 0 && size->answer != SIZING_STRADDLES && size->answer != SIZING_OPEN)
            break;
    }
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

int plan_measure(struct plan_session *session, int workers)
{
    struct plan_size *size = size_of(session, workers);
    int error = session->recorded.jobs ? measure_recorded(session, size) : measure_rate(session, size);
    if (!error)
        tell(session, size);
    else if (size->configuration < 0)
        session->size_count--; /* it was not measured */
    return error;
}

/* How long slices would have to be, where they were too short; as far as there is time for some of them. 0: no
 * further slice says more. */
static double further_slice_ns(const struct plan_session *session, const struct plan_size *size, double left_s)
{
    static const double longer = 1.1, share = 0.2;
    double needed = fmin(RATE_SEARCH_SLICE_TIMES * size->loop.relaxation_s, share * left_s) * 1e9;
    if (size->judged.reason == SLO_SAMPLES || session->recorded.jobs)
        return size->slice_ns;
    if (size->judged.reason != SLO_NOT_STEADY || !isfinite(size->loop.relaxation_s))
        return 0;
    if (needed > longer * size->slice_ns)
        return needed;
    return size->loop.shortest_warm_s >= 3 * size->loop.relaxation_s ? size->slice_ns : 0; /* more of them may do */
}

/* Whether it could be decided in so many seconds, as far as the rounds that it had tell: nobody waits for a p99.9
 * that takes an hour. */
static bool is_worth_it(const struct plan_session *session, const struct plan_size *size, double left_s)
{
    static const double hope = 3;
    double quantile = session->options->slo.items[size->promise].kind->quantile,
           worth = fmax(1, size->judged.worth_above);
    if (size->judged.reason != SLO_SAMPLES || !(quantile > 0))
        return true;
    return size->spent_s * (pooled_needed(quantile) / worth - 1) <= hope * left_s;
}

int plan_measure_further(struct plan_session *session, struct plan_size *size, double reserve_s)
{
    static const double around = 1.3, process_s = 0.1; /* what a round takes beside its slice */
    struct plan_entry entry = entry_of(session, size);
    struct plan_size before = *size;
    double left_s = plan_left_s(session) - reserve_s, slice_ns = further_slice_ns(session, size, left_s), each_s;
    int rounds = slice_ns > 0 ? (int)fmin(PROBE_ROUNDS, left_s / (around * slice_ns / 1e9 + process_s)) : 0, error;
    if (rounds < 1 || !is_worth_it(session, size, left_s))
        return -EAGAIN;
    if (!session->recorded.jobs &&
        rate_search_put(&session->open, (double)session->options->rate, slice_ns, &entry.workload))
        return -EAGAIN;
    if (slice_ns != size->slice_ns) {
        size->configuration = result_add_configuration(session->result, plan_configuration(&entry));
        size->slice_ns = slice_ns;
    }
    error = run(session, size, &entry, rounds, &each_s);
    if (error)
        *size = before;
    else
        tell(session, size);
    return error;
}
