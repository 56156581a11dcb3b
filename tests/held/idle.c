/* idle.c - workers that sleep, callers that stand still, jobs in somebody's hand. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "pools/core/idle.h"
#include "tests/core/kit.h"
#include "tests/held/held.h"

static const char *const pools[] = {"mutex", "ring", "steal"}; /* whose workers rest in idle.c */

static struct criterion_test_params each_pool(void)
{
    static int indexes[] = {0, 1, 2};
    return cr_make_param_array(int, indexes, 3);
}

#define EACH_POOL(name)                                                                                                \
    static void name(const char *pool_name);                                                                           \
    ParameterizedTestParameters(idle, name)                                                                            \
    {                                                                                                                  \
        return each_pool();                                                                                            \
    }                                                                                                                  \
    ParameterizedTest(int *index, idle, name, .timeout = 60)                                                           \
    {                                                                                                                  \
        name(pools[*index]);                                                                                           \
    }                                                                                                                  \
    static void name(const char *pool_name)

static struct pool *open_idle(const char *name, int workers)
{
    struct pool_config config = {.workers = workers, .capacity = 64};
    struct pool *pool;
    cr_assert(pool_open(&pool, pool_find(name), &config) == 0);
    KIT_UNTIL(kit_stats(pool).parked == workers);
    return pool;
}

static _Atomic int ran;

static int count_job(void *unused)
{
    (void)unused;
    atomic_fetch_add(&ran, 1);
    return 0;
}

/* A submitter stands still after its call, before the wake-up: the next one wakes the
 * worker in its place. */
EACH_POOL(a_caller_that_stands_still_keeps_nobody_asleep)
{
    struct held held = HELD_AT("idle: called, not woken");
    struct pool *pool = open_idle(pool_name, 1);
    struct call call;
    held_arm(&held);
    kit_submit(&call, pool, count_job, NULL);
    KIT_UNTIL(held_there(&held));
    cr_assert(pool_submit(pool, count_job, NULL) == 0);
    KIT_UNTIL(atomic_load(&ran) == 2);
    held_let_go(&held);
    cr_assert(kit_join(&call) == 0);
    cr_assert(pool_free(pool) == 0);
}

/* And that is one wake-up, whoever made it. */
EACH_POOL(a_wake_up_in_a_callers_place_is_counted)
{
    struct held held = HELD_AT("idle: a call stands");
    struct pool *pool = open_idle(pool_name, 1);
    struct call call;
    uint64_t wakes;
    atomic_store(&pool_moment_stands, 1 << 30); /* the call is believed */
    held_arm(&held);
    kit_submit(&call, pool, count_job, NULL);
    KIT_UNTIL(held_there(&held));
    wakes = kit_stats(pool).wakes;
    cr_assert(pool_submit(pool, count_job, NULL) == 0);
    KIT_UNTIL(atomic_load(&ran) == 2 && kit_stats(pool).parked == 1);
    cr_assert(kit_stats(pool).wakes == wakes + 1, "%d wake-ups", (int)(kit_stats(pool).wakes - wakes));
    atomic_store(&pool_moment_stands, 0);
    held_let_go(&held);
    cr_assert(kit_join(&call) == 0);
    cr_assert(pool_free(pool) == 0);
}

/* A worker stands still on its way to sleep, or out of it: whoever calls it calls another
 * in its place a moment later. */
static void others_come_and_go(const char *pool_name, const char *step)
{
    struct held held = {.step = step};
    struct pool *pool = open_idle(pool_name, 3);
    int submitted = 0;
    held_arm(&held);
    for (int round = 0; round < 100; round++) {
        int wanted = submitted + 10;
        for (; submitted < wanted || atomic_load(&ran) < wanted; submitted++) {
            cr_assert(pool_submit(pool, count_job, NULL) == 0);
            if (submitted >= wanted)
                kit_nap();
        }
    }
    cr_assert(held_there(&held));
    held_let_go(&held);
    cr_assert(pool_free(pool) == 0);
    cr_assert(atomic_load(&ran) == submitted);
}

EACH_POOL(a_worker_that_stands_still_while_it_parks_stops_no_other)
{
    others_come_and_go(pool_name, "idle: announced");
}

