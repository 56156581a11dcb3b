/* pool.h - the contract of a worker pool: what every pool here promises.
 *
 * A pool runs jobs on worker threads. A job is a function and one argument,
 * stored by value: submitting never allocates. Every accepted job ends as
 * exactly one of done, failed, cancelled, dropped; at rest
 *
 *     accepted = done + failed + cancelled + dropped
 *
 * Calls return 0 or a count, else a negative errno; none returns -EINTR.
 * Timeouts are in nanoseconds of CLOCK_MONOTONIC: < 0 waits for ever, 0 never
 * waits. This header is the manual; it needs nothing but C11 and pthreads.
 *
 * States: OPEN -pool_close-> CLOSING -quiet-> DRAINED -pool_free-> gone.
 * pool_cancel changes no state, it adds an epoch: the pool stays usable.
 * "Quiet" is a moment at which every accepted job has its outcome.
 * "Inside" means: this thread has a job of the pool on its stack, at any depth
 * (on a worker, run by its submitter, inline, or below another pool's job).
 *
 * | call            | OPEN                     | CLOSING    | DRAINED            | blocked in it at free |
 * |-----------------|--------------------------|------------|--------------------|-----------------------|
 * | submit, outside | 0 or by policy           | -ESHUTDOWN | -ESHUTDOWN         | -ESHUTDOWN            |
 * | submit, inside  | 0, -EAGAIN, -ECANCELED   | the same   | cannot be          | goes on               |
 * | close           | 0                        | -EALREADY  | -EALREADY          |                       |
 * | cancel          | 0                        | 0          | 0                  |                       |
 * | wait            | 0, -ETIMEDOUT, -EDEADLK  | the same   | 0                  | 0, at quiet           |
 * | receive         | 1, -ETIMEDOUT            | the same   | 1, then 0 for ever | -ESHUTDOWN            |
 * | free            | >= 0, -EDEADLK           | the same   | the same           | twice: undefined      |
 * | stats, explain  | 0                        | 0          | 0                  |                       |
 *
 * A NULL pool or function is -EINVAL, before any other error. What a pool
 * cannot do at all is -ENOTSUP (see enum pool_can). In the child of a fork every
 * call on a pool of the parent is -EOWNERDEAD at once, whether fork(), _Fork() or
 * clone() made it; pools that it opens itself are alive. A child that shares its
 * parent's memory (vfork) would make its calls on the parent's pools.
 *
 * What may overlap: submit, close, cancel, wait, receive, stats and explain,
 * any with any, from any number of threads. open: alone. free: no call may
 * begin after it, except from the pool's own jobs; calls that pool_stats
 * counts as blocked (submit, wait, receive) are woken and awaited, a batch also
 * between its jobs; and so is a submit that runs its job itself, while that one, or a
 * child that runs in it, is among blocked_results, and afterwards. Every other submit
 * must have returned when free begins: that its job has run does not say so. (The check
 * build aborts with a message when one has not, and when a pool is used after free.) Who
 * returns from wait may free at once. discard overlaps with anything but free's return.
 * No call is async-signal-safe. No call is a cancellation point, and neither is the
 * end of a job on its submitter's stack: who has a pending pthread_cancel returns
 * from the call first. (A job there may come to one; then it left its thread.)
 *
 * Rules for users
 *  1. A child may run before its submit returns: submit while holding no lock
 *     that the child takes, and let no child wait for its submitter.
 *  2. At most workers - 1 workers block for one another; workers is the number in
 *     pool_stats, which may be less than was asked for.
 *  3. With POOL_RESULTS_BLOCK somebody receives until 0, or gives up by close,
 *     then cancel. With BLOCK and THROTTLE the only consumer is not the
 *     submitter, and does not wait before it receives.
 *  4. Somebody closes; not only a job that may be refused or dropped.
 *  5. Blocking calls between pools form no cycle; no job joins a thread that
 *     waits for its pool.
 *  6. Jobs that run long or breed without end look at pool_cancelled().
 *  7. A job leaves its thread as it found it: signal mask, cancel state,
 *     affinity, priority, rounding, locale, locks. errno is not reset.
 *  8. No longjmp or C++ exception leaves a job. pool_fail and pthread_exit are
 *     called with no lock held and across no foreign frame; nor, with forks open,
 *     across a cleanup handler or a destructor, which would run over frames that
 *     those forks still use.
 *  9. A job that forks a process ends the child by exec or _exit; where the child
 *     would go on, at the end of the job, it ends by _exit(70). Free before the code of
 *     jobs is unloaded (dlclose).
 * 10. Functions given to pool_fork do not wait for jobs, and no lock that they
 *     take is held across pool_join.
 *
 * Source of the promises: what shipped pools got wrong. tests/contract/ holds
 * every registered pool to each line above. */
