/* schedule.c - one schedule from its begin to its verdict, and what scenarios may ask. */
#include "bench/explore/explore.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>

#include "bench/explore/calls.h"
#include "bench/explore/data.h"
#include "bench/explore/views.h"

struct runtime runtime;
static uint64_t own_counts[EXPLORE_COUNTS];

const char *explore_kind_name(enum explore_kind kind)
{
    static const char *const names[] = {[EXPLORE_GOOD] = "good",
                                        [EXPLORE_FAILED] = "broken promise",
                                        [EXPLORE_DEADLOCK] = "deadlock",
                                        [EXPLORE_LIVELOCK] = "livelock",
                                        [EXPLORE_FROZEN] = "not lock-free",
                                        [EXPLORE_RACE] = "data race",
                                        [EXPLORE_AFTER_FREE] = "use after free",
                                        [EXPLORE_BEYOND] = "use beyond a block",
                                        [EXPLORE_DOUBLE_FREE] = "double free",
                                        [EXPLORE_LEAK] = "memory left",
                                        [EXPLORE_THREAD_LEFT] = "thread left",
                                        [EXPLORE_NOT_JOINED] = "thread not joined",
                                        [EXPLORE_MISUSE] = "misuse of a lock or thread",
                                        [EXPLORE_SIGNAL] = "signal",
                                        [EXPLORE_STUCK] = "cannot follow",
                                        [EXPLORE_OVER_LIMITS] = "over limits",
                                        [EXPLORE_CANNOT] = "cannot run"};
    return names[kind];
}

const char *explore_strategy_name(enum explore_strategy strategy)
{
    static const char *const names[] = {
        [EXPLORE_MIX] = "mix",       [EXPLORE_POS] = "pos",       [EXPLORE_PCT] = "pct",
        [EXPLORE_RANDOM] = "random", [EXPLORE_FOLLOW] = "follow", [EXPLORE_CORES] = "cores"};
    return names[strategy];
}

const char *explore_memory_name(enum explore_memory memory)
{
    static const char *const names[] = {[EXPLORE_SC] = "sc", [EXPLORE_TSO] = "tso", [EXPLORE_C11] = "c11"};
    return names[memory];
}

bool explore_accuses(enum explore_kind kind)
{
    return kind != EXPLORE_GOOD && kind < EXPLORE_STUCK;
}

/* Verdicts. */

static void describe(struct explore_thread *seen, const struct runtime_thread *thread)
{
    memset(seen, 0, sizeof *seen);
    memcpy(seen->name, thread->name, sizeof seen->name);
    seen->state = thread->state;
    seen->own = thread->own;
    if (thread->state == EXPLORE_WAITS) {
        seen->waits_in = thread->why;
        seen->waits_for = thread->address;
        seen->timed = thread->deadline != RUNTIME_NEVER;
    }
    if (thread->state != EXPLORE_ENDED)
        seen->depth = fiber_stack(thread, seen->pcs, EXPLORE_STACK_MAX);
}

void runtime_describe(struct explore_verdict *verdict)
{
    bool nobody = verdict->kind == EXPLORE_DEADLOCK || verdict->kind == EXPLORE_LIVELOCK ||
                  verdict->kind == EXPLORE_FROZEN || verdict->kind == EXPLORE_THREAD_LEFT;
    verdict->thread = nobody ? -1 : runtime.now->index;
    verdict->pc = nobody ? NULL : runtime.now->pc;
    verdict->steps = runtime.steps;
    verdict->thread_count = runtime.count;
    for (int i = 0; i < runtime.count; i++)
        describe(&verdict->threads[i], &runtime.threads[i]);
}

static void __attribute__((noreturn)) stop(enum explore_kind kind, const void *address, const void *other_pc,
                                           int other_thread, const char *format, va_list list)
{
    struct explore_verdict *verdict = runtime.verdict;
    runtime.on = false;
    verdict->kind = kind;
    vsnprintf(verdict->words, sizeof verdict->words, format, list);
    verdict->address = address;
    verdict->other_pc = other_pc;
    verdict->other_thread = other_thread;
    runtime_describe(verdict);
    if (runtime.child)
        _exit(RUNTIME_CHILD_STOPS);
    fiber_leave();
}

void runtime_stop(enum explore_kind kind, const void *address, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    stop(kind, address, NULL, -1, format, list);
}

