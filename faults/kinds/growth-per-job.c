/* growth-per-job.c - each job leaves something behind.
 *
 * The record of a job is kept after it has run, so memory grows with all that was ever
 * submitted. Jobs run in blocks with quiet between; what the allocator has given out
 * and not got back, block by block, is lost for each job. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

enum { BLOCK = 3000, BLOCKS = 4, LONG_BLOCK = 20000, BLOCKS_MOST = 16, AT_ONCE = 64, LEAST = 800 };
static const int64_t slow_ns = 100000, long_ns = 3000000000;

/* Bytes lost for each job, by hundreds, in the least block. */
enum { HEAP, JOBS };

static int pass(void *arg)
{
    (void)arg;
    return 0;
}

static bool run_jobs(int count)
{
    for (int i = 0; i < count; i++) {
        if (cell_submit_other(pass, NULL) < 0)
            return false;
        if (i % AT_ONCE == AT_ONCE - 1)
            cell_wait(-1);
    }
    cell_wait(-1);
    return true;
}

static void drive(int client)
{
    int64_t began = pool_clock_ns(), lost = INT64_MAX, before;
    int jobs = 0;
    (void)client;
    if (cell_open((struct pool_config){.capacity = 1024}))
        return;
    if (!run_jobs(AT_ONCE) || pool_clock_ns() - began > AT_ONCE * slow_ns + 20000000) {
        cell_not_asked("takes too long for many jobs");
        cell_free();
        return;
    }
    run_jobs(BLOCK);
    before = settle_use().heap;
    for (int block = 0; block < BLOCKS || (lost >= LEAST && block < BLOCKS_MOST && pool_clock_ns() - began < long_ns);
         block++) {
        int size = block < BLOCKS ? BLOCK : LONG_BLOCK;
        int64_t now;
        if (!run_jobs(size))
            break;
        jobs += size;
        now = settle_use().heap;
        lost = (now - before) * 100 / size < lost ? (now - before) * 100 / size : lost;
        before = now;
    }
    cell_note(HEAP, lost);
    cell_note(JOBS, jobs);
    if (lost < LEAST && jobs > BLOCKS * BLOCK)
        cell_remark("what it keeps grew for %d jobs, and then no more", jobs);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    int64_t heap = atomic_load(&outcome->record->notes[HEAP]), jobs = atomic_load(&outcome->record->notes[JOBS]);
    if (jobs && heap >= LEAST)
        return verdict_own(verdict, "each job leaves %.3g bytes behind, after %d jobs too", (double)heap / 100,
                           (int)jobs);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, 0},
};

static const struct fault growth_per_job = {
    .number = 41,
    .name = "growth-per-job",
    .group = "growth",
    .source = "celery/celery#486, Taymindis/atomic_threadpool#1",
    .slow = true,
    .summary = "each job leaves something behind: memory grows with all that ever ran",
    .bug = "The record of a job, its future or its statistics, is kept in a list that nobody empties.",
    .scenario = "15,000 empty jobs in blocks, with quiet between; what is allocated is counted. Where it grows, more "
                "of them: what is kept within a bound stops to grow.",
    .diagnosis = "Each block of jobs kept about as much as the others.",
    .remedy = "Free the record with the outcome; keep counts, not records.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(growth_per_job);
