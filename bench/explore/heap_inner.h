/* heap_inner.h - what heap.c, heap_leaks.c and heap_calls.c share: the blocks. */
#ifndef HEAP_INNER_H
#define HEAP_INNER_H

#include "bench/explore/calls.h"

enum { HEAP_BLOCKS_MAX = 1 << 20 };

struct heap_block {
    char *at;
    size_t size;
    const void *pc, *free_pc;
    int thread, free_thread;
    bool reached; /* heap_leaks */
    size_t cut;   /* bytes that munmap took away before the rest */
    char *kept;   /* its contents at each schedule's begin; of blocks that stay */
};

/* In the order in which they were given, and of their addresses; the first heap_blocks_kept are there
 * when a schedule begins. */
extern struct heap_block *heap_blocks;
extern uint32_t heap_block_count, heap_blocks_kept;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

/* Whether what the code at this address asks for lies in the arena; whether an address does. */
bool heap_asked_by(const void *caller);
bool heap_has(const void *block);

/* A new block, and one whose bytes are no zeros. NULL: refused; outside a schedule, too, where no room is left. */
void *heap_give(size_t alignment, size_t size, const void *pc);
void *heap_give_filled(size_t alignment, size_t size, const void *pc);
void heap_take_back(void *at, const void *pc);
struct heap_block *heap_block_at(const void *at);        /* that begins there; NULL: none */
struct heap_block *heap_block_near(const char *address); /* whose bytes, or those beside it, are meant */

/* heap_calls.c: what is not in the arena. */
void heap_calls_begin(void); /* a schedule begins */
void heap_calls_keep(void);  /* what is there stays */

#endif
