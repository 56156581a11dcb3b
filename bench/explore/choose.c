/* choose.c - who goes on at each point of a schedule.
 *
 * Agents are threads that are ready and, under TSO, store buffers that are not empty.
 *   POS     each thing that is about to be done has a random rank, a new one whenever a
 *           thing that conflicts with it was done; the highest goes on (Yuan, CAV 2018)
 *   PCT     each thread has a random rank; at depth - 1 drawn steps who runs falls behind
 *           all others (Burckhardt, ASPLOS 2010)
 *   RANDOM  each agent is as likely as any other, at each point
 * From a bound on all are RANDOM, so that who spins for somebody else, whom a strategy keeps
 * from running, is no livelock.
 *
 * What threads meet beside the schedule (a wake-up for no reason, an older value) is drawn
 * from the seed, the thread and its own step, so that a schedule that is shrunk still meets
 * it. */
#include <string.h>

#include "bench/explore/choose_inner.h"

/* Decisions. */

void choose_record(struct runtime_thread *to, enum explore_go what, bool waits)
{
    const struct explore_knobs *knobs = runtime.knobs;
    struct runtime_thread *from = runtime.now;
    if (!knobs->record)
        return;
    if (runtime.verdict->recorded < knobs->record_max)
        knobs->record[runtime.verdict->recorded] =
            (struct explore_switch){.at = from->own | (waits ? EXPLORE_AT_WAIT : 0),
                                    .from = (uint8_t)from->index,
                                    .to = (uint8_t)to->index,
                                    .what = (uint8_t)what};
    runtime.verdict->recorded++;
}

static void catch_up(struct runtime_thread *thread, int64_t ns)
{
    if (thread->local_ns < ns)
        thread->local_ns = ns;
}

void choose_ready(struct runtime_thread *thread, bool timed_out)
{
    if (thread->state != EXPLORE_WAITS)
        return;
    runtime.settling -= thread->settles;
    runtime.until -= thread->ready != NULL;
    thread->settles = false;
    thread->ready = NULL;
    thread->state = EXPLORE_READY;
    thread->deadline = RUNTIME_NEVER;
    thread->timed_out = timed_out;
    thread->address = NULL;
    thread->reads = thread->plain = 0;
    if (runtime.strategy == EXPLORE_CORES)
        catch_up(thread, timed_out ? runtime.now_ns : runtime.now->local_ns + RUNTIME_WAKE_NS);

    if (runtime.strategy == EXPLORE_POS)
        thread->rank = choose_random() | RANK_BASE;
    runtime.ready[runtime.ready_count++] = thread->index;
}

static void not_ready(struct runtime_thread *thread)
{
    for (int i = 0; i < runtime.ready_count; i++)
        if (runtime.ready[i] == thread->index) {
            runtime.ready[i] = runtime.ready[--runtime.ready_count];
            return;
        }
}

/* A processor's stores leave its buffer, whatever the priority of who runs there. */
static uint64_t buffer_rank(void)
{
    return runtime.knobs->strict ? UINT64_MAX : choose_random() | RANK_BASE;
}

void choose_born(struct runtime_thread *thread)
{
    thread->state = EXPLORE_WAITS;
    thread->deadline = RUNTIME_NEVER;
    thread->rank = choose_random() | RANK_BASE;
    thread->buffer_rank = buffer_rank();
    runtime.live++;
    choose_ready(thread, false);
}

/* The next one. */

static struct runtime_thread *buffer_of(int nth)
{
    for (int i = 0; i < runtime.count; i++)
        if (runtime.threads[i].buffered && nth-- == 0)
            return &runtime.threads[i];
    return NULL;
}

static void drain_one(struct runtime_thread *thread, bool waits)
{
    choose_record(thread, EXPLORE_GO_DRAIN, waits);
    memory_drain(thread);
    thread->buffer_rank = buffer_rank();
}

static struct runtime_thread *pick_random(bool waits)
{
    for (;;) {
        uint32_t drawn = choose_below((uint32_t)(runtime.ready_count + runtime.buffers));
        if (drawn < (uint32_t)runtime.ready_count)
            return &runtime.threads[runtime.ready[drawn]];
        drain_one(buffer_of((int)drawn - runtime.ready_count), waits);
    }
}

