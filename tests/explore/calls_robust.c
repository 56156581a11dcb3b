/* calls_robust.c - locks that outlive who holds them, locks that inherit priorities, signals for
 * who waits: right uses, none of which may be accused; and what is freed under somebody's hands. */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/explore/kit.h"

static struct tried tried;

/* A robust mutex is told of its owner's end, to who waits and to who comes later. */

static pthread_mutex_t mutex;
static int told;

static void make_robust(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    WANT(pthread_mutex_init(&mutex, &attributes) == 0);
    told = 0;
}

static void *dies_with_it(void *arg)
{
    WANT(pthread_mutex_lock(&mutex) == 0);
    explore_point();
    return arg;
}

static void *takes_over(void *arg)
{
    int error = pthread_mutex_lock(&mutex);
    WANT(error == 0 || error == EOWNERDEAD);
    if (error) {
        told++;
        WANT(pthread_mutex_consistent(&mutex) == 0);
    }
    WANT(pthread_mutex_consistent(&mutex) == EINVAL);
    WANT(pthread_mutex_unlock(&mutex) == 0);
    return arg;
}

static void survives(void *arg)
{
    pthread_t one, two, three;
    make_robust();
    one = kit_start(dies_with_it, arg);
    two = kit_start(takes_over, arg);
    three = kit_start(takes_over, arg);
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    pthread_join(three, NULL);
    takes_over(arg); /* where both were first it has not been told yet */
    WANT(told == 1);
    WANT(pthread_mutex_destroy(&mutex) == 0);
}

Test(calls_robust, a_mutex_survives_its_owner, .timeout = 60)
{
    kit_all_good(survives);
}

static void *finds_it_lost(void *arg)
{
    WANT(pthread_mutex_lock(&mutex) == ENOTRECOVERABLE);
    return arg;
}

static void not_mended(void *arg)
{
    pthread_t one;
    make_robust();
    pthread_join(kit_start(dies_with_it, arg), NULL);
    WANT(pthread_mutex_trylock(&mutex) == EOWNERDEAD);
    one = kit_start(finds_it_lost, arg);
    explore_point();
    WANT(pthread_mutex_unlock(&mutex) == 0);
    pthread_join(one, NULL);
    WANT(pthread_mutex_trylock(&mutex) == ENOTRECOVERABLE);
    WANT(pthread_mutex_destroy(&mutex) == 0);
}

Test(calls_robust, a_mutex_that_nobody_mends_is_lost, .timeout = 60)
{
    kit_all_good(not_mended);
}

/* Any other one is not: whoever waits for it waits for ever. */
static void stalled(void *arg)
{
    pthread_mutex_init(&mutex, NULL);
    pthread_join(kit_start(dies_with_it, arg), NULL);
    pthread_mutex_lock(&mutex);
}

Test(calls_robust, another_mutex_does_not_survive_its_owner, .timeout = 60)
{
    kit_all_come_to(stalled, EXPLORE_DEADLOCK);
}

/* A futex whose lock the kernel hands over. */

static uint32_t word;
static int inside;

static void pi_lock(void)
{
    uint32_t nobody = 0;
    if (!__atomic_compare_exchange_n(&word, &nobody, (uint32_t)gettid(), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        WANT(syscall(SYS_futex, &word, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0) == 0);
}

static void pi_unlock(void)
{
    uint32_t self = (uint32_t)gettid();
    if (!__atomic_compare_exchange_n(&word, &self, 0, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        WANT(syscall(SYS_futex, &word, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0) == 0);
}

static void *enters(void *arg)
{
    for (int i = 0; i < 3; i++) {
        pi_lock();
        WANT(inside++ == 0);
        explore_point();
        WANT(--inside == 0);
        pi_unlock();
    }
    return arg;
}

static void inherits(void *arg)
{
    struct timespec past = {1, 0};
    pthread_t one, two;
    word = 0;
    inside = 0;
    one = kit_start(enters, arg);
    two = kit_start(enters, arg);
    enters(arg);
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    WANT(word == 0);
    WANT(syscall(SYS_futex, &word, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0) == -1 && errno == EPERM);
    word = 0x3fffffff; /* somebody else's */
    WANT(syscall(SYS_futex, &word, FUTEX_TRYLOCK_PI_PRIVATE, 0, NULL, NULL, 0) == -1 && errno == EAGAIN);
    WANT(syscall(SYS_futex, &word, FUTEX_LOCK_PI_PRIVATE, 0, &past, NULL, 0) == -1 && errno == ETIMEDOUT);
}

Test(calls_robust, a_futex_that_inherits_priorities_is_a_lock, .timeout = 60)
{
    kit_all_good(inherits);
}

static void waits_for_several(void *arg)
{
    (void)arg;
    syscall(449, NULL, 0, 0, NULL, 0); /* futex_waitv */
}

static void forks_bare(void *arg)
{
    (void)arg;
    _Fork();
}

static void begins_a_thread(void *arg)
{
    (void)arg;
    syscall(SYS_clone, 0, NULL);
}

Test(calls_robust, what_is_not_followed_is_said, .timeout = 60)
{
    kit_all_come_to(waits_for_several, EXPLORE_STUCK);
    kit_all_come_to(forks_bare, EXPLORE_STUCK);
    kit_all_come_to(begins_a_thread, EXPLORE_STUCK);
}

/* A signal ends a wait, and is no wake-up. */

static void *sleeps(void *arg)
{
    WANT(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0) == -1 && errno == EINTR);
    return arg;
}

static void interrupted(void *arg)
{
    pthread_t one;
    word = 0;
    one = kit_start(sleeps, arg);
    explore_settle();
    explore_interrupt();
    pthread_join(one, NULL);
}

Test(calls_robust, a_signal_ends_a_futex_wait, .timeout = 60)
{
    struct explore_knobs knobs = {.run = interrupted, .leaks = true, .spurious = -1};
    kit_try(&tried, &knobs, KIT_SCHEDULES, false, NULL);
    cr_assert(tried.verdict.kind == EXPLORE_GOOD, "%s", tried.verdict.words);
}

/* Freed by who saw that it is not needed, while the other one comes out of it: at its last
 * access, and no access comes after that. */

static struct guarded {
    pthread_mutex_t lock;
} * guarded;

static void *leaves_last(void *arg)
{
    pthread_mutex_lock(&guarded->lock);
    __atomic_store_n((int *)arg, 0, __ATOMIC_SEQ_CST); /* it is free to go */
    pthread_mutex_unlock(&guarded->lock);
    return NULL;
}

static int users;

static void frees_early(void *arg)
{
    bool early;
    pthread_t one;
    (void)arg;
    users = 1;
    guarded = malloc(sizeof *guarded);
    pthread_mutex_init(&guarded->lock, NULL);
    one = kit_start(leaves_last, &users);
    for (int looks = 0; looks < 20 && users; looks++)
        explore_point();
    early = !users;
    if (early)
        free(guarded);
    pthread_join(one, NULL);
    if (!early)
        free(guarded);
}

Test(calls_robust, what_is_freed_before_the_last_unlock_is_seen, .timeout = 60)
{
    struct explore_knobs knobs = {.run = frees_early};
    kit_try(&tried, &knobs, KIT_SCHEDULES, false, NULL);
    cr_assert(tried.verdict.kind == EXPLORE_AFTER_FREE, "%s", tried.verdict.words);
}
