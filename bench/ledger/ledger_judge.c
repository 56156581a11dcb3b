/* ledger_judge.c - whether what was written down is what the contract promises.
 *
 * Each judgement names the promise it is about. What can be seen from outside later than
 * it happens (a job is accepted before its submit returns, taken before it begins) is
 * given the benefit: so many jobs as there are threads that may have one in hand. */

#include "bench/ledger/ledger_inner.h"

/* Whether some call may have been under way since, but for those that had returned before. */
static bool any_since(const struct ledger_calls *calls, uint32_t before)
{
    return calls->count == LEDGER_CALLS || before != (UINT32_C(1) << calls->count) - 1;
}

/* Jobs on threads of the pool this moment: these workers have no other in hand. */
static int running_apart(int pool)
{
    int count = 0;
    for (int i = 0; i < ledger->count; i++)
        count +=
            ledger->jobs[i].pool == pool && ledger->jobs[i].apart && ledger->jobs[i].began && !ledger->jobs[i].ended;
    return count;
}

static int cancels_open(int pool)
{
    int count = 0;
    const struct ledger_calls *cancels = &ledger->pools[pool].cancels;
    for (int i = 0; i < cancels->count; i++)
        count += !cancels->calls[i].returned;
    return count;
}

static int calls_open(int pool)
{
    int count = cancels_open(pool);
    for (int i = 0; i < ledger->count; i++)
        count += ledger->jobs[i].pool == pool && ledger->jobs[i].state == LEDGER_CALLED;
    return count;
}

static void judge_bound(int pool)
{
    const struct ledger_rules *rules = &ledger->pools[pool].rules;
    /* Who drops may hold two: the next one is taken before the last one has its outcome. */
    int hands = calls_open(pool) * (rules->full == POOL_DROP_OLDEST ? 2 : 1);
    int waiting = 0, in_hand = rules->workers - running_apart(pool) + hands;
    if (rules->capacity < 0)
        return;
    for (int i = 0; i < ledger->count; i++)
        waiting += ledger->jobs[i].pool == pool && ledger->jobs[i].state == LEDGER_ACCEPTED &&
                   ledger_may_wait(&ledger->jobs[i]);
    if (waiting > rules->capacity + (in_hand > 0 ? in_hand : 0))
        ledger_tell(LEDGER_BOUND, "%d accepted jobs wait, %d more may be in somebody's hand; the capacity is %d",
                    waiting, in_hand, (int)rules->capacity);
}

/* Jobs that were accepted before a cancel that had returned when this submit began: their
 * slots are free, though one of each worker's may be in its hand. */
static uint64_t cancelled_before(const struct ledger_job *job)
{
    const struct ledger_calls *cancels = &ledger_pool_of(job)->cancels;
    uint64_t set = 0;
    for (int i = 0; i < cancels->count; i++)
        if (job->cancels_before & UINT32_C(1) << i)
            set |= cancels->calls[i].accepted_before;
    return set;
}

/* Whether the queue may have been full at some moment of this submit. */
static bool may_be_full(const struct ledger_job *job)
{
    uint64_t gone = job->gone_before | cancelled_before(job);
    int most = 0;
    for (int i = 0; i < ledger->count; i++) {
        const struct ledger_job *other = &ledger->jobs[i];
        most += other != job && other->pool == job->pool &&
                (other->state == LEDGER_CALLED || other->state == LEDGER_ACCEPTED) && !(gone & LEDGER_BIT(i));
    }
    return most >= ledger_pool_of(job)->rules.capacity;
}

/* Whether a place for its result may have been missing: each job has one from its submit on,
 * and with all of the ledger's there are enough. */
static bool may_lack_place(const struct ledger_job *job)
{
    const struct ledger_rules *rules = &ledger_pool_of(job)->rules;
    int most = 0;
    for (int i = 0; i < ledger->count; i++)
        most += ledger->jobs[i].pool == job->pool && ledger->jobs[i].state != LEDGER_PLANNED &&
                ledger->jobs[i].state != LEDGER_UNUSED;
    return rules->results == POOL_RESULTS_THROTTLE && (rules->places < 0 || most > rules->places);
}

static bool is_never_refused_inside(const struct ledger_rules *rules)
{
    return rules->runs_inside && rules->full != POOL_REJECT && rules->full != POOL_DROP_OLDEST;
}

/* Calls of ancestors on one stack: no pool nests more jobs than so many. */
static int ancestors(const struct ledger_job *job)
{
    int count = 0;
    for (; job->parent >= 0; count++)
        job = &ledger->jobs[job->parent];
    return count;
}

