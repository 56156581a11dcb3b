/* cancel.c - cancellation: queued jobs, running jobs, submitters, epochs. */
#include <poll.h>
#include <string.h>

#include "tests/contract/contract.h"

static struct pool *shared_pool;
static struct gate *shared_gate;
static int64_t answers[4];

POOL_TEST(cancel, queued_jobs_come_back_once_each_and_never_run)
{
    unless(POOL_NO_DISCARD);
    unless(POOL_NO_COUNTS);
    static const int sizes[] = {1, 7, 8, 1000};
    needs(POOL_CAN_QUEUE | POOL_CAN_CANCEL);
    for (int s = 0; s < 4; s++) {
        struct pool *pool = contract_open(
            ops, &(struct pool_config){.workers = 2, .capacity = (size_t)sizes[s], .discard = ledger_discard});
        struct gate gate;
        gate_init(&gate);
        ledger_clear();
        contract_hold(ops, pool, &gate, 2);
        for (int i = 0; i < sizes[s]; i++)
            equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
        equal(pool_cancel(pool), 0);
        equal(kit_stats(pool).cancelled, sizes[s]); /* at the return, not some time */
        equal(kit_stats(pool).waiting, 0);
        gate_open(&gate);
        equal(pool_wait(pool, -1), 0);
        equal(ledger_total, 0);
        for (int i = 0; i < sizes[s]; i++) {
            equal(ledger_back[i], 1);
            equal(ledger_why[i], POOL_WHY_CANCELLED);
        }
        contract_law(ops, pool);
        pool_free(pool);
    }
}

static int hold_and_note(void *arg)
{
    ledger_job(arg);
    gate_pass(shared_gate);
    return 0;
}

/* Jobs that a worker claimed ahead are queued jobs, too. */
POOL_TEST(cancel, reaches_what_a_worker_claimed)
{
    unless(POOL_NO_DISCARD);
    struct pool_job jobs[64];
    needs(POOL_CAN_QUEUE | POOL_CAN_CANCEL);
    for (int turn = 0; turn < 50; turn++) {
        struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 2, .discard = ledger_discard});
        struct gate gate;
        gate_init(&gate);
        shared_gate = &gate;
        ledger_clear();
        for (int i = 0; i < 64; i++)
            jobs[i] = (struct pool_job){hold_and_note, ledger_arg(i)};
        equal(pool_submit_batch(pool, jobs, 64), 64);
        KIT_UNTIL(gate_entered(&gate) == 2);
        equal(pool_cancel(pool), 0);
        equal(kit_stats(pool).cancelled, 62);
        gate_open(&gate);
        equal(pool_wait(pool, -1), 0);
        equal(ledger_total, 2);
        equal(ledger_back_total(), 62);
        pool_free(pool);
    }
}

POOL_TEST(cancel, leaves_a_usable_pool_with_all_its_room)
{
    enum { CAPACITY = 8 };
    struct pool *pool;
    struct gate gate;
    needs(POOL_CAN_QUEUE | POOL_CAN_CANCEL);
    pool = contract_open(ops, &(struct pool_config){.workers = 2, .capacity = CAPACITY, .full = POOL_REJECT});
    gate_init(&gate);
    contract_hold(ops, pool, &gate, 2);
    for (int turn = 0; turn < 20; turn++) {
        ledger_clear();
        for (int i = 0; i < CAPACITY; i++)
            equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
        equal(pool_submit(pool, ledger_job, ledger_arg(0)), -EAGAIN);
        equal(pool_cancel(pool), 0);
    }
    for (int i = 0; i < CAPACITY; i++) /* with the gate still shut */
        equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
    gate_open(&gate);
    equal(pool_wait(pool, -1), 0);
    equal(ledger_total, CAPACITY); /* of the new epoch: all run */
    contract_law(ops, pool);
    pool_free(pool);
}

POOL_TEST(cancel, wakes_blocked_submitters)
{
    unless(POOL_NO_COUNTS);
    struct pool *pool;
    struct gate gate;
    struct call call;
    needs(POOL_CAN_QUEUE | POOL_CAN_CANCEL);
    pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 1});
    gate_init(&gate);
    ledger_clear();
    contract_hold(ops, pool, &gate, 1);
    equal(pool_submit(pool, ledger_job, ledger_arg(0)), 0);
    kit_submit(&call, pool, ledger_job, ledger_arg(1));
    KIT_UNTIL(kit_stats(pool).blocked_submit == 1);
    equal(pool_cancel(pool), 0);
    equal(kit_join(&call), -ECANCELED);
    gate_open(&gate);
    equal(pool_wait(pool, -1), 0);
    equal(ledger_total, 0);
    equal(kit_stats(pool).accepted, 2);
    pool_free(pool);
}

static int until_cancelled(void *arg)
{
    gate_pass(arg);
    while (!pool_cancelled())
        kit_nap();
    answers[0] = pool_submit(shared_pool, ledger_job, ledger_arg(5)); /* or the tree seeds itself for ever */
    return 0;
}

