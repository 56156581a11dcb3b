/* law.c - a torture: random pools under random stress, each job in a ledger.
 *
 * Round after round it opens a pool with a random number of workers, a random
 * capacity (1, 2, 3, 7, 8, 64, 1024), policy, result channel and spin; lets
 * several producers submit singly and in batches, jobs submit children, fail,
 * call pool_fail, sleep, ask for descriptors, leave by pthread_exit; cancels and
 * closes at random moments; and then demands: each accepted job ran once, or was
 * cancelled or dropped and never ran; each argument came back once; refused jobs
 * never ran; the counters obey the law. In half of the rounds hardships are added:
 * signals, freezes, refused threads, child processes (tests/core/hardship.h).
 *
 * usage: law --pool NAME [--seconds N] [--seed N] [--jobs N] [--hardships MASK]
 * Exit status: 0 good, 1 a promise was broken (and which), 77 no such pool. */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pools/core/pool.h"
#include "tests/core/hardship.h"

enum { JOBS_MAX = 400000, PRODUCERS_MAX = 4, RECEIVERS_MAX = 2, BATCH = 20, SETTLED = 100 };

static _Atomic unsigned char ran[JOBS_MAX], back[JOBS_MAX], accepted[JOBS_MAX];
static _Atomic long next_job, total_jobs;
static long limit;
static struct pool *pool;
static _Atomic int stop;
static bool with_children, with_exits;
static struct pool_config config;
static unsigned seed;
static long round_number;
static int asked_hardships = -1; /* in each round; -1: by chance */
static unsigned hardships;       /* of this round */
static bool in_child;            /* this process is one */

static __thread unsigned random_state = 1;

static unsigned random_below(unsigned bound)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % bound;
}

__attribute__((format(printf, 1, 2), noreturn)) static void broken(const char *format, ...)
{
    char text[4096] = "";
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    pool_explain(pool, text, sizeof text);
    fprintf(stderr, "\nseed %u round %ld: workers %d capacity %zu full %d results %d of %zu spin %lld hardships %u\n%s",
            seed, round_number, config.workers, config.capacity, (int)config.full, (int)config.results,
            config.results_capacity, (long long)config.spin_ns, hardships, text);
    _exit(1);
}

static void answered(long job, int answer)
{
    if (answer == 0)
        atomic_store(&accepted[job], 1);
    else if (answer != -EAGAIN && answer != -ETIMEDOUT && answer != -ECANCELED && answer != -ESHUTDOWN)
        broken("submit: %s", strerror(-answer));
}

static int run_job(void *arg);

/* A child process has no workers, and must not do its parent's work: calls say so,
 * and a job that ends there ends the process. */
enum { CHILD_RIGHT = 0, CHILD_ACCEPTED = 1, CHILD_ENDED = 70, CHILD_RAN_JOB = 99 };

static int child_main(void *leaves_job)
{
    struct pool_stats stats;
    in_child = true;
    if (pool_submit(pool, run_job, NULL) != -EOWNERDEAD || pool_close(pool) != -EOWNERDEAD ||
        pool_wait(pool, 0) != -EOWNERDEAD || pool_stats(pool, &stats) != -EOWNERDEAD)
        return CHILD_ACCEPTED;
    if (leaves_job)
        pool_fail(-EIO);
    return CHILD_RIGHT;
}

static void fork_now_and_then(unsigned rarely, bool leaves_job)
{
    int status = hardship_fork(rarely, child_main, leaves_job ? pool : NULL);
    if (status != CHILD_RIGHT && !(leaves_job && status == CHILD_ENDED))
        broken("a child process that %s ended with status %d", leaves_job ? "fails its job" : "exits", status);
}

static int run_job(void *arg)
{
    long job = (long)(intptr_t)arg;
    unsigned kind = (unsigned)job * 2654435761u >> 16;
    if (in_child)
        _exit(CHILD_RAN_JOB);
    atomic_fetch_add(&ran[job], 1);
    if (with_children && kind % 7 == 0) {
        long child = atomic_fetch_add(&next_job, 1);
        if (child < limit)
            answered(child, pool_submit(pool, run_job, (void *)(intptr_t)child));
    }
    if (kind % 1013 == 0)
        pool_fail(-EIO);
    if (with_exits && kind % 2003 == 0)
        pthread_exit(NULL);
    if (kind % 911 == 0)
        pool_sleep(1000);
    if (kind % 101 == 0)
        fork_now_and_then(10, kind >> 8 & 1);
    if (kind % 1301 == 0 && pool_cancel_fd() < 0)
        broken("pool_cancel_fd: no descriptor");
    return kind % 31 == 0 ? -EIO : 0;
}

