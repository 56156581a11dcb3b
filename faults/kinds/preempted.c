/* preempted.c - a thread stands still at some step, and the others go on.
 *
 * Not one bug but a way to see many: those that need one thread to be slow in one place. The
 * life of a small pool is played again and again; in each try one thread (the client, or one of
 * the pool's) is held at its k-th step (steps.h), k = 1, 2, ..., until all others sleep. Then
 * it is let go, and what is left is judged: nothing that was the hold's own doing. */
#include <stdio.h>

#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/steps.h"
#include "pools/core/futex.h"

enum { AFTER_IDLENESS, END_AFTER_IDLENESS, END_WITH_JOBS, A_CANCEL };
enum { THREADS = 4, STEPS = 64, SWAPS = 2, JOBS = 6 };

/* Of the try: who, at which step; in which call, once it is held there, and after it; in its place; whether the waits
 * of the end end in vain; what came. */
enum { THREAD, STEP, CALL, AFTER, SWAP, NOISE, VAIN, WRONG, JOB };
enum { NOBODY = -1 };
enum { NOTHING, LOST, DOUBLED, LEFT_BEHIND };

static const int64_t enumerate_ns = 2500000000, shake_ns = 300000000, idle_ns = 4000000;

static void life(int client)
{
    static const int jobs[] = {[AFTER_IDLENESS] = 1, [END_AFTER_IDLENESS] = 1, [END_WITH_JOBS] = JOBS, [A_CANCEL] = 2};
    cell_submit_range(0, jobs[client]);
    if (client == END_WITH_JOBS)
        return;
    if (client == A_CANCEL)
        cell_cancel();
    cell_wait(-1);
    if (client == A_CANCEL)
        return;
    steps_await(idle_ns); /* workers go to sleep, or retire */
    if (client == AFTER_IDLENESS) {
        cell_submit(1);
        cell_wait(-1);
    }
}

static void note_wrong(int wrong, int job)
{
    cell_note(JOB, job);
    cell_note(WRONG, wrong);
}

/* Each accepted job has run once, or was given back; but what close or a cancel drops without a
 * word, where that is declared. */
static bool ledger_is_right(void)
{
    const struct record *record = cell_record();
    bool drops = cell_pool()->declares & POOL_CLOSE_CANCELS;
    for (int i = 0; i < JOBS; i++) {
        const struct record_job *job = &record->jobs[i];
        uint32_t accepted = atomic_load(&job->accepted), ran = atomic_load(&job->finished),
                 back = atomic_load(&job->cancelled) + atomic_load(&job->dropped);
        if (ran + back > accepted)
            return note_wrong(DOUBLED, i), false;
        if (ran + back < accepted && !drops)
            return note_wrong(LOST, i), false;
    }
    return true;
}

static void note_held(struct steps_held held)
{
    cell_note(AFTER, held.after);
    cell_note(CALL, held.call);
}

/* With steps that count from the beginning of free on, whose waits end in vain. Returns whether all went well. */
static bool try_once(int client, struct steps_plan plan, bool in_vain)
{
    bool left;
    plan.told = note_held;
    cell_forget();
    cell_note(THREAD, plan.thread);
    cell_note(STEP, plan.step);
    cell_note(CALL, NOBODY);
    cell_note(SWAP, plan.swap);
    cell_note(NOISE, plan.noise != 0);
    cell_note(VAIN, in_vain);
    if (!in_vain)
        steps_arm(&plan);
    if (cell_open((struct pool_config){.capacity = RECORD_JOBS}))
        return steps_disarm(), false;
    life(client);
    if (in_vain) {
        cell_settle();
        steps_arm(&plan);
        steps_wake_in_vain();
    }
    cell_free();
    steps_wake_truly();
    left = !(cell_pool()->declares & POOL_THREADS_STAY) && steps_outlive();
    steps_disarm();
    if (left)
        return note_wrong(LEFT_BEHIND, 0), false;
    return ledger_is_right();
}

/* What is counted: tries, and those in which somebody was held. */
struct tally {
    int64_t until_ns;
    int tries, gaps;
};

/* One thread at its first step, its second, ... A thread does not take as many in each try: it
 * has no more of them when it comes to none a few times in a row. Returns whether all went well. */
static bool each_step(int client, int thread, int swap, bool in_vain, struct tally *tally)
{
    enum { MISSES = 5 };
    for (int step = 1, misses = 0; step <= STEPS && misses < MISSES && pool_clock_ns() < tally->until_ns; step++) {
        if (!try_once(client, (struct steps_plan){.thread = thread, .step = step, .swap = swap}, in_vain))
            return false;
        tally->tries++;
        tally->gaps += steps_reached();
        misses = steps_reached() ? 0 : misses + 1;
    }
    return true;
}

