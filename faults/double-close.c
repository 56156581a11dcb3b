/* double-close.c - two producers each close.
 *
 * Each believes that it is the last. Where nothing guards the second close, it
 * ends what has ended: a crash, or the loss of what the other still submits. A
 * pool answers the second with -EALREADY, and nothing is lost. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { EACH = 4 };

/* The answers of the two closes. */
enum { FIRST, SECOND };

/* Both have submitted all before either closes. */
static void produce(int number)
{
    cell_submit_range(number * EACH, EACH);
    cell_meet_once();
    cell_note(number == 0 ? FIRST : SECOND, cell_close());
}

static void first(void)
{
    produce(0);
}

static void second(void)
{
    produce(1);
}

static void drive(int client)
{
    (void)client;
    if (cell_open((struct pool_config){.capacity = 2 * EACH}))
        return;
    helper_start(0, first);
    helper_start(1, second);
    helpers_join();
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int one = (int)atomic_load(&record->notes[FIRST]), two = (int)atomic_load(&record->notes[SECOND]);
    if (outcome->end != OUTCOME_ENDED || ledger_accepted(record) != 2 * EACH)
        return false;
    if (one == 0 && two == 0)
        return verdict_own(verdict, "two closes, and both were told that they were the first");
    if (!(one == 0 && two == -EALREADY) && !(two == 0 && one == -EALREADY))
        return verdict_own(verdict, "two closes were answered %s and %s", verdict_answer(one), verdict_answer(two));
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, 0, POOL_NO_CLOSE},
    {"", FAULT_ARMED, 0, POOL_DEFECT_EVERY_CLOSE, 0},
};

static const struct fault double_close = {
    .number = 9,
    .name = "double-close",
    .group = FAULT_KNOWN,
    .source = "mistakes of Go's worker pools, 9",
    .summary = "two producers each close",
    .symptom = "crash: the first to be through closes under the other, who sends, or closes once more",
    .bug =
        "Several producers share a pool, and each closes it when it is done. The second close acts on what has ended.",
    .scenario = "Two producers submit 4 jobs each, meet, and both close.",
    .diagnosis = "Both closes were carried out: nothing decides which of them is the first.",
    .remedy =
        "Let one party own the close (the last of the producers, counted). In the pool, decide the first close by "
        "one atomic step, and tell the others that it was done.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(double_close);
