/* choose_time.c - virtual time, and what follows when nobody is ready: stores leave their
 * buffers, conditions hold, those who wait for all others to sleep go on, time jumps to the
 * next time-out; and where none of it helps, the schedule has its verdict. */
#include "bench/explore/choose_inner.h"

enum { FROZEN_JUMPS_MAX = 100 };

void choose_deadline(void)
{
    runtime.next_deadline = RUNTIME_NEVER;
    for (int i = 0; i < runtime.count; i++) {
        struct runtime_thread *thread = &runtime.threads[i];
        if (thread->state == EXPLORE_WAITS && thread->deadline < runtime.next_deadline)
            runtime.next_deadline = thread->deadline;
    }
}

void choose_timers(void)
{
    for (int i = 0; i < runtime.count; i++) {
        struct runtime_thread *thread = &runtime.threads[i];
        if (thread->state == EXPLORE_WAITS && thread->deadline <= runtime.now_ns)
            choose_ready(thread, true);
    }
    choose_deadline();
}

void choose_passes(int64_t ns)
{
    if (runtime.strategy != EXPLORE_CORES)
        runtime.now_ns += ns;
    else if ((runtime.now->local_ns += ns) > runtime.now_ns)
        runtime.now_ns = runtime.now->local_ns;
}

void choose_timer_early(struct runtime_thread *thread)
{
    if (runtime.now_ns < thread->deadline)
        runtime.now_ns = thread->deadline;
    runtime.verdict->early++;
    choose_timers();
}

/* Fires one that is drawn. */
void choose_timers_drawn(void)
{
    struct runtime_thread *found = NULL;
    uint32_t seen = 0;
    for (int i = 0; i < runtime.count; i++) {
        struct runtime_thread *thread = &runtime.threads[i];
        if (thread->state == EXPLORE_WAITS && thread->deadline != RUNTIME_NEVER && choose_below(++seen) == 0)
            found = thread;
    }
    if (found) {
        choose_record(found, EXPLORE_GO_TIMER, runtime.now->state != EXPLORE_READY);
        choose_timer_early(found);
    }
}

/* Nobody is ready. */

bool choose_settled(void)
{
    bool any = runtime.settling > 0;
    for (int i = 0; any && i < runtime.count; i++)
        if (runtime.threads[i].settles)
            choose_ready(&runtime.threads[i], false);
    return any;
}

/* What is asked is no part of the schedule. */
static bool holds(const struct runtime_thread *thread)
{
    bool held;
    runtime.on = false;
    held = thread->ready(thread->ready_arg);
    runtime.on = true;
    return held;
}

void choose_until(void)
{
    for (int i = 0; i < runtime.count; i++) {
        struct runtime_thread *thread = &runtime.threads[i];
        if (thread->ready && holds(thread))
            choose_ready(thread, false);
    }
}

static bool time_jumps(void)
{
    if (runtime.next_deadline == RUNTIME_NEVER)
        return false;
    if (runtime.verdict->frozen >= 0 && ++runtime.frozen_jumps > FROZEN_JUMPS_MAX)
        return false;
    if (runtime.knobs->jumps) {
        runtime.on = false;
        runtime.knobs->jumps(runtime.knobs->arg);
        runtime.on = true;
    }
    runtime.verdict->jumps++;
    if (runtime.now_ns < runtime.next_deadline)
        runtime.now_ns = runtime.next_deadline;
    choose_timers();
    return true;
}

static void buffers_drain(void)
{
    for (int i = 0; i < runtime.count && runtime.buffers; i++)
        if (runtime.threads[i].buffered)
            memory_drain_all(&runtime.threads[i]);
}

void choose_alone(void)
{
    for (int i = 0; i < runtime.count; i++) {
        struct runtime_thread *thread = &runtime.threads[i];
        thread->buffered = 0;
        if (thread == runtime.now)
            continue;
        thread->state = EXPLORE_ENDED;
        thread->settles = false;
        thread->ready = NULL;
    }
    runtime.ready[0] = runtime.now->index;
    runtime.ready_count = runtime.live = 1;
    runtime.settling = runtime.until = runtime.buffers = 0;
    runtime.memory = EXPLORE_SC; /* what others wrote is there */
    runtime.races = runtime.watches = false;
    runtime.freeze_at = UINT32_MAX;
    choose_deadline();
}

/* Who holds the mutex that a thread waits for; NULL: nobody who could be named. */
static const struct runtime_thread *holder(const struct runtime_thread *thread)
{
    const pthread_mutex_t *lock = thread->state == EXPLORE_WAITS ? thread->lock : NULL;
    int owner = lock && lock->__data.__lock ? lock->__data.__owner : 0;
    return owner > 0 && owner <= runtime.count ? &runtime.threads[owner - 1] : NULL;
}

/* Locks that are waited for in a circle, or whose holder has ended, are the heart of a deadlock. */
static void tell_of_locks(void)
{
    for (int i = 0; i < runtime.count; i++) {
        const struct runtime_thread *first = &runtime.threads[i], *at = holder(first);
        if (!at)
            continue;
        if (at->state == EXPLORE_ENDED)
            runtime_stop(EXPLORE_DEADLOCK, first->lock, "%s waits for a lock that %s held when it ended", first->name,
                         at->name);
        if (at == first)
            runtime_stop(EXPLORE_DEADLOCK, first->lock, "%s waits for a lock that it holds itself", first->name);
        if (holder(at) == first)
            runtime_stop(EXPLORE_DEADLOCK, first->lock, "%s and %s each wait for a lock that the other one holds",
                         first->name, at->name);
        for (int steps = 0; at && at != first && steps < runtime.count; steps++)
            at = holder(at);
        if (at == first)
            runtime_stop(EXPLORE_DEADLOCK, first->lock,
                         "%s and others wait in a circle for locks that the next one holds", first->name);
    }
}

static void __attribute__((noreturn)) nobody_can(void)
{
    if (runtime.child)
        runtime_stop(EXPLORE_DEADLOCK, NULL, "the child of a fork waits for ever");
    for (int i = 0; i < runtime.count; i++)
        if (calls_io_outside(&runtime.threads[i]))
            runtime_stop(EXPLORE_STUCK, NULL, "%s waits for a descriptor that was not made in the schedule",
                         runtime.threads[i].name);
    if (runtime.verdict->frozen >= 0)
        runtime_stop(EXPLORE_FROZEN, NULL, "%s stands still, and the others do not finish",
                     runtime.threads[runtime.verdict->frozen].name);
    if (runtime.threads[0].state == EXPLORE_ENDED)
        runtime_stop(EXPLORE_THREAD_LEFT, NULL, "a thread is left that never ends");
    tell_of_locks();
    runtime_stop(EXPLORE_DEADLOCK, NULL, "nobody can go on, and no timer is left");
}

void choose_await(void)
{
    while (!runtime.ready_count) {
        if (runtime.buffers)
            buffers_drain();
        if (runtime.until)
            choose_until();
        if (runtime.ready_count || calls_io_ready() || choose_settled() || time_jumps())
            continue;
        nobody_can();
    }
}
