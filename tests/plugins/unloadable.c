/* unloadable.c - plug-ins that must be refused in one line, compiled once for
 * each reason: IS_version, IS_lacks, IS_crashes, IS_exits, IS_nameless, IS_taken,
 * IS_empty, IS_leaves (a process), IS_forges (the answer of who loads it),
 * IS_threads (one runs from the start on: for an exploration),
 * IS_bound (calls a function of its own that the program has, too). */
#include <poolbench.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef IS_bound
int pool_submit_batch(struct pool *pool, const struct pool_job *jobs, int count)
{
    (void)pool, (void)jobs;
    return count;
}
#endif

static int refuse(struct pool **out, const struct pool_config *config)
{
    (void)out, (void)config;
    return -ENOTSUP;
}

__attribute__((unused)) static int refuse_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    (void)pool, (void)fn, (void)arg;
    return -ENOTSUP;
}

static int refuse_call(struct pool *pool)
{
#ifdef IS_bound
    return pool_submit_batch(pool, NULL, -ENOTSUP);
#endif
    (void)pool;
    return -ENOTSUP;
}

static int refuse_wait(struct pool *pool, int64_t timeout_ns)
{
    (void)pool, (void)timeout_ns;
    return -ENOTSUP;
}

static int refuse_stats(struct pool *pool, struct pool_stats *stats)
{
    (void)pool, (void)stats;
    return -ENOTSUP;
}

static int64_t refuse_free(struct pool *pool)
{
    (void)pool;
    return 0;
}

#ifdef IS_threads
#include <pthread.h>

static void *stay(void *arg)
{
    pause();
    return arg;
}

__attribute__((constructor)) static void start(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, stay, NULL);
}
#endif

__attribute__((used)) static const struct pool_ops table = {
#ifdef IS_version
    .abi = 999,
#else
    .abi = POOL_ABI,
#endif
#ifdef IS_nameless
    .name = "no name",
#elif defined IS_taken
    .name = "ring",
#else
    .name = "unloadable",
#endif
    .open = refuse,
#ifndef IS_lacks
    .submit = refuse_submit,
#endif
    .close = refuse_call,
    .wait = refuse_wait,
    .stats = refuse_stats,
    .free = refuse_free,
};

#ifndef IS_empty
POOL_PLUGIN(&table);
#endif

#if defined IS_crashes || defined IS_exits || defined IS_leaves || defined IS_forges
__attribute__((constructor)) static void begin(void)
{
#ifdef IS_crashes
    abort();
#elif defined IS_leaves
    if (fork() == 0) {
        setsid();
        for (;;)
            pause();
    }
#elif defined IS_forges
    for (int i = 3; i < 64; i++)
        if (write(i, "+", 1) < 0)
            continue;
    _exit(0);
#else
    exit(0);
#endif
}
#endif