#ifndef POOL_H
#define POOL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of struct pool_ops. A pool built against another one is refused
 * by pool_open with -EPROTO. */
#define POOL_ABI 3

#define POOL_WORKERS_MAX 1024
#define POOL_CAPACITY_MAX (1u << 24)
#define POOL_CAPACITY_DEFAULT 1024

/* How many jobs of one pool may be nested on one stack (a worker whose own
 * pool is full runs a child itself); one more submit is refused, -EAGAIN. */
#define POOL_DEPTH_MAX 64

/* For pool_config.spin_ns: park at once. Zero means the default of 2 us. */
#define POOL_NO_SPIN (-1)

struct pool;

/* A job. Returns >= 0 for done, < 0 (a negative errno by custom) for failed. */
typedef int pool_job_fn(void *arg);

struct pool_job {
    pool_job_fn *fn;
    void *arg; /* may be NULL; never touched by the pool */
};

/* What a submitter meets when `capacity` jobs wait. */
enum pool_full {
    POOL_BLOCK,       /* it waits, until at most 1 ms after a slot is free, whatever
                       * signals and wake-ups come */
    POOL_REJECT,      /* -EAGAIN */
    POOL_TIMEOUT,     /* it waits full_timeout_ns at most, looks once more for any
                       * slot, then -ETIMEDOUT */
    POOL_CALLER_RUNS, /* it runs the job itself: 0 */
    POOL_DROP_OLDEST, /* the oldest job that can still be taken is dropped; it waits
                       * for nothing but discard, which it calls */
};

/* What becomes of a job's status. With a channel, done + failed =
 * received + pending + lost at rest. */
enum pool_results {
    POOL_RESULTS_NONE,     /* counted, then forgotten */
    POOL_RESULTS_BLOCK,    /* a worker with no place for its result waits */
    POOL_RESULTS_THROTTLE, /* a place is reserved at submit: the submitter waits */
    POOL_RESULTS_DROP,     /* a result that finds no place is lost */
};

/* Why an argument comes back through pool_config.discard. */
enum pool_why {
    POOL_WHY_CANCELLED = 1, /* the job never ran: pool_cancel */
    POOL_WHY_DROPPED,       /* the job never ran: POOL_DROP_OLDEST */
    POOL_WHY_RESULT_LOST,   /* the job ran, nobody will receive its result */
};

enum pool_flags {
    POOL_REPORT_CRASHES = 1, /* print pool, worker, function and argument of the
                              * job in which a fault signal arrives, then chain
                              * to the handler that was there before */
    POOL_KEEP_ORDER = 2,     /* one producer's queued jobs start in their order;
                              * -ENOTSUP where the pool cannot */
};

/* Zero means the default, in each field but `workers`. */
struct pool_config {
    int workers;             /* threads, 1..POOL_WORKERS_MAX; `inline` ignores it */
    int workers_min;         /* open fails with -EAGAIN below this; default 1 */
    size_t capacity;         /* jobs accepted and not started; default 1024 */
    enum pool_full full;     /* default POOL_BLOCK */
    int64_t full_timeout_ns; /* for POOL_TIMEOUT, >= 0 */
    enum pool_results results;
    size_t results_capacity; /* places; default: capacity */

    /* Called exactly once for each cancelled or dropped job and each lost
     * result, on the thread that settles it, with no pool lock held, before
     * the outcome counts. It may take its time: then only that thread waits, and a
     * cancel that must not return before this job is settled. It may call only
     * pool_stats. May be NULL. */
    void (*discard)(void *arg, enum pool_why why);

