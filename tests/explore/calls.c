/* calls.c - the calls that the runtime stands in for: each does what its manual says, in
 * every schedule; and what it says of wrong use. */
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "tests/explore/kit.h"

static struct tried tried;

static void comes_to(void (*run)(void *), enum explore_kind kind, const char *words)
{
    struct explore_knobs knobs = {.run = run, .leaks = true};
    kit_try(&tried, &knobs, KIT_SCHEDULES, false, NULL);
    cr_assert(tried.odd > 0, "never in %d schedules", KIT_SCHEDULES);
    cr_assert(tried.verdict.kind == kind && strstr(tried.verdict.words, words), "%s: %s",
              explore_kind_name(tried.verdict.kind), tried.verdict.words);
}

static void *join(pthread_t thread)
{
    void *result;
    WANT(pthread_join(thread, &result) == 0);
    return result;
}

/* Static, and set back by each scenario. */
static pthread_mutex_t lock, other_lock;
static pthread_cond_t condition;
static int count, inside;

static void locks_begin(void)
{
    pthread_mutex_init(&lock, NULL);
    pthread_mutex_init(&other_lock, NULL);
    pthread_cond_init(&condition, NULL);
    count = inside = 0;
}

static void *adds(void *arg)
{
    for (int i = 0; i < 3; i++) {
        pthread_mutex_lock(&lock);
        WANT(inside++ == 0);
        explore_point();
        count++;
        inside--;
        pthread_mutex_unlock(&lock);
    }
    return arg;
}

static void mutex_excludes(void *arg)
{
    pthread_t one, two;
    locks_begin();
    one = kit_start(adds, arg);
    two = kit_start(adds, &count);
    WANT(join(one) == arg && join(two) == &count && count == 6);
}

Test(calls, a_mutex_excludes, .timeout = 60)
{
    kit_all_good(mutex_excludes);
}

static void *locks_two(void *arg)
{
    pthread_mutex_t *first = arg ? &lock : &other_lock, *second = arg ? &other_lock : &lock;
    pthread_mutex_lock(first);
    pthread_mutex_lock(second);
    pthread_mutex_unlock(second);
    pthread_mutex_unlock(first);
    return NULL;
}

static void crossed(void *arg)
{
    pthread_t one, two;
    (void)arg;
    locks_begin();
    one = kit_start(locks_two, NULL);
    two = kit_start(locks_two, &lock);
    join(one);
    join(two);
}

Test(calls, crossed_locks_are_a_deadlock_and_it_says_who_waits, .timeout = 60)
{
    comes_to(crossed, EXPLORE_DEADLOCK, "thread 1 and thread 2 each wait for a lock that the other one holds");
    cr_assert(tried.verdict.thread_count == 3 && !strcmp(tried.verdict.threads[1].waits_in, "pthread_mutex_lock") &&
              tried.verdict.threads[1].waits_for == &lock && tried.verdict.threads[2].waits_for == &other_lock);
    cr_assert(!strcmp(tried.verdict.threads[0].waits_in, "pthread_join") && tried.verdict.threads[1].depth > 1);
}

static void *signals(void *arg)
{
    pthread_mutex_lock(&lock);
    count = 1;
    pthread_cond_signal(&condition);
    pthread_mutex_unlock(&lock);
    return arg;
}

/* Waits for a signal that may have come before. */
static void waits_blindly(void *arg)
{
    pthread_t one;
    (void)arg;
    locks_begin();
    one = kit_start(signals, NULL);
    pthread_mutex_lock(&lock);
    pthread_cond_wait(&condition, &lock);
    pthread_mutex_unlock(&lock);
    join(one);
}

static void waits_rightly(void *arg)
{
    pthread_t one;
    (void)arg;
    locks_begin();
    one = kit_start(signals, NULL);
    pthread_mutex_lock(&lock);
    while (!count)
        pthread_cond_wait(&condition, &lock);
    pthread_mutex_unlock(&lock);
    join(one);
    WANT(pthread_cond_destroy(&condition) == 0 && pthread_mutex_destroy(&lock) == 0);
}

