/* heap.h - what jemalloc says of this process's memory; where it is not linked
 * (sanitizers), nothing. */
#ifndef HEAP_H
#define HEAP_H

#include <stdbool.h>
#include <stdint.h>

/* Whether there are figures at all. */
bool heap_known(void);

/* jemalloc's figures are those of the last refresh. Allocates nothing. Threads: any. */
void heap_refresh(void);

/* What a thread keeps for its next allocations counts as allocated. Gives back what the
 * calling thread keeps; or lets it keep nothing, so that all it takes and gives back
 * from here on is seen, until it may again. */
void heap_give_back(void);
void heap_may_keep(bool may);

/* "stats.allocated", "stats.resident": bytes; 0 without jemalloc. */
int64_t heap_read(const char *what);

#endif
