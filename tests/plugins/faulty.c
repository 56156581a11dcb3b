/* faulty.c - a pool that keeps its contract; and with one bug of the kinds in faults/kinds,
 * the one that the environment names: FAULTY=inside-full and so on, for the tests of
 * `poolbench check`. Each is made where somebody would really make it: see HAS. */
#define _GNU_SOURCE
#include <poolbench.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define HAS(bug) __builtin_expect(!strcmp(bug_name, bug), 0)
static char bug_name[40];

struct faulty {
    struct pool base;
    pthread_mutex_t lock, counts;
    pthread_cond_t jobs, room, quiet;
    struct pool_stats stats;
    struct pool_config config;
    uint64_t first, last; /* job p lies in slots[p % capacity] */
    size_t capacity;
    struct pool_job *slots;
    pthread_t threads[POOL_WORKERS_MAX + 1];
    int started, gone, tokens, idle, turn;
    volatile uint64_t bare; /* jobs that have ended; no lock */
    uint64_t epoch;         /* of cancels */
    uint64_t own;           /* jobs that jobs have submitted, the last in the queue */
    uint64_t walked;
    bool stop, deaf, event, takes_next;
    size_t lost;    /* places that nobody gave back */
    cpu_set_t mask; /* of the opener */
    void *kept;
};

static __thread struct faulty *inside;
static __thread int depth;
static struct faulty *opened; /* the last, for exit-open */
static bool one_was_freed;    /* of all pools */
static _Atomic bool helper_over;
static bool one_was_slow;    /* of all jobs */
static _Atomic int all_open; /* jobs of all pools */

/* The bug, if it is this, once a pool has lived: what a pool's plain life shows goes by no name of its own. */
static bool has_later(const char *bug)
{
    return HAS(bug) && one_was_freed;
}

static bool joins_locked(void)
{
    return HAS("join-locked") || has_later("join-locked-later");
}

/* Of several who wait for room. */
static void tell_room(struct faulty *pool, const char *one)
{
    if (HAS(one))
        pthread_cond_signal(&pool->room);
    else
        pthread_cond_broadcast(&pool->room);
}

/* Workers leave after a while without work, and come back. */
static bool retires(void)
{
    return HAS("lost-at-idle") || HAS("idle-return") || HAS("thread-refused-later") || HAS("idle-twice");
}

/* More fits in than was asked for. */
static bool has_another_bound(void)
{
    return HAS("over-capacity") || HAS("slow-submit");
}

static uint64_t queued(const struct faulty *pool)
{
    return HAS("index-wraps") ? (uint16_t)(pool->last - pool->first) : pool->last - pool->first;
}

/* More than the capacity where a bug may go beyond it. */
static size_t places(const struct faulty *pool)
{
    return pool->capacity + 64 * HAS("batch-over");
}

static bool is_full(const struct faulty *pool)
{
    return queued(pool) + pool->lost >= pool->capacity;
}

static struct pool_job *slot(struct faulty *pool, uint64_t position)
{
    static struct pool_job shared[1024];
    if (HAS("second-pool-slots"))
        return &shared[position % 1024];
    return &pool->slots[(HAS("index-wraps") ? (uint16_t)position : position) % places(pool)];
}

static bool at_rest(const struct faulty *pool)
{
    const struct pool_stats *s = &pool->stats;
    if (HAS("early-wait") && !queued(pool) && s->done)
        return true;
    if (HAS("second-pool-waits") && all_open)
        return false;
    return s->done + s->failed + s->cancelled + s->dropped == s->accepted;
}

/* What jobs submitted comes first: it lies at the end. */
static bool prefers_own(const struct faulty *pool)
{
    return HAS("starved-outside") && pool->own > 0;
}

static struct pool_job take(struct faulty *pool)
{
    if (prefers_own(pool)) {
        pool->own--;
        return *slot(pool, --pool->last);
    }
    if ((HAS("order-broken") && queued(pool) > 2) || (HAS("order-of-many") && queued(pool) > 32) ||
        (HAS("order-after-wrap") && pool->last > 4 * pool->capacity && queued(pool) > 2))
        return *slot(pool, --pool->last);
    return *slot(pool, pool->first++);
}

