/* growth-per-job.c - each job leaves something behind.
 *
 * The record of a job is kept after it has run, so memory grows with all that was ever
 * submitted; or a descriptor or a mapping is. Jobs run in blocks with quiet between; what
 * the allocator has given out and not got back, or what is mapped more, block by block, is
 * lost for each job. Of descriptors there are few: they are looked at first, in small blocks.
 * The same of jobs that a full queue refuses, of jobs that are cancelled, and of other calls: batches, waits that may
 * be too short, cancels of nothing; and of threads that submit once. */
#include <sys/prctl.h>

#include "faults/core/births.h"
#include "faults/core/fault.h"
#include "faults/core/full.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

enum { RUN, REFUSED, CANCELLED, CALLS, TIMED, THREADS };
enum { FULL = 4, CANCELLED_AT_ONCE = 32 };
enum { BLOCK = 3000, BLOCKS = 4, LONG_BLOCK = 20000, BLOCKS_MOST = 16, AT_ONCE = 64, LEAST = 800 };
enum { LOOKS = 6, FEW = 58, PAGE = 3600 /* nearly one */ };
enum {
    ENOUGH = 60000,
    ENOUGH_THREADS = 15000
}; /* jobs, or threads; of fewer nobody knows whether memory that grows is kept for a while only */
static const int64_t slow_ns = 100000, long_ns = 3000000000, most_ns = 4000000000, wait_ns = 1000;

static const char *const too_long = "takes too long for many jobs",
                         *const otherwise = "answers one of many calls otherwise than the others";

/* When it has taken too long, though a few jobs did not: others may have the CPUs. */
static int64_t give_up_ns;

static bool is_late(void)
{
    return pool_clock_ns() > give_up_ns;
}

/* Bytes lost for each job, by hundreds, in the least block; bytes mapped for each; and
 * descriptors for AT_ONCE jobs. */
enum { HEAP, JOBS, MAPPED, DESCRIPTORS };

/* Beside held workers, into a full queue. */
static bool refuse_jobs(int count)
{
    for (int i = 0; i < count; i++) {
        if (cell_submit_other(cell_empty_job, NULL) == 0)
            return false;
        if (i % AT_ONCE == AT_ONCE - 1 && is_late())
            return false;
    }
    return true;
}

static bool cancel_jobs(int count)
{
    for (int i = 0; i < count; i++) {
        if (cell_submit_other(cell_empty_job, (void *)RECORD_JOBS) < 0) /* what no job of the ledger has */
            return false;
        if (i % CANCELLED_AT_ONCE == CANCELLED_AT_ONCE - 1)
            cell_cancel();
    }
    return cell_cancel() == 0;
}

static bool run_jobs(int count)
{
    for (int i = 0; i < count; i++) {
        if (cell_submit_other(cell_empty_job, NULL) < 0)
            return false;
        if (i % AT_ONCE == AT_ONCE - 1)
            cell_wait(-1);
        if (i % AT_ONCE == AT_ONCE - 1 && is_late())
            return false;
    }
    cell_wait(-1);
    return true;
}

/* In turn; a wait is for one job that may run. */
static bool call_all(int count)
{
    struct pool_job job = {cell_empty_job, (void *)RECORD_JOBS}; /* what no job of the ledger has */
    bool cancels = cell_pool()->can & POOL_CAN_CANCEL;
    if (cell_submit_other(cell_empty_job, NULL))
        return false;
    for (int i = 0; i < count; i += 3) {
        if (pool_submit_batch(cell_handle(), &job, 1) != 1)
            return false;
        cell_wait(wait_ns);
        if (cancels)
            cell_cancel();
        if (is_late())
            return false;
    }
    cell_wait(-1);
    return true;
}

static void *submit_one(void *refused)
{
    *(bool *)refused = cell_submit_other(cell_empty_job, NULL) < 0;
    return NULL;
}

/* Each by a thread that has never submitted before, and ends then. */
static bool submit_by_threads(int count)
{
    for (int i = 0; i < count; i++) {
        pthread_t thread;
        bool refused = true;
        if (births_free(&thread, submit_one, &refused) || pthread_join(thread, NULL) || refused)
            return false;
        if (i % AT_ONCE == AT_ONCE - 1 && is_late())
            return false;
    }
    cell_wait(-1);
    return true;
}

