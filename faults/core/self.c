/* self.c - see self.h. */
#include "faults/core/self.h"

#include <errno.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pools/core/futex.h"

struct self self;
__thread int self_thread;
__thread bool self_is_client;

void self_introduce(int number, const char *name)
{
    prctl(PR_SET_NAME, name);
    self_is_client = true;
    atomic_store(&self.record->clients[number], (int)syscall(SYS_gettid));
}

void self_begin(const char *name)
{
    struct record_call *call = &self.record->calls[self_thread];
    snprintf(call->name, sizeof call->name, "%s", name);
    atomic_store(&call->since_ns, pool_clock_ns());
    atomic_fetch_add(&call->turn, 1);
}

void self_end(void)
{
    atomic_fetch_add(&self.record->calls[self_thread].turn, 1);
}

void self_patient(int64_t until_ns)
{
    int64_t until = atomic_load(&self.record->patient_until_ns);
    while (until < until_ns && !atomic_compare_exchange_weak(&self.record->patient_until_ns, &until, until_ns))
        ;
}

/* Errors that the contract names are answers like others. That a queue is full is one of a batch, of which that may be
 * all that is asked; a submit is refused by it. */
bool self_is_named(enum record_kind kind, int error)
{
    static const int named[RECORD_KINDS][4] = {
        [RECORD_SUBMIT] = {ETIMEDOUT, ESHUTDOWN, ECANCELED},
        [RECORD_BATCH] = {EAGAIN, ETIMEDOUT, ESHUTDOWN, ECANCELED},
        [RECORD_CLOSE] = {EALREADY},
        [RECORD_WAIT] = {ETIMEDOUT, EDEADLK},
    };
    for (int i = 0; i < 4; i++)
        if (named[kind][i] == error)
            return true;
    return false;
}

void self_answer(enum record_kind kind, int answer)
{
    if (answer >= 0 || self_is_named(kind, -answer))
        atomic_fetch_add(&self.record->answers[kind].well, 1);
    else
        record_refuse(&self.record->answers[kind].strange, -answer);
}

void self_count(_Atomic uint32_t *word)
{
    if (!self.no_ledger)
        atomic_fetch_add(word, 1);
}

struct record_job *self_job_of(void *arg)
{
    uintptr_t id = (uintptr_t)arg;
    return id < atomic_load(&self.record->job_count) ? &self.record->jobs[id] : NULL;
}
