/* duet_session.h - the sessions of a duet: which benchmarks are measured when, and how
 * often, within a budget. The rule is statistics/duet_rule.h. */
#ifndef DUET_SESSION_H
#define DUET_SESSION_H

#include <jansson.h>

#include "bench/measure/plan.h"
#include "bench/measure/round.h"

/* Where processes come from, when they are not started: a proof draws recorded ones again. */
struct duet_source {
    /* As round_run, of part->rounds processes; entry i of the part is benchmark which[i]. */
    int (*run)(void *context, const struct plan *part, const int *which, const struct round_events *events);
    double (*now_s)(void *context); /* what its processes take counts by this clock */
    void *context;
};

struct duet_sessions {
    const struct plan *plan;          /* all benchmarks; its duet says which files */
    json_t *benchmarks;               /* an object for each, of the same order; filled */
    json_t *rounds;                   /* noise of each process is added */
    const struct duet_source *source; /* NULL: processes are started */
    double budget_s, threshold;
    double began_s;                   /* set by duet_sessions_run */
    int suspects[2];                  /* of the second session: slower, faster */
    double share_s, each_s;           /* of a process's time for each benchmark: wanted (0: what the budget
                                         has), and taken */
    int first_processes, second_most; /* most of any benchmark */
};

/* How much of a process's time each of `count` benchmarks gets, in seconds. Pure. */
double duet_sessions_share_s(double budget_s, int count);

/* Measures, and writes a finding for each benchmark. Blocks for the budget, about. Returns
 * 0, -EINTR when interrupted (what was measured has its findings), or -errno when no
 * process could be started. */
int duet_sessions_run(struct duet_sessions *sessions);

#endif
