/* head.h - the machinery that every own pool begins with: what its author needs.
 *
 * The promises of pool.h (states, outcomes, containment, results, statistics)
 * are kept here once. A pool adds a `struct pool_design`: how jobs are queued
 * and how workers are woken. The hot half (start a job, settle it) is inline,
 * so that a pool's worker loop is one function that the compiler sees whole.
 * What only the parts of the machinery call of each other is in machinery.h.
 *
 * How quiet is found: who looks reads all settled counters first, all accepted
 * counters after, both monotone; equal sums mean that at the moment between
 * the two readings nothing was open. Who settles a last job announces it: it
 * stores its counter, fences, and looks at `watchers`; who waits adds itself to
 * `watchers`, then reads the counters: one of the two sees the other.
 *
 * How a pool ends: CLOSED stops outside submits early, but the instant after
 * which nothing can be accepted is the *seal*: at quiet, once closed, the queue
 * is sealed at exactly the count that was read. A submit that raced with close
 * is either counted before the seal (and runs) or finds the seal (-ESHUTDOWN). */
#ifndef HEAD_H
#define HEAD_H

#include <pthread.h>
#include <setjmp.h>
#include <stdalign.h>

#include "pools/core/futex.h"
#include "pools/core/inject.h"
#include "pools/core/pool.h"
#include "pools/core/process.h"

struct pool_head;
struct pool_worker;

/* A job as queued. `stamp` is compared with head->stale_below. */
struct pool_task {
    pool_job_fn *fn;
    void *arg;
    uint64_t stamp;
};

/* Things to do when a job ends; none, on the fast path. */
enum pool_chore {
    POOL_CHORE_RESULT = 1,    /* the pool has a result channel */
    POOL_CHORE_CANCEL_FD = 2, /* this job asked for its cancel descriptor */
    POOL_CHORE_FORKS = 4,     /* this job called pool_fork */
};

/* One job on a thread's stack; a worker's own frame lies in its slot and is
 * used for every job it takes. Only the thread itself touches a frame, but
 * for fn and arg (pool_explain) and cancel_fd (pool_cancel, under fd_lock). */
struct pool_frame {
    struct pool_frame *below; /* on the same stack, of whatever pool */
    struct pool_head *pool;
    struct pool_worker *worker; /* NULL: on a stack that is not a worker's */
    _Atomic(pool_job_fn *) fn;  /* NULL: no job runs in this frame */
    _Atomic(void *) arg;
    uint64_t epoch;                /* that the job belongs to */
    int depth;                     /* jobs of this pool on this stack, with this one */
    int status;                    /* from pool_fail */
    uint64_t chores;               /* the pool's process | enum pool_chore: see pool_has_chores */
    int cancel_fd;                 /* -1: none */
    uint64_t forks_base;           /* of this worker's open forks: where this frame's begin */
    struct pool_lane *lane_below;  /* caller_run.c: pool_lane before it */
    struct pool_frame *armed_next; /* in head->armed, under fd_lock */
    sigjmp_buf env;                /* where pool_fail goes */
};

extern __thread struct pool_frame *pool_frame_top;

/* For a thread whose forks run at once. */
extern struct pool_lane pool_no_lane;

struct pool_worker {
    /* The owner writes (release), everybody reads (acquire). */
    alignas(POOL_CACHE_LINE) _Atomic uint64_t started;
    _Atomic uint64_t done, failed;
    _Atomic uint64_t accepted; /* jobs accepted here past the common queue */
    _Atomic uint64_t nested;   /* of started: run inside another job */
    _Atomic uint64_t steals, parks, forks_stolen;
    _Atomic uint32_t transit; /* jobs are on the move: transit.h */
    _Atomic int joins;        /* waits in a join for this worker, plus 1; 0: does not */
    struct pool_head *pool;
    int index;
    int *victims;        /* the other workers, nearest first; or NULL */
    uint64_t begun_seen; /* sentry: jobs begun when it last looked */
    int64_t nap_ns;      /* sentry: its present timeout */
    bool searching;      /* it slept, and has found no job since; idle.c */
    bool woken;          /* so, and somebody called it */
    struct pool_frame frame;
    struct pool_forks *forks;       /* its lane: fork.h; NULL: forks run at once */
    _Atomic(pool_job_fn *) fork_fn; /* the stolen fork that it runs; NULL: none */
    _Atomic(void *) fork_arg;

