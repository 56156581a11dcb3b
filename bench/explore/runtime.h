/* runtime.h - what the parts of the runtime share: hooks.c, fibers.c, choose.c, memory.c,
 * the calls_*.c, heap.c, schedule.c. Nothing of it is for scenarios.
 *
 * All of it runs on one kernel thread and on the stack and the thread-locals of whichever
 * fiber is on; so nothing here has thread-locals or calls what is interposed. */
#ifndef RUNTIME_H
#define RUNTIME_H

#define EXPLORE_RUNTIME 1 /* hooked.h is not for these sources */

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>

#include "bench/explore/explore.h"

enum {
    RUNTIME_BUFFER = 8,        /* stores, of one thread, under TSO */
    RUNTIME_STEPS_MAX = 20000, /* default of a schedule */
    RUNTIME_FAIR = 10000,      /* steps at most before the fair end */
    RUNTIME_STEP_NS = 10,      /* what a step takes */
    RUNTIME_WAKE_NS = 1200,    /* EXPLORE_CORES: until a thread that is woken goes on */
    RUNTIME_CLOCK_NS = 40,     /* what a look at the clock takes */
    RUNTIME_ROBUST = 8,        /* robust mutexes that one thread holds */
};
#define RUNTIME_NEVER INT64_MAX
#define RUNTIME_FAR (INT64_MAX / 2) /* a deadline beyond, 146 years away, is none */

/* A store that has not reached memory: TSO. */
struct runtime_store {
    void *address;
    uint64_t value;
    const void *pc;
    int size;
};

struct runtime_thread {
    void *sp;       /* while it is off */
    uintptr_t tls;  /* its thread pointer */
    pthread_t self; /* its carrier's */
    int index;
    enum explore_state state;
    uint32_t draws;        /* explore_draw */
    uint32_t own;          /* points that it came to */
    uint32_t reads, plain; /* since its last write: it may spin */
    uint64_t rank;         /* POS, PCT: the highest goes on */
    const void *pending;   /* the address of what it is about to do, and whether that writes */
    bool pending_writes;
    const void *pc; /* of its last hook */
    void *frame;    /* of the function that called it: for stacks */
    bool may_freeze;

    /* While it waits. */
    const char *why;
    const void *address;
    uint32_t bits; /* of a futex wait: those that wake it; else all */
    int64_t deadline;
    bool timed_out;
    const pthread_mutex_t *lock; /* it waits for; or NULL */
    bool io_outside;             /* for a descriptor that somebody outside may write */
    bool settles;                /* explore_settle */
    bool (*ready)(void *);       /* explore_until */
    void *ready_arg;

    /* Its life. */
    void *(*run)(void *);
    void *arg, *result;
    bool detached, joined, cancelled;
    bool cancellable;           /* waits at a cancellation point */
    bool cancel_woke;           /* that is why the last such wait ended */
    bool in_futex, interrupted; /* it waits there; that wait was ended by a signal */
    int cancel_state;
    sigset_t signals;                        /* that are blocked */
    pthread_mutex_t *robust[RUNTIME_ROBUST]; /* that it holds */
    int robust_count;
    struct runtime_atexit *atexit; /* thread_local destructors */
    char name[EXPLORE_NAME_SIZE];

    struct runtime_store buffer[RUNTIME_BUFFER]; /* TSO: oldest first */
    int buffered;
    uint64_t buffer_rank;
    uint32_t stored, drained; /* so many ever */

    int64_t local_ns; /* EXPLORE_CORES */
};

struct runtime {
    bool on;    /* inside a schedule */
    bool child; /* in the child of explore_fork: it ends by _exit */
    const struct explore_knobs *knobs;
    struct explore_verdict *verdict;
    struct runtime_thread *now;
    int count; /* threads begun */
    int live;  /* of these, not ended */
    int ready[EXPLORE_THREADS_MAX], ready_count;
    uint32_t steps, steps_max, fair_from;
    uint32_t alone, anew; /* steps that are no sign of a livelock: choose.c */
    int64_t now_ns, next_deadline;
    uint64_t random;