EACH_POOL(a_worker_that_stands_still_when_it_rises_stops_no_other)
{
    others_come_and_go(pool_name, "idle: rose");
}

static _Atomic bool hostage_ran;

static int hostage(void *unused)
{
    (void)unused;
    atomic_store(&hostage_ran, true);
    return 0;
}

static int wait_for_hostage(void *unused)
{
    (void)unused;
    KIT_UNTIL(atomic_load(&hostage_ran));
    return 0;
}

/* One job after the other, each once it is allowed to end. */
static _Atomic int allowed;
static _Atomic bool enough;

static int busy(void *unused)
{
    (void)unused;
    KIT_UNTIL(atomic_load(&allowed) > 0 || atomic_load(&enough));
    atomic_fetch_sub(&allowed, 1);
    atomic_fetch_add(&ran, 1);
    return 0;
}

/* More come and go between two looks of the sentry than wait. One is queued before another
 * one ends: their worker never runs dry. */
static void run_some(struct pool *pool)
{
    enum { SOME = 5 };
    for (int i = 0; i < SOME; i++) {
        int before = atomic_load(&ran);
        cr_assert(pool_submit(pool, busy, NULL) == 0);
        atomic_store(&allowed, 1);
        KIT_UNTIL(atomic_load(&ran) == before + 1);
    }
}

/* Of three workers one is blocked and holds a job, one is busy, the third watches: at its
 * second look it must see that the job has not moved, though others have. */
EACH_POOL(a_busy_worker_does_not_hide_what_a_blocked_one_holds)
{
    struct held looks[4] = {HELD_AT("idle: the sentry looks"), HELD_AT("idle: the sentry looks"),
                            HELD_AT("idle: the sentry looks"), HELD_AT("idle: the sentry looks")};
    struct pool *pool = open_idle(pool_name, 3);
    struct pool_job jobs[] = {{wait_for_hostage, NULL}, {hostage, NULL}, {busy, NULL}};
    struct gate gates[2];
    for (int i = 0; i < 2; i++) {
        gate_init(&gates[i]);
        cr_assert(pool_submit(pool, gate_job, &gates[i]) == 0);
        KIT_UNTIL(gate_entered(&gates[i]) == 1);
    }
    held_arm(&looks[0]);
    cr_assert(pool_submit(pool, count_job, NULL) == 0); /* the third runs it, and is sentry then */
    KIT_UNTIL(held_there(&looks[0]));
    cr_assert(pool_submit_batch(pool, jobs, 3) == 3);
    gate_open(&gates[0]); /* its worker takes its share, two of three, and blocks */
    KIT_UNTIL(kit_stats(pool).started == 4);
    gate_open(&gates[1]);
    KIT_UNTIL(kit_stats(pool).started == 5 || atomic_load(&hostage_ran)); /* on a slow machine it may take one only */
    for (int i = 1; i < 4 && !atomic_load(&hostage_ran); i++) {
        run_some(pool);
        held_arm(&looks[i]);
        held_let_go(&looks[i - 1]);
        KIT_UNTIL(held_there(&looks[i]) || atomic_load(&hostage_ran));
    }
    cr_assert(atomic_load(&hostage_ran), "three looks were too few");
    atomic_store(&enough, true);
    for (int i = 0; i < 4; i++)
        held_let_go(&looks[i]);
    cr_assert(pool_free(pool) == 0);
}

/* Two workers: one is in a job, the other one is sentry and stands before its look. */
static struct pool *with_sentry(const char *pool_name, struct gate *gate, struct held *look)
{
    struct pool *pool;
    held_count_from("idle: the sentry retires");
    pool = open_idle(pool_name, 2);
    KIT_UNTIL(held_count() == 1);
    gate_init(gate);
    cr_assert(pool_submit(pool, gate_job, gate) == 0);
    KIT_UNTIL(gate_entered(gate) == 1);
    held_arm(look);
    cr_assert(pool_submit(pool, count_job, NULL) == 0); /* the other one runs it, and is sentry then */
    KIT_UNTIL(held_there(look));
    return pool;
}

static _Atomic int calls_made = -1;

/* Whom somebody called is no longer in the set of those who can be called. */
static int parent(void *pool)
{
    cr_assert(pool_submit(pool, hostage, NULL) == 0);
    atomic_store(&calls_made, atomic_load(&pool_head_of(pool)->idle_set[0]) == 0);
    return wait_for_hostage(NULL);
}

