/* status-misread.c - a job that returns more than 0 is taken for one that failed.
 *
 * A job says >= 0 for done, and what it found may be that number: 1, or more than fits into
 * the byte or the 16 bits that a pool keeps of it. After as many jobs that return 0, some of each. */
#include <limits.h>

#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { EACH = 4, PLAIN_ROUNDS = 8 };

static const int statuses[] = {1, 200, 60000, INT_MAX};

/* The status that is asked about now, and what the statistics called failed of it; what wait answered; what
 * a submit did that is no error; how many jobs were accepted that return it, and how often they ran. */
enum { STATUS, FAILED, WAITED, ANSWERED, ACCEPTED, RAN };

static uint64_t counted;

static int64_t note(int at)
{
    return atomic_load(&cell_record()->notes[at]);
}

static bool are_counted(void)
{
    struct pool_stats stats = cell_stats();
    return stats.done + stats.failed >= counted;
}

static int give_back(void *arg)
{
    cell_note_add(RAN, 1);
    return *(const int *)arg;
}

/* Returns whether all is as it should be. */
static bool some_of(const int *what)
{
    int status = *what;
    uint64_t failed = cell_stats().failed;
    int answer = 0;
    cell_note(STATUS, status);
    cell_note(RAN, 0);
    cell_note(ACCEPTED, 0);
    for (int i = 0; i < EACH; i++) {
        int error = cell_submit_other(give_back, (void *)(uintptr_t)what);
        counted += error >= 0;
        cell_note_add(ACCEPTED, error >= 0);
        answer = error > 0 ? error : answer;
    }
    cell_note(ANSWERED, answer);
    cell_note(WAITED, cell_wait(-1));
    cell_until_told("jobs that have ended", are_counted);
    cell_note(FAILED, (int64_t)(cell_stats().failed - failed));
    return !answer && !note(WAITED) && note(RAN) == note(ACCEPTED) && cell_stats().failed == failed;
}

static void drive(int client)
{
    static const int none = 0;
    bool good = true;
    (void)client;
    cell_live();
    if (cell_open((struct pool_config){.capacity = 0})) /* the default */
        return;
    for (int i = 0; i < PLAIN_ROUNDS && good; i++)
        good = some_of(&none);
    if (!good)
        cell_not_asked("does not count jobs that return 0 as done");
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses && good; i++)
        good = some_of(&statuses[i]);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    int status = (int)atomic_load(&notes[STATUS]), failed = (int)atomic_load(&notes[FAILED]);
    int answered = (int)atomic_load(&notes[ANSWERED]), waited = (int)atomic_load(&notes[WAITED]);
    int accepted = (int)atomic_load(&notes[ACCEPTED]), ran = (int)atomic_load(&notes[RAN]);
    if (!status)
        return false;
    if (outcome_hung_in(outcome, "pool_wait") && ran == EACH)
        return verdict_own(verdict, "%d jobs return %d, and pool_wait never returns; after others it does", ran,
                           status);
    if (outcome_hung_in(outcome, "pool_wait") && ran > 0)
        return verdict_own(verdict, "of %d jobs that return %d, %d run and no more; of others all do", EACH, status,
                           ran);
    if (outcome->end != OUTCOME_ENDED)
        return false;
    if (ran > accepted)
        return verdict_own(verdict, "%d jobs that return %d run %d times", accepted, status, ran);
    if (failed && !(outcome->pool->declares & POOL_NO_COUNTS))
        return verdict_own(verdict, "of %d jobs that return %d, %d are counted as failed", EACH, status, failed);
    if (answered)
        return verdict_own(verdict, "pool_submit of a job that returns %d answers %d", status, answered);
    return waited && verdict_own(verdict, "after jobs that return %d pool_wait answers %s, and after others 0", status,
                                 verdict_answer(waited));
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, 0},
};

static const struct fault status_misread = {
    .number = 35,
    .name = "status-misread",
    .group = "calls",
    .source = "mmucklo/DtcQueueBundle#142",
    .summary = "a job that returns more than 0 counts as failed",
    .bug = "Whatever is not 0 is taken for an error; or of the status only some bits are kept, and their sign.",
    .scenario = "Four jobs each that return 0, 1, 200, 60,000 and the largest int; the statistics are read, and what "
                "submit and wait answer.",
    .diagnosis = "The contract says >= 0 for done, < 0 for failed; the pool tells them apart otherwise.",
    .remedy = "Compare the whole int, as it came, with 0: `status < 0`; keep what a job returns apart from what the "
              "pool's own calls answer.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(status_misread);