/* The first of its family that is of the same pool, be there jobs of another one between: these may all be on one
 * stack, and then they are of one epoch. Or the job itself. */
static const struct ledger_job *oldest_of(const struct ledger_job *job)
{
    const struct ledger_job *oldest = job;
    for (const struct ledger_job *above = job; above->parent >= 0;) {
        above = &ledger->jobs[above->parent];
        if (above->pool == job->pool)
            oldest = above;
    }
    return oldest;
}

/* A job that may have a cancelled job above it on the way to its producer. */
static bool family_may_be_cancelled(const struct ledger_job *job)
{
    return any_since(&ledger_pool_of(job)->cancels, oldest_of(job)->cancels_before);
}

static void judge_refusal(int number, int status)
{
    const struct ledger_job *job = &ledger->jobs[number];
    const struct ledger_pool *pool = ledger_pool_of(job);
    const struct ledger_rules *rules = &pool->rules;
    bool inside = job->parent >= 0, places = rules->results == POOL_RESULTS_THROTTLE;
    if (job->runs || job->cancelled || job->dropped)
        ledger_tell(LEDGER_REFUSED_RAN, "job %d %s, and its submit returned %d", number,
                    job->runs ? "was run" : "came back through discard", status);
    else if (status == -ESHUTDOWN && !pool->closes.count && !pool->free_began)
        ledger_tell(LEDGER_STATUS, "the submit of job %d returned -ESHUTDOWN, and nobody has closed", number);
    else if (status == -ECANCELED && !family_may_be_cancelled(job))
        ledger_tell(LEDGER_STATUS, "the submit of job %d returned -ECANCELED, and no cancel was under way", number);
    else if (status == -EAGAIN && inside && ledger->jobs[job->parent].pool == job->pool &&
             is_never_refused_inside(rules) && !may_lack_place(job) && ancestors(job) < POOL_DEPTH_MAX / 2)
        ledger_tell(LEDGER_STATUS, "the submit of job %d inside a job returned -EAGAIN, and there it is to run at once",
                    number);
    else if (status == -EAGAIN && rules->full != POOL_REJECT && !inside)
        ledger_tell(LEDGER_STATUS, "the submit of job %d returned -EAGAIN under a policy that does not refuse", number);
    else if (status == -ETIMEDOUT && rules->full != POOL_TIMEOUT && !inside)
        ledger_tell(LEDGER_STATUS, "the submit of job %d returned -ETIMEDOUT under a policy without one", number);
    else if (status != -ESHUTDOWN && status != -ECANCELED && status != -EAGAIN && status != -ETIMEDOUT)
        ledger_tell(LEDGER_STATUS, "the submit of job %d returned %d", number, status);
    else if ((status == -EAGAIN || status == -ETIMEDOUT) && rules->capacity >= 0 && !places && !may_be_full(job))
        ledger_tell(LEDGER_BOUND,
                    "the submit of job %d was refused as full, and fewer jobs than the capacity of %d "
                    "were there",
                    number, (int)rules->capacity);
}

void ledger_judge_returned(int number, int status)
{
    const struct ledger_job *job = &ledger->jobs[number];
    if (status) {
        judge_refusal(number, status);
        return;
    }
    if (job->parent < 0 && job->closes_before)
        ledger_tell(LEDGER_CLOSE, "job %d was accepted, and its submit began after a close had returned", number);
    judge_bound(job->pool);
}

/* An older job of the same producer that still waits; -1: none, or it may be in the hand of
 * who drops or cancels it. */
static int overtaken(const struct ledger_job *job)
{
    if (ledger_pool_of(job)->rules.full == POOL_DROP_OLDEST || cancels_open(job->pool))
        return -1;
    for (int i = 0; i < ledger->count; i++) {
        const struct ledger_job *other = &ledger->jobs[i];
        if (other->pool == job->pool && other->who == job->who && other->parent < 0 && other->returned &&
            other->returned < job->called && other->state == LEDGER_ACCEPTED && ledger_may_wait(other))
            return i;
    }
    return -1;
}

