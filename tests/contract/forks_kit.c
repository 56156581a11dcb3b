/* forks_kit.c - see forks_kit.h. */
#include "tests/contract/forks_kit.h"

struct gate fork_gate;
_Atomic int fork_begun, fork_ran, fork_worker, seen_status;

void forks_clear(void)
{
    gate_init(&fork_gate);
    atomic_store(&fork_begun, 0);
    atomic_store(&fork_ran, 0);
    atomic_store(&fork_worker, -2);
    atomic_store(&seen_status, -99);
}

int forks_note(void *status)
{
    atomic_store(&fork_worker, pool_worker());
    atomic_fetch_add(&fork_begun, 1);
    atomic_fetch_add(&fork_ran, 1);
    return (int)(intptr_t)status;
}

int forks_pass_gate(void *status)
{
    atomic_store(&fork_worker, pool_worker());
    atomic_fetch_add(&fork_begun, 1);
    gate_pass(&fork_gate);
    atomic_fetch_add(&fork_ran, 1);
    return (int)(intptr_t)status;
}

int forks_nothing(void *arg)
{
    (void)arg;
    return 0;
}

void forks_until_stolen(int count)
{
    for (; atomic_load(&fork_begun) < count; kit_nap()) {
        struct pool_fork fork;
        pool_fork(&fork, forks_nothing, NULL);
        pool_join(&fork);
    }
}

void forks_until_begun(void)
{
    KIT_UNTIL(atomic_load(&fork_begun) >= 1);
}