    const int *cpus; /* worker i runs on cpus[i % cpu_count] only; read during
                      * pool_open only; a CPU not allowed here is -EINVAL.
                      * A submitter may keep its CPU to itself: of several workers
                      * without work one is woken that runs on another CPU, if there
                      * is one. Not so in `textbook`: pthread_cond_signal chooses, and
                      * its job may wait until the submitter leaves that CPU */
    int cpu_count;   /* 0: workers are not pinned */
    unsigned flags;  /* of enum pool_flags */
    int64_t spin_ns; /* how long a worker without work spins before it parks */
};

/* A result. */
struct pool_result {
    pool_job_fn *fn;
    void *arg;
    int status; /* what the job returned, or gave to pool_fail, or -EOWNERDEAD */
};

enum pool_state { POOL_OPEN, POOL_CLOSING, POOL_DRAINED };

/* Counts since pool_open. No counter ever decreases for a reader, and always
 * done + failed <= started <= accepted, caller_runs <= started and the sum of
 * outcomes <= accepted; at rest all are exact, thus from the return of a pool_wait
 * that is 0 until the next submit. Gauges are of the moment. */
struct pool_stats {
    uint64_t accepted, started;
    uint64_t done, failed, cancelled, dropped; /* outcomes */
    uint64_t caller_runs;                      /* of started: on the stack of a submitter */
    uint64_t received, lost;
    uint64_t wakes;                                    /* futex wake-ups of parked workers */
    uint64_t wakes_vain;                               /* of wakes: the worker slept again without a job */
    uint64_t parks;                                    /* times a worker went to sleep */
    uint64_t steals;                                   /* jobs taken over from another worker */
    uint64_t forks_stolen;                             /* forks that ran on another worker */
    uint64_t cancels;                                  /* the epoch */
    uint64_t replaced;                                 /* workers that a job took away by pthread_exit */
    uint64_t waiting;                                  /* gauge: accepted, not started, not settled */
    uint64_t pending;                                  /* gauge: results not yet received */
    int workers;                                       /* that run now; may be fewer than were asked for */
    int parked;                                        /* gauge: workers asleep for want of jobs */
    int blocked_submit, blocked_wait, blocked_receive; /* gauges: callers */
    int blocked_results;                               /* gauge: jobs that ended, and wait for a result's place */
    bool pinned;                                       /* every worker got its CPU */
    enum pool_state state;

    /* The last cancel, in ns after its call; UINT64_MAX: not yet, or never. A plug-in may leave them 0, and `cancels`:
     * then it does not keep them. barred: from here on no job accepted before is taken to run;
     * settled: every queued one has its outcome; quiet: nothing runs. */
    uint64_t cancel_barred_ns, cancel_settled_ns, cancel_quiet_ns;
};

/* POOL_LOCK_FREE: whichever thread is preempted, and wherever in a submit, a take or the
 * settling of a job, the others go on: jobs go in and come out. So under REJECT,
 * DROP_OLDEST and CALLER_RUNS. Not meant, since they wait for somebody by their nature,
 * or lock:
 *  - a submit under BLOCK, TIMEOUT or RESULTS_THROTTLE in a full pool: who makes room wakes it;
 *  - the result channel, which has a lock; and pool_wait, which is told of the last job
 *    by whoever looks, though he stands still: but no worker waits for him;
 *  - pool_cancel, which waits for the marks of jobs on the move; pool_free, which waits for
 *    everybody; the end that a pool_close leads to, which is told as in pool_wait;
 *  - fork and join: a join waits for who runs its fork;
 *  - `discard` and the jobs, which are the user's.
 * A submit that wakes a worker enters the kernel; it awaits nobody there. A preempted
 * worker may hold as much as half of the slots. A worker that was called and gets no CPU
 * is believed for 50 us: a job that nobody awake takes waits for it, or for a submit that
 * comes later than that and calls another one: where workers are bound to no CPU, the
 * eighth of one thread at the latest. */

/* What a pool is able to do; a bit that is missing is reported as "not
 * supported" by checks and workloads, never passed over in silence. */
enum pool_can {
    POOL_CAN_QUEUE = 1 << 0,      /* holds jobs: capacity and policies mean something */
    POOL_CAN_RUN_APART = 1 << 1,  /* jobs run on threads of the pool */
    POOL_CAN_CANCEL = 1 << 2,     /* queued jobs can be cancelled */
    POOL_CAN_RESULTS = 1 << 3,    /* has a result channel */
    POOL_CAN_DROP = 1 << 4,       /* POOL_DROP_OLDEST */
    POOL_CAN_KEEP_ORDER = 1 << 5, /* accepts POOL_KEEP_ORDER */
    POOL_KEEPS_ORDER = 1 << 6,    /* is FIFO without being asked */
    POOL_CAN_CONTAIN = 1 << 7,    /* survives pool_fail and pthread_exit */
    POOL_LOCK_FREE = 1 << 8,      /* a preempted thread stops no other one: above */
    POOL_CAN_FORK = 1 << 9,       /* forks run in parallel; else in sequence */
};

