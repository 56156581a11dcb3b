/* forks_end.c - forks that fail, and jobs that end with forks open. */
#include <sys/wait.h>
#include <unistd.h>

#include "tests/contract/forks_kit.h"

static struct pool *shared_pool;

/* Failures. */

static int fail_by(void *how)
{
    switch ((intptr_t)how) {
    case 0:
        return -ENOSPC;
    case 1:
        pool_fail(-ENOSPC);
    default:
        pthread_exit(NULL);
    }
}

static int fail_after_gate(void *how)
{
    forks_pass_gate(NULL);
    return fail_by(how);
}

struct failing {
    intptr_t how;
    bool stolen;
};

static int join_a_failing(void *arg)
{
    const struct failing *failing = arg;
    struct pool_fork bystander, fork;
    pool_fork(&bystander, forks_note, NULL); /* dropped, or has run */
    pool_fork(&fork, failing->stolen ? fail_after_gate : fail_by, (void *)failing->how);
    if (failing->stolen)
        forks_until_stolen(2);
    gate_open(&fork_gate);
    pool_join(&fork);
    atomic_store(&seen_status, 0); /* not reached */
    return 0;
}

static void expect_failure(const struct pool_ops *ops, intptr_t how, bool stolen)
{
    enum { WORKERS = 3 };
    struct failing failing = {how, stolen};
    struct pool_result result;
    struct gate gate;
    if (how == 2 && !(ops->can & POOL_CAN_RUN_APART))
        return; /* it would take the test's own thread */
    forks_clear();
    shared_pool = contract_open(ops, &(struct pool_config){.workers = WORKERS, .results = POOL_RESULTS_BLOCK});
    equal(pool_submit(shared_pool, join_a_failing, &failing), 0);
    equal(pool_receive(shared_pool, &result, -1), 1);
    equal(result.status, (how == 2 ? -EOWNERDEAD : -ENOSPC));
    equal(pool_wait(shared_pool, -1), 0);
    equal(atomic_load(&seen_status), -99);
    equal(kit_stats(shared_pool).failed, 1);
    if (ops->can & POOL_CAN_RUN_APART) {
        gate_init(&gate);
        for (int i = 0; i < WORKERS; i++) /* none was lost */
            equal(pool_submit(shared_pool, gate_job, &gate), 0);
        KIT_UNTIL(gate_entered(&gate) == WORKERS);
        gate_open(&gate);
    }
    equal(pool_wait(shared_pool, -1), 0);
    contract_law(ops, shared_pool);
    equal(pool_free(shared_pool), (ops->can & POOL_CAN_RUN_APART ? WORKERS : 0));
}

POOL_TEST(forks, that_fail_fail_the_job_that_joins_them)
{
    ours("pool_fork");
    for (intptr_t how = 0; how < 3; how++)
        expect_failure(ops, how, false);
}

POOL_TEST(forks, that_fail_on_a_thief_fail_the_job_that_joins_them)
{
    ours("pool_fork");
    needs(POOL_CAN_FORK);
    for (intptr_t how = 0; how < 3; how++)
        expect_failure(ops, how, true);
}

/* The end of a job with forks open. */

struct letter {
    _Atomic int32_t words[64];
};

static int write_late(void *arg)
{
    struct letter *letter = arg;
    atomic_fetch_add(&fork_begun, 1);
    gate_pass(&fork_gate);
    for (int i = 0; i < 64; i++)
        if (atomic_load(&letter->words[i]) != i)
            return -EIO;
    atomic_fetch_add(&fork_ran, 1);
    return 0;
}

static _Atomic bool both_open;

/* What a job that is left by pool_fail or pthread_exit has on its stack stays as it
 * is until no fork uses it; what a function that returns has there does not. */
static int leave_forks_open(void *how)
{
    static struct letter kept;
    struct letter own, *letter = (intptr_t)how % 3 == 0 ? &kept : &own;
    struct pool_fork stolen, mine;
    for (int i = 0; i < 64; i++)
        atomic_init(&letter->words[i], i);
    pool_fork(&stolen, write_late, letter);
    forks_until_stolen(1);
    pool_fork(&mine, forks_note, NULL);
    atomic_store(&both_open, true);
    if ((intptr_t)how == 3)
        return 0;
    return fail_by(how);
}

