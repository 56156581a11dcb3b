/* broken.c - a small pool with a cancel, compiled many ways: sound, and each time with
 * one thing wrong, which the harness or `poolbench check` must find from outside.
 *
 * BROKEN_loses: close forgets what is queued. BROKEN_deaf: cancel changes
 * nothing. BROKEN_dies: a failing job ends its worker. BROKEN_late is no bug of
 * the list: each job starts DELAY_NS after it was taken, which the harness must say.
 * BROKEN_scribbles fills all memory that it shares with others; BROKEN_lies has
 * statistics that cannot be; BROKEN_doubles says that it holds twice as many jobs as it
 * does; BROKEN_refuses takes no job although it would block.
 * BROKEN_guesses loses jobs in the first process that closes it, and in no other one.
 * BROKEN_naps has workers that nobody wakes: they look again after a nap.
 * BROKEN_never opens never, and says that memory is short. BROKEN_colours has colours and
 * lines in what it says of itself. BROKEN_commas takes over the user's locale when it is loaded.
 * BROKEN_logs opens a log once, for the life of the process, which is no bug; BROKEN_spills opens one for each pool.
 * BROKEN_alone starts one worker however many are asked for, which a pool may. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <poolbench.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef BROKEN_loses
#define LOSES 1
#define NAME "loses"
#elif defined BROKEN_guesses
#define LOSES is_first()
#define NAME "guesses"
#elif defined BROKEN_deaf
#define DEAF 1
#define NAME "deaf"
#elif defined BROKEN_dies
#define DIES 1
#define NAME "dies"
#elif defined BROKEN_late
#define DELAY_NS 3000000
#define NAME "late"
#elif defined BROKEN_scribbles
#define SCRIBBLES 1
#define NAME "scribbles"
#elif defined BROKEN_lies
#define LIES 1
#define NAME "lies"
#elif defined BROKEN_doubles
#define DOUBLES 1
#define NAME "doubles"
#elif defined BROKEN_refuses
#define REFUSES 1
#define NAME "refuses"
#elif defined BROKEN_never
#define NEVER 1
#define NAME "never"
#elif defined BROKEN_colours
#define NAME "colours"
#define VERSION "1\n\033[31m\302\2332J\177"
#elif defined BROKEN_logs
#define LOGS !opened++
#define NAME "logs"
#elif defined BROKEN_spills
#define LOGS 1
#define NAME "spills"
#elif defined BROKEN_alone
#define WORKERS_MOST 1
#define NAME "alone"
#elif defined BROKEN_commas
#define NAME "commas"
#include <locale.h>
__attribute__((constructor)) static void take_locale(void)
{
    setlocale(LC_ALL, "");
}
#elif defined BROKEN_naps
#define NAP_NS 50000
#define NAME "naps"
#else
#define NAME "sound"
#endif
#ifndef NAP_NS
#define NAP_NS 0
#endif
#ifndef SCRIBBLES
#define SCRIBBLES 0
#endif
#ifndef NEVER
#define NEVER 0
#endif
#ifndef LOGS
#define LOGS 0
#endif
#ifndef WORKERS_MOST
#define WORKERS_MOST POOL_WORKERS_MAX
#endif
#ifndef VERSION
#define VERSION NULL
#endif
#ifndef LIES
#define LIES 0
#endif
#ifndef DOUBLES
#define DOUBLES 0
#endif
#ifndef REFUSES
#define REFUSES 0
#endif
#ifndef LOSES
#define LOSES 0
#endif
#ifndef DEAF
#define DEAF 0
#endif
#ifndef DIES
#define DIES 0
#endif

#ifndef DELAY_NS
#define DELAY_NS 0
#endif

enum { SLOTS = 4096 }; /* at first: any number of jobs may wait */

struct broken {
    struct pool base;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct pool_stats stats;
    uint64_t first, last; /* job p lies in slots[p % room] */
    uint64_t room;
    struct pool_job *slots;
    struct pool_config config;
    pthread_t threads[POOL_WORKERS_MAX];
};

