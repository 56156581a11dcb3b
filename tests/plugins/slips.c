/* slips.c - a pool that keeps its contract; and with one slip, the one that the environment names:
 * SLIP=timed-out-ticket and so on, for the tests of `poolbench check`. Beside faulty.c: what people got wrong who wrote
 * their pool otherwise: workers that retire, semaphores in place of conditions, tickets for those who wait, clocks that
 * are looked at in turn. Where the way itself is unusual it has a correct twin: "retires", "by-semaphore", "by-looks".
 */
#define _GNU_SOURCE
#include <poolbench.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define HAS(slip) __builtin_expect(!strcmp(slip_name, slip), 0)
static char slip_name[40];

enum seat { EMPTY, RUNS, LEFT }; /* of a worker; who left is to be joined */

struct slips {
    struct pool base;
    pthread_mutex_t lock;
    pthread_cond_t jobs, room, quiet;
    sem_t calls; /* by-semaphore: one for each job, and for each worker in the end */
    struct pool_stats stats;
    struct pool_config config;
    uint64_t first, last; /* job p lies in slots[p % capacity] */
    size_t capacity;
    struct pool_job *slots;
    pthread_t threads[2 * POOL_WORKERS_MAX];
    enum seat seats[2 * POOL_WORKERS_MAX];
    int alive, idle, most, tokens;
    int tickets; /* of submitters that timed out: calls that nobody takes */
    uint64_t epoch;
    int64_t failed_ns; /* failed-late: when a job failed */
    uint16_t naps;     /* sleeps-wrap */
    int pipe[2];
};

static __thread struct slips *inside;
static __thread int depth;
static __thread bool has_record;
static bool is_child; /* of a fork */
static void *volatile kept;

static bool retires(void)
{
    return HAS("retires") || HAS("retires-more");
}

static bool by_semaphore(void)
{
    return HAS("by-semaphore") || HAS("signal-is-a-job") || HAS("signal-ends-worker");
}

static uint64_t queued(const struct slips *pool)
{
    return pool->last - pool->first;
}

static bool is_full(const struct slips *pool)
{
    return queued(pool) >= pool->capacity - HAS("one-place-less") || pool->tokens;
}

