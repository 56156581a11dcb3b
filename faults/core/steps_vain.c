/* steps_vain.c - waits that end though nobody called; see steps.h. */
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>

#include "faults/core/births.h"
#include "faults/core/code.h"
#include "faults/core/real.h"
#include "faults/core/steps.h"

static _Atomic uint32_t vain; /* number of the round; even: none */
static _Atomic int woken_in_vain;

void steps_wake_in_vain(void)
{
    atomic_store_explicit(&vain, (atomic_load(&vain) | 1) + 2, memory_order_release);
}

void steps_wake_truly(void)
{
    atomic_store(&vain, (atomic_load(&vain) | 1) + 1);
}

int steps_woken_in_vain(void)
{
    return atomic_load(&woken_in_vain);
}

#ifndef FAULTS_WRAP
static const struct timespec vain_time = {0, 200000};

/* Whether the wait that begins is one of those that end in vain. */
static bool is_vain(const void *from)
{
    static __thread uint32_t my_round;
    static __thread int my_times;
    uint32_t round = atomic_load_explicit(&vain, memory_order_acquire);
    if (round % 2 == 0 || births_busy || code_is_barred(from))
        return false;
    my_times = my_round == round ? my_times + 1 : 1;
    my_round = round;
    if (my_times > STEPS_VAIN_TIMES)
        return false;
    atomic_fetch_add(&woken_in_vain, 1);
    return true;
}

/* Whoever calls meanwhile is heard. */
bool steps_wait_in_vain(pthread_cond_t *condition, pthread_mutex_t *mutex, const void *from, int *answer)
{
    struct timespec soon;
    if (!is_vain(from))
        return false;
    clock_gettime(CLOCK_MONOTONIC, &soon);
    soon.tv_nsec += vain_time.tv_nsec;
    soon.tv_sec += soon.tv_nsec / 1000000000;
    soon.tv_nsec %= 1000000000;
    *answer = real_pthread_cond_clockwait()(condition, mutex, CLOCK_MONOTONIC, &soon);
    *answer = *answer == ETIMEDOUT ? 0 : *answer;
    return true;
}

/* A futex wait that would last longer. */
static bool is_long_wait(const long *words)
{
    int command = (int)words[1] & FUTEX_CMD_MASK;
    const struct timespec *timeout = (const struct timespec *)words[3];
    return (command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET) &&
           (!timeout || command == FUTEX_WAIT_BITSET || timeout->tv_sec > 0 || timeout->tv_nsec > vain_time.tv_nsec);
}

bool steps_futex_in_vain(const long *words, const void *from, long *answer)
{
    int operation = FUTEX_WAIT | ((int)words[1] & FUTEX_PRIVATE_FLAG), error = errno;
    if (!is_long_wait(words) || !is_vain(from))
        return false;
    *answer = real_syscall()(SYS_futex, words[0], operation, words[2], &vain_time, NULL, 0);
    if (*answer && errno == ETIMEDOUT) {
        errno = error;
        *answer = 0;
    }
    return true;
}
#endif
