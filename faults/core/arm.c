/* arm.c - the defects that are switched on in this process, and what the pools'
 * injection points call when theirs is. */
#include <stdatomic.h>
#include <stddef.h>

#include "faults/core/cell.h"
#include "pools/core/inject.h"

uint32_t pool_defects;
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
