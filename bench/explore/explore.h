/* explore.h - runs a scenario under one schedule after another, each drawn by a seed.
 *
 * All threads of a scenario are fibers on one kernel thread. Each access to an atomic, each
 * call of pthread, futex, semaphore, sleep and clock is a point at which another one may go
 * on; who does is drawn from the seed and nothing else, so that the same seed, knobs and
 * program give the same schedule. Time is virtual. What is compiled with
 * -fsanitize=thread is followed at each atomic access, and its plain accesses are watched;
 * of other code only the calls are seen.
 *
 * A scenario is a plain function: it uses pool.h and pthread_create, pthread_join, mutexes
 * and semaphores as anywhere. What lies in bench/explore is not instrumented: its own
 * variables (a ledger, say) are no points, order nothing in the models of memory, and race
 * with nobody.
 *
 * Sources: PCT (Burckhardt et al., ASPLOS 2010), POS (Yuan et al., CAV 2018), fair ends
 * (Coyote), views (Kang et al., POPL 2017), store buffers (x86-TSO, Sewell et al., 2010). */
#ifndef EXPLORE_H
#define EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    EXPLORE_THREADS_MAX = 160, /* at once, of one schedule */
    EXPLORE_VIEWS_MAX = 24,    /* of one schedule under EXPLORE_C11 */
    EXPLORE_STACK_MAX = 24,    /* frames that are kept of a thread */
    EXPLORE_NAME_SIZE = 24,
    EXPLORE_WORDS_SIZE = 256,
    EXPLORE_COUNTS = 16, /* of a scenario's own */
};

/* Threads of a schedule are numbered from 0, the scenario's own. When explore_open's number of
 * them is used up, that of one that has ended and was joined, or detached, is used again; its
 * steps are counted on. */

enum explore_strategy {
    EXPLORE_MIX, /* the seed draws one of the next three */
    EXPLORE_POS,
    EXPLORE_PCT,
    EXPLORE_RANDOM,
    EXPLORE_FOLLOW, /* knobs.follow, for a schedule that is shrunk */
    EXPLORE_CORES,  /* a core for each thread, the one that is behind goes on: for counting transfers */
};

enum explore_memory {
    EXPLORE_SC,
    EXPLORE_TSO, /* a store buffer of 8 for each thread */
    /* Older values may be read. Data races are looked for, unless a library that was loaded
     * later has no hooks: what that orders is not seen. Own pools must be the second build. */
    EXPLORE_C11,
};

/* What a schedule came to. EXPLORE_GOOD and the last three accuse nobody. */
enum explore_kind {
    EXPLORE_GOOD,
    EXPLORE_FAILED,      /* the scenario says so: explore_fail */
    EXPLORE_DEADLOCK,    /* nobody can go on, no timer is left */
    EXPLORE_LIVELOCK,    /* no end within knobs.steps_max, though all are treated fairly */
    EXPLORE_FROZEN,      /* one thread stands still, and the others do not finish */
    EXPLORE_RACE,        /* two accesses, one of them a write, neither atomic nor ordered */
    EXPLORE_AFTER_FREE,  /* memory is used that was freed */
    EXPLORE_BEYOND,      /* memory is used just beside a block of the heap */
    EXPLORE_DOUBLE_FREE, /* or free of what malloc never gave */
    EXPLORE_LEAK,        /* memory is left when all threads have ended, and nothing static leads to it */
    EXPLORE_THREAD_LEFT, /* thread 0 has ended, another one never does */
    EXPLORE_NOT_JOINED,  /* a thread ended and was neither joined nor detached */
    EXPLORE_MISUSE,      /* of a mutex and the like: unlocked by another one, destroyed in use */
    EXPLORE_SIGNAL,      /* a fault signal, abort() or exit(); only from explore_search */
    EXPLORE_STUCK,       /* nobody's fault that could be shown: a system call blocks, or a loop has no hook */
    EXPLORE_OVER_LIMITS, /* more threads or memory than can be followed */
    EXPLORE_CANNOT,      /* the machine refuses what it takes */
};

/* A decision: when `from` had come to its own step `at`, `to` went on. With EXPLORE_AT_WAIT
 * in it, because `from` had to wait there, or had ended. Decisions are in the order in
 * which they were made; one that is taken out lets `from` go on, or, where it cannot,
 * the ready thread with the lowest number. One that cannot be done is passed over. */
#define EXPLORE_AT_WAIT (1u << 31)
struct explore_switch {
    uint32_t at;
    uint8_t from, to;
    uint8_t what; /* of enum explore_go */
};
enum explore_go {
    EXPLORE_GO_RUN,
    EXPLORE_GO_TIMER /* its time-out ended, early */,
    EXPLORE_GO_DRAIN /* a store left its buffer */
};