void ledger_judge_started(int number)
{
    const struct ledger_job *job = &ledger->jobs[number];
    const struct ledger_pool *pool = ledger_pool_of(job);
    int before;
    if (job->runs > 1)
        ledger_tell(LEDGER_TWICE, "job %d was run twice", number);
    else if (job->state == LEDGER_REFUSED)
        ledger_tell(LEDGER_REFUSED_RAN, "job %d was run, and its submit had been refused", number);
    else if (job->state == LEDGER_PLANNED)
        ledger_tell(LEDGER_TWICE, "job %d was run before it was submitted", number);
    else if (job->cancelled || job->dropped)
        ledger_tell(LEDGER_DISCARD, "job %d was run after it had come back as %s", number,
                    job->cancelled ? "cancelled" : "dropped");
    else if (pool->ended && pool->rules.discards)
        ledger_tell(LEDGER_EARLY, "job %d was run after pool_receive had returned 0: the pool was drained", number);
    else if (pool->free_returned)
        ledger_tell(LEDGER_EARLY, "job %d was run after the pool had been freed", number);
    else if (pool->rules.ordered && job->apart && job->parent < 0 && (before = overtaken(job)) >= 0)
        ledger_tell(LEDGER_ORDER, "job %d began before job %d, which the same producer had submitted earlier", number,
                    before);
}

void ledger_judge_ended(int number)
{
    const struct ledger_job *job = &ledger->jobs[number];
    if (ledger_pool_of(job)->free_returned)
        ledger_tell(LEDGER_EARLY, "the pool was freed while job %d was running", number);
}

/* A job whose submit began after every cancel so far had returned, or whose parent's did. */
static bool out_of_reach(const struct ledger_job *job)
{
    return !any_since(&ledger_pool_of(job)->cancels, oldest_of(job)->cancels_before);
}

void ledger_judge_discarded(int number, enum pool_why why)
{
    const struct ledger_job *job = &ledger->jobs[number];
    const struct ledger_pool *pool = ledger_pool_of(job);
    const char *as = why == POOL_WHY_CANCELLED ? "cancelled" : why == POOL_WHY_DROPPED ? "dropped" : "a lost result";
    if (job->state == LEDGER_REFUSED || job->state == LEDGER_PLANNED)
        ledger_tell(LEDGER_REFUSED_RAN, "job %d came back through discard (%s), and had not been accepted", number, as);
    else if (why != POOL_WHY_RESULT_LOST && (job->cancelled || job->dropped))
        ledger_tell(LEDGER_DISCARD, "job %d came back through discard twice", number);
    else if (why != POOL_WHY_RESULT_LOST && job->runs)
        ledger_tell(LEDGER_DISCARD, "job %d has run, and came back as %s", number, as);
    else if (why == POOL_WHY_CANCELLED && out_of_reach(job))
        ledger_tell(LEDGER_CANCEL, "job %d was cancelled, and no cancel was under way since it was submitted", number);
    else if (why == POOL_WHY_DROPPED && pool->rules.full != POOL_DROP_OLDEST)
        ledger_tell(LEDGER_DISCARD, "job %d was dropped under a policy that drops nothing", number);
    else if (why == POOL_WHY_RESULT_LOST && (!job->ended || pool->rules.results == POOL_RESULTS_NONE))
        ledger_tell(LEDGER_RESULT, "the result of job %d was lost, and there was none", number);
    else if (why == POOL_WHY_RESULT_LOST && (job->lost || job->received))
        ledger_tell(LEDGER_RESULT, "the result of job %d was lost after it was %s", number,
                    job->lost ? "lost before" : "received");
}

/* Of these jobs, or a descendant of one: which settles after its children were accepted. */
static bool counts_for(int number, uint64_t accepted)
{
    for (int pool = ledger->jobs[number].pool; number >= 0 && ledger->jobs[number].pool == pool;
         number = ledger->jobs[number].parent) {
        if (accepted & LEDGER_BIT(number))
            return true;
        if (ledger->jobs[number].state != LEDGER_ACCEPTED && ledger->jobs[number].state != LEDGER_CALLED)
            return false;
    }
    return false;
}

void ledger_judge_wait(int pool, const struct ledger_call *call, int status, bool limited, bool inside)
{
    if (inside ? status != -EDEADLK : status && !(limited && status == -ETIMEDOUT)) {
        ledger_tell(LEDGER_STATUS, "pool_wait returned %d%s", status, inside ? " inside a job" : "");
        return;
    }
    for (int i = 0; !status && i < ledger->count; i++) {
        const struct ledger_job *job = &ledger->jobs[i];
        if (job->pool != pool || ledger_settled(job) || job->state != LEDGER_ACCEPTED ||
            !counts_for(i, call->accepted_before))
            continue;
        ledger_tell(LEDGER_EARLY, "pool_wait returned while job %d %s", i,
                    job->began ? "was running" : "had not begun");
    }
}

