/* idle.c - see idle.h for the words and for what is promised.
 *
 * No lock: a thread that stands still anywhere in here, sleeper or caller, keeps no
 * other from parking, nor from calling somebody else. Three words are shared.
 *
 *   attention  {changes: 34, sentry + 1: 11, asleep: 11, ..., gate}: written by the
 *              sleepers themselves, gate and all, in one swap
 *   idle_set   a bit for each sleeper that nobody has called yet
 *   idle_call  {time, count, delivered, worker + 1}: the latest call
 *
 * A call is a hint to those who submit next, and no lock: it is believed for as long
 * as a wake-up takes. Why it may be believed: who reads it has published a job before;
 * the called worker clears it when its search ends, and looks at all queues after that.
 * Both in sequential consistency, so that one of them sees the other. */
#include "pools/core/idle.h"

#include <sched.h>

#include "pools/core/lanes.h"

enum {
    SENTRY_NAP_NS = 50000,      /* how long a freshly queued job may be overlooked */
    SENTRY_NAP_MAX_NS = 100000, /* while all goes well */
    CALL_TRUST = 65536,         /* moments: a called worker that has not looked by then may have no CPU */
};

/* Of pool_worker.park. ENDED: called, because the pool is drained. */
enum { AWAKE, ASLEEP, CALLED, ENDED };

/* Fields of attention. */

enum { SENTRY_SHIFT = 19, CHANGE_SHIFT = 30 };
_Static_assert(POOL_WORKERS_MAX <= POOL_PARKED_MASK, "sleepers are counted in 11 bits");
#define PARKED_ONE (UINT64_C(1) << POOL_PARKED_SHIFT)
#define SENTRY_MASK ((uint64_t)POOL_PARKED_MASK << SENTRY_SHIFT)
#define CHANGE_ONE (UINT64_C(1) << CHANGE_SHIFT)

static int parked_of(uint64_t word)
{
    return (int)(word >> POOL_PARKED_SHIFT & POOL_PARKED_MASK);
}

/* Index + 1; 0: there is none. */
static int sentry_of(uint64_t word)
{
    return (int)(word >> SENTRY_SHIFT & POOL_PARKED_MASK);
}

static uint64_t attention_of(struct pool_head *head)
{
    return atomic_load_explicit(&head->attention, memory_order_seq_cst);
}

/* The same word, its gate as it should be. */
static uint64_t gated(struct pool_head *head, uint64_t word)
{
    bool covered = sentry_of(word) && parked_of(word) < head->workers;
    return parked_of(word) && !covered ? word | POOL_GATE : word & ~(uint64_t)POOL_GATE;
}

/* A sleeper's change. Sequentially consistent: pairs with the look at the gate after a
 * push. */
static bool attention_swap(struct pool_head *head, uint64_t *word, uint64_t next)
{
    return atomic_compare_exchange_weak_explicit(&head->attention, word, gated(head, next + CHANGE_ONE),
                                                 memory_order_seq_cst, memory_order_relaxed);
}

/* The set of sleepers that can be called. */

static _Atomic uint64_t *set_word(struct pool_worker *worker)
{
    return &worker->pool->idle_set[worker->index / 64];
}

static uint64_t set_bit(struct pool_worker *worker)
{
    return UINT64_C(1) << worker->index % 64;
}

/* Whoever takes a worker out may call it, or is itself that worker. */
static bool set_take(struct pool_worker *worker)
{
    return atomic_fetch_and_explicit(set_word(worker), ~set_bit(worker), memory_order_seq_cst) & set_bit(worker);
}

/* Whether this worker runs nowhere but on that CPU (-1: no CPU is meant). */
static bool bound_to(struct pool_worker *worker, int cpu)
{
    return cpu >= 0 && worker->pool->cpus && pool_cpu_of(worker->pool, worker->index) == cpu;
}

