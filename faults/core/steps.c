/* steps.c - see steps.h. What is a step calls steps_take (steps_calls.c).
 *
 * Nothing here may use what is interposed there: threads wait by real_sleep_on. */
#include "faults/core/steps.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "faults/core/births.h"
#include "faults/core/code.h"
#include "faults/core/real.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

const char *steps_call_name(int call)
{
    static const char *const names[STEPS_CALLS] = {"pthread_mutex_lock",
                                                   "pthread_mutex_unlock",
                                                   "pthread_cond_wait",
                                                   "pthread_cond_timedwait",
                                                   "pthread_cond_signal",
                                                   "pthread_cond_broadcast",
                                                   "sem_wait",
                                                   "sem_post",
                                                   "a futex wait (syscall)",
                                                   "a futex wake (syscall)",
                                                   "a nap",
                                                   "an allocation",
                                                   "free"};
    return call >= 0 && call < STEPS_CALLS ? names[call] : "nothing";
}

bool steps_possible(void)
{
#ifdef FAULTS_WRAP
    return false;
#else
    return true;
#endif
}

bool steps_note_hold(_Atomic uint64_t *holder, uint64_t me)
{
    uint64_t other = atomic_load(holder);
    while (other >> 32 <= me >> 32)
        if (atomic_compare_exchange_weak(holder, &other, me))
            return true;
    return false;
}

/* What is asked for, and what came of it. */
static struct steps_plan plan;
static const struct record *clients;
static _Atomic uint32_t armed;  /* number of the arming; 0: not */
static _Atomic uint32_t events; /* a futex: somebody is held, or it is the end */
static _Atomic uint32_t latest; /* number of the last arming */
/* Futexes: up to which arming is let go who is held first, and who in its place. */
static _Atomic uint32_t let_go[2];
static _Atomic uint64_t holding[2]; /* arming and thread + 1, while held */
static _Atomic int threads, waits;  /* numbers given, and waits seen */
static _Atomic bool reached, idle, ends;
static _Atomic int held_id; /* of the pool's thread that was held last, and where it came from */
static const void *_Atomic held_from;
static _Atomic bool held_before; /* a call, not at its end */
static _Atomic bool freed;       /* pool_free has returned */
static _Atomic int late;         /* steps of the pool's threads since then */

static bool is_held(int which)
{
    return (uint32_t)(atomic_load(&holding[which]) >> 32) > atomic_load(&let_go[which]);
}

/* A thread's own. */
static __thread bool is_the_client;
static __thread uint32_t my_arming;
static __thread int my_number, my_steps;
static __thread bool inside;
static __thread uint64_t my_random;

static bool is_of_client(void)
{
    int me = real_thread();
    for (int i = 0; i < RECORD_CLIENTS; i++)
        if (atomic_load(&clients->clients[i]) == me)
            return true;
    return false;
}

/* Its number, at its first step since steps_arm. -1: it takes none. */
static int number_me(uint32_t arming)
{
    if (my_arming == arming)
        return my_number;
    my_arming = arming;
    my_steps = 0;
    my_number = is_the_client ? 0 : is_of_client() ? -1 : atomic_fetch_add(&threads, 1) + 1;
    my_random = plan.noise * 2654435761u + (uint64_t)(my_number + 1) * 0x9e3779b97f4a7c15u;
    return my_number;
}

static void nap_now_and_then(void)
{
    enum { ONE_IN = 6, NS_MAX = 200000 };
    static _Atomic uint32_t never;
    my_random = my_random * 6364136223846793005u + 1442695040888963407u;
    if ((my_random >> 33) % ONE_IN == 0)
        real_sleep_on(&never, 0, (int64_t)((my_random >> 40) % NS_MAX));
}

/* A thread may outlive its pool, and be held while the next try begins; or come here only then. */
static void hold(int which, int call, bool after, const void *from)
{
    uint64_t me = (uint64_t)my_arming << 32 | (uint32_t)(my_number + 1);
    uint32_t seen;
    if (my_arming < atomic_load(&latest))
        return;
    if (my_number > 0) {
        atomic_store(&held_id, real_thread());
        atomic_store(&held_from, from);
        atomic_store(&held_before, !after);
    }
    if (!steps_note_hold(&holding[which], me))
        return;
    if (which == 0 && plan.told)
        plan.told((struct steps_held){my_number, my_steps, call, after});
    atomic_fetch_add(&events, 1);
    real_wake_all(&events);
    while ((seen = atomic_load(&let_go[which])) < my_arming)
        real_sleep_on(&let_go[which], seen, -1);
    atomic_compare_exchange_strong(&holding[which], &me, 0); /* the next try may hold another one already */
}

static void release(int which)
{
    atomic_store(&let_go[which], atomic_load(&latest));
    real_wake_all(&let_go[which]);
}

