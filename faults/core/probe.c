/* probe.c - see probe.h.
 *
 * A pool may start fewer workers than it was asked for, and says how many in its statistics.
 * Where that is fewer, or nothing, as of one that starts them as jobs come, as many jobs as
 * were asked for are to meet; those that arrived are the workers that run. */
#include "faults/core/probe.h"

#include <string.h>

#include "faults/core/cell.h"
#include "pools/core/futex.h"

enum { GATE = 0 };
static const int64_t patience_ns = 500000000;

static void producer(void)
{
    cell_submit_range(0, cell_workers());
}

/* All are there, or no more come. */
static bool all_arrived(void)
{
    static int64_t since_ns;
    static int before;
    int now = ledger_started(cell_record());
    if (now != before || !since_ns)
        since_ns = pool_clock_ns();
    before = now;
    return now >= cell_workers() || pool_clock_ns() - since_ns > patience_ns;
}

static void drive(int client)
{
    int asked = cell_workers(), width;
    (void)client;
    if (cell_open((struct pool_config){.capacity = RECORD_JOBS}))
        return;
    if (!(fault_pool_can(cell_pool()) & POOL_CAN_RUN_APART) || cell_stats().workers >= asked) {
        cell_note(PROBE_WIDTH, asked);
        return;
    }
    for (int id = 0; id < asked; id++)
        cell_role(id, (struct cell_role){.act = CELL_WAIT, .gate = GATE});
    helper_start(0, producer);
    while (!all_arrived())
        cell_nap();
    width = ledger_started(cell_record());
    cell_note(PROBE_WIDTH, width > 0 ? width : 1);
}

/* Whatever it looks like in the end, the cells are for that. */
static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    (void)outcome;
    verdict->kind = VERDICT_HOLDS;
    return true;
}

static const struct fault_cell cells[] = {{.name = "", .kind = FAULT_CLEAN}};

const struct fault probe_fault = {
    .name = PROBE_NAME,
    .group = "",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

const struct fault probe_forking = {
    .name = PROBE_FORKING,
    .group = "",
    .forks = true,
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

const struct fault *probe_find(const char *name)
{
    return !strcmp(name, PROBE_NAME) ? &probe_fault : !strcmp(name, PROBE_FORKING) ? &probe_forking : NULL;
}
