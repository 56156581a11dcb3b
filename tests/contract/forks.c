/* forks.c - fork and join inside a job: where forks run, and what a joiner runs. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/contract/forks_kit.h"

static struct pool *shared_pool;

/* A sum over a tree, with a node's frame for each argument. */

struct node {
    long low, high, sum;
};

static int sum_range(void *arg)
{
    struct node *node = arg, left, right;
    struct pool_fork fork;
    long middle = (node->low + node->high) / 2;
    if (node->high - node->low == 1) {
        node->sum = node->low;
        return 0;
    }
    left = (struct node){node->low, middle, 0};
    right = (struct node){middle, node->high, 0};
    if (pool_fork(&fork, sum_range, &left) || sum_range(&right) || pool_join(&fork))
        return -EIO;
    node->sum = left.sum + right.sum;
    return 0;
}

static void expect_sums(const struct pool_ops *ops, int workers, int64_t spin_ns)
{
    enum { JOBS = 50, LEAVES = 5000 };
    struct pool *pool =
        contract_open(ops, &(struct pool_config){.workers = workers, .capacity = 64, .spin_ns = spin_ns});
    struct node jobs[JOBS];
    for (int i = 0; i < JOBS; i++) {
        jobs[i] = (struct node){i, i + LEAVES, 0};
        equal(pool_submit(pool, sum_range, &jobs[i]), 0);
    }
    equal(pool_wait(pool, -1), 0);
    for (long i = 0; i < JOBS; i++)
        equal(jobs[i].sum, LEAVES * i + (long)LEAVES * (LEAVES - 1) / 2);
    equal(kit_stats(pool).accepted, JOBS); /* forks are no jobs */
    equal(kit_stats(pool).done, JOBS);
    contract_law(ops, pool);
    pool_free(pool);
}

POOL_TEST(forks, add_up_with_any_number_of_workers)
{
    ours("pool_fork");
    expect_sums(ops, 1, 0);
    expect_sums(ops, 2, 0);
    expect_sums(ops, 2, POOL_NO_SPIN);
    expect_sums(ops, 8, 0);
    expect_sums(ops, 8, POOL_NO_SPIN);
}

static int fork_and_wait_for_thief(void *arg)
{
    struct pool_fork fork;
    int here = pool_worker();
    pool_fork(&fork, forks_note, (void *)42);
    forks_until_stolen(1);
    cr_assert(atomic_load(&fork_worker) != here);
    atomic_store(&seen_status, pool_join(&fork));
    (void)arg;
    return 0;
}

POOL_TEST(forks, run_on_an_idle_worker)
{
    ours("pool_fork");
    needs(POOL_CAN_FORK);
    forks_clear();
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 2});
    equal(pool_submit(shared_pool, fork_and_wait_for_thief, NULL), 0);
    equal(pool_wait(shared_pool, -1), 0);
    equal(atomic_load(&seen_status), 42);
    check(kit_stats(shared_pool).forks_stolen >= 1);
    equal(kit_stats(shared_pool).started, 1);
    pool_free(shared_pool);
}

static int fork_for_each_worker(void *workers)
{
    struct pool_fork forks[16];
    int others = (int)(intptr_t)workers - 1;
    for (int i = 0; i < others; i++)
        pool_fork(&forks[i], forks_pass_gate, NULL);
    forks_until_stolen(others);
    gate_open(&fork_gate);
    for (int i = others - 1; i >= 0; i--)
        pool_join(&forks[i]);
    return 0;
}

POOL_TEST(forks, keep_all_workers_busy_that_have_nothing_else)
{
    ours("pool_fork");
    enum { WORKERS = 5 };
    needs(POOL_CAN_FORK);
    for (int spin = 0; spin < 2; spin++) {
        forks_clear();
        shared_pool = contract_open(ops, &(struct pool_config){.workers = WORKERS, .spin_ns = spin ? POOL_NO_SPIN : 0});
        equal(pool_submit(shared_pool, fork_for_each_worker, (void *)(intptr_t)WORKERS), 0);
        equal(pool_wait(shared_pool, -1), 0);
        equal(atomic_load(&fork_ran), WORKERS - 1);
        pool_free(shared_pool);
    }
}

static int open_many(void *arg)
{
    enum { MANY = POOL_FORKS_MAX + 100 };
    static struct pool_fork forks[MANY];
    for (int i = 0; i < MANY; i++)
        pool_fork(&forks[i], forks_note, (void *)(intptr_t)i);
    for (int i = MANY - 1; i >= 0; i--)
        if (pool_join(&forks[i]) != i)
            return -EIO;
    *(int *)arg = MANY;
    return 0;
}