/* A wake-up that no signal caused. */
static void waits_once(void *arg)
{
    pthread_t one;
    (void)arg;
    locks_begin();
    one = kit_start(signals, NULL);
    pthread_mutex_lock(&lock);
    if (!count)
        pthread_cond_wait(&condition, &lock);
    WANT(count == 1);
    pthread_mutex_unlock(&lock);
    join(one);
}

Test(calls, a_signal_that_nobody_waits_for_is_lost, .timeout = 60)
{
    comes_to(waits_blindly, EXPLORE_DEADLOCK, "nobody can go on");
    comes_to(waits_once, EXPLORE_FAILED, "count == 1");
    kit_all_good(waits_rightly);
}

static void times_out(void *arg)
{
    struct timespec until;
    int64_t begin = explore_now_ns();
    (void)arg;
    locks_begin();
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 1000;
    pthread_mutex_lock(&lock);
    while (!count)
        if (pthread_cond_timedwait(&condition, &lock, &until))
            break;
    pthread_mutex_unlock(&lock);
    WANT(explore_now_ns() - begin >= INT64_C(1000000000000));
    sleep(5000);
    WANT(explore_now_ns() - begin >= INT64_C(6000000000000));
}

Test(calls, time_is_virtual, .timeout = 60)
{
    kit_all_good(times_out);
}

