/* record.h - what a cell leaves for its judge, in memory that both share.
 *
 * A cell is a process of its own and may crash, hang or be killed at any
 * moment; what it wrote before is here. The ledger has a slot for each job:
 * invariants are judged job by job, never by totals alone.
 *
 * The pool that is judged can write here, too, by mistake or on purpose: the judge
 * reads a copy that was brought within its bounds (record_copy). */
#ifndef RECORD_H
#define RECORD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pools/core/pool.h"

enum {
    RECORD_JOBS = 64,
    RECORD_CALLS = 10,
    RECORD_CLIENTS = 10,
    RECORD_NOTES = 12,
    RECORD_TEXT = 4096,
    RECORD_NAME = 40,
    RECORD_WHY = 160,
    RECORD_BORN = 2048
};

/* Each counts how often that happened to the job. */
struct record_job {
    _Atomic uint32_t submitted, accepted, refused;
    _Atomic uint32_t started, finished; /* the job itself */
    _Atomic uint32_t received, cancelled, dropped, lost;
};

/* A call that a thread of the client is in. */
struct record_call {
    char name[RECORD_NAME];   /* the caller writes it before its turn */
    _Atomic uint32_t turn;    /* odd: pending */
    _Atomic int64_t since_ns; /* CLOCK_MONOTONIC */
};

/* Calls that the client makes, and how each kind of them was answered; of those of jobs strange answers only. */
enum record_kind { RECORD_SUBMIT, RECORD_BATCH, RECORD_CLOSE, RECORD_CANCEL, RECORD_WAIT, RECORD_KINDS };
struct record_answers {
    _Atomic uint32_t well;
    _Atomic int strange; /* the first error that the contract does not name there; as `refused` */
};

enum record_state { RECORD_RUNNING, RECORD_ENDED };

/* What the judge asks of the cell's inspector, one at a time. */
enum record_ask { RECORD_NOTHING, RECORD_EXPLAIN, RECORD_WAKER, RECORD_LET_GO };

struct record {
    _Atomic uint32_t state;     /* of enum record_state */
    _Atomic int64_t running_ns; /* since when the scenario is played; CLOCK_MONOTONIC */
    struct record_job jobs[RECORD_JOBS];
    _Atomic uint32_t job_count;         /* jobs submitted have lower numbers */
    _Atomic uint32_t phantoms;          /* results and jobs that nobody submitted */
    _Atomic uint32_t held;              /* threads that the birth gate held */
    _Atomic uint32_t waiting;           /* threads that it holds, when the judge asked */
    _Atomic uint32_t let_go;            /* it was opened because all waited for those that it held */
    _Atomic uint32_t begun, arrived;    /* threads that were created, and that then ran */
    _Atomic uint32_t born[RECORD_BORN]; /* record_knows */
    _Atomic uint32_t cancels;           /* calls of pool_cancel that returned 0 */
    _Atomic int refused;                /* what the machine refused first: record_refusal */
    _Atomic int not_opened;             /* why not, asked for an ordinary size; as `refused` */
    _Atomic int fewer;                  /* why a pool has fewer workers than asked for; as `refused` */
    _Atomic uint32_t full_instead;      /* of enum pool_full: the policy it was asked under, which has no POOL_BLOCK */
    _Atomic uint32_t lacked_room;       /* and there was no room for a job, which under POOL_BLOCK would have waited */
    _Atomic int workers;                /* as the statistics of the latest pool said when it was open */
    struct record_call calls[RECORD_CALLS];
    struct record_answers answers[RECORD_KINDS];
    _Atomic int clients[RECORD_CLIENTS];    /* ids of threads that are not the pool's */
    _Atomic uint32_t reads[RECORD_CLIENTS]; /* while a client only reads the ledger: how often it did in vain, plus 1 */
    _Atomic int64_t patient_until_ns;       /* until then a client waits, and then goes on by itself; CLOCK_MONOTONIC */
    _Atomic int64_t notes[RECORD_NOTES];    /* of the scenario; each fault has its own meanings */
    _Atomic uint32_t plain;                 /* the pool's plain life is played, before the scenario: cell_live */
    _Atomic uint32_t tries, gaps;           /* of what shows itself by chance; 0: it would have been seen */
    char not_asked[RECORD_WHY];             /* why the scenario could not be played; empty: it was */
    char remark[RECORD_WHY];                /* worth saying though it holds; empty: nothing */
    _Atomic uint32_t ask;                   /* a futex, of enum record_ask; the inspector makes it 0 */
    _Atomic int waker;                      /* of enum waker: what the last RECORD_WAKER found */
    char untold[RECORD_NAME];               /* what the statistics were to say and did not; "": nothing */
    _Atomic uint32_t explained;             /* how often the following was written */
    struct pool_stats stats;
    char explanation[RECORD_TEXT];
};

/* Keeps the errno of the first refusal in such a word, which is 0 at the beginning. Threads:
 * any. Only what is marked as here counts: a pool may write over the record. */
enum { RECORD_MARK = 0x5afe0000, RECORD_ERRNO = 0xffff };
static inline void record_refuse(_Atomic int *word, int error)
{
    int none = 0;
    atomic_compare_exchange_strong(word, &none, RECORD_MARK | (error & RECORD_ERRNO));
}

/* The errno in it; 0: none. */
static inline int record_refusal(const _Atomic int *word)
{
    int value = atomic_load(word);
    return (value & ~RECORD_ERRNO) == RECORD_MARK ? value & RECORD_ERRNO : 0;
}

/* Threads that were born in this program, by their number modulo 65536: one that was not may
 * rarely read as one that was, where an older thread with that number was. */
static inline void record_born(struct record *record, int thread)
{
    uint32_t bit = (uint32_t)thread % (32 * RECORD_BORN);
    atomic_fetch_or(&record->born[bit / 32], UINT32_C(1) << bit % 32);
    atomic_fetch_add(&record->arrived, 1);
}

/* How many were created and have not run yet. */
static inline uint32_t record_unborn(const struct record *record)
{
    return atomic_load(&record->begun) - atomic_load(&record->arrived);
}

static inline bool record_knows(const struct record *record, int thread)
{
    uint32_t bit = (uint32_t)thread % (32 * RECORD_BORN);
    return atomic_load(&record->born[bit / 32]) >> bit % 32 & 1;
}

/* A sum over the ledger, which changes when anything happens to a job. */
static inline uint32_t record_ledger(const struct record *record)
{
    const _Atomic uint32_t *word = (const _Atomic uint32_t *)record->jobs;
    uint32_t sum = atomic_load(&record->phantoms);
    for (size_t i = 0; i < sizeof record->jobs / (sizeof *word); i++)
        sum += atomic_load_explicit(&word[i], memory_order_relaxed);
    for (int i = 0; i < RECORD_CALLS; i++)
        sum += atomic_load_explicit(&record->calls[i].turn, memory_order_relaxed);
    return sum;
}

/* A copy for reading, in which counts are at most what there is room for, and texts end.
 * Owner: the caller (free); NULL when out of memory. */
struct record *record_copy(const struct record *shared);

/* The job of a number from the record itself; one out of bounds is the first. */
const struct record_job *record_job_at(const struct record *record, int64_t id);

#endif