static struct runtime_thread *pick_ranked(bool waits)
{
    for (;;) {
        struct runtime_thread *best = &runtime.threads[runtime.ready[0]], *buffer = NULL;
        for (int i = 1; i < runtime.ready_count; i++) {
            struct runtime_thread *thread = &runtime.threads[runtime.ready[i]];
            if (thread->rank > best->rank)
                best = thread;
        }
        for (int i = 0; runtime.buffers && i < runtime.count; i++) {
            struct runtime_thread *thread = &runtime.threads[i];
            if (thread->buffered && thread->buffer_rank > (buffer ? buffer->buffer_rank : best->rank))
                buffer = thread;
        }
        if (!buffer)
            return best;
        drain_one(buffer, waits);
    }
}

static struct runtime_thread *pick_behind(void)
{
    struct runtime_thread *best = &runtime.threads[runtime.ready[0]];
    for (int i = 1; i < runtime.ready_count; i++) {
        struct runtime_thread *thread = &runtime.threads[runtime.ready[i]];
        if (thread->local_ns < best->local_ns || (thread->local_ns == best->local_ns && thread->index < best->index))
            best = thread;
    }
    return best;
}

/* The current thread's next decision, if it is for here. */
static const struct explore_switch *follow_next(bool waits)
{
    struct runtime_thread *thread = runtime.now;
    size_t *at = &runtime.follow_at[thread->index];
    uint32_t own = thread->own;
    for (; *at < runtime.knobs->follow_count; ++*at) {
        const struct explore_switch *next = &runtime.knobs->follow[*at];
        uint32_t step = next->at & ~EXPLORE_AT_WAIT;
        if (next->from != thread->index || step < own)
            continue;
        if (step > own || (next->at & EXPLORE_AT_WAIT && !waits))
            return NULL;
        ++*at;
        if (waits == !!(next->at & EXPLORE_AT_WAIT))
            return next;
        --*at;
    }
    return NULL;
}

static struct runtime_thread *pick_followed(bool waits)
{
    const struct explore_switch *next;
    struct runtime_thread *lowest = NULL;
    while ((next = follow_next(waits))) {
        struct runtime_thread *to = &runtime.threads[next->to];
        if (next->to >= runtime.count)
            continue;
        if (next->what == EXPLORE_GO_DRAIN && to->buffered)
            drain_one(to, waits);
        else if (next->what == EXPLORE_GO_TIMER && to->state == EXPLORE_WAITS && to->deadline != RUNTIME_NEVER) {
            choose_record(to, EXPLORE_GO_TIMER, waits);
            choose_timer_early(to);
        } else if (next->what == EXPLORE_GO_RUN && to->state == EXPLORE_READY)
            return to;
    }
    if (!waits)
        return runtime.now;
    for (int i = 0; i < runtime.ready_count; i++) {
        struct runtime_thread *thread = &runtime.threads[runtime.ready[i]];
        if (!lowest || thread->index < lowest->index)
            lowest = thread;
    }
    return lowest;
}

static struct runtime_thread *pick(bool waits)
{
    struct runtime_thread *next;
    if (runtime.until)
        choose_until();
    if (runtime.now_ns >= runtime.next_deadline)
        choose_timers();
    if (runtime.early && runtime.next_deadline != RUNTIME_NEVER && runtime.strategy != EXPLORE_FOLLOW &&
        choose_below(256) < (uint32_t)runtime.early)
        choose_timers_drawn();
    /* For one who waits anything may be decided before somebody is ready. */
    if (runtime.strategy == EXPLORE_FOLLOW && waits && !runtime.ready_count && (next = pick_followed(true)))
        return next;
    if (!runtime.ready_count)
        choose_await();
    switch (runtime.strategy) {
    case EXPLORE_POS:
    case EXPLORE_PCT:
        return pick_ranked(waits);
    case EXPLORE_CORES:
        return pick_behind();
    case EXPLORE_FOLLOW:
        return pick_followed(waits);
    default:
        return pick_random(waits);
    }
}

static void go_to(struct runtime_thread *next, bool waits)
{
    struct runtime_thread *from = runtime.now;
    if (next != from || waits) /* whose own time-out ended */
        choose_record(next, EXPLORE_GO_RUN, waits);
    if (next == from)
        return;
    runtime.verdict->switches++;

    runtime.now = next;
    fiber_switch(from, next);
}