static void *open_gate_soon(void *arg)
{
    (void)arg;
    KIT_UNTIL(atomic_load(&both_open));
    for (int i = 0; i < 20; i++)
        kit_nap();
    gate_open(&fork_gate);
    return NULL;
}

POOL_TEST(forks, open_at_the_end_of_a_job_are_waited_for)
{
    ours("pool_fork");
    needs(POOL_CAN_FORK);
    for (intptr_t how = 0; how < 4; how++) {
        pthread_t opener;
        forks_clear();
        atomic_store(&both_open, false);
        shared_pool = contract_open(ops, &(struct pool_config){.workers = 2});
        equal(pool_submit(shared_pool, leave_forks_open, (void *)how), 0);
        forks_until_begun();
        pthread_create(&opener, NULL, open_gate_soon, NULL);
        equal(pool_wait(shared_pool, -1), 0);
        if (how == 3) /* the other one, which nobody had taken, was run; else it was dropped */
            equal(atomic_load(&fork_ran), 2);
        else
            equal(atomic_load(&fork_ran), 1);
        equal(kit_stats(shared_pool).failed, how != 3);
        pthread_join(opener, NULL);
        pool_free(shared_pool);
    }
}

static int open_then_return(void *status)
{
    struct pool_fork forks[3];
    for (int i = 0; i < 3; i++)
        pool_fork(&forks[i], forks_note, status);
    return 0;
}

POOL_TEST(forks, open_at_return_are_run_and_may_fail_the_job)
{
    ours("pool_fork");
    for (int status = -EIO; status <= 0; status += EIO) {
        struct pool_result result;
        forks_clear();
        if (!(ops->can & POOL_CAN_FORK) && status)
            continue; /* they ran at once, and nobody joined them */
        shared_pool = contract_open(ops, &(struct pool_config){.workers = 1, .results = POOL_RESULTS_BLOCK});
        equal(pool_submit(shared_pool, open_then_return, (void *)(intptr_t)status), 0);
        equal(pool_wait(shared_pool, -1), 0);
        equal(pool_receive(shared_pool, &result, 0), 1);
        equal(result.status, status);
        if (!status)
            equal(atomic_load(&fork_ran), 3);
        equal(kit_stats(shared_pool).done + kit_stats(shared_pool).failed, 1);
        pool_free(shared_pool);
    }
}

/* The child of a process fork in a fork ends as one in the job itself does. */

static int child_status;

static int process_fork(void *arg)
{
    int status;
    pid_t child = fork();
    (void)arg;
    atomic_fetch_add(&fork_begun, 1);
    if (child == 0)
        return 0;
    waitpid(child, &status, 0);
    child_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return 0;
}

static int process_fork_with_forks_open(void *arg)
{
    struct pool_fork fork;
    pool_fork(&fork, forks_note, NULL);
    process_fork(arg);
    pool_join(&fork); /* in the child: an error */
    return 0;
}

static int join_process_fork(void *stolen)
{
    struct pool_fork fork;
    pool_fork(&fork, stolen ? process_fork_with_forks_open : process_fork, NULL);
    if (stolen)
        forks_until_stolen(1);
    return pool_join(&fork);
}

POOL_TEST(forks, in_which_the_process_forks_end_the_child_with_70)
{
    ours("pool_fork");
    for (intptr_t stolen = 0; stolen < 2; stolen++) {
        if (stolen && !(ops->can & POOL_CAN_FORK))
            continue;
        forks_clear();
        child_status = -2;
        shared_pool = contract_open(ops, &(struct pool_config){.workers = stolen ? 2 : 1});
        equal(pool_submit(shared_pool, join_process_fork, (void *)stolen), 0);
        equal(pool_wait(shared_pool, -1), 0);
        equal(child_status, 70);
        equal(kit_stats(shared_pool).done, 1);
        pool_free(shared_pool);
    }
}
