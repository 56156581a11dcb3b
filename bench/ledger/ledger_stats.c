/* ledger_stats.c - pool_stats against itself, against an earlier look, and against what
 * was seen of the jobs. */
#include <inttypes.h>

#include "bench/ledger/ledger_inner.h"

static void judge_inequalities(const struct pool_stats *now)
{
    uint64_t settled = now->done + now->failed + now->cancelled + now->dropped;
    if (now->done + now->failed > now->started || now->started > now->accepted || settled > now->accepted)
        ledger_tell(LEDGER_STATISTICS,
                    "accepted %" PRIu64 ", started %" PRIu64 ", done %" PRIu64 " + failed %" PRIu64
                    ", settled in all %" PRIu64 ": not in that order",
                    now->accepted, now->started, now->done, now->failed, settled);
}

static void judge_growth(const struct pool_stats *now, const struct pool_stats *before)
{
    if (now->accepted < before->accepted || now->started < before->started || now->done < before->done ||
        now->failed < before->failed || now->cancelled < before->cancelled || now->dropped < before->dropped ||
        now->received < before->received || now->lost < before->lost)
        ledger_tell(LEDGER_STATISTICS, "a counter of pool_stats decreased for its reader");
}

static int count(int pool, bool (*of)(const struct ledger_job *job))
{
    int sum = 0;
    for (int i = 0; i < ledger->count; i++)
        sum += ledger->jobs[i].pool == pool && of(&ledger->jobs[i]);
    return sum;
}

static bool was_submitted(const struct ledger_job *job)
{
    return job->state == LEDGER_CALLED || job->state == LEDGER_ACCEPTED;
}

static bool was_accepted(const struct ledger_job *job)
{
    return job->state == LEDGER_ACCEPTED;
}

static bool has_ended(const struct ledger_job *job)
{
    return job->ended;
}

static bool is_done(const struct ledger_job *job)
{
    return job->ended && job->status >= 0;
}

static bool is_failed(const struct ledger_job *job)
{
    return job->ended && job->status < 0;
}

static bool is_cancelled(const struct ledger_job *job)
{
    return job->cancelled;
}

static bool is_dropped(const struct ledger_job *job)
{
    return job->dropped;
}

static bool is_received(const struct ledger_job *job)
{
    return job->received;
}

static bool is_lost(const struct ledger_job *job)
{
    return job->lost;
}

void ledger_stats(int pool, int call, const struct pool_stats *now, const struct pool_stats *before)
{
    const struct ledger_pool *seen = &ledger->pools[pool];
    int accepted = call < 0 ? 0 : __builtin_popcountll(seen->looks.calls[call].accepted_before);
    if (!seen->rules.counts)
        return;
    judge_inequalities(now);
    if (before)
        judge_growth(now, before);
    if (now->accepted < (uint64_t)accepted || now->accepted > (uint64_t)count(pool, was_submitted))
        ledger_tell(LEDGER_STATISTICS, "pool_stats says %" PRIu64 " accepted; %d had been before it, %d can be",
                    now->accepted, accepted, count(pool, was_submitted));
    else if (now->done + now->failed > (uint64_t)count(pool, has_ended))
        ledger_tell(LEDGER_STATISTICS, "pool_stats says %" PRIu64 " done or failed; %d jobs have ended",
                    now->done + now->failed, count(pool, has_ended));
    else if (seen->rules.places >= 0 && now->pending > (uint64_t)seen->rules.places)
        ledger_tell(LEDGER_BOUND, "pool_stats says that %" PRIu64 " results are pending, of %d places", now->pending,
                    (int)seen->rules.places);
    else if (seen->rules.capacity >= 0 && now->waiting > (uint64_t)seen->rules.capacity)
        ledger_tell(LEDGER_BOUND, "pool_stats says that %" PRIu64 " jobs wait; the capacity is %d", now->waiting,
                    (int)seen->rules.capacity);
}

void ledger_stats_at_rest(int pool, const struct pool_stats *now)
{
    const struct ledger_rules *rules = &ledger->pools[pool].rules;
    const struct {
        const char *name;
        uint64_t said;
        int seen;
    } rows[] = {{"accepted", now->accepted, count(pool, was_accepted)},
                {"started", now->started, count(pool, has_ended)},
                {"done", now->done, count(pool, is_done)},
                {"failed", now->failed, count(pool, is_failed)},
                {"cancelled", now->cancelled, count(pool, is_cancelled)},
                {"dropped", now->dropped, count(pool, is_dropped)},
                {"received", now->received, count(pool, is_received)},
                {"lost", now->lost, count(pool, is_lost)}};
    if (!rules->counts || !rules->discards)
        return;
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].said != (uint64_t)rows[i].seen && (i < 6 || rules->results != POOL_RESULTS_NONE))
            ledger_tell(LEDGER_STATISTICS, "at rest pool_stats says %" PRIu64 " %s, and %d were", rows[i].said,
                        rows[i].name, rows[i].seen);
    if (now->waiting)
        ledger_tell(LEDGER_STATISTICS, "at rest pool_stats says that %" PRIu64 " jobs wait", now->waiting);
}
