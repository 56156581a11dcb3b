/* inherited-affinity.c - all workers share one CPU.
 *
 * Nobody asked for it: a thread starts with the affinity of the one that creates it,
 * and that one was bound. Asked twice: with nobody bound, where one CPU for all is
 * wrong; and with a submitter that binds itself after the open, where it is only said,
 * for a pool that starts its workers when they are needed does not promise more. */
#include <sched.h>

#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { GATE = 0 };
enum { UNBOUND, BOUND };

/* The most CPUs that one of the jobs may use; how many the opener may. */
enum { MOST, ALLOWED };

static _Atomic int most;

static void look(int id)
{
    cpu_set_t set;
    int now, before = atomic_load(&most);
    (void)id;
    gate_meet(GATE, cell_workers());
    if (sched_getaffinity(0, sizeof set, &set))
        return;
    now = CPU_COUNT(&set);
    while (now > before && !atomic_compare_exchange_weak(&most, &before, now))
        ;
}

static void bind_to_one(const cpu_set_t *all)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, all)) {
            CPU_SET(cpu, &one);
            break;
        }
    }
    sched_setaffinity(0, sizeof one, &one);
}

static void drive(int client)
{
    cpu_set_t all;
    int workers;
    if (sched_getaffinity(0, sizeof all, &all) || CPU_COUNT(&all) < 2) {
        cell_not_asked("cannot be asked here: there is one CPU");
        return;
    }
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    workers = cell_workers();
    cell_settle();
    if (client == BOUND)
        bind_to_one(&all);
    for (int id = 0; id < workers; id++)
        cell_role(id, (struct cell_role){.act = CELL_CALL, .call = look});
    cell_submit_range(0, workers);
    cell_wait(-1);
    cell_note(ALLOWED, CPU_COUNT(&all));
    cell_note(MOST, atomic_load(&most));
    if (client == BOUND && atomic_load(&most) == 1)
        cell_remark("its workers all keep the one CPU of the thread that submitted first");
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    int64_t seen = atomic_load(&outcome->record->notes[MOST]), allowed = atomic_load(&outcome->record->notes[ALLOWED]);
    if (outcome->cell->client == UNBOUND && outcome->workers > 1 && allowed > 1 && seen == 1)
        return verdict_own(verdict, "nobody asked for it, and each worker is bound to one CPU of %d", (int)allowed);
    return false;
}

static const struct fault_cell cells[] = {
    {"nobody is bound", FAULT_CLEAN, UNBOUND, 0, POOL_CAN_RUN_APART},
    {"the submitter is bound", FAULT_CLEAN, BOUND, 0, POOL_CAN_RUN_APART},
};

static const struct fault inherited_affinity = {
    .number = 72,
    .name = "inherited-affinity",
    .group = "workers",
    .source = "dotnet/runtime#8950, OpenHFT/Java-Thread-Affinity#57",
    .summary = "workers are bound to one CPU, which nobody asked for",
    .bug = "A new thread has the affinity of its creator; and a pool that binds its workers does so unasked.",
    .scenario =
        "As many jobs as workers say on how many CPUs they may run; again with a submitter that has bound itself.",
    .diagnosis = "The affinity of the workers is not that of the process.",
    .remedy = "Keep the mask of the opener, and give it to each worker as it is started.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(inherited_affinity);
