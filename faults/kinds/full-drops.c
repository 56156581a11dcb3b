/* full-drops.c - the oldest job should be dropped, and another one is, or it is not given back.
 *
 * Workers are held and the queue is full: one more is accepted, and exactly one of
 * those that wait is given back as dropped, before the submit returns; it is not the
 * new one, and it never runs. Then the pool is closed, and one more is refused: for it nothing
 * is dropped. */
#include "faults/core/fault.h"
#include "faults/core/full.h"

enum { CAPACITY = 2 };

/* Of the submit, and of the one after the close: the answer, and how many were given back meanwhile. */
enum { ANSWER = FULL_NOTES, DROPPED, CLOSED_ANSWER, CLOSED_DROPPED };

static int next;

static int dropped(void)
{
    int sum = 0;
    for (int id = 0; id <= next; id++)
        sum += (int)atomic_load(&cell_record()->jobs[id].dropped);
    return sum;
}

static void submitter(void)
{
    cell_note(ANSWER, cell_submit(next));
    cell_note(DROPPED, dropped());
}

static void submit_after_close(void)
{
    int before;
    cell_close();
    before = dropped();
    cell_note(CLOSED_ANSWER, cell_submit(next + 1));
    cell_note(CLOSED_DROPPED, dropped() - before);
}

static void drive(int client)
{
    (void)client;
    next = full_open((struct pool_config){.capacity = CAPACITY, .full = POOL_DROP_OLDEST});
    if (!next)
        return;
    full_submit(submitter);
    if (!full_returns())
        cell_not_asked("its open takes POOL_DROP_OLDEST, and its submit waits all the same");
    else if (!(cell_pool()->declares & POOL_NO_CLOSE))
        submit_after_close();
    full_end();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int last = outcome->workers + CAPACITY < RECORD_JOBS ? outcome->workers + CAPACITY : 0;
    int answer = (int)atomic_load(&record->notes[ANSWER]), dropped = (int)atomic_load(&record->notes[DROPPED]);
    if (!atomic_load(&record->notes[FULL_BACK]) || record->not_asked[0] || outcome->end != OUTCOME_ENDED)
        return false;
    if (atomic_load(&record->notes[CLOSED_ANSWER]) < 0 && atomic_load(&record->notes[CLOSED_DROPPED]))
        return verdict_own(verdict, "after the close a submit is refused, and drops %d jobs all the same",
                           (int)atomic_load(&record->notes[CLOSED_DROPPED]));
    if (answer == 0 && dropped != 1)
        return verdict_own(verdict, "one job more in a full queue, and %d were given back as dropped", dropped);
    if (atomic_load(&record_job_at(record, last)->dropped))
        return verdict_own(verdict, "the newest job was dropped in place of the oldest");
    if (ledger_overrun(record))
        return verdict_own(verdict, "a job that was given back as dropped ran nevertheless");
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE | POOL_CAN_DROP,
     POOL_UNBOUNDED | POOL_CALLER_MAY_RUN | POOL_NO_DISCARD},
    {"the newest", FAULT_ARMED, 0, POOL_DEFECT_DROPS_NEWEST, POOL_CAN_RUN_APART | POOL_CAN_QUEUE | POOL_CAN_DROP},
    {"two", FAULT_ARMED, 0, POOL_DEFECT_DROPS_TWO, POOL_CAN_RUN_APART | POOL_CAN_QUEUE | POOL_CAN_DROP},
    {"untold", FAULT_ARMED, 0, POOL_DEFECT_DROPS_UNTOLD, POOL_CAN_RUN_APART | POOL_CAN_QUEUE | POOL_CAN_DROP},
    {"after the close", FAULT_ARMED, 0, POOL_DEFECT_DROPS_CLOSED, POOL_CAN_RUN_APART | POOL_CAN_QUEUE | POOL_CAN_DROP},
};

static const struct fault full_drops = {
    .number = 93,
    .name = "full-drops",
    .group = "policies",
    .source = "alibaba/p3c#889",
    .summary = "the oldest job should be dropped, and another one is, or nobody is told",
    .bug = "The wrong end of the queue is taken, or what is dropped is overwritten without a word.",
    .scenario = "Workers held, the queue full, under POOL_DROP_OLDEST; one submit more; a close, and one more.",
    .diagnosis = "What was given back as dropped is not the one job that had to go.",
    .remedy = "Take the oldest out as a worker would, give its argument back, then put the new one in; whether the new "
              "one is accepted at all is decided before.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(full_drops);