/* What a pool says of itself that differs from the promises above. Only pools
 * that come as plug-ins declare any of it; what is declared is not held against
 * them, and what depends on it is "not supported". */
enum pool_declares {
    POOL_UNBOUNDED = 1 << 0,      /* any number of jobs wait: capacity and policies mean nothing */
    POOL_CLOSE_CANCELS = 1 << 1,  /* close cancels what is queued; else it drains */
    POOL_ZERO_IS_AUTO = 1 << 2,   /* a size of 0 means that the pool chooses one */
    POOL_CALLER_MAY_RUN = 1 << 3, /* a submit may run its job itself */
    POOL_WAIT_HELPS = 1 << 4,     /* who waits may run jobs */
    POOL_OPEN_AWAITS = 1 << 5,    /* open returns when the workers run, not before */
    POOL_NO_CLOSE = 1 << 6,       /* has no close of its own; the adapter's only ends the adapter */
    POOL_NO_COUNTS = 1 << 7,      /* counts nothing itself; the adapter does */
    POOL_NO_DISCARD = 1 << 8,     /* jobs that never run are not given back through discard */
    POOL_THREADS_STAY = 1 << 9,   /* its threads outlive pool_free */
    POOL_PINS_ITSELF = 1 << 10,   /* follows config.cpus; else the harness pins its workers */
    POOL_MUST_ENTER = 1 << 11,    /* only threads inside `enter` may submit */
    POOL_NO_WAIT = 1 << 12,       /* has no wait of its own that leaves it open; the adapter has one */
    POOL_JOBS_RETURN = 1 << 13,   /* a job that ends its thread takes a worker away */
    POOL_ZERO_STOPS = 1 << 14,    /* a size of 0 means that nothing runs: documented, not a mistake */
    POOL_FORK_UNSEEN = 1 << 15,   /* does not see that it is in the child of a fork: there it is not to be called */
};

/* Why a pool cannot be asked for a bug, or what its documentation promises where
 * it fails: printed beside the verdict. */
struct pool_reason {
    const char *fault; /* its name in `poolbench check --list` */
    const char *why;   /* one line */
};

/* A pool's operations: one constant table per pool. Each is called with a pool
 * of its own that is not NULL, and a function that is not NULL. A plug-in may
 * leave out submit_batch (then it is a loop), cancel and receive (when `can` does
 * not name them), explain, and all that follows it. */
struct pool_ops {
    int abi;          /* POOL_ABI; must come first in every version */
    const char *name; /* letters, digits, - and _; at most 31 */
    const char *summary;
    unsigned can; /* of enum pool_can */
    int (*open)(struct pool **out, const struct pool_config *config);
    int (*submit)(struct pool *pool, pool_job_fn *fn, void *arg);
    int (*submit_batch)(struct pool *pool, const struct pool_job *jobs, int count);
    int (*close)(struct pool *pool);
    int (*cancel)(struct pool *pool);
    int (*wait)(struct pool *pool, int64_t timeout_ns);
    int (*receive)(struct pool *pool, struct pool_result *results, int count, int64_t timeout_ns);
    int64_t (*free)(struct pool *pool);
    int (*stats)(struct pool *pool, struct pool_stats *stats);
    int (*explain)(struct pool *pool, char *text, size_t size);

    unsigned declares;                 /* of enum pool_declares */
    const char *version;               /* of the library that is adapted; NULL: none */
    const struct pool_reason *reasons; /* ends with a NULL fault; or NULL */

    /* With POOL_MUST_ENTER: runs main(arg) on this thread as one that may submit
     * to the pool. Returns when that has returned; jobs may still run. */
    void (*enter)(struct pool *pool, void (*main)(void *arg), void *arg);
};

/* Every pool begins with this; the rest is its own. */
struct pool {
    const struct pool_ops *ops;
};

