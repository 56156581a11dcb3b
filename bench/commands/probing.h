/* probing.h - some configurations measured in rounds, one after the other, into a document
 * that grows: what searches are made of.
 *
 * What a probe takes is known beforehand, and no round is left out because others took
 * long; each round holds a slice or a few of each entry, shuffled. */
#ifndef PROBING_H
#define PROBING_H

#include "bench/measure/plan.h"

struct probing {
    json_t *result;
    uint64_t seed;     /* of the first round */
    int64_t budget_ns; /* the least that a round has for each entry */
    int rounds;        /* in the document so far */

    /* Of the rounds that run, [count]: the entries, and which configurations of the document
     * these are. */
    const struct plan_entry *entries;
    const int *configurations;
    int count;

    /* Something runs: an entry's index. May be NULL. */
    void (*running)(void *context, int index);
    void *context;
};

/* Runs so many rounds. *each_s: the wall time that an entry took, on average. Returns 0,
 * -EINTR (what was measured is in the document), or -errno when no process could be
 * started. Failures of trials go to stderr. */
int probing_run(struct probing *probing, int rounds, double *each_s);

#endif
