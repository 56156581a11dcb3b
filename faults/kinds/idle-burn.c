/* idle-burn.c - idle workers use the CPU.
 *
 * They spin, or look again after very short naps. That is a cost and may be meant, so
 * it is said and not judged: what the pool's threads use of a CPU while nothing is to
 * be done. */
#include <time.h>

#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/settle.h"

static const int64_t rest_ns = 100000000, watch_ns = 200000000;

static void nap(int64_t ns)
{
    nanosleep(&(struct timespec){ns / 1000000000, ns % 1000000000}, NULL);
}

static void drive(int client)
{
    int64_t used, slept;
    double share;
    (void)client;
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    cell_submit_other(cell_empty_job, NULL);
    cell_wait(-1);
    nap(rest_ns);
    used = settle_others_run_ns(), slept = settle_sleeps();
    nap(watch_ns);
    slept = settle_sleeps() - slept;
    share = (double)(settle_others_run_ns() - used) / (double)watch_ns;
    /* Where others want the CPUs, too, it gets less, and does not sleep all the same. */
    if (share > 0.2 || (share > 0.005 && !slept))
        cell_remark("its idle workers use %.0f%% of a CPU", 100 * share);
    cell_free();
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART},
};

static const struct fault idle_burn = {
    .number = 123,
    .name = "idle-burn",
    .group = "idle",
    .source = "documented: busy waiting (rayon-rs/rayon#394)",
    .slow = true,
    .summary = "idle workers use the CPU (a cost, which is said and not judged)",
    .bug = "A worker without work spins without a bound, or sleeps for so short that it is the same.",
    .scenario = "A pool is idle for 0.3 s; what its threads use meanwhile is counted.",
    .diagnosis = "Threads of an idle pool keep running.",
    .remedy = "Spin for about as long as a wake-up costs, then sleep until somebody calls.",
    FAULT_CELLS(cells),
    .drive = drive,
};

FAULT_REGISTER(idle_burn);
