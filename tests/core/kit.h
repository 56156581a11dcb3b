/* kit.h - what tests of pools are made of: a gate that holds jobs, a ledger of
 * what ran, and waiting for a state that must come.
 *
 * Nothing here judges by the clock: a test waits for a state as long as it
 * takes, and its own time limit ends it if the state never comes. */
#ifndef KIT_H
#define KIT_H

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "pools/core/pool.h"

/* Holds jobs until it is opened; counts those that came. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool open;
    int entered, left;
};
void gate_init(struct gate *gate);
void gate_pass(struct gate *gate); /* blocks while shut */
void gate_open(struct gate *gate);
int gate_entered(struct gate *gate);

/* A job that waits at the gate given as its argument. */
int gate_job(void *gate);

/* Each job has a number; the ledger says how often it ran and came back. */
enum { LEDGER_MAX = 400000 };
extern _Atomic int ledger_ran[LEDGER_MAX], ledger_back[LEDGER_MAX], ledger_why[LEDGER_MAX];
extern _Atomic int ledger_total;             /* jobs that ran */
extern _Atomic int ledger_order[LEDGER_MAX]; /* number of the n-th that started */

void ledger_clear(void);
void *ledger_arg(int number);
int ledger_number(const void *arg);
int ledger_job(void *number);                         /* notes that it ran; 0 */
void ledger_discard(void *number, enum pool_why why); /* pool_config.discard */
int ledger_back_total(void);

/* Sleeps a little; for loops that wait for a state. */
void kit_nap(void);
#define KIT_UNTIL(condition)                                                                                           \
    do {                                                                                                               \
        kit_mark(KIT_AWAITS, #condition);                                                                              \
        while (!(condition))                                                                                           \
            kit_nap();                                                                                                 \
        kit_mark(KIT_AWAITS, NULL);                                                                                    \
    } while (0)

/* What a test is doing, for one who watches it from outside: a state that it waits for and
 * changes nothing meanwhile, or a call. NULL: no longer. Without a watcher, nothing. */
enum kit_doing { KIT_AWAITS, KIT_CALLS };
void kit_mark(enum kit_doing doing, const char *text);
extern void (*kit_watcher)(enum kit_doing doing, const char *text);

struct pool_stats kit_stats(struct pool *pool);

/* How many descriptors this process has open. */
int kit_descriptors(void);

/* Whether the kernel says that this thread of the process sleeps in this moment. */
bool kit_sleeps(int thread);

/* A thread that makes one call; result after kit_join. */
struct call {
    pthread_t thread;
    struct pool *pool;
    pool_job_fn *fn;
    void *arg;
    int64_t timeout_ns;
    struct pool_result result;
    int64_t answer;
    _Atomic bool returned;
};
void kit_submit(struct call *call, struct pool *pool, pool_job_fn *fn, void *arg);
void kit_wait(struct call *call, struct pool *pool, int64_t timeout_ns);
void kit_receive(struct call *call, struct pool *pool, int64_t timeout_ns);
void kit_free(struct call *call, struct pool *pool);
int64_t kit_join(struct call *call);

/* pthread_create, refused from the n-th call on while >= 0 (kit counts down);
 * -1: never. Interposed: see threads.c. */
extern _Atomic int kit_threads_left;

/* Of n calls one is refused; 0: none. How many were; and whether this thread's are
 * spared. */
extern _Atomic int kit_threads_refused_one_in;
extern _Atomic long kit_threads_refused;
extern __thread bool kit_thread_never_refused;

/* While it is set, each look at the wall clock is an hour ahead or an hour back, in
 * turn; and how many there were. Interposed: see clock.c. */
extern _Atomic bool kit_clock_jumps;
extern _Atomic int kit_clock_looks;

/* While it is set, CLOCK_MONOTONIC goes on by 100 us at each look that this thread takes
 * at it, and not otherwise: what lasts too long there does so on a busy machine, too. */
extern __thread bool kit_clock_crawls;

#endif
