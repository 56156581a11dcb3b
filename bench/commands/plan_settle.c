/* plan_settle.c - further rounds of a size that nobody can tell of: while the first one that does is looked for, where
 * it looks as if this is it; and with what is left of the budget of one worker fewer than the answer has, which is
 * asked where it was not. */
#include <errno.h>

#include "bench/commands/plan_session.h"

/* The next smaller size that was allowed, where further rounds may tell; 0: it is known, or there is none. */
static int undecided(struct plan_session *session)
{
    static const double first = 0.2; /* of the budget: what a size may take before it is judged at all */
    const struct sizing *sizing = &session->sizing;
    const struct plan_size *size;
    int below = 0;
    if (!session->answer || session->answer->workers != sizing_kept(sizing))
        return 0;
    for (int i = 0; i < sizing->count && sizing->sizes[i] < session->answer->workers; i++)
        below = sizing->sizes[i];
    if (!below)
        return 0;
    size = plan_size_at(session, below);
    if (size < session->sizes + session->size_count)
        return size->answer == SIZING_OPEN ? below : 0;
    return session->size_count < SIZING_ASKED_MAX &&
                   plan_left_s(session) - session->reserve_s > first * session->budget_s
               ? below
               : 0;
}

static int measure(struct plan_session *session, int workers, const struct plan_measures *measures)
{
    struct plan_size *size = plan_size_at(session, workers);
    bool is_new = size == session->sizes + session->size_count;
    return is_new ? measures->size(session, workers) : measures->further(session, size, session->reserve_s);
}

int plan_settle_by(struct plan_session *session, double reserve_share, const struct plan_measures *measures)
{
    int workers, error = 0, status;
    session->reserve_s = reserve_share * session->budget_s;
    while (!error && plan_left_s(session) > session->reserve_s && (workers = undecided(session)) > 0) {
        error = measure(session, workers, measures);
        if (error)
            break;
        sizing_tell(&session->sizing, workers, plan_size_at(session, workers)->answer);
        plan_take_answer(session, false, &status); /* there is one, as before */
    }
    session->reserve_s = 0;
    return error == -EAGAIN ? 0 : error;
}

int plan_stay_by(struct plan_session *session, struct plan_size *size, double reserve_share,
                 const struct plan_measures *measures)
{
    double limit_ns = (double)session->options->slo.items[size->promise].limit_ns;
    int error = 0;
    session->reserve_s = reserve_share * session->budget_s;
    while (!error && !sizing_kept(&session->sizing) && size->answer == SIZING_OPEN &&
           size->judged.reason == SLO_SAMPLES && size->judged.value <= limit_ns &&
           plan_left_s(session) > session->reserve_s)
        error = measures->further(session, size, session->reserve_s);
    session->reserve_s = 0;
    return error == -EAGAIN ? 0 : error;
}

int plan_stay(struct plan_session *session, struct plan_size *size, double reserve_share)
{
    static const struct plan_measures measures = {.further = plan_measure_further};
    return plan_stay_by(session, size, reserve_share, &measures);
}

int plan_settle(struct plan_session *session, double reserve_share)
{
    static const struct plan_measures measures = {.size = plan_measure, .further = plan_measure_further};
    int error;
    plan_tell_begin(session);
    error = plan_settle_by(session, reserve_share, &measures);
    plan_tell_end(session);
    return error;
}
