/* settle.c - see settle.h. */
#include "faults/core/settle.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "faults/core/task.h"
#include "pools/core/futex.h"

static const int64_t nap_ns = 200000;

/* Of a thread of this process, by its number. */
static bool read_own(const char *thread, const char *name, char *text, size_t size)
{
    char path[48];
    snprintf(path, sizeof path, "/proc/self/task/%.20s", thread);
    return task_read(AT_FDCWD, path, name, text, size);
}

int64_t settle_run_ns(pid_t thread)
{
    char name[24], text[128];
    snprintf(name, sizeof name, "%d", (int)thread);
    return read_own(name, "schedstat", text, sizeof text) ? strtoll(text, NULL, 10) : -1;
}

static bool sleeps(const char *thread)
{
    char text[512];
    return read_own(thread, "stat", text, sizeof text) && task_sleeps(text);
}

int64_t settle_others_run_ns(void)
{
    DIR *tasks = opendir("/proc/self/task");
    const char *thread;
    int64_t sum = 0;
    while ((thread = task_next_other(tasks))) {
        int64_t ran = settle_run_ns((pid_t)atoi(thread));
        sum += ran > 0 ? ran : 0;
    }
    if (tasks)
        closedir(tasks);
    return sum;
}

bool settle_sleeping(pid_t thread)
{
    char name[24];
    snprintf(name, sizeof name, "%d", (int)thread);
    return sleeps(name);
}

bool settle_naps(pid_t thread)
{
    char name[24], text[256];
    long number;
    snprintf(name, sizeof name, "%d", (int)thread);
    return read_own(name, "syscall", text, sizeof text) && sscanf(text, "%ld", &number) == 1 &&
           (number == SYS_nanosleep || number == SYS_clock_nanosleep);
}

bool settle_awaits_lock(pid_t thread)
{
    enum { CONTENDED = 2 };
    char name[24], text[256];
    unsigned long operation, value, timeout;
    long number;
    snprintf(name, sizeof name, "%d", (int)thread);
    return read_own(name, "syscall", text, sizeof text) &&
           sscanf(text, "%ld %*x %lx %lx %lx", &number, &operation, &value, &timeout) == 4 && number == SYS_futex &&
           (operation & FUTEX_CMD_MASK) == FUTEX_WAIT && value == CONTENDED && !timeout;
}

/* A sum over the other threads of what they ran; whether all sleep. */
static bool look(uint64_t *sum)
{
    DIR *tasks = opendir("/proc/self/task");
    const char *thread;
    bool asleep = tasks != NULL;
    *sum = 0;
    while ((thread = task_next_other(tasks))) {
        char text[128];
        uint64_t ran = 0, slices = 0;
        asleep = asleep && sleeps(thread) && read_own(thread, "schedstat", text, sizeof text) &&
                 sscanf(text, "%lu %*u %lu", &ran, &slices) == 2;
        *sum += ran + slices;
    }
    if (tasks)
        closedir(tasks);
    return asleep;
}

void settle_until(int64_t ns)
{
    struct timespec until = {ns / 1000000000, ns % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL))
        ;
}

bool settle(int64_t limit_ns)
{
    int64_t until = pool_clock_ns() + limit_ns;
    uint64_t before, now;
    bool slept = look(&before);
    do {
        bool sleeping;
        nanosleep(&(struct timespec){0, nap_ns}, NULL);
        sleeping = look(&now);
        if (slept && sleeping && now == before)
            return true;
        slept = sleeping;
        before = now;
    } while (pool_clock_ns() < until);
    return false;
}

/* The timed futex wait that a thread is in: its operation and its time; false: in none.
 * The time is read as another process would read it, for the thread may be gone. */
static bool timed_wait(const char *thread, int *operation, struct timespec *time)
{
    char text[256];
    unsigned long op, at;
    long number;
    struct iovec here = {time, sizeof *time}, there;
    if (!read_own(thread, "syscall", text, sizeof text) ||
        sscanf(text, "%ld %*x %lx %*x %lx", &number, &op, &at) != 3 || number != SYS_futex || !at)
        return false;
    *operation = (int)op;
    op &= FUTEX_CMD_MASK;
    there = (struct iovec){(void *)at, sizeof *time};
    return (op == FUTEX_WAIT || op == FUTEX_WAIT_BITSET) &&
           process_vm_readv(getpid(), &here, 1, &there, 1, 0) == (ssize_t)sizeof *time;
}

