/* calls_rare.c - calls and uses that few pools make, and that are right: none may be accused. */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "tests/explore/kit.h"

static pthread_mutex_t lock;
static pthread_cond_t condition;
static int count, descriptor;

static void begin(void)
{
    pthread_mutex_init(&lock, NULL);
    pthread_cond_init(&condition, NULL);
    count = 0;
}

/* Futexes: two kinds of waiters at one word, told apart by bits. */

static uint32_t word;

static void *waits_for_bit(void *bit)
{
    while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) == 0)
        syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, NULL, NULL, (int)(uintptr_t)bit);
    if ((uintptr_t)bit == 1)
        syscall(SYS_futex, &word, FUTEX_WAKE_BITSET_PRIVATE, 1, NULL, NULL, 2);
    return NULL;
}

static void wakes_by_bit(void *arg)
{
    pthread_t one, two;
    (void)arg;
    word = 0;
    one = kit_start(waits_for_bit, (void *)1);
    two = kit_start(waits_for_bit, (void *)2);
    explore_settle();
    __atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &word, FUTEX_WAKE_BITSET_PRIVATE, 1, NULL, NULL, 1);
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    WANT(syscall(SYS_futex, &word, FUTEX_WAKE_BITSET_PRIVATE, 1, NULL, NULL, 0) == -1 && errno == EINVAL);
}

Test(calls_rare, a_futex_wakes_those_whose_bits_are_meant, .timeout = 60)
{
    kit_all_good(wakes_by_bit);
}

/* Barriers: who comes last may destroy it, and make another one in its place. */

static pthread_barrier_t barrier;

static void *meets(void *arg)
{
    if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) {
        WANT(pthread_barrier_destroy(&barrier) == 0);
        WANT(pthread_barrier_init(&barrier, NULL, 2) == 0);
    }
    return arg;
}

static void remakes_barrier(void *arg)
{
    pthread_t one;
    WANT(pthread_barrier_init(&barrier, NULL, 2) == 0);
    one = kit_start(meets, arg);
    meets(arg);
    pthread_join(one, NULL);
    pthread_barrier_destroy(&barrier);
}

Test(calls_rare, a_barrier_may_be_made_anew_by_who_comes_last, .timeout = 60)
{
    kit_all_good(remakes_barrier);
}

/* A time-out that never comes, as std::chrono's last time point is. */

static void *tells(void *arg)
{
    pthread_mutex_lock(&lock);
    count = 1;
    pthread_cond_signal(&condition);
    pthread_mutex_unlock(&lock);
    return arg;
}

static void waits_for_ages(void *arg)
{
    struct timespec last = {INT64_MAX / 1000000000, 999999999}, before, after;
    pthread_t one;
    begin();
    clock_gettime(CLOCK_REALTIME, &before);
    one = kit_start(tells, arg);
    pthread_mutex_lock(&lock);
    while (!count)
        WANT(pthread_cond_timedwait(&condition, &lock, &last) == 0);
    pthread_mutex_unlock(&lock);
    pthread_join(one, NULL);
    clock_gettime(CLOCK_REALTIME, &after);
    WANT(after.tv_sec >= before.tv_sec && after.tv_sec < before.tv_sec + 1000);
}

Test(calls_rare, the_end_of_time_does_not_come_early, .timeout = 60)
{
    kit_all_good(waits_for_ages);
}

/* Memory. */

static void maps(void *arg)
{
    enum { PAGE = 4096 };
    char *stack = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *slab;
    (void)arg;
    WANT(stack != MAP_FAILED && mprotect(stack, PAGE, PROT_NONE) == 0);
    stack[PAGE] = 1;
    WANT(madvise(stack + PAGE, 7 * PAGE, MADV_DONTNEED) == 0 && stack[PAGE] == 0);
    WANT(munmap(stack, 8 * PAGE) == 0);
    slab = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    WANT(munmap(slab, 2 * PAGE) == 0 && munmap(slab + 6 * PAGE, 2 * PAGE) == 0);
    slab[2 * PAGE] = slab[6 * PAGE - 1] = 1;
    WANT(munmap(slab + 2 * PAGE, 4 * PAGE) == 0);
}

static void resizes(void *arg)
{
    void *block = malloc(100);
    (void)arg;
    block = realloc(block, 0); /* the C library frees it */
    WANT(block == NULL);
    WANT(posix_memalign(&block, 3, 10) == EINVAL && posix_memalign(&block, 4096, 10) == 0);
    WANT((uintptr_t)block % 4096 == 0);
    free(block);
}

Test(calls_rare, memory_is_mapped_protected_cut_and_resized, .timeout = 60)
{
    kit_all_good(maps);
    kit_all_good(resizes);
}

/* Writes by other calls. */

static void *writes_in_parts(void *arg)
{
    uint64_t value = 1;
    struct iovec part = {&value, sizeof value};
    explore_settle(); /* the other one has looked in vain */
    WANT(writev(descriptor, &part, 1) == sizeof value);
    return arg;
}

static void reads(void *arg)
{
    uint64_t value = 0;
    pthread_t one;
    descriptor = eventfd(0, EFD_CLOEXEC);
    one = kit_start(writes_in_parts, arg);
    WANT(read(descriptor, &value, sizeof value) == sizeof value && value == 1);
    pthread_join(one, NULL);
    close(descriptor);
}

Test(calls_rare, a_write_by_another_call_is_seen, .timeout = 60)
{
    kit_all_good(reads);
}

/* Cancellation takes no signal with it that was meant for somebody who waits. */

