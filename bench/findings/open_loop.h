/* open_loop.h - whether what an open loop measured is a steady state: the one rule, for
 * the line under a table, for promises and for searches.
 *
 * A queue begins empty and forgets that only after its relaxation time: with c servers, a
 * service S and a load r of each about S / (c (1 - sqrt r)^2), which has no bound near
 * saturation. Judged is whether warm-up and window were long against it; whether the
 * backlog grew from the begin of the windows to their end beyond what chance does, which
 * is, in most rounds, an overload however short the latencies still are; and whether it grew from round to
 * round alike. However much services differ, chance holds back no more jobs than came while
 * they lasted. One round alone has no others to be held against: it is an overload only
 * where its workers had no time left. */
#ifndef OPEN_LOOP_H
#define OPEN_LOOP_H

#include <jansson.h>
#include <stdbool.h>

enum open_loop_state {
    OPEN_LOOP_NONE,       /* it is no open loop, or nothing is known of it */
    OPEN_LOOP_STEADY,     /* done is offered, and it was watched for long enough */
    OPEN_LOOP_SHORT,      /* not long enough to say so */
    OPEN_LOOP_DRIFTS,     /* the backlog grows in most rounds, or in the only one, but chance could do that */
    OPEN_LOOP_OVERLOADED, /* more comes than is done, beyond chance */
    OPEN_LOOP_RECORDED,   /* a recorded load has its ups and downs: the jobs' latencies say it all */
};

/* Of all windows of all good trials together. */
struct open_loop {
    enum open_loop_state state;
    int windows;
    double offered, lost, growth; /* jobs; growth: of the backlog from begin to end */
    double offered_per_s, done_per_s;
    double window_s, warm_s, shortest_warm_s; /* sums; the shortest warm-up */
    double service_ns, servers, load;         /* load: of each server; 1: all of its time */
    double relaxation_s;                      /* INFINITY at a load of 1, as far as it is known */
    char why[160];                            /* "" when steady */
};

/* From a configuration with its trials (results/README.md), summarised or not. */
struct open_loop open_loop_of(const json_t *configuration);

/* "steady", "short", "drifts", "overloaded", "recorded"; "" of none. */
const char *open_loop_name(enum open_loop_state state);

/* Adds "open_loop" to the summary of each configuration that is one. Call once, after
 * result_summarise. */
void open_loop_add(json_t *result);

#endif
