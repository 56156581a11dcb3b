/* ledger_write.c - writes down what the users of a pool see; see ledger.h. */
#include "bench/ledger/ledger.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench/ledger/ledger_inner.h"

static struct ledger own;
struct ledger *ledger = &own;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void take(void)
{
    if (ledger->world->lock)
        pthread_mutex_lock(&lock);
    ledger->now++;
}

/* For who follows the schedule step by step. */
#define NOTE(...)                                                                                                      \
    do {                                                                                                               \
        if (ledger->world->note)                                                                                       \
            ledger->world->note(__VA_ARGS__);                                                                          \
    } while (0)

static void give(void)
{
    if (ledger->world->lock)
        pthread_mutex_unlock(&lock);
}

const char *ledger_promise_name(enum ledger_promise promise)
{
    static const char *const names[] = {
        [LEDGER_TWICE] = "ran twice",           [LEDGER_LOST] = "lost",
        [LEDGER_EARLY] = "early return",        [LEDGER_REFUSED_RAN] = "refused but run",
        [LEDGER_BOUND] = "over capacity",       [LEDGER_ORDER] = "out of order",
        [LEDGER_STATISTICS] = "statistics",     [LEDGER_RESULT] = "result",
        [LEDGER_CANCEL] = "cancel's promise",   [LEDGER_CLOSE] = "close's promise",
        [LEDGER_STATUS] = "wrong status",       [LEDGER_DISCARD] = "argument given back",
        [LEDGER_MEMORY_ORDER] = "not yet seen",
    };
    return names[promise];
}

size_t ledger_size(void)
{
    return sizeof own;
}

void ledger_keep_in(void *memory)
{
    ledger = memory;
}

void ledger_begin(const struct ledger_world *world)
{
    memset(ledger, 0, sizeof *ledger);
    ledger->world = world;
}

void ledger_pool(int pool, const struct ledger_rules *rules)
{
    ledger->pools[pool].rules = *rules;
}

void ledger_tell(enum ledger_promise promise, const char *format, ...)
{
    char words[256];
    va_list list;
    if (ledger->broken)
        return;
    ledger->broken = true;
    va_start(list, format);
    vsnprintf(words, sizeof words, format, list);
    va_end(list);
    ledger->world->broken(promise, words);
}

int ledger_job(int pool, int parent, int who)
{
    int job = -1;
    take();
    if (ledger->count < LEDGER_JOBS) {
        job = ledger->count++;
        ledger->jobs[job] = (struct ledger_job){.state = LEDGER_PLANNED, .pool = pool, .parent = parent, .who = who};
    }
    give();
    return job;
}

/* Calls that have returned, and it is seen here. */
static uint32_t returned_before(const struct ledger_calls *calls)
{
    uint32_t set = 0;
    for (int i = 0; i < calls->count; i++)
        if (calls->calls[i].returned && ledger->world->happened(calls->calls[i].returned_at))
            set |= UINT32_C(1) << i;
    return set;
}

static uint64_t accepted_before(int pool)
{
    uint64_t set = 0;
    for (int i = 0; i < ledger->count; i++)
        if (ledger->jobs[i].pool == pool && ledger->jobs[i].state == LEDGER_ACCEPTED &&
            ledger->world->happened(ledger->jobs[i].accepted_at))
            set |= LEDGER_BIT(i);
    return set;
}

static uint64_t gone_before(int pool)
{
    uint64_t set = 0;
    for (int i = 0; i < ledger->count; i++) {
        const struct ledger_job *job = &ledger->jobs[i];
        if (job->pool == pool && (job->began || job->cancelled || job->dropped) &&
            ledger->world->happened(job->gone_at))
            set |= LEDGER_BIT(i);
    }
    return set;
}

void ledger_submit_begins(int job)
{
    struct ledger_job *entry = &ledger->jobs[job];
    take();
    entry->state = LEDGER_CALLED;
    entry->called = ledger->now;
    entry->closes_before = returned_before(&ledger_pool_of(entry)->closes);
    entry->cancels_before = returned_before(&ledger_pool_of(entry)->cancels);
    entry->gone_before = gone_before(entry->pool);
    give();
    NOTE("submits job %d", job);
}

void ledger_submit_returned(int job, int status)
{
    struct ledger_job *entry = &ledger->jobs[job];
    NOTE(status ? "job %d is refused: %d" : "job %d is accepted", job, status);
    take();
    entry->state = status ? LEDGER_REFUSED : LEDGER_ACCEPTED;
    entry->returned = ledger->now;
    entry->accepted_at = ledger->world->mark();
    ledger_judge_returned(job, status);
    give();
}