static __thread struct broken *inside;

static uint64_t settled(const struct pool_stats *s)
{
    return s->done + s->failed + s->cancelled;
}

static void wait_for_job(struct broken *pool)
{
    if (!NAP_NS) {
        pthread_cond_wait(&pool->changed, &pool->lock);
        return;
    }
    pthread_mutex_unlock(&pool->lock);
    nanosleep(&(struct timespec){0, NAP_NS}, NULL);
    pthread_mutex_lock(&pool->lock);
}

static struct pool_job take(struct broken *pool)
{
    return pool->slots[pool->first++ % pool->room];
}

/* Twice as much. */
static int make_room(struct broken *pool)
{
    struct pool_job *more = calloc(2 * pool->room, sizeof *more);
    if (!more)
        return -ENOMEM;
    for (uint64_t job = pool->first; job < pool->last; job++)
        more[job % (2 * pool->room)] = pool->slots[job % pool->room];
    free(pool->slots);
    pool->slots = more;
    pool->room *= 2;
    return 0;
}

static void *worker(void *arg)
{
    struct broken *pool = arg;
    int status = 0;
    pthread_mutex_lock(&pool->lock);
    while (!(DIES && status < 0) && (pool->first < pool->last || pool->stats.state == POOL_OPEN)) {
        struct pool_job job;
        if (pool->first == pool->last) {
            wait_for_job(pool);
            continue;
        }
        job = take(pool);
        pool->stats.started++;
        pthread_mutex_unlock(&pool->lock);
        if (DELAY_NS)
            nanosleep(&(struct timespec){0, DELAY_NS}, NULL);
        inside = pool;
        status = job.fn(job.arg);
        inside = NULL;
        pthread_mutex_lock(&pool->lock);
        *(status < 0 ? &pool->stats.failed : &pool->stats.done) += 1;
        pthread_cond_broadcast(&pool->changed);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* All that others may read. */
static void scribble(void)
{
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof line, maps)) {
        unsigned long low, high;
        char rights[8] = "";
        if (sscanf(line, "%lx-%lx %7s", &low, &high, rights) == 3 && !strcmp(rights, "rw-s"))
            memset((void *)low, 0xfb, high - low);
    }
    if (maps)
        fclose(maps);
}

static int broken_submit(struct pool *base, pool_job_fn *fn, void *arg)
{
    struct broken *pool = (struct broken *)base;
    int error;
    if (SCRIBBLES)
        scribble();
    if (REFUSES)
        return -EAGAIN;
    pthread_mutex_lock(&pool->lock);
    error = pool->stats.state != POOL_OPEN ? -ESHUTDOWN : pool->last - pool->first == pool->room ? make_room(pool) : 0;
    if (!error) {
        pool->slots[pool->last++ % pool->room] = (struct pool_job){fn, arg};
        pool->stats.accepted++;
        pthread_cond_broadcast(&pool->changed);
    }
    pthread_mutex_unlock(&pool->lock);
    return error;
}

#ifdef BROKEN_guesses
/* By a file here, which has its number. */
static int is_first(void)
{
    int fd = open("first", O_RDWR | O_CREAT, 0600);
    pid_t own = getpid(), first;
    if (pread(fd, &first, sizeof first, 0) != sizeof first)
        first = pwrite(fd, &own, sizeof own, 0) == sizeof own ? own : 0;
    close(fd);
    return first == own;
}
#endif

static int broken_close(struct pool *base)
{
    struct broken *pool = (struct broken *)base;
    int error;
    pthread_mutex_lock(&pool->lock);
    error = pool->stats.state == POOL_OPEN ? 0 : -EALREADY;
    pool->stats.state = POOL_CLOSING;
    if (LOSES && !error) {
        pool->stats.accepted -= pool->last - pool->first; /* nobody will know */
        pool->first = pool->last;
    }
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    return error;
}

