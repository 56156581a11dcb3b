/* real.h - the C library's own functions, where this program has one of the same name (steps_calls.c):
 * real_malloc() is its malloc. In a sanitizer's program there are none here; it interposes them itself. */
#ifndef REAL_H
#define REAL_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#pragma GCC visibility push(hidden) /* a plug-in may have functions of these names */
#ifndef FAULTS_WRAP
#define REAL(name) __typeof__(&name) real_##name(void);
REAL(pthread_mutex_lock)
REAL(pthread_mutex_unlock)
REAL(pthread_cond_wait)
REAL(pthread_cond_timedwait)
REAL(pthread_cond_clockwait)
REAL(pthread_cond_signal)
REAL(pthread_cond_broadcast)
REAL(sem_wait)
REAL(sem_timedwait)
REAL(sem_post)
REAL(usleep)
REAL(nanosleep)
REAL(syscall)
REAL(malloc)
REAL(calloc)
REAL(free)
#undef REAL
#endif

/* Waits and wake-ups by the system call itself, which is no step of anybody. Sleeps while the word has that
 * value, for so long at most; below 0: without a limit. */
void real_sleep_on(_Atomic uint32_t *word, uint32_t value, int64_t ns);
void real_wake_all(_Atomic uint32_t *word);

/* The number of this thread. */
int real_thread(void);
#pragma GCC visibility pop

#endif