/* What submitters wait for. */
static pthread_cond_t *room(struct faulty *pool)
{
    return HAS("one-condition") ? &pool->jobs : &pool->room;
}

static void tell(struct faulty *pool)
{
    if (HAS("one-waiter"))
        pthread_cond_signal(&pool->quiet);
    else
        pthread_cond_broadcast(&pool->quiet);
}

/* With the lock, which it gives away while the job runs. */
static void run(struct faulty *pool, struct pool_job job)
{
    struct faulty *outer = inside;
    int status;
    if (HAS("growth-per-job")) {
        void **record = malloc(64);
        *record = pool->kept, pool->kept = record;
    }
    if (HAS("descriptor-per-job"))
        dup(2);
    if (HAS("page-per-job"))
        mmap(NULL, 4096, PROT_READ | (pool->stats.started % 2 ? PROT_WRITE : 0), MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (HAS("slow-at-first") && !one_was_slow) {
        one_was_slow = true;
        nanosleep(&(struct timespec){0, 400000000}, NULL);
    }
    pool->stats.started++;
    pthread_mutex_unlock(&pool->lock);
    inside = pool, depth++;
    status = job.fn(job.arg);
    if (HAS("counts-lost")) {
        uint64_t seen = pool->bare;
        sched_yield(); /* another one may count meanwhile, on the same CPU, too */
        pool->bare = seen + 1;
    }
    if (HAS("lost-under-load") && pool->stats.started % 500 == 499)
        job.fn(job.arg);
    depth--, inside = outer;
    if (HAS("two-locks")) /* a cancel takes them the other way round */
        pthread_mutex_lock(&pool->counts);
    pthread_mutex_lock(&pool->lock);
    if (HAS("two-locks"))
        pthread_mutex_unlock(&pool->counts);
    *(status < 0 ? &pool->stats.failed : &pool->stats.done) += 1;
    all_open--;
    pool->event = true;
    if (HAS("begins-anew"))
        tell(pool);
    pool->idle += HAS("idle-twice"); /* and once more when it sleeps */
    if (at_rest(pool)) {
        tell(pool);
        if (!HAS("one-condition") || pool->stats.state != POOL_OPEN)
            pthread_cond_broadcast(&pool->jobs);
    }
}

static bool may_leave(const struct faulty *pool)
{
    if (HAS("child-at-close"))
        return pool->stats.state != POOL_OPEN;
    if (has_later("stop-missed") || joins_locked())
        return pool->stop;
    return pool->stats.state != POOL_OPEN && at_rest(pool);
}

static struct timespec after(clockid_t clock, int64_t ns)
{
    static const int64_t year_ns = INT64_C(31536000000000000);
    struct timespec now;
    clock_gettime(clock, &now);
    ns = (ns < 0 ? 0 : ns < year_ns ? ns : year_ns) + now.tv_nsec;
    return (struct timespec){now.tv_sec + ns / 1000000000, ns % 1000000000};
}

/* Of a time; one begun is whole. */
static int64_t whole_seconds(int64_t ns)
{
    static const int64_t second_ns = 1000000000;
    return ns / second_ns * second_ns + (ns % second_ns > 0 ? second_ns : 0);
}

/* Of all pools: after the first calls each takes its time. */
static void slow_down(void)
{
    enum { QUICK = 30 };
    static _Atomic int calls;
    if (calls++ > QUICK)
        nanosleep(&(struct timespec){0, 250000000}, NULL);
}

/* Returns whether the worker leaves: after a while without work it says so to nobody. */
static bool leaves_idle(struct faulty *pool)
{
    struct timespec until = after(CLOCK_MONOTONIC, HAS("lost-at-idle") ? 1000000 : 20000000);
    pool->idle++;
    if (pthread_cond_clockwait(&pool->jobs, &pool->lock, CLOCK_MONOTONIC, &until) &&
        (HAS("lost-at-idle") || !queued(pool))) {
        if (HAS("lost-at-idle")) {
            pthread_mutex_unlock(&pool->lock);
            nanosleep(&(struct timespec){0, 300000}, NULL);
            pthread_mutex_lock(&pool->lock);
        }
        pool->idle -= !HAS("idle-return");
        return true;
    }
    pool->idle--;
    return false;
}

/* Sleeps, and looks again after a while: what nobody was called for is found then. */
static void look_again(struct faulty *pool)
{
    struct timespec until = after(CLOCK_MONOTONIC, 20000000);
    pthread_cond_clockwait(&pool->jobs, &pool->lock, CLOCK_MONOTONIC, &until);
}

static void unblock_all(void)
{
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
}

static void prepare(struct faulty *pool)
{
    if (HAS("signal-mask"))
        unblock_all();
    if (HAS("kept-affinity"))
        sched_setaffinity(0, sizeof pool->mask, &pool->mask);
}

static void *worker(void *arg)
{
    struct faulty *pool = arg;
    struct pool_job next;
    bool awake = false;
    int number;
    prepare(pool);
    pthread_mutex_lock(&pool->lock);
    number = pool->turn++;
    if (HAS("signals-of-one") && number == 1)
        unblock_all();
    for (;;) {
        if (queued(pool) && !pool->deaf && !(HAS("child-at-close") && pool->stats.state != POOL_OPEN)) {
            struct pool_job job = take(pool);
            if (HAS("one-condition"))
                pthread_cond_signal(room(pool)); /* which may be for a worker */
            else
                pthread_cond_broadcast(room(pool));
            next = HAS("takes-two") && awake && queued(pool) ? take(pool) : (struct pool_job){0};
            run(pool, job);
            if (next.fn)
                run(pool, next);
            awake = true;
        } else if (has_later("stolen-stop") && pool->tokens) {
            pool->tokens--; /* whose it was */
            pthread_mutex_unlock(&pool->lock);
            nanosleep(&(struct timespec){0, 100000}, NULL);
            pthread_mutex_lock(&pool->lock);
            if (number == 1 && pool->tokens)
                pool->tokens--;
            break;
        } else if (has_later("stolen-stop") || !(may_leave(pool) || pool->deaf)) {
            if (retires()) {
                if (leaves_idle(pool))
                    break;
                continue;
            }
            if (HAS("idle-burn")) {
                pthread_mutex_unlock(&pool->lock);
                sched_yield();
                pthread_mutex_lock(&pool->lock);
                continue;
            }
            if (has_later("stop-missed"))
                nanosleep(&(struct timespec){0, 30000}, NULL);
            if (HAS("preempted")) { /* what comes now is not seen before the sleep */
                pthread_mutex_unlock(&pool->lock);
                pthread_mutex_lock(&pool->lock);
            }
            awake = false;
            pool->stats.parked++;
            if (HAS("late-backstop"))
                look_again(pool);
            else
                pthread_cond_wait(&pool->jobs, &pool->lock);
            pool->stats.parked--;
            if (HAS("wrong-wake") && number == 1 && !may_leave(pool))
                pthread_cond_wait(&pool->jobs, &pool->lock); /* not for me */
        } else {
            break;
        }
    }
    pool->gone++;
    pool->started -= retires();
    pthread_cond_broadcast(&pool->quiet);
    pthread_mutex_unlock(&pool->lock);
    if (HAS("tail-after-free"))
        for (struct timespec end = after(CLOCK_THREAD_CPUTIME_ID, 3000000), now = {0};
             now.tv_sec < end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec < end.tv_nsec);)
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return NULL;
}

