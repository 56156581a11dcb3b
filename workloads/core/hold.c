/* hold.c - see hold.h. */
#include "workloads/core/hold.h"

enum { SPINS = 20000 }; /* of a worker that waits for the others to leave the gate */

/* Waits until all of this turn are out, without a system call if that is soon. */
static void leave_together(struct hold *hold, uint32_t turn)
{
    uint32_t all = (turn + 1) * (uint32_t)hold->workers, left = atomic_fetch_add(&hold->left, 1) + 1;
    if (left == all) {
        hold->all_leave_ns = workload_now_ns();
        pool_futex_wake(&hold->left, INT_MAX);
    }
    for (int i = 0; left < all && atomic_load(&hold->gate) != UINT32_MAX; i++) {
        if (i < SPINS)
            pool_pause();
        else
            pool_futex_wait(&hold->left, left, -1);
        left = atomic_load(&hold->left);
    }
}

static int run(void *arg)
{
    struct hold_job *job = arg;
    struct hold *hold = job->hold;
    uint32_t gate;
    *job->mark = (unsigned char)(*job->mark + 1);
    if (pthread_equal(pthread_self(), hold->producer)) { /* whom nobody would let go */
        hold->ran_here = true;
        atomic_fetch_add(&hold->left, 1);
        atomic_fetch_add(&hold->held, 1);
        return 0;
    }
    atomic_fetch_add(&hold->held, 1);
    pool_futex_wake(&hold->held, 1);
    while ((gate = atomic_load(&hold->gate)) <= job->turn)
        pool_futex_wait(&hold->gate, gate, -1);
    leave_together(hold, job->turn);
    return 0;
}

bool hold_workers(struct hold *hold, struct workload_slice *slice, struct hold_job *jobs, uint32_t first)
{
    hold->producer = pthread_self();
    for (int i = 0; i < hold->workers; i++) {
        int answer = pool_submit(slice->pool, run, &jobs[i]);
        uint32_t held;
        workload_answered(slice, 0, answer);
        if (answer)
            return false;
        while ((held = atomic_load(&hold->held)) <= first + (uint32_t)i)
            pool_futex_wait(&hold->held, held, -1);
    }
    return true;
}

void hold_let_go(struct hold *hold, uint32_t turns)
{
    atomic_store(&hold->gate, turns);
    pool_futex_wake(&hold->gate, INT_MAX);
    if (turns == UINT32_MAX)
        pool_futex_wake(&hold->left, INT_MAX);
}