    /* Drawn once for each schedule. */
    enum explore_strategy strategy;
    enum explore_memory memory;
    bool races;   /* are looked for */
    bool watches; /* plain accesses matter to more than the heap */
    int depth;
    uint32_t changes[4]; /* PCT: at these steps who runs falls behind all */
    uint64_t rank_low;   /* of who gave way: falls */
    int belief;          /* in hints: 0, 1, 2 halves */
    int early;           /* timers, in 1/256 of the points */
    int spurious;        /* in 1/16 */
    bool after;          /* a point after what others may see, too */
    int stale;           /* C11: in 1/128 */
    uint32_t freeze_at, freezable_steps;
    uint32_t frozen_jumps; /* since one stands still */
    size_t follow_at[EXPLORE_THREADS_MAX];

    int settling, until;   /* how many such threads wait */
    uint32_t settle_until; /* the step at which it is given up */
    bool restless;         /* it was */
    int buffers;           /* that hold stores */
    int refuse_threads_after, refuse_threads, refuse_memory_after, refuse_memory;
    uint64_t *user;           /* explore_count */
    volatile uint64_t *beats; /* grows, for who watches; or NULL */
    volatile pid_t *runs;     /* whom to watch; or NULL */
    struct runtime_thread threads[EXPLORE_THREADS_MAX];
};
extern struct runtime runtime;

/* ---- fibers.c ---- */

/* Takes `count` carriers in all. Returns 0 or -errno. */
int fiber_take(int count);
int fiber_carriers(void);
/* Sets the carrier of this thread back, and lets it begin at fiber_main when switched to. */
void fiber_prepare(struct runtime_thread *thread);
void fiber_switch(struct runtime_thread *from, struct runtime_thread *to);
void fiber_enter(struct runtime_thread *first); /* from outside; returns after fiber_leave */
void fiber_leave(void) __attribute__((noreturn));
int fiber_stack(const struct runtime_thread *thread, const void **pcs, int max);
/* Whether the address is on this thread's stack. */
bool fiber_owns(const struct runtime_thread *thread, const void *address);
/* What a fiber runs; calls_thread.c. */
void fiber_main(void) __attribute__((noreturn));

/* ---- choose.c ---- */

void choose_begin(void);
/* A new thread may run. */
void choose_born(struct runtime_thread *thread);
void choose_ready(struct runtime_thread *thread, bool timed_out);
/* The current thread is about to do something at this address. Others may go on before. */
void choose_point(const void *address, bool writes);
/* The same for what changes nothing that others wait for: a spin, a yield, a look at the clock. */
void choose_hint(void);
/* Waits; returns false when the time-out ended it. `why` is what `waits_in` will say. */
bool choose_block(const void *address, const char *why, int64_t deadline_ns);
/* Readies up to `count` of those who wait for this, drawn. Returns how many. */
int choose_wake(const void *address, int count);
int choose_wake_bits(const void *address, int count, uint32_t bits);
int choose_waiters(const void *address);
/* So much time has passed for the current thread. */
void choose_passes(int64_t ns);
void choose_end(void) __attribute__((noreturn)); /* the current thread has ended */
uint64_t choose_drawn(unsigned salt);            /* from the seed, the same whatever else is drawn */
bool choose_settled(void);                       /* readies those who wait for all others; whether there were any */
void choose_alone(void);                         /* the child of a fork: all but the current thread are gone */
/* A draw that depends on the seed, the thread and how far it is, and on nothing else. */
uint64_t choose_own_draw(unsigned salt);

/* ---- schedule.c ---- */

enum { RUNTIME_CHILD_STOPS = 97 }; /* status of a child that has written a verdict */

