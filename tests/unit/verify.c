/* verify.c - each workload, against a pool made to lose, double or garble one
 * job: the slice must fail, and say how. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/measure/slice_run.h"
#include "workloads/core/kernel.h"

enum { JOBS = 2000 };

/* A pool around mutex that does one thing wrong, to its n-th job. */
enum defect { NONE, LOSES, DOUBLES, GARBLES, REPEATS, SWALLOWS, DEAF, HERE, REFUSES };
static enum defect defect;
static _Atomic int turn;
static const struct pool_ops *honest;

static int nothing(void *arg)
{
    (void)arg;
    return 0;
}

static int broken_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    enum { VICTIM = 1000 };
    int now = turn++;
    if (now != VICTIM || defect == NONE)
        return honest->submit(pool, fn, arg);
    switch (defect) {
    case LOSES: /* accepted and counted, but it never runs */
        return honest->submit(pool, nothing, NULL);
    case DOUBLES:
        fn(arg); /* once more, in secret; before, because marks are not atomic */
        return honest->submit(pool, fn, arg);
    case GARBLES:
        /* cpu: the seed, its job's first word; empty: a bit of its mark */
        *(unsigned char *)arg ^= 0x40;
        return honest->submit(pool, fn, arg);
    default:
        return honest->submit(pool, fn, arg);
    }
}

static int broken_batch(struct pool *pool, const struct pool_job *jobs, int count)
{
    for (int i = 0; i < count; i++) {
        int error = broken_submit(pool, jobs[i].fn, jobs[i].arg);
        if (error)
            return i ? i : error;
    }
    return count;
}

/* Runs every other job itself, the first holder among them, and counts it by an empty one. */
static int here_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    if (turn++ % 2)
        return honest->submit(pool, fn, arg);
    fn(arg);
    return honest->submit(pool, nothing, NULL);
}

/* Every other job, although it has room. */
static int refusing_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    return turn++ % 2 ? -EAGAIN : honest->submit(pool, fn, arg);
}

/* The n-th result comes twice, or never. */
static int broken_receive(struct pool *pool, struct pool_result *results, int count, int64_t timeout_ns)
{
    enum { VICTIM = 100 };
    static struct pool_result again;
    int got;
    if (defect == REPEATS && turn == VICTIM + 1) {
        turn++;
        results[0] = again;
        return 1;
    }
    got = honest->receive(pool, results, count, timeout_ns);
    if (got > 0 && turn++ == VICTIM) {
        again = results[0];
        if (defect == SWALLOWS)
            return honest->receive(pool, results, count, timeout_ns);
    }
    return got;
}

/* A cancel that does nothing. */
static int deaf_cancel(struct pool *pool)
{
    (void)pool;
    return 0;
}

static struct pool_ops ops;

/* The pool's own table is replaced by the broken one. */
static int broken_open(struct pool **out, const struct pool_config *config)
{
    int error = honest->open(out, config);
    if (!error)
        (*out)->ops = &ops;
    return error;
}

static struct slice slice;

static void expect(const char *spec, enum defect which, const char *word)
{
    struct plan_entry entry = {.workers = 2, .producers = 1, .capacity = 64, .pin = "none"};
    struct workload_setting setting;
    int64_t jobs;
    char why[256];
    honest = pool_find("mutex");
    ops = *honest;
    ops.open = broken_open;
    if (which == LOSES || which == DOUBLES || which == GARBLES) {
        ops.submit = broken_submit;
        ops.submit_batch = broken_batch;
    } else if (which == HERE) {
        ops.submit = here_submit;
    } else if (which == REFUSES) {
        ops.submit = refusing_submit;
    } else if (which == DEAF) {
        ops.cancel = deaf_cancel;
    } else {
        ops.receive = broken_receive;
    }
    entry.pool = &ops;
    defect = which;
    turn = 0;
    cr_assert(workload_parse(spec, &entry.workload, why, sizeof why) == 0, "%s", why);
    if (entry.workload.ops->consume) {
        entry.results = POOL_RESULTS_BLOCK;
        entry.results_capacity = 8;
    }
    setting = plan_setting(&entry);
    jobs = entry.workload.ops->jobs ? entry.workload.ops->jobs(&entry.workload, &setting) : JOBS;
    slice_run(&entry, jobs, 7, INT64_C(20000000000), &slice, NULL);
    if (word)
        cr_assert(strstr(slice.failure, word), "%s: found \"%s\", not \"%s\"", spec, slice.failure, word);
    else
        cr_assert(!*slice.failure, "%s: %s", spec, slice.failure);
}

static const char *const specs[] = {"depth:jobs=2000",
                                    "burst:rate=1M,arrivals=constant,of=empty:batch=8",
                                    "memory:bytes=64,size=0ns",
                                    "empty",
                                    "empty:batch=32",
                                    "empty:sample=1",
                                    "cpu:size=100ns",
                                    "cpu:size=100ns,dist=exp,batch=8",
                                    "cpu:size=100ns,dist=pareto",
                                    "io:op=pipe",
                                    "io:op=socket,cpu=1us,bytes=100",
                                    "io:op=file,writes=5",
                                    "io:op=sleep,wait=1us,dist=exp",
                                    "slow-consumer:size=1us,take=1us,batch=4",
                                    "slow-consumer:size=1us,take=0ns,dist=exp,produce=1us"};
enum { SPECS = sizeof specs / sizeof *specs, FIRST_GARBLED = 6 };

Test(verify, an_honest_pool_passes, .timeout = 60)
{
    for (int i = 0; i < SPECS; i++)
        expect(specs[i], NONE, NULL);
}

