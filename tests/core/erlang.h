/* erlang.h - queues whose answer is known (bench/models/erlang.h), made up job by job: jobs
 * that come at random, last a random time (exponential), and are served by c in the order in
 * which they came: M/M/c. It shares no line with bench/models/queue_simulation.c. */
#ifndef TESTS_ERLANG_H
#define TESTS_ERLANG_H

#include <stdint.h>

#include "bench/models/erlang.h"

/* Such a queue, made up. At random moments its servers may stand still, all together, while jobs go on to come. */
struct erlang_queue {
    int c;
    double rate, service; /* rate per ns, ns */
    uint64_t random;
    double still, still_every; /* ns: how long each time, and from one to the next on average; 0: they never do */
};

/* One job after the other, from an empty queue: when each came and ended, and how long it
 * was served, standstills included. The caller's arrays have `count` places. */
void erlang_simulate(struct erlang_queue *queue, double *came, double *ended, double *served, int count);

#endif