/* A job waits for its child, and the sentry watches: it is called as long as calls are left,
 * and its look, which finds that the child lies there, gives new ones. */
static void a_parent_waits(const char *pool_name, int calls)
{
    struct held look = HELD_AT("idle: the sentry looks");
    struct gate gate;
    struct pool *pool = with_sentry(pool_name, &gate, &look);
    _Atomic uint32_t *left = &pool_head_of(pool)->child_calls;
    atomic_store(left, (uint32_t)calls);
    cr_assert(pool_submit(pool, parent, pool) == 0);
    gate_open(&gate);
    KIT_UNTIL(atomic_load(&calls_made) >= 0);
    cr_assert(atomic_load(&calls_made) == calls, "%d", atomic_load(&calls_made));
    held_let_go(&look);
    cr_assert(pool_wait(pool, -1) == 0);
    cr_assert(atomic_load(left) == POOL_CHILD_CALLS, "%u", atomic_load(left));
    cr_assert(pool_free(pool) == 0);
}

EACH_POOL(a_child_calls_the_sentry)
{
    a_parent_waits(pool_name, 1);
}

EACH_POOL(a_child_calls_nobody_when_no_call_is_left)
{
    a_parent_waits(pool_name, 0);
}

/* Where jobs are short children call nobody: the sentry gives no calls for what waits there
 * while others come and go. */
EACH_POOL(short_jobs_earn_their_children_no_calls)
{
    struct held looks[2] = {HELD_AT("idle: the sentry looks"), HELD_AT("idle: the sentry looks")};
    struct gate gates[2];
    struct pool *pool = with_sentry(pool_name, &gates[0], &looks[0]);
    _Atomic uint32_t *left = &pool_head_of(pool)->child_calls;
    atomic_store(left, 0);
    gate_init(&gates[1]);
    for (int i = 0; i < 5; i++)
        cr_assert(pool_submit(pool, count_job, NULL) == 0);
    cr_assert(pool_submit(pool, gate_job, &gates[1]) == 0);
    cr_assert(pool_submit(pool, count_job, NULL) == 0);
    gate_open(&gates[0]);
    KIT_UNTIL(gate_entered(&gates[1]) == 1);
    held_arm(&looks[1]);
    held_let_go(&looks[0]);
    KIT_UNTIL(held_there(&looks[1]) || atomic_load(&ran) == 7);
    cr_assert(atomic_load(left) == 0, "%u", atomic_load(left));
    held_let_go(&looks[1]);
    gate_open(&gates[1]);
    cr_assert(pool_free(pool) == 0);
}

static void *cancel_main(void *pool)
{
    cr_assert(pool_cancel(pool) == 0);
    return NULL;
}

/* One of two workers is blocked, and a canceller has the last job in hand: it waits, but
 * nobody can take it. The other one is sentry; it must sleep, too. */
static void a_job_in_hand(const char *pool_name, const char *step)
{
    struct held held = {.step = step};
    struct pool *pool = open_idle(pool_name, 2);
    struct gate gates[2];
    pthread_t canceller;
    uint64_t parks;
    for (int i = 0; i < 2; i++) {
        gate_init(&gates[i]);
        cr_assert(pool_submit(pool, gate_job, &gates[i]) == 0);
        KIT_UNTIL(gate_entered(&gates[i]) == 1);
    }
    cr_assert(pool_submit(pool, count_job, NULL) == 0);
    held_arm(&held);
    cr_assert(pthread_create(&canceller, NULL, cancel_main, pool) == 0);
    KIT_UNTIL(held_there(&held));
    gate_open(&gates[0]);
    KIT_UNTIL(kit_stats(pool).parked == 1);
    parks = kit_stats(pool).parks;
    for (int i = 0; i < 50; i++)
        kit_nap();
    cr_assert(kit_stats(pool).parks <= parks + 1, "it parks and rises, again and again");
    held_let_go(&held);
    pthread_join(canceller, NULL);
    gate_open(&gates[1]);
    cr_assert(pool_free(pool) == 0);
}

