/* stage.h - what scenarios are written with: a pool or two, jobs of a few kinds, threads,
 * and calls that the ledger sees.
 *
 * A scenario is written as any user of pools would write it: pthreads and pool.h. It runs
 * under an exploration of schedules and, the same code, on real threads: what differs is
 * the stage_world. What a job and its submitter hand to each other lies in plain memory, so
 * that a missing order between them is a race. */
#ifndef STAGE_H
#define STAGE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "bench/ledger/ledger.h"

struct stage_world {
    struct ledger_world ledger;
    void (*name)(const char *format, ...) __attribute__((format(printf, 1, 2))); /* the calling thread's; or NULL */
    bool (*settle)(void);                         /* until all other threads wait; whether they do; NULL: cannot */
    void (*refuse_threads)(int after, int count); /* of the following pthread_create; NULL: cannot */
    void (*end)(void);             /* the schedule is over, nothing more is asked; need not return; NULL: cannot */
    int (*self)(void);             /* the caller's number */
    int (*frozen)(void);           /* who stands still for ever, or -1 */
    void (*freezable)(bool);       /* whether the caller may be the one */
    void (*interrupt)(void);       /* a signal for all who wait in the kernel; NULL: cannot */
    void (*load)(bool begins);     /* the caller has the dynamic loader's lock, as who loads a library; NULL: cannot */
    pid_t (*fork)(bool bare);      /* as fork, or _Fork; the parent goes on when the child has ended; NULL: cannot */
    void (*not_opened)(int error); /* pool_open failed, and nobody had asked for that: nothing is judged; or NULL */
};

/* What a schedule does; drawn.h draws it. */
struct scenario;
struct stage;
struct stage_plan {
    const struct scenario *scenario;
    void (*run)(struct stage *stage); /* the scenario's */
    const struct pool_ops *ops;
    struct pool_config config;
    int producers, jobs; /* jobs of each */
    bool settle;         /* all workers sleep before the first submit */
    bool one_by_one;     /* a batch is single submits: nobody is counted between them; the caller's to set */
    uint64_t seed;       /* of the scenario's own draws */
};

enum job_kind {
    JOB_PLAIN,
    JOB_FAILS,       /* returns < 0 */
    JOB_POOL_FAILS,  /* from a depth of calls */
    JOB_EXITS,       /* pthread_exit */
    JOB_BREEDS,      /* submits two children, each of `child` */
    JOB_NEEDS,       /* waits at the gate */
    JOB_OPENS,       /* opens the gate */
    JOB_NEEDS_CHILD, /* submits one that opens the gate, and waits for it */
    JOB_FORKS,
    JOB_SLEEPS,      /* pool_sleep, and stops at a cancel */
    JOB_POLLS,       /* waits at the cancel's descriptor, with a limit */
    JOB_LOOKS,       /* looks at pool_cancelled a few times */
    JOB_ASKS,        /* makes the calls that are refused inside */
    JOB_CROSSES,     /* submits a job to the other pool */
    JOB_NEEDS_LATER, /* waits at the later gate */
    JOB_SLOW,        /* whoever gives it back unrun waits at the later gate */
    JOB_ARMS,        /* asks for the cancel's descriptor, and comes to no cancellation point */
    JOB_LOADS,       /* waits at the gate as who loads a library */
    JOB_BRANCHES,    /* makes a process, in which the pool is dead, and whose thread goes on from here */
    JOB_CANCELS,     /* cancels its own pool */
    JOB_CLOSES,      /* closes it */
    JOB_BATCHES,     /* submits two at once, each of `child` */
    JOB_TREE,        /* forks a tree, of whose leaves one does what a `child` does */
};

/* Waited at and opened for good. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t opened;
    bool open;
};

struct job {
    struct side *side;
    int number; /* in the ledger */
    enum job_kind kind, child;
    int leaf;          /* of JOB_TREE: which one */
    struct job *below; /* on the same stack */
    int given, made;   /* plain: by the submitter before, by the job */
};