static void discard(void *arg, enum pool_why why)
{
    long job = (long)(intptr_t)arg;
    bool has_run = atomic_load(&ran[job]) > 0;
    struct pool_stats stats;
    if (job % 64 == 0 && pool_stats(pool, &stats))
        broken("pool_stats from discard");
    if (has_run != (why == POOL_WHY_RESULT_LOST))
        broken("job %ld discarded, why %d, ran %d times", job, (int)why, atomic_load(&ran[job]));
    atomic_fetch_add(&back[job], 1);
    if (!has_run)
        atomic_fetch_add(&ran[job], SETTLED);
}

/* Submits a single job or a batch. Returns false when there is no more to do. */
static bool produce_some(void)
{
    struct pool_job jobs[BATCH];
    int count = random_below(3) ? 1 : 1 + (int)random_below(BATCH), answer;
    long first = atomic_fetch_add(&next_job, count);
    if (first + count > limit)
        return false;
    if (count == 1) {
        answer = pool_submit(pool, run_job, (void *)(intptr_t)first);
        answered(first, answer);
        return answer != -ESHUTDOWN;
    }
    for (int i = 0; i < count; i++)
        jobs[i] = (struct pool_job){run_job, (void *)(intptr_t)(first + i)};
    answer = pool_submit_batch(pool, jobs, count);
    for (int i = 0; i < answer; i++)
        atomic_store(&accepted[first + i], 1);
    if (answer == 0 || answer > count)
        broken("batch of %d: answer %d", count, answer);
    if (answer < 0)
        answered(first, answer);
    return answer != -ESHUTDOWN;
}

static void *producer_main(void *arg)
{
    random_state = seed * 31u + (unsigned)(intptr_t)arg + (unsigned)round_number;
    hardship_signals_begin();
    while (!atomic_load(&stop) && produce_some())
        fork_now_and_then(1000, false);
    hardship_signals_end();
    return NULL;
}

static void *receiver_main(void *arg)
{
    struct pool_result results[8];
    random_state = seed * 37u + (unsigned)(intptr_t)arg;
    hardship_signals_begin();
    for (;;) {
        int got = pool_receive_batch(pool, results, 1 + (int)random_below(8), random_below(2) ? -1 : 1000000);
        if (got == 0 || got == -ESHUTDOWN)
            break;
        if (got < 0 && got != -ETIMEDOUT)
            broken("receive: %s", strerror(-got));
        for (int i = 0; i < got; i++)
            atomic_fetch_add(&back[(long)(intptr_t)results[i].arg], 1);
    }
    hardship_signals_end();
    return NULL;
}

static void choose(const struct pool_ops *ops)
{
    static const size_t capacities[] = {1, 2, 3, 7, 8, 64, 1024};
    config = (struct pool_config){
        .workers = 1 + (int)random_below(8),
        .capacity = capacities[random_below(7)],
        .full = (enum pool_full)random_below(5),
        .full_timeout_ns = random_below(2000000),
        .results = (enum pool_results)random_below(4),
        .results_capacity = capacities[random_below(7)],
        .discard = discard,
        .spin_ns = random_below(2) ? POOL_NO_SPIN : 0,
    };
    with_children = random_below(2);
    /* Who leaves ends its thread: not the producers'. A nested job that leaves
     * takes its parent's bookkeeping in this test with it. */
    with_exits = !with_children && ops->can & POOL_CAN_RUN_APART && config.full != POOL_CALLER_RUNS && random_below(2);
    if (config.results == POOL_RESULTS_THROTTLE && config.full >= POOL_CALLER_RUNS)
        config.full = POOL_BLOCK;
    if (config.full == POOL_DROP_OLDEST && !(ops->can & POOL_CAN_DROP))
        config.full = POOL_BLOCK;
    hardships = random_below(2) * random_below(HARDSHIP_ALL + 1);
    hardships = hardship_possible(asked_hardships < 0 ? hardships : (unsigned)asked_hardships);
}

static void nap(unsigned ns)
{
    nanosleep(&(struct timespec){0, ns}, NULL);
}

static void disturb(void)
{
    unsigned mode = random_below(4);
    for (int i = 0; mode % 2 && i < 5; i++) {
        nap(random_below(2000000));
        pool_cancel(pool);
    }
    if (mode >= 2) {
        nap(random_below(5000000));
        pool_close(pool);
    }
    if (mode == 3)
        pool_cancel(pool);
}