POOL_TEST(cancel, running_jobs_see_it_and_may_not_submit)
{
    ours("pool_cancelled");
    struct gate gate;
    needs(POOL_CAN_CANCEL | POOL_CAN_RUN_APART);
    gate_init(&gate);
    gate_open(&gate);
    ledger_clear();
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 2});
    equal(pool_submit(shared_pool, until_cancelled, &gate), 0);
    KIT_UNTIL(gate_entered(&gate) == 1);
    equal(pool_cancel(shared_pool), 0);
    equal(pool_wait(shared_pool, -1), 0);
    equal(answers[0], -ECANCELED);
    equal(ledger_ran[5], 0);
    pool_free(shared_pool);
}

static int cancel_inside(void *arg)
{
    (void)arg;
    answers[0] = pool_cancelled();
    answers[1] = pool_cancel(shared_pool);
    answers[2] = pool_cancelled();
    answers[3] = pool_submit(shared_pool, ledger_job, ledger_arg(5));
    return 0;
}

POOL_TEST(cancel, is_allowed_inside)
{
    ours("pool_cancelled");
    ledger_clear();
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 1});
    equal(pool_submit(shared_pool, cancel_inside, NULL), 0);
    equal(pool_wait(shared_pool, -1), 0);
    equal(answers[0], false);
    equal(answers[1], 0);
    equal(answers[2], true);
    equal(answers[3], -ECANCELED);
    equal(pool_submit(shared_pool, ledger_job, ledger_arg(6)), 0);
    equal(pool_wait(shared_pool, -1), 0);
    equal(ledger_ran[6], 1);
    pool_free(shared_pool);
}

static int sleep_long(void *arg)
{
    gate_pass(arg);
    answers[0] = pool_sleep(HOUR);
    return 0;
}

POOL_TEST(cancel, ends_a_sleep)
{
    ours("pool_sleep");
    struct pool *pool;
    struct gate gate;
    needs(POOL_CAN_CANCEL | POOL_CAN_RUN_APART);
    pool = contract_open(ops, &(struct pool_config){.workers = 1});
    gate_init(&gate);
    gate_open(&gate);
    equal(pool_submit(pool, sleep_long, &gate), 0);
    KIT_UNTIL(gate_entered(&gate) == 1);
    equal(pool_cancel(pool), 0);
    equal(pool_wait(pool, -1), 0); /* within the test's limit, not an hour */
    equal(answers[0], -ECANCELED);
    pool_free(pool);
}

static int poll_descriptor(void *arg)
{
    struct pollfd poll_for = {.fd = pool_cancel_fd(), .events = POLLIN};
    gate_pass(arg);
    answers[0] = poll(&poll_for, 1, -1);
    answers[1] = poll_for.revents;
    return 0;
}

static int look_at_descriptor(void *arg)
{
    struct pollfd poll_for = {.fd = pool_cancel_fd(), .events = POLLIN};
    (void)arg;
    answers[2] = poll(&poll_for, 1, 20);
    answers[3] = pool_cancelled();
    return 0;
}

POOL_TEST(cancel, the_descriptor_is_readable_for_this_job_and_clean_for_the_next)
{
    ours("pool_cancel_fd");
    struct pool *pool;
    struct gate gate;
    needs(POOL_CAN_CANCEL | POOL_CAN_RUN_APART);
    pool = contract_open(ops, &(struct pool_config){.workers = 1});
    for (int turn = 0; turn < 3; turn++) {
        gate_init(&gate);
        gate_open(&gate);
        equal(pool_submit(pool, poll_descriptor, &gate), 0);
        KIT_UNTIL(gate_entered(&gate) == 1);
        equal(pool_cancel(pool), 0);
        equal(pool_submit(pool, look_at_descriptor, NULL), 0);
        equal(pool_wait(pool, -1), 0);
        equal(answers[0], 1);
        check(answers[1] & POLLIN);
        equal(answers[2], 0);
        equal(answers[3], false);
    }
    pool_free(pool);
}

static int ask_for_descriptor(void *arg)
{
    (void)arg;
    return pool_cancel_fd();
}

POOL_TEST(cancel, descriptors_are_gone_with_the_pool)
{
    ours("pool_cancel_fd");
    int before = kit_descriptors();
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 3});
    for (int i = 0; i < 50; i++)
        equal(pool_submit(pool, ask_for_descriptor, NULL), 0);
    equal(pool_wait(pool, -1), 0);
    equal(kit_stats(pool).done, 50);
    pool_free(pool);
    equal(kit_descriptors(), before);
}

static int descriptor_after_cancel(void *arg)
{
    struct pollfd poll_for = {.events = POLLIN};
    (void)arg;
    pool_cancel(shared_pool);
    poll_for.fd = pool_cancel_fd(); /* asked for late: readable at once */
    answers[0] = poll(&poll_for, 1, -1);
    return 0;
}