/* What a step takes. Who spins until a time that is far away comes there: in the fair end time
 * goes faster and faster, so that only a spin for something else has no end. */
static int64_t step_ns(void)
{
    enum { DOUBLES_EACH = 512, DOUBLES_MAX = 20 };
    uint32_t doubles;
    if (runtime.steps < runtime.fair_from)
        return RUNTIME_STEP_NS;
    doubles = (runtime.steps - runtime.fair_from) / DOUBLES_EACH;
    return (int64_t)RUNTIME_STEP_NS << (doubles < DOUBLES_MAX ? doubles : DOUBLES_MAX);
}

/* Loops that make a queue of many cells are long, and none is a livelock: whoever spins comes
 * back to the same places, and reads. Steps that write while no other thread is there, and those
 * of the fair end at places that were not met there, if they are many, lengthen the schedule. */
static void lengthen(const struct runtime_thread *thread)
{
    enum {
        ALONE_MAX = 1 << 18,
        ANEW_MAX = 1 << 18,
        PLACES = 1 << 22,
        SPIN_PLACES = 64,
        STEPS_EACH = 4,
        STEPS_ALONE = 2
    };
    static uint64_t met[PLACES / 64];
    uint64_t place = (uint64_t)(uintptr_t)thread->pending * UINT64_C(0x9e3779b97f4a7c15) / (UINT64_MAX / PLACES + 1);
    if (runtime.live == 1 && thread->pending && thread->pending_writes && runtime.alone < ALONE_MAX) {
        runtime.alone++;
        runtime.fair_from += runtime.fair_from != UINT32_MAX ? STEPS_ALONE : 0;
        runtime.steps_max += STEPS_ALONE;
    } else if (runtime.steps >= runtime.fair_from && thread->pending && runtime.anew < ANEW_MAX) {
        if (runtime.steps == runtime.fair_from)
            memset(met, 0, sizeof met);
        if (met[place / 64] >> place % 64 & 1)
            return;
        met[place / 64] |= UINT64_C(1) << place % 64;
        if (++runtime.anew > SPIN_PLACES)
            runtime.steps_max += STEPS_EACH;
    }
}

/* A step is made: what follows from how many there were. */
static void step(void)
{
    struct runtime_thread *thread = runtime.now;
    thread->own++;
    if (__builtin_expect(++runtime.steps % 1024 == 0, 0) && runtime.beats)
        ++*runtime.beats;
    choose_passes(step_ns());
    lengthen(thread);
    if (__builtin_expect(runtime.settling && runtime.steps >= runtime.settle_until, 0))
        runtime.restless = choose_settled();

    if (__builtin_expect(runtime.steps >= runtime.fair_from, 0)) {
        if (runtime.steps >= runtime.steps_max)
            runtime_stop(runtime.verdict->frozen >= 0 ? EXPLORE_FROZEN : EXPLORE_LIVELOCK, NULL,
                         "no end within %u steps", runtime.steps_max);
        runtime.verdict->unfair = true;
        if (runtime.strategy != EXPLORE_FOLLOW || runtime.knobs->follow_fair)
            runtime.strategy = EXPLORE_RANDOM;
    } else if (__builtin_expect(runtime.steps >= runtime.steps_max, 0)) {
        runtime_stop(EXPLORE_LIVELOCK, NULL, "no end within %u steps", runtime.steps_max);
    }
    if (runtime.strategy == EXPLORE_PCT)
        for (int i = 0; i < runtime.depth - 1; i++)
            if (runtime.changes[i] == runtime.steps)
                thread->rank = (uint64_t)(runtime.depth - i);
}

/* Stands still for ever, if it is its turn. */
static void freeze(void)
{
    struct runtime_thread *thread = runtime.now;
    if (!thread->may_freeze || runtime.verdict->frozen >= 0 || runtime.freezable_steps++ != runtime.freeze_at)
        return;
    runtime.verdict->frozen = thread->index;
    not_ready(thread);
    thread->state = EXPLORE_STANDS;
    go_to(pick(true), true);
}