    alignas(POOL_CACHE_LINE) _Atomic uint32_t park; /* the word slept on: idle.c */
    _Atomic uint64_t held_seen;                     /* sentry: design->held of this worker when it last looked */

    pthread_t thread; /* changes when a job takes the thread away */
    pthread_t leaver; /* the thread that this one replaces */
    bool replaces;    /* join `leaver` first */
    bool leaving;     /* its thread leaves from a stolen fork: a call in progress */
    bool owes;        /* serves on from an exit handler; life.c */
    bool pinned;
};

/* What a pool adds. Called through a constant table from cold code only. */
struct pool_design {
    const char *name;
    size_t pool_size, worker_size;
    bool at_once;  /* no queue: the submitter runs what push lets in; submit.c */
    bool forks;    /* workers without a job come by pool_rest, and steal forks there */
    bool contains; /* the loop arms worker->frame itself, which other threads use too */

    int (*init)(struct pool_head *head);     /* before any worker runs: 0 or -errno */
    void (*destroy)(struct pool_head *head); /* after the last one; also after a failed init */

    /* The worker's loop: takes jobs and pool_run()s them until pool_rest() says
     * to leave. It is called again after a job failed by pool_fail. */
    void (*loop)(struct pool_worker *worker);

    /* Queues up to `count` jobs: returns how many, 0 when full, -ESHUTDOWN
     * when sealed. Never blocks on room. `inside` is the innermost frame of
     * this pool on this stack, or NULL. Does not wake anybody. */
    int (*push)(struct pool_head *head, struct pool_frame *inside, const struct pool_job *jobs, int count);

    /* After a push: wakes a worker if that is needed. */
    void (*wake)(struct pool_head *head);
    void (*wake_all)(struct pool_head *head);

    /* Takes away the oldest job that can be had and whose stamp is below
     * `below`; its slot is free afterwards. */
    bool (*evict)(struct pool_head *head, struct pool_task *task, uint64_t below);

    /* Cancel: a stamp such that all jobs pushed so far lie below it. */
    uint64_t (*boundary)(struct pool_head *head);

    uint64_t (*accepted)(struct pool_head *head); /* jobs that ever entered the queue */
    uint64_t (*waiting)(struct pool_head *head);  /* accepted, not started; never too few */
    bool (*seal)(struct pool_head *head, uint64_t accepted);

    /* For pools whose workers rest in idle.c: what can be taken at a place, which is a
     * worker's own queue, or the common one (place == workers). 0: nothing; else a
     * number that changes when the oldest goes, or its worker comes by. A job in
     * somebody's hand lies nowhere: who has it looks at the gate once it lies
     * somewhere again. */
    uint64_t (*held)(struct pool_head *head, int place);

    /* Optional: how a submitter sleeps for room, and is woken (else room.c). */
    void (*room_sleep)(struct pool_head *head, uint64_t epoch, int64_t deadline_ns);
    void (*room_wake)(struct pool_head *head);
};

/* In head->attention, below what idle.c keeps there. */
enum pool_attention {
    POOL_GATE = 1,   /* workers sleep and nobody is bound to look: idle.c */
    POOL_CLOSED = 2, /* pool_close was called */
};
enum { POOL_PARKED_SHIFT = 8, POOL_PARKED_MASK = 0x7ff };

/* caller_word: jobs accepted on submitters' stacks, 32 bits | flags, 2 | calls in
 * progress, 30. One word, so that a caller-run job is accepted exactly while not
 * closed. Each nested job is a call in progress: 64 on the stacks of 2^22 threads, as
 * many as there can be, are 2^28. Accepted is modulo 2^32 and at the top, where it
 * wraps without a carry; all of it is found by accepted_by_callers in quiet.c. */