/* Spins on the clock, which is no livelock. */
static void spins(void *arg)
{
    struct timespec begin, now;
    (void)arg;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    do {
        sched_yield();
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (now.tv_sec < begin.tv_sec + 2);
}

Test(calls, a_spin_until_a_time_has_an_end, .timeout = 60)
{
    kit_all_good(spins);
}

static void unlocks_anothers(void *arg)
{
    pthread_t one;
    locks_begin();
    pthread_mutex_lock(&lock);
    one = kit_start((void *(*)(void *))(uintptr_t)pthread_mutex_unlock, &lock);
    (void)arg, join(one);
}

static void destroys_held(void *arg)
{
    (void)arg;
    locks_begin();
    pthread_mutex_lock(&lock);
    pthread_mutex_destroy(&lock);
}

static void joins_twice(void *arg)
{
    pthread_t one;
    (void)arg;
    locks_begin();
    one = kit_start(adds, NULL);
    join(one);
    join(one);
}

static void joins_never(void *arg)
{
    locks_begin();
    kit_start(adds, arg);
}

static void *waits_for_ever(void *arg)
{
    pthread_mutex_lock(&lock);
    pthread_cond_wait(&condition, &lock);
    return arg;
}

static void leaves_one(void *arg)
{
    pthread_t one;
    locks_begin();
    one = kit_start(waits_for_ever, arg);
    pthread_detach(one);
}

Test(calls, misuse_and_what_is_left_are_named, .timeout = 60)
{
    comes_to(unlocks_anothers, EXPLORE_MISUSE, "unlocks a mutex that thread 0 holds");
    comes_to(destroys_held, EXPLORE_MISUSE, "a mutex is destroyed that thread 0 holds");
    comes_to(joins_twice, EXPLORE_MISUSE, "was joined before");
    comes_to(joins_never, EXPLORE_NOT_JOINED, "nobody joins it");
    comes_to(leaves_one, EXPLORE_THREAD_LEFT, "never ends");
}

/* The C library's own heap, which strdup takes from. */
static void copies(void *arg)
{
    uintptr_t seen[8];
    (void)arg;
    for (int i = 0; i < 8; i++) {
        char *copy = strdup("abcdefgh");
        seen[i] = (uintptr_t)copy;
        free(copy);
        for (int j = 0; j < i; j++)
            WANT(seen[i] != seen[j]);
    }
}

Test(calls, no_memory_has_two_owners_in_one_schedule, .timeout = 60)
{
    kit_all_good(copies);
}

/* More threads, one after the other, than run at once. */
static void many(void *arg)
{
    (void)arg;
    locks_begin();
    for (int i = 0; i < 20; i++)
        join(kit_start(adds, NULL));
    WANT(count == 60);
}

Test(calls, a_joined_threads_number_is_used_again, .timeout = 60)
{
    kit_all_good(many);
}

static sem_t semaphore;

static void *posts(void *arg)
{
    sem_post(&semaphore);
    sem_post(&semaphore);
    return arg;
}

static void semaphores(void *arg)
{
    pthread_t one;
    struct timespec until;
    (void)arg;
    sem_init(&semaphore, 0, 1);
    WANT(sem_trywait(&semaphore) == 0 && sem_trywait(&semaphore) == -1 && errno == EAGAIN);
    one = kit_start(posts, NULL);
    WANT(sem_wait(&semaphore) == 0 && sem_wait(&semaphore) == 0);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec++;
    WANT(sem_timedwait(&semaphore, &until) == -1 && errno == ETIMEDOUT);
    join(one);
    sem_destroy(&semaphore);
}

Test(calls, semaphores_count, .timeout = 60)
{
    kit_all_good(semaphores);
}

static pthread_rwlock_t rwlock;
static int readers, writers;

static void *reads(void *arg)
{
    pthread_rwlock_rdlock(&rwlock);
    readers++;
    explore_point();
    WANT(writers == 0);
    readers--;
    pthread_rwlock_unlock(&rwlock);
    return arg;
}

static void *writes(void *arg)
{
    pthread_rwlock_wrlock(&rwlock);
    writers++;
    explore_point();
    WANT(writers == 1 && readers == 0);
    writers--;
    pthread_rwlock_unlock(&rwlock);
    return arg;
}

static void rwlocks(void *arg)
{
    pthread_t threads[4];
    (void)arg;
    readers = writers = 0;
    pthread_rwlock_init(&rwlock, NULL);
    for (int i = 0; i < 4; i++)
        threads[i] = kit_start(i & 1 ? writes : reads, NULL);
    for (int i = 0; i < 4; i++)
        join(threads[i]);
    WANT(pthread_rwlock_tryrdlock(&rwlock) == 0 && pthread_rwlock_trywrlock(&rwlock) == EBUSY);
    pthread_rwlock_unlock(&rwlock);
    pthread_rwlock_destroy(&rwlock);
}

Test(calls, readers_share_and_writers_do_not, .timeout = 60)
{
    kit_all_good(rwlocks);
}

static pthread_barrier_t barrier;
static pthread_once_t once;
static pthread_spinlock_t spin;
static int serial, made;

static void make(void)
{
    explore_point();
    made++;
}

static void *meets(void *arg)
{
    for (int i = 0; i < 2; i++) {
        pthread_spin_lock(&spin);
        count++;
        pthread_spin_unlock(&spin);
        serial += pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
        WANT(count >= 3 * (i + 1));
        pthread_once(&once, make);
        WANT(made == 1);
    }
    return arg;
}

static void meeting(void *arg)
{
    pthread_t threads[3];
    (void)arg;
    count = serial = made = 0;
    once = PTHREAD_ONCE_INIT;
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    pthread_barrier_init(&barrier, NULL, 3);
    for (int i = 0; i < 3; i++)
        threads[i] = kit_start(meets, NULL);
    for (int i = 0; i < 3; i++)
        join(threads[i]);
    WANT(serial == 2 && made == 1);
    pthread_barrier_destroy(&barrier);
}

Test(calls, barriers_once_and_spin_locks_hold, .timeout = 60)
{
    kit_all_good(meeting);
}

static __thread int mine = 5;
static int destroyed;
static pthread_key_t key;

static void destroy(void *value)
{
    destroyed += *(int *)value;
}

static void clean(void *value)
{
    *(int *)value += 1;
}

static void *exits(void *arg)
{
    int own = 0;
    WANT(mine == 5);
    mine = 6;
    pthread_setspecific(key, arg);
    pthread_cleanup_push(clean, &count);
    explore_point();
    WANT(mine == 6);
    if (!own)
        pthread_exit(&count);
    pthread_cleanup_pop(0);
    return NULL;
}

static void thread_data(void *arg)
{
    static int seven = 7;
    pthread_t one, two;
    (void)arg;
    count = destroyed = 0;
    WANT(pthread_key_create(&key, destroy) == 0);
    one = kit_start(exits, &seven);
    two = kit_start(exits, &seven);
    WANT(join(one) == &count && join(two) == &count);
    WANT(count == 2 && destroyed == 14 && mine == 5);
    pthread_key_delete(key);
}

Test(calls, thread_locals_keys_and_exits_are_each_threads_own, .timeout = 60)
{
    kit_all_good(thread_data);
}

static void unlock(void *mutex)
{
    pthread_mutex_unlock(mutex);
}

static void *is_cancelled(void *arg)
{
    pthread_mutex_lock(&lock);
    pthread_cleanup_push(unlock, &lock);
    for (;;)
        pthread_cond_wait(&condition, &lock);
    pthread_cleanup_pop(1);
    return arg;
}

static void cancels(void *arg)
{
    pthread_t one;
    (void)arg;
    locks_begin();
    one = kit_start(is_cancelled, NULL);
    WANT(pthread_cancel(one) == 0);
    WANT(join(one) == PTHREAD_CANCELED);
    WANT(pthread_mutex_trylock(&lock) == 0);
    pthread_mutex_unlock(&lock);
}

Test(calls, a_cancelled_wait_has_its_mutex_in_the_handler, .timeout = 60)
{
    kit_all_good(cancels);
}

static int descriptor;

static void *rings(void *arg)
{
    uint64_t value = 3;
    WANT(write(descriptor, &value, sizeof value) == sizeof value);
    return arg;
}

static void events(void *arg)
{
    uint64_t value = 0;
    pthread_t one;
    struct pollfd look;
    (void)arg;
    descriptor = eventfd(0, EFD_CLOEXEC);
    look = (struct pollfd){.fd = descriptor, .events = POLLIN};
    one = kit_start(rings, NULL);
    WANT(poll(&look, 1, -1) == 1 && look.revents == POLLIN);
    WANT(read(descriptor, &value, sizeof value) == sizeof value && value == 3);
    WANT(poll(&look, 1, 500) == 0);
    join(one);
    close(descriptor);
}

static void reads_nothing(void *arg)
{
    uint64_t value;
    (void)arg;
    descriptor = eventfd(0, EFD_CLOEXEC);
    (void)!read(descriptor, &value, sizeof value);
}

static void timer(void *arg)
{
    uint64_t times;
    struct itimerspec every = {.it_value = {2, 0}, .it_interval = {3, 0}};
    int64_t begin = explore_now_ns();
    (void)arg;
    descriptor = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    timerfd_settime(descriptor, 0, &every, NULL);
    WANT(read(descriptor, &times, sizeof times) == sizeof times && times == 1);
    WANT(explore_now_ns() - begin >= INT64_C(2000000000));
    WANT(read(descriptor, &times, sizeof times) == sizeof times && times >= 1);
    WANT(explore_now_ns() - begin >= INT64_C(5000000000));
    close(descriptor);
}

Test(calls, descriptors_wait_for_writes_and_virtual_time, .timeout = 60)
{
    kit_all_good(events);
    kit_all_good(timer);
    comes_to(reads_nothing, EXPLORE_DEADLOCK, "nobody can go on");
    cr_assert(!strcmp(tried.verdict.threads[0].waits_in, "read"));
}

static void refused(void *arg)
{
    pthread_t thread;
    (void)arg;
    locks_begin();
    explore_refuse_threads(1, 2);
    join(kit_start(adds, NULL));
    WANT(pthread_create(&thread, NULL, adds, NULL) == EAGAIN && pthread_create(&thread, NULL, adds, NULL) == EAGAIN);
    join(kit_start(adds, NULL));
    explore_refuse_memory(0, 1);
    WANT(malloc(10) == NULL);
    free(malloc(10));
}

Test(calls, threads_and_memory_are_refused_when_asked, .timeout = 60)
{
    kit_all_good(refused);
}
