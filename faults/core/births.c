/* births.c - see births.h.
 *
 * The real function is found by RTLD_NEXT. Under a sanitizer, which interposes
 * it itself, the linker wraps it instead (-Wl,--wrap=pthread_create). */
#include "faults/core/births.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "faults/core/record.h"
#include "pools/core/futex.h"

typedef int create_fn(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

struct birth {
    void *(*main)(void *);
    void *arg;
};

static _Atomic uint32_t down; /* a futex */
static _Atomic uint32_t held;
static _Atomic int *_Atomic report;

static void refused(int error)
{
    _Atomic int *word = atomic_load(&report);
    if (word)
        record_refuse(word, error);
}

void births_report(_Atomic int *word)
{
    atomic_store(&report, word);
}

#ifdef FAULTS_WRAP
create_fn __real_pthread_create, __wrap_pthread_create;
#define INTERPOSED __wrap_pthread_create
static create_fn *real_create(void)
{
    return __real_pthread_create;
}
#else
#define INTERPOSED pthread_create
static create_fn *real_create(void)
{
    static create_fn *_Atomic found;
    create_fn *real = atomic_load(&found);
    if (!real) {
        real = (create_fn *)(uintptr_t)dlsym(RTLD_NEXT, "pthread_create");
        atomic_store(&found, real);
    }
    return real;
}
#endif

static void *born(void *arg)
{
    struct birth birth = *(struct birth *)arg;
    free(arg);
    prctl(PR_SET_NAME, "worker"); /* until it gives itself a better one */
    if (atomic_load(&down)) {
        atomic_fetch_add(&held, 1);
        while (atomic_load(&down))
            pool_futex_wait(&down, 1, -1);
    }
    return birth.main(birth.arg);
}

int INTERPOSED(pthread_t *thread, const pthread_attr_t *attributes, void *(*main)(void *), void *arg)
{
    struct birth *birth = malloc(sizeof *birth);
    int error;
    if (!birth) {
        refused(ENOMEM);
        return EAGAIN;
    }
    *birth = (struct birth){main, arg};
    error = real_create()(thread, attributes, born, birth);
    if (error) {
        refused(error);
        free(birth);
    }
    return error;
}

void births_gate_down(void)
{
    atomic_store(&down, 1);
}

void births_gate_up(void)
{
    atomic_store(&down, 0);
    pool_futex_wake(&down, INT_MAX);
}

uint32_t births_held(void)
{
    return atomic_load(&held);
}

int births_free(pthread_t *thread, void *(*main)(void *), void *arg)
{
    return real_create()(thread, NULL, main, arg);
}

void births_of_client(pthread_t *thread, void *(*main)(void *), void *arg)
{
    int error = births_free(thread, main, arg);
    if (!error)
        return;
    refused(error);
    _exit(72);
}