void ledger_judge_close(int pool, const struct ledger_call *call, int status)
{
    if (status && status != -EALREADY)
        ledger_tell(LEDGER_STATUS, "pool_close returned %d", status);
    else if (!status && call->before)
        ledger_tell(LEDGER_CLOSE, "a close returned 0 after another had returned: each is the first");
    else if (status && ledger->pools[pool].closes.count == 1 && !ledger->pools[pool].free_began)
        ledger_tell(LEDGER_CLOSE, "the only close returned -EALREADY");
}

void ledger_judge_cancel(int pool, const struct ledger_call *call, int status)
{
    int open = 0, which = -1, workers = ledger->pools[pool].rules.workers;
    if (status)
        ledger_tell(LEDGER_STATUS, "pool_cancel returned %d", status);
    for (int i = 0; i < ledger->count; i++) {
        const struct ledger_job *job = &ledger->jobs[i];
        if (call->accepted_before & LEDGER_BIT(i) && ledger_may_wait(job)) {
            open++;
            which = i;
        }
    }
    if (open > workers - running_apart(pool))
        ledger_tell(LEDGER_CANCEL,
                    "pool_cancel returned with %d jobs of before it neither begun nor settled (job %d is one); only %d "
                    "workers may have one in hand",
                    open, which, workers - running_apart(pool));
}

void ledger_judge_received(int number, int status)
{
    const struct ledger_job *job = &ledger->jobs[number];
    if (job->received > 1)
        ledger_tell(LEDGER_RESULT, "the result of job %d was received twice", number);
    else if (!job->ended || job->lost)
        ledger_tell(LEDGER_RESULT, "a result of job %d was received, which %s", number,
                    job->lost ? "was lost" : "has not ended");
    else if (status != job->status)
        ledger_tell(LEDGER_RESULT, "the result of job %d is %d, and the job's status was %d", number, status,
                    job->status);
}

void ledger_judge_ended_results(int pool)
{
    for (int i = 0; ledger->pools[pool].rules.discards && i < ledger->count; i++)
        if (ledger->jobs[i].pool == pool && ledger->jobs[i].state == LEDGER_ACCEPTED &&
            !ledger_settled(&ledger->jobs[i]))
            ledger_tell(LEDGER_EARLY, "pool_receive returned 0 while job %d had no outcome", i);
    if (!ledger->pools[pool].closes.count && !ledger->pools[pool].free_began)
        ledger_tell(LEDGER_EARLY, "pool_receive returned 0, and nobody has closed");
}

static void judge_fate(int number)
{
    const struct ledger_job *job = &ledger->jobs[number];
    const struct ledger_rules *rules = &ledger_pool_of(job)->rules;
    if (!ledger_settled(job) && !rules->discards && !job->began)
        return; /* cancelled or dropped, and not told */
    if (!ledger_settled(job))
        ledger_tell(job->began ? LEDGER_EARLY : LEDGER_LOST, "job %d was accepted, and %s when the pool was freed",
                    number, job->began ? "was still running" : "had no outcome");
}

/* Once the pool is freed, and nobody can have received what is not written down yet. */
void ledger_judge_results(int pool)
{
    const struct ledger_rules *rules = &ledger->pools[pool].rules;
    if (rules->results == POOL_RESULTS_NONE || !rules->discards || ledger->pools[pool].receives_open)
        return;
    for (int i = 0; i < ledger->count; i++) {
        const struct ledger_job *job = &ledger->jobs[i];
        if (job->pool == pool && job->state == LEDGER_ACCEPTED && job->ended && !job->received && !job->lost)
            ledger_tell(LEDGER_RESULT, "the result of job %d was neither received nor given back", i);
    }
}

void ledger_judge_free(int pool, int64_t count)
{
    const struct ledger_pool *freed = &ledger->pools[pool];
    int lost = 0;
    for (int i = 0; i < ledger->count; i++) {
        lost += ledger->jobs[i].pool == pool && ledger->jobs[i].lost;
        if (ledger->jobs[i].pool == pool && ledger->jobs[i].state == LEDGER_ACCEPTED)
            judge_fate(i);
    }
    ledger_judge_results(pool);
    if (count < 0)
        ledger_tell(LEDGER_STATUS, "pool_free returned %d", (int)count);
    else if (freed->rules.discards && (count > lost || count < freed->lost_by_free))
        ledger_tell(LEDGER_RESULT,
                    "pool_free returned %d given-up results; %d were given back on its thread, %d in all", (int)count,
                    freed->lost_by_free, lost);
}