/* Stretches of a filling may meet, and a queue of one is full at once. */
Test(verify, a_queue_of_any_depth_is_filled, .timeout = 60)
{
    for (int depth = 1; depth <= 40; depth++) {
        char spec[32];
        snprintf(spec, sizeof spec, "depth:jobs=%d", depth);
        expect(spec, NONE, NULL);
        cr_assert(slice.figures[0] > 0 && slice.figures[1] > 0, "%s", spec);
    }
}

/* Who runs a job on its submitter's stack has no deep queue; the workload does not
 * hang on it, and says nothing of depth. */
Test(verify, a_queue_that_is_not_deep_has_no_figures, .timeout = 60)
{
    expect("depth:jobs=40", HERE, NULL);
    for (int i = 0; i < 4; i++)
        cr_assert(isnan(slice.figures[i]));
}

Test(verify, a_lost_job_is_found, .timeout = 60)
{
    for (int i = 0; i < SPECS; i++)
        expect(specs[i], LOSES, "lost");
}

Test(verify, a_doubled_job_is_found, .timeout = 60)
{
    for (int i = 0; i < SPECS; i++)
        expect(specs[i], DOUBLES, "more than once");
}

Test(verify, a_garbled_job_is_found, .timeout = 60)
{
    expect("empty", GARBLES, "more than once"); /* its mark is no longer 1 */
    for (int i = FIRST_GARBLED; i < SPECS; i++)
        expect(specs[i], GARBLES, "wrong result");
}

/* One at a time: a lost tree would be a hang. */
Test(verify, trees_one_at_a_time, .timeout = 60)
{
    static const char *const trees[] = {"tree:fib,n=12", "tree:queens,n=5", "tree:uts,shape=small"};
    for (int i = 0; i < 3; i++)
        expect(trees[i], NONE, NULL);
}

/* What is submitted one by one does not wait for it. */
Test(verify, a_refused_job_is_named_and_nobody_hangs, .timeout = 60)
{
    static const char *const one_by_one[] = {"wakeup:gap=1us,idle=0ns", "tree:fib,n=12"};
    for (int i = 0; i < 2; i++) {
        expect(one_by_one[i], REFUSES, "although it waits while the pool is full");
        cr_assert(!slice.hung && slice.refused == slice.jobs / 2, "%s: %lld of %lld", one_by_one[i],
                  (long long)slice.refused, (long long)slice.jobs);
    }
}

Test(verify, a_result_that_comes_twice_or_never_is_found, .timeout = 60)
{
    expect("slow-consumer:size=1us,take=1us", REPEATS, "more than once");
    expect("slow-consumer:size=1us,take=1us", SWALLOWS, "never received");
}

/* 64 jobs are queued behind the two that run; without a cancel they all start. */
Test(verify, a_cancel_that_does_nothing_is_found, .timeout = 120)
{
    expect("cancel:jobs=never,size=1ms", NONE, NULL);
    expect("cancel:jobs=never,size=1ms", DEAF, "had returned");
}

Test(verify, a_consumer_that_dies_is_named_and_nobody_hangs, .timeout = 60)
{
    expect("slow-consumer:dies=100,size=1us,take=1us", NONE, "the consumer ended after 100 results");
    cr_assert(!slice.hung && strstr(slice.failure, "wait"), "%s", slice.failure);
    cr_assert(slice.stats.accepted ==
              slice.stats.done + slice.stats.failed + slice.stats.cancelled + slice.stats.dropped);
    cr_assert(slice.threads_left == 0);
}

/* Where the machine is to blame no pool is accused. */
Test(verify, a_port_where_nobody_listens_is_the_machines_fault, .timeout = 60)
{
    expect("io:op=socket,port=1", NONE, "refused");
    cr_assert(slice.cannot && strstr(slice.failure, "port 1"), "%s", slice.failure);
}

Test(verify, a_full_disk_is_the_machines_fault, .timeout = 60)
{
    struct rlimit limit = {.rlim_cur = 65536, .rlim_max = RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0); /* stands for the disk */
    expect("io:op=file", NONE, "TMPDIR");
    cr_assert(slice.cannot && strstr(slice.failure, "too large"), "%s", slice.failure);
}

/* An echo server of somebody else's, which leaves after so many bytes. */
static void *serve_for_a_while(void *arg)
{
    int listener = *(int *)arg, line = accept(listener, NULL, NULL);
    char byte[64];
    for (int i = 0; i < 100; i++)
        if (read(line, byte, sizeof byte) <= 0 || write(line, byte, sizeof byte) <= 0)
            break;
    close(line);
    close(listener); /* the other lines were never accepted: they are reset */
    return NULL;
}

Test(verify, a_server_that_goes_away_is_the_machines_fault, .timeout = 60)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    pthread_t thread;
    char spec[64];
    cr_assert(!bind(listener, (struct sockaddr *)&address, sizeof address) && !listen(listener, 8) &&
              !getsockname(listener, (struct sockaddr *)&address, &length));
    cr_assert(pthread_create(&thread, NULL, serve_for_a_while, &listener) == 0);
    snprintf(spec, sizeof spec, "io:op=socket,port=%d", ntohs(address.sin_port));
    expect(spec, NONE, "jobs failed: op=socket");
    cr_assert(slice.cannot && !slice.hung, "%s", slice.failure);
    pthread_join(thread, NULL);
}

Test(kernel, its_closed_form_is_right, .timeout = 20)
{
    for (uint64_t n = 0; n < 1000; n++)
        cr_assert(kernel_run(n * 77, n) == kernel_expect(n * 77, n));
    cr_assert(kernel_run(1, 1234567) == kernel_expect(1, 1234567));
}

Test(kernel, is_calibrated_to_something_sane, .timeout = 20)
{
    cr_assert(kernel_steps_per_ns() > 0.01 && kernel_steps_per_ns() < 10);
}
