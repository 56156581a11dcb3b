/* plan_trace.c - see plan_trace.h. */
#include "bench/commands/plan_trace.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/results/result.h"
#include "workloads/core/kinds.h"
#include "workloads/core/trace_part.h"
#include "workloads/core/units.h"

/* Two pieces at least, where there is time: a process of a long recording reads for a while. */
enum { PROBE_ROUNDS = 2 * PLAN_TRACE_ROUNDS, SIZES = 5 /* that are asked for, about */ };

static const double SIZES_SHARE = 0.5, /* of the budget */
    ROUND_SHARE = 0.7,                 /* of a round: the rest is for its process */
    LEAST_NS = 2e8;

int plan_trace_check(const struct options *options, struct why why)
{
    const struct workload_spec *spec = &options->workloads[0];
    if (options->rate)
        return why_wrong(why,
                         "plan --trace: a recording has its own rate, without --rate (--times 2 is twice as much)");
    if (workload_gives(spec, "of"))
        return why_wrong(
            why, "plan --trace: with other jobs (-w) nobody knows their services; run --trace FILE -w ... --slo ... "
                 "judges one size");
    return 0;
}

static double times_of(const struct plan_session *session)
{
    return (double)session->options->workloads[0].values[TRACE_TIMES] / WORKLOAD_FACTOR_ONE;
}

/* How long a slice may be. */
static double slice_ns(const struct plan_session *session)
{
    return fmax(LEAST_NS, ROUND_SHARE * SIZES_SHARE * session->budget_s * 1e9 / (SIZES * PROBE_ROUNDS));
}

/* Where the part begins (of the recording), and how long it is (of the replay). */
static void choose_part(struct plan_session *session)
{
    static const double a_little = 2, warm_share = 0.25;
    const int64_t *values = session->options->workloads[0].values;
    double times = times_of(session), slice = slice_ns(session), all = session->recorded.span_ns / times;
    struct plan_part *part = &session->part;
    part->from_ns = (double)values[TRACE_FROM];
    all -= part->from_ns / times;
    if (values[TRACE_FOR]) { /* as was asked for */
        part->asked = true;
        part->for_ns = (double)values[TRACE_FOR];
    } else if (part->from_ns > 0) { /* to the end; what there is time for of that is no part that was named */
        part->asked = all <= a_little * slice;
        part->for_ns = part->asked ? fmax(0, all) + 1e6 : slice;
    } else if (all <= a_little * slice) {
        part->whole = true;
        part->for_ns = all + 1e6;
    } else {
        part->busiest = true;
        part->for_ns = slice;
        part->from_ns = floor(recorded_busiest(&session->recorded, slice * times) / 1e3) * 1e3;
    }
    part->warm_ns = part->from_ns > 0 ? warm_share * part->for_ns : 0;
}

static int open_part(struct plan_session *session, struct why why)
{
    const struct workload_spec *spec = &session->options->workloads[0];
    const struct plan_part *part = &session->part;
    char text[512], file[sizeof spec->text], from[48] = "";
    if (part->from_ns > 0)
        snprintf(from, sizeof from, ",from=%.0fus,warm=%.0fus", part->from_ns / 1e3, part->warm_ns / 1e3);
    snprintf(text, sizeof text, "trace:file=%s,times=%g%s%s,for=%.0fus", workload_text(spec, "file", file, sizeof file),
             times_of(session), spec->values[TRACE_AS] == TRACE_AS_SLEEP ? ",as=sleep" : "", from,
             ceil(part->for_ns / 1e3));
    return workload_parse(text, &session->open, why.text, why.size);
}

static int refuse_impossible(const struct plan_session *session, struct why why)
{
    const struct slo *broken;
    double alone;
    char value[32], promise[64];
    broken = forecast_impossible(&session->recorded.service, &session->options->slo, &alone);
    return broken ? why_wrong(why,
                              "impossible: %s of the recorded services alone is %s, and promised is %s; no number of "
                              "workers helps",
                              broken->kind->name, units_time_text(alone, value, sizeof value),
                              slo_text(broken, promise, sizeof promise))
                  : 0;
}

int plan_trace_begin(struct plan_session *session, struct options *options, struct why why)
{
    char file[sizeof options->workloads->text];
    struct trace_part part;
    int error =
        recorded_read(&session->recorded, workload_text(&options->workloads[0], "file", file, sizeof file), why);
    if (error)
        return error;
    error = refuse_impossible(session, why);
    if (error)
        return error;
    choose_part(session);
    error = open_part(session, why);
    if (!error)
        error = trace_part_read(&session->open, &part, NULL, why);
    if (error)
        return error;
    session->part.jobs = part.jobs;
    session->part.first = recorded_between(&session->recorded, session->part.from_ns,
                                           session->part.for_ns * times_of(session), &session->part.count);
    options->rate = (int64_t)fmax(1, round((double)part.jobs * 1e9 / (part.warm_ns + part.counted_ns)));
    return 0;
}

void plan_trace_end(struct plan_session *session)
{
    recorded_destroy(&session->recorded);
}

void plan_trace_service(struct plan_session *session)
{
    static const double little = 0.005; /* so many workers at most: what a wait computes was not recorded */
    bool computes = session->options->workloads[0].values[TRACE_AS] == TRACE_AS_CPU;
    if (service_from_times(&session->service, session->recorded.services_ns, session->recorded.jobs))
        must_memory(NULL);
    session->service.cpu_share = computes ? 1 : little;
    session->service_cpu_ns = computes ? session->service.mean_ns : 0;
    session->service_configuration = -1;
}

struct forecast_load plan_trace_load(const struct plan_session *session, bool whole)
{
    const struct plan_part *part = &session->part;
    return whole ? recorded_load(&session->recorded, 0, session->recorded.jobs, times_of(session))
                 : recorded_load(&session->recorded, part->first, part->count, times_of(session));
}

bool plan_trace_keeps_all(const struct plan_session *session, int workers)
{
    struct forecast_load load = plan_trace_load(session, true);
    struct forecast forecast;
    return !forecast_at(&forecast, &load, workers, &session->options->slo) && forecast.all_kept;
}

json_t *plan_trace_json(const struct plan_session *session)
{
    const struct plan_part *part = &session->part;
    const struct workload_spec *spec = &session->options->workloads[0];
    char file[sizeof spec->text];
    if (!session->recorded.jobs)
        return json_null();
    return must_pack("{s:s, s:f, s:I, s:f, s:b, s:b, s:b, s:I, s:f, s:f, s:f, s:s}", "file",
                     workload_text(spec, "file", file, sizeof file), "times", times_of(session), "jobs",
                     (json_int_t)session->recorded.jobs, "span_ns", session->recorded.span_ns, "whole",
                     (int)part->whole, "asked", (int)part->asked, "busiest", (int)part->busiest, "part_jobs",
                     (json_int_t)part->jobs, "part_from_ns", part->from_ns, "part_for_ns", part->for_ns, "part_warm_ns",
                     part->warm_ns, "spec", session->open.text);
}