static bool (*const all_work[])(int count) = {
    [RUN] = run_jobs,   [REFUSED] = refuse_jobs, [CANCELLED] = cancel_jobs,
    [CALLS] = call_all, [TIMED] = refuse_jobs,   [THREADS] = submit_by_threads};
static bool (*work)(int count);

static _Atomic bool refuses;

/* By a thread of its own: a pool may take the policy, and wait all the same. */
static void fill(void)
{
    bool refused = false;
    for (int i = 0; i < RECORD_JOBS && !refused; i++)
        refused = cell_submit_other(cell_empty_job, NULL) < 0;
    atomic_store(&refuses, refused);
}

static bool is_filled(void)
{
    enum { NAPS = 10 };
    helper_start(0, fill);
    for (int i = 0; i < NAPS && !atomic_load(&refuses); i++)
        cell_settle();
    if (atomic_load(&refuses))
        return true;
    cell_not_asked("its open takes the policy, and its submit refuses nothing");
    full_end();
    return false;
}

/* Holds all workers; and fills the queue, where it should refuse. False: that is not to be had. */
static bool is_open(int client)
{
    int running = cell_runners() < RECORD_JOBS ? cell_runners() : RECORD_JOBS;
    if (client == RUN || client == CALLS || client == THREADS)
        return !cell_open((struct pool_config){.capacity = 1024});
    if (client == CANCELLED ? cell_open((struct pool_config){.capacity = 1024})
                            : cell_try_open((struct pool_config){.capacity = FULL,
                                                                 .full = client == TIMED ? POOL_TIMEOUT : POOL_REJECT,
                                                                 .full_timeout_ns = client == TIMED}))
        return false;
    full_hold(running);
    if (client == TIMED) /* a time that is over when its sleep begins costs no sleep */
        prctl(PR_SET_TIMERSLACK, 1);
    return client == CANCELLED || is_filled();
}

