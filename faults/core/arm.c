/* arm.c - the defects that are switched on in this process, and what the pools'
 * injection points call when theirs is. */
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include "faults/core/cell.h"
#include "pools/core/futex.h"
#include "pools/core/inject.h"

uint64_t pool_defects;
pool_step_fn *_Atomic pool_step_hook;
_Atomic uint64_t pool_moment_stands;

/* Two threads have read the counter before either writes it. */
void pool_defect_window(void)
{
    cell_meet_once();
}

/* Marsaglia's xorshift; each thread its own, so that no draw is shared. */
bool pool_defect_chance(void)
{
    static __thread uint32_t state = 2463534242u;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state & 1;
}

static int (*_Atomic stale)(void *arg);

void pool_defect_note_job(int (*fn)(void *arg))
{
    atomic_store_explicit(&stale, fn, memory_order_relaxed);
}

void pool_defect_run_stale(void)
{
    int (*fn)(void *arg) = atomic_load_explicit(&stale, memory_order_relaxed);
    if (fn)
        fn(NULL);
}

/* One pool at a time. The tail is the bug itself, which the armed cell shows: code that a worker still runs after free
 * has returned. Nothing waits for it, and no verdict is right because of it. */
enum { TAIL_NS = 200000000 };
static _Atomic int gone;

void pool_defect_gone(void)
{
    atomic_fetch_add_explicit(&gone, 1, memory_order_release);
    if (POOL_DEFECT(TAIL))
        nanosleep(&(struct timespec){0, TAIL_NS}, NULL);
}

/* By looking: whoever is woken by the last one would keep that from its next step. */
void pool_defect_await_gone(int workers)
{
    while (atomic_load_explicit(&gone, memory_order_acquire) < workers)
        cell_nap();
    atomic_fetch_sub_explicit(&gone, workers, memory_order_relaxed);
}

enum { JOINED_MAX = 64 };
static pthread_t joined[JOINED_MAX];
static int joined_count;

static void join_all(void)
{
    for (int i = 0; i < joined_count; i++)
        pthread_join(joined[i], NULL);
}

void pool_defect_join_at_exit(pthread_t thread)
{
    if (!joined_count)
        atexit(join_all);
    if (joined_count < JOINED_MAX)
        joined[joined_count++] = thread;
}

void pool_defect_wall_wait(_Atomic uint32_t *word, uint32_t value, int64_t deadline_ns)
{
    struct timespec until;
    int64_t until_ns;
    if (deadline_ns < 0) {
        pool_futex_wait(word, value, -1);
        return;
    }
    clock_gettime(CLOCK_REALTIME, &until);
    until_ns = (int64_t)until.tv_sec * 1000000000 + until.tv_nsec - pool_clock_ns();
    until_ns = deadline_ns > INT64_MAX - until_ns ? INT64_MAX : deadline_ns + until_ns;
    until = (struct timespec){until_ns / 1000000000, until_ns % 1000000000};
    syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, value, &until, NULL,
            FUTEX_BITSET_MATCH_ANY);
}