/* All workers with the first job; kept-affinity is without the bug. */
static bool starts_late(void)
{
    return HAS("inherited-affinity") || HAS("kept-affinity") || HAS("inherited-priority");
}

static int start_one(struct faulty *pool)
{
    pthread_attr_t attributes;
    int error;
    pthread_attr_init(&attributes);
    if (HAS("small-stack") || (HAS("stack-of-one") && pool->started == 1))
        pthread_attr_setstacksize(&attributes, 65536);
    error = pthread_create(&pool->threads[pool->started], &attributes, worker, pool);
    pthread_attr_destroy(&attributes);
    pool->started += !error;
    return error;
}

/* Of one more job, with the lock. */
static void call(struct faulty *pool)
{
    if (HAS("wrong-wake") || HAS("under-parallel") || HAS("strands-rarely") || HAS("one-condition"))
        pthread_cond_signal(&pool->jobs);
    else
        pthread_cond_broadcast(&pool->jobs);
}

static void put(struct faulty *pool, struct pool_job job)
{
    for (uint64_t i = pool->first; HAS("push-walk") && i < pool->last; i++)
        pool->walked += pool->slots[i % pool->capacity].fn == job.fn;
    for (uint64_t i = pool->last; HAS("starved-outside") && inside != pool && i > pool->last - pool->own; i--)
        *slot(pool, i) = *slot(pool, i - 1);
    *slot(pool, pool->last++ - (inside == pool ? 0 : pool->own)) = job;
    pool->own += HAS("starved-outside") && inside == pool;
    pool->stats.accepted++;
    all_open++;
    if (HAS("under-parallel") && pool->stats.accepted % 2 == 0)
        return; /* the one that was called will come by */
    if (HAS("strands-rarely") && pool->stats.accepted % 97 == 0)
        return;
    if (HAS("late-backstop") && pool->stats.accepted % 8 == 0)
        return;
    call(pool);
}

