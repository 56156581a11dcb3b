/* cell_until.c - see cell.h: what a client waits for that no gate tells it. */
#include "faults/core/cell.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "faults/core/proof.h"
#include "faults/core/self.h"
#include "faults/core/settle.h"
#include "faults/core/waker.h"
#include "pools/core/futex.h"

bool cell_settle_for(int64_t limit_ns)
{
    self_patient(pool_clock_ns() + limit_ns);
    return settle(limit_ns);
}

bool cell_is_still(void)
{
    pid_t me = (pid_t)syscall(SYS_gettid);
    struct proof_look first = {.but = {me}}, second = {.but = {me}};
    bool still;
    proof_look(getpid(), &first);
    cell_nap();
    proof_look(getpid(), &second);
    still = proof_holds(&first, &second) && waker_find() == WAKER_NONE;
    proof_close(&first);
    proof_close(&second);
    return still;
}

bool cell_settle(void)
{
    static const int64_t limit_ns = 20000000, limit_ours_ns = 300000000;
    return cell_settle_for(cell_is_foreign() ? limit_ns : limit_ours_ns); /* no idle worker of ours polls */
}

/* Of this process: what was not told. */
static const char *untold[8];

static bool was_untold(const char *what)
{
    bool found = false;
    for (size_t i = 0; i < sizeof untold / sizeof *untold && untold[i]; i++)
        found |= !strcmp(untold[i], what);
    return found;
}

static void note_untold(const char *what)
{
    size_t i = 0;
    while (i < sizeof untold / sizeof *untold - 1 && untold[i])
        i++;
    untold[i] = what;
}

/* Foreign pools tell less than ours, or later: what one has not told once is not waited for
 * as long again. The first is said. */
static bool loses_patience(const char *what, uint32_t *before, int64_t *since_ns)
{
    static const int64_t first_ns = 100000000, later_ns = 5000000;
    uint32_t sum = record_ledger(self.record);
    int64_t now_ns = pool_clock_ns(), patience_ns = was_untold(what) ? later_ns : first_ns;
    if (!cell_is_foreign())
        return false;
    if (sum != *before)
        *since_ns = now_ns;
    *before = sum;
    self_patient(*since_ns + patience_ns);
    if (now_ns - *since_ns < patience_ns)
        return false;
    note_untold(what);
    if (!*self.record->untold)
        snprintf(self.record->untold, sizeof self.record->untold, "%s", what);
    return true;
}

void cell_nap(void)
{
    enum { NAP_NS = 50000 };
    static _Atomic uint32_t never;
    pool_futex_wait(&never, 0, pool_clock_ns() + NAP_NS);
}

static void yield(int turn)
{
    enum { YIELDS = 200 };
    if (turn < YIELDS)
        sched_yield();
    else
        cell_nap();
}

void cell_await(bool (*reached)(void))
{
    self_begin("the end of a job");
    atomic_store(&self.record->reads[self_thread], 1); /* which wakes nobody */
    for (int i = 0; !reached(); i++) {
        atomic_fetch_add(&self.record->reads[self_thread], 1);
        yield(i);
    }
    atomic_store(&self.record->reads[self_thread], 0);
    self_end();
}

bool cell_until_told(const char *what, bool (*reached)(void))
{
    int64_t since_ns = pool_clock_ns();
    uint32_t before = record_ledger(self.record);
    bool there;
    self_begin(what);
    for (int i = 0; !(there = reached()) && !loses_patience(what, &before, &since_ns); i++)
        yield(i);
    self_end();
    return there;
}

void cell_until(bool (*reached)(void))
{
    cell_until_told("a state of the pool", reached);
}

bool helper_await(bool (*reached)(void), int64_t ns)
{
    int64_t until = pool_clock_ns() + ns;
    bool there;
    self_patient(until);
    self_begin("its other thread");
    atomic_store(&self.record->reads[self_thread], 1);
    for (int i = 0; !(there = reached()) && pool_clock_ns() < until; i++) {
        atomic_fetch_add(&self.record->reads[self_thread], 1);
        yield(i);
    }
    atomic_store(&self.record->reads[self_thread], 0);
    self_end();
    return there;
}