/* The first sleeper that is not bound to this CPU; else the first one, if any will do. */
static struct pool_worker *set_choose(struct pool_head *head, int cpu, bool any)
{
    struct pool_worker *here = NULL;
    for (int i = 0; i * 64 < head->workers; i++) {
        uint64_t word = atomic_load_explicit(&head->idle_set[i], memory_order_seq_cst);
        for (; word; word &= word - 1) {
            struct pool_worker *worker = pool_worker_at(head, i * 64 + __builtin_ctzll(word));
            if (!bound_to(worker, cpu))
                return worker;
            if (!here)
                here = worker;
        }
    }
    return any ? here : NULL;
}

/* All who sleep were called, and no sleeper has changed anything since `word` was read
 * (which it counts): nobody is left to be called, and submitters need not come by. */
static void gate_lower(struct pool_head *head, uint64_t word)
{
    if (!(word & POOL_GATE) || set_choose(head, -1, true))
        return;
    POOL_STEP("idle: about to lower the gate");
    atomic_compare_exchange_strong_explicit(&head->attention, &word, word & ~(uint64_t)POOL_GATE, memory_order_seq_cst,
                                            memory_order_relaxed);
}

/* Nobody can be called any more: one who was, and whose caller may stand still. */
static struct pool_worker *called_before(struct pool_head *head)
{
    for (int i = 0; i < head->workers; i++)
        if (atomic_load_explicit(&pool_worker_at(head, i)->park, memory_order_relaxed) != AWAKE)
            return pool_worker_at(head, i);
    return NULL;
}

/* Calls. No two have the same word, so that nobody takes another's for his own: they are
 * counted, and not 256 are made in one unit of time. */

enum {
    CALL_INDEX_MASK = 0x7ff,
    CALL_DELIVERED = 1 << 11,
    CALL_COUNT_ONE = 1 << 12,
    CALL_COUNT_MASK = 0xff << 12,
    CALL_TIME_SHIFT = 20,
    CALL_TIME_UNIT = 10,
};
_Static_assert(POOL_WORKERS_MAX <= CALL_INDEX_MASK, "workers are numbered in 11 bits");

static uint64_t call_time(void)
{
    return POOL_MOMENT(pool_moment()) >> CALL_TIME_UNIT << CALL_TIME_SHIFT;
}

/* To take the place of the call `before`. */
static uint64_t call_make(struct pool_worker *worker, uint64_t before)
{
    return call_time() | ((before + CALL_COUNT_ONE) & CALL_COUNT_MASK) | (uint64_t)(worker->index + 1);
}

/* Nobody is called any more; the count stays. */
static uint64_t call_over(uint64_t call)
{
    return call & CALL_COUNT_MASK;
}

static struct pool_worker *call_whom(struct pool_head *head, uint64_t call)
{
    return call & CALL_INDEX_MASK ? pool_worker_at(head, (int)(call & CALL_INDEX_MASK) - 1) : NULL;
}

static bool call_is_fresh(uint64_t call)
{
    uint64_t age = call_time() - (call >> CALL_TIME_SHIFT << CALL_TIME_SHIFT);
    return age >> CALL_TIME_SHIFT < CALL_TRUST >> CALL_TIME_UNIT;
}

static bool call_swap(struct pool_head *head, uint64_t call, uint64_t next)
{
    return atomic_compare_exchange_strong_explicit(&head->idle_call, &call, next, memory_order_seq_cst,
                                                   memory_order_seq_cst);
}

/* Returns false when it is awake. */
static bool wake_as(struct pool_worker *worker, uint32_t called)
{
    uint32_t park = ASLEEP;
    /* Sequentially consistent: after the call, which the worker reads when it rises. */
    atomic_compare_exchange_strong_explicit(&worker->park, &park, called, memory_order_seq_cst, memory_order_seq_cst);
    if (park == AWAKE)
        return false;
    pool_futex_wake(&worker->park, 1);
    return true;
}

/* Wakes the called one (call 0: whoever it is). Anybody may, and several: its caller may
 * stand still just here. Returns false when it is awake: it rose by itself. */
