/* idle.c - see idle.h for the words and the invariant. All state is under
 * idle_lock, which is held for a few instructions and never by a submitter
 * unless the gate is up. */
#include "pools/core/idle.h"

#include "pools/core/lanes.h"

enum {
    SENTRY_NAP_NS = 50000,      /* how long a freshly queued job may be overlooked */
    SENTRY_NAP_MAX_NS = 100000, /* while all goes well */
};

/* Whether a worker is awake beside the sleepers. */
static bool anybody_awake(struct pool_head *head)
{
    return head->idle_parked < head->workers;
}

/* Sets the gate to what it should be. Returns whether it rose. */
static bool gate_update(struct pool_head *head)
{
    bool covered = head->idle_searchers > 0 || (head->idle_sentry && anybody_awake(head));
    bool up = head->idle_parked > 0 && !covered;
    bool was = atomic_load_explicit(&head->attention, memory_order_relaxed) & POOL_GATE;
    atomic_store_explicit(&head->parked_now, head->idle_parked, memory_order_relaxed);
    if (up && !was)
        atomic_fetch_or_explicit(&head->attention, POOL_GATE, memory_order_seq_cst);
    else if (!up && was)
        atomic_fetch_and_explicit(&head->attention, ~(uint32_t)POOL_GATE, memory_order_seq_cst);
    return up && !was;
}

static void push_sleeper(struct pool_head *head, struct pool_worker *worker)
{
    worker->park_prev = NULL;
    worker->park_next = head->idle_top;
    if (head->idle_top)
        head->idle_top->park_prev = worker;
    head->idle_top = worker;
    head->idle_parked++;
    atomic_store_explicit(&worker->park, 1, memory_order_relaxed);
}

static void remove_sleeper(struct pool_head *head, struct pool_worker *worker)
{
    if (worker->park_prev)
        worker->park_prev->park_next = worker->park_next;
    else
        head->idle_top = worker->park_next;
    if (worker->park_next)
        worker->park_next->park_prev = worker->park_prev;
    head->idle_parked--;
    if (head->idle_sentry == worker)
        head->idle_sentry = NULL;
    /* Release: pairs with the acquire in sleep_until_woken. */
    atomic_store_explicit(&worker->park, 0, memory_order_release);
}

static void make_searcher(struct pool_head *head, struct pool_worker *worker)
{
    worker->searching = true;
    head->idle_searchers++;
}

static void wake_if(struct pool_head *head, bool (*wanted)(struct pool_head *head))
{
    struct pool_worker *worker;
    pool_lock(&head->idle_lock);
    if (!wanted(head)) {
        pool_unlock(&head->idle_lock);
        return;
    }
    worker = head->idle_top;
    make_searcher(head, worker); /* before park is cleared, which the worker sees at once */
    worker->woken = true;
    remove_sleeper(head, worker);
    gate_update(head);
    atomic_fetch_add_explicit(&head->wakes, 1, memory_order_relaxed);
    pool_unlock(&head->idle_lock);
    pool_futex_wake(&worker->park, 1);
}

static bool gate_is_up(struct pool_head *head)
{
    return atomic_load_explicit(&head->attention, memory_order_relaxed) & POOL_GATE;
}

void pool_idle_wake(struct pool_head *head)
{
    wake_if(head, gate_is_up);
}

/* The sentry watches for jobs that wait, 50 us at a time: that is long for a fork. */
static bool nobody_searches(struct pool_head *head)
{
    return head->idle_parked > 0 && head->idle_searchers == 0;
}

void pool_idle_wake_for_fork(struct pool_head *head)
{
    /* The forks were published by a sequentially consistent read-modify-write; who
     * parks announces that, and then looks for forks. */
    if (atomic_load_explicit(&head->parked_now, memory_order_seq_cst))
        wake_if(head, nobody_searches);
}

void pool_idle_wake_all(struct pool_head *head)
{
    pool_lock(&head->idle_lock);
    while (head->idle_top) {
        struct pool_worker *worker = head->idle_top;
        remove_sleeper(head, worker);
        pool_futex_wake(&worker->park, 1);
    }
    gate_update(head);
    pool_unlock(&head->idle_lock);
}

