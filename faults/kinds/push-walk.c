/* push-walk.c - a submit walks along the jobs that wait.
 *
 * Said, and not judged: a queue by priority may be a list on purpose. Workers are held,
 * and a thread submits 10,000 jobs; what the cheapest of 32 submits uses of its CPU is
 * measured at the beginning and at the end, so that nobody's preemption counts. */
#include <time.h>

#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "pools/core/futex.h"

enum { GATE, CAPACITY = 16384, DEEP = 10000, SAMPLE = 32, FEW = 8 };
static const int64_t slow_ns = 40000000, most_ns = 4000000000;

/* Of one submit, in ns, plus 1: with few jobs waiting, with many; submits that came back. */
enum { SHALLOW_NS, DEEP_NS, SENT };

static int64_t used_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The cheapest of some submits. */
static int64_t cheapest_ns(void)
{
    int64_t least = INT64_MAX;
    for (int i = 0; i < SAMPLE; i++) {
        int64_t before = used_ns();
        cell_submit_other(cell_empty_job, NULL);
        least = used_ns() - before < least ? used_ns() - before : least;
    }
    return least;
}

static void submitter(void)
{
    cell_note(SHALLOW_NS, cheapest_ns() + 1);
    for (int i = 0; i < DEEP; i++) {
        cell_submit_other(cell_empty_job, NULL);
        cell_note(SENT, i + 1);
    }
    cell_note(DEEP_NS, cheapest_ns() + 1);
}

static void few_jobs(void)
{
    for (int i = 0; i < FEW; i++)
        cell_submit_other(cell_empty_job, NULL);
    cell_wait(-1);
}

/* Holds workers while the other thread submits, or until it has come to rest: then the queue is
 * smaller than was asked for. */
static void measure(void)
{
    enum { NAPS = 50 };
    const _Atomic int64_t *notes = cell_record()->notes;
    int64_t until = pool_clock_ns() + most_ns;
    int running = cell_runners();
    if (!cell_hold_all(0, running, GATE))
        return;
    helper_start(0, submitter);
    for (int64_t still = 0, sent = 0; still < NAPS && pool_clock_ns() < until && !atomic_load(&notes[DEEP_NS]);) {
        cell_settle();
        still = atomic_load(&notes[SENT]) == sent ? still + 1 : 0;
        sent = atomic_load(&notes[SENT]);
    }
    if (!atomic_load(&notes[DEEP_NS]))
        cell_not_asked("holds fewer than 10,000 jobs, or takes too long for them");
    gate_open(GATE);
    helpers_join();
}

static void drive(int client)
{
    double shallow, deep;
    (void)client;
    if (cell_open((struct pool_config){.capacity = CAPACITY}))
        return;
    if (cell_is_slow(slow_ns, few_jobs)) {
        cell_not_asked("takes too long for many jobs");
    } else {
        measure();
        shallow = (double)atomic_load(&cell_record()->notes[SHALLOW_NS]) / 1e3;
        deep = (double)atomic_load(&cell_record()->notes[DEEP_NS]) / 1e3;
        if (deep > 3 * shallow + 2) /* reading the clock is in both */
            cell_remark("a submit uses %.2g us with few jobs waiting, %.2g us with 10,000", shallow, deep);
    }
    cell_wait(-1);
    cell_free();
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_QUEUE | POOL_CAN_RUN_APART, POOL_CALLER_MAY_RUN},
};

static const struct fault push_walk = {
    .number = 133,
    .name = "push-walk",
    .group = "load",
    .source = "apr-util 1.6, apr_thread_pool.c: each push walks the list of tasks",
    .slow = true,
    .summary = "a submit walks along all jobs that wait: the longer the queue, the slower (said, not judged)",
    .bug = "A job is put into a list behind those of its kind, which are looked through from the beginning.",
    .scenario = "All workers held; a thread submits 10,000 jobs; what its submits use of its CPU is compared.",
    .diagnosis = "The cost of a submit grows with the jobs that wait: a full queue is filled ever more slowly.",
    .remedy = "Keep the end of the list; for priorities one list each, or a heap.",
    FAULT_CELLS(cells),
    .drive = drive,
};

FAULT_REGISTER(push_walk);
