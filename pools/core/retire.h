/* retire.h - queued jobs that will never run: who takes them away, and who waits until
 * they are settled.
 *
 * A canceller and a submitter that drops the oldest take jobs out of the queue and call
 * config.discard for them, which is the user's and may take its time; no lock is held
 * meanwhile. Each has a mark of its own that says which job that is; while it is being
 * taken, that this is not known yet. Before it returns, a canceller waits for the marks of
 * jobs that were accepted before: then none that it did not find any more is in such
 * hands. It waits for nobody who has a later job, however long that one's discard takes. */
#ifndef RETIRE_H
#define RETIRE_H

#include "pools/core/head.h"

/* A job in such a hand. */
struct pool_taken {
    struct pool_task task;
    _Atomic uint64_t *mark; /* NULL: all were in use; then it is one of retiring_more */
};

/* Takes the oldest job away that can be had and whose stamp is below `below`; its slot is
 * free then. Returns whether there was one; it is to be settled by the next call or the one
 * after. Blocks: no. */
bool pool_take_away(struct pool_head *head, struct pool_taken *taken, uint64_t below);

/* Settle it, as dropped or as cancelled. The caller announces it. Block: in discard. */
void pool_drop_taken(struct pool_head *head, const struct pool_taken *taken);
void pool_cancel_taken(struct pool_head *head, const struct pool_taken *taken);

/* Waits until each job with a stamp below `below` that is in such a hand now is settled, or
 * lies in the queue again: for who has none. */
void pool_taken_wait(struct pool_head *head, uint64_t below);

#endif