#define POOL_CALLER_ENTER (UINT64_C(1))
#define POOL_CALLER_INSIDE_MASK ((UINT64_C(1) << 30) - 1)
#define POOL_CALLER_FREEING (UINT64_C(1) << 30)
#define POOL_CALLER_CLOSED (UINT64_C(1) << 31)
#define POOL_CALLER_ACCEPT (UINT64_C(1) << 32)
#define POOL_CALLER_ACCEPTED_SHIFT 32

struct pool_results_ring; /* results.c */
struct pool_forks;        /* fork.h */

enum { POOL_RETIRING_MAX = POOL_SIZE(128, 4) };

struct pool_head {
    struct pool base;
    const struct pool_design *design;
    struct pool_config config; /* with the defaults filled in; cpus is not kept */
    uint64_t process;          /* that opened it: process.h */
    uint64_t chores;           /* of each job, from its start */
    int workers;               /* that run; constant once open */
    char *worker_slots;
    struct pool_results_ring *results;
    struct pool_forks *lanes; /* of all workers; or NULL */
    int *victims;             /* storage of all workers' victim lists */
    int *cpus;                /* config.cpus, copied; or NULL */
    _Atomic uint32_t opened;  /* workers wait for it */

    /* Read by everybody, written seldom. */
    alignas(POOL_CACHE_LINE) _Atomic uint64_t attention; /* enum pool_attention, and more */
    _Atomic uint32_t room_wanted;                        /* free slots worth a wake-up; 0: nobody waits: room.c */
    _Atomic uint64_t epoch;                              /* completed cancels */
    _Atomic uint64_t stale_below;                        /* jobs stamped below are cancelled */
    _Atomic uint64_t cancel_begun;                       /* epoch, or one more while a cancel begins */
    _Atomic uint32_t cancelling;                         /* cancels under way: move no more than one job */
    _Atomic uint32_t watchers;                           /* who wants to hear of quiet */
    _Atomic bool drained;
    bool forked;                  /* some job of this pool has forked; fork.c, atomic */
    _Atomic uint32_t child_calls; /* that may yet be made for children: idle.h */

    /* Submitters that run jobs themselves, and calls in progress. */
    alignas(POOL_CACHE_LINE) _Atomic uint64_t caller_word;
    _Atomic uint64_t caller_done, caller_failed;
    _Atomic uint32_t caller_transit; /* submits from jobs on such stacks */

    alignas(POOL_CACHE_LINE) _Atomic uint64_t cancelled;
    _Atomic uint64_t dropped;
    _Atomic uint64_t released; /* slots freed by other than workers */
    _Atomic uint64_t wakes, wakes_vain, replaced;
    _Atomic uint32_t blocked_submit, blocked_wait, blocked_receive, blocked_results;

    /* Quiet: quiet.c. */
    struct pool_lock quiet_lock;
    _Atomic bool quiet_asked;    /* a look is wanted: by the lock's holder, if there is one */
    _Atomic uint32_t quiet_seen; /* a futex; grows each time quiet was seen */

    /* Room: room.c. */
    _Atomic uint32_t room_seq; /* a futex; grows when room appeared */
    _Atomic int64_t places;    /* free ones; under THROTTLE */

    /* Cancel: cancel.c. */
    struct pool_lock cancel_lock, fd_lock;
    struct pool_frame *armed;    /* frames whose descriptor was asked for */
    _Atomic uint32_t cancel_seq; /* a futex for pool_sleep */
    _Atomic int64_t cancel_at_ns;
    _Atomic uint64_t cancel_barred_ns, cancel_settled_ns, cancel_quiet_ns;
    bool cancel_watched; /* one of watchers, under quiet_lock */

    /* Idle workers: idle.c. */
    alignas(POOL_CACHE_LINE) _Atomic uint64_t idle_call; /* who was called last, and searches */
    _Atomic uint64_t idle_set[POOL_WORKERS_MAX / 64];    /* who sleeps and was not called */
    _Atomic uint64_t held_seen;                          /* as a worker's, of the common queue */
    _Atomic int parked_now; /* for statistics: sleepers of pools that do not rest in idle.c */

    /* Jobs taken away to be settled unrun: retire.c. */
    alignas(POOL_CACHE_LINE) _Atomic uint64_t retiring[POOL_RETIRING_MAX]; /* a mark for each */
    _Atomic uint32_t retiring_more;                                        /* those that found no mark */
    _Atomic uint32_t retire_waits;                                         /* who waits for marks */
    _Atomic uint32_t retire_seq;                                           /* a futex; grows when one was removed */
};

