/* fail.c - jobs that fail: by status, by pool_fail, by leaving their thread, and
 * by a crash. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/contract/contract.h"

static struct pool *shared_pool;

static int return_error(void *arg)
{
    (void)arg;
    return -EIO;
}

/* Called through memory, so that the compiler sees no recursion without end. */
static int fail_deep(int depth, int status);
static int (*volatile deeper)(int depth, int status) = fail_deep;

static int fail_deep(int depth, int status)
{
    if (depth == 0)
        pool_fail(status);
    return deeper(depth - 1, status) + 1;
}

static int fail_from_depth(void *arg)
{
    return fail_deep(20, (int)(intptr_t)arg);
}

static int leave(void *arg)
{
    (void)arg;
    pthread_exit(NULL);
}

POOL_TEST(fail, statuses_are_counted_and_received)
{
    ours("pool_fail");
    static const struct {
        pool_job_fn *fn;
        intptr_t arg;
        int status;
    } jobs[] = {{return_error, 0, -EIO}, {fail_from_depth, -ENOSPC, -ENOSPC}, {fail_from_depth, 5, -EIO}};
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 1, .results = POOL_RESULTS_BLOCK});
    needs(POOL_CAN_CONTAIN);
    for (int i = 0; i < 3; i++) {
        struct pool_result result;
        equal(pool_submit(pool, jobs[i].fn, (void *)jobs[i].arg), 0);
        equal(pool_wait(pool, -1), 0);
        equal(pool_receive(pool, &result, 0), 1);
        equal(result.status, jobs[i].status);
    }
    equal(kit_stats(pool).failed, 3);
    contract_law(ops, pool);
    pool_free(pool);
}

POOL_TEST(fail, a_worker_survives_pool_fail)
{
    ours("pool_fail");
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 2});
    ledger_clear();
    for (int i = 0; i < 1000; i++) {
        equal(pool_submit(pool, fail_from_depth, (void *)(intptr_t)-1), 0);
        equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
    }
    equal(pool_wait(pool, -1), 0);
    equal(ledger_total, 1000);
    equal(kit_stats(pool).failed, 1000);
    equal(kit_stats(pool).replaced, 0);
    contract_law(ops, pool);
    pool_free(pool);
}

POOL_TEST(fail, a_worker_that_leaves_is_replaced)
{
    needs(POOL_CAN_RESULTS);
    enum { WORKERS = 3 };
    struct pool *pool;
    struct gate gate;
    needs(POOL_CAN_RUN_APART | POOL_CAN_CONTAIN);
    pool = contract_open(ops, &(struct pool_config){.workers = WORKERS, .results = POOL_RESULTS_BLOCK});
    for (int i = 0; i < 20; i++) {
        struct pool_result result;
        equal(pool_submit(pool, leave, NULL), 0);
        equal(pool_receive(pool, &result, -1), 1);
        equal(result.status, -EOWNERDEAD);
    }
    equal(pool_wait(pool, -1), 0);
    equal(kit_stats(pool).failed, 20);
    equal(kit_stats(pool).replaced, 20);
    gate_init(&gate);
    for (int i = 0; i < WORKERS; i++) /* as many as before */
        equal(pool_submit(pool, gate_job, &gate), 0);
    KIT_UNTIL(gate_entered(&gate) == WORKERS);
    gate_open(&gate);
    equal(pool_wait(pool, -1), 0);
    contract_law(ops, pool);
    pool_free(pool);
}

/* No thread can be started: never zero workers. */
POOL_TEST(fail, the_leaving_thread_serves_on_when_no_other_can_start)
{
    struct pool *pool;
    struct gate gate;
    needs(POOL_CAN_RUN_APART | POOL_CAN_CONTAIN);
    pool = contract_open(ops, &(struct pool_config){.workers = 1});
    ledger_clear();
    gate_init(&gate);
    contract_hold(ops, pool, &gate, 1);
    atomic_store(&kit_threads_left, 0);
    equal(pool_submit(pool, leave, NULL), 0);
    for (int i = 0; i < 3; i++)
        equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
    equal(pool_submit(pool, leave, NULL), 0); /* and once more from there */
    equal(pool_submit(pool, ledger_job, ledger_arg(3)), 0);
    gate_open(&gate);
    equal(pool_wait(pool, -1), 0);
    equal(ledger_total, 4);
    equal(kit_stats(pool).failed, 2);
    atomic_store(&kit_threads_left, -1);
    equal(pool_submit(pool, ledger_job, ledger_arg(4)), 0);
    equal(pool_wait(pool, -1), 0);
    equal(ledger_total, 5);
    pool_free(pool);
}