static bool call_deliver(struct pool_head *head, struct pool_worker *worker, uint64_t call)
{
    POOL_STEP("idle: called, not woken");
    if (!wake_as(worker, CALLED))
        return false;
    POOL_STEP("idle: woken, not noted");
    if (call)
        call_swap(head, call, call | CALL_DELIVERED);
    return true;
}

/* Whether somebody was called who will look after this moment. */
static bool call_stands(struct pool_head *head, uint64_t call, int cpu)
{
    struct pool_worker *worker = call_whom(head, call);
    if (!worker || !call_is_fresh(call) || (bound_to(worker, cpu) && set_choose(head, cpu, false)))
        return false;
    return call & CALL_DELIVERED || call_deliver(head, worker, call);
}

/* Calls a sleeper, one that is not bound to this CPU if there is one, as long as that is
 * wanted and nobody was called just now. A swap that fails has made way for another. */
static void call_one(struct pool_head *head, bool (*wanted)(uint64_t word))
{
    int cpu = head->cpus ? sched_getcpu() : -1;
    uint64_t word, before, call;
    struct pool_worker *worker;
    while (wanted(word = attention_of(head))) {
        before = atomic_load_explicit(&head->idle_call, memory_order_seq_cst);
        if (call_stands(head, before, cpu))
            return;
        worker = set_choose(head, cpu, true);
        if (!worker) { /* all were called; to be sure, one of them again */
            worker = called_before(head);
            if (worker)
                call_deliver(head, worker, 0);
            return gate_lower(head, word);
        }
        call = call_make(worker, before);
        POOL_STEP("idle: about to call");
        if (!call_swap(head, before, call))
            continue;
        POOL_STEP("idle: a call stands");
        if (set_take(worker) && call_deliver(head, worker, call))
            return gate_lower(head, word);
        call_swap(head, call, call_over(call)); /* it rose by itself */
    }
}

static bool gate_is_up(uint64_t word)
{
    return word & POOL_GATE;
}

__thread struct pool_belief pool_belief;

/* A submitter comes by with each job until the called worker is up: some 10 us, and more
 * if that one waits for a CPU. What call_one says then, cheaper: and as a worker that is
 * bound to no CPU will get one, the age of the same call is looked at every eighth time. */
void pool_idle_wake(struct pool_head *head)
{
    uint64_t call = atomic_load_explicit(&head->idle_call, memory_order_seq_cst);
    if (pool_likely(call & CALL_DELIVERED && !head->cpus) && call_is_fresh(call))
        pool_belief = (struct pool_belief){head, call, 0};
    else
        call_one(head, gate_is_up);
}

/* The sentry watches for jobs that wait, 50 us at a time: that is long for a fork. */
static bool somebody_sleeps(uint64_t word)
{
    return parked_of(word) > 0;
}

void pool_idle_wake_for_fork(struct pool_head *head)
{
    /* The forks were published by a sequentially consistent read-modify-write; who
     * parks announces that, and then looks for forks. */
    if (pool_parked(head))
        call_one(head, somebody_sleeps);
}

void pool_idle_wake_all(struct pool_head *head)
{
    pool_fence(); /* drained before the sleepers: pairs with the fence in pool_idle_park */
    for (int i = 0; i < head->workers; i++)
        wake_as(pool_worker_at(head, i), ENDED);
}

/* Relaxed: how many calls are left is a hint, and one more or less is no harm. */
void pool_idle_wake_for_child(struct pool_head *head)
{
    uint32_t left = atomic_load_explicit(&head->child_calls, memory_order_relaxed);
    /* Who sleeps and was called comes anyway. */
    if (!left || !pool_parked(head) || !set_choose(head, -1, true))
        return;
    atomic_store_explicit(&head->child_calls, left - 1, memory_order_relaxed);
    call_one(head, somebody_sleeps);
}

/* Looks at the queues. */

bool pool_idle_look(struct pool_head *head)
{
    for (int place = head->workers; place >= 0; place--)
        if (head->design->held(head, place))
            return true;
    return pool_forks_waiting(head);
}

