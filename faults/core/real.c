/* real.c - see real.h. */
#include "faults/core/real.h"

#include <dlfcn.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>

#ifndef FAULTS_WRAP
/* The real function; of a condition variable's the version that this program would get. */
static void *next_of(const char *name, const char *version)
{
    void *found = version ? dlvsym(RTLD_NEXT, name, version) : NULL;
    return found ? found : dlsym(RTLD_NEXT, name);
}

#define REAL(name, version)                                                                                            \
    __typeof__(&name) real_##name(void)                                                                                \
    {                                                                                                                  \
        static void *_Atomic found;                                                                                    \
        void *now = atomic_load_explicit(&found, memory_order_relaxed);                                                \
        if (!now) {                                                                                                    \
            now = next_of(#name, version);                                                                             \
            atomic_store_explicit(&found, now, memory_order_relaxed);                                                  \
        }                                                                                                              \
        return (__typeof__(&name))(uintptr_t)now;                                                                      \
    }
REAL(pthread_mutex_lock, NULL)
REAL(pthread_mutex_unlock, NULL)
REAL(pthread_cond_wait, "GLIBC_2.3.2")
REAL(pthread_cond_timedwait, "GLIBC_2.3.2")
REAL(pthread_cond_clockwait, NULL)
REAL(pthread_cond_signal, "GLIBC_2.3.2")
REAL(pthread_cond_broadcast, "GLIBC_2.3.2")
REAL(sem_wait, NULL)
REAL(sem_timedwait, NULL)
REAL(sem_post, NULL)
REAL(usleep, NULL)
REAL(nanosleep, NULL)
REAL(syscall, NULL)
REAL(malloc, NULL)
REAL(calloc, NULL)
REAL(free, NULL)

#define CALL real_syscall()
#else
#define CALL syscall
#endif

void real_sleep_on(_Atomic uint32_t *word, uint32_t value, int64_t ns)
{
    struct timespec timeout = {ns / 1000000000, ns % 1000000000};
    CALL(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, ns < 0 ? NULL : &timeout, NULL, 0);
}

void real_wake_all(_Atomic uint32_t *word)
{
    CALL(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

int real_thread(void)
{
    return (int)CALL(SYS_gettid);
}
