/* helping-lock.c - a submit runs somebody else's job on top of its caller, who holds a lock.
 *
 * Whoever finds the queue full inside a job helps by taking the oldest job there is; that
 * one wants the lock which the job below it on the stack holds: nobody can ever let it
 * go. The child itself may run there, as it may anywhere. */
#include <pthread.h>

#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { GATE, GO, CAPACITY = 4 };

/* Whether the holder was in its submit; jobs that ran on top of it; why it cannot be asked. */
enum { SUBMITTED, ON_TOP, FIBER };

static _Atomic(uintptr_t) frame; /* of the holder, while it submits; else 0 */
static pthread_t holder;

/* Whether an address is on this thread's own stack, as it is not in a fiber. */
static bool on_own_stack(uintptr_t address)
{
    pthread_attr_t attributes;
    void *low = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes))
        return false;
    pthread_attr_getstack(&attributes, &low, &size);
    pthread_attr_destroy(&attributes);
    return address >= (uintptr_t)low && address - (uintptr_t)low < size;
}

static int child(void *arg)
{
    (void)arg;
    return 0;
}

static void hold_and_submit(int id)
{
    (void)id;
    gate_pass(GO);
    holder = pthread_self();
    if (!on_own_stack((uintptr_t)__builtin_frame_address(0)))
        cell_note(FIBER, 1);
    atomic_store(&frame, (uintptr_t)__builtin_frame_address(0));
    pool_submit(cell_handle(), child, NULL);
    atomic_store(&frame, 0);
    cell_note(SUBMITTED, 1);
}

/* One of the others: it would take the lock. */
static int look_below(void *arg)
{
    (void)arg;
    if (atomic_load(&frame) && pthread_equal(holder, pthread_self()))
        cell_note_add(ON_TOP, 1);
    return 0;
}

static void drive(int client)
{
    int running = cell_runners();
    (void)client;
    if (cell_open((struct pool_config){.capacity = CAPACITY}))
        return;
    cell_settle();
    for (int id = 0; id < running; id++) {
        cell_role(id, id ? (struct cell_role){.act = CELL_WAIT, .gate = GATE}
                         : (struct cell_role){.act = CELL_CALL, .call = hold_and_submit});
        cell_submit(id);
        gate_await(id ? GATE : GO, id ? id : 1);
    }
    for (int i = 0; i < CAPACITY; i++) /* not in the ledger: a queue that overflows is another matter */
        cell_submit_other(look_below, NULL);
    gate_open(GO);
    cell_settle();
    gate_open(GATE);
    cell_wait(-1);
    cell_free();
    if (atomic_load(&cell_record()->notes[FIBER]))
        cell_not_asked("runs jobs on stacks of its own making");
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    int on_top = (int)atomic_load(&notes[ON_TOP]);
    if (on_top && !atomic_load(&notes[FIBER]))
        return verdict_own(verdict, "%d unrelated job%s ran on the stack of a job that was in its submit", on_top,
                           on_top == 1 ? "" : "s");
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_QUEUE | POOL_CAN_RUN_APART, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {"", FAULT_ARMED, 0, POOL_DEFECT_HELPS_OTHERS, POOL_CAN_QUEUE | POOL_CAN_RUN_APART},
};

static const struct fault helping_lock = {
    .number = 27,
    .name = "helping-lock",
    .group = "calls",
    .source = "rayon-rs/rayon#592, TileDB-Inc/TileDB#1994",
    .summary = "a submit that helps runs an unrelated job on top of one that holds a lock",
    .bug = "A job that cannot go on runs whatever is queued meanwhile, above itself on the same stack: what that one "
           "waits for may be below it.",
    .scenario = "All workers held, the queue full of unrelated jobs; one of the held ones submits a child.",
    .diagnosis = "An unrelated job ran inside another one's submit. If that one holds a lock which this one takes, "
                 "both wait for ever.",
    .remedy = "With no room inside, run the child itself, and nothing else; or refuse it.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(helping_lock);
