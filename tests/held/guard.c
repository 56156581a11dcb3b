/* guard.c - the check build ends the process, with a message, when a pool is freed under
 * a submit, and when one is used that was freed. */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/core/kit.h"
#include "tests/held/held.h"

static struct pool *open_one(const struct pool_ops *ops)
{
    struct pool_config config = {.workers = 1, .capacity = 4};
    struct pool *pool = NULL;
    if (pool_open(&pool, ops, &config))
        _exit(3);
    return pool;
}

/* The body ends its process by SIGABRT, and says this. */
static void assert_dies(void (*body)(const struct pool_ops *ops), const struct pool_ops *ops, const char *says)
{
    char text[512] = "";
    size_t length = 0;
    ssize_t got;
    int ends[2], status;
    pid_t child;
    cr_assert(pipe(ends) == 0);
    child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        body(ops);
        _exit(0);
    }
    close(ends[1]);
    while ((got = read(ends[0], text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)got;
    close(ends[0]);
    cr_assert(waitpid(child, &status, 0) == child);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "pool %s: status %#x: %s", ops->name, status, text);
    cr_assert(strstr(text, says), "pool %s: said: %s", ops->name, text);
}

static void assert_each_dies(void (*body)(const struct pool_ops *ops), const char *says)
{
    for (int i = 0; i < pool_count(); i++)
        assert_dies(body, pool_at(i), says);
}

/* Its job has run, the submit has not returned. */
static void free_under_submit(const struct pool_ops *ops)
{
    struct held held = HELD_AT("submit: told");
    struct pool *pool = open_one(ops);
    struct gate gate;
    struct call call;
    gate_init(&gate);
    held_arm(&held);
    if (ops->can & POOL_CAN_QUEUE) {
        kit_submit(&call, pool, ledger_job, ledger_arg(0));
        KIT_UNTIL(held_there(&held) && kit_stats(pool).done == 1);
    } else {
        kit_submit(&call, pool, gate_job, &gate); /* it stands in its job */
        KIT_UNTIL(gate_entered(&gate) == 1);
    }
    pool_free(pool);
}

Test(guard, ends_a_free_under_a_submit_that_has_not_returned, .timeout = 60)
{
    assert_each_dies(free_under_submit, "1 submit has not returned, nor counted as blocked");
}

static void submit_after_free(const struct pool_ops *ops)
{
    struct pool *pool = open_one(ops);
    pool_free(pool);
    (void)!pool_submit(pool, ledger_job, ledger_arg(0));
}

static void wait_after_free(const struct pool_ops *ops)
{
    struct pool *pool = open_one(ops);
    pool_free(pool);
    pool_wait(pool, 0);
}

static void free_twice(const struct pool_ops *ops)
{
    struct pool *pool = open_one(ops);
    pool_free(pool);
    pool_free(pool);
}

Test(guard, ends_a_call_of_a_pool_that_was_freed, .timeout = 60)
{
    assert_each_dies(submit_after_free, "pool_submit: pool ");
    assert_each_dies(wait_after_free, "pool_wait: pool ");
    assert_each_dies(free_twice, "pool_free: pool ");
}

/* Who left its thread, and its submit with it, is not in flight. */
static int leave(void *unused)
{
    pthread_exit(unused);
}

Test(guard, lets_those_go_whose_thread_ended_in_a_submit, .timeout = 60)
{
    struct pool *pool;
    struct call call;
    pool = open_one(pool_find("inline"));
    kit_submit(&call, pool, leave, NULL);
    pthread_join(call.thread, NULL);
    cr_assert(kit_stats(pool).failed == 1);
    cr_assert(pool_free(pool) == 0);
}

/* Who is counted as blocked may be freed under, from the first moment in which it is: a job
 * on its submitter's stack that waits for a place for its result. */
static struct pool *freed_pool;

static int child(void *unused)
{
    (void)unused;
    return 0;
}

/* Two children, of which the second finds no place. */
static int parent(void *unused)
{
    (void)unused;
    return pool_submit(freed_pool, child, NULL) || pool_submit(freed_pool, child, NULL);
}

static void free_when_blocked(const struct pool_ops *ops, pool_job_fn *fn, int before)
{
    struct pool_config config = {.workers = 1, .results = POOL_RESULTS_BLOCK, .results_capacity = 1};
    struct held held = HELD_AT("results: counted as blocked");
    struct call submit, freed;
    cr_assert(pool_open(&freed_pool, ops, &config) == 0);
    for (int i = 0; i < before; i++)
        cr_assert(pool_submit(freed_pool, child, NULL) == 0);
    held_arm(&held);
    kit_submit(&submit, freed_pool, fn, NULL);
    KIT_UNTIL(held_there(&held));
    cr_assert(kit_stats(freed_pool).blocked_results == 1);
    kit_free(&freed, freed_pool);
    KIT_UNTIL(kit_stats(freed_pool).state == POOL_CLOSING);
    held_let_go(&held);
    cr_assert(kit_join(&submit) == 0);
    cr_assert(kit_join(&freed) >= 1);
}

Test(guard, lets_a_free_begin_as_soon_as_a_job_waits_for_a_place, .timeout = 60)
{
    free_when_blocked(pool_find("inline"), child, 1);
}

Test(guard, lets_a_free_begin_when_a_child_of_the_job_waits_for_a_place, .timeout = 60)
{
    free_when_blocked(pool_find("inline"), parent, 0);
}
