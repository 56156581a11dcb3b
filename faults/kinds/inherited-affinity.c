/* inherited-affinity.c - all workers share one CPU, of several.
 *
 * Nobody asked for it: a thread starts with the affinity of the one that creates it,
 * and that one was bound. Asked three times: with nobody bound; with a thread that is bound
 * and submits the first job, before another that is not submits the others; and with one
 * submitter of all, who is bound. The last is only said, for a pool that starts a worker in a
 * submit does not promise more. A pool that binds each worker to a CPU of its own does so
 * on purpose. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/mask.h"

enum { GATE = 0, FIRST_SUBMITTER = 0 };
enum { UNBOUND, FIRST_BOUND, BOUND };

/* How many CPUs the jobs may use together, and the opener. */
enum { TOGETHER, ALLOWED };

static struct mask all, seen[RECORD_JOBS];
static const int64_t meet_ns = 2000000000;

static void look(int id)
{
    if (gate_meet_for(GATE, cell_workers(), meet_ns)) /* else two of them may run on one worker */
        mask_read(&seen[id]);
}

static void submit_first(void)
{
    mask_bind_to_first(&all);
    if (!cell_submit_other(cell_empty_job, NULL))
        cell_wait(-1);
}

/* The CPUs that the jobs may use together; 0: one of them does not say. Counts those that
 * may use one only. */
static int together(int jobs, int *bound)
{
    struct mask any = {0};
    *bound = 0;
    for (int id = 0; id < jobs; id++) {
        if (!mask_count(&seen[id]))
            return 0;
        *bound += mask_count(&seen[id]) == 1;
        mask_add(&any, &seen[id]);
    }
    return mask_count(&any);
}

/* As many jobs as workers, which all run at once. */
static void ask(int client)
{
    int workers = cell_workers(), cpus, bound;
    for (int id = 0; id < workers; id++)
        cell_role(id, (struct cell_role){.act = CELL_CALL, .call = look});
    if (cell_submit_range(0, workers) || cell_wait(-1))
        return;
    cpus = together(workers, &bound);
    cell_note(TOGETHER, cpus);
    if (client == BOUND && cpus == 1)
        cell_remark("its workers all keep the one CPU of the thread that submitted");
    else if (client == FIRST_BOUND && bound && cpus > 1)
        cell_remark("%d of %d workers may use one CPU only", bound, workers);
}

static void drive(int client)
{
    if (!mask_read(&all) || mask_count(&all) < 2) {
        cell_not_asked(mask_count(&all) ? "cannot be asked here: there is one CPU"
                                        : "cannot be asked here: nobody says which CPUs there are");
        return;
    }
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    cell_settle();
    cell_note(ALLOWED, mask_count(&all));
    if (client == BOUND)
        mask_bind_to_first(&all);
    if (client == FIRST_BOUND) {
        helper_start(FIRST_SUBMITTER, submit_first);
        helpers_join();
    }
    if (cell_workers() < 2)
        cell_not_asked("has one worker");
    else
        ask(client);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    int64_t allowed = atomic_load(&outcome->record->notes[ALLOWED]);
    int client = outcome->cell->client;
    if (client == BOUND || allowed < 2 || atomic_load(&outcome->record->notes[TOGETHER]) != 1)
        return false;
    return verdict_own(verdict, "%s, and all workers may use the same one CPU only, of %d",
                       client == UNBOUND ? "nobody is bound" : "the thread that submitted first was bound",
                       (int)allowed);
}

static const struct fault_cell cells[] = {
    {"nobody is bound", FAULT_CLEAN, UNBOUND, 0, POOL_CAN_RUN_APART},
    {"the first submitter is bound", FAULT_CLEAN, FIRST_BOUND, 0, POOL_CAN_RUN_APART},
    {"the submitter is bound", FAULT_CLEAN, BOUND, 0, POOL_CAN_RUN_APART},
};

static const struct fault inherited_affinity = {
    .number = 72,
    .name = "inherited-affinity",
    .group = "workers",
    .source = "dotnet/runtime#8950, OpenHFT/Java-Thread-Affinity#57",
    .summary = "all workers are bound to the same CPU, which nobody asked for",
    .bug = "A new thread has the affinity of its creator; and a pool that binds its workers does so unasked.",
    .scenario = "As many jobs as workers say on which CPUs they may run: with nobody bound, after a first submitter "
                "that was bound, and with all of them from one that is.",
    .diagnosis = "The affinity of the workers is that of whoever started them, not that of the process.",
    .remedy = "Keep the mask of the opener, and give it to each worker as it is started.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(inherited_affinity);
