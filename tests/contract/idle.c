/* idle.c - workers without work: whom a submit wakes, and how soon they go. */
#include <sched.h>
#include <string.h>

#include "tests/contract/contract.h"

POOL_TEST(idle, a_long_spin_does_not_hold_free)
{
    struct pool_config config = {.workers = 2, .capacity = 8, .spin_ns = HOUR};
    struct pool *pool = contract_open(ops, &config);
    equal(pool_submit(pool, ledger_job, ledger_arg(0)), 0);
    equal(pool_wait(pool, -1), 0);
    equal(pool_free(pool), 0);
}

/* The submitter keeps its CPU to itself, so that a worker bound to it never runs: then
 * one on an idle CPU must. Threads of real time may be stopped for a moment, now and
 * then: it is not asked when the job starts, but who runs it. */

static _Atomic int runs_on;

static int note_worker(void *unused)
{
    (void)unused;
    atomic_store(&runs_on, pool_worker());
    return 0;
}

static bool keep_cpu(int cpu)
{
    struct sched_param priority = {.sched_priority = 10};
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return !sched_setaffinity(0, sizeof set, &set) && !sched_setscheduler(0, SCHED_FIFO, &priority);
}

static void give_cpu(void)
{
    struct sched_param priority = {0};
    sched_setscheduler(0, SCHED_OTHER, &priority);
}

/* The first two CPUs that there are. */
static int two_cpus(int *cpus)
{
    cpu_set_t set;
    int count = 0;
    sched_getaffinity(0, sizeof set, &set);
    for (int i = 0; i < CPU_SETSIZE && count < 2; i++)
        if (CPU_ISSET(i, &set))
            cpus[count++] = i;
    return count;
}

/* workers are bound to `cpus` in turn; the submitter to one of them. */
static void submitter_keeps(const struct pool_ops *ops, int workers, int which)
{
    int cpus[2];
    struct pool_config config = {.workers = workers, .cpus = cpus, .cpu_count = 2};
    struct pool *pool;
    needs(POOL_CAN_RUN_APART);
    if (two_cpus(cpus) < 2)
        cr_skip_test("pool %s: not tested: this process has one CPU", ops->name);
    pool = contract_open(ops, &config);
    for (int i = 0; i < 20; i++) {
        KIT_UNTIL(kit_stats(pool).parked == workers);
        atomic_store(&runs_on, -1);
        if (!keep_cpu(cpus[which]))
            cr_skip_test("pool %s: not tested: no right to SCHED_FIFO", ops->name);
        equal(pool_submit(pool, note_worker, NULL), 0);
        while (atomic_load(&runs_on) < 0)
            ;
        give_cpu();
        check(atomic_load(&runs_on) % 2 != which, "a worker on the submitter's own CPU was waited for");
    }
    equal(pool_free(pool), 0);
}

/* Of those that choose whom they wake, or start. */
static bool chooses(const struct pool_ops *ops)
{
    return !strcmp(ops->name, "mutex") || !strcmp(ops->name, "ring") || !strcmp(ops->name, "spawn") ||
           !strcmp(ops->name, "steal");
}

POOL_TEST(idle, a_job_is_not_left_to_a_worker_on_the_first_cpu_that_its_submitter_keeps)
{
    if (!chooses(ops))
        cr_skip_test("pool %s: not supported: the kernel chooses", ops->name);
    submitter_keeps(ops, 2, 0);
}

POOL_TEST(idle, a_job_is_not_left_to_a_worker_on_the_last_cpu_that_its_submitter_keeps)
{
    if (!chooses(ops))
        cr_skip_test("pool %s: not supported: the kernel chooses", ops->name);
    submitter_keeps(ops, 4, 1);
}
