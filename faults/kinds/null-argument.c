/* null-argument.c - a job whose argument is NULL is refused, or taken for something else.
 *
 * NULL is an argument as any other. A pool that looks for mistakes refuses it; one whose queue
 * says "empty" or "go home" by it accepts the job, and nobody runs it. Each is asked beside a job with another
 * argument, which must be accepted and run: what goes wrong with both is another bug. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { TIMES = 4 };
enum phase { BEFORE, ALONE, BATCHED };

/* The phase; the last error by which a NULL was refused, how often, and in which phase; jobs with NULL that were
 * accepted, that ran, that got something else; whether others ran; jobs with NULL that were submitted. */
enum { PHASE, ERROR, REFUSED, ACCEPTED, RAN, CHANGED, OTHERS_RAN, ASKED };

static char something;
static _Atomic int others; /* that ran */
static int others_accepted;

static int with_null(void *arg)
{
    cell_note_add(arg ? CHANGED : RAN, 1);
    return 0;
}

static int with_something(void *arg)
{
    (void)arg;
    atomic_fetch_add(&others, 1);
    return 0;
}

static int64_t note(int at)
{
    return atomic_load(&cell_record()->notes[at]);
}

static bool is_missing(void)
{
    return note(RAN) + note(CHANGED) < note(ACCEPTED);
}

static bool submit_other(void)
{
    bool accepted = !cell_submit_other(with_something, &something);
    others_accepted += accepted;
    return accepted;
}

/* Whether a job that did not run when all slept does not with another one either, which calls a worker. */
static void look_for_missing(void)
{
    int before = atomic_load(&others);
    if (!cell_settle() || !is_missing() || !submit_other() || !cell_settle())
        return;
    cell_note(OTHERS_RAN, is_missing() && atomic_load(&others) > before);
}

/* At rest before each. False: it is not this that goes wrong. */
static bool one(bool null)
{
    int error;
    if (!null)
        return submit_other() && !cell_wait(-1);
    cell_note_add(ASKED, 1);
    error = cell_submit_other(with_null, NULL);
    if (error) {
        cell_note(ERROR, error);
        cell_note_add(REFUSED, 1);
        return true;
    }
    cell_note_add(ACCEPTED, 1);
    look_for_missing();
    return !cell_wait(-1);
}

static bool alone(void)
{
    for (int i = 0; i < TIMES; i++)
        if (!one(false) || !one(true) || !one(false))
            return false;
    return true;
}

/* Two jobs at once, the second with this argument; false: not both are accepted. */
static bool two(struct pool_job second)
{
    struct pool_job jobs[2] = {{with_something, &something}, second};
    int took = pool_submit_batch(cell_handle(), jobs, 2);
    if (took != 2)
        cell_note(ERROR, took);
    others_accepted += took > 0 ? took - (took == 2 && second.fn == with_null) : 0;
    return took == 2;
}

static void batched(void)
{
    const struct pool_job null = {with_null, NULL}, other = {with_something, &something};
    cell_note(PHASE, BATCHED);
    for (int i = 0; i < TIMES && two(other) && !cell_wait(-1); i++) {
        cell_note_add(ASKED, 1);
        if (two(null))
            cell_note_add(ACCEPTED, 1);
        else
            cell_note_add(REFUSED, 1);
        look_for_missing();
        if (cell_wait(-1) || !two(other) || cell_wait(-1))
            return;
    }
}

static void drive(int client)
{
    (void)client;
    if (cell_open((struct pool_config){.capacity = 0})) /* the default */
        return;
    for (int i = 0; i < TIMES; i++)
        if (!one(false)) {
            cell_not_asked("refuses a job at rest");
            cell_free();
            return;
        }
    cell_note(PHASE, ALONE);
    if (!alone())
        cell_not_asked("refuses a job at rest");
    else if (!note(REFUSED) && !is_missing() && !note(CHANGED))
        batched();
    cell_free();
    cell_note(OTHERS_RAN, atomic_load(&others) == others_accepted);
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    const char *where = atomic_load(&notes[PHASE]) == BATCHED ? " in a batch" : "";
    int error = (int)atomic_load(&notes[ERROR]), ran = (int)atomic_load(&notes[RAN]);
    int missing = (int)atomic_load(&notes[ACCEPTED]) - ran;
    if (!atomic_load(&notes[PHASE]) || outcome->end == OUTCOME_STALLED)
        return false;
    if (atomic_load(&notes[REFUSED]) == TIMES && outcome->end == OUTCOME_ENDED)
        return verdict_own(verdict, "a job whose argument is NULL%s is %s%s; one with another is taken", where,
                           error < 0 ? "refused: " : "not taken", error < 0 ? verdict_answer(error) : "");
    if (atomic_load(&notes[CHANGED]))
        return verdict_own(verdict, "a job whose argument is NULL%s gets another one", where);
    if (missing > 0 && outcome->end != OUTCOME_CRASHED && atomic_load(&notes[OTHERS_RAN]))
        return verdict_own(verdict, "a job whose argument is NULL%s is accepted, and never runs; others do", where);
    return outcome->end == OUTCOME_CRASHED && ran + atomic_load(&notes[REFUSED]) < atomic_load(&notes[ASKED]) &&
           verdict_own(verdict, "with a job whose argument is NULL%s the process ends", where);
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, 0},
};

static const struct fault null_argument = {
    .number = 36,
    .name = "null-argument",
    .group = "calls",
    .source = "enioka-Haute-Couture/jqm#140",
    .summary = "a job whose argument is NULL is refused, or never runs",
    .bug = "The argument is looked at: NULL is taken for a mistake, for an empty queue, or for the word to leave.",
    .scenario = "Jobs with NULL and with another argument in turn, each at rest; then one of each in a batch.",
    .diagnosis = "The argument is the job's alone: NULL may be all that it needs.",
    .remedy =
        "Look at the function only (a NULL one is -EINVAL); say \"empty\" and \"leave\" by a state of their own, not "
        "by a job's argument.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(null_argument);