/* One pool. */
struct side {
    struct stage *stage;
    int number;
    const struct pool_ops *ops;
    struct pool_config config;
    struct pool *pool;
    int workers; /* that run */
    struct gate gate, later;
    pthread_t consumer;
    bool consumes;
};

enum { STAGE_THREADS = 8 };
struct hand {
    struct side *side;
    void (*act)(struct hand *hand);
    int who, count;
    enum job_kind kind;
    const char *name;
    pthread_t thread;
    _Atomic int out, self; /* of a scenario in which somebody stands still: jobs that came out; its number */
    _Atomic bool done;
};

/* One call of a hand that does several. */
enum { STAGE_DEEDS = 4, STAGE_LEAVES = 4 };
struct deed {
    int call;
    enum job_kind kind, child; /* of what it submits */
};

struct stage {
    const struct stage_world *world;
    struct stage_plan plan;
    uint64_t draws;
    struct side sides[LEDGER_POOLS];
    struct hand hands[STAGE_THREADS];
    int hand_count;
    struct job jobs[LEDGER_JOBS];
    long nap_ns; /* before somebody acts */
    struct deed deeds[STAGE_THREADS][STAGE_DEEDS];
    bool bare; /* processes are made by _Fork */
};

/* Sets a scenario up and runs it, whole. */
void stage_run(const struct stage_world *world, const struct stage_plan *plan);

/* A number below `below`, of the scenario's seed. Only before its threads begin. */
int stage_draw(struct stage *stage, int below);

/* Opens the pool of a side, and a consumer where it has results and one is wanted. Returns 0, or what
 * pool_open did. The other one tells world->not_opened of it. */
int stage_try_open(struct side *side, bool consumer);
int stage_open(struct side *side, bool consumer);

/* One job; parent: the job on whose stack this is, or NULL. Returns what pool_submit did; -ENOSPC: the
 * ledger is full, nothing was called. */
int stage_submit(struct side *side, enum job_kind kind, int who, struct job *parent);
/* The same, and the job has children of this kind; all in one call. */
int stage_submit_family(struct side *side, enum job_kind kind, enum job_kind child, int who, struct job *parent);
int stage_submit_breeding(struct side *side, enum job_kind child, int who);
int stage_batch_inside(struct side *side, enum job_kind kind, int who, int count, struct job *parent);
int stage_batch(struct side *side, enum job_kind kind, int who, int count);

int stage_wait(struct side *side, int64_t timeout_ns);
int stage_close(struct side *side);
void stage_cancel(struct side *side);
int stage_receive(struct side *side, int64_t timeout_ns);
void stage_stats(struct side *side, struct pool_stats *now, const struct pool_stats *before);
void stage_free(struct side *side);

/* Closes if nobody has, waits, compares the statistics, frees. All threads of the scenario
 * must have returned, but for the consumer. */
void stage_finish(struct side *side);

/* A thread of the scenario; all are joined by stage_join. */
struct hand *stage_hand(struct side *side, void (*act)(struct hand *hand), int who, enum job_kind kind);
void stage_join(struct stage *stage);

/* Acts: the usual producer, closer, canceller; each job that is submitted is of hand->kind. */
void stage_produces(struct hand *hand);
void stage_closes(struct hand *hand);
void stage_cancels(struct hand *hand);

/* Starts the plan's producers. */
void stage_producers(struct side *side, enum job_kind kind);

/* Makes a process. In the child all calls of the pool say that it is dead, and another pool works. Returns
 * whether this is the child. */
bool stage_branch(struct side *side);

void gate_pass(struct gate *gate);
void gate_open(struct gate *gate);

/* jobs.c: what every job runs, and what comes back unrun. */
int job_run(void *arg);
void job_discard(void *arg, enum pool_why why);

/* Whether the caller is a thread of the scenario, not of the pool; the side that it is freeing, or NULL. */
extern bool stage_child; /* in the child of stage_branch */
extern __thread bool stage_mine;
extern __thread int stage_drops;       /* jobs that were dropped on this thread */
extern __thread struct job *stage_top; /* the innermost job on this stack */
extern __thread const struct side *stage_frees;

#endif