enum explore_act {
    EXPLORE_LOAD,
    EXPLORE_STORE,
    EXPLORE_SWAP, /* a read-modify-write */
    EXPLORE_FENCE,
    EXPLORE_CALL,  /* `name` says which */
    EXPLORE_BLOCK, /* it begins to wait */
    EXPLORE_WAKE,  /* it is woken, or its time-out ended (after: 1), or neither (name: "for no reason") */
    EXPLORE_DRAINED,
    EXPLORE_BEGIN, /* of a thread */
    EXPLORE_END,
    EXPLORE_NOTE, /* explore_note */
};

/* One step, for knobs.step. Pointers are good during the call. */
struct explore_step {
    uint32_t number; /* of the schedule, from 0 */
    uint32_t own;    /* of the thread, from 0 */
    int thread;
    const char *thread_name;
    enum explore_act act;
    const char *name; /* "pthread_mutex_lock", "compare-exchange", the words of a note */
    const void *address;
    uint64_t before, after; /* values, of accesses */
    const void *pc;         /* where in the program */
};

/* How a schedule is run. All zero but `run` is a good default. */
struct explore_knobs {
    uint64_t seed;
    void (*run)(void *arg); /* the scenario, as thread 0 */
    void *arg;
    enum explore_strategy strategy;
    int depth; /* of PCT, 2..4; 0: drawn */
    enum explore_memory memory;
    uint32_t steps_max; /* 0: 20,000. Fair from a quarter of it on, and from 10,000; time goes faster there */
    int freeze;         /* 1: one thread that explore_freezable() holds for stands still for ever at one step */
    int early;          /* of timers, in 1/16 of the points: 0 in half of the schedules, 1 always, -1 never */
    int spurious;       /* wake-ups and failures for no reason: the same */
    /* Threads have priorities, drawn at their birth, and who yields yields to nobody below it: SCHED_FIFO on one
     * CPU. There is no fair end: who spins for one of a lower priority never ends. */
    bool strict;
    bool leaks;                          /* look for memory, threads and joins that are left */
    const struct explore_switch *follow; /* of EXPLORE_FOLLOW */
    size_t follow_count;
    bool follow_fair;              /* only up to the fair end, which is drawn: whom nobody lets on makes no livelock */
    struct explore_switch *record; /* decisions are written here; or NULL */
    size_t record_max;
    void (*step)(void *arg, const struct explore_step *step); /* each step; it may call nothing of this header */
    void *step_arg;
    /* Nobody can go on without a timer: called before time jumps. Only reads. */
    void (*jumps)(void *arg);
    /* Of EXPLORE_CORES: a line moved, for an access of the thread that runs, there. As step. */
    void (*moved)(void *arg, const void *pc);
    /* After the schedule, when it is good: returns what is wrong in words, or NULL. It runs
     * outside, where pools may not be called. */
    const char *(*judge)(void *arg);
};

enum explore_state { EXPLORE_READY, EXPLORE_WAITS, EXPLORE_STANDS /* frozen */, EXPLORE_ENDED };

struct explore_thread {
    char name[EXPLORE_NAME_SIZE]; /* by explore_name or pthread_setname_np, else "thread N" */
    enum explore_state state;
    const char *waits_in;  /* "pthread_cond_wait", ...; NULL */
    const void *waits_for; /* the address */
    bool timed;            /* a time-out would end it */
    uint32_t own;          /* steps that it made */
    int depth;             /* of pcs; innermost first, in code with frame pointers */
    const void *pcs[EXPLORE_STACK_MAX];
};

/* What came of a schedule; no pointer into it. */
struct explore_verdict {
    enum explore_kind kind;
    char words[EXPLORE_WORDS_SIZE]; /* one sentence without a full stop */
    int thread;                     /* who did it, or -1 */
    const void *address, *pc;       /* what it is about; or NULL */
    const void *other_pc;           /* of a race, a free, an allocation: the other place */
    int other_thread;               /* or -1 */
    uint64_t seed;
    enum explore_strategy strategy; /* that was drawn */
    int depth;
    uint32_t steps, switches;
    uint32_t jumps;     /* times at which only a timer helped */
    uint32_t early;     /* timers that fired early */
    bool unfair;        /* came to the fair end: somebody spins for one who does not run */
    int frozen;         /* who stands still, or -1 */
    uint64_t transfers; /* of cache lines between cores; EXPLORE_CORES */
    size_t recorded;    /* of knobs.record; more than record_max: there was not enough room */
    int thread_count;
    struct explore_thread threads[EXPLORE_THREADS_MAX];
};

const char *explore_kind_name(enum explore_kind kind); /* "deadlock", "data race", ... */
const char *explore_strategy_name(enum explore_strategy strategy);
const char *explore_memory_name(enum explore_memory memory);
bool explore_accuses(enum explore_kind kind);

/* ---- From outside: who starts schedules. One thread only. ---- */

/* Once, first thing in main: addresses are the same in each process from here on (it starts
 * the program again without their randomness where the machine allows it), and so are
 * replays that depend on them. Returns whether they are. */
bool explore_fix_addresses(char **argv);

