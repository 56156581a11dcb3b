/* actors.h - all that acts beside the pool in a slice: the producers, and the
 * consumer if the workload has one, each in a thread of its own. */
#ifndef ACTORS_H
#define ACTORS_H

#include <pthread.h>
#include <stdatomic.h>

#include "bench/measure/patience.h"
#include "bench/measure/places.h"
#include "bench/measure/slice.h"

/* A producer, or the consumer. */
struct actor {
    struct workload_slice *work;
    _Atomic int *ready, *go;
    int index; /* of a producer; -1: the consumer */
    int cpu;
    pthread_t thread;
    int64_t done_ns;        /* when its last submit had returned; the actor writes, read once it has ended */
    _Atomic uint32_t ended; /* a futex */
};

struct actors {
    struct workload_slice *work;
    struct actor *all; /* [count] */
    int count, started;
    bool consumer;       /* the last of them is one */
    struct watch *watch; /* who joins the producers looks at the pool meanwhile; or NULL. Owner: the caller */
    _Atomic int ready, go;
};

/* Where each will be, and what it does. Returns 0 or -ENOMEM. Owner of
 * actors->all: the caller. */
int actors_init(struct actors *actors, struct workload_slice *work, const struct places *places,
                const struct plan_entry *entry);

/* Brings all to the start. Returns 0, or the errno of the one that did not come:
 * the others do their part without it. */
int actors_start(struct actors *actors);
void actors_go(struct actors *actors);

/* Joins the producers, and looks after a consumer that dies meanwhile, which
 * becomes the slice's failure. Returns false when patience is at an end. */
bool actors_join_producers(struct actors *actors, struct patience *patience, struct slice *slice);

/* Closes the pool and joins the consumer, who receives what is left. Returns
 * true at once where there is none; false as above. */
bool actors_join_consumer(struct actors *actors, struct patience *patience, struct slice *slice);

/* Jain's index over the producers' rates: each one's jobs that were not refused,
 * over the time from `begin_ns` to the return of its last submit. The shares are
 * equal beforehand, so that who was kept waiting longer has the smaller rate. After
 * the join. NaN: one producer, or a workload that is not about jobs per second,
 * whose producers may not share the work. */
double actors_fairness(const struct actors *actors, int64_t begin_ns);

/* The same of plain figures: rate i is jobs[i] / took_ns[i]. NaN where there are not
 * two of them, or one took no time. */
double actors_fairness_of(const double *jobs, const double *took_ns, int count);

#endif
