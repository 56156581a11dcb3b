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

/* "stats.allocated", "stats.resident": bytes; 0 without jemalloc. */
int64_t heap_read(const char *what);

#endif