Test(idle, a_sentry_sleeps_while_a_canceller_has_the_last_job_in_hand, .timeout = 60)
{
    a_job_in_hand("mutex", "mutex: evicted");
    a_job_in_hand("ring", "ring: evicted");
}

static bool is_one(void)
{
    static _Atomic int came;
    return atomic_fetch_add(&came, 1) == 0;
}

/* Two workers spin, for hours. One claims two jobs and stands still before it shows the
 * second; the other one has looked by then. */
EACH_POOL(a_long_spin_looks_everywhere_now_and_then)
{
    struct pool_job jobs[] = {{wait_for_hostage, NULL}, {hostage, NULL}, {count_job, NULL}};
    struct pool_config config = {.workers = 2, .capacity = 64, .spin_ns = INT64_C(3600000000000)};
    struct held held = {.step = "claim: taken, not shown", .who = is_one};
    struct pool *pool;
    cr_assert(pool_open(&pool, pool_find(pool_name), &config) == 0);
    held_arm(&held);
    cr_assert(pool_submit_batch(pool, jobs, 3) == 3);
    KIT_UNTIL(held_there(&held) && atomic_load(&ran) == 1);
    for (int i = 0; i < 20; i++)
        kit_nap();
    held_let_go(&held);
    KIT_UNTIL(atomic_load(&hostage_ran));
    cr_assert(pool_free(pool) == 0);
}

static int pass_job(void *gate)
{
    gate_pass(gate);
    atomic_fetch_add(&ran, 1);
    return 0;
}

/* Two submitters call one worker in the same microsecond. It has risen for the first, and
 * its search is over, when the second one's call is made, and the first one's wake-up is
 * noted: not in that call, which nobody would take back then, but all believe. */
EACH_POOL(a_wake_up_is_not_noted_in_the_next_call)
{
    enum { LATER = 10000 };
    struct held about = HELD_AT("idle: about to call"), woken = HELD_AT("idle: woken, not noted"),
                stands = HELD_AT("idle: a call stands");
    struct pool *pool = open_idle(pool_name, 1);
    struct call first, second;
    struct gate gate;
    gate_init(&gate);
    atomic_store(&pool_moment_stands, 1 << 30);
    held_arm(&about);
    kit_submit(&second, pool, pass_job, &gate);
    KIT_UNTIL(held_there(&about));
    held_arm(&woken);
    kit_submit(&first, pool, pass_job, &gate);
    KIT_UNTIL(held_there(&woken) && gate_entered(&gate) == 1);
    held_arm(&stands);
    held_let_go(&about);
    KIT_UNTIL(held_there(&stands) || atomic_load(&second.returned));
    held_let_go(&woken);
    cr_assert(kit_join(&first) == 0);
    held_let_go(&stands);
    cr_assert(kit_join(&second) == 0);
    gate_open(&gate);
    KIT_UNTIL(atomic_load(&ran) == 2 && kit_stats(pool).parked == 1);
    atomic_fetch_add(&pool_moment_stands, LATER);
    cr_assert(pool_submit(pool, count_job, NULL) == 0);
    KIT_UNTIL(atomic_load(&ran) == 3);
    cr_assert(pool_free(pool) == 0);
}

/* Calls that came to nothing are found out by a thread that submits to two pools in turn, in
 * both of them. */
EACH_POOL(a_submitter_of_two_pools_believes_neither_for_ever)
{
    enum { LATER = 1 << 20, TURNS = 8 };
    struct held held[] = {HELD_AT("idle: cannot be called"), HELD_AT("idle: cannot be called")};
    struct pool *both[2];
    atomic_store(&pool_moment_stands, 1 << 30);
    for (int i = 0; i < 2; i++) {
        both[i] = open_idle(pool_name, 2);
        held_arm(&held[i]);
        cr_assert(pool_submit(both[i], count_job, NULL) == 0);
        KIT_UNTIL(held_there(&held[i]));
    }
    atomic_fetch_add(&pool_moment_stands, LATER);
    for (int i = 0; i < 2 * TURNS; i++)
        cr_assert(pool_submit(both[i % 2], count_job, NULL) == 0);
    KIT_UNTIL(atomic_load(&ran) == 2 * (TURNS + 1));
    for (int i = 0; i < 2; i++) {
        held_let_go(&held[i]);
        cr_assert(pool_free(both[i]) == 0);
    }
}
