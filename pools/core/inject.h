/* inject.h - points at which the check build can switch a known defect on, and
 * steps at which its tests can hold a thread.
 *
 * `poolbench check` must be able to fail, so each bug that it looks for exists
 * here as a defect, armed in one process at a time. Only objects compiled with
 * POOL_INJECT know of it; everywhere else a point is the constant 0, and the
 * compiler leaves nothing of it. */
#ifndef INJECT_H
#define INJECT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef POOL_INJECT

enum pool_defect {
    POOL_DEFECT_ENDLESS_RECEIVE = 1 << 0,   /* receive and wait forget their time-outs */
    POOL_DEFECT_END_UNTOLD = 1 << 1,        /* receivers are not told of the end */
    POOL_DEFECT_COUNTED_LATE = 1 << 2,      /* a job is counted once it has started */
    POOL_DEFECT_OPEN_DOOR = 1 << 3,         /* submit does not look whether it is closed */
    POOL_DEFECT_TORN_COUNTER = 1 << 4,      /* a shared counter is read, then written */
    POOL_DEFECT_NO_GIVE_UP = 1 << 5,        /* free does not give results up */
    POOL_DEFECT_LEFT_BEHIND = 1 << 6,       /* free ends nothing */
    POOL_DEFECT_FAIL_IS_FATAL = 1 << 7,     /* a failing job takes the process */
    POOL_DEFECT_WORKER_LOST = 1 << 8,       /* a job's pthread_exit takes its worker */
    POOL_DEFECT_RECOVER_AT_TOP = 1 << 9,    /* a failing job is contained above the worker's loop */
    POOL_DEFECT_CANCEL_UNSEEN = 1 << 10,    /* nobody looks for the cancel */
    POOL_DEFECT_CANCEL_BY_CHANCE = 1 << 11, /* a worker draws between cancel and job */
    POOL_DEFECT_SILENT_LOSS = 1 << 12,      /* many places, and free says nothing of what is left */
    POOL_DEFECT_EVERY_CLOSE = 1 << 13,      /* each close believes that it is the first */
    POOL_DEFECT_ZERO_WORKERS = 1 << 14,     /* open takes a size of zero */
    POOL_DEFECT_NO_WAIT = 1 << 15,          /* free does not wait for queued jobs */
    POOL_DEFECT_NO_BOUND = 1 << 16,         /* results have no bound */
    POOL_DEFECT_CLOSED_IS_RESULT = 1 << 17, /* "closed" is received as a result */
    POOL_DEFECT_CLOSED_IS_JOB = 1 << 18,    /* "closed" is run as a job */
    POOL_DEFECT_ONE_UNCOUNTED = 1 << 19,    /* one job fewer is counted than was accepted */
    POOL_DEFECT_LINGER = 1 << 20,           /* so, and wait dwells a little before it returns */
    POOL_DEFECT_INSIDE_UNSEEN = 1 << 21,    /* wait and free do not look whether a job calls them */
    POOL_DEFECT_ONE_TOLD = 1 << 22,         /* of those who wait for quiet one is woken */
    POOL_DEFECT_ASLEEP_FIRST = 1 << 23,     /* wait sleeps before it looks */
    POOL_DEFECT_TIMES_WRAP = 1 << 24,       /* time-outs are kept in 32 bits, as microseconds */
    POOL_DEFECT_CANCEL_STICKS = 1 << 25,    /* what comes after a cancel is cancelled, too */
    POOL_DEFECT_CANCEL_FORGETS = 1 << 26,   /* a cancel takes queued jobs away, and gives nothing back */
    POOL_DEFECT_BLOCKED_UNTOLD = 1 << 27,   /* close and cancel wake no submitter */
    POOL_DEFECT_BATCH_TAIL = 1 << 28,       /* what of a batch finds no room is gone, with a good answer */
    POOL_DEFECT_FULL_SWALLOWS = 1 << 29,    /* a full queue says 0, and neither keeps the job nor has it run */
    POOL_DEFECT_CALLERS_LEFT = 1 << 30,     /* free does not wait for calls that are blocked */
    /* From here on they have 64 bits, as gcc and clang let them. */
    POOL_DEFECT_CLOSE_FORGETS = INT64_C(1) << 31, /* close takes queued jobs away, and gives nothing back */
    POOL_DEFECT_CHILD_LOST = INT64_C(1) << 32,    /* what a job submits after the close lies nowhere */
    POOL_DEFECT_CANCEL_SHARES = INT64_C(1) << 33, /* what one cancel has in its hand another one settles, too */
    POOL_DEFECT_CALLS_LOCKED = INT64_C(1) << 34,  /* discard, or a caller's job, runs under a lock */
    POOL_DEFECT_DROPS_NEWEST = INT64_C(1) << 35,  /* the new job is dropped, in place of the oldest */
    POOL_DEFECT_DROPS_TWO = INT64_C(1) << 36,     /* two are dropped for one place */
    POOL_DEFECT_DROPS_UNTOLD = INT64_C(1) << 37,  /* what is dropped is not given back */
    POOL_DEFECT_SIGNAL_ENDS = INT64_C(1) << 38, /* a signal ends the sleep of a wait and of a submit, and so the call */
    POOL_DEFECT_TWICE_ROOM = INT64_C(1) << 39,  /* twice as many jobs may wait as was asked for */
    POOL_DEFECT_COUNTED_FIRST = INT64_C(1) << 40,   /* a cancelled job counts before it was given back */
    POOL_DEFECT_UNCOUNTED = INT64_C(1) << 41,       /* the statistics do not count what was cancelled */
    POOL_DEFECT_KEEPS_PLACE = INT64_C(1) << 42,     /* a job that is cancelled keeps its place in the queue */
    POOL_DEFECT_SMALL_STACK = INT64_C(1) << 43,     /* workers have a small stack */
    POOL_DEFECT_SIGNALS_OPEN = INT64_C(1) << 44,    /* workers block no signal */
    POOL_DEFECT_REFUSED_COUNTED = INT64_C(1) << 45, /* a thread that could not be started is a worker all the same */
    POOL_DEFECT_ONE_FEWER = INT64_C(1) << 46,       /* open starts one worker fewer than it says */
    POOL_DEFECT_ONE_MORE = INT64_C(1) << 47,        /* and one more */
    POOL_DEFECT_CPUS_LESS_ONE = INT64_C(1) << 48,   /* open starts no more workers than CPUs, less one */
    POOL_DEFECT_UNJOINED = INT64_C(1) << 49,        /* workers count themselves as gone, and nobody joins them */
    POOL_DEFECT_TAIL = INT64_C(1) << 50,            /* so, and then they have something left to do */
    POOL_DEFECT_END_UNCALLED = INT64_C(1) << 51,    /* at the end no sleeping worker is called */
    POOL_DEFECT_EXIT_JOINS = INT64_C(1) << 52,      /* the end of the process joins the workers of open pools */
    POOL_DEFECT_HELPS_OTHERS = INT64_C(1) << 53,    /* with no room inside, submit runs the oldest job there is */
    POOL_DEFECT_ANY_POOL = INT64_C(1) << 54,        /* wait takes a job of another pool for one of its own */
    POOL_DEFECT_ROOM_SELDOM = INT64_C(1) << 55,     /* not each place that comes free is told of */
    POOL_DEFECT_PLACE_FREE = INT64_C(1) << 56,      /* one place is left free, to tell full from empty */
    POOL_DEFECT_WAIT_TRUSTS = INT64_C(1) << 57,     /* a wait that is woken takes it for quiet */
    POOL_DEFECT_WORKER_TRUSTS = INT64_C(1) << 58,   /* a worker takes whatever ends its sleep, of an hour, for a job */
    POOL_DEFECT_SUBMIT_TRUSTS = INT64_C(1) << 59,   /* a submit that is woken looks for room once, and waits no more */
    POOL_DEFECT_NUMBER_KEPT = INT64_C(1) << 60,     /* the child of a fork takes its parent's number for its own */
    POOL_DEFECT_FAILED_KEEPS = INT64_C(1) << 61,    /* an open that fails gives not all back */
    POOL_DEFECT_DROPS_CLOSED = INT64_C(1) << 62,    /* a place is made before it is looked whether it is closed */
    POOL_DEFECT_WALL_CLOCK = UINT64_C(1) << 63,     /* wait and submit sleep until a moment of the wall clock */
};