/* Enters a pool into the table that pool_count and pool_at read. A file in
 * pools/ that ends in this line is found by the program, the tests and the
 * plots without any other edit. */
#define POOL_REGISTER(table)                                                                                           \
    static const void *const pool_entry_##table __attribute__((used, retain, section("pool_table"))) = &(table)

/* The last line of a plug-in, a shared object with pools of its own:
 * POOL_PLUGIN(&mine) or POOL_PLUGIN(&one, &other). `poolbench run --plugin FILE`
 * and `poolbench check --plugin FILE` load it. */
#define POOL_PLUGIN(...)                                                                                               \
    extern const struct pool_ops *const poolbench_pools[] POOL_EXPORT;                                                 \
    const struct pool_ops *const poolbench_pools[] = {__VA_ARGS__, NULL}
#define POOL_EXPORT __attribute__((visibility("default")))

/* The pools that there are: the registered ones in the order of their names,
 * then those added, in the order in which they came. Threads: any, but not
 * while one is added. */
int pool_count(void);
const struct pool_ops *pool_at(int index); /* NULL when out of range */
const struct pool_ops *pool_find(const char *name);

/* Adds a pool that is not this program's own. The table must live on.
 * Returns 0; -EPROTO for another POOL_ABI; -EEXIST when the name is taken;
 * -ENOSPC when there are too many. */
enum { POOL_ADDED_MAX = 32 };
int pool_add(const struct pool_ops *ops);
bool pool_is_added(const struct pool_ops *ops);

/* What pool_open refuses, whatever pool it is: one of ours asks here, and for a plug-in
 * pool_open does. All but the number of workers, which is the pool's to refuse: some choose
 * one for 0. `can`: of enum pool_can. Returns 0; -EINVAL for what makes no sense, and for a
 * CPU that is not allowed here; -ENOTSUP for what such a pool cannot. */
int pool_config_check(const struct pool_config *config, unsigned can);

/* Opens a pool and starts its workers. A pool that is a plug-in is asked only for what
 * makes sense and what its `can` names; a number of workers, and a policy that it does not
 * have, are its own to refuse.
 * Returns 0; -EINVAL for a config that makes no sense; -ENOTSUP for one that
 * this pool cannot keep; -EAGAIN when fewer than workers_min threads could
 * start; -ENOMEM. On error *out is unchanged and nothing is left behind.
 * Owner: the caller, who ends it with pool_free. */
int pool_open(struct pool **out, const struct pool_ops *ops, const struct pool_config *config);

/* Queues fn(arg) to run once.
 * Blocks: only under POOL_BLOCK, POOL_TIMEOUT and POOL_RESULTS_THROTTLE, and
 * never inside: there, with no room, BLOCK, TIMEOUT and CALLER_RUNS run the
 * job at once on this stack (under THROTTLE, when there is a place for its
 * result), REJECT returns -EAGAIN, DROP_OLDEST drops.
 * Returns 0; on any error nothing has changed, fn never runs, no other job was
 * dropped, and arg stays the caller's:
 * -EAGAIN full (REJECT), or nested 64 deep, or inside without a place for the
 * result (THROTTLE); -ETIMEDOUT; -ESHUTDOWN closed; -ECANCELED when a cancel
 * began while it was blocked, or inside a job that is cancelled.
 * Submit happens before the job's start. */
static inline int pool_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    if (!pool || !fn)
        return -EINVAL;
    return pool->ops->submit(pool, fn, arg);
}

/* As `count` single submits that stop at the first error, but cheaper. Once it has
 * blocked, pool_stats counts it as blocked until it returns.
 * Returns how many were accepted if any, else the error. count 0 returns 0;
 * count < 0, or a NULL function anywhere in the array, is -EINVAL and nothing
 * is accepted. */
int pool_submit_batch(struct pool *pool, const struct pool_job *jobs, int count);

/* Refuses outside submits from now on; what was accepted still runs, and jobs
 * may still submit children. Wakes blocked submitters (-ESHUTDOWN). Whichever it
 * returns, a submit that begins afterwards is refused; one that was under way may
 * still be accepted, and then runs.
 * Threads: any, also inside. Never blocks. Returns 0, later -EALREADY. */
int pool_close(struct pool *pool);