static void leaves(void *mutex)
{
    pthread_mutex_unlock(mutex);
}

static void *takes_one(void *arg)
{
    pthread_mutex_lock(&lock);
    pthread_cleanup_push(leaves, &lock);
    while (!count)
        pthread_cond_wait(&condition, &lock);
    count--;
    pthread_cleanup_pop(1);
    return arg;
}

static void cancels_one(void *arg)
{
    pthread_t one, two;
    void *result;
    begin();
    one = kit_start(takes_one, arg);
    two = kit_start(takes_one, arg);
    explore_settle();
    pthread_mutex_lock(&lock);
    count = 1;
    pthread_cond_signal(&condition);
    pthread_mutex_unlock(&lock);
    pthread_cancel(one);
    pthread_join(one, &result);
    if (result != PTHREAD_CANCELED) /* it has taken it */
        pthread_cancel(two);
    pthread_join(two, NULL);
}

Test(calls_rare, who_is_cancelled_takes_no_signal_along, .timeout = 60)
{
    kit_all_good(cancels_one);
}

/* Who is to do something once may end instead: the next one does it. */

static pthread_once_t once;
static int tries;

static void makes(void)
{
    explore_point();
    if (tries++ == 0)
        pthread_exit(NULL);
    count++;
}

static void *does_once(void *arg)
{
    pthread_once(&once, makes);
    return arg;
}

static void once_again(void *arg)
{
    pthread_t one, two;
    begin();
    tries = 0;
    once = PTHREAD_ONCE_INIT;
    one = kit_start(does_once, arg);
    two = kit_start(does_once, arg);
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    WANT(tries == 2 && count == 1);
}

Test(calls_rare, what_is_done_once_may_have_to_be_tried_again, .timeout = 60)
{
    kit_all_good(once_again);
}

/* C11's threads are pthreads by other names. */

static mtx_t mutex;
static cnd_t told;
static tss_t slot;
static once_flag flag;

static void frees(void *value)
{
    count += 10;
    free(value);
}

static void flags(void)
{
    tries++;
}

static int turns(void *arg)
{
    struct timespec soon = {0, 1000};
    (void)arg;
    WANT(explore_self() > 0);
    call_once(&flag, flags);
    WANT(tss_set(slot, malloc(10)) == thrd_success && tss_get(slot));
    mtx_lock(&mutex);
    while (!count)
        cnd_wait(&told, &mutex);
    count++;
    mtx_unlock(&mutex);
    thrd_yield();
    WANT(thrd_sleep(&soon, NULL) == 0);
    return -7;
}

static void by_other_names(void *arg)
{
    struct timespec soon;
    thrd_t one, two;
    int result;
    (void)arg;
    count = tries = 0;
    flag = (once_flag)ONCE_FLAG_INIT;
    WANT(mtx_init(&mutex, mtx_timed | mtx_recursive) == thrd_success && cnd_init(&told) == thrd_success);
    WANT(tss_create(&slot, frees) == thrd_success);
    WANT(thrd_create(&one, turns, NULL) == thrd_success && thrd_create(&two, turns, NULL) == thrd_success);
    explore_point();
    mtx_lock(&mutex);
    WANT(mtx_trylock(&mutex) == thrd_success);
    mtx_unlock(&mutex);
    timespec_get(&soon, TIME_UTC);
    WANT(cnd_timedwait(&told, &mutex, &soon) == thrd_timedout || !count);
    count = 1;
    cnd_broadcast(&told);
    mtx_unlock(&mutex);
    WANT(thrd_join(one, &result) == thrd_success && result == -7);
    WANT(thrd_join(two, &result) == thrd_success && result == -7);
    WANT(count == 23 && tries == 1);
    tss_delete(slot);
    cnd_destroy(&told);
    mtx_destroy(&mutex);
}

Test(calls_rare, threads_of_the_c_standard_are_followed, .timeout = 60)
{
    kit_all_good(by_other_names);
}

/* What is drawn by the kernel would be another schedule each time. */

static uint64_t seen[2];
static int at;

static void draws(void *arg)
{
    unsigned cpu = 9;
    (void)arg;
    WANT(getrandom(&seen[at], sizeof seen[at], 0) == sizeof seen[at]);
    WANT(getentropy(&seen[at], sizeof seen[at]) == 0);
    seen[at] += (uint64_t)rand() + (uint64_t)lrand48();
    WANT(getcpu(&cpu, NULL) == 0 && cpu == 0);
}

static void *left_alone(void *arg)
{
    pthread_mutex_lock(&lock);
    pthread_cond_wait(&condition, &lock);
    return arg;
}

static void signals_one(void *arg)
{
    pthread_t one;
    begin();
    one = kit_start(left_alone, arg);
    WANT(pthread_kill(one, 0) == 0);
    pthread_kill(one, SIGUSR1);
}

static void nothing(union sigval value)
{
    (void)value;
}

static void sets_timer(void *arg)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = nothing};
    timer_t timer;
    (void)arg;
    timer_create(CLOCK_MONOTONIC, &event, &timer);
}

Test(calls_rare, random_bytes_are_the_seeds, .timeout = 60)
{
    for (at = 0; at < 2; at++)
        kit_all_come_to(draws, EXPLORE_GOOD);
    cr_assert(seen[0] == seen[1] && seen[0]);
}

Test(calls_rare, what_another_kernel_thread_would_do_is_not_followed, .timeout = 60)
{
    kit_all_come_to(signals_one, EXPLORE_STUCK);
    kit_all_come_to(sets_timer, EXPLORE_STUCK);
}
