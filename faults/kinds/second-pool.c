/* second-pool.c - what is kept for each thread or process is taken for what is each pool's.
 *
 * A thread-local says "in a job" and not of which pool; a stop flag, a list of workers is
 * static: two pools are one too many. A job opens a pool, uses it and frees it; two
 * pools whose jobs call each other go on when one of them is freed; and one whose workers
 * are held, with a full queue, is nothing to another, nor is the other's cancel to it. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/waker.h"

enum { NESTED, SIDE_BY_SIDE, APART };
enum { GATE, JOBS = 4, HOPS = 32, CAPACITY = 64, SMALL = 4 };

/* Of the nested pool: its submits that were refused, the answers of wait and free; jobs of both
 * pools that ran; of how many; whether only one pool is left, or one's workers are held; how many
 * of its jobs the other's cancel took, and how many the other counts as its own. */
enum { REFUSED, ANSWER, FREED, RAN, EXPECTED, ALONE, HELD, TAKEN, COUNTED };

static struct pool *pools[2];

static struct pool_config config(void)
{
    struct pool_config same = {.workers = cell_asked(), .capacity = CAPACITY, .spin_ns = POOL_NO_SPIN};
    cell_full_as_before(&same);
    return same;
}

static void submit_to(struct pool *pool, pool_job_fn *fn, void *arg)
{
    int error = pool_submit(pool, fn, arg);
    if (error)
        cell_note(REFUSED, error);
}

static int count(void *arg)
{
    (void)arg;
    cell_note_add(RAN, 1);
    return 0;
}

static int count_and_call_back(void *arg)
{
    submit_to(cell_handle(), count, pools);
    return count(arg);
}

/* In a job of the cell's pool. */
static void nest(int id)
{
    struct pool *inner = NULL;
    struct pool_config inner_config = config();
    (void)id;
    if (pool_open(&inner, cell_pool(), &inner_config)) {
        cell_not_asked("does not open a second time while it is open");
        return;
    }
    cell_note(EXPECTED, 2L * JOBS);
    for (int i = 0; i < JOBS; i++)
        submit_to(inner, count_and_call_back, pools);
    cell_note(ANSWER, pool_wait(inner, -1));
    if (atomic_load(&cell_record()->notes[ANSWER]) == 0)
        cell_note(FREED, pool_free(inner));
}

/* Goes from pool to pool; to 1, since a pool may refuse NULL, which is another bug (null-argument). */
static int hop(void *arg)
{
    uintptr_t left = (uintptr_t)arg - 1;
    cell_note_add(RAN, 1);
    if (left)
        submit_to(pools[left % 2], hop, (void *)left);
    else
        gate_pass(GATE);
    return 0;
}

/* pools[1], beside the cell's. */
static bool open_other(void)
{
    struct pool_config other = config();
    pools[0] = cell_handle();
    if (!pool_open(&pools[1], cell_pool(), &other) && pools[0] != pools[1])
        return true;
    cell_not_asked("does not open a second time while it is open");
    cell_free();
    return false;
}

static void submit_some(void)
{
    for (int i = 0; i < JOBS; i++) {
        int error = cell_submit_other(count, pools);
        if (error)
            cell_note(REFUSED, error);
    }
}

static void side_by_side(void)
{
    if (!open_other())
        return;
    cell_note(EXPECTED, HOPS + 1);
    gate_open(GATE);
    cell_submit_other(hop, (void *)(HOPS + 1));
    gate_await(GATE, 1);
    for (int i = 1; i >= 0; i--) { /* then no job of the one is in a submit to the other */
        cell_adopt(pools[i]);
        cell_wait(-1);
    }
    cell_free();
    cell_adopt(pools[1]);
    cell_note(ALONE, 1);
    cell_note_add(EXPECTED, JOBS);
    submit_some();
    cell_wait(-1);
    cell_free();
}

/* Workers held in jobs, and a full queue. Returns the number of its jobs; 0: it refuses one. */
static int hold_all(void)
{
    int running = cell_runners();
    if (!cell_hold_all(0, running, GATE))
        return 0;
    cell_submit_range(running, SMALL);
    return running + SMALL;
}

/* The other pool's life while the first one's workers are held. */
static void live_beside(int jobs)
{
    cell_note(HELD, 1);
    submit_some();
    cell_wait(-1);
    if (cell_pool()->can & POOL_CAN_CANCEL)
        pool_cancel(cell_handle());
    for (int id = 0; id < jobs; id++)
        cell_note_add(TAKEN, atomic_load(&cell_record()->jobs[id].cancelled));
    cell_free();
    cell_note(HELD, 0);
}

static void run_one(struct pool *pool)
{
    cell_adopt(pool);
    cell_submit_other(count, pools);
    cell_wait(-1);
}