/* What others are about to do conflicts with what was just decided to be done. */
static void ranks_again(const struct runtime_thread *done)
{
    for (int i = 0; i < runtime.ready_count; i++) {
        struct runtime_thread *thread = &runtime.threads[runtime.ready[i]];
        if (thread != done && thread->pending == done->pending && (thread->pending_writes || done->pending_writes))
            thread->rank = choose_random() | RANK_BASE;
    }
}

void choose_point(const void *address, bool writes)
{
    struct runtime_thread *thread = runtime.now;
    thread->pending = address;
    thread->pending_writes = writes;
    if (writes)
        thread->reads = thread->plain = 0;
    step();
    if (__builtin_expect(runtime.freeze_at != UINT32_MAX, 0))
        freeze();
    if (runtime.strategy == EXPLORE_POS)
        thread->rank = choose_random() | RANK_BASE;
    go_to(pick(false), false);
    if (runtime.strategy == EXPLORE_POS)
        ranks_again(thread);
    else if (runtime.strategy == EXPLORE_CORES && address)
        cores_access(address, 1, writes);
}

void choose_hint(void)
{
    struct runtime_thread *thread = runtime.now;
    bool believed = runtime.belief == 2 || (runtime.belief == 1 && choose_own_draw(1) & 1);
    thread->reads = thread->plain = 0;
    thread->pending = NULL;
    step();
    if (runtime.strategy == EXPLORE_CORES)
        choose_passes(RUNTIME_CLOCK_NS);
    if (__builtin_expect(runtime.freeze_at != UINT32_MAX, 0))
        freeze();
    if (believed && runtime.strategy == EXPLORE_RANDOM && runtime.ready_count > 1) {
        not_ready(thread);
        struct runtime_thread *next = pick(false);
        runtime.ready[runtime.ready_count++] = thread->index;
        go_to(next, false);
        return;
    }
    if (believed)
        thread->rank = --runtime.rank_low;
    go_to(pick(false), false);
}

/* Waiting. */

bool choose_block(const void *address, const char *why, int64_t deadline_ns)
{
    struct runtime_thread *thread = runtime.now;
    not_ready(thread);
    thread->state = EXPLORE_WAITS;
    thread->why = why;
    thread->address = address;
    thread->deadline = deadline_ns < RUNTIME_FAR ? deadline_ns : RUNTIME_NEVER;
    thread->timed_out = false;
    if (thread->deadline < runtime.next_deadline)
        runtime.next_deadline = thread->deadline;
    RUNTIME_TELL(EXPLORE_BLOCK, why, address, 0, 0);
    go_to(pick(true), true);
    RUNTIME_TELL(EXPLORE_WAKE, why, address, 0, thread->timed_out);
    return !thread->timed_out;
}

static bool waits_at(const struct runtime_thread *thread, const void *address, uint32_t bits)
{
    return thread->state == EXPLORE_WAITS && thread->address == address && thread->bits & bits;
}

static int waiters_at(const void *address, uint32_t bits)
{
    int waiters = 0;
    for (int i = 0; i < runtime.count; i++)
        waiters += waits_at(&runtime.threads[i], address, bits);
    return waiters;
}

int choose_waiters(const void *address)
{
    return waiters_at(address, UINT32_MAX);
}

int choose_wake(const void *address, int count)
{
    return choose_wake_bits(address, count, UINT32_MAX);
}

int choose_wake_bits(const void *address, int count, uint32_t bits)
{
    int waiters = waiters_at(address, bits), woken = 0;
    for (int nth; waiters > 0 && woken < count; waiters--, woken++) {
        nth = count >= waiters + woken ? 0 : (int)(choose_own_draw(2 + (unsigned)woken) % (uint64_t)waiters);
        for (int i = 0; i < runtime.count; i++) {
            struct runtime_thread *thread = &runtime.threads[i];
            if (waits_at(thread, address, bits) && nth-- == 0) {
                choose_ready(thread, false);
                break;
            }
        }
    }
    if (woken)
        choose_deadline();
    return woken;
}

void choose_end(void)
{
    struct runtime_thread *thread = runtime.now;
    not_ready(thread);
    thread->state = EXPLORE_ENDED;
    if (--runtime.live == 0)
        runtime_finish();
    go_to(pick(true), true);
    __builtin_unreachable();
}
