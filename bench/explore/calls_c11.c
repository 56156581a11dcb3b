/* calls_c11.c - the threads of the C standard (threads.h). In the C library they are its
 * pthreads, reached past the names that are interposed; here they go by those. */
#include "bench/explore/calls.h"

#include <errno.h>
#include <threads.h>
#include <time.h>

static int status(int error)
{
    return error == 0           ? thrd_success
           : error == EBUSY     ? thrd_busy
           : error == ETIMEDOUT ? thrd_timedout
           : error == ENOMEM    ? thrd_nomem
                                : thrd_error;
}

static pthread_mutex_t *pthread_of(mtx_t *mutex)
{
    return (pthread_mutex_t *)mutex;
}

static pthread_cond_t *condition_of(cnd_t *condition)
{
    return (pthread_cond_t *)condition;
}

/* What it returns is an int, in the low half of what a pthread's returns. */
int thrd_create(thrd_t *thread, thrd_start_t run, void *arg)
{
    if (!runtime.on)
        return CALLS_REAL(thrd_create)(thread, run, arg);
    return status(pthread_create(thread, NULL, (void *(*)(void *))(uintptr_t)run, arg));
}

int thrd_join(thrd_t thread, int *result)
{
    void *returned = NULL;
    int error;
    if (!runtime.on)
        return CALLS_REAL(thrd_join)(thread, result);
    error = pthread_join(thread, &returned);
    if (result)
        *result = (int)(uintptr_t)returned;
    return status(error);
}

int thrd_detach(thrd_t thread)
{
    return runtime.on ? status(pthread_detach(thread)) : CALLS_REAL(thrd_detach)(thread);
}

void thrd_exit(int result)
{
    pthread_exit((void *)(uintptr_t)(unsigned)result);
}

void thrd_yield(void)
{
    sched_yield();
}

int thrd_sleep(const struct timespec *time, struct timespec *left)
{
    int error = clock_nanosleep(CLOCK_REALTIME, 0, time, left);
    return error == 0 ? 0 : error == EINTR ? -1 : -2;
}

int mtx_lock(mtx_t *mutex)
{
    return runtime.on ? status(pthread_mutex_lock(pthread_of(mutex))) : CALLS_REAL(mtx_lock)(mutex);
}

int mtx_trylock(mtx_t *mutex)
{
    return runtime.on ? status(pthread_mutex_trylock(pthread_of(mutex))) : CALLS_REAL(mtx_trylock)(mutex);
}

int mtx_timedlock(mtx_t *restrict mutex, const struct timespec *restrict until)
{
    return runtime.on ? status(pthread_mutex_timedlock(pthread_of(mutex), until))
                      : CALLS_REAL(mtx_timedlock)(mutex, until);
}

int mtx_unlock(mtx_t *mutex)
{
    return runtime.on ? status(pthread_mutex_unlock(pthread_of(mutex))) : CALLS_REAL(mtx_unlock)(mutex);
}

void mtx_destroy(mtx_t *mutex)
{
    if (runtime.on)
        pthread_mutex_destroy(pthread_of(mutex));
    else
        CALLS_REAL(mtx_destroy)(mutex);
}

int cnd_wait(cnd_t *condition, mtx_t *mutex)
{
    return runtime.on ? status(pthread_cond_wait(condition_of(condition), pthread_of(mutex)))
                      : CALLS_REAL(cnd_wait)(condition, mutex);
}

int cnd_timedwait(cnd_t *restrict condition, mtx_t *restrict mutex, const struct timespec *restrict until)
{
    return runtime.on ? status(pthread_cond_timedwait(condition_of(condition), pthread_of(mutex), until))
                      : CALLS_REAL(cnd_timedwait)(condition, mutex, until);
}

int cnd_signal(cnd_t *condition)
{
    return runtime.on ? status(pthread_cond_signal(condition_of(condition))) : CALLS_REAL(cnd_signal)(condition);
}

int cnd_broadcast(cnd_t *condition)
{
    return runtime.on ? status(pthread_cond_broadcast(condition_of(condition))) : CALLS_REAL(cnd_broadcast)(condition);
}

void cnd_destroy(cnd_t *condition)
{
    if (runtime.on)
        pthread_cond_destroy(condition_of(condition));
    else
        CALLS_REAL(cnd_destroy)(condition);
}

void call_once(once_flag *flag, void (*run)(void))
{
    if (runtime.on)
        pthread_once((pthread_once_t *)flag, run);
    else
        CALLS_REAL(call_once)(flag, run);
}

int tss_create(tss_t *key, tss_dtor_t destroy)
{
    return status(pthread_key_create(key, destroy));
}

void tss_delete(tss_t key)
{
    pthread_key_delete(key);
}