/* Pools that share their threads on purpose start none for the second. */
static bool starts_threads(void)
{
    uint32_t begun;
    run_one(cell_handle());
    begun = atomic_load(&cell_record()->begun);
    if (!open_other())
        return false;
    run_one(pools[1]);
    if (atomic_load(&cell_record()->begun) > begun)
        return true;
    cell_not_asked("starts no thread for a second pool: they seem to be shared on purpose");
    cell_free();
    cell_adopt(pools[0]);
    cell_free();
    return false;
}

static void apart(void)
{
    uint64_t accepted;
    int jobs;
    if (!starts_threads())
        return;
    accepted = cell_stats().accepted;
    cell_adopt(pools[0]);
    jobs = hold_all();
    cell_note(EXPECTED, 2 + JOBS);
    cell_adopt(pools[1]);
    if (!(cell_pool()->declares & POOL_NO_COUNTS))
        cell_note(COUNTED, (int64_t)(cell_stats().accepted - accepted));
    live_beside(jobs);
    cell_adopt(pools[0]);
    gate_open(GATE);
    cell_wait(-1);
    cell_free();
}

static void drive(int client)
{
    cell_live();
    if (cell_open((struct pool_config){.capacity = client == APART ? SMALL : CAPACITY}))
        return;
    if (cell_is_foreign() && waker_find() != WAKER_NONE) {
        cell_not_asked("is woken by a timer or a signal, of which a process may have one: one pool at a time");
        cell_free();
        return;
    }
    if (client != NESTED) {
        client == APART ? apart() : side_by_side();
        return;
    }
    cell_role(0, (struct cell_role){.act = CELL_CALL, .call = nest});
    cell_submit(0);
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    int refused = (int)atomic_load(&notes[REFUSED]), answer = (int)atomic_load(&notes[ANSWER]);
    int ran = (int)atomic_load(&notes[RAN]), expected = (int)atomic_load(&notes[EXPECTED]);
    const char *when = atomic_load(&notes[ALONE])  ? "after the other pool was freed"
                       : atomic_load(&notes[HELD]) ? "while another pool's workers are held"
                                                   : "beside another pool";
    if (!expected)
        return false;
    if (answer)
        return verdict_own(verdict, "in a job of another pool, pool_wait says %s", verdict_answer(answer));
    if (refused)
        return verdict_own(verdict, "%s a submit, with room, is refused (%s)", when, verdict_answer(refused));
    if (atomic_load(&notes[FREED]) < 0)
        return verdict_own(verdict, "in a job of another pool, pool_free says %s",
                           verdict_answer((int)atomic_load(&notes[FREED])));
    if (atomic_load(&notes[TAKEN]))
        return verdict_own(verdict, "a cancel took %d jobs of another pool", (int)atomic_load(&notes[TAKEN]));
    if (atomic_load(&notes[COUNTED]) > 0)
        return verdict_own(verdict, "it counts %d jobs of another pool as its own", (int)atomic_load(&notes[COUNTED]));
    if (outcome->end == OUTCOME_HUNG)
        return verdict_own(verdict, "%s: hang, %d of %d jobs ran", when, ran, expected);
    if (outcome->end == OUTCOME_CRASHED)
        return verdict_own(verdict, "%s: the process ends, %d of %d jobs ran", when, ran, expected);
    if (outcome->end == OUTCOME_ENDED && ledger_unsettled(outcome->record))
        return verdict_own(verdict, "%d jobs that a pool had queued while another one was used never ran",
                           ledger_unsettled(outcome->record));
    if (outcome->end == OUTCOME_ENDED && ran != expected)
        return verdict_own(verdict, "%s: %d jobs ran, of %d", when, ran, expected);
    return false;
}

static const struct fault_cell cells[] = {
    {"in a job", FAULT_CLEAN, NESTED, 0, 0, POOL_THREADS_STAY | POOL_WAIT_HELPS | POOL_NO_WAIT},
    {"side by side", FAULT_CLEAN, SIDE_BY_SIDE, 0, POOL_CAN_RUN_APART, POOL_THREADS_STAY | POOL_CALLER_MAY_RUN},
    {"one is held", FAULT_CLEAN, APART, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE,
     POOL_THREADS_STAY | POOL_CALLER_MAY_RUN},
    {"in a job", FAULT_ARMED, NESTED, POOL_DEFECT_ANY_POOL, 0},
};

static const struct fault second_pool = {
    .number = 109,
    .name = "second-pool",
    .group = "end",
    .source = "Pithikos/C-Thread-Pool#88, chadrem/workers#4",
    .summary = "two pools get into each other's way: in a job of one, or when one is freed",
    .bug = "A thread-local that says \"inside\" of any pool, a stop flag or a list of workers that all pools share.",
    .scenario = "A job opens a second pool, whose jobs submit to the first, waits for it and frees it; two pools whose "
                "jobs call each other, one freed before the other; one whose workers are held and whose queue is full, "
                "beside one that is used, cancelled and freed.",
    .diagnosis = "One pool took the state of the other for its own.",
    .remedy = "Keep all state in the pool; where a thread-local is needed, keep which pool it speaks of, and the one "
              "before.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(second_pool);
