/* retire.h - queued jobs that will never run: who takes them away, and who waits until
 * they are settled.
 *
 * A canceller and a submitter that drops the oldest take jobs out of the queue and call
 * config.discard for them, which is the user's and may take its time; no lock is held
 * meanwhile. They set a mark before they take and remove it when all that they took is
 * settled. Before it returns, a canceller waits each mark out once: then no job that it
 * did not find any more is in such hands. Those that come meanwhile do not count: the
 * marks have phases, and it waits for the old one. */
#ifndef RETIRE_H
#define RETIRE_H

#include "pools/core/head.h"

/* Around taking jobs away (design->evict) and settling them. The mark is handed back
 * at the end. Neither blocks. */
unsigned pool_retire_begin(struct pool_head *head);
void pool_retire_end(struct pool_head *head, unsigned mark);

/* Waits until each mark that is set now was removed. Not by who has one. */
void pool_retire_wait(struct pool_head *head);

/* Settles a job as dropped; as cancelled: pool_cancel_one. */
void pool_drop_one(struct pool_head *head, const struct pool_task *task);

#endif
