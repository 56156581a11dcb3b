/* cell_gates.c - see cell.h: the gates at which jobs and clients meet. */
#include "faults/core/cell.h"

#include <limits.h>

#include "faults/core/self.h"
#include "pools/core/futex.h"

struct gate {
    _Atomic uint32_t open;    /* a futex */
    _Atomic uint32_t arrived; /* a futex */
    _Atomic int64_t until_ns; /* of those who meet for a while: the first's */
};

static struct gate gates[CELL_GATES], window;

static void arrive(struct gate *gate)
{
    atomic_fetch_add(&gate->arrived, 1);
    pool_futex_wake(&gate->arrived, INT_MAX);
}

static void await_arrivals(struct gate *gate, uint32_t count)
{
    uint32_t seen;
    while ((seen = atomic_load(&gate->arrived)) < count)
        pool_futex_wait(&gate->arrived, seen, -1);
}

void gate_meet(int gate, int width)
{
    arrive(&gates[gate]);
    await_arrivals(&gates[gate], (uint32_t)width);
}

void gate_pass(int gate)
{
    arrive(&gates[gate]);
    while (!self.no_job_gate && !atomic_load(&gates[gate].open))
        pool_futex_wait(&gates[gate].open, 0, -1);
}

void gate_open(int gate)
{
    atomic_store(&gates[gate].open, 1);
    pool_futex_wake(&gates[gate].open, INT_MAX);
}

/* Without the gate a job that has arrived passes; then it has soon finished,
 * and that is waited for, so that its absence is as sure as its presence was. */
void gate_await(int gate, int jobs)
{
    self_begin(CELL_ARRIVAL);
    await_arrivals(&gates[gate], (uint32_t)jobs);
    self_end();
    if (self.no_job_gate)
        cell_until(cell_all_finished);
}

void cell_meet_once(void)
{
    arrive(&window);
    await_arrivals(&window, 2);
}

bool gate_meet_for(int gate, int width, int64_t limit_ns)
{
    int64_t until = 0, mine = pool_clock_ns() + limit_ns;
    uint32_t seen;
    if (atomic_compare_exchange_strong(&gates[gate].until_ns, &until, mine))
        until = mine;
    self_patient(until);
    arrive(&gates[gate]);
    while ((seen = atomic_load(&gates[gate].arrived)) < (uint32_t)width && pool_clock_ns() < until)
        pool_futex_wait(&gates[gate].arrived, seen, until);
    if (seen < (uint32_t)width)
        cell_remark("%d jobs did not all run at once: not each worker was looked at", width);
    return seen >= (uint32_t)width;
}
