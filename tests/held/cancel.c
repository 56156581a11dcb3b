/* cancel.c - a canceller waits for those who stand with jobs on the move: each mark once,
 * and asleep, because the one that stands may need its CPU. */
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/core/kit.h"
#include "tests/held/held.h"

static struct pool *pool;
static _Atomic int canceller;

static void *cancel_main(void *unused)
{
    (void)unused;
    atomic_store(&canceller, (int)syscall(SYS_gettid));
    return (void *)(intptr_t)pool_cancel(pool);
}

static void cancel_begins(pthread_t *thread)
{
    held_count_from("cancel: begun");
    pthread_create(thread, NULL, cancel_main, NULL);
    KIT_UNTIL(held_count() == 1);
}

/* A worker that took jobs from the queue and did not show them. */
static void a_worker_stands(const char *name, const char *step)
{
    struct pool_config config = {.workers = 1, .capacity = 16};
    struct held held = HELD_AT(step);
    struct gate gate;
    pthread_t thread;
    gate_init(&gate);
    cr_assert(pool_open(&pool, pool_find(name), &config) == 0);
    cr_assert(pool_submit(pool, gate_job, &gate) == 0);
    KIT_UNTIL(gate_entered(&gate) == 1);
    for (int i = 0; i < 16; i++)
        cr_assert(pool_submit(pool, ledger_job, ledger_arg(i)) == 0);
    held_arm(&held);
    gate_open(&gate);
    KIT_UNTIL(held_there(&held));
    cancel_begins(&thread);
    KIT_UNTIL(kit_sleeps(atomic_load(&canceller)));
    held_let_go(&held);
    pthread_join(thread, NULL);
    cr_assert(pool_wait(pool, -1) == 0);
    cr_assert(pool_free(pool) == 0);
}

Test(cancel, sleeps_while_a_worker_stands_with_jobs_in_its_hand, .timeout = 60)
{
    a_worker_stands("ring", "ring: claimed");
    a_worker_stands("mutex", "mutex: claimed");
}

/* A job that the earlier of two cancellers has in its hand: too young for that one, which
 * puts it back; the later one must find it then. */

static struct gate parents;

static int parent(void *unused)
{
    (void)unused;
    cr_assert(pool_submit(pool, ledger_job, ledger_arg(0)) == 0);
    gate_pass(&parents);
    return 0;
}

Test(cancel, finds_what_an_earlier_one_had_in_its_hand, .timeout = 60)
{
    struct held earlier = HELD_AT("cancel: barred"), in_hand = HELD_AT("steal: too young, in hand");
    struct pool_config config = {.workers = 1, .capacity = 16};
    pthread_t threads[2];
    gate_init(&parents);
    ledger_clear();
    cr_assert(pool_open(&pool, pool_find("steal"), &config) == 0);
    held_arm(&earlier);
    pthread_create(&threads[0], NULL, cancel_main, NULL);
    KIT_UNTIL(held_there(&earlier));
    cr_assert(pool_submit(pool, parent, NULL) == 0); /* after that cancel's instant, as its child */
    KIT_UNTIL(gate_entered(&parents) == 1);
    held_arm(&in_hand);
    held_let_go(&earlier);
    KIT_UNTIL(held_there(&in_hand));
    held_count_from("cancel: looked twice");
    pthread_create(&threads[1], NULL, cancel_main, NULL);
    KIT_UNTIL(held_count() == 1);
    held_let_go(&in_hand);
    pthread_join(threads[1], NULL);
    cr_assert(kit_stats(pool).cancelled == 1);
    pthread_join(threads[0], NULL);
    gate_open(&parents);
    cr_assert(pool_wait(pool, -1) == 0);
    cr_assert(atomic_load(&ledger_total) == 0);
    cr_assert(pool_free(pool) == 0);
}

/* That job is put back, and somebody who drops is quicker than the later one: it is
 * accepted before that cancel, and its discard takes its time. */

static struct gate discards;

static bool is_later(void)
{
    return (int)syscall(SYS_gettid) == atomic_load(&canceller);
}

static void slow_discard(void *arg, enum pool_why why)
{
    ledger_discard(arg, why);
    if (why == POOL_WHY_DROPPED)
        gate_pass(&discards);
}

