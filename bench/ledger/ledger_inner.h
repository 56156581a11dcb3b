/* ledger_inner.h - what ledger_write.c writes down and ledger_judge.c judges. */
#ifndef LEDGER_INNER_H
#define LEDGER_INNER_H

#include "bench/ledger/ledger.h"

enum ledger_state { LEDGER_UNUSED, LEDGER_PLANNED, LEDGER_CALLED, LEDGER_ACCEPTED, LEDGER_REFUSED };

/* Times are numbers of events; 0: not yet. */
struct ledger_job {
    enum ledger_state state;
    int pool, parent, who;
    bool apart, awaits_child;
    int runs, cancelled, dropped, lost, received;
    int status; /* of its outcome; once ended */
    int called, returned, began, ended, given_back;
    struct ledger_mark accepted_at, gone_at; /* its submit had returned; it had begun, or was given back unrun */

    /* What had happened when its submit began: by the numbers of jobs, and of calls. */
    uint64_t gone_before;
    uint32_t closes_before, cancels_before;
};
_Static_assert(LEDGER_JOBS <= 64 && LEDGER_CALLS <= 32, "sets of them are words");

struct ledger_call {
    int began, returned;
    struct ledger_mark returned_at;
    uint64_t accepted_before; /* jobs whose submit had returned when it began */
    uint32_t before;          /* calls of its kind that had returned then */
};

struct ledger_calls {
    struct ledger_call calls[LEDGER_CALLS];
    int count;
};

struct ledger_pool {
    struct ledger_rules rules;
    struct ledger_calls waits, closes, cancels, looks;
    int free_began, free_returned, ended;
    int receives_open; /* what they have got may not be written down yet */
    int lost_by_free;  /* results given back on the freeing thread, since it began */
};

struct ledger {
    struct ledger_pool pools[LEDGER_POOLS];
    struct ledger_job jobs[LEDGER_JOBS];
    int count, now;
    bool broken;
    const struct ledger_world *world;
};
extern struct ledger *ledger;

static inline struct ledger_pool *ledger_pool_of(const struct ledger_job *job)
{
    return &ledger->pools[job->pool];
}

/* Has an outcome, as far as anybody outside can know. */
static inline bool ledger_settled(const struct ledger_job *job)
{
    return job->ended || job->cancelled || job->dropped;
}

/* Accepted, or may be so already. */
static inline bool ledger_may_wait(const struct ledger_job *job)
{
    return (job->state == LEDGER_CALLED || job->state == LEDGER_ACCEPTED) && !job->began && !job->cancelled &&
           !job->dropped;
}

/* Jobs that this bit of a set is of. */
#define LEDGER_BIT(number) (UINT64_C(1) << (number))

/* Called with the event written down, each. */
void ledger_judge_returned(int job, int status);
void ledger_judge_started(int job);
void ledger_judge_ended(int job);
void ledger_judge_discarded(int job, enum pool_why why);
void ledger_judge_wait(int pool, const struct ledger_call *call, int status, bool limited, bool inside);
void ledger_judge_close(int pool, const struct ledger_call *call, int status);
void ledger_judge_cancel(int pool, const struct ledger_call *call, int status);
void ledger_judge_received(int job, int status);
void ledger_judge_results(int pool);
void ledger_judge_ended_results(int pool);
void ledger_judge_free(int pool, int64_t count);

#endif