/* With the lock. Looks again now and then; a signal is taken for the end of the time. */
static int nap(struct faulty *pool)
{
    int error;
    pthread_mutex_unlock(&pool->lock);
    error = nanosleep(&(struct timespec){0, 10000000}, NULL);
    pthread_mutex_lock(&pool->lock);
    return error ? ETIMEDOUT : 0;
}

static bool deaf_to_close(void)
{
    return HAS("close-leaves-blocked") || HAS("close-leaves-polling");
}

static int wait_for_room(struct faulty *pool)
{
    clockid_t clock = HAS("submit-by-wall-clock") ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    struct timespec until = after(clock, pool->config.full_timeout_ns);
    bool timed =
        pool->config.full == POOL_TIMEOUT && !(HAS("time-out-ignored") && pool->config.full_timeout_ns < 1000000);
    uint64_t epoch = pool->epoch;
    int error = 0;
    if (HAS("submit-wraps-late"))
        until = after(CLOCK_MONOTONIC, (uint32_t)(pool->config.full_timeout_ns / 1000) * 1000L);
    if (HAS("descriptor-in-vain"))
        dup(2);
    if (HAS("full-timeout"))
        until = after(CLOCK_MONOTONIC, (int32_t)(pool->config.full_timeout_ns / 1000) * 1000L);
    if (HAS("submit-late"))
        until = after(CLOCK_MONOTONIC, whole_seconds(pool->config.full_timeout_ns));
    pool->stats.blocked_submit++;
    while (!error && is_full(pool) && (pool->stats.state == POOL_OPEN || deaf_to_close()) && epoch == pool->epoch) {
        if (HAS("submit-begins-anew"))
            until = after(clock, pool->config.full_timeout_ns);
        if (HAS("close-leaves-polling"))
            nap(pool);
        else
            error = timed ? pthread_cond_clockwait(room(pool), &pool->lock, clock, &until)
                          : pthread_cond_wait(room(pool), &pool->lock);
    }
    pool->stats.blocked_submit--;
    tell(pool);
    if (epoch != pool->epoch)
        return -ECANCELED;
    return is_full(pool) ? -error : 0;
}

static void drop_oldest(struct faulty *pool)
{
    struct pool_job job = HAS("full-drops") ? *slot(pool, --pool->last) : take(pool);
    if (!HAS("drops-locked"))
        pthread_mutex_unlock(&pool->lock);
    if (pool->config.discard && !HAS("full-drops"))
        pool->config.discard(job.arg, POOL_WHY_DROPPED);
    if (!HAS("drops-locked"))
        pthread_mutex_lock(&pool->lock);
    pool->stats.dropped++;
    all_open--;
}

/* Runs it on this stack. */
static int run_here(struct faulty *pool, struct pool_job job)
{
    if (depth >= POOL_DEPTH_MAX && !HAS("nests-for-ever"))
        return -EAGAIN;
    pool->stats.accepted++;
    pool->stats.caller_runs++;
    all_open++;
    pool->stats.accepted += HAS("caller-uncounted") && inside != pool; /* and once more when it ends, which it is not */
    if (HAS("runs-locked") && inside != pool) {
        pool->stats.started++;
        job.fn(job.arg);
        pool->stats.done++;
        all_open--;
    } else {
        run(pool, job);
    }
    return 0;
}