void ledger_submit_not_reached(int job, int status)
{
    struct ledger_job *entry = &ledger->jobs[job];
    if (status) {
        ledger_submit_returned(job, status);
        return;
    }
    take();
    entry->state = LEDGER_REFUSED;
    if (entry->runs || entry->cancelled || entry->dropped)
        ledger_tell(LEDGER_REFUSED_RAN, "job %d %s, and its batch had ended before it", job,
                    entry->runs ? "was run" : "came back through discard");
    give();
}

bool ledger_has_run(int job)
{
    return ledger->jobs[job].ended;
}

void ledger_started(int job, bool apart)
{
    struct ledger_job *entry = &ledger->jobs[job];
    NOTE("job %d begins", job);
    take();
    entry->runs++;
    entry->apart = apart;
    ledger_judge_started(job);
    entry->began = ledger->now;
    entry->gone_at = ledger->world->mark();
    give();
}

void ledger_ended(int job, int status)
{
    struct ledger_job *entry = &ledger->jobs[job];
    NOTE("job %d ends", job);
    take();
    entry->status = status;
    ledger_judge_ended(job);
    entry->ended = ledger->now;
    give();
}

void ledger_discarded(int job, enum pool_why why, bool mine)
{
    struct ledger_job *entry = &ledger->jobs[job];
    NOTE(why == POOL_WHY_RESULT_LOST ? "the result of job %d is lost"
         : why == POOL_WHY_DROPPED   ? "job %d is dropped"
                                     : "job %d is cancelled",
         job);
    take();
    if (mine && why == POOL_WHY_RESULT_LOST)
        ledger_pool_of(entry)->lost_by_free++;
    ledger_judge_discarded(job, why);
    entry->cancelled += why == POOL_WHY_CANCELLED;
    entry->dropped += why == POOL_WHY_DROPPED;
    entry->lost += why == POOL_WHY_RESULT_LOST;
    entry->given_back = ledger->now;
    if (why != POOL_WHY_RESULT_LOST)
        entry->gone_at = ledger->world->mark();
    give();
}

/* Calls beyond the last place are not judged. */
static int begins(int pool, struct ledger_calls *calls, const char *what)
{
    int call = -1;
    NOTE("begins to %s", what);
    take();
    if (calls->count < LEDGER_CALLS) {
        call = calls->count++;
        calls->calls[call] = (struct ledger_call){
            .began = ledger->now, .accepted_before = accepted_before(pool), .before = returned_before(calls)};
    }
    give();
    return call;
}

/* The call that has returned just now, or NULL. The lock is taken. */
static const struct ledger_call *returned(struct ledger_calls *calls, int call, const char *what)
{
    NOTE("returns from %s", what);
    take();
    if (call < 0)
        return NULL;
    calls->calls[call].returned = ledger->now;
    calls->calls[call].returned_at = ledger->world->mark();
    return &calls->calls[call];
}

int ledger_wait_begins(int pool)
{
    return begins(pool, &ledger->pools[pool].waits, "wait");
}

void ledger_wait_returned(int pool, int call, int status, bool limited, bool inside)
{
    const struct ledger_call *known = returned(&ledger->pools[pool].waits, call, "wait");
    if (known)
        ledger_judge_wait(pool, known, status, limited, inside);
    give();
}

uint64_t ledger_waited_for(int pool, int call)
{
    return call < 0 ? 0 : ledger->pools[pool].waits.calls[call].accepted_before;
}

int ledger_close_begins(int pool)
{
    return begins(pool, &ledger->pools[pool].closes, "close");
}

void ledger_close_returned(int pool, int call, int status)
{
    const struct ledger_call *known = returned(&ledger->pools[pool].closes, call, "close");
    if (known)
        ledger_judge_close(pool, known, status);
    give();
}

int ledger_cancel_begins(int pool)
{
    return begins(pool, &ledger->pools[pool].cancels, "cancel");
}

void ledger_cancel_returned(int pool, int call, int status)
{
    const struct ledger_call *known = returned(&ledger->pools[pool].cancels, call, "cancel");
    if (known)
        ledger_judge_cancel(pool, known, status);
    give();
}

void ledger_free_begins(int pool)
{
    NOTE("begins to free");
    take();
    ledger->pools[pool].free_began = ledger->now;
    give();
}