static void check_jobs(uint64_t counted)
{
    uint64_t count = 0;
    for (long i = 0; i < limit; i++) {
        int times = atomic_load(&ran[i]), returns = atomic_load(&back[i]);
        if (!atomic_load(&accepted[i])) {
            if (times || returns)
                broken("job %ld was refused, but ran %d times and came back %d times", i, times, returns);
            continue;
        }
        count++;
        if (times != 1 && times != SETTLED)
            broken("job %ld was accepted and ran %d times", i, times % SETTLED);
        if (returns != (config.results || times == SETTLED))
            broken("job %ld came back %d times", i, returns);
    }
    if (count != counted)
        broken("%llu jobs were accepted, the pool counts %llu", (unsigned long long)count, (unsigned long long)counted);
    atomic_fetch_add(&total_jobs, (long)count);
}

static void one_round(const struct pool_ops *ops)
{
    pthread_t producers[PRODUCERS_MAX], receivers[RECEIVERS_MAX];
    int producer_count = 1 + (int)random_below(PRODUCERS_MAX), receiver_count, error;
    struct pool_stats s;
    int64_t given_up;

    choose(ops);
    receiver_count = config.results ? 1 + (int)random_below(RECEIVERS_MAX) : 0;
    memset((void *)ran, 0, (size_t)limit);
    memset((void *)back, 0, (size_t)limit);
    memset((void *)accepted, 0, (size_t)limit);
    atomic_store(&next_job, 0);
    atomic_store(&stop, 0);
    hardship_begin(hardships);
    error = pool_open(&pool, ops, &config);
    if (error == -EAGAIN && hardships & HARDSHIP_REFUSALS) { /* the only thread of all was refused */
        hardship_end();
        return;
    }
    if (error)
        broken("open: %s", strerror(-error));
    for (intptr_t i = 0; i < producer_count; i++)
        hardship_thread(&producers[i], producer_main, (void *)i);
    for (intptr_t i = 0; i < receiver_count; i++)
        hardship_thread(&receivers[i], receiver_main, (void *)i);
    disturb();
    for (int i = 0; i < producer_count; i++)
        pthread_join(producers[i], NULL);
    atomic_store(&stop, 1);
    pool_close(pool);
    if (pool_wait(pool, INT64_C(60000000000)))
        broken("no quiet within a minute");
    for (int i = 0; i < receiver_count; i++)
        pthread_join(receivers[i], NULL);
    pool_stats(pool, &s);
    if (s.accepted != s.done + s.failed + s.cancelled + s.dropped || s.started != s.done + s.failed ||
        s.state == POOL_OPEN)
        broken("the law is broken at rest");
    if (config.results && s.done + s.failed != s.received + s.pending + s.lost)
        broken("results do not add up");
    given_up = pool_free(pool);
    hardship_end();
    if (given_up != (int64_t)s.pending) {
        fprintf(stderr, "free gave up %lld results, %llu were pending\n", (long long)given_up,
                (unsigned long long)s.pending);
        _exit(1);
    }
    check_jobs(s.accepted);
}

int main(int argc, char **argv)
{
    const struct pool_ops *ops = NULL;
    double seconds = 5;
    struct timespec now, begin;
    seed = (unsigned)time(NULL) ^ (unsigned)getpid();
    limit = 20000;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--pool"))
            ops = pool_find(argv[i + 1]);
        else if (!strcmp(argv[i], "--seconds"))
            seconds = atof(argv[i + 1]);
        else if (!strcmp(argv[i], "--seed"))
            seed = (unsigned)strtoul(argv[i + 1], NULL, 10);
        else if (!strcmp(argv[i], "--jobs"))
            limit = atol(argv[i + 1]);
        else if (!strcmp(argv[i], "--hardships"))
            asked_hardships = atoi(argv[i + 1]);
    }
    if (!ops || limit < 100 || limit > JOBS_MAX)
        return 77;
    if (!strcmp(ops->name, "spawn"))
        limit /= 20; /* a thread for each job */
    random_state = seed;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    do {
        one_round(ops);
        round_number++;
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((double)(now.tv_sec - begin.tv_sec) < seconds);
    printf("torture %-8s ok: %ld rounds, %ld jobs, seed %u%s\n", ops->name, round_number, atomic_load(&total_jobs),
           seed, hardship_said());
    return 0;
}