/* Ends the schedule with a verdict. */
void runtime_stop(enum explore_kind kind, const void *address, const char *format, ...)
    __attribute__((noreturn, format(printf, 3, 4)));
void runtime_stop_other(enum explore_kind kind, const void *address, const void *other_pc, int other_thread,
                        const char *format, ...) __attribute__((noreturn, format(printf, 5, 6)));
/* Who does what at this moment, into the verdict. */
void runtime_describe(struct explore_verdict *verdict);
/* The last thread has ended: looks for what is left, and leaves. */
void runtime_finish(void) __attribute__((noreturn));
/* One schedule, always the same; if it is good, what it
 * leaves in static data and on the heap is what all later ones begin with. Returns 0 or -ENOMEM. */
int runtime_warm_up(const struct explore_knobs *knobs);
/* Tells knobs.step. */
void runtime_tell(enum explore_act act, const char *name, const void *address, uint64_t before, uint64_t after);
#define RUNTIME_TELL(...)                                                                                              \
    do {                                                                                                               \
        if (__builtin_expect(runtime.knobs->step != NULL, 0))                                                          \
            runtime_tell(__VA_ARGS__);                                                                                 \
    } while (0)

/* At the entry of an interposed call: where it was called. */
#define RUNTIME_HERE() (runtime.now->pc = __builtin_return_address(0), runtime.now->frame = __builtin_frame_address(0))

/* ---- heap.c ---- */

int heap_open(void);
void heap_libraries(void); /* those that are loaded now keep to the C library's own heap */
bool heap_is_library(const void *pc);
bool heap_is_language(const char *path);
void heap_keep(void);  /* what is there stays, and is set back to what it is now */
void heap_begin(void); /* a schedule begins */
void heap_leaks(void); /* stops the schedule if anything is left */
struct heap {
    char *base;
    size_t used;    /* bytes from base on that were ever given */
    uint8_t *state; /* of each 16 bytes: how many may be used, or HEAP_FREED */
};
extern struct heap heap;
enum { HEAP_GRANULE = 16, HEAP_FREED = 0x80 };
void heap_bad(const void *address, size_t size, bool writes) __attribute__((noreturn));

/* Stops the schedule if these bytes are of the heap, and may not be used. */
static inline void heap_check(const void *address, size_t size, bool writes)
{
    size_t at = (size_t)((const char *)address - heap.base);
    if (at < heap.used) {
        uint8_t state = heap.state[at / HEAP_GRANULE];
        if (__builtin_expect(state != HEAP_GRANULE && ((state & HEAP_FREED) || at % HEAP_GRANULE + size > state), 0))
            heap_bad(address, size, writes);
    }
}

/* ---- cores.c: EXPLORE_CORES ---- */

void cores_begin(void);
void cores_access(const void *address, size_t size, bool writes);

/* ---- memory.c ---- */

void memory_begin(void);
uint64_t memory_load(const void *address, int size, int order);
void memory_store(void *address, int size, uint64_t value, int order);
void memory_fence(int order);
void memory_drain(struct runtime_thread *thread); /* its oldest store reaches memory */
void memory_drain_all(struct runtime_thread *thread);
void memory_barrier_of(struct runtime_thread *thread); /* a full fence that somebody else makes it pass */
/* Before and after a read-modify-write of what lies there. */
uint64_t memory_before_swap(const void *address, int size, int order);
void memory_after_swap(void *address, int size, uint64_t value, int order);
/* The other half for a compare-exchange, of which the first was told an order beyond all. */
void memory_exchanged(void *address, int size, uint64_t value, bool same, int order);
void memory_plain(const void *address, size_t size, bool writes, const void *pc);
/* Order by other means: mutexes, semaphores, threads. The address names it. */
void memory_acquire(const void *address);
void memory_release(const void *address);
void memory_born(struct runtime_thread *parent, struct runtime_thread *child);
void memory_plain_range(const void *address, size_t size, bool writes, const void *pc); /* it is freed */

#endif
