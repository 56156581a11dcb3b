/* thread.c - what a pool does to threads and signals, and what they do to it. */
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/contract/contract.h"

static sigset_t seen_mask;
static int seen_cancel_state;
static int look_around(void *arg)
{
    (void)arg;
    pthread_sigmask(SIG_SETMASK, NULL, &seen_mask);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &seen_cancel_state);
    return 0;
}

POOL_TEST(thread, workers_block_all_but_fault_signals_and_cannot_be_cancelled)
{
    ours("the signal mask of workers");
    struct pool *pool;
    needs(POOL_CAN_RUN_APART);
    pool = contract_open(ops, &(struct pool_config){.workers = 1});
    equal(pool_submit(pool, look_around, NULL), 0);
    equal(pool_wait(pool, -1), 0);
    check(sigismember(&seen_mask, SIGINT) && sigismember(&seen_mask, SIGTERM) && sigismember(&seen_mask, SIGALRM) &&
          sigismember(&seen_mask, SIGUSR1));
    check(!sigismember(&seen_mask, SIGSEGV) && !sigismember(&seen_mask, SIGBUS) && !sigismember(&seen_mask, SIGFPE));
    equal(seen_cancel_state, PTHREAD_CANCEL_DISABLE);
    pool_free(pool);
}

POOL_TEST(thread, opening_leaves_the_callers_mask_alone)
{
    sigset_t before, after;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    pool_free(contract_open(ops, &(struct pool_config){.workers = 4}));
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (int number = 1; number < 32; number++)
        equal(sigismember(&before, number), sigismember(&after, number));
}

static void nothing(int number)
{
    (void)number;
}

/* Signals at 2 kHz, without SA_RESTART, into calls that block. */
POOL_TEST(thread, no_call_returns_eintr)
{
    struct itimerval fast = {{0, 500}, {0, 500}}, off = {{0, 0}, {0, 0}};
    struct sigaction action = {.sa_handler = nothing};
    struct pool *pool;
    struct pool_result result;
    struct gate gate;
    bool results = ops->can & POOL_CAN_RESULTS;
    needs(POOL_CAN_QUEUE);
    pool = contract_open(ops, &(struct pool_config){.workers = 1,
                                                    .capacity = 1,
                                                    .full = POOL_TIMEOUT,
                                                    .full_timeout_ns = 50000000,
                                                    .results = results ? POOL_RESULTS_DROP : POOL_RESULTS_NONE});
    gate_init(&gate);
    contract_hold(ops, pool, &gate, 1);
    equal(pool_submit(pool, gate_job, &gate), 0);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &fast, NULL);
    equal(pool_submit(pool, gate_job, &gate), -ETIMEDOUT);
    equal(pool_wait(pool, 50000000), -ETIMEDOUT);
    equal(pool_receive(pool, &result, 50000000), results ? -ETIMEDOUT : -ENOTSUP);
    equal(pool_sleep(50000000), 0);
    gate_open(&gate);
    equal(pool_wait(pool, -1), 0);
    setitimer(ITIMER_REAL, &off, NULL);
    pool_free(pool);
}

static struct pool *blocked_pool;
static _Atomic int submitter;
static void *submit_and_end(void *arg)
{
    (void)arg;
    atomic_store(&submitter, gettid());
    (void)!pool_submit(blocked_pool, ledger_job, ledger_arg(1));
    pthread_testcancel();
    return (void *)1; /* not reached when cancelled */
}

/* The cancel was acted on, or was not and the thread sleeps again: it had not left its sleep when
 * pthread_cancel returned with its signal on the way. One that never sleeps gets 200 naps. */
static void let_the_cancel_be_seen(int thread)
{
    for (int i = 0; i < 200 && !kit_sleeps(thread) && !syscall(SYS_tgkill, getpid(), thread, 0); i++)
        kit_nap();
}

