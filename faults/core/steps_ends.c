/* steps_ends.c - a thread that is held at the end of its wait for a condition; see steps.h. */
#include <errno.h>

#include "faults/core/real.h"
#include "faults/core/steps.h"

static _Atomic int end_of;                    /* the thread that is to be held; 0: none */
static _Atomic uint32_t end_held, end_let_go; /* futexes */

void steps_end_wait(void)
{
    int error = errno;
    if (!atomic_load_explicit(&end_of, memory_order_acquire) || atomic_load(&end_of) != real_thread())
        return;
    atomic_store(&end_of, 0);
    atomic_store(&end_held, 1);
    while (!atomic_load(&end_let_go))
        real_sleep_on(&end_let_go, 0, -1);
    errno = error;
}

void steps_hold_end(pid_t thread)
{
    atomic_store(&end_held, 0);
    atomic_store(&end_let_go, 0);
    atomic_store_explicit(&end_of, (int)thread, memory_order_release);
}

bool steps_ends_held(void)
{
    return atomic_load(&end_held);
}

void steps_let_end(void)
{
    atomic_store(&end_of, 0);
    atomic_store(&end_let_go, 1);
    real_wake_all(&end_let_go);
}