/* Once, after plug-ins are loaded: takes memory, and what `threads` threads of a schedule at
 * most run on (each costs a thread of this process that sleeps for ever). Keeps the static data and the thread-locals
 * of our pools and of libraries that were loaded after explore_fix_addresses, for each schedule to begin with. With
 * `warm_up`, not NULL, one schedule is run first, as explore_search does itself, so that
 * what is made once (a topology) is there. Returns 0 or -errno; -EBUSY:
 * another thread runs in this process (a plug-in that starts threads when it is loaded
 * cannot be followed). */
int explore_open(int threads, const struct explore_knobs *warm_up);

/* Runs one schedule in this process. A fault signal ends the process, and what blocks
 * blocks: explore_search for both. */
void explore_run(const struct explore_knobs *knobs, struct explore_verdict *verdict);

/* Seeds of a search: the k-th schedule of a seed, the same everywhere. */
uint64_t explore_seed(uint64_t seed, uint64_t k);

struct explore_counts {
    uint64_t schedules, failures, steps, unfair, jumped /* schedules with jumps */, frozen;
    uint64_t kinds[EXPLORE_CANNOT + 1];
    uint64_t user[EXPLORE_COUNTS]; /* explore_count */
};

struct explore_search {
    struct explore_knobs knobs;
    uint64_t seed, first, count; /* schedules first .. first + count - 1 of the seed */
    bool go_on;                  /* after a failure: all are run, the first one is kept */
    bool fork_each;              /* a process for each schedule: for pools whose threads or data stay */
    void (*prepare)(void *arg, uint64_t k, struct explore_knobs *knobs); /* in the child, before each; may be NULL */
    void *prepare_arg;
    /* About ten times a second, in the caller's process. Returns false to stop. May be NULL. */
    bool (*progress)(void *arg, const struct explore_counts *counts);
    void *progress_arg;
    int64_t stuck_ns; /* a schedule that takes longer is EXPLORE_STUCK; 0: 2 s of its CPU or 5 s */
};

/* Runs them in a child process, which is started again after a crash. It runs the scenario
 * once before all (seed 0, no prepare, nothing told or judged), so that what is made once is
 * there; not with fork_each. Returns 0 or -errno;
 * *k: which schedule *verdict is of, when verdict->kind is not EXPLORE_GOOD. */
int explore_search(const struct explore_search *search, struct explore_counts *counts, struct explore_verdict *verdict,
                   uint64_t *k);

/* ---- From inside: scenarios, on any of their threads. ---- */

/* A number below `below` (> 0), from the seed, the calling thread's number, and how many it
 * has drawn before: the same in whichever schedule. */
uint64_t explore_draw(uint64_t below);

/* Ends the schedule at once with EXPLORE_FAILED and these words. */
void explore_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Ends it as good at once: nothing is asked of what is left. */
void explore_end(void) __attribute__((noreturn));

/* Names the calling thread. */
void explore_name(const char *format, ...) __attribute__((format(printf, 1, 2)));
int explore_self(void);           /* its number; -1: outside */
int explore_frozen(void);         /* who stands still; -1: nobody */
int64_t explore_now_ns(void);     /* virtual CLOCK_MONOTONIC */
uint64_t explore_transfers(void); /* EXPLORE_CORES */

/* Whether the calling thread may be frozen. At first thread 0 may not, all others may: the
 * pool's, and those of the scenario, which call this around what is not promised. */
void explore_freezable(bool may);

/* Waits until all other threads wait (without regard to their timers) or have ended; returns whether they
 * do. Where they do not come to it, since somebody looks for work again and again, say, it is given up. */
bool explore_settle(void);

/* Waits until ready(arg) holds; it is asked often, only reads, and orders nothing. */
void explore_until(bool (*ready)(void *), void *arg);

/* A point of the schedule. */
void explore_point(void);

/* Words in the trace. Nothing without knobs.step. */
void explore_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Adds to explore_counts.user[index]; kept after the schedule, whatever its end. */
void explore_count(int index, uint64_t more);

/* The next `count` calls after `after` more of pthread_create fail with EAGAIN; of the malloc family with ENOMEM. */
void explore_refuse_threads(int after, int count);
void explore_refuse_memory(int after, int count);

/* Each futex wait of another thread ends with EINTR, as when a signal comes for it. */
void explore_interrupt(void);

/* As fork; bare: as _Fork, without what pthread_atfork knows, where the kernel has MADV_WIPEONFORK. In the child only
 * the calling thread goes on, and it ends by _exit; the parent goes on when it has ended. What goes wrong in the child
 * is the schedule's verdict. */
pid_t explore_fork(bool bare);

/* The caller holds the dynamic loader's lock, as whoever loads a library does, in whose constructor
 * anything may run; dladdr waits for it. Not again before it was given back. */
void explore_load(bool begins);

/* When something happened, for a ledger. A mark is taken by the thread that did it, and
 * costs no order. happened: whether it happens before the calling thread's now, as far as
 * the model of memory goes; under EXPLORE_SC it always does. So "accepted before this wait
 * began" is asked of each accepted job's mark when the wait begins. */
struct explore_mark {
    uint32_t thread, clock;
};
struct explore_mark explore_mark(void);
bool explore_happened(struct explore_mark mark);

#endif
