/* self.h - the cell that this process is: what the files behind cell.h share.
 *
 * A call of the client writes to the record when it begins and ends, and what it was answered;
 * what happens to a job is counted in its slot of the ledger. */
#ifndef SELF_H
#define SELF_H

#include "faults/core/record.h"

/* cell_main writes it before any other thread runs, but `pool`. */
struct self {
    const struct pool_ops *ops;
    int asked, workers;        /* of the pool: that it is asked for, and that run (cell_open.c, too) */
    struct pool *_Atomic pool; /* the client's, or NULL; the inspector looks at it, too */
    struct record *record;
    _Atomic bool others; /* there are jobs that are not in the ledger */
    /* Detectors that are taken out (enum cell_without). */
    bool no_job_gate, no_birth_gate, no_ledger;
};
__attribute__((visibility("hidden"))) extern struct self self; /* a plug-in may have one of that name */
extern __thread int self_thread;                               /* 0: the first client; its helpers 1.. */
extern __thread bool self_is_client;                           /* whether this thread is one */

/* Makes this thread known to the judge as a client. */
void self_introduce(int number, const char *name);

/* This thread is in a call, and is not. */
void self_begin(const char *name);
void self_end(void);

/* Until then this client waits for what may not come, and then goes on by itself: the judge does
 * not give up sooner. */
void self_patient(int64_t until_ns);

/* Whether the contract names the error there; and what a call was answered, into the record. */
bool self_is_named(enum record_kind kind, int error);
void self_answer(enum record_kind kind, int answer);

/* Adds one to a word of the ledger. */
void self_count(_Atomic uint32_t *word);

/* The slot of a job's argument; NULL: nobody submitted that. */
struct record_job *self_job_of(void *arg);

#endif
