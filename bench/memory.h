/* memory.h - what the allocator and the kernel say about this process. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>
#include <stdint.h>

struct memory {
    bool measured; /* false without jemalloc (sanitizer builds): then all are 0 */
    uint64_t allocated_bytes, resident_bytes;
    uint64_t peak_bytes; /* of the resident set, by the kernel, since process start */
};

/* Threads: any. Costs some microseconds; never inside a measured interval. */
void memory_read(struct memory *memory);

/* jemalloc's version, or NULL when it is not linked. */
const char *memory_allocator(void);

#endif
