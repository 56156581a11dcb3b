/* flow.c - see flow.h: a sweep over the times at which something changes. */
#include "workloads/core/flow.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is counted along the way. */
enum count { QUEUED, SUBMITTING, RUNNING, UNSETTLED, TAKING, UNDER_WAY, COUNTS };
enum { EVENTS_EACH = 2 * COUNTS };

struct event {
    int64_t at;
    short count, change;
};

struct sweep {
    const struct flow_setting *setting;
    struct flow *flow;
    double now[COUNTS];
    double under_way_sum, under_way_ns; /* before the pause */
    double level;                       /* of what is under way, on average before the pause */
};

static int by_time(const void *left, const void *right)
{
    const struct event *a = left, *b = right;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->change - b->change; /* who leaves goes first */
}

static int64_t add(struct event *events, int64_t at, enum count count, int64_t from, int64_t to)
{
    if (!from || !to || to < from)
        return at;
    events[at++] = (struct event){from, (short)count, 1};
    events[at++] = (struct event){to, (short)count, -1};
    return at;
}

/* A worker may start a job before its submit has returned. */
static int64_t queued_at(const struct flow_job *job)
{
    int64_t left = job->started ? job->started : job->settled;
    return left && left < job->admitted ? left : job->admitted;
}

static int64_t collect(const struct flow_job *jobs, int64_t count, struct event *events)
{
    int64_t n = 0;
    for (int64_t i = 0; i < count; i++) {
        const struct flow_job *job = &jobs[i];
        int64_t left = job->started ? job->started : job->settled;
        n = add(events, n, SUBMITTING, job->submitted, job->admitted);
        n = add(events, n, QUEUED, queued_at(job), left);
        n = add(events, n, RUNNING, job->started, job->ended);
        n = add(events, n, UNSETTLED, job->ended, job->settled);
        n = add(events, n, TAKING, job->taken ? job->settled : 0, job->taken);
        n = add(events, n, UNDER_WAY, queued_at(job), job->settled);
    }
    return n;
}

/* The series as they stand. */
static void values(const struct sweep *sweep, double *series)
{
    double places = (double)sweep->setting->results_capacity, unsettled = sweep->now[UNSETTLED];
    double over = unsettled > places ? unsettled - places : 0;
    series[FLOW_QUEUE] = sweep->now[QUEUED];
    series[FLOW_WAITING] = sweep->now[SUBMITTING];
    series[FLOW_BLOCKED] = sweep->setting->blocking ? fmin(over, sweep->setting->workers) : 0;
    series[FLOW_RESULTS] = unsettled - over;
    series[FLOW_BUSY] = sweep->now[RUNNING];
    series[FLOW_CONSUMING] = sweep->now[TAKING];
}

static double overlap(int64_t from, int64_t to, double begin, double end)
{
    double low = fmax((double)from, begin), high = fmin((double)to, end);
    return high > low ? high - low : 0;
}

/* Between two changes all is constant. */
static void advance(struct sweep *sweep, int64_t from, int64_t to)
{
    const struct flow_setting *setting = sweep->setting;
    struct flow *flow = sweep->flow;
    double series[FLOW_SERIES], inside = overlap(from, to, (double)setting->begin, (double)setting->end);
    int first = (int)((double)(from - flow->course_begin) / flow->course_step_ns);
    values(sweep, series);
    for (int s = 0; s < FLOW_SERIES; s++) {
        flow->mean[s] += inside * series[s];
        if (inside > 0 && series[s] > flow->most[s])
            flow->most[s] = series[s];
    }
    for (int step = first < 0 ? 0 : first; step < WORKLOAD_COURSE; step++) {
        double begin = (double)flow->course_begin + step * flow->course_step_ns;
        double share = overlap(from, to, begin, begin + flow->course_step_ns) / flow->course_step_ns;
        if (begin > (double)to)
            break;
        for (int s = 0; s < FLOW_SERIES; s++)
            flow->course[s][step] += share * series[s];
    }
    inside = overlap(from, to, (double)setting->begin, (double)setting->pause_begin);
    sweep->under_way_sum += inside * sweep->now[UNDER_WAY];
    sweep->under_way_ns += inside;
}

/* The first moment after the pause at which no more is under way than before. */
static void look_for_recovery(struct sweep *sweep, int64_t at)
{
    const struct flow_setting *setting = sweep->setting;
    if (!setting->pause_end || at < setting->pause_end || at > setting->end || !isnan(sweep->flow->recovery_ns))
        return;
    if (sweep->under_way_ns > 0 && sweep->now[UNDER_WAY] <= ceil(sweep->under_way_sum / sweep->under_way_ns))
        sweep->flow->recovery_ns = (double)(at - setting->pause_end);
}

static void oldest(const struct flow_job *jobs, int64_t count, struct flow *flow)
{
    for (int64_t i = 0; i < count; i++) {
        int64_t left = jobs[i].started ? jobs[i].started : jobs[i].settled;
        if (left)
            flow->oldest_ns = fmax(flow->oldest_ns, (double)(left - queued_at(&jobs[i])));
    }
}

int flow_measure(const struct flow_job *jobs, int64_t count, const struct flow_setting *setting, struct flow *flow)
{
    struct event *events = malloc((size_t)(count ? count : 1) * EVENTS_EACH * sizeof *events);
    struct sweep sweep = {.setting = setting, .flow = flow};
    int64_t n;
    memset(flow, 0, sizeof *flow);
    flow->recovery_ns = NAN;
    if (!events)
        return -ENOMEM;
    n = collect(jobs, count, events);
    qsort(events, (size_t)n, sizeof *events, by_time);
    if (n) {
        flow->course_begin = events[0].at;
        flow->course_step_ns = fmax(1, (double)(events[n - 1].at - events[0].at) / WORKLOAD_COURSE);
    }
    for (int64_t i = 0; i < n; i++) {
        if (i)
            advance(&sweep, events[i - 1].at, events[i].at);
        sweep.now[events[i].count] += events[i].change;
        look_for_recovery(&sweep, events[i].at);
    }
    for (int s = 0; s < FLOW_SERIES; s++)
        flow->mean[s] /= fmax(1, (double)(setting->end - setting->begin));
    oldest(jobs, count, flow);
    free(events);
    return 0;
}