void runtime_stop_other(enum explore_kind kind, const void *address, const void *other_pc, int other_thread,
                        const char *format, ...)
{
    va_list list;
    va_start(list, format);
    stop(kind, address, other_pc, other_thread, format, list);
}

void runtime_finish(void)
{
    if (runtime.child)
        _exit(0);
    for (int i = 1; i < runtime.count && runtime.knobs->leaks; i++)
        if (!runtime.threads[i].joined && !runtime.threads[i].detached)
            runtime_stop(EXPLORE_NOT_JOINED, NULL, "%s has ended, and nobody joins it", runtime.threads[i].name);
    if (runtime.knobs->leaks)
        heap_leaks();
    runtime.on = false;
    fiber_leave();
}

void runtime_tell(enum explore_act act, const char *name, const void *address, uint64_t before, uint64_t after)
{
    struct runtime_thread *thread = runtime.now;
    struct explore_step step = {.number = runtime.steps,
                                .own = thread->own,
                                .thread = thread->index,
                                .thread_name = thread->name,
                                .act = act,
                                .name = name,
                                .address = address,
                                .before = before,
                                .after = after,
                                .pc = thread->pc};
    runtime.on = false; /* what it calls is no part of the schedule */
    runtime.knobs->step(runtime.knobs->step_arg, &step);
    runtime.on = true;
}

/* From outside. */

static void *scenario(void *arg)
{
    runtime.knobs->run(arg);
    return NULL;
}

void explore_run(const struct explore_knobs *knobs, struct explore_verdict *verdict)
{
    struct runtime_thread *first;
    const char *wrong;
    memset(verdict, 0, offsetof(struct explore_verdict, threads));
    verdict->thread = verdict->other_thread = verdict->frozen = -1;
    verdict->seed = knobs->seed;
    runtime.knobs = knobs;
    runtime.verdict = verdict;
    runtime.now = &runtime.threads[0];
    runtime.refuse_threads = runtime.refuse_memory = 0;
    if (!runtime.user)
        runtime.user = own_counts;
    heap_begin();
    data_begin();
    calls_keys_begin();
    calls_io_begin();
    calls_kernel_begin();
    calls_loader_begin();
    choose_begin();
    verdict->strategy = runtime.strategy;
    verdict->depth = runtime.depth;
    first = calls_thread_start(scenario, knobs->arg);
    memory_begin();
    choose_born(first);
    runtime.on = true;
    fiber_enter(first);
    runtime.on = false;
    verdict->steps = runtime.steps;
    if (verdict->kind == EXPLORE_GOOD && knobs->judge && (wrong = knobs->judge(knobs->arg))) {
        verdict->kind = EXPLORE_FAILED;
        snprintf(verdict->words, sizeof verdict->words, "%s", wrong);
    }
}

bool explore_fix_addresses(char **argv)
{
    char path[4096];
    ssize_t length;
    int now = personality(0xffffffff);
    heap_libraries();
    if (now < 0 || now & ADDR_NO_RANDOMIZE)
        return now >= 0;
    if (getenv("POOLBENCH_EXPLORE_AGAIN") || personality((unsigned long)now | ADDR_NO_RANDOMIZE) < 0)
        return false;
    setenv("POOLBENCH_EXPLORE_AGAIN", "1", 1);
    length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    execv(path, argv);
    unsetenv("POOLBENCH_EXPLORE_AGAIN");
    return false;
}

static int thread_count(void)
{
    DIR *tasks = opendir("/proc/self/task");
    int count = 0;
    if (!tasks)
        return 1;
    for (struct dirent *entry; (entry = readdir(tasks));)
        count += entry->d_name[0] != '.';
    closedir(tasks);
    return count;
}

/* An emulator has some of its own. */
static int threads_at_start;

static __attribute__((constructor)) void count_at_start(void)
{
    threads_at_start = thread_count();
}

int runtime_warm_up(const struct explore_knobs *knobs)
{
    static struct explore_verdict verdict;
    uint64_t unused[EXPLORE_COUNTS], *user = runtime.user;
    struct explore_knobs first = {
        .run = knobs->run, .arg = knobs->arg, .strategy = EXPLORE_RANDOM, .early = -1, .spurious = -1};
    runtime.user = unused;
    explore_run(&first, &verdict);
    runtime.user = user;
    if (verdict.kind != EXPLORE_GOOD) /* who knows what state that left */
        return 0;
    heap_keep();
    calls_keys_keep();
    return data_keep();
}