Test(cancel, waits_for_who_drops_what_an_earlier_one_had_in_its_hand, .timeout = 60)
{
    enum { NAPS = 100 };
    struct held earlier = HELD_AT("cancel: barred"), in_hand = HELD_AT("steal: too young, in hand"),
                later = {.step = "cancel: others have settled", .who = is_later};
    struct pool_config config = {.workers = 1, .capacity = 1, .full = POOL_DROP_OLDEST, .discard = slow_discard};
    pthread_t threads[2];
    struct call drop;
    gate_init(&parents);
    gate_init(&discards);
    ledger_clear();
    cr_assert(pool_open(&pool, pool_find("steal"), &config) == 0);
    held_arm(&earlier);
    pthread_create(&threads[0], NULL, cancel_main, NULL);
    KIT_UNTIL(held_there(&earlier));
    cr_assert(pool_submit(pool, parent, NULL) == 0);
    KIT_UNTIL(gate_entered(&parents) == 1);
    held_arm(&in_hand);
    held_let_go(&earlier);
    KIT_UNTIL(held_there(&in_hand));
    held_count_from("cancel: looked twice");
    pthread_create(&threads[1], NULL, cancel_main, NULL);
    KIT_UNTIL(held_count() == 1);
    held_arm(&later);
    held_let_go(&in_hand);
    KIT_UNTIL(held_there(&later)); /* it has waited for the earlier one, and not looked again */
    pthread_join(threads[0], NULL);
    kit_submit(&drop, pool, ledger_job, ledger_arg(1));
    KIT_UNTIL(gate_entered(&discards) == 1);
    held_let_go(&later);
    for (int i = 0; i < NAPS; i++)
        kit_nap();
    cr_assert(kit_stats(pool).cancel_settled_ns == UINT64_MAX, "returned with a job from before it unsettled");
    gate_open(&discards);
    cr_assert(kit_join(&drop) == 0);
    pthread_join(threads[1], NULL);
    cr_assert(ledger_back[0] == 1 && kit_stats(pool).dropped == 1);
    gate_open(&parents);
    cr_assert(pool_wait(pool, -1) == 0);
    cr_assert(pool_free(pool) == 0);
}

/* Jobs on their submitters' stacks. */

static struct gate breed;
static _Atomic int refusals;

static int child(void *unused)
{
    (void)unused;
    return 0;
}

static int submit_child(void *unused)
{
    (void)unused;
    return pool_submit(pool, child, NULL);
}

static int submit_children(void *unused)
{
    (void)unused;
    gate_pass(&breed);
    while (atomic_load(&refusals) < 1000)
        if (pool_submit(pool, child, NULL) == -ECANCELED)
            atomic_fetch_add(&refusals, 1);
    return 0;
}

/* One stands in a submit; another one, that breeds, sets no mark any more: so nobody who
 * waits for marks waits for it. */
Test(cancel, waits_for_one_mark_of_each_and_asleep, .timeout = 60)
{
    for (int i = 0; i < pool_count(); i++) {
        static const char step[] = "transit: a caller's job is marked";
        const struct pool_ops *ops = pool_at(i);
        struct pool_config config = {.workers = 1, .capacity = 1, .full = POOL_CALLER_RUNS};
        struct held held = HELD_AT(step);
        struct call stands, breeds;
        struct gate gate;
        pthread_t thread;
        if (!(ops->can & POOL_CAN_QUEUE))
            continue;
        gate_init(&gate);
        gate_init(&breed);
        atomic_store(&refusals, 0);
        cr_assert(pool_open(&pool, ops, &config) == 0);
        cr_assert(pool_submit(pool, gate_job, &gate) == 0);
        KIT_UNTIL(gate_entered(&gate) == 1);
        cr_assert(pool_submit(pool, child, NULL) == 0);
        kit_submit(&breeds, pool, submit_children, NULL);
        KIT_UNTIL(gate_entered(&breed) == 1);
        held_arm(&held);
        kit_submit(&stands, pool, submit_child, NULL);
        KIT_UNTIL(held_there(&held));
        cancel_begins(&thread);
        KIT_UNTIL(kit_sleeps(atomic_load(&canceller)));
        held_count_from(step);
        gate_open(&breed);
        KIT_UNTIL(atomic_load(&refusals) >= 1000);
        cr_assert(held_count() == 0, "pool %s: %d marks after the cancel began", ops->name, held_count());
        held_let_go(&held);
        kit_join(&stands);
        kit_join(&breeds);
        pthread_join(thread, NULL);
        gate_open(&gate);
        cr_assert(pool_wait(pool, -1) == 0);
        cr_assert(pool_free(pool) == 0);
    }
}

/* A canceller of a real-time class, on the CPU of the worker that it waits for. */

static _Atomic bool claimed, pushed; /* the worker has jobs in its hand; it has no CPU any more */

/* Works until it is pushed aside, and some time more: so it is not done with it when it is. */
static bool is_busy(void)
{
    enum { TURNS = 1000000 };
    atomic_store(&claimed, true);
    while (!atomic_load(&pushed))
        continue;
    for (volatile int i = 0; i < TURNS; i++)
        continue;
    return false; /* it is not kept there */
}

static bool move_to(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return pthread_setaffinity_np(pthread_self(), sizeof set, &set) == 0;
}

static int first_cpu(int after)
{
    cpu_set_t set;
    sched_getaffinity(0, sizeof set, &set);
    for (int cpu = after + 1; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &set))
            return cpu;
    return -1;
}

