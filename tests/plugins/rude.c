/* rude.c - a pool without threads, each job at once in who submits it, compiled many ways: what a plug-in does to
 * the program around it. POLITE does nothing. PRINTS prints on stdout when it is loaded, opened and unloaded.
 * QUITS ends the process, with status 0, in a submit; CRASHES aborts there. MASKS blocks all
 * signals when it is loaded, and ignores the end of children. GROWS changes its own file, copy.so in this
 * folder, when it is opened. TWINS has two pools of one name. SLOW takes 10 us for a job. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poolbench.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum rude { POLITE, PRINTS, QUITS, CRASHES, MASKS, GROWS, TWINS, SLOW };
static const enum rude rude = RUDE;

struct caller {
    struct pool base;
    _Atomic uint64_t done, failed;
    atomic_bool closed;
};

__attribute__((constructor)) static void begin(void)
{
    sigset_t all;
    if (rude == PRINTS)
        printf("rude: loaded\n");
    sigfillset(&all);
    if (rude == MASKS && !sigprocmask(SIG_BLOCK, &all, NULL))
        signal(SIGCHLD, SIG_IGN);
}

__attribute__((destructor)) static void end(void)
{
    if (rude == PRINTS)
        printf("rude: unloaded\n");
}

/* An object may have more behind its end. */
static void grow(void)
{
    int file = open("copy.so", O_WRONLY | O_APPEND);
    if (file < 0 || write(file, "+", 1) != 1)
        abort();
    close(file);
}

static int caller_open(struct pool **out, const struct pool_config *config)
{
    struct caller *pool = calloc(1, sizeof *pool);
    (void)config;
    if (!pool)
        return -ENOMEM;
    if (rude == PRINTS) {
        printf("rude: opened\n");
        fflush(stdout);
    }
    if (rude == GROWS)
        grow();
    *out = &pool->base;
    return 0;
}

static void take_long(void)
{
    struct timespec now;
    int64_t until = 0, ns = 0;
    while (ns <= until) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        ns = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
        until = until ? until : ns + 10000;
    }
}

static int caller_submit(struct pool *base, pool_job_fn *fn, void *arg)
{
    struct caller *pool = (struct caller *)base;
    if (pool->closed)
        return -ESHUTDOWN;
    if (rude == QUITS)
        exit(0);
    if (rude == CRASHES)
        abort();
    if (rude == SLOW)
        take_long();
    *(fn(arg) < 0 ? &pool->failed : &pool->done) += 1;
    return 0;
}

static int caller_close(struct pool *base)
{
    return atomic_exchange(&((struct caller *)base)->closed, true) ? -EALREADY : 0;
}

static int caller_wait(struct pool *base, int64_t timeout_ns)
{
    (void)base, (void)timeout_ns;
    return 0;
}

static int caller_stats(struct pool *base, struct pool_stats *stats)
{
    const struct caller *pool = (struct caller *)base;
    *stats = (struct pool_stats){.state = pool->closed ? POOL_DRAINED : POOL_OPEN};
    stats->done = pool->done;
    stats->failed = pool->failed;
    stats->accepted = stats->started = stats->done + stats->failed;
    return 0;
}

static int64_t caller_free(struct pool *base)
{
    free(base);
    return 0;
}

static const struct pool_ops table = {
    .abi = POOL_ABI,
    .name = "rude",
    .summary = "for the tests of what plug-ins may do",
    .declares = POOL_JOBS_RETURN,
    .open = caller_open,
    .submit = caller_submit,
    .close = caller_close,
    .wait = caller_wait,
    .stats = caller_stats,
    .free = caller_free,
};

POOL_PLUGIN(&table, RUDE == TWINS ? &table : NULL);