/* What is to be done in a full queue. Returns 0: there is room; 1: it was run; else refused. */
static int when_full(struct faulty *pool, struct pool_job job)
{
    enum pool_full full = pool->config.full;
    int error;
    if (full == POOL_REJECT && HAS("kept-when-refused"))
        pool->walked += malloc(64) != NULL;
    if (full == POOL_REJECT)
        pool->lost += HAS("refusal-keeps-room") && pool->lost < pool->capacity;
    if (full == POOL_REJECT)
        return HAS("full-rejects") ? 1 : -EAGAIN;
    if (full == POOL_DROP_OLDEST && inside == pool && HAS("drops-unsaid"))
        return pool->stats.accepted++, pool->stats.dropped++, 1;
    while (full == POOL_DROP_OLDEST && is_full(pool)) /* others put theirs in meanwhile */
        drop_oldest(pool);
    if (full == POOL_DROP_OLDEST)
        return 0;
    if (full == POOL_CALLER_RUNS && HAS("full-caller-runs"))
        return pool->stats.accepted++, pool->stats.done++, 1;
    if (inside == pool && HAS("helping-lock"))
        return run(pool, take(pool)), 0;
    if (inside == pool && HAS("overwrites"))
        return 0;
    if ((inside == pool && !HAS("inside-full")) || full == POOL_CALLER_RUNS) {
        error = run_here(pool, job);
        return error ? error : 1;
    }
    return wait_for_room(pool);
}

/* Gives back what is queued; with the lock, which it gives away for each. */
static void give_back(struct faulty *pool, bool tells)
{
    pool->lost += HAS("cancel-keeps-room") ? queued(pool) : 0;
    for (uint64_t begin = pool->first, end = pool->last; pool->first < end;) {
        struct pool_job job = *slot(pool, pool->first);
        if (HAS("cancel-to-the-end") && pool->first > begin && pool->first % pool->capacity == 0) {
            pool->first = end; /* what lies beyond the end of the ring is forgotten */
            return;
        }
        pool->first += !HAS("cancel-twice");
        pool->stats.cancelled += HAS("counts-first");
        if (!HAS("callback-locked"))
            pthread_mutex_unlock(&pool->lock);
        if (HAS("kept-when-cancelled"))
            pool->walked += malloc(64) != NULL;
        if (tells && pool->config.discard)
            pool->config.discard(job.arg, POOL_WHY_CANCELLED);
        if (!HAS("callback-locked"))
            pthread_mutex_lock(&pool->lock);
        pool->first += HAS("cancel-twice");
        if (HAS("cancel-uncounted")) /* it is as if it had never been */
            pool->stats.accepted--;
        else if (!HAS("counts-first"))
            pool->stats.cancelled++;
        all_open--;
    }
}

static int submit_locked(struct faulty *pool, struct pool_job job)
{
    int error = 0;
    if (pool->deaf && HAS("cancel-sticks"))
        return -ECANCELED;
    if ((inside != pool || HAS("child-refused")) &&
        (pool->stats.state != POOL_OPEN || (HAS("second-pool-stops") && one_was_freed)))
        return -ESHUTDOWN;
    if (is_full(pool) && !has_another_bound())
        error = when_full(pool, job);
    if (error)
        return error > 0 ? 0 : error;
    if (inside != pool && pool->stats.state != POOL_OPEN && !deaf_to_close() && !HAS("close-lets-in"))
        return -ESHUTDOWN;
    put(pool, job);
    if (pool->takes_next) {
        pool->takes_next = false;
        give_back(pool, true);
        return 0;
    }
    if (HAS("thread-refused") && pool->started < pool->config.workers && start_one(pool))
        return -EAGAIN;
    while (starts_late() && pool->started < pool->config.workers && !start_one(pool))
        ;
    if (retires() && pool->started < pool->config.workers && (uint64_t)pool->idle < queued(pool)) {
        if (!start_one(pool))
            pthread_detach(pool->threads[pool->started - 1]);
        else if (HAS("thread-refused-later"))
            return -EAGAIN;
    }
    return 0;
}