static int64_t in_ns(struct timespec time)
{
    return (int64_t)time.tv_sec > INT64_MAX / 1000000000 - 1 ? INT64_MAX
                                                             : (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

bool settle_on_wall_clock(pid_t thread, int64_t further_ns)
{
    char name[24];
    struct timespec until, now;
    int operation;
    snprintf(name, sizeof name, "%d", (int)thread);
    if (!timed_wait(name, &operation, &until) || !(operation & FUTEX_CLOCK_REALTIME) ||
        (operation & FUTEX_CMD_MASK) != FUTEX_WAIT_BITSET)
        return false;
    clock_gettime(CLOCK_REALTIME, &now);
    return in_ns(until) - in_ns(now) > further_ns;
}

/* As timed_wait. It sleeps before and after, and has not run between: so what is read belongs together. */
static bool sleeps_timed(pid_t thread, int *operation, struct timespec *time)
{
    char name[24];
    int64_t ran = settle_run_ns(thread);
    snprintf(name, sizeof name, "%d", (int)thread);
    return settle_sleeping(thread) && timed_wait(name, operation, time) && settle_sleeping(thread) &&
           settle_run_ns(thread) == ran;
}

int64_t settle_wakes_in_ns(pid_t thread)
{
    struct timespec until, now = {0};
    int operation;
    if (!sleeps_timed(thread, &operation, &until))
        return 0;
    if ((operation & FUTEX_CMD_MASK) != FUTEX_WAIT)
        clock_gettime(operation & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC, &now);
    return in_ns(until) - in_ns(now);
}

int64_t settle_ends_ns(pid_t thread, int64_t since_ns)
{
    struct timespec until;
    int operation;
    if (!sleeps_timed(thread, &operation, &until) || operation & FUTEX_CLOCK_REALTIME)
        return 0;
    if ((operation & FUTEX_CMD_MASK) != FUTEX_WAIT)
        return in_ns(until);
    return in_ns(until) > INT64_MAX - since_ns ? INT64_MAX : in_ns(until) + since_ns;
}

int64_t settle_next_wake_ns(void)
{
    DIR *tasks = opendir("/proc/self/task");
    const char *thread;
    int64_t next = 0;
    while ((thread = task_next_other(tasks))) {
        struct timespec until;
        int operation;
        int64_t at;
        if (!timed_wait(thread, &operation, &until))
            continue;
        at = in_ns(until);
        if ((operation & FUTEX_CMD_MASK) == FUTEX_WAIT)
            at += pool_clock_ns(); /* from its beginning, which was a moment ago */
        else if (operation & FUTEX_CLOCK_REALTIME)
            continue;
        if (!next || at < next)
            next = at;
    }
    if (tasks)
        closedir(tasks);
    return next;
}

int64_t settle_sleeps(void)
{
    DIR *tasks = opendir("/proc/self/task");
    const char *thread;
    int64_t sum = 0;
    while ((thread = task_next_other(tasks))) {
        char text[4096];
        const char *count;
        if (!read_own(thread, "status", text, sizeof text))
            continue;
        count = strstr(text, "\nvoluntary_ctxt_switches:");
        sum += count ? strtoll(strchr(count, ':') + 1, NULL, 10) : 0;
    }
    if (tasks)
        closedir(tasks);
    return sum;
}

/* jemalloc's, where it is there; its statistics are of the last epoch. */
int mallctl(const char *name, void *old, size_t *old_size, void *new, size_t new_size) __attribute__((weak));

int64_t settle_heap(void)
{
    uint64_t epoch = 1;
    size_t bytes = 0, size = sizeof bytes;
    if (mallctl && !mallctl("epoch", NULL, NULL, &epoch, sizeof epoch) &&
        !mallctl("stats.allocated", &bytes, &size, NULL, 0))
        return (int64_t)bytes;
    return (int64_t)(mallinfo2().uordblks + mallinfo2().hblkhd);
}

/* The lowest that is free is given out, by glibc. */
static int64_t keys(void)
{
    pthread_key_t key;
    if (pthread_key_create(&key, NULL))
        return PTHREAD_KEYS_MAX;
    pthread_key_delete(key);
    return key;
}

struct settle_use settle_use(void)
{
    struct settle_use use = {.heap = settle_heap(), .keys = keys()};
    FILE *maps = fopen("/proc/self/maps", "re");
    DIR *descriptors = opendir("/proc/self/fd");
    struct dirent *entry;
    char line[512];
    while (descriptors && (entry = readdir(descriptors)))
        use.descriptors += entry->d_name[0] != '.';
    while (maps && fgets(line, sizeof line, maps)) {
        unsigned long low, high;
        if (sscanf(line, "%lx-%lx", &low, &high) == 2) {
            use.mappings++;
            use.mapped += (int64_t)(high - low);
        }
    }
    if (descriptors)
        closedir(descriptors);
    if (maps)
        fclose(maps);
    return use;
}