static void take(int call, bool after, const void *from)
{
    bool is_wait = !after && (call == STEPS_WAIT || call == STEPS_TIMED_WAIT || call == STEPS_SEM_WAIT ||
                              call == STEPS_FUTEX_WAIT || call == STEPS_NAP);
    bool none = false;
    if (number_me(atomic_load(&armed)) < 0)
        return;
    my_steps++;
    /* The end of a call that began before free returned may come after it. */
    if (my_number > 0 && !after && atomic_load(&freed) && !code_stays_loaded(from))
        atomic_fetch_add(&late, 1);
    if (plan.noise)
        nap_now_and_then();
    if (my_number == plan.thread && my_steps == plan.step && atomic_compare_exchange_strong(&reached, &none, true)) {
        hold(0, call, after, from);
    } else if (plan.swap && is_wait && my_number != plan.thread && is_held(0) &&
               atomic_fetch_add(&waits, 1) + 1 == plan.swap) {
        release(0);
        hold(1, call, after, from);
    }
}

void steps_take(int call, bool after, const void *from)
{
    int error = errno;
    if (!atomic_load_explicit(&armed, memory_order_acquire) || inside || births_busy || code_is_barred(from))
        return;
    inside = true;
    take(call, after, from);
    inside = false;
    errno = error;
}

/* The client's. */

void steps_begin(const struct record *record)
{
    clients = record;
    is_the_client = true;
#ifndef FAULTS_WRAP
    code_bar((const void *)(uintptr_t)real_malloc()); /* the allocator */
    code_bar((const void *)(uintptr_t)fopen);         /* the C library */
    code_bar_loader();
#endif
}

void steps_arm(const struct steps_plan *asked)
{
    for (int i = 0; i < 2; i++)
        release(i); /* who is left of the last try */
    plan = *asked;
    atomic_store(&reached, false);
    atomic_store(&threads, 0);
    atomic_store(&waits, 0);
    atomic_store(&late, 0);
    atomic_store(&freed, false);
    atomic_store_explicit(&armed, atomic_fetch_add(&latest, 1) + 1, memory_order_release);
}

void steps_disarm(void)
{
    atomic_store(&armed, 0);
}

bool steps_reached(void)
{
    return atomic_load(&reached);
}

static bool holds_a_worker(void)
{
    for (int i = 0; i < 2; i++)
        if (is_held(i) && (uint32_t)atomic_load(&holding[i]) > 1)
            return true;
    return false;
}

/* What a thread has used of its CPU up to this moment (schedstat lags by a tick); -1: it is gone.
 * The clock of a thread's number: clock_getcpuclockid(3) has it for processes. */
static int64_t ran_ns(pid_t thread)
{
    struct timespec ran;
    clockid_t clock = (clockid_t)(~(unsigned)thread << 3 | 6);
    return clock_gettime(clock, &ran) ? -1 : ran.tv_sec * INT64_C(1000000000) + ran.tv_nsec;
}

/* In its main function: what comes after is the C library's, and the allocator's. */
static bool is_alive(pid_t thread)
{
    enum { MOST = 64 };
    pid_t living[MOST];
    int count = births_living(living, MOST);
    for (int i = 0; i < count; i++)
        if (living[i] == thread)
            return true;
    return false;
}

bool steps_outlive(void)
{
    enum { NAPS = 500, NAP_NS = 100000, RAN_NS = 300000 };
    static _Atomic uint32_t never;
    pid_t thread = atomic_load(&held_id);
    int64_t before;
    if (!holds_a_worker() || code_stays_loaded(atomic_load(&held_from)) || !record_knows(clients, thread))
        return false; /* not of the pool's making, as a thread for a timer that the C library starts */
    if (atomic_load(&held_before))
        return true; /* it still has to make that call */
    atomic_store(&freed, true);
    before = ran_ns(thread);
    for (int i = 0; i < NAPS && is_alive(thread); i++) {
        int64_t now = ran_ns(thread);
        if (before >= 0 && now - before > RAN_NS && is_alive(thread))
            return true;
        if (atomic_load(&late))
            return true;
        real_sleep_on(&never, 0, NAP_NS);
    }
    return atomic_load(&late) > 0;
}

static bool somebody_is_held(void)
{
    for (int i = 0; i < 2; i++)
        if (is_held(i))
            return true;
    return false;
}

void steps_await(int64_t ns)
{
    int64_t until = pool_clock_ns() + ns, left;
    uint32_t seen;
    atomic_store(&idle, true);
    while (seen = atomic_load(&events), !steps_reached() && (left = until - pool_clock_ns()) > 0)
        real_sleep_on(&events, seen, left);
    atomic_store(&idle, false);
}

void steps_release(void)
{
    enum { NAPS = 100, NAP_NS = 50000, SETTLE_NS = 20000000 };
    static _Atomic uint32_t never;
    while (!atomic_load(&ends)) {
        uint32_t seen = atomic_load(&events);
        if (!somebody_is_held()) {
            if (!atomic_load(&ends))
                real_sleep_on(&events, seen, -1);
            continue;
        }
        for (int i = 0; i < NAPS && atomic_load(&idle); i++) /* the client was woken, too */
            real_sleep_on(&never, 0, NAP_NS);
        settle(SETTLE_NS);
        release(0);
        release(1);
    }
}

void steps_end(void)
{
    atomic_store(&ends, true);
    atomic_fetch_add(&events, 1);
    real_wake_all(&events);
}