/* Set before a pool is opened, by the process that will open it. */
extern uint64_t pool_defects;

/* Between the load and the store of a torn counter. */
void pool_defect_window(void);

/* A draw between cancel and job. */
bool pool_defect_chance(void);

/* A worker that takes "closed" for a job finds the stale one in its slot: the
 * function that was taken last, and no argument. */
void pool_defect_note_job(int (*fn)(void *arg));
void pool_defect_run_stale(void);

/* A worker counts itself as gone, with its last steps yet to come; free waits for so many. */
void pool_defect_gone(void);
void pool_defect_await_gone(int workers);

/* Joins the thread when the process exits. */
void pool_defect_join_at_exit(pthread_t thread);

/* As pool_futex_wait, until that moment as the wall clock has it now. */
void pool_defect_wall_wait(_Atomic uint32_t *word, uint32_t value, int64_t deadline_ns);

#define POOL_DEFECT(name) __builtin_expect((pool_defects & POOL_DEFECT_##name) != 0, 0)

/* What a thread calls at each step that it comes to, by its name, "file: what was
 * just done"; NULL: nothing. Any thread, with whatever locks the step has; it may
 * keep the thread for as long as it likes. */
typedef void pool_step_fn(const char *step);
extern pool_step_fn *_Atomic pool_step_hook;

