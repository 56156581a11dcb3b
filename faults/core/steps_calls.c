/* steps_calls.c - the calls that are steps (steps.h), in place of the C library's own.
 *
 * Nothing that runs within a step may use one of them: threads wait by real_sleep_on. */
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "faults/core/real.h"
#include "faults/core/steps.h"

#ifndef FAULTS_WRAP
#define STEP_BEFORE(call) steps_take(call, false, __builtin_return_address(0))
#define STEP_AFTER(call) steps_take(call, true, __builtin_return_address(0))

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    STEP_BEFORE(STEPS_LOCK);
    return real_pthread_mutex_lock()(mutex);
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    int answer;
    STEP_BEFORE(STEPS_UNLOCK);
    answer = real_pthread_mutex_unlock()(mutex);
    STEP_AFTER(STEPS_UNLOCK);
    return answer;
}

int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    int answer;
    STEP_BEFORE(STEPS_WAIT);
    if (!steps_wait_in_vain(condition, mutex, __builtin_return_address(0), &answer))
        answer = real_pthread_cond_wait()(condition, mutex);
    steps_end_wait();
    STEP_AFTER(STEPS_WAIT);
    return answer;
}

int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until)
{
    int answer;
    STEP_BEFORE(STEPS_TIMED_WAIT);
    if (!steps_wait_in_vain(condition, mutex, __builtin_return_address(0), &answer))
        answer = real_pthread_cond_timedwait()(condition, mutex, until);
    steps_end_wait();
    STEP_AFTER(STEPS_TIMED_WAIT);
    return answer;
}

int pthread_cond_clockwait(pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock,
                           const struct timespec *until)
{
    int answer;
    STEP_BEFORE(STEPS_TIMED_WAIT);
    if (!steps_wait_in_vain(condition, mutex, __builtin_return_address(0), &answer))
        answer = real_pthread_cond_clockwait()(condition, mutex, clock, until);
    steps_end_wait();
    STEP_AFTER(STEPS_TIMED_WAIT);
    return answer;
}

int pthread_cond_signal(pthread_cond_t *condition)
{
    int answer;
    STEP_BEFORE(STEPS_SIGNAL);
    answer = real_pthread_cond_signal()(condition);
    STEP_AFTER(STEPS_SIGNAL);
    return answer;
}

int pthread_cond_broadcast(pthread_cond_t *condition)
{
    int answer;
    STEP_BEFORE(STEPS_BROADCAST);
    answer = real_pthread_cond_broadcast()(condition);
    STEP_AFTER(STEPS_BROADCAST);
    return answer;
}

int sem_wait(sem_t *semaphore)
{
    int answer;
    STEP_BEFORE(STEPS_SEM_WAIT);
    answer = real_sem_wait()(semaphore);
    STEP_AFTER(STEPS_SEM_WAIT);
    return answer;
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until)
{
    int answer;
    STEP_BEFORE(STEPS_SEM_WAIT);
    answer = real_sem_timedwait()(semaphore, until);
    STEP_AFTER(STEPS_SEM_WAIT);
    return answer;
}

int sem_post(sem_t *semaphore)
{
    int answer;
    STEP_BEFORE(STEPS_SEM_POST);
    answer = real_sem_post()(semaphore);
    STEP_AFTER(STEPS_SEM_POST);
    return answer;
}

int usleep(useconds_t us)
{
    int answer;
    STEP_BEFORE(STEPS_NAP);
    answer = real_usleep()(us);
    STEP_AFTER(STEPS_NAP);
    return answer;
}

int nanosleep(const struct timespec *time, struct timespec *left)
{
    int answer;
    STEP_BEFORE(STEPS_NAP);
    answer = real_nanosleep()(time, left);
    STEP_AFTER(STEPS_NAP);
    return answer;
}

/* A call has six arguments at most; to read more than were given does no harm here. */
long syscall(long number, ...)
{
    long words[6], answer;
    va_list arguments;
    int call;
    va_start(arguments, number);
    for (int i = 0; i < 6; i++)
        words[i] = va_arg(arguments, long);
    va_end(arguments);
    call = (words[1] & FUTEX_CMD_MASK) == FUTEX_WAKE ? STEPS_FUTEX_WAKE : STEPS_FUTEX_WAIT;
    if (number == SYS_futex)
        STEP_BEFORE(call);
    if (number != SYS_futex || !steps_futex_in_vain(words, __builtin_return_address(0), &answer))
        answer = real_syscall()(number, words[0], words[1], words[2], words[3], words[4], words[5]);
    if (number == SYS_futex)
        STEP_AFTER(call);
    return answer;
}

/* The loader may ask for memory while it looks the real one up: it bears that there is none. */
static __thread bool looking;
#define LOOK_UP(name)                                                                                                  \
    __typeof__(&name) real;                                                                                            \
    looking = true;                                                                                                    \
    real = real_##name();                                                                                              \
    looking = false

void *malloc(size_t size)
{
    if (looking)
        return NULL;
    STEP_BEFORE(STEPS_ALLOCATE);
    LOOK_UP(malloc);
    return real(size);
}

void *calloc(size_t count, size_t size)
{
    if (looking)
        return NULL;
    STEP_BEFORE(STEPS_ALLOCATE);
    LOOK_UP(calloc);
    return real(count, size);
}

void free(void *memory)
{
    if (looking)
        return;
    STEP_BEFORE(STEPS_FREE);
    LOOK_UP(free);
    real(memory);
}
#endif