/* Queued jobs become cancelled; running ones can see it (pool_cancelled).
 * On return each job accepted before the call was taken to run or is settled,
 * and its slot and place are free; running jobs are not awaited. One job for
 * each worker may be in its hand, taken but not begun: it is about to run or to
 * be settled as cancelled. Submitters
 * that block return -ECANCELED. Submits begun after the return are untouched.
 * Threads: any, also inside. Blocks: for a few instructions of each worker and each
 * submitting job, and for the discards of jobs accepted before, whoever calls them (of
 * more than 128 discards at a time, for some others as well); never for a job. Several
 * may overlap: none holds up what another one bars. Cost: bounded by the queued jobs.
 * Returns 0. */
int pool_cancel(struct pool *pool);

/* Waits for a moment of quiet. Never runs jobs itself. With submits from
 * elsewhere that moment may not come: close first.
 * Returns 0, -ETIMEDOUT (pool_explain says who waits for what), -EDEADLK inside.
 * Outcomes happen before the return, and results are there to be received. */
int pool_wait(struct pool *pool, int64_t timeout_ns);

/* Takes up to `count` results, in the order in which they came; waits for the
 * first one only.
 * Returns how many (>= 1); 0 once the pool is drained and all are received;
 * -ETIMEDOUT; -ENOTSUP without a channel; -EDEADLK inside, unless timeout 0;
 * -ESHUTDOWN when pool_free gave the results up. */
int pool_receive_batch(struct pool *pool, struct pool_result *results, int count, int64_t timeout_ns);
static inline int pool_receive(struct pool *pool, struct pool_result *result, int64_t timeout_ns)
{
    return pool_receive_batch(pool, result, 1, timeout_ns);
}

/* Closes, drains (children too), gives up the results that nobody received,
 * wakes and awaits blocked callers, joins the workers, releases everything.
 * Blocks: until the accepted jobs have returned; a job that never returns holds
 * it. Returns the number of results given up; -EDEADLK inside (nothing is
 * changed); free of NULL is 0. */
int64_t pool_free(struct pool *pool);

/* Fills *stats. Threads: any, also inside and from discard. Never blocks. */
int pool_stats(struct pool *pool, struct pool_stats *stats);

/* Writes at most size - 1 bytes of text that says who waits for what.
 * Threads: any, any time, also inside. Never waits for a job: it takes no lock that
 * one could hold, nor the loader's; its cost is bounded by workers, not by jobs.
 * Returns 0. */
int pool_explain(struct pool *pool, char *text, size_t size);

/* The following are for code inside a job, and speak of the innermost one. */

/* True once this job's epoch is cancelled: two loads. Outside: false. */
bool pool_cancelled(void);

/* Sleeps; returns 0 at the end, -ECANCELED early if the job is cancelled.
 * Outside: a plain sleep. */
int pool_sleep(int64_t ns);

/* A descriptor that poll() shows readable iff this job is cancelled. It
 * belongs to the pool: not to be read, written or closed, and of no meaning
 * after the job. -EPERM outside; -errno when none can be made. */
int pool_cancel_fd(void);

/* Ends this job as failed with `status` (>= 0 is taken as -EIO), from any
 * depth of calls. No lock may be held. Outside a job: a message, abort. */
void pool_fail(int status) __attribute__((noreturn));

/* The index of the worker that runs this job, 0..workers-1; -1 in a job on its
 * submitter's stack, and outside. */
int pool_worker(void);

/* Fork and join: calls that may run at the same time, inside one job.
 *
 *     struct pool_fork left;
 *     pool_fork(&left, count, tree->left);        offered to the other workers
 *     sum = count(tree->right);
 *     sum += pool_join(&left);                    run here, if nobody took it
 *
 * A fork is no job: it takes no slot, has no outcome and no result, is never
 * cancelled by itself (pool_cancelled in it speaks of its job), and is part of
 * the job that forked it. Nothing is allocated; while nobody steals, a fork and
 * its join are a few plain loads and stores. Who waits in a join for a fork that
 * was stolen runs nothing but forks of that fork, at any depth: never a job, and
 * never a fork of something else. Any number of workers will do.
 *
 * A fork runs at its join at the latest, and no earlier unless another worker has
 * nothing to do and this one comes by a fork or a join: so nothing else may wait
 * for it.
 *
 * Where pools lack POOL_CAN_FORK, in a job that runs on its submitter's stack, and
 * while a job has POOL_FORKS_MAX forks open, pool_fork runs the function at once.
 *
 * A function that returns < 0, calls pool_fail or leaves its thread fails the job
 * that joins it, with its status (-EOWNERDEAD when it left), stolen or not. Forks
 * still open when a job returns are joined; when it fails, those that nobody took
 * are dropped; those that somebody runs are waited for, in both cases, before the
 * job has its outcome.
 *
 * Sources: Frigo, Leiserson and Randall, "The implementation of the Cilk-5
 * multithreaded language" (PLDI 1998); van Dijk and van de Pol, "Lace:
 * non-blocking split deque for work-stealing" (Euro-Par 2014 workshops) for the
 * part of a deque that is private until somebody asks; Wagner and Calder,
 * "Leapfrogging" (PPoPP 1993) for what a waiting joiner may run. */