#define POOL_STEP(step)                                                                                                \
    do {                                                                                                               \
        pool_step_fn *hook = atomic_load_explicit(&pool_step_hook, memory_order_acquire);                              \
        if (__builtin_expect(hook != NULL, 0))                                                                         \
            hook(step);                                                                                                \
    } while (0)

/* Where a test lets pool_moment stand; 0: it goes on. */
extern _Atomic uint64_t pool_moment_stands;
#define POOL_MOMENT(now)                                                                                               \
    (atomic_load_explicit(&pool_moment_stands, memory_order_relaxed)                                                   \
         ? atomic_load_explicit(&pool_moment_stands, memory_order_relaxed)                                             \
         : (now))

#else

#define POOL_DEFECT(name) 0
#define POOL_MOMENT(now) (now)
#define POOL_STEP(step) ((void)0)
static inline void pool_defect_window(void)
{
}
static inline bool pool_defect_chance(void)
{
    return false;
}
static inline void pool_defect_note_job(int (*fn)(void *arg))
{
    (void)fn;
}
static inline void pool_defect_run_stale(void)
{
}
static inline void pool_defect_gone(void)
{
}
static inline void pool_defect_await_gone(int workers)
{
    (void)workers;
}
static inline void pool_defect_join_at_exit(pthread_t thread)
{
    (void)thread;
}
static inline void pool_defect_wall_wait(_Atomic uint32_t *word, uint32_t value, int64_t deadline_ns)
{
    (void)word;
    (void)value;
    (void)deadline_ns;
}

#endif

/* A time-out as it is kept; what does not fit is over at once. */
static inline int64_t pool_defect_time(int64_t ns)
{
    int64_t kept = (int32_t)(ns / 1000) * INT64_C(1000);
    return !POOL_DEFECT(TIMES_WRAP) || ns < 0 ? ns : kept < 0 ? 0 : kept;
}

#endif