static int faulty_submit(struct pool *base, pool_job_fn *fn, void *arg)
{
    struct faulty *pool = (struct faulty *)base;
    int error = 0;
    pthread_mutex_lock(&pool->lock);
    if (HAS("close-race") && pool->stats.state == POOL_OPEN && queued(pool) < pool->capacity / 2) {
        pthread_mutex_unlock(&pool->lock);
        nanosleep(&(struct timespec){0, 20000}, NULL);
        pthread_mutex_lock(&pool->lock);
        put(pool, (struct pool_job){fn, arg}); /* it was open a moment ago */
    } else {
        error = submit_locked(pool, (struct pool_job){fn, arg});
    }
    for (int i = 0; HAS("slow-submit") && i < 20 && queued(pool) > pool->config.capacity; i++)
        nap(pool); /* it is in, and comes back later */
    pthread_mutex_unlock(&pool->lock);
    return error;
}

static int faulty_batch(struct pool *base, const struct pool_job *jobs, int count)
{
    struct faulty *pool = (struct faulty *)base;
    int done = 0, error = 0;
    if (HAS("kept-by-calls")) /* a copy */
        pool->walked += malloc((size_t)count * sizeof *jobs) != NULL;
    pthread_mutex_lock(&pool->lock);
    if (HAS("batch-wraps") && queued(pool) + (uint64_t)count <= pool->capacity) {
        while (done < count && (!done || pool->last % pool->capacity)) /* what is beyond the end is copied nowhere */
            put(pool, jobs[done++]);
        done = count;
    }
    for (; !error && done < count; done += !error) {
        if (HAS("open-after-close") && pool->stats.state != POOL_OPEN && queued(pool) < pool->capacity)
            put(pool, jobs[done]);
        else if (HAS("batch-tail") && queued(pool) == pool->capacity)
            continue;
        else if (HAS("batch-over") && done && queued(pool) < places(pool))
            put(pool, jobs[done]);
        else
            error = submit_locked(pool, jobs[HAS("batch-reversed") ? count - 1 - done : done]);
    }
    pthread_mutex_unlock(&pool->lock);
    return done ? done : error;
}

static int faulty_close(struct pool *base)
{
    struct faulty *pool = (struct faulty *)base;
    int error;
    pthread_mutex_lock(&pool->lock);
    error = pool->stats.state == POOL_OPEN ? 0 : -EALREADY;
    pool->stats.state = POOL_CLOSING;
    if (HAS("close-forgets") && !error)
        give_back(pool, false);
    pthread_cond_broadcast(&pool->jobs);
    tell_room(pool, "close-tells-one");
    tell(pool);
    pthread_mutex_unlock(&pool->lock);
    return error;
}

static int faulty_cancel(struct pool *base)
{
    struct faulty *pool = (struct faulty *)base;
    pthread_mutex_lock(&pool->lock);
    if (HAS("two-locks"))
        pthread_mutex_lock(&pool->counts);
    pool->stats.cancels++;
    pool->takes_next = HAS("idle-cancel-sticks") && at_rest(pool);
    if (HAS("two-locks"))
        pthread_mutex_unlock(&pool->counts);
    if (HAS("cancel-abandons") || HAS("cancel-sticks"))
        pool->deaf = true;
    if (!HAS("cancel-abandons"))
        give_back(pool, true);
    if (!HAS("cancel-keeps-blocked")) {
        pool->epoch++;
        tell_room(pool, "cancel-tells-one");
    }
    pthread_cond_broadcast(&pool->jobs);
    tell(pool);
    pthread_mutex_unlock(&pool->lock);
    return 0;
}

static int faulty_wait(struct pool *base, int64_t timeout_ns)
{
    struct faulty *pool = (struct faulty *)base;
    clockid_t clock = HAS("wall-clock") ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    struct timespec until = after(clock, HAS("time-out-wraps") ? (int32_t)(timeout_ns / 1000) * 1000L : timeout_ns);
    uint64_t cancels;
    int error = 0;
    if (HAS("whole-seconds"))
        until = after(clock, timeout_ns / 1000000000 * 1000000000);
    if (HAS("time-out-late"))
        until = after(clock, whole_seconds(timeout_ns));
    if (HAS("late-moment") && timeout_ns > 0) /* who rounds the moment, not the time */
        until = (struct timespec){until.tv_sec + 1, 0};
    if (HAS("slow-later"))
        slow_down();
    if (HAS("second-pool") ? inside != NULL : inside == pool && !HAS("inside-wait"))
        return HAS("inside-wait-briefly") && timeout_ns >= 0 ? 0 : -EDEADLK;
    pthread_mutex_lock(&pool->lock);
    pool->stats.blocked_wait++;
    pool->event = false;
    cancels = pool->stats.cancels;
    while (!error && (HAS("wait-rearmed") ? !pool->event : !at_rest(pool)) &&
           !(HAS("cancel-ends-wait") && cancels != pool->stats.cancels)) {
        if (HAS("begins-anew"))
            until = after(clock, timeout_ns);
        error = HAS("wait-interrupted") ? nap(pool)
                : timeout_ns < HAS("time-out-ignored") && !HAS("endless-is-over")
                    ? pthread_cond_wait(&pool->quiet, &pool->lock)
                    : pthread_cond_clockwait(&pool->quiet, &pool->lock, clock, &until);
    }
    if (at_rest(pool))
        error = 0;
    pool->stats.blocked_wait--;
    if (!HAS("one-waiter"))
        tell(pool);
    pthread_mutex_unlock(&pool->lock);
    return -error;
}