/* The search is over: its call is believed no more. */
static void search_clear(struct pool_worker *worker)
{
    struct pool_head *head = worker->pool;
    uint64_t call = atomic_load_explicit(&head->idle_call, memory_order_seq_cst);
    worker->searching = worker->woken = false;
    while (call_whom(head, call) == worker &&
           !call_swap(head, call, call_over(call))) /* it is delivered in this moment */
        call = atomic_load_explicit(&head->idle_call, memory_order_seq_cst);
}

void pool_search_ends(struct pool_worker *worker)
{
    struct pool_head *head = worker->pool;
    search_clear(worker);
    POOL_STEP("idle: a search ended");
    pool_fence(); /* the call before the queues: pairs with call_stands, after a push */
    if (pool_forks_waiting(head))
        pool_idle_wake_for_fork(head);
    else if (attention_of(head) & POOL_GATE && pool_idle_look(head))
        pool_idle_wake(head);
}

/* The sentry. */

/* What was seen at a place; whether it was the same when the sentry last looked. */
static bool place_stands(struct pool_head *head, int place, bool *any)
{
    _Atomic uint64_t *seen = place < head->workers ? &pool_worker_at(head, place)->held_seen : &head->held_seen;
    uint64_t held = head->design->held(head, place);
    /* Relaxed: a note of the sentries to themselves. */
    bool same = atomic_load_explicit(seen, memory_order_relaxed) == held;
    atomic_store_explicit(seen, held, memory_order_relaxed);
    *any = *any || held;
    return held && same;
}

/* Notes what lies where. Returns whether the jobs at one place have not moved since the
 * last look, however much others did: whoever should take them is blocked, or long at
 * work. *any: jobs lie somewhere. */
static bool survey(struct pool_head *head, bool *any)
{
    bool stands = false;
    *any = false;
    for (int place = 0; place <= head->workers; place++)
        stands = place_stands(head, place, any) || stands;
    return stands;
}

/* Jobs that workers began so far. Those that were dropped went as well, but by no
 * worker's hand: they do not say that somebody manages. */
static uint64_t begun(struct pool_head *head)
{
    uint64_t sum = 0;
    for (int i = 0; i < head->workers; i++)
        sum += atomic_load_explicit(&pool_worker_at(head, i)->started, memory_order_relaxed);
    return sum;
}

static void sentry_begins(struct pool_worker *worker)
{
    bool any;
    worker->begun_seen = begun(worker->pool);
    worker->nap_ns = SENTRY_NAP_NS;
    survey(worker->pool, &any);
}

/* Nothing happens: a real sleep, no timer. Returns whether a look found something. */
static bool sentry_retires(struct pool_worker *worker)
{
    struct pool_head *head = worker->pool;
    uint64_t word = attention_of(head);
    while (!attention_swap(head, &word, word & ~SENTRY_MASK))
        ;
    POOL_STEP("idle: the sentry retires");
    pool_fence(); /* gate before queues: pairs with pool_after_push */
    return pool_idle_look(head);
}

/* The timer ran out. Returns true when it has to go and work. */
static bool sentry_looks(struct pool_worker *worker)
{
    struct pool_head *head = worker->pool;
    uint64_t now = begun(head), since = now - worker->begun_seen;
    bool any, stands = survey(head, &any);
    worker->begun_seen = now;
    /* Long, or blocked: a job of each, at most, in 50 us. */
    if (any && since <= (uint64_t)(head->workers - pool_parked(head)))
        atomic_store_explicit(&head->child_calls, POOL_CHILD_CALLS, memory_order_relaxed);
    if (pool_forks_waiting(head) ||
        (any && (stands || since <= head->design->waiting(head)))) /* the others do not manage */
        return true;
    if (!any && !since)
        return sentry_retires(worker);
    if (worker->nap_ns < SENTRY_NAP_MAX_NS)
        worker->nap_ns *= 2;
    return false;
}

/* Sleep. */

