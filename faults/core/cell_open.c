/* cell_open.c - see cell.h: the pool that is opened, and what its open is answered. */
#include "faults/core/cell.h"

#include <errno.h>
#include <stdlib.h>

#include "faults/core/births.h"
#include "faults/core/refusal.h"
#include "faults/core/self.h"
#include "pools/core/futex.h"

static void (*_Atomic in_discard)(void);

void cell_on_discard(void (*call)(void))
{
    atomic_store(&in_discard, call);
}

static void on_discard(void *arg, enum pool_why why)
{
    void (*call)(void) = atomic_load(&in_discard);
    struct record_job *job = self_job_of(arg);
    if (!job && !atomic_load(&self.others))
        self_count(&self.record->phantoms);
    if (job)
        self_count(why == POOL_WHY_CANCELLED ? &job->cancelled : why == POOL_WHY_DROPPED ? &job->dropped : &job->lost);
    if (call)
        call();
}

/* A pool that has fewer workers than it was asked for is judged by those it has (a foreign one
 * by those that the probe has seen). Where the machine refused it the others, the judge begins
 * anew, and asks for those that it has. */
static void opened_with(int workers, int asked, int refusal)
{
    bool fewer = asked == self.asked && workers >= 1 && workers < asked;
    atomic_store(&self.record->workers, workers);
    if (refusal) {
        record_refuse(fewer && workers >= CELL_WORKERS_LEAST ? &self.record->fewer : &self.record->refused, refusal);
        _exit(74);
    }
    if (fewer && !cell_is_foreign())
        self.workers = workers;
}

/* Where the machine refuses what it takes, there is no more to learn. */
static void not_opened(int error, int asked, int refusal)
{
    if (refusal)
        record_refuse(&self.record->refused, refusal);
    if (refusal_is_real(-error, asked > 0 ? asked : self.workers)) {
        record_refuse(&self.record->refused, -error);
        _exit(73);
    }
    if (asked == self.asked)
        record_refuse(&self.record->not_opened, abs(error));
}

static bool is_refusal(int error)
{
    return error == -ENOMEM || error == -EAGAIN || error == -EMFILE || error == -ENFILE;
}

static void full_becomes(struct pool_config *config, enum pool_full full)
{
    config->full = full;
    config->full_timeout_ns = full == POOL_TIMEOUT ? INT64_C(3600000000000) : 0;
}

void cell_full_as_before(struct pool_config *config)
{
    full_becomes(config, (enum pool_full)atomic_load(&self.record->full_instead));
}

/* What a submit meets in a full queue is the matter of few scenarios: a foreign pool in which none waits for room is
 * asked the others under a policy that it has. */
static int open_as_it_can(struct pool **opened, struct pool_config config)
{
    static const enum pool_full ways[] = {POOL_REJECT, POOL_TIMEOUT, POOL_CALLER_RUNS};
    bool blocks = config.full == POOL_BLOCK;
    int error = pool_open(opened, self.ops, &config);
    if (is_refusal(error)) /* of the moment, maybe */
        error = pool_open(opened, self.ops, &config);
    for (size_t i = 0; error == -ENOTSUP && blocks && cell_is_foreign() && i < sizeof ways / sizeof *ways; i++) {
        full_becomes(&config, ways[i]);
        error = pool_open(opened, self.ops, &config);
        if (!error)
            atomic_store(&self.record->full_instead, (uint32_t)ways[i]);
    }
    return error;
}

static int open_with(struct pool_config config, int workers)
{
    struct pool *opened = NULL;
    int error;
    config.workers = workers;
    config.discard = on_discard;
    config.spin_ns = POOL_NO_SPIN;
    self_begin("pool_open");
    error = open_as_it_can(&opened, config);
    self.pool = error ? NULL : opened;
    self_end();
    return error;
}

int cell_open_size(struct pool_config config, int workers)
{
    static _Atomic int refusal; /* of threads, while it opens */
    int error;
    if (workers == self.workers)
        workers = self.asked; /* for those that run it was asked for so many */
    if (workers == 0)         /* none may refuse all jobs */
        self_answer(RECORD_SUBMIT, 0);
    atomic_store(&refusal, 0);
    births_report(&refusal);
    error = open_with(config, workers);
    births_report(&self.record->refused);
    if (!error)
        opened_with(cell_stats().workers, workers, record_refusal(&refusal));
    else
        not_opened(error, workers, record_refusal(&refusal));
    return error;
}

void cell_exit(void)
{
    self_begin("exit");
    exit(0);
}

int cell_try_open(struct pool_config config)
{
    return cell_try_open_size(config, self.asked);
}

int cell_try_open_size(struct pool_config config, int workers)
{
    int error = open_with(config, workers);
    if (!error && !cell_is_foreign() && cell_stats().workers >= 1 && cell_stats().workers < self.workers)
        self.workers = cell_stats().workers;
    if (error == -ENOTSUP)
        cell_not_asked("its open answers that it cannot (-ENOTSUP)");
    return error;
}

int cell_empty_job(void *arg)
{
    (void)arg;
    return 0;
}

void cell_live(void)
{
    enum { LIVE_JOBS = 4, LIVE_CAPACITY = 64 };
    if (!cell_is_foreign())
        return;
    atomic_store(&self.record->plain, 1);
    if (cell_open((struct pool_config){.capacity = LIVE_CAPACITY}))
        return;
    for (int i = 0; i < LIVE_JOBS; i++)
        cell_submit_other(cell_empty_job, NULL);
    cell_wait(-1);
    cell_settle();
    cell_free();
    atomic_store(&self.record->plain, 0);
}

void cell_adopt(struct pool *other)
{
    self.pool = other;
}

int cell_open(struct pool_config config)
{
    return cell_open_size(config, self.workers);
}