POOL_TEST(cancel, a_descriptor_asked_for_late_is_readable_at_once)
{
    ours("pool_cancel_fd");
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 1});
    equal(pool_submit(shared_pool, descriptor_after_cancel, NULL), 0);
    equal(pool_wait(shared_pool, -1), 0);
    equal(answers[0], 1);
    pool_free(shared_pool);
}

Test(cancel, outside_a_job_nothing_is_cancelled, .timeout = 10)
{
    cr_assert(!pool_cancelled());
    cr_assert(pool_cancel_fd() == -EPERM);
    cr_assert(pool_sleep(1000000) == 0);
    cr_assert(pool_sleep(-1) == 0);
    cr_assert(pool_worker() == -1);
}

static _Atomic int family_stop;

/* A tree that breeds for ever ends: children have their parent's epoch. */
static int breed(void *arg)
{
    (void)arg;
    if (atomic_load(&family_stop))
        return 0;
    (void)!pool_submit(shared_pool, breed, NULL);
    (void)!pool_submit(shared_pool, breed, NULL);
    return 0;
}

POOL_TEST(cancel, ends_a_family_that_breeds_for_ever)
{
    ours("pool_cancelled");
    needs(POOL_CAN_CANCEL | POOL_CAN_RUN_APART);
    for (int turn = 0; turn < 30; turn++) {
        atomic_store(&family_stop, 0);
        shared_pool = contract_open(ops, &(struct pool_config){.workers = 3, .capacity = 500});
        equal(pool_submit(shared_pool, breed, NULL), 0);
        for (int i = 0; i < turn; i++)
            kit_nap();
        equal(pool_cancel(shared_pool), 0);
        equal(pool_wait(shared_pool, -1), 0); /* nobody of the old epoch is left to breed */
        contract_law(ops, shared_pool);
        pool_free(shared_pool);
    }
}

static _Atomic int cancellers;

static void *cancel_main(void *pool)
{
    int error = 0;
    for (int i = 0; i < 50 && !error; i++)
        error = pool_cancel(pool);
    atomic_fetch_sub(&cancellers, 1);
    return error ? (void *)1 : NULL;
}

/* Returns how many jobs it submitted: as long as somebody cancels. */
static int submit_beside_cancels(const struct pool_ops *ops)
{
    enum { LEAST = 1000, MOST = 20000 };
    int count = 0;
    for (; count < MOST && (count < LEAST || atomic_load(&cancellers)); count++) {
        int answer = pool_submit(shared_pool, ledger_job, ledger_arg(count));
        check(answer == 0 || answer == -ECANCELED, "submit: %s", strerror(-answer));
        if (answer)
            atomic_fetch_add(&ledger_back[count], 100);
    }
    return count;
}

POOL_TEST(cancel, several_at_once_settle_each_job_once)
{
    unless(POOL_NO_DISCARD);
    pthread_t threads[3];
    void *failed;
    int count;
    needs(POOL_CAN_CANCEL);
    ledger_clear();
    atomic_store(&cancellers, 3);
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 2, .capacity = 64, .discard = ledger_discard});
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, cancel_main, shared_pool);
    count = submit_beside_cancels(ops);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], &failed);
        check(!failed);
    }
    equal(pool_wait(shared_pool, -1), 0);
    for (int i = 0; i < count; i++)
        equal(ledger_ran[i] + ledger_back[i], ledger_back[i] >= 100 ? 100 : 1);
    contract_law(ops, shared_pool);
    if (!contract_leaves_out(ops, kit_stats(shared_pool).cancels))
        equal(kit_stats(shared_pool).cancels, 150);
    pool_free(shared_pool);
}

POOL_TEST(cancel, keeps_three_times)
{
    needs(POOL_CAN_CANCEL);
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 2});
    struct pool_stats never = kit_stats(pool);
    contract_not_asked(
        contract_leaves_out(ops, never.cancel_barred_ns | never.cancel_settled_ns | never.cancel_quiet_ns)
            ? "it keeps no times of a cancel: they are 0"
            : NULL);
    equal(never.cancel_quiet_ns, UINT64_MAX);
    equal(pool_cancel(pool), 0);
    equal(pool_wait(pool, -1), 0);
    KIT_UNTIL(kit_stats(pool).cancel_quiet_ns != UINT64_MAX);
    check(kit_stats(pool).cancel_barred_ns <= kit_stats(pool).cancel_settled_ns);
    pool_free(pool);
}

POOL_TEST(cancel, gives_up_after_close)
{
    struct pool *pool;
    struct gate gate;
    needs(POOL_CAN_QUEUE | POOL_CAN_CANCEL);
    pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 100, .discard = ledger_discard});
    gate_init(&gate);
    ledger_clear();
    contract_hold(ops, pool, &gate, 1);
    for (int i = 0; i < 100; i++)
        equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
    equal(pool_close(pool), 0);
    equal(pool_cancel(pool), 0);
    gate_open(&gate);
    equal(pool_wait(pool, -1), 0);
    equal(kit_stats(pool).cancelled, 100);
    equal(pool_cancel(pool), 0); /* drained: still 0 */
    pool_free(pool);
}