int explore_open(int threads, const struct explore_knobs *warm_up)
{
    int error;
    if (thread_count() > threads_at_start + fiber_carriers())
        return -EBUSY;
    error = heap_open();
    if (!error)
        error = fiber_take(threads < EXPLORE_THREADS_MAX ? threads : EXPLORE_THREADS_MAX);
    if (!error) {
        heap_keep();
        error = data_keep();
        runtime.races = data_is_hooked();
    }
    if (!error && warm_up)
        error = runtime_warm_up(warm_up);
    return error;
}

/* From inside. */

uint64_t explore_draw(uint64_t below)
{
    struct runtime_thread *thread = runtime.now;
    return choose_drawn((unsigned)(thread->index + 1) << 20 | thread->draws++) % below;
}

void explore_fail(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    RUNTIME_HERE();
    stop(EXPLORE_FAILED, NULL, NULL, -1, format, list);
}

void explore_end(void)
{
    runtime.on = false;
    if (runtime.child)
        _exit(0);
    fiber_leave();
}

void explore_name(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(runtime.now->name, sizeof runtime.now->name, format, list);
    va_end(list);
}

int explore_self(void)
{
    return runtime.on ? runtime.now->index : -1;
}

int explore_frozen(void)
{
    return runtime.verdict->frozen;
}

void explore_freezable(bool may)
{
    runtime.now->may_freeze = may;
}

int64_t explore_now_ns(void)
{
    return runtime.now_ns;
}

uint64_t explore_transfers(void)
{
    return runtime.verdict->transfers;
}

bool explore_settle(void)
{
    enum { STEPS_OF_CORES = 1 << 18 };
    uint32_t steps = runtime.strategy == EXPLORE_CORES ? STEPS_OF_CORES : RUNTIME_STEPS_MAX / 4;
    RUNTIME_HERE();
    if (runtime.restless)
        return false;
    runtime.now->settles = true;
    runtime.settle_until = runtime.steps + steps;
    runtime.settling++;
    choose_block(NULL, "settle", RUNTIME_NEVER);
    return !runtime.restless;
}

void explore_until(bool (*ready)(void *), void *arg)
{
    RUNTIME_HERE();
    if (ready(arg))
        return;
    runtime.now->ready = ready;
    runtime.now->ready_arg = arg;
    runtime.until++;
    choose_block(NULL, "until", RUNTIME_NEVER);
}

void explore_point(void)
{
    RUNTIME_HERE();
    choose_point(NULL, false);
}

void explore_note(const char *format, ...)
{
    char words[EXPLORE_WORDS_SIZE];
    va_list list;
    if (!runtime.knobs->step)
        return;
    RUNTIME_HERE();
    va_start(list, format);
    vsnprintf(words, sizeof words, format, list);
    va_end(list);
    runtime_tell(EXPLORE_NOTE, words, NULL, 0, 0);
}

void explore_count(int index, uint64_t more)
{
    if (index >= 0 && index < EXPLORE_COUNTS)
        runtime.user[index] += more;
}

void explore_refuse_threads(int after, int count)
{
    runtime.refuse_threads_after = after;
    runtime.refuse_threads = count;
}

void explore_refuse_memory(int after, int count)
{
    runtime.refuse_memory_after = after;
    runtime.refuse_memory = count;
}

struct explore_mark explore_mark(void)
{
    struct runtime_thread *thread = runtime.now;
    uint32_t clock = runtime.memory == EXPLORE_TSO   ? thread->stored
                     : runtime.memory == EXPLORE_C11 ? views_clock(thread)
                                                     : 0;
    return (struct explore_mark){(uint32_t)thread->index, clock};
}

bool explore_happened(struct explore_mark mark)
{
    const struct runtime_thread *thread = &runtime.threads[mark.thread];
    if (thread == runtime.now || runtime.memory == EXPLORE_SC)
        return true;
    if (runtime.memory == EXPLORE_TSO)
        return (int32_t)(thread->drained - mark.clock) >= 0;
    return views_seen(runtime.now, (int)mark.thread, mark.clock);
}
