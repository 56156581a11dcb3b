/* places.h - on which CPU each thread of a slice runs. */
#ifndef PLACES_H
#define PLACES_H

#include "bench/measure/plan.h"
#include "pools/core/topology.h"

/* CPUs of the threads: workers[i % count], producers likewise. count 0: not pinned. */
struct places {
    int count;
    int cpus[TOPOLOGY_CPUS_MAX];
};
/* Placement of an entry. Returns 0 or -errno. */
int places_of(const struct plan_entry *entry, struct places *places);
int places_worker_cpu(const struct places *places, int worker);                       /* -1: not pinned */
int places_producer_cpu(const struct places *places, int producer);                   /* the last CPU minus k */
int places_consumer_cpu(const struct places *places, const struct plan_entry *entry); /* next to the producers */

#endif
