/* patience.h - when a pool that was waited for is given up: when nothing has moved for
 * so long. Progress counts as life; as there are finitely many jobs, it ends. What counts is only
 * time in which this process ran: while it is stopped (Ctrl-Z), frozen with its container, or gets
 * no CPU, a pool that is well does not move either. */
#ifndef PATIENCE_H
#define PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "pools/core/pool.h"

struct patience {
    struct pool *pool;
    int64_t limit_ns;
    int64_t until_ns;           /* when to look next */
    int64_t began_ns, alive_ns; /* alive: later than it moved by as much as looks were late */
    uint64_t moved;             /* what the pool had done when it was looked at last */
};

void patience_begin(struct patience *patience, struct pool *pool, int64_t limit_ns);

/* Whether to wait on, till until_ns: not when the pool was looked at and has not got on
 * for the limit. */
bool patience_left(struct patience *patience);

/* From now on nobody has patience: who waits gives up within an eighth of his limit.
 * Async-signal-safe. */
void patience_end(void);

/* Whether that was called. */
bool patience_ended(void);

/* Called now and then when a slice takes longer than the limit and gets on; NULL: nobody
 * wants to know. Set before any slice runs. */
extern void (*patience_on_progress)(void);

#endif