static int parent_of_failing(void *arg)
{
    (void)!pool_submit(shared_pool, ledger_job, ledger_arg(0)); /* takes the slot, if there is one */
    (void)!pool_submit(shared_pool, fail_from_depth, arg);
    atomic_fetch_add(&ledger_ran[1], 1); /* reached: only the child failed */
    return 0;
}

POOL_TEST(fail, a_nested_job_fails_alone)
{
    ours("pool_fail");
    ledger_clear();
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 1});
    equal(pool_submit(shared_pool, parent_of_failing, (void *)(intptr_t)-1), 0);
    equal(pool_wait(shared_pool, -1), 0);
    equal(ledger_ran[1], 1);
    equal(kit_stats(shared_pool).failed, 1);
    equal(kit_stats(shared_pool).done, 2);
    contract_law(ops, shared_pool);
    pool_free(shared_pool);
}

static int parent_of_leaving(void *arg)
{
    (void)arg;
    (void)!pool_submit(shared_pool, ledger_job, ledger_arg(0));
    (void)!pool_submit(shared_pool, leave, NULL);
    return 0;
}

POOL_TEST(fail, leaving_fails_each_job_on_the_stack)
{
    needs(POOL_CAN_RUN_APART | POOL_CAN_CONTAIN);
    ledger_clear();
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 1});
    equal(pool_submit(shared_pool, parent_of_leaving, NULL), 0);
    equal(pool_wait(shared_pool, -1), 0);
    equal(kit_stats(shared_pool).failed, 2); /* the child ran in its parent */
    equal(kit_stats(shared_pool).done, 1);
    contract_law(ops, shared_pool);
    pool_free(shared_pool);
}

POOL_TEST(fail, a_caller_run_job_fails_alone)
{
    ours("pool_fail");
    struct pool *pool;
    struct gate gate;
    struct call call;
    needs(POOL_CAN_QUEUE | POOL_CAN_CONTAIN);
    pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 1, .full = POOL_CALLER_RUNS});
    gate_init(&gate);
    ledger_clear();
    contract_hold(ops, pool, &gate, 1);
    equal(pool_submit(pool, ledger_job, ledger_arg(0)), 0);
    equal(pool_submit(pool, fail_from_depth, (void *)(intptr_t)-1), 0);
    equal(kit_stats(pool).failed, 1);
    call.answer = 99;
    kit_submit(&call, pool, leave, NULL); /* ends the submitter's thread */
    equal(kit_join(&call), 99);
    equal(kit_stats(pool).failed, 2);
    gate_open(&gate);
    equal(pool_wait(pool, -1), 0);
    contract_law(ops, pool);
    pool_free(pool); /* and does not wait for the thread that left */
}

Test(fail, pool_fail_outside_a_job_aborts, .timeout = 10)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        fclose(stderr);
        pool_fail(-1);
    }
    cr_assert(waitpid(child, &status, 0) == child);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

/* Crashes. */

static int crash(void *arg)
{
    *(volatile int *)arg = 1;
    return 0;
}

POOL_TEST(fail, a_crash_is_reported_with_pool_worker_and_job_on_request)
{
    ours("POOL_REPORT_CRASHES");
    char text[1024] = "";
    int pipes[2], status;
    ssize_t length;
    pid_t child;
    cr_assert(pipe(pipes) == 0);
    child = fork();
    if (child == 0) {
        struct pool *pool;
        dup2(pipes[1], 2);
        signal(SIGSEGV, SIG_DFL);
        if (pool_open(&pool, ops, &(struct pool_config){.workers = 1, .flags = POOL_REPORT_CRASHES}))
            _exit(3);
        (void)!pool_submit(pool, crash, (void *)0x48);
        pool_wait(pool, -1);
        _exit(4);
    }
    close(pipes[1]);
    cr_assert(waitpid(child, &status, 0) == child);
    length = read(pipes[0], text, sizeof text - 1);
    close(pipes[0]);
    text[length > 0 ? length : 0] = '\0';
    check(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV, "status %x", status);
    check(strstr(text, ops->name) && strstr(text, "arg 0x48") && strstr(text, "in job ") && strstr(text, "+0x"),
          "report: %s", text);
}
