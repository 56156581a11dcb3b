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

static bool settlers_ready(void)
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

static void __attribute__((noreturn)) nobody_can(void)
{
    for (int i = 0; i < runtime.count; i++)
        if (calls_io_outside(&runtime.threads[i]))
            runtime_stop(EXPLORE_STUCK, NULL, "%s waits for a descriptor that was not made in the schedule",
                         runtime.threads[i].name);
    if (runtime.verdict->frozen >= 0)
        runtime_stop(EXPLORE_FROZEN, NULL, "%s stands still, and the others do not finish",
                     runtime.threads[runtime.verdict->frozen].name);
    if (runtime.threads[0].state == EXPLORE_ENDED)
        runtime_stop(EXPLORE_THREAD_LEFT, NULL, "a thread is left that never ends");
    runtime_stop(EXPLORE_DEADLOCK, NULL, "nobody can go on, and no timer is left");
}

void choose_await(void)
{
    while (!runtime.ready_count) {
        if (runtime.buffers)
            buffers_drain();
        if (runtime.until)
            choose_until();
        if (runtime.ready_count || calls_io_ready() || settlers_ready() || time_jumps())
            continue;
        nobody_can();
    }
}
