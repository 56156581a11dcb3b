/* ledger.h - what the users of a pool saw of it in one schedule, and whether the contract
 * (pools/core/pool.h) allows it.
 *
 * Everything is known from outside only: when a call began and returned, when a job
 * began and ended, what came back through `discard` and the result channel. So the same
 * ledger judges any pool. An event's number is its place in the schedule; "before" in a
 * promise means that one call had returned when the other began.
 *
 * Under a weak model of memory "before" has to hold there, too: each event that a promise
 * leans on leaves a mark, and whoever leans on it asks whether that happened before his own
 * now. The ledger itself orders nothing, so that it hides no missing order of the pool's.
 *
 * Threads: any. A broken promise is told to `broken`, once, and nothing is judged after. */
#ifndef LEDGER_H
#define LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "pools/core/pool.h"

enum { LEDGER_POOLS = 2, LEDGER_JOBS = 64, LEDGER_CALLS = 16, LEDGER_FAMILY = 32 };

/* Which promise was broken; the names are those of the output. */
enum ledger_promise {
    LEDGER_TWICE,        /* a job ran twice */
    LEDGER_LOST,         /* an accepted job never had an outcome */
    LEDGER_EARLY,        /* a wait or a free returned before the jobs it waits for had ended */
    LEDGER_REFUSED_RAN,  /* a refused job ran, or came back through discard */
    LEDGER_BOUND,        /* more jobs waited than the capacity */
    LEDGER_ORDER,        /* jobs of one producer began in another order */
    LEDGER_STATISTICS,   /* the pool's numbers contradict each other, or what was seen */
    LEDGER_RESULT,       /* a result was lost, made up, or came twice */
    LEDGER_CANCEL,       /* a promise of pool_cancel */
    LEDGER_CLOSE,        /* a promise of pool_close */
    LEDGER_STATUS,       /* a call returned what it may not */
    LEDGER_DISCARD,      /* an argument came back twice, or not at all, or for the wrong reason */
    LEDGER_MEMORY_ORDER, /* what a job or its submitter wrote was not seen */
    LEDGER_PROMISES
};
const char *ledger_promise_name(enum ledger_promise promise);

/* What holds of a pool in this schedule. */
struct ledger_rules {
    int workers;      /* that run */
    int64_t capacity; /* -1: no bound is promised */
    enum pool_full full;
    enum pool_results results;
    int64_t places;   /* for results; -1: no bound is promised */
    bool ordered;     /* one worker, and the pool keeps the order */
    bool discards;    /* config.discard is called */
    bool contains;    /* survives pool_fail and pthread_exit */
    bool counts;      /* its statistics are its own */
    bool runs_inside; /* inside a job, where the policy does not refuse, it runs at once what finds no room */
};

/* When something happened, by the thread that did it. */
struct ledger_mark {
    uint32_t thread, clock;
};

/* Where the ledger is kept. */
struct ledger_world {
    void (*broken)(enum ledger_promise promise, const char *words);              /* need not return */
    struct ledger_mark (*mark)(void);                                            /* of now */
    bool (*happened)(struct ledger_mark mark);                                   /* before the caller's now */
    void (*note)(const char *format, ...) __attribute__((format(printf, 1, 2))); /* what is done now; or NULL */
    bool lock; /* false where only one thread of the process can be in the ledger at a time */
};

/* Where it is kept instead of in this program's data: so much memory, for a process that outlives the
 * one that runs the schedule. */
size_t ledger_size(void);
void ledger_keep_in(void *memory);

/* A new schedule. The world must live on. */
void ledger_begin(const struct ledger_world *world);
void ledger_pool(int pool, const struct ledger_rules *rules);

/* Enters a job of a pool; parent: of the job that will submit it, or -1. Who: a number for
 * the producer. Returns the job's number, -1 when the ledger is full. */
int ledger_job(int pool, int parent, int who);

/* Around a submit. A batch: begins for each; then returned for those that were accepted, and not_reached
 * for the others: status is the error of the first where none was accepted, else 0. */
void ledger_submit_begins(int job);
void ledger_submit_returned(int job, int status);
void ledger_submit_not_reached(int job, int status);

/* From inside the job: apart: it runs on a thread of the pool. `status`: what its outcome
 * must be; told before the job ends, in whatever way. */
void ledger_started(int job, bool apart);
void ledger_ended(int job, int status);
bool ledger_has_run(int job);

/* pool_config.discard. Mine: on the thread that frees the pool. */
void ledger_discarded(int job, enum pool_why why, bool mine);

/* Around the other calls: begins returns a number that returned takes. */
int ledger_wait_begins(int pool);
void ledger_wait_returned(int pool, int call, int status, bool limited, bool inside);
int ledger_close_begins(int pool);
void ledger_close_returned(int pool, int call, int status);
int ledger_cancel_begins(int pool);
void ledger_cancel_returned(int pool, int call, int status);
void ledger_free_begins(int pool);
void ledger_free_returned(int pool, int64_t count);

/* Around a receive and what is told of its results. */
void ledger_receive_begins(int pool);
void ledger_receive_ends(int pool);

/* A result came: of which job, and its status. */
void ledger_received(int job, int status);

/* A receive returned 0: the pool is drained, and all results were received. */
void ledger_results_ended(int pool);

/* Statistics between which nothing is promised but the inequalities; before: of the same
 * reader, or NULL. At rest: nobody else calls, and the pool is quiet. Begins: before they are read. */
int ledger_stats_begins(int pool);
void ledger_stats(int pool, int call, const struct pool_stats *now, const struct pool_stats *before);
void ledger_stats_at_rest(int pool, const struct pool_stats *now);

/* A promise that the scenario itself sees broken. */
__attribute__((format(printf, 2, 3))) void ledger_tell(enum ledger_promise promise, const char *format, ...);

/* Jobs that a wait answers for: accepted when it began. Bit n is job n. */
uint64_t ledger_waited_for(int pool, int call);

/* Results that are neither received nor lost yet, of jobs that have ended. */
int ledger_results_open(int pool);

/* What the judge of deadlocks wants to know: accepted jobs without an outcome that have not begun; whether a worker is
 * free to run one of them. */
int ledger_waiting_jobs(void);
bool ledger_worker_free(void);

/* A job says so before it waits for one that it submitted, which counts if that has not ended. Whether any did; whether
 * a child of such a job was accepted and has not begun, and a worker is free. */
void ledger_awaits_child(int job);
bool ledger_child_awaited(void);
bool ledger_child_waits(void);

/* One line for each job, for people: number, submitted by, accepted or how refused, began, ended. */
void ledger_describe(char *text, size_t size);

#endif