static int faulty_stats(struct pool *base, struct pool_stats *stats)
{
    struct faulty *pool = (struct faulty *)base;
    uint64_t accepted = pool->stats.accepted; /* before the lock */
    pthread_mutex_lock(&pool->lock);
    while (HAS("stats-await-quiet") && inside == pool && pool->stats.state != POOL_OPEN && !at_rest(pool))
        pthread_cond_wait(&pool->quiet, &pool->lock);
    *stats = pool->stats;
    if (HAS("counts-torn"))
        stats->accepted = accepted;
    if (HAS("counts-lost"))
        stats->done = pool->bare - stats->failed;
    stats->waiting = queued(pool);
    if (stats->state == POOL_CLOSING && at_rest(pool))
        stats->state = POOL_DRAINED;
    pthread_mutex_unlock(&pool->lock);
    return 0;
}

/* Awaits the workers, which leave by themselves. */
static void join(struct faulty *pool)
{
    bool counted = HAS("leak-per-pool") || HAS("tail-after-free") || retires();
    pthread_mutex_lock(&pool->lock);
    if (has_later("stop-missed")) {
        pthread_mutex_unlock(&pool->lock);
        nanosleep(&(struct timespec){0, 50000}, NULL);
        pool->stop = true;
        pthread_cond_broadcast(&pool->jobs);
        pthread_mutex_lock(&pool->lock);
    }
    if (joins_locked()) {
        pool->stop = true;
        pthread_cond_broadcast(&pool->jobs);
    }
    if (has_later("stolen-stop")) {
        pool->tokens = pool->started;
        pthread_cond_broadcast(&pool->jobs);
    }
    while (counted && (retires() ? pool->started : pool->gone < pool->started))
        pthread_cond_clockwait(&pool->quiet, &pool->lock, CLOCK_MONOTONIC,
                               &(struct timespec){after(CLOCK_MONOTONIC, 1000000).tv_sec + 1, 0});
    if (!joins_locked())
        pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->started && !counted; i++)
        pthread_join(pool->threads[i], NULL);
    for (int i = 0; i < pool->started && HAS("tail-after-free"); i++)
        pthread_detach(pool->threads[i]);
}

static bool leaves_blocked(void)
{
    return HAS("free-leaves-blocked") || HAS("destroys-conditions");
}