static int broken_cancel(struct pool *base)
{
    struct broken *pool = (struct broken *)base;
    pthread_mutex_lock(&pool->lock);
    while (!DEAF && pool->first < pool->last) {
        struct pool_job job = take(pool);
        pthread_mutex_unlock(&pool->lock);
        if (pool->config.discard)
            pool->config.discard(job.arg, POOL_WHY_CANCELLED);
        pthread_mutex_lock(&pool->lock);
        pool->stats.cancelled++;
    }
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    return 0;
}

static int broken_wait(struct pool *base, int64_t timeout_ns)
{
    struct broken *pool = (struct broken *)base;
    static const int64_t year_ns = INT64_C(31536000000000000);
    struct timespec until;
    int64_t end;
    int error = 0;
    if (inside == pool)
        return -EDEADLK;
    clock_gettime(CLOCK_MONOTONIC, &until);
    end = until.tv_nsec + (timeout_ns < year_ns ? timeout_ns : year_ns);
    until = (struct timespec){until.tv_sec + end / 1000000000, end % 1000000000};
    pthread_mutex_lock(&pool->lock);
    while (!error && settled(&pool->stats) < pool->stats.accepted)
        error = timeout_ns < 0 ? pthread_cond_wait(&pool->changed, &pool->lock)
                               : pthread_cond_clockwait(&pool->changed, &pool->lock, CLOCK_MONOTONIC, &until);
    pthread_mutex_unlock(&pool->lock);
    return -error;
}

static int broken_stats(struct pool *base, struct pool_stats *stats)
{
    struct broken *pool = (struct broken *)base;
    pthread_mutex_lock(&pool->lock);
    *stats = pool->stats;
    if (DOUBLES)
        stats->accepted += stats->accepted - settled(stats);
    pthread_mutex_unlock(&pool->lock);
    if (LIES)
        stats->workers = pool->stats.accepted % 2 ? INT_MAX : -5;
    if (stats->state == POOL_CLOSING && settled(stats) == stats->accepted)
        stats->state = POOL_DRAINED;
    return 0;
}

static int64_t broken_free(struct pool *base)
{
    struct broken *pool = (struct broken *)base;
    if (inside == pool)
        return -EDEADLK;
    broken_close(base);
    for (int i = 0; i < pool->stats.workers; i++)
        pthread_join(pool->threads[i], NULL);
    free(pool->slots);
    free(pool);
    return 0;
}

static int broken_open(struct pool **out, const struct pool_config *config)
{
    static int opened;
    struct broken *pool;
    if (config->workers < 1 || config->workers > POOL_WORKERS_MAX)
        return -EINVAL;
    if (LOGS && open("/dev/null", O_WRONLY | O_CLOEXEC) < 0)
        return -EMFILE;
    pool = NEVER ? NULL : calloc(1, sizeof *pool);
    if (!pool)
        return -ENOMEM;
    pool->room = SLOTS;
    pool->slots = calloc(SLOTS, sizeof *pool->slots);
    if (!pool->slots)
        return free(pool), -ENOMEM;
    pool->config = *config;
    for (; pool->stats.workers < config->workers && pool->stats.workers < WORKERS_MOST; pool->stats.workers++)
        if (pthread_create(&pool->threads[pool->stats.workers], NULL, worker, pool))
            break;
    (void)opened;
    *out = &pool->base;
    return 0;
}

static const struct pool_ops broken = {
    .abi = POOL_ABI,
    .name = NAME,
    .summary = "for the tests of poolbench check",
    .version = VERSION,
    .can = POOL_CAN_QUEUE | POOL_CAN_RUN_APART | POOL_CAN_CANCEL | POOL_KEEPS_ORDER,
    .declares = POOL_UNBOUNDED | POOL_JOBS_RETURN,
    .open = broken_open,
    .submit = broken_submit,
    .close = broken_close,
    .cancel = broken_cancel,
    .wait = broken_wait,
    .stats = broken_stats,
    .free = broken_free,
};

POOL_PLUGIN(&broken);