enum { POOL_FORKS_MAX = 256 };

/* An open fork, in its worker's lane. Private to the pool. */
struct __attribute__((aligned(64))) pool_slot { /* thieves write it: a line of its own */
    pool_job_fn *fn;
    void *arg;
    uint32_t state;         /* of enum pool_slot_state, once it is public */
    int status;             /* the thief's */
    struct pool_lane *lane; /* of the thief */
    uint64_t base;          /* the thief's open forks when it began */
};

/* The open forks of one worker's job, oldest first. Private to the pool but for
 * the functions below. Slots from `split` up to `top` are the owner's alone. */
struct pool_lane {
    struct pool_slot *top, *split; /* owner */
    struct pool_slot *limit;       /* end of the slots; NULL: do not go on without a look at pool_fork_slow; anybody */
};

/* Of this thread; with no slots unless it runs a job that may fork. */
extern __thread struct pool_lane *pool_lane;

/* A fork, in the caller's memory, from pool_fork until pool_join has returned. */
struct pool_fork {
    struct pool_slot *slot; /* NULL: it has run, or could not */
    int status, error;
};

/* Cold: everything but the fast path. */
struct pool_fork pool_fork_slow(pool_job_fn *fn, void *arg);
int pool_join_slow(struct pool_fork fork);
int pool_join_ends(struct pool_slot *slot, int status);

/* Offers fn(arg) to the other workers until it is joined.
 * Threads: the one that runs the job. Blocks: no.
 * Returns 0; -EPERM outside a job of a pool of this program (fn does not run);
 * -EOWNERDEAD in the child of a process fork. */
static inline int pool_fork(struct pool_fork *fork, pool_job_fn *fn, void *arg)
{
    struct pool_lane *lane = pool_lane;
    struct pool_slot *slot = lane->top;
    if (__builtin_expect(slot >= __atomic_load_n(&lane->limit, __ATOMIC_RELAXED), 0)) {
        *fork = pool_fork_slow(fn, arg);
        return fork->error;
    }
    slot->fn = fn;
    slot->arg = arg;
    lane->top = slot + 1;
    fork->slot = slot;
    return 0;
}

/* Takes the youngest open fork back, if it is still nobody's: then the caller has
 * to call the function itself, which may be faster because the compiler sees it.
 * Else false, and it is still to be joined. */
static inline bool pool_unfork(const struct pool_fork *fork)
{
    struct pool_lane *lane = pool_lane;
    struct pool_slot *slot = fork->slot;
    if (__builtin_expect(
            slot < lane->split || slot + 1 != lane->top || !__atomic_load_n(&lane->limit, __ATOMIC_RELAXED), 0))
        return false;
    lane->top = slot;
    return true;
}

/* The youngest open fork of this job: runs it, or waits for who does.
 * Returns what its function returned, >= 0; else this job has failed, and the call
 * does not return. The error of its pool_fork, if that failed. Joining one that is
 * not the youngest is a mistake, and ends the process with a message. */
static inline int pool_join(struct pool_fork *fork)
{
    struct pool_slot *slot = fork->slot;
    int status;
    if (__builtin_expect(!pool_unfork(fork), 0))
        return pool_join_slow(*fork);
    status = slot->fn(slot->arg);
    if (__builtin_expect(status < 0 || pool_lane->top != slot, 0))
        return pool_join_ends(slot, status);
    return status;
}

#ifdef __cplusplus
}
#endif

#endif
