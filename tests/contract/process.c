/* process.c - pools in the child of a process fork, however that was made. */
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/contract/contract.h"

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
#define UNDERSCORE_FORK _Fork
#else
#define UNDERSCORE_FORK fork
#endif

/* By the system call: glibc does not hear of it. */
static pid_t clone_process(void)
{
    return (pid_t)syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L);
}

static pid_t (*const ways[])(void) = {fork, UNDERSCORE_FORK, clone_process};
enum { WAYS = sizeof ways / sizeof *ways };

/* Which way the jobs below go. */
static pid_t (*fork_process)(void);

/* A child that does not end by itself ends with this test. */
static pid_t make_child(pid_t (*way)(void))
{
    pid_t child = way();
    if (child == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    return child;
}

static int exit_status(pid_t child)
{
    int status;
    cr_assert(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* How many ways there are that this kernel tells of. */
static int ways_here(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pid_t child;
    cr_assert(memory != MAP_FAILED);
    madvise(memory, page, MADV_WIPEONFORK);
    *memory = 1;
    child = make_child(clone_process);
    if (child == 0)
        _exit(*memory);
    return exit_status(child) == 0 ? WAYS : 1;
}

/* Says aloud what was left out. */
static void ways_end(const struct pool_ops *ops, int here)
{
    if (here < WAYS)
        cr_skip_test("pool %s: this kernel wipes no memory in a child: fork() only", ops->name);
}

static void expect_dead(struct pool *pool)
{
    unsigned can = pool->ops->can;
    struct pool_result result;
    struct pool_stats stats;
    char text[64];
    int bad = 0;
    bad += pool_submit(pool, ledger_job, NULL) != -EOWNERDEAD;
    bad += pool_submit_batch(pool, &(struct pool_job){ledger_job, NULL}, 1) != -EOWNERDEAD;
    bad += pool_close(pool) != -EOWNERDEAD;
    bad += can & POOL_CAN_CANCEL && pool_cancel(pool) != -EOWNERDEAD;
    bad += pool_wait(pool, -1) != -EOWNERDEAD;
    bad += can & POOL_CAN_RESULTS && pool_receive(pool, &result, -1) != -EOWNERDEAD;
    bad += pool_stats(pool, &stats) != -EOWNERDEAD;
    bad += pool_explain(pool, text, sizeof text) != -EOWNERDEAD;
    bad += pool_free(pool) != -EOWNERDEAD;
    if (bad)
        _exit(bad);
}

POOL_TEST(fork, in_the_child_every_call_is_eownerdead)
{
    unless(POOL_FORK_UNSEEN);
    enum pool_results results = ops->can & POOL_CAN_RESULTS ? POOL_RESULTS_BLOCK : POOL_RESULTS_NONE;
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 2, .results = results});
    int here = ways_here();
    for (int way = 0; way < here; way++) {
        pid_t child = make_child(ways[way]);
        if (child == 0) {
            expect_dead(pool);
            _exit(0);
        }
        equal(exit_status(child), 0);                           /* so many calls answered otherwise */
        equal(pool_submit(pool, ledger_job, ledger_arg(0)), 0); /* the parent goes on */
    }
    pool_free(pool);
    ways_end(ops, here);
}

/* A child has pools of its own, and so has its child; those of its ancestors stay dead. */
static int use_own_pools(const struct pool_ops *ops, struct pool *parents, int deeper)
{
    struct pool *pool;
    int bad = 0;
    expect_dead(parents);
    if (pool_open(&pool, ops, &(struct pool_config){.workers = 1}))
        return 101;
    if (pool_submit(pool, ledger_job, ledger_arg(0)) || pool_wait(pool, -1) || kit_stats(pool).done != 1)
        return 102;
    expect_dead(parents);
    if (deeper) {
        pid_t child = make_child(fork); /* the others leave the C library's locks as they were */
        if (child == 0)
            _exit(use_own_pools(ops, pool, deeper - 1));
        bad = exit_status(child);
    }
    return pool_free(pool) ? 104 : bad;
}

POOL_TEST(fork, a_child_may_open_pools_of_its_own)
{
    unless(POOL_FORK_UNSEEN);
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 2});
    pid_t child = make_child(fork);
    if (child == 0)
        _exit(use_own_pools(ops, pool, 2));
    equal(exit_status(child), 0);
    equal(pool_submit(pool, ledger_job, ledger_arg(0)), 0);
    pool_free(pool);
}

/* The end of a job. */

static _Atomic int fork_status;
static struct gate fork_gate;

/* How a job's child goes on. */
enum going { RETURNS, FAILS, LEAVES, FORKS };

static int go_on(enum going how)
{
    struct pool_fork fork;
    if (how == FAILS)
        pool_fail(-EIO);
    if (how == LEAVES)
        pthread_exit(NULL);
    if (how == FORKS && pool_fork(&fork, ledger_job, ledger_arg(0)) != -EOWNERDEAD)
        _exit(1);
    return 0;
}

static int fork_in_job(void *how)
{
    pid_t child;
    gate_pass(&fork_gate);
    child = make_child(fork_process);
    if (child == 0)
        return go_on((enum going)(intptr_t)how); /* must not go on to run the queued jobs a second time */
    atomic_store(&fork_status, exit_status(child));
    return 0;
}

static struct pool *open_for_fork(const struct pool_ops *ops, enum pool_results results)
{
    gate_init(&fork_gate);
    ledger_clear();
    atomic_store(&fork_status, -2);
    return contract_open(
        ops, &(struct pool_config){.workers = 1, .capacity = 10, .full = POOL_CALLER_RUNS, .results = results});
}