static inline struct pool_head *pool_head_of(struct pool *pool)
{
    return (struct pool_head *)pool;
}

static inline struct pool_worker *pool_worker_at(struct pool_head *head, int index)
{
    return (struct pool_worker *)(head->worker_slots + (size_t)index * head->design->worker_size);
}

/* How many workers sleep in idle.c. Sequentially consistent: who parks announces
 * itself here, fences, and looks; who asks has published before. */
static inline int pool_parked(struct pool_head *head)
{
    return (int)(atomic_load_explicit(&head->attention, memory_order_seq_cst) >> POOL_PARKED_SHIFT & POOL_PARKED_MASK);
}

/* idle.c: the call that this thread has found to be young, and how often it has believed
 * that since. */
struct pool_belief {
    struct pool_head *head;
    uint64_t call;
    unsigned turn;
};
extern __thread struct pool_belief pool_belief;

/* With the gate up: whether the worker that was called last will come, and nobody else need
 * be woken. False each eighth time, and wherever that is to be looked at. Pairs with
 * search_clear, as design->wake does. */
static inline bool pool_is_called(struct pool_head *head)
{
    return atomic_load_explicit(&head->idle_call, memory_order_seq_cst) == pool_belief.call &&
           pool_belief.head == head && ++pool_belief.turn % 8;
}

/* Adds to a counter that only this thread writes. */
static inline void pool_count_own(_Atomic uint64_t *counter, uint64_t more, memory_order order)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + more, order);
}

/* The defect of a counter that many threads write as if it were their own. */
static inline void pool_count_torn(_Atomic uint64_t *counter)
{
    uint64_t seen = atomic_load_explicit(counter, memory_order_acquire);
    pool_defect_window();
    atomic_store_explicit(counter, seen + 1, memory_order_release);
}

/* False in the child of a process fork, where the pool is dead. */
static inline bool pool_is_here(const struct pool_head *head)
{
    return head->process == pool_process_number();
}

/* Whether there is something to do at the end of the job. The chores begin with the
 * process, so that one comparison finds the child of a process fork in the job, too. */
static inline bool pool_has_chores(const struct pool_frame *frame)
{
    return frame->chores != pool_process_number();
}

/* The innermost frame of this pool on this stack, or NULL. */
static inline struct pool_frame *pool_inside(struct pool_head *head)
{
    struct pool_frame *frame = pool_frame_top;
    while (frame && (frame->pool != head || !atomic_load_explicit(&frame->fn, memory_order_relaxed)))
        frame = frame->below;
    return frame;
}

/* Cold halves, for the inline functions below and for pools that need them. */
void pool_finish(struct pool_head *head, struct pool_frame *frame, int status); /* results.c: a job with chores ends */
void pool_cancel_one(struct pool_head *head, const struct pool_task *task);     /* retire.c: settles one unrun */
bool pool_quiet_look(struct pool_head *head);                                   /* quiet.c: announces it, if it is so */
void pool_room_look(struct pool_head *head);                                    /* room.c: a slot was freed */
void pool_place_give(struct pool_head *head, int64_t count);                    /* room.c: a result's place was */
int pool_caller_run(struct pool_head *head, struct pool_frame *inside, pool_job_fn *fn, void *arg); /* caller_run.c */
bool pool_replace_idle(struct pool_worker *worker);                                                 /* life.c */
int pool_thread_start(pthread_t *thread, int cpu, void *(*main)(void *), void *arg);
int pool_cpu_of(struct pool_head *head, int index);
void pool_crash_report_here(void); /* crash.c: on each worker */

/* The operations of pool.h for every own pool. */
int pool_head_open(struct pool **out, const struct pool_config *config, const struct pool_design *design,
                   const struct pool_ops *ops);
