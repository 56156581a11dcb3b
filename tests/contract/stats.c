/* stats.c - statistics that hold at every moment, and explain. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/contract/contract.h"

static struct pool *shared_pool;
static _Atomic int poll_stops;
static uint64_t waiting_most;
static char violation[256];

static bool grows(uint64_t before, uint64_t now)
{
    return now >= before;
}

static void *poll_stats(void *arg)
{
    struct pool_stats before = {0}, now;
    int64_t *polls = arg;
    while (!atomic_load(&poll_stops)) {
        pool_stats(shared_pool, &now);
        if (now.done + now.failed > now.started || now.started > now.accepted ||
            now.done + now.failed + now.cancelled + now.dropped > now.accepted)
            snprintf(violation, sizeof violation,
                     "accepted %llu started %llu done %llu failed %llu cancelled %llu dropped %llu",
                     (unsigned long long)now.accepted, (unsigned long long)now.started, (unsigned long long)now.done,
                     (unsigned long long)now.failed, (unsigned long long)now.cancelled,
                     (unsigned long long)now.dropped);
        if (!grows(before.accepted, now.accepted) || !grows(before.started, now.started) ||
            !grows(before.done, now.done) || !grows(before.failed, now.failed) ||
            !grows(before.cancelled, now.cancelled) || !grows(before.dropped, now.dropped) ||
            now.waiting > waiting_most)
            snprintf(violation, sizeof violation, "a counter decreased, or %llu wait of %llu",
                     (unsigned long long)now.waiting, (unsigned long long)waiting_most);
        if (now.wakes_vain > now.wakes || !grows(before.wakes_vain, now.wakes_vain))
            snprintf(violation, sizeof violation, "%llu of %llu wake-ups in vain", (unsigned long long)now.wakes_vain,
                     (unsigned long long)now.wakes);
        before = now;
        (*polls)++;
    }
    return NULL;
}

static int sometimes_fail(void *arg)
{
    return (intptr_t)arg % 7 == 0 ? -1 : 0;
}

POOL_TEST(stats, hold_at_every_moment)
{
    pthread_t poller;
    int64_t polls = 0;
    *violation = '\0';
    waiting_most = ops->declares & POOL_UNBOUNDED ? UINT64_MAX : 16;
    atomic_store(&poll_stops, 0);
    shared_pool = contract_open(
        ops, &(struct pool_config){
                 .workers = 3, .capacity = 16, .full = ops->can & POOL_CAN_DROP ? POOL_DROP_OLDEST : POOL_BLOCK});
    pthread_create(&poller, NULL, poll_stats, &polls);
    for (intptr_t i = 0; i < 30000; i++) {
        (void)!pool_submit(shared_pool, sometimes_fail, (void *)i);
        if (i % 5000 == 0)
            pool_cancel(shared_pool);
    }
    equal(pool_wait(shared_pool, -1), 0);
    KIT_UNTIL(polls > 10);
    atomic_store(&poll_stops, 1);
    pthread_join(poller, NULL);
    check(!*violation, "%s", violation);
    contract_law(ops, shared_pool);
    pool_free(shared_pool);
}

/* Of the names that poolbench-contract exports (bench/exported.list). */
int named_job_of_this_test(void *arg);
int named_job_of_this_test(void *arg)
{
    return gate_job(arg);
}

POOL_TEST(explain, says_who_waits_for_what)
{
    ours("what pool_explain says");
    char text[4096];
    struct pool *pool;
    struct gate gate;
    struct call submit, wait;
    needs(POOL_CAN_QUEUE);
    pool = contract_open(ops, &(struct pool_config){.workers = 2, .capacity = 3});
    gate_init(&gate);
    needs(POOL_CAN_RUN_APART);
    for (int i = 0; i < 2; i++) {
        equal(pool_submit(pool, named_job_of_this_test, &gate), 0);
        KIT_UNTIL(gate_entered(&gate) == i + 1);
    }
    for (int i = 0; i < 3; i++)
        equal(pool_submit(pool, named_job_of_this_test, &gate), 0);
    kit_submit(&submit, pool, ledger_job, ledger_arg(0));
    kit_wait(&wait, pool, -1);
    KIT_UNTIL(kit_stats(pool).blocked_submit == 1 && kit_stats(pool).blocked_wait == 1);
    equal(pool_explain(pool, text, sizeof text), 0);
    check(strstr(text, ops->name) && strstr(text, "3 waiting of 3"), "%s", text);
    check(strstr(text, "1 submitters wait for a slot") && strstr(text, "1 callers wait for quiet"), "%s", text);
    for (int i = 0; i < 2; i++)
        check(strstr(text, contract_text("worker %d  runs named_job_of_this_test(", i)), "%s", text);
    gate_open(&gate);
    equal(kit_join(&submit), 0);
    equal(kit_join(&wait), 0);
    pool_free(pool);
}