static void few_jobs(void)
{
    work(AT_ONCE);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Returns whether they grow: that is enough. */
static bool look_at_descriptors(void)
{
    int64_t lost = AT_ONCE, before = settle_use().descriptors;
    int look = 0;
    for (; look < LOOKS && lost >= FEW && work(AT_ONCE); look++) {
        int64_t now = settle_use().descriptors;
        lost = least(lost, now - before);
        before = now;
    }
    if (look < LOOKS)
        return false;
    cell_note(DESCRIPTORS, lost);
    cell_note(JOBS, LOOKS * AT_ONCE);
    return true;
}

/* So much more is to be had: where the machine ends, growth does, too. */
static bool can_go_on(const struct settle_use *use, int64_t lost)
{
    static const int64_t heap_most = INT64_C(1) << 30, mappings_most = 30000;
    return use->heap + lost / 100 * LONG_BLOCK < heap_most && use->mappings < mappings_most;
}

/* What grew in each block: a leak, or what it keeps of the last so many jobs? */
static bool can_tell(const struct settle_use *use, int64_t lost, int64_t mapped, int jobs)
{
    int enough = work == submit_by_threads ? ENOUGH_THREADS : ENOUGH;
    return (lost < LEAST && mapped < PAGE) || jobs >= enough || !can_go_on(use, lost);
}

static void note_growth(int64_t lost, int64_t mapped, int jobs)
{
    cell_note(HEAP, lost);
    cell_note(MAPPED, mapped);
    if (lost < LEAST && mapped < PAGE && jobs > BLOCKS * BLOCK)
        cell_remark("what it keeps grew for %d jobs, and then no more", jobs);
}

/* Block by block, a warm one first. What grows without a bound does so in long ones, too. */
static void look_at_blocks(int64_t until)
{
    struct settle_use before, now;
    int64_t lost = INT64_MAX, mapped = INT64_MAX;
    int jobs = 0;
    if (work == submit_by_threads) { /* what is kept of the last jobs is there by then */
        if (!run_jobs(ENOUGH)) {
            cell_not_asked(too_long);
            return;
        }
        until = pool_clock_ns() + long_ns;
        give_up_ns = pool_clock_ns() + most_ns;
    }
    work(BLOCK);
    before = settle_use();
    for (int block = 0; block < BLOCKS || ((lost >= LEAST || mapped >= PAGE) && can_go_on(&before, lost) &&
                                           block < BLOCKS_MOST && pool_clock_ns() < until);
         block++, before = now) {
        int size = block < BLOCKS || work == submit_by_threads ? BLOCK : LONG_BLOCK;
        if (!work(size))
            break;
        jobs += size;
        now = settle_use();
        lost = least(lost, (now.heap - before.heap) * 100 / size);
        mapped = least(mapped, (now.mapped - before.mapped) / size);
    }
    cell_note(JOBS, jobs);
    if (jobs < BLOCKS * BLOCK)
        cell_not_asked(is_late() ? too_long : otherwise);
    else if (!can_tell(&before, lost, mapped, jobs))
        cell_not_asked("its memory grew, and it takes too long to tell a leak from what it keeps");
    else
        note_growth(lost, mapped, jobs);
}

static void drive(int client)
{
    work = all_work[client];
    if (!is_open(client))
        return;
    give_up_ns = pool_clock_ns() + most_ns;
    if (!work(AT_ONCE)) {
        cell_not_asked(is_late() ? too_long : otherwise);
    } else if (cell_is_slow(AT_ONCE * slow_ns + 20000000, few_jobs)) {
        cell_not_asked(too_long);
    } else {
        int64_t until = pool_clock_ns() + long_ns;
        if (!look_at_descriptors())
            look_at_blocks(until);
    }
    gate_open(FULL_GATE);
    helpers_join();
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    static const char *const whats[] = {[RUN] = "job",
                                        [REFUSED] = "refused job",
                                        [CANCELLED] = "cancelled job",
                                        [CALLS] = "call",
                                        [TIMED] = "job that found no room in time",
                                        [THREADS] = "thread that submits once, and ends,"};
    const _Atomic int64_t *notes = outcome->record->notes;
    const char *what = whats[outcome->cell->client];
    int64_t heap = atomic_load(&notes[HEAP]), jobs = atomic_load(&notes[JOBS]);
    if (jobs && atomic_load(&notes[DESCRIPTORS]) >= FEW)
        return verdict_own(verdict, "%d times, each %s leaves a descriptor open, %d together", AT_ONCE, what,
                           (int)atomic_load(&notes[DESCRIPTORS]));
    if (jobs && heap >= LEAST)
        return verdict_own(verdict, "each %s leaves %.3g bytes behind, after %d of them too", what, (double)heap / 100,
                           (int)jobs);
    if (jobs && atomic_load(&notes[MAPPED]) >= PAGE)
        return verdict_own(verdict, "each %s leaves %ld bytes mapped, after %d of them too", what,
                           (long)atomic_load(&notes[MAPPED]), (int)jobs);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, RUN, 0, 0},
    {"refused", FAULT_CLEAN, REFUSED, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {"cancelled", FAULT_CLEAN, CANCELLED, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE | POOL_CAN_CANCEL,
     POOL_CALLER_MAY_RUN},
    {"no room in time", FAULT_CLEAN, TIMED, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE,
     POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {"calls", FAULT_CLEAN, CALLS, 0, POOL_CAN_RUN_APART},
    {"new threads", FAULT_CLEAN, THREADS, 0, POOL_CAN_RUN_APART},
};

static const struct fault growth_per_job = {
    .number = 41,
    .name = "growth-per-job",
    .group = "growth",
    .source = "celery/celery#486, Taymindis/atomic_threadpool#1",
    .slow = true,
    .summary = "each job leaves something behind: memory grows with all that ever ran",
    .bug = "The record of a job, its future or its statistics, is kept in a list that nobody empties; or it is given "
           "back where a job runs, and not where it is refused or cancelled; or each call has a record of its own.",
    .scenario = "15,000 empty jobs in blocks, with quiet between; what is allocated, mapped and open is counted. Where "
                "it grows, more of them: what is kept within a bound stops to grow. Again with jobs that a full queue "
                "refuses, at once or in time, with jobs that are cancelled, and with batches, waits and cancels; and "
                "by threads that submit once.",
    .diagnosis = "Each block of jobs kept about as much as the others.",
    .remedy = "Free the record with the outcome; keep counts, not records.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(growth_per_job);