Test(cancel, of_a_real_time_thread_lets_the_worker_on_its_cpu_run, .timeout = 60)
{
    struct sched_param fifo = {.sched_priority = 1}, other = {0};
    int cpu = first_cpu(-1), elsewhere = first_cpu(cpu);
    struct pool_config config = {.workers = 1, .capacity = 16, .cpus = &cpu, .cpu_count = 1};
    struct held held = {.step = "ring: claimed", .who = is_busy};
    struct rusage before, after;
    struct gate gate;
    if (elsewhere < 0)
        cr_skip_test("needs two CPUs");
    if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &fifo))
        cr_skip_test("not allowed here: SCHED_FIFO");
    pthread_setschedparam(pthread_self(), SCHED_OTHER, &other);
    gate_init(&gate);
    cr_assert(pool_open(&pool, pool_find("ring"), &config) == 0);
    cr_assert(pool_submit(pool, gate_job, &gate) == 0);
    KIT_UNTIL(gate_entered(&gate) == 1);
    for (int i = 0; i < 16; i++)
        cr_assert(pool_submit(pool, ledger_job, ledger_arg(i)) == 0);
    cr_assert(move_to(elsewhere));
    held_arm(&held);
    gate_open(&gate);
    KIT_UNTIL(atomic_load(&claimed));
    pthread_setschedparam(pthread_self(), SCHED_FIFO, &fifo);
    cr_assert(move_to(cpu)); /* the worker runs here, and is pushed aside */
    atomic_store(&pushed, true);
    getrusage(RUSAGE_THREAD, &before);
    cr_assert(pool_cancel(pool) == 0);
    getrusage(RUSAGE_THREAD, &after);
    pthread_setschedparam(pthread_self(), SCHED_OTHER, &other);
    cr_assert(after.ru_nvcsw > before.ru_nvcsw, "it never slept");
    held_let_go(&held);
    cr_assert(pool_wait(pool, -1) == 0);
    cr_assert(pool_free(pool) == 0);
}

static _Atomic int armed;

/* Says that its descriptor is armed, waits to be asked, and looks: 0, or what it saw. */
static int look_at_descriptor(void *arg)
{
    struct pollfd one = {.fd = pool_cancel_fd(), .events = POLLIN};
    int seen;
    atomic_store(&armed, 1);
    gate_pass(arg);
    seen = poll(&one, 1, 0) + 2 * pool_cancelled();
    return seen ? -EBADF : 0;
}

/* A cancel has an instant. A job that is accepted later, and arms its descriptor before
 * the canceller comes to those that are armed, is none of its jobs. */
static void a_later_job_is_not_told(const char *name)
{
    struct pool_config config = {.workers = 1, .capacity = 4};
    struct held barred = HELD_AT("cancel: barred");
    struct gate gate;
    pthread_t thread;
    void *answer;
    gate_init(&gate);
    atomic_store(&armed, 0);
    cr_assert(pool_open(&pool, pool_find(name), &config) == 0);
    held_arm(&barred);
    pthread_create(&thread, NULL, cancel_main, NULL);
    KIT_UNTIL(held_there(&barred));
    cr_assert(pool_submit(pool, look_at_descriptor, &gate) == 0);
    KIT_UNTIL(atomic_load(&armed));
    held_let_go(&barred);
    pthread_join(thread, &answer);
    cr_assert(answer == NULL);
    gate_open(&gate);
    cr_assert(pool_wait(pool, -1) == 0);
    cr_assert(kit_stats(pool).failed == 0, "%s: its descriptor says that it is cancelled", name);
    pool_free(pool);
}

Test(cancel, a_job_that_came_later_is_not_told, .timeout = 20)
{
    static const char *const pools[] = {"mutex", "ring", "steal", "textbook", "spawn"};
    for (size_t i = 0; i < sizeof pools / sizeof *pools; i++)
        a_later_job_is_not_told(pools[i]);
}

static int say_whether_cancelled(void *arg)
{
    (void)arg;
    return pool_cancelled() ? 1 : -EBADF;
}

/* A job on its submitter's stack runs from the moment that it is accepted, before its first
 * instruction: a cancel that begins then is seen in it. */
Test(cancel, is_seen_by_a_callers_job_that_was_accepted_before, .timeout = 20)
{
    struct pool_config config = {.workers = 1, .capacity = 1, .full = POOL_CALLER_RUNS};
    struct held accepted = HELD_AT("caller run: accepted");
    struct gate gate;
    struct call call;
    gate_init(&gate);
    cr_assert(pool_open(&pool, pool_find("mutex"), &config) == 0);
    cr_assert(pool_submit(pool, gate_job, &gate) == 0);
    KIT_UNTIL(gate_entered(&gate) == 1);
    cr_assert(pool_submit(pool, child, NULL) == 0);
    held_arm(&accepted);
    kit_submit(&call, pool, say_whether_cancelled, NULL);
    KIT_UNTIL(held_there(&accepted));
    cr_assert(kit_stats(pool).started == 2, "it counts as started");
    cr_assert(pool_cancel(pool) == 0);
    held_let_go(&accepted);
    cr_assert(kit_join(&call) == 0);
    gate_open(&gate);
    cr_assert(pool_wait(pool, -1) == 0);
    cr_assert(kit_stats(pool).failed == 0, "it does not see the cancel");
    pool_free(pool);
}
