/* plan_shorten.c - a queue that is too long: where more comes than the recommended size holds, and
 * what it accepts is late, it gets fewer places, and is measured again: at the rate that was asked
 * for, for the rate that it holds, and under too much. */
#include <math.h>
#include <stdio.h>

#include "bench/commands/plan_session.h"
#include "bench/statistics/sizing.h"

enum { TRIES = 3 };

/* What is kept of the longer one, in case the shorter one does not do. */
struct before {
    struct plan_size size;
    double held_per_s, proved_per_s, broken_per_s, overload_per_s;
    struct plan_overload overloads[PLAN_POLICIES];
    char held_limit[sizeof((struct plan_session *)0)->held_limit];
    int advised, size_count;
    bool advised_surely, broken_short;
    json_t *searches;
};

/* The overload that tells how long what is accepted waits: where nothing is lost, what is late is late with the
 * producer, and those that are turned away tell of the same queue. */
static const struct plan_overload *telling(const struct plan_session *session)
{
    enum pool_full full = session->answer->full;
    return &session->overloads[full == POOL_BLOCK ? POOL_REJECT : full];
}

/* How many places it is to have; 0: it may stay as long as it is. */
static int64_t fewer(const struct plan_session *session)
{
    static const double full = 0.05; /* lost so many, it was full most of the time */
    const struct plan_overload *own = telling(session);
    if (session->options->capacity_count || own->configuration < 0 || own->lost < full || isnan(own->accepted_ns))
        return 0;
    return sizing_fewer_places((int64_t)session->answer->capacity, session->answer->workers, own->accepted_ns,
                               (double)plan_time_promise(session)->limit_ns);
}

static void keep(const struct plan_session *session, struct before *before)
{
    *before = (struct before){.size = *session->answer,
                              .held_per_s = session->held_per_s,
                              .proved_per_s = session->proved_per_s,
                              .broken_per_s = session->broken_per_s,
                              .broken_short = session->broken_short,
                              .overload_per_s = session->overload_per_s,
                              .advised = session->advised,
                              .size_count = session->size_count,
                              .advised_surely = session->advised_surely,
                              .searches = json_incref(json_object_get(session->result, "searches"))};
    snprintf(before->held_limit, sizeof before->held_limit, "%s", session->held_limit);
    for (int i = 0; i < PLAN_POLICIES; i++)
        before->overloads[i] = session->overloads[i];
}

static void restore(struct plan_session *session, const struct before *before)
{
    *session->answer = before->size;
    session->size_count = before->size_count;
    session->places_most = (int64_t)before->size.capacity;
    session->held_per_s = before->held_per_s;
    session->proved_per_s = before->proved_per_s;
    session->broken_per_s = before->broken_per_s;
    session->broken_short = before->broken_short;
    session->overload_per_s = before->overload_per_s;
    session->advised = before->advised;
    session->advised_surely = before->advised_surely;
    snprintf(session->held_limit, sizeof session->held_limit, "%s", before->held_limit);
    for (int i = 0; i < PLAN_POLICIES; i++)
        session->overloads[i] = before->overloads[i];
    if (before->searches)
        json_object_set(session->result, "searches", before->searches);
}

/* The same size with fewer places. *done: whether it keeps the promises, and all of it was measured. */
static int measure(struct plan_session *session, const struct plan_measures *measures, int64_t places, bool *done)
{
    int workers = session->answer->workers, error;
    session->places_most = places;
    error = measures->size(session, workers);
    *done = !error && session->answer->answer == SIZING_KEPT;
    if (!*done)
        return error;
    session->held_per_s = 0;
    error = measures->held(session);
    if (!error && !(session->held_per_s > 0))
        session->held_per_s = (double)session->options->rate; /* that much it keeps: it was measured */
    if (!error)
        error = measures->overload(session);
    *done = !error && telling(session)->configuration >= 0;
    return error;
}

int plan_shorten_by(struct plan_session *session, const struct plan_measures *measures)
{
    double least = session->recorded.jobs ? 0.35 : 0.15; /* of the budget, for all that again */
    struct before before;
    int64_t places;
    bool done = true;
    int error = 0;
    for (int i = 0; i < TRIES && !error && done && (places = fewer(session)) > 0; i++) {
        struct plan_shorter *shorter = &session->shorter, earlier = *shorter;
        bool breaks;
        if (plan_left_s(session) < least * session->budget_s)
            break;
        keep(session, &before);
        if (!shorter->from)
            *shorter = (struct plan_shorter){.from = (int64_t)before.size.capacity,
                                             .accepted_ns = telling(session)->accepted_ns,
                                             .per_s = before.overload_per_s};
        shorter->asked = places;
        error = measure(session, measures, places, &done);
        breaks = !error && session->answer->answer != SIZING_KEPT;
        if (!done)
            restore(session, &before);
        if (!done && !breaks)
            *shorter = earlier; /* nothing is known of it */
        json_decref(before.searches);
    }
    return error;
}

int plan_shorten(struct plan_session *session)
{
    static const struct plan_measures measures = {.size = plan_measure, .held = plan_held, .overload = plan_overload};
    return plan_shorten_by(session, &measures);
}
