/* plan_trace.h - a planning for a recorded load (plan --trace): the services are the recording's,
 * arrivals as they came. The simulation plays all of it; measured is a replay of it, or of its
 * busiest stretch where it is longer than there is time. */
#ifndef PLAN_TRACE_H
#define PLAN_TRACE_H

#include "bench/commands/plan_session.h"

enum { PLAN_TRACE_ROUNDS = 3 /* of a piece of what measures a size */ };

/* What goes with a recording on the command line: 0, or -EINVAL and a line. */
int plan_trace_check(const struct options *options, struct why why);

/* Reads the recording and chooses the part that is replayed; `options` are the session's
 * own, and get the mean rate of that part. Returns 0, -ENOMEM, or -EINVAL and a line: the
 * file is wrong, or the services alone break a promise. plan_trace_end in any case. */
int plan_trace_begin(struct plan_session *session, struct options *options, struct why why);
void plan_trace_end(struct plan_session *session);

/* In the place of plan_service: nothing is measured. */
void plan_trace_service(struct plan_session *session);

/* The models' load: of the part that is replayed, or of the whole recording. */
struct forecast_load plan_trace_load(const struct plan_session *session, bool whole);

/* Whether the simulation of the whole recording says that so many workers keep the promises. */
bool plan_trace_keeps_all(const struct plan_session *session, int workers);

/* The document's "trace" of a plan. Owner: the caller. */
json_t *plan_trace_json(const struct plan_session *session);

#endif
