/* births.c - see births.h.
 *
 * The real functions are found by RTLD_NEXT. Under a sanitizer, which interposes
 * pthread_create itself, the linker wraps it instead (-Wl,--wrap=pthread_create). */
#include "faults/core/births.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <threads.h>
#include <unistd.h>

#include "faults/core/record.h"
#include "pools/core/futex.h"

typedef int create_fn(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

typedef int thrd_create_fn(thrd_t *, thrd_start_t, void *);

struct birth {
    struct record *record; /* that is to know it, or NULL */
    void *(*main)(void *);
    thrd_start_t c11; /* in place of main */
    void *arg;
};

__thread bool births_busy;

static _Atomic uint32_t down; /* a futex */
static _Atomic uint32_t held, waiting;
static struct record *_Atomic known_in;
static _Atomic int *_Atomic report;

static _Atomic int niceness;

void births_nice(int nice)
{
    atomic_store(&niceness, nice);
}

/* The k-th of `created` fails. */
static _Atomic uint32_t created, failing, failed;
static _Atomic bool failing_on;

void births_fail(uint32_t k, bool on)
{
    atomic_store(&failed, 0);
    atomic_store(&failing_on, on);
    atomic_store(&failing, k ? atomic_load(&created) + k : 0);
}

static bool is_to_fail(void)
{
    uint32_t number = atomic_fetch_add(&created, 1) + 1, at = atomic_load(&failing);
    bool fails = at && (number == at || (number > at && atomic_load(&failing_on)));
    atomic_fetch_add(&failed, fails);
    return fails;
}

uint32_t births_failed(void)
{
    return atomic_load(&failed);
}

/* Threads in their main functions; those beyond the table are only counted. */
enum { LIVES = 256 };
static _Atomic pid_t lives[LIVES];
static _Atomic uint32_t alive;

static void live(void)
{
    pid_t none = 0, me = (pid_t)syscall(SYS_gettid);
    atomic_fetch_add(&alive, 1);
    for (int i = 0; i < LIVES; i++, none = 0)
        if (atomic_compare_exchange_strong(&lives[i], &none, me))
            return;
}

static void die(void *arg)
{
    pid_t me = (pid_t)syscall(SYS_gettid);
    (void)arg;
    for (int i = 0; i < LIVES; i++) {
        pid_t id = me;
        if (atomic_compare_exchange_strong(&lives[i], &id, 0))
            break;
    }
    atomic_fetch_sub(&alive, 1);
}

/* Calls die for one that ends by pthread_exit. */
static pthread_key_t living;
static pthread_once_t lives_once = PTHREAD_ONCE_INIT;

static void make_lives(void)
{
    pthread_key_create(&living, die);
}

uint32_t births_alive(void)
{
    return atomic_load(&alive);
}

int births_living(pid_t *threads, int most)
{
    int count = 0;
    for (int i = 0; i < LIVES && count < most; i++) {
        pid_t id = atomic_load(&lives[i]);
        if (id)
            threads[count++] = id;
    }
    return count;
}

/* Not what the caller asked for in vain: a priority or a stack that is not to be had. */
static void refused(int error)
{
    _Atomic int *word = atomic_load(&report);
    if (word && (error == EAGAIN || error == ENOMEM))
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

void births_register(struct record *record)
{
    atomic_store(&known_in, record);
}

/* A thread is about to be created, or was not. */
static struct record *begin(void)
{
    struct record *record = atomic_load(&known_in);
    if (record)
        atomic_fetch_add(&record->begun, 1);
    return record;
}

static void give_up(struct birth *birth)
{
    if (birth->record)
        atomic_fetch_sub(&birth->record->begun, 1);
    births_busy = true;
    free(birth);
    births_busy = false;
}

static struct birth *conceive(void)
{
    struct birth *birth;
    births_busy = true;
    birth = malloc(sizeof *birth);
    births_busy = false;
    return birth;
}

/* The first that a thread does. */
static struct birth be_born(void *arg)
{
    struct birth birth = *(struct birth *)arg;
    births_busy = true;
    free(arg);
    if (birth.record)
        record_born(birth.record, (int)syscall(SYS_gettid));
    prctl(PR_SET_NAME, "worker"); /* until it gives itself a better one */
    if (atomic_load(&niceness))
        setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), atomic_load(&niceness));
    if (atomic_load(&down)) {
        atomic_fetch_add(&held, 1);
        atomic_fetch_add(&waiting, 1);
        while (atomic_load(&down))
            pool_futex_wait(&down, 1, -1);
        atomic_fetch_sub(&waiting, 1);
    }
    pthread_once(&lives_once, make_lives);
    live();
    pthread_setspecific(living, &living);
    births_busy = false;
    return birth;
}

/* The last, unless it left by pthread_exit. */
static void be_gone(void)
{
    pthread_setspecific(living, NULL);
    die(NULL);
}

static void *born(void *arg)
{
    struct birth birth = be_born(arg);
    void *value = birth.main(birth.arg);
    be_gone();
    return value;
}

int INTERPOSED(pthread_t *thread, const pthread_attr_t *attributes, void *(*main)(void *), void *arg)
{
    struct birth *birth;
    int error;
    if (is_to_fail())
        return EAGAIN;
    birth = conceive();
    if (!birth) {
        refused(ENOMEM);
        return EAGAIN;
    }
    *birth = (struct birth){.record = begin(), .main = main, .arg = arg};
    error = real_create()(thread, attributes, born, birth);
    if (error) {
        refused(error);
        give_up(birth);
    }
    return error;
}

#ifndef FAULTS_WRAP
static int born_c11(void *arg)
{
    struct birth birth = be_born(arg);
    int value = birth.c11(birth.arg);
    be_gone();
    return value;
}

int thrd_create(thrd_t *thread, thrd_start_t main, void *arg)
{
    thrd_create_fn *real = (thrd_create_fn *)(uintptr_t)dlsym(RTLD_NEXT, "thrd_create");
    struct birth *birth;
    int answer;
    if (is_to_fail())
        return thrd_error;
    birth = real ? conceive() : NULL;
    if (!birth) {
        refused(ENOMEM);
        return thrd_nomem;
    }
    *birth = (struct birth){.record = begin(), .c11 = main, .arg = arg};
    answer = real(thread, born_c11, birth);
    if (answer != thrd_success) {
        refused(EAGAIN);
        give_up(birth);
    }
    return answer;
}
#endif

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

uint32_t births_waiting(void)
{
    return atomic_load(&waiting);
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
