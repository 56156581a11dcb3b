/* calls.h - for the files that stand in for calls of the C library: the calls_*.c and
 * heap.c. The program is linked so that libraries, too, find ours first. */
#ifndef CALLS_H
#define CALLS_H

#include "bench/explore/runtime.h"

/* The C library's own, for what is called outside a schedule. Never NULL. */
void *calls_find(const char *name);
#define CALLS_REAL(name)                                                                                               \
    __extension__({                                                                                                    \
        static __typeof__(&name) real_one;                                                                             \
        if (!real_one)                                                                                                 \
            real_one = (__typeof__(&name))(uintptr_t)calls_find(#name);                                                \
        real_one;                                                                                                      \
    })

struct timespec;
int64_t calls_ns(const struct timespec *time); /* INT64_MAX: more than fits */
int64_t calls_after(int64_t ns);               /* the deadline that is so far away */

/* A deadline on one of the virtual clocks, as one of the monotonic one. */
int64_t calls_deadline(clockid_t clock, const struct timespec *until);

/* An interposed call begins: a point at this address, and, but for SC, all stores drained. */
#define CALLS_BEGIN(name, address)                                                                                     \
    do {                                                                                                               \
        RUNTIME_HERE();                                                                                                \
        calls_begin(name, address);                                                                                    \
    } while (0)
void calls_begin(const char *name, const void *address);

/* After what others may see: another point, in some schedules. */
void calls_end(void);

/* Whether this wait ends at once, for no reason. */
bool calls_spurious(const char *why, const void *address);

/* calls_cancel.c: waits in a call that is a cancellation point; is one. */
bool calls_block(const void *address, const char *why, int64_t deadline_ns);
void calls_cancel_point(void);

/* calls_lock.c, for conditions. Relock: 0, or what pthread_mutex_lock would say of a robust one. */
void calls_unlock(pthread_mutex_t *mutex);
int calls_relock(pthread_mutex_t *mutex, const char *why);

/* calls_robust.c: of a mutex that is none they do nothing. Taken: 0, or the error with which its
 * lock returns. */
bool calls_robust_is(const pthread_mutex_t *mutex);
int calls_robust_taken(pthread_mutex_t *mutex);
void calls_robust_given(pthread_mutex_t *mutex);
void calls_robust_end(struct runtime_thread *thread); /* which ends, and may hold some */

/* calls_thread.c */
struct runtime_thread *calls_thread_of(pthread_t self); /* NULL: no thread of this schedule */
struct runtime_thread *calls_thread_start(void *(*run)(void *), void *arg);

/* calls_keys.c */
void calls_keys_begin(void);                        /* a schedule begins */
void calls_keys_keep(void);                         /* keys that are there stay */
void calls_keys_end(struct runtime_thread *thread); /* destructors of what it has */

/* calls_loader.c */
void calls_loader_begin(void); /* a schedule begins */

/* calls_kernel.c */
void calls_kernel_begin(void); /* a schedule begins */

/* calls_io.c */
void calls_io_begin(void);
bool calls_io_outside(const struct runtime_thread *thread); /* waits for a descriptor of somebody else's */
bool calls_io_ready(void);                                  /* nobody is ready: readies those whose descriptor is */

#endif