/* Pool calls are no cancellation points: a cancelled submitter leaves no lock taken. */
POOL_TEST(thread, a_cancelled_submitter_leaves_a_working_pool)
{
    unless(POOL_NO_COUNTS);
    struct gate gate;
    pthread_t thread;
    void *answer;
    needs(POOL_CAN_QUEUE);
    gate_init(&gate);
    ledger_clear();
    blocked_pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 1});
    contract_hold(ops, blocked_pool, &gate, 1);
    equal(pool_submit(blocked_pool, ledger_job, ledger_arg(0)), 0);
    pthread_create(&thread, NULL, submit_and_end, NULL);
    KIT_UNTIL(kit_stats(blocked_pool).blocked_submit == 1);
    pthread_cancel(thread);
    let_the_cancel_be_seen(atomic_load(&submitter)); /* before room lets its sleep end in another way */
    gate_open(&gate);
    pthread_join(thread, &answer);
    check(answer == PTHREAD_CANCELED);
    equal(pool_submit(blocked_pool, ledger_job, ledger_arg(2)), 0);
    equal(pool_wait(blocked_pool, -1), 0);
    equal(ledger_total, 3);
    pool_free(blocked_pool);
}

/* Quiet that comes and goes is seen by all who wait meanwhile. */
static void *trickle(void *arg)
{
    struct pool *pool = arg;
    for (int i = 0; i < 20; i++) {
        (void)!pool_submit(pool, ledger_job, ledger_arg(i));
        for (int nap = 0; nap < 25; nap++)
            kit_nap(); /* about 5 ms of quiet */
    }
    return NULL;
}

POOL_TEST(wait, sees_quiet_in_the_pauses_of_a_producer)
{
    unless(POOL_NO_WAIT);
    enum { WAITERS = 8 };
    struct call calls[WAITERS];
    pthread_t producer;
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 2});
    pthread_create(&producer, NULL, trickle, pool);
    for (int i = 0; i < WAITERS; i++)
        kit_wait(&calls[i], pool, -1);
    for (int i = 0; i < WAITERS; i++)
        equal(kit_join(&calls[i]), 0);
    pthread_join(producer, NULL);
    pool_free(pool);
}

/* A wait never runs jobs: the caller may hold a lock that they take. */
static pthread_mutex_t callers_lock = PTHREAD_MUTEX_INITIALIZER;
static int take_callers_lock(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&callers_lock);
    pthread_mutex_unlock(&callers_lock);
    return 0;
}

POOL_TEST(wait, never_runs_jobs)
{
    unless(POOL_WAIT_HELPS);
    unless(POOL_NO_WAIT);
    struct pool *pool;
    needs(POOL_CAN_RUN_APART);
    pool = contract_open(ops, &(struct pool_config){.workers = 1});
    pthread_mutex_lock(&callers_lock);
    for (int i = 0; i < 10; i++)
        equal(pool_submit(pool, take_callers_lock, NULL), 0);
    equal(pool_wait(pool, 20000000), -ETIMEDOUT);
    pthread_mutex_unlock(&callers_lock);
    equal(pool_wait(pool, -1), 0);
    pool_free(pool);
}

POOL_TEST(close, then_cancel_then_wait_then_free_gives_up_whatever_happens)
{
    needs(POOL_CAN_CANCEL);
    unless(POOL_NO_CLOSE);
    for (int turn = 0; turn < 50; turn++) {
        struct pool *pool = contract_open(
            ops, &(struct pool_config){.workers = 2,
                                       .capacity = 64,
                                       .discard = ledger_discard,
                                       .results = ops->can & POOL_CAN_RESULTS ? POOL_RESULTS_BLOCK : POOL_RESULTS_NONE,
                                       .results_capacity = 1});
        ledger_clear();
        for (int i = 0; i < 30 && ops->can & POOL_CAN_QUEUE; i++)
            equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
        equal(pool_close(pool), 0);
        equal(pool_cancel(pool), 0);
        equal(pool_wait(pool, -1), 0);
        check(pool_free(pool) >= 0);
        turn += 9;
    }
}