/* Announces the sleep. Returns whether this one is the sentry now. */
static bool lie_down(struct pool_worker *worker)
{
    struct pool_head *head = worker->pool;
    uint64_t word = attention_of(head), next;
    atomic_store_explicit(&worker->park, ASLEEP, memory_order_relaxed);
    atomic_fetch_or_explicit(set_word(worker), set_bit(worker), memory_order_seq_cst);
    POOL_STEP("idle: can be called");
    do {
        next = word + PARKED_ONE;
        if (!sentry_of(word) && parked_of(next) < head->workers)
            next |= (uint64_t)(worker->index + 1) << SENTRY_SHIFT;
    } while (!attention_swap(head, &word, next));
    return sentry_of(next) == worker->index + 1;
}

/* Awake: for those who submit now it is as good as called, until its search ends. */
static void rise(struct pool_worker *worker)
{
    struct pool_head *head = worker->pool;
    uint64_t word = attention_of(head), next, call;
    set_take(worker);
    POOL_STEP("idle: cannot be called");
    do {
        next = word - PARKED_ONE;
        if (sentry_of(word) == worker->index + 1)
            next &= ~SENTRY_MASK;
    } while (!attention_swap(head, &word, next));
    POOL_STEP("idle: not counted asleep");
    atomic_store_explicit(&worker->park, AWAKE, memory_order_seq_cst);
    worker->searching = true;
    POOL_STEP("idle: rose");
    call = atomic_load_explicit(&head->idle_call, memory_order_seq_cst);
    if (!call_whom(head, call))
        call_swap(head, call, call_make(worker, call) | CALL_DELIVERED);
    else if (call_whom(head, call) == worker)
        call_swap(head, call, call | CALL_DELIVERED);
}

/* Until somebody calls, but for a defect: only a wait that has a limit is ended by a signal whose handler is to restart
 * what it meets. */
static int64_t asleep_until(void)
{
    static const int64_t hour_ns = INT64_C(3600000000000);
    return POOL_DEFECT(WORKER_TRUSTS) ? pool_deadline(hour_ns) : -1;
}

static void sleep_until_called(struct pool_worker *worker, bool sentry)
{
    uint32_t park;
    /* Acquire: pairs with the caller's swap in wake_as. */
    while ((park = atomic_load_explicit(&worker->park, memory_order_acquire)) == ASLEEP) {
        int64_t until = sentry ? pool_clock_ns() + worker->nap_ns : asleep_until();
        if (pool_futex_wait(&worker->park, ASLEEP, until) != -ETIMEDOUT) {
            if (POOL_DEFECT(WORKER_TRUSTS) && atomic_load_explicit(&worker->park, memory_order_acquire) == ASLEEP)
                pool_defect_run_stale();
            continue;
        }
        POOL_STEP("idle: the sentry looks");
        if (sentry_looks(worker))
            return;
        sentry = sentry_of(attention_of(worker->pool)) == worker->index + 1;
    }
    worker->woken = true;
    /* Counted by who was woken: callers wake in each other's place. Before wakes_vain is. */
    if (park == CALLED)
        atomic_fetch_add_explicit(&worker->pool->wakes, 1, memory_order_relaxed);
}

void pool_idle_park(struct pool_worker *worker)
{
    struct pool_head *head = worker->pool;
    bool sentry, vain = worker->woken;

    sentry = lie_down(worker);
    if (sentry)
        sentry_begins(worker);
    /* Release: pairs with the acquire in pool_head_stats, which then sees the wake. */
    if (vain)
        atomic_fetch_add_explicit(&head->wakes_vain, 1, memory_order_release);
    pool_count_own(&worker->parks, 1, memory_order_relaxed);
    if (worker->searching)
        search_clear(worker);
    /* Announced, then asked: who shares, or takes back what was shared, looks for the
     * announcement afterwards, so that the wish of one who sleeps is never lost. Then
     * looked: who publishes looks at the gate afterwards, and at the call. */
    pool_fence();
    pool_forks_ask_all(worker);
    POOL_STEP("idle: announced");
    if (!atomic_load_explicit(&head->drained, memory_order_acquire) && !pool_idle_look(head))
        sleep_until_called(worker, sentry);
    rise(worker);
}