/* In vain at first, which is few; as often as there is time for, twice at most; then, shorter, at random. */
static void enumerate(int client)
{
    struct tally tally = {.until_ns = pool_clock_ns() + enumerate_ns};
    bool good = true;
    for (int thread = 1; good && client == END_AFTER_IDLENESS && thread < THREADS; thread++)
        good = each_step(client, thread, 0, true, &tally);
    for (int round = 0; round < 2; round++)
        for (int swap = 0; swap <= SWAPS; swap++)
            for (int thread = 0; good && thread < THREADS; thread++)
                good = each_step(client, thread, swap, false, &tally);
    tally.until_ns = pool_clock_ns() + shake_ns;
    for (uint64_t seed = 1; good && pool_clock_ns() < tally.until_ns; seed++, tally.tries++)
        good = try_once(client, (struct steps_plan){.noise = seed}, false);
    cell_tried(tally.tries, tally.gaps);
}

static void drive(int client)
{
    if (!steps_possible()) {
        cell_not_asked("calls of the C library cannot be interposed in a sanitizer's program");
        return;
    }
    cell_live();
    steps_begin(cell_record());
    helper_start(0, steps_release);
    enumerate(client);
    steps_end();
    helpers_join();
}

static const char *who(int64_t thread, char *text, size_t size)
{
    snprintf(text, size, thread == 0 ? "the caller" : "thread %d of the pool", (int)thread);
    return text;
}

/* Before or after which call of the C library. */
static const char *place(const struct record *record, char *text, size_t size)
{
    snprintf(text, size, "%s %s", atomic_load(&record->notes[AFTER]) ? "at the end of" : "before",
             steps_call_name((int)atomic_load(&record->notes[CALL])));
    return text;
}

static const char *where(const struct record *record, char *text, size_t size)
{
    char thread[40], call[60];
    const char *vain = atomic_load(&record->notes[VAIN]) ? " since free began, which was woken in vain" : "";
    if (atomic_load(&record->notes[NOISE]))
        snprintf(text, size, "while threads napped at random");
    else if (atomic_load(&record->notes[CALL]) == NOBODY)
        snprintf(text, size, "while nobody was held%s",
                 atomic_load(&record->notes[VAIN]) ? ", and free was woken in vain" : "");
    else
        snprintf(text, size, "when %s was held %s (its step %d%s)%s, then let go",
                 who(atomic_load(&record->notes[THREAD]), thread, sizeof thread), place(record, call, sizeof call),
                 (int)atomic_load(&record->notes[STEP]), vain,
                 atomic_load(&record->notes[SWAP]) ? " until another one was about to wait, which was held there" : "");
    return text;
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    char text[200];
    where(record, text, sizeof text);
    if (outcome->end == OUTCOME_HUNG && outcome->call)
        return verdict_own(verdict, "hang: %s does not return, %s", outcome->call, text);
    if (outcome->end == OUTCOME_CRASHED && outcome->signal)
        return verdict_own(verdict, "died of signal %d, %s", outcome->signal, text);
    switch (atomic_load(&record->notes[WRONG])) {
    case LOST:
        return verdict_own(verdict, "job %d was accepted and never ran, %s", (int)atomic_load(&record->notes[JOB]),
                           text);
    case DOUBLED:
        return verdict_own(verdict, "job %d ran twice, %s", (int)atomic_load(&record->notes[JOB]), text);
    case LEFT_BEHIND:
        return verdict_own(
            verdict, "pool_free%s returned while a thread of the pool stood %s, and that went on in the pool's code",
            atomic_load(&record->notes[VAIN]) ? ", woken in vain," : "", place(record, text, sizeof text));
    default:
        return false;
    }
}

static const struct fault_cell cells[] = {
    {"a job after idleness", FAULT_CLEAN, AFTER_IDLENESS, 0, POOL_CAN_RUN_APART, POOL_CALLER_MAY_RUN},
    {"the end after idleness", FAULT_CLEAN, END_AFTER_IDLENESS, 0, POOL_CAN_RUN_APART, POOL_CALLER_MAY_RUN},
    {"the end with jobs", FAULT_CLEAN, END_WITH_JOBS, 0, POOL_CAN_RUN_APART, POOL_CALLER_MAY_RUN},
    {"a cancel", FAULT_CLEAN, A_CANCEL, 0, POOL_CAN_RUN_APART | POOL_CAN_CANCEL, POOL_CALLER_MAY_RUN | POOL_NO_DISCARD},
};

static const struct fault preempted = {
    .number = 140,
    .name = "preempted",
    .group = "steps",
    .slow = true,
    .source = "amibar/SmartThreadPool#26, bshoshany/thread-pool#93, elastic/ml-cpp#343, nodejs/node#35021",
    .summary = "one thread stands still at one step: a job is lost, or the end never comes",
    .bug = "Between two steps something is taken to be as it was: a worker that is about to leave still counts as "
           "idle, a flag is set between somebody's look at it and his sleep, a token meant for one is taken by "
           "another, or free "
           "returns before the last worker has left the code.",
    .scenario = "A small life of the pool again and again, each time with one thread held at its k-th call of the C "
                "library until all others sleep, k = 1, 2, ...; then held until another one is about to wait, which is "
                "held in its place; in a free whose waits end in vain; then with naps at random.",
    .diagnosis =
        "The thread and the step are named: what it knew before it was held is no longer so when it goes on, or what "
        "others did meanwhile did not count on it.",
    .remedy =
        "Look and act under one lock, or look again after the last step before sleep; signal under the lock that the "
        "look is made under; take oneself off the list before the last look; join.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(preempted);