/* Its cost is bounded by workers, not by jobs: so is its text. */
POOL_TEST(explain, says_as_much_of_100000_jobs_as_of_one)
{
    ours("what pool_explain says");
    static char few[4096], many[4096];
    struct pool *pool;
    struct gate gate;
    int few_lines = 0, many_lines = 0;
    needs(POOL_CAN_QUEUE);
    pool = contract_open(ops, &(struct pool_config){.workers = 2, .capacity = 100000});
    gate_init(&gate);
    contract_hold(ops, pool, &gate, 2);
    equal(pool_submit(pool, ledger_job, ledger_arg(0)), 0);
    equal(pool_explain(pool, few, sizeof few), 0);
    for (int i = 1; i < 100000; i++)
        equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
    equal(pool_explain(pool, many, sizeof many), 0);
    check(strstr(many, "100000 waiting of 100000"), "%s", many);
    for (int i = 0; few[i]; i++)
        few_lines += few[i] == '\n';
    for (int i = 0; many[i]; i++)
        many_lines += many[i] == '\n';
    equal(few_lines, many_lines);
    pool_cancel(pool);
    gate_open(&gate);
    pool_free(pool);
}

POOL_TEST(explain, never_writes_past_its_buffer)
{
    char text[256];
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 8});
    for (size_t size = 1; size < 200; size += 13) {
        memset(text, '#', sizeof text);
        equal(pool_explain(pool, text, size), 0);
        equal(text[size], '#');
        check(memchr(text, '\0', size) != NULL);
    }
    pool_free(pool);
}

static int explain_inside(void *arg)
{
    struct pool_stats stats;
    char text[512];
    (void)arg;
    return pool_explain(shared_pool, text, sizeof text) || pool_stats(shared_pool, &stats) || stats.started < 1 ? -1
                                                                                                                : 0;
}

POOL_TEST(explain, works_inside_and_after_close)
{
    char text[512];
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 1});
    equal(pool_submit(shared_pool, explain_inside, NULL), 0);
    equal(pool_wait(shared_pool, -1), 0);
    equal(kit_stats(shared_pool).failed, 0);
    pool_close(shared_pool);
    equal(pool_wait(shared_pool, -1), 0);
    equal(pool_explain(shared_pool, text, sizeof text), 0);
    check(pool_is_added(ops) || strstr(text, "drained"), "%s", text);
    pool_free(shared_pool);
}

static int my_index(void *arg)
{
    return pool_worker() == *(int *)arg ? 0 : -1;
}

POOL_TEST(stats, a_worker_knows_its_index)
{
    ours("pool_worker");
    int expected = ops->can & POOL_CAN_RUN_APART ? 0 : -1;
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 1});
    equal(pool_submit(pool, my_index, &expected), 0);
    equal(pool_wait(pool, -1), 0);
    equal(kit_stats(pool).failed, 0);
    pool_free(pool);
}

/* Who sleeps, and is kept from going on when it is woken. */
static struct {
    pthread_t thread;
    _Atomic int tid;
    _Atomic bool held, let_go;
} sleeper;

/* Workers take no signals; this one takes one. */
static int note_sleeper(void *arg)
{
    sigset_t signals;
    (void)arg;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR2);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
    sleeper.thread = pthread_self();
    atomic_store(&sleeper.tid, (int)syscall(SYS_gettid));
    return 0;
}

/* In the sleeper, as a signal handler. */
static void hold_sleeper(int number)
{
    (void)number;
    atomic_store(&sleeper.held, true);
    KIT_UNTIL(atomic_load(&sleeper.let_go));
}

/* The only worker sleeps, and a signal keeps it from going on; meanwhile a job
 * comes, which wakes it, and goes again. Nobody else is there to be woken, and so
 * it finds nothing, for certain. */
POOL_TEST(stats, a_wake_up_without_a_job_is_in_vain)
{
    ours("the number of wake-ups");
    struct sigaction action = {.sa_handler = hold_sleeper}, before;
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 4});
    struct pool_stats then;
    equal(pool_submit(pool, note_sleeper, NULL), 0);
    equal(pool_wait(pool, -1), 0);
    if (!(ops->can & POOL_CAN_RUN_APART) || !strcmp(ops->name, "spawn")) { /* no worker waits for jobs */
        equal(kit_stats(pool).wakes_vain, 0);
        pool_free(pool);
        return;
    }
    KIT_UNTIL(kit_stats(pool).parked == 1 && kit_sleeps(atomic_load(&sleeper.tid)));
    then = kit_stats(pool);
    sigaction(SIGUSR2, &action, &before);
    pthread_kill(sleeper.thread, SIGUSR2);
    KIT_UNTIL(atomic_load(&sleeper.held));
    equal(pool_submit(pool, ledger_job, ledger_arg(0)), 0);
    equal(pool_cancel(pool), 0);
    atomic_store(&sleeper.let_go, true);
    KIT_UNTIL(kit_stats(pool).wakes_vain == then.wakes_vain + 1);
    equal(kit_stats(pool).wakes, then.wakes + 1);
    equal(kit_stats(pool).cancelled, 1);
    equal(ledger_total, 0);
    sigaction(SIGUSR2, &before, NULL);
    pool_free(pool);
}