/* After the gate rose: jobs may have been published while it was down. */
static void look_again(struct pool_head *head)
{
    pool_fence(); /* gate before queues: pairs with pool_after_push */
    if (head->design->takeable(head) || pool_forks_waiting(head))
        pool_idle_wake(head);
}

void pool_search_ends(struct pool_worker *worker)
{
    struct pool_head *head = worker->pool;
    bool rose;
    pool_lock(&head->idle_lock);
    worker->searching = false;
    head->idle_searchers--;
    rose = gate_update(head);
    pool_unlock(&head->idle_lock);
    if (rose)
        look_again(head);
}

/* Jobs that were taken so far; *backlog: those that one could take. */
static uint64_t moved(struct pool_head *head, uint64_t *backlog)
{
    *backlog = head->design->takeable(head);
    return head->design->accepted(head) - head->design->waiting(head);
}

/* The sentry's timer ran out. Returns true when it has to go and work. */
static bool sentry_looks(struct pool_worker *worker)
{
    struct pool_head *head = worker->pool;
    bool works = false, rose = false;
    uint64_t backlog, now, since;

    pool_lock(&head->idle_lock);
    if (head->idle_sentry != worker) { /* woken in this moment */
        pool_unlock(&head->idle_lock);
        return false;
    }
    now = moved(head, &backlog);
    since = now - worker->moved_seen;
    worker->moved_seen = now;
    backlog += pool_forks_waiting(head);
    if (backlog && since <= backlog) { /* the others do not manage */
        make_searcher(head, worker);
        remove_sleeper(head, worker);
        gate_update(head);
        works = true;
    } else if (!backlog && !since) { /* nothing happens: a real sleep, no timer */
        head->idle_sentry = NULL;
        rose = gate_update(head);
    } else if (worker->nap_ns < SENTRY_NAP_MAX_NS) {
        worker->nap_ns *= 2;
    }
    pool_unlock(&head->idle_lock);
    if (rose)
        look_again(head);
    return works;
}

static void sleep_until_woken(struct pool_worker *worker, bool sentry)
{
    struct pool_head *head = worker->pool;
    while (atomic_load_explicit(&worker->park, memory_order_acquire)) {
        int64_t until = sentry ? pool_clock_ns() + worker->nap_ns : -1;
        if (pool_futex_wait(&worker->park, 1, until) == -ETIMEDOUT) {
            if (sentry_looks(worker))
                return;
            pool_lock(&head->idle_lock);
            sentry = head->idle_sentry == worker;
            pool_unlock(&head->idle_lock);
        }
    }
}

void pool_idle_park(struct pool_worker *worker)
{
    struct pool_head *head = worker->pool;
    bool rose, sentry = false, vain;

    pool_lock(&head->idle_lock);
    vain = worker->searching && worker->woken;
    worker->woken = false;
    if (worker->searching) {
        worker->searching = false;
        head->idle_searchers--;
    }
    /* Under the lock: pool_idle_wake_all comes after drained is set. */
    if (atomic_load_explicit(&head->drained, memory_order_acquire)) {
        pool_unlock(&head->idle_lock);
        return;
    }
    /* Release: pairs with the acquire in pool_head_stats, which then sees the wake. */
    if (vain)
        atomic_fetch_add_explicit(&head->wakes_vain, 1, memory_order_release);
    push_sleeper(head, worker);
    if (!head->idle_sentry && anybody_awake(head)) {
        uint64_t backlog;
        head->idle_sentry = worker;
        worker->moved_seen = moved(head, &backlog);
        worker->nap_ns = SENTRY_NAP_NS;
        sentry = true;
    }
    rose = gate_update(head);
    pool_unlock(&head->idle_lock);
    pool_count_own(&worker->parks, 1, memory_order_relaxed);
    /* Announced, then asked: who shares, or takes back what was shared, looks for the
     * announcement afterwards, so that the wish of one who sleeps is never lost. */
    pool_fence();
    pool_forks_ask_all(worker);
    if (rose)
        look_again(head);
    sleep_until_woken(worker, sentry);
}
