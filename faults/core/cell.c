/* cell.c - see cell.h. */
#include "faults/core/cell.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "faults/core/births.h"
#include "faults/core/fault.h"
#include "faults/core/self.h"
#include "faults/core/waker.h"
#include "pools/core/futex.h"

const struct pool_ops *cell_pool(void)
{
    return self.ops;
}

int cell_asked(void)
{
    return self.asked;
}

int cell_workers(void)
{
    return self.workers;
}

struct pool *cell_handle(void)
{
    return self.pool;
}

int cell_runners(void)
{
    return fault_pool_can(self.ops) & POOL_CAN_RUN_APART ? self.workers : 1;
}

bool cell_is_foreign(void)
{
    return pool_is_added(self.ops);
}

const struct record *cell_record(void)
{
    return self.record;
}

void cell_note(int note, int64_t value)
{
    atomic_store(&self.record->notes[note], value);
}

void cell_note_add(int note, int64_t more)
{
    atomic_fetch_add(&self.record->notes[note], more);
}

void cell_tried(int tries, int gaps)
{
    atomic_store(&self.record->tries, (uint32_t)tries);
    atomic_store(&self.record->gaps, (uint32_t)gaps);
}

bool cell_is_slow(int64_t limit_ns, void (*few)(void))
{
    enum { TRIES_LEAST = 2, TRIES = 4 };
    static const int64_t enough_ns = 1000000000;
    int64_t spent_ns = 0;
    for (int i = 0; i < TRIES && (i < TRIES_LEAST || spent_ns < enough_ns); i++) {
        int64_t begin_ns = pool_clock_ns(), took_ns;
        few();
        took_ns = pool_clock_ns() - begin_ns;
        if (took_ns <= limit_ns)
            return false;
        spent_ns += took_ns;
    }
    return true;
}

void cell_remark(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(self.record->remark, sizeof self.record->remark, format, arguments);
    va_end(arguments);
}

void cell_not_asked(const char *why)
{
    snprintf(self.record->not_asked, sizeof self.record->not_asked, "%s", why);
}

void cell_forget(void)
{
    memset(self.record->jobs, 0, sizeof self.record->jobs); /* no pool is open: nobody else is here */
}

/* Sleeps on a word of the record; only the judge wakes it. */
static void sleep_on(_Atomic uint32_t *word, uint32_t value)
{
    syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

/* Does what the judge asks for: the others may be asleep for ever. */
static void inspect(uint32_t ask)
{
    switch (ask) {
    case RECORD_EXPLAIN:
        cell_explain();
        break;
    case RECORD_WAKER:
        atomic_store(&self.record->waker, (int)waker_find());
        atomic_store(&self.record->waiting, births_waiting());
        break;
    case RECORD_LET_GO:
        births_gate_up();
        break;
    default:
        break;
    }
}

static void *inspector_main(void *arg)
{
    (void)arg;
    self_introduce(RECORD_CLIENTS - 1, "inspector");
    for (;;) {
        while (!atomic_load(&self.record->ask))
            sleep_on(&self.record->ask, 0);
        inspect(atomic_load(&self.record->ask));
        atomic_store(&self.record->ask, RECORD_NOTHING);
    }
    return NULL;
}

/* It takes no signal, from its first instruction on: whom one of the pool's wakes must not be hidden from the
 * judge, who does not look at this thread; and one that the opener blocks, for a worker to take, must find no thread
 * that has not blocked it. */
static void start_inspector(void)
{
    pthread_t inspector;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    births_of_client(&inspector, inspector_main, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void cell_main(const struct cell_start *start, void (*drive)(int client), int client)
{
    static _Atomic uint32_t never;
    uint64_t one = 1;
    self = (struct self){.ops = start->pool,
                         .asked = start->asked,
                         .workers = start->width ? start->width : start->asked,
                         .record = start->record,
                         .no_job_gate = start->without & CELL_NO_JOB_GATE,
                         .no_birth_gate = start->without & CELL_NO_BIRTH_GATE,
                         .no_ledger = start->without & CELL_NO_LEDGER};
    births_report(&self.record->refused);
    births_register(self.record); /* those that were there before are not left behind */
    if (cell_is_foreign())
        mallopt(M_PERTURB, 0x5a); /* what is freed is no longer as it was */
    self_introduce(0, "client");
    start_inspector();
    atomic_store(&self.record->running_ns, pool_clock_ns());
    drive(client);
    atomic_store(&self.record->state, RECORD_ENDED);
    if (write(start->ended_fd, &one, sizeof one) < 0) {
        if (errno == EBADF) /* that is one who closes what is not his */
            _exit(CELL_LOST_DESCRIPTOR);
        record_refuse(&self.record->refused, errno);
        _exit(71);
    }
    for (;;)
        sleep_on(&never, 0);
}