int pool_head_close(struct pool *pool);
int pool_head_cancel(struct pool *pool);
int pool_head_wait(struct pool *pool, int64_t timeout_ns);
int pool_head_receive(struct pool *pool, struct pool_result *results, int count, int64_t timeout_ns);
int64_t pool_head_free(struct pool *pool);
int pool_head_stats(struct pool *pool, struct pool_stats *stats);
int pool_head_explain(struct pool *pool, char *text, size_t size);

/* A pool's table in one line; X is the pool's name, which also names its
 * X_open, X_submit and X_submit_batch. */
#define POOL_HEAD_OPS(x, what, abilities)                                                                              \
    {                                                                                                                  \
        .abi = POOL_ABI, .name = #x, .summary = what, .can = abilities, .open = x##_open, .submit = x##_submit,        \
        .submit_batch = x##_submit_batch, .close = pool_head_close, .cancel = pool_head_cancel,                        \
        .wait = pool_head_wait, .receive = pool_head_receive, .free = pool_head_free, .stats = pool_head_stats,        \
        .explain = pool_head_explain,                                                                                  \
    }

/* Runs a job that was just taken, or cancels it when its epoch is over.
 * Threads: the worker. The caller armed frame->env. */
static inline void pool_settle(struct pool_worker *worker, int status);

static inline __attribute__((always_inline)) void pool_run(struct pool_head *head, struct pool_worker *worker,
                                                           const struct pool_task *task)
{
    struct pool_frame *frame = &worker->frame;
    /* The epoch is read before the boundary: pairs with pool_head_cancel, which
     * stores the boundary before the epoch. A new epoch seen here means that
     * the boundary seen is new too. */
    uint64_t epoch = atomic_load_explicit(&head->epoch, memory_order_acquire);
    if (pool_unlikely(task->stamp < atomic_load_explicit(&head->stale_below, memory_order_acquire)) &&
        !(POOL_DEFECT(CANCEL_BY_CHANCE) && pool_defect_chance())) {
        pool_cancel_one(head, task);
        return;
    }
    POOL_STEP("head: about to start");
    frame->epoch = epoch;
    atomic_store_explicit(&frame->arg, task->arg, memory_order_relaxed);
    atomic_store_explicit(&frame->fn, task->fn, memory_order_relaxed);
    /* Release: pairs with the acquire in started_sum; who sees the job as started sees
     * it as accepted, which this worker has seen when it took the job. */
    pool_count_own(&worker->started, 1, memory_order_release);
    POOL_STEP("head: started");
    if (POOL_DEFECT(CLOSED_IS_JOB) || POOL_DEFECT(WORKER_TRUSTS))
        pool_defect_note_job(task->fn);
    pool_settle(worker, task->fn(task->arg));
}

/* Gives the job in the worker's frame its outcome. */
static inline void pool_settle(struct pool_worker *worker, int status)
{
    struct pool_frame *frame = &worker->frame;
    POOL_STEP("head: a job ended");
    if (pool_unlikely(pool_has_chores(frame)))
        pool_finish(frame->pool, frame, status);
    atomic_store_explicit(&frame->fn, NULL, memory_order_relaxed);
    if (POOL_DEFECT(TORN_COUNTER)) {
        pool_count_torn(&frame->pool->caller_done);
        return;
    }
    /* Release: pairs with the acquire in pool_quiet_look; what the job did
     * happens before the return of a wait that counts it. */
    if (pool_likely(status >= 0))
        pool_count_own(&worker->done, 1, memory_order_release);
    else
        pool_count_own(&worker->failed, 1, memory_order_release);
    POOL_STEP("head: settled");
}

/* Tells who waits for quiet. After settling; by workers only when they run dry. */
static inline void pool_announce(struct pool_head *head)
{
    pool_fence(); /* counters before watchers: pairs with the add in pool_head_wait */
    if (pool_unlikely(atomic_load_explicit(&head->watchers, memory_order_relaxed)))
        pool_quiet_look(head);
}

/* The same, when the counter was added to by a sequentially consistent read-
 * modify-write just before, which on x86-64 is the fence. */
static inline void pool_announce_counted(struct pool_head *head)
{
#if !POOL_SWAP_IS_FENCE
    pool_fence();
#endif
    if (pool_unlikely(atomic_load_explicit(&head->watchers, memory_order_relaxed)))
        pool_quiet_look(head);
}

#endif