POOL_TEST(forks, beyond_what_a_worker_holds_run_at_once)
{
    ours("pool_fork");
    int many = 0;
    forks_clear();
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 1});
    equal(pool_submit(shared_pool, open_many, &many), 0);
    equal(pool_wait(shared_pool, -1), 0);
    equal(kit_stats(shared_pool).done, 1);
    equal(atomic_load(&fork_ran), many);
    pool_free(shared_pool);
}

Test(forks, outside_a_job_are_eperm, .timeout = 10)
{
    struct pool_fork fork;
    forks_clear();
    cr_assert(pool_fork(&fork, forks_note, NULL) == -EPERM);
    cr_assert(!pool_unfork(&fork));
    cr_assert(pool_join(&fork) == -EPERM);
    cr_assert(atomic_load(&fork_ran) == 0);
}

static int take_back(void *arg)
{
    struct pool_fork outer, inner;
    int taken = 0;
    pool_fork(&outer, forks_note, (void *)1);
    pool_fork(&inner, forks_note, (void *)2);
    if (pool_unfork(&inner))
        taken++;
    else
        pool_join(&inner);
    if (pool_unfork(&outer))
        taken++;
    else
        pool_join(&outer);
    *(int *)arg = taken;
    return 0;
}

POOL_TEST(forks, taken_back_are_the_callers_to_run)
{
    ours("pool_fork");
    int taken = 0;
    forks_clear();
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 1});
    equal(pool_submit(shared_pool, take_back, &taken), 0);
    equal(pool_wait(shared_pool, -1), 0);
    equal(atomic_load(&fork_ran), 2 - taken);
    /* The older one was shared, as a pool's first fork is; the younger is nobody's. */
    equal(taken, (ops->can & POOL_CAN_FORK ? 1 : 0));
    pool_free(shared_pool);
}

static int join_the_older(void *arg)
{
    struct pool_fork older, younger;
    pool_fork(&older, forks_note, arg);
    pool_fork(&younger, forks_note, arg);
    return pool_join(&older);
}

POOL_TEST(forks, joined_out_of_order_end_the_process)
{
    ours("pool_fork");
    int status;
    pid_t child;
    needs(POOL_CAN_FORK); /* else both have run, and nothing is open */
    child = fork();
    if (child == 0) {
        struct pool *pool;
        fclose(stderr);
        if (pool_open(&pool, ops, &(struct pool_config){.workers = 1}) == 0 &&
            pool_submit(pool, join_the_older, NULL) == 0)
            pool_wait(pool, -1);
        _exit(0);
    }
    cr_assert(waitpid(child, &status, 0) == child);
    check(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "status %x", status);
}

/* What a joiner runs. */

static _Atomic int clock_of_events, joined_at, stranger_at;

static int join_held(void *arg)
{
    struct pool_fork fork;
    (void)arg;
    pool_fork(&fork, forks_pass_gate, NULL);
    forks_until_stolen(1);
    pool_join(&fork);
    atomic_store(&joined_at, atomic_fetch_add(&clock_of_events, 1) + 1);
    return 0;
}

static int stranger(void *arg)
{
    (void)arg;
    atomic_store(&stranger_at, atomic_fetch_add(&clock_of_events, 1) + 1);
    return 0;
}

POOL_TEST(forks, a_waiting_joiner_never_runs_a_job)
{
    ours("pool_fork");
    needs(POOL_CAN_FORK);
    forks_clear();
    atomic_store(&clock_of_events, 0);
    atomic_store(&joined_at, 0);
    atomic_store(&stranger_at, 0);
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 2});
    equal(pool_submit(shared_pool, join_held, NULL), 0);
    forks_until_begun();
    equal(pool_submit(shared_pool, stranger, NULL), 0); /* both workers are in the first job */
    for (int i = 0; i < 5; i++)
        kit_nap();
    equal(atomic_load(&stranger_at), 0);
    gate_open(&fork_gate);
    equal(pool_wait(shared_pool, -1), 0);
    check(atomic_load(&joined_at) && atomic_load(&stranger_at));
    pool_free(shared_pool);
}

POOL_TEST(forks, explain_says_who_joins_whom)
{
    ours("pool_fork");
    char text[4096];
    needs(POOL_CAN_FORK);
    forks_clear();
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 2});
    equal(pool_submit(shared_pool, join_held, NULL), 0);
    forks_until_begun();
    do {
        kit_nap();
        equal(pool_explain(shared_pool, text, sizeof text), 0);
    } while (!strstr(text, "waits in pool_join for a fork on worker") || !strstr(text, "runs the fork"));
    gate_open(&fork_gate);
    equal(pool_wait(shared_pool, -1), 0);
    pool_free(shared_pool);
}