void ledger_free_returned(int pool, int64_t count)
{
    NOTE("returns from free");
    take();
    ledger->pools[pool].free_returned = ledger->now;
    ledger_judge_free(pool, count);
    give();
}

void ledger_receive_begins(int pool)
{
    take();
    ledger->pools[pool].receives_open++;
    give();
}

void ledger_receive_ends(int pool)
{
    take();
    ledger->pools[pool].receives_open--;
    if (ledger->pools[pool].free_returned)
        ledger_judge_results(pool);
    give();
}

void ledger_received(int job, int status)
{
    NOTE("receives the result of job %d", job);
    take();
    ledger->jobs[job].received++;
    ledger_judge_received(job, status);
    give();
}

void ledger_results_ended(int pool)
{
    NOTE("is told that there are no more results");
    take();
    ledger->pools[pool].ended = ledger->now;
    ledger_judge_ended_results(pool);
    give();
}

int ledger_stats_begins(int pool)
{
    return begins(pool, &ledger->pools[pool].looks, "look at the statistics");
}

int ledger_results_open(int pool)
{
    int open = 0;
    for (int i = 0; i < ledger->count; i++)
        open +=
            ledger->jobs[i].pool == pool && ledger->jobs[i].ended && !ledger->jobs[i].received && !ledger->jobs[i].lost;
    return open;
}

int ledger_waiting_jobs(void)
{
    int waiting = 0;
    for (int i = 0; i < ledger->count; i++)
        waiting += ledger->jobs[i].state == LEDGER_ACCEPTED && ledger_may_wait(&ledger->jobs[i]);
    return waiting;
}

/* Of some pool with waiting jobs. */
bool ledger_worker_free(void)
{
    for (int pool = 0; pool < LEDGER_POOLS; pool++) {
        int waiting = 0, running = 0;
        for (int i = 0; i < ledger->count; i++) {
            const struct ledger_job *job = &ledger->jobs[i];
            waiting += job->pool == pool && job->state == LEDGER_ACCEPTED && ledger_may_wait(job);
            running += job->pool == pool && job->apart && job->began && !job->ended;
        }
        if (waiting && running < ledger->pools[pool].rules.workers)
            return true;
    }
    return false;
}

void ledger_awaits_child(int job)
{
    take();
    for (int i = 0; i < ledger->count; i++)
        if (ledger->jobs[i].parent == job && ledger->jobs[i].state == LEDGER_ACCEPTED && !ledger->jobs[i].ended)
            ledger->jobs[job].awaits_child = true;
    give();
}

bool ledger_child_awaited(void)
{
    bool awaited = false;
    for (int i = 0; i < ledger->count; i++)
        awaited = awaited || ledger->jobs[i].awaits_child;
    return awaited;
}

bool ledger_child_waits(void)
{
    bool waits = false;
    for (int i = 0; i < ledger->count; i++) {
        const struct ledger_job *job = &ledger->jobs[i];
        waits = waits || (job->parent >= 0 && ledger->jobs[job->parent].awaits_child && job->state == LEDGER_ACCEPTED &&
                          ledger_may_wait(job));
    }
    return waits && ledger_worker_free();
}

static const char *state_text(const struct ledger_job *job)
{
    return job->state == LEDGER_PLANNED    ? "not submitted"
           : job->state == LEDGER_CALLED   ? "its submit has not returned"
           : job->state == LEDGER_ACCEPTED ? "accepted"
                                           : "refused";
}

static const char *fate_text(const struct ledger_job *job)
{
    return job->cancelled ? ", cancelled"
           : job->dropped ? ", dropped"
           : job->ended   ? ", has run"
           : job->began   ? ", runs"
                          : ", has not begun";
}

void ledger_describe(char *text, size_t size)
{
    size_t used = 0;
    *text = '\0';
    for (int i = 0; i < ledger->count && used < size; i++) {
        const struct ledger_job *job = &ledger->jobs[i];
        char from[32];
        if (job->parent >= 0)
            snprintf(from, sizeof from, "job %d", job->parent);
        else
            snprintf(from, sizeof from, "producer %d", job->who);
        used += (size_t)snprintf(
            text + used, size - used, "job %d of %s: %s%s%s\n", i, from, state_text(job),
            job->state == LEDGER_PLANNED || (job->state == LEDGER_REFUSED && !job->runs) ? "" : fate_text(job),
            job->lost       ? ", its result lost"
            : job->received ? ", its result received"
                            : "");
    }
}
