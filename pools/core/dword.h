/* dword.h - a slot of two words that changes in one step.
 *
 * A ring slot holds {tag, arg}. Publishing a job must write both at once, or a
 * producer that is preempted between them stops everybody behind it. x86-64
 * has cmpxchg16b, arm64 an exclusive pair; both are used through assembly,
 * because the compiler's 16-byte atomics call a library that may take a lock,
 * and because ThreadSanitizer tears them. The sanitizer is told of the order
 * that the instruction makes by release and acquire on the slot's address. */
#ifndef DWORD_H
#define DWORD_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pools/core/explored.h"

#if defined(__x86_64__) || defined(__aarch64__)
#define DWORD_CAS 1
#else
#define DWORD_CAS 0
#endif

struct dword {
    alignas(16) _Atomic uint64_t tag;
    _Atomic uint64_t value;
};

#ifdef __SANITIZE_THREAD__
void __tsan_acquire(void *address);
void __tsan_release(void *address);
#define DWORD_ACQUIRE(dword) __tsan_acquire(dword)
#define DWORD_RELEASE(dword) __tsan_release(dword)
#else
#define DWORD_ACQUIRE(dword) ((void)(dword))
#define DWORD_RELEASE(dword) ((void)(dword))
#endif

/* Reads the tag; what its writer did before happens before what follows. */
static inline uint64_t dword_tag(struct dword *dword)
{
    uint64_t tag = atomic_load_explicit(&dword->tag, memory_order_acquire);
    DWORD_ACQUIRE(dword);
    return tag;
}

/* Replaces {tag, value} by {new_tag, new_value} if it is what it was said to
 * be. Sequentially consistent on x86-64, release on arm64. */
static inline bool dword_swap(struct dword *dword, uint64_t tag, uint64_t value, uint64_t new_tag, uint64_t new_value)
{
    DWORD_RELEASE(dword);
#if defined(POOL_EXPLORED) && DWORD_CAS
    return explore_dword_swap(dword, tag, value, new_tag, new_value);
#elif defined(__x86_64__)
    bool swapped;
    __asm__ volatile("lock cmpxchg16b %1"
                     : "=@ccz"(swapped), "+m"(*dword), "+a"(tag), "+d"(value)
                     : "b"(new_tag), "c"(new_value)
                     : "memory");
    return swapped;
#elif defined(__aarch64__)
    uint64_t seen_tag, seen_value;
    uint32_t failed;
    __asm__ volatile("1: ldaxp %0, %1, %3\n"
                     "   cmp %0, %4\n"
                     "   ccmp %1, %5, #0, eq\n"
                     "   b.ne 2f\n"
                     "   stlxp %w2, %6, %7, %3\n"
                     "   cbnz %w2, 1b\n"
                     "   b 3f\n"
                     "2: clrex\n"
                     "   mov %w2, #1\n"
                     "3:\n"
                     : "=&r"(seen_tag), "=&r"(seen_value), "=&r"(failed), "+Q"(*dword)
                     : "r"(tag), "r"(value), "r"(new_tag), "r"(new_value)
                     : "cc", "memory");
    return !failed;
#else
    (void)tag, (void)value, (void)new_tag, (void)new_value;
    return false;
#endif
}

#endif
