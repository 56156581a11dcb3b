/* choose.c - who goes on at each point of a schedule, and what time it is.
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
#include "bench/explore/calls.h"

#include <string.h>

enum { HINTS_OF_READS = 500, FROZEN_JUMPS_MAX = 100, FREEZE_WITHIN = 512 };
enum {
    SALT_STRATEGY = 1000,
    SALT_DEPTH,
    SALT_BELIEF,
    SALT_EARLY,
    SALT_SPURIOUS,
    SALT_STALE,
    SALT_FREEZE,
    SALT_RANGE,
    SALT_AFTER
};

#define RANK_BASE (UINT64_C(1) << 32) /* of PCT: those that fell, or gave way, lie below */

static uint64_t mix(uint64_t x)
{
    /* splitmix64 (Steele, Lea, Flood, OOPSLA 2014) */
    x += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

uint64_t explore_seed(uint64_t seed, uint64_t k)
{
    return mix(mix(seed) + k);
}

uint64_t choose_random(void)
{
    /* xorshift64* (Vigna, 2016) */
    uint64_t x = runtime.random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    runtime.random = x;
    return x * 0x2545f4914f6cdd1d;
}

static uint32_t below(uint32_t bound)
{
    return (uint32_t)((choose_random() >> 32) * bound >> 32);
}

uint64_t choose_drawn(unsigned salt)
{
    return mix(mix(runtime.knobs->seed + 1) + salt);
}

uint64_t choose_own_draw(unsigned salt)
{
    struct runtime_thread *thread = runtime.now;
    return mix(mix(runtime.knobs->seed + ((uint64_t)thread->index << 32) + thread->own) + salt);
}

static void draw_strategy(const struct explore_knobs *knobs)
{
    static const enum explore_strategy mixed[] = {EXPLORE_POS, EXPLORE_PCT, EXPLORE_RANDOM};
    runtime.strategy = knobs->strategy == EXPLORE_MIX ? mixed[choose_drawn(SALT_STRATEGY) % 3] : knobs->strategy;
    runtime.depth = runtime.strategy != EXPLORE_PCT ? 0
                    : knobs->depth                  ? knobs->depth
                                                    : 2 + (int)(choose_drawn(SALT_DEPTH) % 3);
    for (int i = 0; i < 4; i++) {
        /* Of a schedule's length nothing is known but its order of magnitude. */
        uint32_t range = 64u << choose_drawn(SALT_RANGE) % 6;
        runtime.changes[i] = i < runtime.depth - 1 ? 1 + below(range) : UINT32_MAX;
    }
}

/* Asked for: -1 never, 0 in half of the schedules, else always. */
static int drawn_share(int asked, unsigned salt, int share)
{
    return asked < 0 || (asked == 0 && choose_drawn(salt) & 1) ? 0 : share;
}

void choose_begin(void)
{
    const struct explore_knobs *knobs = runtime.knobs;
    runtime.random = mix(knobs->seed) | 1;
    draw_strategy(knobs);
    runtime.memory = knobs->memory;
    runtime.rank_low = UINT64_C(1) << 31;
    runtime.belief = (int)(choose_drawn(SALT_BELIEF) % 3);
    runtime.early = drawn_share(knobs->early, SALT_EARLY, 16);
    runtime.spurious = drawn_share(knobs->spurious, SALT_SPURIOUS, 1);
    runtime.after = (choose_drawn(SALT_AFTER) & 3) == 0;
    runtime.stale = 1 + (int)(choose_drawn(SALT_STALE) % 64);
    runtime.freeze_at = knobs->freeze ? (uint32_t)(choose_drawn(SALT_FREEZE) % FREEZE_WITHIN) : UINT32_MAX;
    runtime.steps_max = knobs->steps_max ? knobs->steps_max : RUNTIME_STEPS_MAX;
    runtime.fair_from = runtime.steps_max / 4 < RUNTIME_FAIR ? runtime.steps_max / 4 : RUNTIME_FAIR;
    if (runtime.strategy == EXPLORE_CORES)
        runtime.fair_from = UINT32_MAX;
    if (runtime.strategy == EXPLORE_CORES)
        runtime.early = runtime.spurious = runtime.after = 0;
    runtime.steps = 0;
    runtime.now_ns = 1000000000;
    runtime.next_deadline = RUNTIME_NEVER;
    runtime.count = runtime.live = runtime.ready_count = runtime.settling = runtime.until = runtime.buffers = 0;
    runtime.freezable_steps = runtime.frozen_jumps = 0;
    memset(runtime.follow_at, 0, sizeof runtime.follow_at);
}

/* Decisions. */

static void record(struct runtime_thread *to, enum explore_go what, bool waits)
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

void choose_born(struct runtime_thread *thread)
{
    thread->state = EXPLORE_WAITS;
    thread->deadline = RUNTIME_NEVER;
    thread->rank = choose_random() | RANK_BASE;
    thread->buffer_rank = choose_random() | RANK_BASE;
    runtime.live++;
    choose_ready(thread, false);
}

/* Time. */

static void next_deadline(void)
{
    runtime.next_deadline = RUNTIME_NEVER;
    for (int i = 0; i < runtime.count; i++) {
        struct runtime_thread *thread = &runtime.threads[i];
        if (thread->state == EXPLORE_WAITS && thread->deadline < runtime.next_deadline)
            runtime.next_deadline = thread->deadline;
    }
}

static void timers_fire(void)
{
    for (int i = 0; i < runtime.count; i++) {
        struct runtime_thread *thread = &runtime.threads[i];
        if (thread->state == EXPLORE_WAITS && thread->deadline <= runtime.now_ns)
            choose_ready(thread, true);
    }
    next_deadline();
}

void choose_passes(int64_t ns)
{
    if (runtime.strategy != EXPLORE_CORES)
        runtime.now_ns += ns;
    else if ((runtime.now->local_ns += ns) > runtime.now_ns)
        runtime.now_ns = runtime.now->local_ns;
}

static void timer_early(struct runtime_thread *thread)
{
    if (runtime.now_ns < thread->deadline)
        runtime.now_ns = thread->deadline;
    runtime.verdict->early++;
    timers_fire();
}

/* Fires one that is drawn. */
static void timers_drawn(void)
{
    struct runtime_thread *found = NULL;
    uint32_t seen = 0;
    for (int i = 0; i < runtime.count; i++) {
        struct runtime_thread *thread = &runtime.threads[i];
        if (thread->state == EXPLORE_WAITS && thread->deadline != RUNTIME_NEVER && below(++seen) == 0)
            found = thread;
    }
    if (found) {
        record(found, EXPLORE_GO_TIMER, runtime.now->state != EXPLORE_READY);
        timer_early(found);
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

static void until_ready(void)
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
    timers_fire();
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

static void await_anybody(void)
{
    while (!runtime.ready_count) {
        if (runtime.buffers)
            buffers_drain();
        if (runtime.until)
            until_ready();
        if (runtime.ready_count || calls_io_ready() || settlers_ready() || time_jumps())
            continue;
        nobody_can();
    }
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
    record(thread, EXPLORE_GO_DRAIN, waits);
    memory_drain(thread);
    thread->buffer_rank = choose_random() | RANK_BASE;
}

static struct runtime_thread *pick_random(bool waits)
{
    for (;;) {
        uint32_t drawn = below((uint32_t)(runtime.ready_count + runtime.buffers));
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
            record(to, EXPLORE_GO_TIMER, waits);
            timer_early(to);
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
        until_ready();
    if (runtime.now_ns >= runtime.next_deadline)
        timers_fire();
    if (runtime.early && runtime.next_deadline != RUNTIME_NEVER && runtime.strategy != EXPLORE_FOLLOW &&
        below(256) < (uint32_t)runtime.early)
        timers_drawn();
    /* For one who waits anything may be decided before somebody is ready. */
    if (runtime.strategy == EXPLORE_FOLLOW && waits && !runtime.ready_count && (next = pick_followed(true)))
        return next;
    if (!runtime.ready_count)
        await_anybody();
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
        record(next, EXPLORE_GO_RUN, waits);
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

/* A step is made: what follows from how many there were. */
static void step(void)
{
    struct runtime_thread *thread = runtime.now;
    thread->own++;
    if (__builtin_expect(++runtime.steps % 1024 == 0, 0) && runtime.beats)
        ++*runtime.beats;
    choose_passes(step_ns());

    if (__builtin_expect(runtime.steps >= runtime.fair_from, 0)) {
        if (runtime.steps >= runtime.steps_max)
            runtime_stop(runtime.verdict->frozen >= 0 ? EXPLORE_FROZEN : EXPLORE_LIVELOCK, NULL,
                         "no end within %u steps", runtime.steps_max);
        runtime.verdict->unfair = true;
        if (runtime.strategy != EXPLORE_FOLLOW)
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
    thread->deadline = deadline_ns;
    thread->timed_out = false;
    if (deadline_ns < runtime.next_deadline)
        runtime.next_deadline = deadline_ns;
    RUNTIME_TELL(EXPLORE_BLOCK, why, address, 0, 0);
    go_to(pick(true), true);
    RUNTIME_TELL(EXPLORE_WAKE, why, address, 0, thread->timed_out);
    return !thread->timed_out;
}

int choose_waiters(const void *address)
{
    int waiters = 0;
    for (int i = 0; i < runtime.count; i++)
        waiters += runtime.threads[i].state == EXPLORE_WAITS && runtime.threads[i].address == address;
    return waiters;
}

int choose_wake(const void *address, int count)
{
    int waiters = choose_waiters(address), woken = 0;
    for (int nth; waiters > 0 && woken < count; waiters--, woken++) {
        nth = count >= waiters + woken ? 0 : (int)(choose_own_draw(2 + (unsigned)woken) % (uint64_t)waiters);
        for (int i = 0; i < runtime.count; i++) {
            struct runtime_thread *thread = &runtime.threads[i];
            if (thread->state == EXPLORE_WAITS && thread->address == address && nth-- == 0) {
                choose_ready(thread, false);
                break;
            }
        }
    }
    if (woken)
        next_deadline();
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