/* Forks belong to their job. */

static int watch_cancel(void *arg)
{
    (void)arg;
    atomic_fetch_add(&fork_begun, 1);
    KIT_UNTIL(pool_cancelled());
    atomic_store(&seen_status, pool_submit(shared_pool, stranger, NULL));
    return 0;
}

static int fork_a_watcher(void *arg)
{
    struct pool_fork fork;
    (void)arg;
    pool_fork(&fork, watch_cancel, NULL);
    forks_until_stolen(1);
    return pool_join(&fork);
}

POOL_TEST(forks, see_the_cancel_of_their_job)
{
    ours("pool_fork");
    needs(POOL_CAN_FORK | POOL_CAN_CANCEL);
    forks_clear();
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 2});
    equal(pool_submit(shared_pool, fork_a_watcher, NULL), 0);
    forks_until_begun();
    equal(pool_cancel(shared_pool), 0);
    equal(pool_wait(shared_pool, -1), 0);
    equal(atomic_load(&seen_status), -ECANCELED);
    equal(kit_stats(shared_pool).done, 1);
    pool_free(shared_pool);
}

static int submit_child(void *arg)
{
    (void)arg;
    atomic_fetch_add(&fork_begun, 1);
    return pool_submit(shared_pool, ledger_job, ledger_arg(0));
}

static int fork_a_submitter(void *arg)
{
    struct pool_fork fork;
    (void)arg;
    pool_fork(&fork, submit_child, NULL);
    forks_until_stolen(1);
    return pool_join(&fork);
}

POOL_TEST(forks, may_submit_jobs)
{
    ours("pool_fork");
    needs(POOL_CAN_FORK);
    forks_clear();
    ledger_clear();
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 2});
    equal(pool_submit(shared_pool, fork_a_submitter, NULL), 0);
    equal(pool_wait(shared_pool, -1), 0);
    equal(ledger_total, 1);
    equal(kit_stats(shared_pool).done, 2);
    contract_law(ops, shared_pool);
    pool_free(shared_pool);
}

static int fork_here(void *ran)
{
    struct pool_fork fork;
    pool_fork(&fork, forks_note, NULL);
    *(int *)ran = atomic_load(&fork_ran);
    return pool_join(&fork);
}

/* Fills the queue, so that its child runs on this stack. */
static int run_child_here(void *ran)
{
    struct pool_fork fork;
    int status = 0;
    pool_fork(&fork, forks_note, NULL);
    for (int i = 0; i < 2 && !status; i++)
        status = pool_submit(shared_pool, ledger_job, ledger_arg(i));
    if (!status)
        status = pool_submit(shared_pool, fork_here, ran);
    return status ? status : pool_join(&fork);
}

POOL_TEST(forks, of_a_job_on_its_submitters_stack_run_at_once)
{
    ours("pool_fork");
    int ran = 0;
    needs(POOL_CAN_QUEUE);
    forks_clear();
    ledger_clear();
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 2});
    equal(pool_submit(shared_pool, run_child_here, &ran), 0);
    equal(pool_wait(shared_pool, -1), 0);
    equal(kit_stats(shared_pool).caller_runs, 1);
    equal(ran, (ops->can & POOL_CAN_FORK ? 1 : 2)); /* the outer one waits for its join */
    equal(atomic_load(&fork_ran), 2);
    equal(kit_stats(shared_pool).failed, 0);
    contract_law(ops, shared_pool);
    pool_free(shared_pool);
}

/* A job of one pool below another pool's: its forks are none of that one's. */

static struct pool *inner_pool;

static int fork_and_fail(void *status)
{
    struct pool_fork fork;
    pool_fork(&fork, forks_note, NULL);
    if (status)
        pool_fail((int)(intptr_t)status);
    return pool_join(&fork);
}

static int use_inner_pool(void *arg)
{
    struct pool_fork outer;
    (void)arg;
    pool_fork(&outer, forks_note, (void *)7);
    for (intptr_t status = -1; status <= 0; status++)
        if (pool_submit(inner_pool, fork_and_fail, (void *)status) || pool_wait(inner_pool, -1))
            return -EIO;
    return pool_join(&outer) == 7 ? 0 : -EIO;
}

