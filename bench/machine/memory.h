/* memory.h - what the allocator and the kernel say about this process. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>
#include <stdint.h>

struct memory {
    bool measured; /* false without jemalloc (sanitizer builds): then all are 0 */
    uint64_t allocated_bytes, resident_bytes;
    uint64_t peak_bytes; /* of the resident set, by the kernel, since memory_forget_peak */
};

/* What this thread has freed, and the allocator keeps for it, is given back first: else small
 * blocks come and go without being seen.
 * Threads: any. Costs some microseconds; never inside a measured interval. */
void memory_read(struct memory *memory);

/* Lets the peak begin anew at what is resident now. Where the kernel forbids it
 * (no /proc/self/clear_refs), the peak counts from the process's start. */
void memory_forget_peak(void);

/* jemalloc's version, or NULL when it is not linked. */
const char *memory_allocator(void);

#endif
