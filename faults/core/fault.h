/* fault.h - the contract of a fault: a bug that worker pools are known for, and
 * how it is made to show itself each time.
 *
 * A fault is one file in faults/ that ends in FAULT_REGISTER. It has cells: the
 * pool as it is (clean), a client in the wrong on the good pool (misuse: the
 * pool stays safe and its explanation names the mistake), and the pool with a
 * defect switched on (armed: the check must catch it). `drive` is the scenario
 * and runs in the cell's process; `judge` looks at what it left, from outside.
 *
 * Layers: faults know the pools' contract and nothing else. */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>
#include <stddef.h>

#include "faults/core/record.h"
#include "faults/core/seen.h"
#include "pools/core/inject.h"

enum fault_kind { FAULT_CLEAN, FAULT_MISUSE, FAULT_ARMED };

struct fault_cell {
    const char *name; /* what is particular about it; "" for the plain one */
    enum fault_kind kind;
    int client;         /* which client `drive` plays; each fault has its own */
    uint64_t defects;   /* of enum pool_defect */
    unsigned needs;     /* of enum pool_can: without them it is not supported */
    unsigned barred;    /* of enum pool_declares: with one of them it is not supported */
    bool foreign;       /* asked of plug-ins only, which are asked nothing that is armed */
    bool native;        /* asked of our own pools only: its jobs call what a plug-in cannot give */
    const char *not_of; /* names of those of our own pools that cannot have it, as written; or NULL */
};

/* Whether a cell is asked of a pool at all: armed ones are not of plug-ins, whose
 * code has no injection points. */
bool fault_asks(const struct fault_cell *cell, const struct pool_ops *pool);

/* What the pool can, for a client that must not be held up: one whose jobs may run
 * in their submitter does not surely run them apart. */
unsigned fault_pool_can(const struct pool_ops *pool);

/* How a cell's process came to its end. */
enum outcome_end {
    OUTCOME_ENDED,   /* the scenario ran to its end */
    OUTCOME_HUNG,    /* proved: every thread sleeps, nothing can wake one */
    OUTCOME_CRASHED, /* a signal, or an exit of the process from within */
    OUTCOME_STALLED, /* no end within the limit, and no proof */
};

struct outcome {
    enum outcome_end end;
    int signal; /* that killed it; 0: it exited, with `status` */
    int status;
    int threads_left; /* threads of the pool after the scenario's end */
    const char *call; /* that the client's first thread is in, or NULL */
    int workers;      /* that run */
    int64_t limit_ns;
    const char *why_not; /* OUTCOME_STALLED: why that is no proof */
    const struct pool_ops *pool;
    const struct fault_cell *cell;
    const struct record *record;
};

enum verdict_kind {
    VERDICT_HOLDS,       /* nothing wrong was seen */
    VERDICT_NAMED,       /* the pool is safe and names the client's mistake */
    VERDICT_FAILS,       /* proved */
    VERDICT_STALLED,     /* unproved */
    VERDICT_UNSUPPORTED, /* the pool cannot be asked this */
    VERDICT_MACHINE,     /* nor can it here: the machine refused what the cell needs */
    VERDICT_UNSEEN,      /* nothing wrong was seen, in tries that may have missed it */
};

struct verdict {
    enum verdict_kind kind;
    bool own;          /* FAILS: it is this fault, not another */
    enum seen seen;    /* FAILS and not own, STALLED: what it is */
    char finding[512]; /* one line */
};

/* The group of those that stand in faults/; the others are kinds, in faults/kinds/. */
#define FAULT_KNOWN "known"

struct fault {
    int number; /* its place in the list */
    const char *name, *summary;
    const char *group;   /* what it is about; of the groups on the command line */
    const char *source;  /* public reports of it: project and number */
    bool slow;           /* asked only by its name, its group, or with all of them */
    bool forks;          /* its scenario forks; in the others a cell may start no process */
    const char *symptom; /* of the program in faults/programs: its kind, a colon, what is seen; NULL: none */
    /* In our own words, a paragraph each. */
    const char *bug, *scenario, *diagnosis, *remedy;
    const struct fault_cell *cells;
    int cell_count;
    void (*drive)(int client);
    /* Returns false if nothing that is this fault's business was seen. NULL: a cost, which is said
     * (cell_remark) and not judged. */
    bool (*judge)(const struct outcome *outcome, struct verdict *verdict);
};

#define FAULT_CELLS(table) .cells = table, .cell_count = (int)(sizeof(table) / sizeof *(table))

#define FAULT_REGISTER(table)                                                                                          \
    static const void *const fault_entry_##table __attribute__((used, retain, section("fault_table"))) = &(table)

/* The registered faults, in the order of the list. */
int fault_count(void);
const struct fault *fault_at(int index);
const struct fault *fault_find(const char *name);
bool fault_is_known(const struct fault *fault); /* has a program in faults/programs, too */

/* For judges: write the finding and set the kind. Return true. */
__attribute__((format(printf, 2, 3))) bool verdict_own(struct verdict *verdict, const char *format, ...);
__attribute__((format(printf, 2, 3))) bool verdict_named(struct verdict *verdict, const char *format, ...);

/* For a finding, what a call answered: "-EAGAIN", or the number where that is no error. Of the last four answers the
 * texts are kept. */
const char *verdict_answer(int answer);

/* Whether it was proved to hang, in this call; NULL: in any. */
bool outcome_hung_in(const struct outcome *outcome, const char *call);

/* Jobs accepted and neither started nor given back; jobs started or given back more often
 * than they were accepted. */
int ledger_unsettled(const struct record *record);
int ledger_overrun(const struct record *record);

/* Sums over the ledger. */
int ledger_accepted(const struct record *record);
int ledger_started(const struct record *record);
int ledger_finished(const struct record *record);
int ledger_received(const struct record *record);

/* Whether the explanation that the cell asked for holds this text. */
bool record_says(const struct record *record, const char *text);

#endif