POOL_TEST(forks, of_a_pool_used_in_another_pools_job_stay_apart)
{
    ours("pool_fork");
    for (int threads = -1; threads <= 0; threads++) {
        struct pool *outer = contract_open(pool_find("steal"), &(struct pool_config){.workers = 1});
        forks_clear();
        inner_pool = contract_open(ops, &(struct pool_config){.workers = 1});
        atomic_store(&kit_threads_left, threads); /* with none, the keepers of `spawn` run them */
        equal(pool_submit(outer, use_inner_pool, NULL), 0);
        equal(pool_wait(outer, -1), 0);
        atomic_store(&kit_threads_left, -1);
        equal(kit_stats(outer).failed, 0);
        equal(kit_stats(inner_pool).failed, 1);
        equal(kit_stats(inner_pool).done, 1);
        pool_free(inner_pool);
        pool_free(outer);
    }
}

/* Who sleeps is woken. */

static int fork_until_begun(void *arg)
{
    struct pool_fork fork;
    (void)arg;
    pool_fork(&fork, forks_note, NULL);
    while (!atomic_load(&fork_begun)) {
        struct pool_fork more;
        pool_fork(&more, forks_nothing, NULL);
        pool_join(&more);
    }
    return pool_join(&fork);
}

/* Round after round, at whatever moment the other worker goes to sleep: a wish for
 * forks that is lost once leaves it asleep for ever. */
POOL_TEST(forks, are_taken_by_a_sleeper_whenever_it_fell_asleep)
{
    ours("pool_fork");
    enum { ROUNDS = 20000, SECONDS = 1 };
    needs(POOL_CAN_FORK);
    for (int spin = 0; spin < 2; spin++) {
        time_t until = time(NULL) + SECONDS;
        shared_pool = contract_open(ops, &(struct pool_config){.workers = 2, .spin_ns = spin ? POOL_NO_SPIN : 0});
        for (int i = 0; i < ROUNDS && time(NULL) <= until; i++) {
            forks_clear();
            equal(pool_submit(shared_pool, fork_until_begun, NULL), 0);
            equal(pool_wait(shared_pool, -1), 0);
        }
        pool_free(shared_pool);
    }
}

/* What the joiner has used of its CPU; before the join, and its clock. */

static _Atomic int64_t joins_at_ns; /* 0: not yet */
static clockid_t joiner;

static int64_t used_ns(clockid_t clock)
{
    struct timespec used;
    clock_gettime(clock, &used);
    return used.tv_sec * SECOND + used.tv_nsec;
}

static int join_held_fork(void *arg)
{
    struct pool_fork fork;
    (void)arg;
    pool_fork(&fork, forks_pass_gate, NULL);
    forks_until_stolen(1);
    if (pthread_getcpuclockid(pthread_self(), &joiner))
        return -EIO;
    atomic_store(&joins_at_ns, used_ns(joiner));
    return pool_join(&fork);
}

/* A spin without an end is one: who joins what another worker runs does not sleep. */
POOL_TEST(forks, are_awaited_awake_for_as_long_as_workers_spin)
{
    ours("pool_fork");
    static const int64_t spun_ns = 20 * 1000000;
    needs(POOL_CAN_FORK);
    forks_clear();
    atomic_store(&joins_at_ns, 0);
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 2, .spin_ns = INT64_MAX});
    equal(pool_submit(shared_pool, join_held_fork, NULL), 0);
    KIT_UNTIL(atomic_load(&joins_at_ns) && used_ns(joiner) > atomic_load(&joins_at_ns) + spun_ns);
    gate_open(&fork_gate);
    equal(pool_wait(shared_pool, -1), 0);
    equal(kit_stats(shared_pool).done, 1);
    pool_free(shared_pool);
}

static int fill_lane(void *arg)
{
    static struct pool_fork forks[POOL_FORKS_MAX];
    struct gate *gate = arg;
    for (int i = 0; i < POOL_FORKS_MAX; i++)
        pool_fork(&forks[i], forks_note, NULL);
    gate_open(gate);
    while (atomic_load(&fork_ran) < POOL_FORKS_MAX / 2) {
        struct pool_fork more; /* no room: runs at once, but comes by */
        pool_fork(&more, forks_nothing, NULL);
        pool_join(&more);
    }
    for (int i = POOL_FORKS_MAX - 1; i >= 0; i--)
        pool_join(&forks[i]);
    return 0;
}

POOL_TEST(forks, of_a_full_lane_are_shared)
{
    ours("pool_fork");
    struct gate gate;
    needs(POOL_CAN_FORK);
    forks_clear();
    gate_init(&gate);
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 2});
    contract_hold(ops, shared_pool, &gate, 1); /* the other worker comes when the lane is full */
    equal(pool_submit(shared_pool, fill_lane, &gate), 0);
    equal(pool_wait(shared_pool, -1), 0);
    equal(atomic_load(&fork_ran), POOL_FORKS_MAX);
    pool_free(shared_pool);
}