/* The queue waits behind the job, and none of it runs in the child: whatever way the
 * child was made, and goes on. */
POOL_TEST(fork, a_jobs_child_that_goes_on_exits_with_70)
{
    ours("pool_fail");
    static const enum pool_results results[] = {POOL_RESULTS_NONE, POOL_RESULTS_DROP};
    int here = ways_here();
    for (int turn = 0; turn < here * 4 * 2; turn++) {
        struct pool *pool = open_for_fork(ops, results[turn % 2]);
        int queued = ops->can & POOL_CAN_QUEUE ? 10 : 0;
        fork_process = ways[turn / 2 / 4];
        if (!queued)
            gate_open(&fork_gate);
        equal(pool_submit(pool, fork_in_job, (void *)(intptr_t)(turn / 2 % 4)), 0);
        if (queued)
            KIT_UNTIL(gate_entered(&fork_gate) == 1);
        for (int i = 0; i < queued; i++)
            equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
        gate_open(&fork_gate);
        equal(pool_wait(pool, -1), 0);
        check(atomic_load(&fork_status) == 70, "way %d, going %d: %d", turn / 2 / 4, turn / 2 % 4,
              atomic_load(&fork_status));
        equal(ledger_total, queued);
        pool_free(pool);
    }
    ways_end(ops, here);
}

POOL_TEST(fork, a_caller_run_jobs_child_exits_with_70)
{
    ours("pool_fail");
    int here = ways_here();
    needs(POOL_CAN_QUEUE);
    for (int turn = 0; turn < here * 4; turn++) {
        struct pool *pool = open_for_fork(ops, POOL_RESULTS_NONE);
        struct call call;
        struct gate gate;
        gate_init(&gate);
        fork_process = ways[turn / 4];
        contract_hold(ops, pool, &gate, 1);
        for (int i = 0; i < 10; i++)
            equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
        gate_open(&fork_gate);
        kit_submit(&call, pool, fork_in_job, (void *)(intptr_t)(turn % 4));
        equal(kit_join(&call), 0);
        equal(atomic_load(&fork_status), 70);
        gate_open(&gate);
        equal(pool_wait(pool, -1), 0);
        equal(ledger_total, 10);
        pool_free(pool);
    }
    ways_end(ops, here);
}

/* Open forks: the child must not wait for thieves, who are not there. */

static _Atomic int stolen_begun, stolen_go;
static int stand_stolen(void *unused)
{
    (void)unused;
    atomic_store(&stolen_begun, 1);
    KIT_UNTIL(atomic_load(&stolen_go));
    return 0;
}

static int join_in_child(void *how)
{
    struct pool_fork outer, inner;
    int status;
    pid_t child;
    pool_fork(&outer, stand_stolen, NULL);
    while (!atomic_load(&stolen_begun)) { /* until the other worker has it */
        pool_fork(&inner, ledger_job, ledger_arg(0));
        pool_join(&inner);
    }
    pool_fork(&inner, ledger_job, ledger_arg(0));
    child = make_child(fork_process);
    if (child == 0) {
        if (how)
            pool_fail(-EIO);
        if (pool_join(&inner) != -EOWNERDEAD || pool_join(&outer) != -EOWNERDEAD)
            _exit(1);
        return 0;
    }
    atomic_store(&fork_status, exit_status(child));
    atomic_store(&stolen_go, 1);
    status = pool_join(&inner);
    return status ? status : pool_join(&outer);
}

POOL_TEST(fork, a_child_with_stolen_forks_exits_with_70)
{
    ours("pool_fork");
    int here = ways_here();
    needs(POOL_CAN_FORK);
    for (int turn = 0; turn < here * 2; turn++) {
        struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 2});
        ledger_clear();
        atomic_store(&stolen_begun, 0);
        atomic_store(&stolen_go, 0);
        fork_process = ways[turn / 2];
        equal(pool_submit(pool, join_in_child, turn % 2 ? pool : NULL), 0);
        equal(pool_wait(pool, -1), 0);
        equal(atomic_load(&fork_status), 70);
        equal(kit_stats(pool).failed, 0);
        pool_free(pool);
    }
    ways_end(ops, here);
}

/* The fork itself makes the child: where its thief runs it, and where its joiner does. */
static int fork_child(void *unused)
{
    pid_t child = make_child(fork_process);
    (void)unused;
    if (child)
        atomic_store(&fork_status, exit_status(child));
    atomic_store(&stolen_begun, 1);
    return 0;
}

static int forks_a_child(void *stolen)
{
    struct pool_fork outer, inner;
    pool_fork(&outer, fork_child, NULL);
    while (stolen && !atomic_load(&stolen_begun)) {
        pool_fork(&inner, ledger_job, ledger_arg(0));
        pool_join(&inner);
    }
    return pool_join(&outer);
}

POOL_TEST(fork, a_forks_child_exits_with_70)
{
    ours("pool_fork");
    int here = ways_here();
    needs(POOL_CAN_FORK);
    for (int turn = 0; turn < here * 2; turn++) {
        struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 1 + turn % 2});
        ledger_clear();
        atomic_store(&stolen_begun, 0);
        fork_process = ways[turn / 2];
        equal(pool_submit(pool, forks_a_child, turn % 2 ? pool : NULL), 0);
        equal(pool_wait(pool, -1), 0);
        equal(atomic_load(&fork_status), 70);
        pool_free(pool);
    }
    ways_end(ops, here);
}