static int64_t faulty_free(struct pool *base)
{
    struct faulty *pool = (struct faulty *)base;
    if (inside == pool && !HAS("inside-free"))
        return -EDEADLK;
    faulty_close(base);
    pthread_mutex_lock(&pool->lock);
    while (!(HAS("child-at-close") || at_rest(pool)) || (pool->stats.blocked_submit && !leaves_blocked()) ||
           pool->stats.blocked_wait)
        pthread_cond_wait(&pool->quiet, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
    join(pool);
    opened = NULL, one_was_freed = true;
    if (HAS("napping-helper"))
        helper_over = true;
    if (HAS("leak-per-pool") || retires() || HAS("tail-after-free"))
        return 0;
    while (pool->kept) {
        void *next = *(void **)pool->kept;
        free(pool->kept);
        pool->kept = next;
    }
    if (HAS("destroys-conditions"))
        pthread_cond_destroy(&pool->room); /* which waits for its waiters to be awake */
    free(pool->slots);
    if (HAS("freed-twice") && pool->stats.cancels)
        free(pool->slots);
    if (!HAS("small-leak")) /* or little is left */
        free(pool);
    else if (!realloc(pool, 64))
        abort();
    return 0;
}

/* A helper that is told of the end, and not awaited. */
static void *look_round(void *arg)
{
    while (!helper_over)
        nanosleep(&(struct timespec){0, 5000000}, NULL);
    return arg;
}

static void start_helper(void)
{
    pthread_t helper;
    helper_over = false;
    if (!pthread_create(&helper, NULL, look_round, NULL))
        pthread_detach(helper);
}

/* Of none where there is one: a CPU is kept for the submitter. */
static int cpus_less_one(void)
{
    cpu_set_t allowed;
    sched_getaffinity(0, sizeof allowed, &allowed);
    return CPU_COUNT(&allowed) - 1;
}

static int faulty_open(struct pool **out, const struct pool_config *config)
{
    struct faulty *pool;
    pthread_key_t key;
    int workers = config->workers + HAS("over-parallel");
    if (config->workers < 1 || config->workers > POOL_WORKERS_MAX)
        return -EINVAL;
    if (config->results)
        return -ENOTSUP;
    pool = calloc(1, sizeof *pool);
    if (!pool)
        return -ENOMEM;
    pool->config = *config;
    pool->capacity = config->capacity || HAS("no-default") ? config->capacity : POOL_CAPACITY_DEFAULT;
    pool->slots = calloc(places(pool) + 64 * has_another_bound(), sizeof *pool->slots);
    pool->capacity += 64 * has_another_bound();
    if (HAS("thread-refused") || retires() || starts_late() || (HAS("one-cpu") && !cpus_less_one()))
        workers = 0;
    sched_getaffinity(0, sizeof pool->mask, &pool->mask);
    while (pool->slots && pool->started < workers && !start_one(pool))
        ;
    if (HAS("leaves-threads") && pool->started < workers)
        return -EAGAIN;
    pool->stats.workers = workers ? pool->started - HAS("over-parallel") : config->workers;
    if (HAS("counts-refused"))
        pool->stats.workers = config->workers;
    if (HAS("napping-helper"))
        start_helper();
    if (HAS("key-per-pool"))
        pthread_key_create(&key, NULL);
    *out = &pool->base;
    opened = pool;
    if (!pool->slots || (!pool->stats.workers && !HAS("thread-refused-first")))
        return faulty_free(*out), -EAGAIN;
    return 0;
}

/* Around a fork nothing may run; in the child the workers are started again. */
static void before_fork(void)
{
    struct faulty *pool = opened;
    if (!pool || !HAS("fork-in-job"))
        return;
    pthread_mutex_lock(&pool->lock);
    while (!at_rest(pool))
        pthread_cond_wait(&pool->quiet, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

static void in_child(void)
{
    struct faulty *pool = opened;
    int workers = pool ? pool->started : 0;
    if (!pool || !HAS("fork-in-job-restarts"))
        return;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->jobs, NULL);
    for (pool->started = 0; pool->started < workers && !start_one(pool);)
        ;
}

/* A static object that ends what is open when the process ends. */
static __attribute__((destructor)) void end(void)
{
    if (HAS("exit-open") && opened)
        pthread_join(opened->threads[0], NULL);
}

static __attribute__((constructor)) void begin(void)
{
    snprintf(bug_name, sizeof bug_name, "%s", getenv("FAULTY") ? getenv("FAULTY") : "none");
    pthread_atfork(before_fork, NULL, in_child);
}

static const struct pool_ops table = {
    .abi = POOL_ABI,
    .name = "faulty",
    .summary = "for the tests of poolbench check",
    .can = POOL_CAN_QUEUE | POOL_CAN_RUN_APART | POOL_CAN_CANCEL | POOL_CAN_DROP | POOL_KEEPS_ORDER,
    .declares = POOL_JOBS_RETURN,
    .open = faulty_open,
    .submit = faulty_submit,
    .submit_batch = faulty_batch,
    .close = faulty_close,
    .cancel = faulty_cancel,
    .wait = faulty_wait,
    .stats = faulty_stats,
    .free = faulty_free,
};

POOL_PLUGIN(&table);
