/* small-stack.c - a job has hardly any stack.
 *
 * The library sets a small stack for its threads, or takes the C library's, which is
 * small in some. A job that uses more ends the process without a word. What is left
 * below a job's own frame is asked of the thread, of each worker: as many jobs meet, if they can. */
#include <pthread.h>

#include "faults/core/cell.h"
#include "faults/core/fault.h"

static const int64_t wanted = 256 * 1024, meet_ns = 2000000000;

enum { GATE = 0 };

/* The least, in bytes; -1: not on the thread's own stack. */
enum { ROOM, ASKED };

static int64_t rooms[RECORD_JOBS];
static _Atomic int asked;

static void measure(int id)
{
    pthread_attr_t attributes;
    void *low = NULL;
    size_t size = 0;
    char *here = __builtin_frame_address(0);
    gate_meet_for(GATE, cell_workers(), meet_ns);
    if (pthread_getattr_np(pthread_self(), &attributes))
        return;
    pthread_attr_getstack(&attributes, &low, &size);
    pthread_attr_destroy(&attributes);
    rooms[id] = here > (char *)low && here < (char *)low + size ? here - (char *)low : -1;
    atomic_fetch_add(&asked, 1);
}

static void note_least(int workers)
{
    int64_t least = rooms[0];
    for (int id = 1; id < workers; id++)
        least = rooms[id] < least ? rooms[id] : least;
    cell_note(ROOM, least);
    cell_note(ASKED, atomic_load(&asked) == workers);
}

static void drive(int client)
{
    int workers;
    (void)client;
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    workers = cell_workers();
    for (int id = 0; id < workers; id++)
        cell_role(id, (struct cell_role){.act = CELL_CALL, .call = measure});
    cell_submit_range(0, workers);
    cell_wait(-1);
    note_least(workers);
    if (atomic_load(&cell_record()->notes[ASKED]) && atomic_load(&cell_record()->notes[ROOM]) < 0)
        cell_not_asked("runs jobs on stacks of its own making (fibers), whose size cannot be seen");
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    int64_t room = atomic_load(&outcome->record->notes[ROOM]);
    if (atomic_load(&outcome->record->notes[ASKED]) && room >= 0 && room < wanted)
        return verdict_own(verdict, "a job has %d KiB of stack; one that uses %d KiB would crash", (int)(room / 1024),
                           (int)(wanted / 1024));
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART},
    {"", FAULT_ARMED, 0, POOL_DEFECT_SMALL_STACK, POOL_CAN_RUN_APART},
};

static const struct fault small_stack = {
    .number = 70,
    .name = "small-stack",
    .group = "workers",
    .source = "libuv/libuv#1507",
    .summary = "a job has hardly any stack: one that uses 256 KiB crashes",
    .bug = "The stack size of the workers is set for the library, and what runs on it is the user's.",
    .scenario = "As many jobs as workers ask how much of their threads' stacks is left below them.",
    .diagnosis = "The workers were created with a stack size of their own.",
    .remedy = "Leave the default (8 MiB of address space cost nothing until used), or let the user choose.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(small_stack);
