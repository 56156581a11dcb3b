/* tail-after-free.c - workers are still in the library's code after free.
 *
 * They were told to go and are not awaited: their last steps (a log line, a
 * destructor) run while the owner unloads the library. A thread whose main function
 * still runs after free, for 0.15 ms of its own time, or asleep in it, is one; one in a nap at once. The
 * workers are made nice, so that whoever waits for them goes first. */
#include <time.h>

#include "faults/core/births.h"
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

enum { JOBS = 4, LOOKS = 200, THREADS = 64, ROUNDS = 12, ROUNDS_OURS = 3, ROUNDS_LEAST = 2 };
static const int64_t used_ns = 150000;
static const int64_t budget_ns = 1000000000; /* of a pool that is slow; most take a hundredth of it */

/* What a thread has used since free returned, in ns; or that it slept. */
enum { USED, SLEPT };

static bool is_living(pid_t thread)
{
    pid_t now[THREADS];
    for (int n = births_living(now, THREADS); n > 0; n--)
        if (now[n - 1] == thread)
            return true;
    return false;
}

/* The threads that are there when free returns, as long as one is. */
static bool linger(void)
{
    pid_t threads[THREADS];
    int64_t began[THREADS], before[THREADS];
    int count = births_living(threads, THREADS), still[THREADS] = {0};
    for (int i = 0; i < count; i++)
        began[i] = before[i] = settle_run_ns(threads[i]);
    for (int i = 0; i < count; i++)
        if (settle_naps(threads[i]) && is_living(threads[i]))
            return cell_note(SLEPT, 1), true;
    for (int look = 0; look < LOOKS && births_alive(); look++) {
        nanosleep(&(struct timespec){0, 100000}, NULL);
        for (int i = 0; i < count; i++) {
            int64_t ran = settle_run_ns(threads[i]);
            if (!is_living(threads[i]) || ran < 0)
                continue;
            still[i] = ran == before[i] ? still[i] + 1 : 0;
            before[i] = ran;
            if (ran - began[i] > used_ns)
                return cell_note(USED, ran - began[i]), true;
            if (still[i] > LOOKS / 2 && settle_sleeping(threads[i]))
                return cell_note(SLEPT, 1), true;
        }
    }
    return false;
}

static void drive(int client)
{
    int64_t until = pool_clock_ns() + budget_ns;
    (void)client;
    births_nice(19);
    for (int round = 0;
         round < (cell_is_foreign() ? ROUNDS : ROUNDS_OURS) && (round < ROUNDS_LEAST || pool_clock_ns() < until);
         round++) {
        cell_tried(round + 1, 1);
        if (cell_open((struct pool_config){.capacity = 16}))
            return;
        for (int i = 0; i < JOBS; i++)
            cell_submit_other(cell_empty_job, NULL);
        cell_wait(-1);
        cell_free();
        if (linger())
            return;
    }
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    if (atomic_load(&notes[USED]))
        return verdict_own(verdict, "free has returned, and a worker runs on in its code, %.3g ms so far",
                           (double)atomic_load(&notes[USED]) / 1e6);
    if (atomic_load(&notes[SLEPT]))
        return verdict_own(verdict, "free has returned, and a worker sleeps in its code");
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART, POOL_THREADS_STAY},
    {"", FAULT_ARMED, 0, POOL_DEFECT_UNJOINED | POOL_DEFECT_TAIL, POOL_CAN_RUN_APART},
};

static const struct fault tail_after_free = {
    .number = 106,
    .name = "tail-after-free",
    .group = "end",
    .source = "nodejs/node#35021, libuv/libuv#2763",
    .summary = "workers are still in the library's code when free has returned",
    .bug = "The workers are detached and counted as gone by themselves, before they are.",
    .scenario = "Pools are freed; threads whose main function still runs afterwards are watched.",
    .diagnosis = "A thread that was counted as gone goes on, in code and memory that the owner may take away.",
    .remedy = "Join each worker; nothing that it does itself can say that it has ended.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(tail_after_free);
