/* own_cancel.c - see own_cancel.h. */
#include "workloads/core/own_cancel.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "pools/core/futex.h"

static _Atomic uint32_t raised; /* a futex */
static int descriptor = -1;     /* readable once it is raised */

int own_cancel_begin(void)
{
    own_cancel_end();
    descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (descriptor < 0)
        return -errno;
    atomic_store(&raised, 0);
    return 0;
}

void own_cancel_end(void)
{
    if (descriptor >= 0)
        close(descriptor);
    descriptor = -1;
}

void own_cancel_raise(void)
{
    uint64_t one = 1;
    atomic_store(&raised, 1);
    pool_futex_wake(&raised, INT_MAX);
    if (write(descriptor, &one, sizeof one) < 0)
        return; /* full: it is readable already */
}

static bool is_raised(void)
{
    return atomic_load_explicit(&raised, memory_order_acquire);
}

static int sleep_until_raised(int64_t ns)
{
    int64_t until = pool_deadline(ns < 0 ? 0 : ns);
    while (!is_raised() && pool_clock_ns() < until)
        pool_futex_wait(&raised, 0, until);
    return is_raised() ? -ECANCELED : 0;
}

static int its_descriptor(void)
{
    return descriptor;
}

const struct job_calls *own_cancel_calls(const struct pool_ops *pool)
{
    static const struct job_calls own = {JOB_CALLS_ABI, is_raised, sleep_until_raised, its_descriptor, tree_forked};
    return pool_is_added(pool) ? &own : job_calls;
}