static bool at_rest(const struct slips *pool)
{
    const struct pool_stats *s = &pool->stats;
    if (HAS("counts-late")) /* who has taken a job is not yet seen at it */
        return !queued(pool) && s->started == s->done + s->failed;
    return s->done + s->failed + s->cancelled + s->dropped == s->accepted;
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static struct pool_job *slot(struct slips *pool, uint64_t position)
{
    if (HAS("masks"))
        return &pool->slots[position & (pool->capacity - 1)];
    return &pool->slots[position % pool->capacity];
}

static struct timespec after(clockid_t clock, int64_t ns)
{
    static const int64_t year_ns = INT64_C(31536000000000000);
    struct timespec now;
    clock_gettime(clock, &now);
    ns = (ns < 0 ? 0 : ns < year_ns ? ns : year_ns) + now.tv_nsec;
    return (struct timespec){now.tv_sec + ns / 1000000000, ns % 1000000000};
}

/* A place became free. */
static void tell_room(struct slips *pool, bool was_full)
{
    if (HAS("told-at-empty") && queued(pool))
        return;
    if (HAS("told-once") && !was_full)
        return;
    if (HAS("timed-out-ticket") && pool->tickets > 0) {
        pool->tickets--;
        return;
    }
    if (HAS("told-once") || HAS("timed-out-ticket"))
        pthread_cond_signal(&pool->room);
    else
        pthread_cond_broadcast(&pool->room);
}

static struct pool_job take(struct slips *pool)
{
    bool was_full = is_full(pool);
    struct pool_job job = *slot(pool, pool->first++);
    tell_room(pool, was_full);
    return job;
}

/* With the lock, which it gives away while the job runs. */
static void run(struct slips *pool, struct pool_job job)
{
    struct slips *outer = inside;
    int status;
    if (HAS("counts-late")) {
        pthread_mutex_unlock(&pool->lock);
        pthread_mutex_lock(&pool->lock);
    }
    pool->stats.started++;
    pthread_mutex_unlock(&pool->lock);
    inside = pool, depth++;
    status = HAS("null-is-empty") && !job.arg ? 0 : job.fn(job.arg);
    if (HAS("status-is-retry") && status > 0)
        status = job.fn(job.arg);
    if (HAS("status-in-a-byte"))
        status = (signed char)status;
    depth--, inside = outer;
    pthread_mutex_lock(&pool->lock);
    *((HAS("status-is-error") ? status != 0 : status < 0) ? &pool->stats.failed : &pool->stats.done) += 1;
    pool->failed_ns = status < 0 ? now_ns() : pool->failed_ns;
    if (at_rest(pool)) {
        pthread_cond_broadcast(&pool->quiet);
        if (pool->stats.state == POOL_OPEN && !HAS("stops-at-rest"))
            return;
        pthread_cond_broadcast(&pool->jobs);
        if (pool->stats.state != POOL_OPEN)
            for (int i = 0; i < pool->alive; i++)
                sem_post(&pool->calls);
    }
}

static bool may_leave(const struct slips *pool)
{
    if (HAS("stops-at-rest") && at_rest(pool) && pool->stats.accepted)
        return true;
    if (HAS("stop-in-queue"))
        return pool->tokens > 0;
    return pool->stats.state != POOL_OPEN && at_rest(pool);
}

/* Of a worker without work. Returns whether it leaves. */
static bool sleep_idle(struct slips *pool)
{
    bool leaves = false;
    pool->idle++;
    pool->stats.parked++;
    pool->naps++;
    if (retires()) {
        struct timespec until = after(CLOCK_MONOTONIC, 5000000);
        leaves = pthread_cond_clockwait(&pool->jobs, &pool->lock, CLOCK_MONOTONIC, &until) && !queued(pool);
        pool->most += leaves && HAS("retires-more");
    } else if (by_semaphore()) {
        struct timespec until =
            after(CLOCK_MONOTONIC, INT64_C(3600000000000)); /* a timed wait is not restarted after a handler */
        int error;
        pthread_mutex_unlock(&pool->lock);
        while ((error = sem_clockwait(&pool->calls, CLOCK_MONOTONIC, &until)) && HAS("by-semaphore"))
            ;
        pthread_mutex_lock(&pool->lock);
        leaves = error && HAS("signal-ends-worker");
        if (error && HAS("signal-is-a-job") && !queued(pool))
            pool->last++;
    } else {
        pthread_cond_wait(&pool->jobs, &pool->lock);
        if (HAS("worker-trusts") && !queued(pool) && pool->stats.state == POOL_OPEN) /* woken: there must be one */
            pool->last++;
    }
    pool->stats.parked--;
    pool->idle--;
    return leaves;
}

static void *worker(void *arg)
{
    struct slips *pool = arg;
    enum seat *seat = NULL;
    pthread_mutex_lock(&pool->lock);
    for (int i = 0; !seat; i++)
        if (pool->seats[i] == RUNS && pthread_equal(pool->threads[i], pthread_self()))
            seat = &pool->seats[i];
    for (;;) {
        if (queued(pool) && HAS("null-ends-worker") && !slot(pool, pool->first)->arg) {
            take(pool);
            break;
        }
        if (queued(pool))
            run(pool, take(pool));
        else if (may_leave(pool) || sleep_idle(pool))
            break;
    }
    if (HAS("last-is-trusted")) /* there is a moment between its last look and its leave */
        pthread_mutex_unlock(&pool->lock), pthread_mutex_lock(&pool->lock);
    pool->tokens -= pool->tokens > 0;
    pool->alive--;
    *seat = LEFT;
    if (!HAS("last-is-trusted") || !pool->alive)
        pthread_cond_broadcast(&pool->quiet);
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* With the lock. */
static int start_one(struct slips *pool)
{
    int at = 0, error;
    while (pool->seats[at] == RUNS)
        at++;
    if (pool->seats[at] == LEFT)
        pthread_join(pool->threads[at], NULL);
    pool->seats[at] = EMPTY;
    error = pthread_create(&pool->threads[at], NULL, worker, pool);
    if (error)
        return error;
    pool->seats[at] = RUNS;
    pool->alive++;
    return 0;
}

static void call(struct slips *pool)
{
    if (HAS("sleeps-wrap") && pool->naps > 65000)
        return; /* so many cannot be asleep */
    if (by_semaphore())
        sem_post(&pool->calls);
    if (HAS("stop-in-queue") || HAS("worker-trusts"))
        pthread_cond_signal(&pool->jobs);
    else
        pthread_cond_broadcast(&pool->jobs);
    if (HAS("pipe-fills") && write(pool->pipe[1], &pool->last, sizeof pool->last) < 0)
        abort();
}

static int wait_for_room(struct slips *pool)
{
    struct timespec until = after(CLOCK_MONOTONIC, pool->config.full_timeout_ns);
    bool timed = pool->config.full == POOL_TIMEOUT;
    uint64_t epoch = pool->epoch;
    int error = 0;
    pool->stats.blocked_submit++;
    while (!error && is_full(pool) && pool->stats.state == POOL_OPEN && epoch == pool->epoch) {
        error = timed ? pthread_cond_clockwait(&pool->room, &pool->lock, CLOCK_MONOTONIC, &until)
                      : pthread_cond_wait(&pool->room, &pool->lock);
        if (HAS("submitter-trusts"))
            break;
    }
    pool->tickets += error != 0;
    pool->stats.blocked_submit--;
    pthread_cond_broadcast(&pool->quiet);
    if (epoch != pool->epoch)
        return -ECANCELED;
    if (HAS("submitter-trusts"))
        return -error;
    return is_full(pool) ? -error : 0;
}

static void give_back(struct slips *pool, struct pool_job job, enum pool_why why)
{
    pthread_mutex_unlock(&pool->lock);
    if (pool->config.discard)
        pool->config.discard(job.arg, why);
    pthread_mutex_lock(&pool->lock);
    *(why == POOL_WHY_DROPPED ? &pool->stats.dropped : &pool->stats.cancelled) += 1;
}

static int run_here(struct slips *pool, struct pool_job job)
{
    if (depth >= POOL_DEPTH_MAX)
        return -EAGAIN;
    pool->stats.accepted++;
    pool->stats.caller_runs++;
    run(pool, job);
    return 1;
}

/* Returns 0: there is room; 1: it was run; else refused. */
static int when_full(struct slips *pool, struct pool_job job)
{
    if (pool->config.full == POOL_REJECT)
        return -EAGAIN;
    while (pool->config.full == POOL_DROP_OLDEST && is_full(pool))
        give_back(pool, take(pool), POOL_WHY_DROPPED);
    if (pool->config.full == POOL_DROP_OLDEST)
        return 0;
    return inside == pool ? run_here(pool, job) : wait_for_room(pool);
}

/* Of a thread that submits for the first time. */
static void note_submitter(struct slips *pool)
{
    if (has_record || inside == pool)
        return;
    has_record = true;
    if (HAS("record-per-submitter") && !calloc(1, 128))
        abort();
}

static int submit_locked(struct slips *pool, struct pool_job job)
{
    int error = 0;
    note_submitter(pool);
    if (inside != pool && pool->stats.state != POOL_OPEN && !HAS("drops-after-close"))
        return -ESHUTDOWN;
    if (is_full(pool))
        error = when_full(pool, job);
    if (error)
        return error > 0 ? 0 : error;
    if (inside != pool && pool->stats.state != POOL_OPEN)
        return -ESHUTDOWN;
    *slot(pool, pool->last++) = job;
    pool->stats.accepted++;
    call(pool);
    if (retires() && pool->alive < pool->most && (uint64_t)pool->idle < queued(pool))
        start_one(pool);
    return 0;
}

static int slips_submit(struct pool *base, pool_job_fn *fn, void *arg)
{
    struct slips *pool = (struct slips *)base;
    int error;
    if (is_child && HAS("dead-in-child"))
        return -EOWNERDEAD;
    if (HAS("null-refused") && !arg)
        return -EINVAL;
    pthread_mutex_lock(&pool->lock);
    error = submit_locked(pool, (struct pool_job){fn, arg});
    pthread_mutex_unlock(&pool->lock);
    return error;
}

static int slips_batch(struct pool *base, const struct pool_job *jobs, int count)
{
    struct slips *pool = (struct slips *)base;
    int done = 0, error = 0;
    pthread_mutex_lock(&pool->lock);
    for (; !error && done < count; done += !error)
        error = HAS("null-refused-in-batch") && !jobs[done].arg ? -EINVAL : submit_locked(pool, jobs[done]);
    pthread_mutex_unlock(&pool->lock);
    if (HAS("batch-says-error") && error)
        return error;
    return done ? done : error;
}

static int slips_close(struct pool *base)
{
    struct slips *pool = (struct slips *)base;
    int error;
    pthread_mutex_lock(&pool->lock);
    error = pool->stats.state == POOL_OPEN ? 0 : -EALREADY;
    pool->stats.state = POOL_CLOSING;
    if (HAS("close-calls-one-worker"))
        pthread_cond_signal(&pool->jobs);
    else if (!HAS("close-calls-submitters"))
        pthread_cond_broadcast(&pool->jobs);
    if (HAS("stop-in-queue") && !error) /* as many as there is room for */
        while (queued(pool) + (uint64_t)pool->tokens < pool->capacity && pool->tokens < pool->alive)
            pool->tokens++;
    for (int i = 0; i < pool->alive; i++)
        sem_post(&pool->calls);
    pthread_cond_broadcast(&pool->room);
    pthread_cond_broadcast(&pool->quiet);
    pthread_mutex_unlock(&pool->lock);
    return error;
}

static int slips_cancel(struct pool *base)
{
    struct slips *pool = (struct slips *)base;
    pthread_mutex_lock(&pool->lock);
    pool->stats.cancels++;
    for (uint64_t end = pool->last; pool->first < end;)
        give_back(pool, take(pool), POOL_WHY_CANCELLED);
    pool->epoch++;
    pthread_cond_broadcast(&pool->room);
    pthread_cond_broadcast(&pool->jobs);
    pthread_cond_broadcast(&pool->quiet);
    pthread_mutex_unlock(&pool->lock);
    return 0;
}

/* Looks every few ms, by the clock; with the lock. */
static int look_until(struct slips *pool, struct timespec until, clockid_t clock)
{
    struct timespec look = after(CLOCK_MONOTONIC, 4000000), now;
    clock_gettime(clock, &now);
    if (now.tv_sec > until.tv_sec || (now.tv_sec == until.tv_sec && now.tv_nsec >= until.tv_nsec))
        return ETIMEDOUT;
    pthread_cond_clockwait(&pool->quiet, &pool->lock, CLOCK_MONOTONIC, &look);
    return 0;
}

static int slips_wait(struct pool *base, int64_t timeout_ns)
{
    struct slips *pool = (struct slips *)base;
    clockid_t clock = HAS("wall-clock-looks") ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    struct timespec until = after(clock, timeout_ns);
    int error = 0;
    if (inside == pool)
        return -EDEADLK;
    pthread_mutex_lock(&pool->lock);
    pool->stats.blocked_wait++;
    while (!error && !at_rest(pool)) {
        error = timeout_ns < 0 ? pthread_cond_wait(&pool->quiet, &pool->lock)
                : HAS("wall-clock-looks") || HAS("by-looks")
                    ? look_until(pool, until, clock)
                    : pthread_cond_clockwait(&pool->quiet, &pool->lock, clock, &until);
        if (HAS("waiter-trusts"))
            break;
    }
    if (at_rest(pool))
        error = 0;
    pool->stats.blocked_wait--;
    pthread_cond_broadcast(&pool->quiet);
    pthread_mutex_unlock(&pool->lock);
    return -error;
}

static int slips_stats(struct pool *base, struct pool_stats *stats)
{
    struct slips *pool = (struct slips *)base;
    pthread_mutex_lock(&pool->lock);
    *stats = pool->stats;
    stats->waiting = queued(pool);
    if (HAS("failed-late") && now_ns() < pool->failed_ns + 20000000)
        stats->failed = 0;
    if (stats->state == POOL_CLOSING && at_rest(pool))
        stats->state = POOL_DRAINED;
    pthread_mutex_unlock(&pool->lock);
    return 0;
}

static void end_pool(struct slips *pool)
{
    for (int i = 0; i < 2 * POOL_WORKERS_MAX; i++)
        if (pool->seats[i] != EMPTY && HAS("cancels-workers"))
            pthread_cancel(pool->threads[i]);
    for (int i = 0; i < 2 * POOL_WORKERS_MAX; i++)
        if (pool->seats[i] != EMPTY)
            pthread_join(pool->threads[i], NULL);
    sem_destroy(&pool->calls);
    if (pool->pipe[1])
        close(pool->pipe[0]), close(pool->pipe[1]);
    free(pool->slots);
    free(pool);
}

static int64_t slips_free(struct pool *base)
{
    struct slips *pool = (struct slips *)base;
    if (inside == pool)
        return -EDEADLK;
    slips_close(base);
    pthread_mutex_lock(&pool->lock);
    while (!at_rest(pool) || pool->stats.blocked_submit || pool->stats.blocked_wait) {
        pthread_cond_wait(&pool->quiet, &pool->lock);
        if (HAS("free-trusts"))
            break;
    }
    if (HAS("last-is-trusted") && pool->alive) /* and joins none */
        pthread_cond_wait(&pool->quiet, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
    if (!HAS("free-trusts") && !HAS("last-is-trusted")) /* which leave it where it is */
        end_pool(pool);
    return 0;
}

static int slips_open(struct pool **out, const struct pool_config *config)
{
    struct slips *pool;
    if (HAS("invalid-leaks") && config->workers < 1)
        dup(2);
    if (config->workers < 1 || config->workers > POOL_WORKERS_MAX)
        return -EINVAL;
    if (config->results || config->full == POOL_CALLER_RUNS)
        return -ENOTSUP;
    pool = calloc(1, sizeof *pool);
    if (!pool)
        return -ENOMEM;
    pool->config = *config;
    pool->most = config->workers;
    pool->capacity = config->capacity ? config->capacity : POOL_CAPACITY_DEFAULT;
    if (HAS("capacity-16"))
        pool->capacity = (uint16_t)pool->capacity;
    pool->slots = calloc(pool->capacity, sizeof *pool->slots);
    sem_init(&pool->calls, 0, 0);
    if (HAS("pipe-fills") && pipe(pool->pipe))
        abort();
    pthread_mutex_lock(&pool->lock);
    while (!(HAS("caller-counts") && config->workers == 1) && pool->slots && pool->alive < config->workers &&
           !start_one(pool))
        ;
    pthread_mutex_unlock(&pool->lock);
    pool->stats.workers = HAS("caller-counts") ? config->workers : pool->alive;
    if (!pool->stats.workers || !pool->slots) {
        if (HAS("failed-open-leaks"))
            dup(2);
        if (HAS("failed-open-keeps"))
            kept = calloc(1, 100);
        end_pool(pool);
        return -EAGAIN;
    }
    *out = &pool->base;
    return 0;
}

static void in_child(void)
{
    is_child = true;
}

static __attribute__((constructor)) void begin(void)
{
    snprintf(slip_name, sizeof slip_name, "%s", getenv("SLIP") ? getenv("SLIP") : "none");
    pthread_atfork(NULL, NULL, in_child);
}

static const struct pool_ops table = {
    .abi = POOL_ABI,
    .name = "slips",
    .summary = "for the tests of poolbench check",
    .can = POOL_CAN_QUEUE | POOL_CAN_RUN_APART | POOL_CAN_CANCEL | POOL_CAN_DROP | POOL_KEEPS_ORDER,
    .declares = POOL_JOBS_RETURN,
    .open = slips_open,
    .submit = slips_submit,
    .submit_batch = slips_batch,
    .close = slips_close,
    .cancel = slips_cancel,
    .wait = slips_wait,
    .stats = slips_stats,
    .free = slips_free,
};

POOL_PLUGIN(&table);
