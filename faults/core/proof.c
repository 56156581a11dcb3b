/* proof.c - see proof.h. */
#include "faults/core/proof.h"

#include <dirent.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

#include "faults/core/task.h"

enum { LOCK_PI2 = 13 }; /* FUTEX_LOCK_PI2, of newer kernels */

/* Whether the moment at which a futex wait of a thread ends is further off than FAR_S: as good as
 * never. Read from its memory, to which its call points. */
static bool is_far(pid_t thread, unsigned long operation, unsigned long time)
{
    enum { FAR_S = 600 };
    struct timespec until, now = {0};
    struct iovec here = {&until, sizeof until}, there = {(void *)time, sizeof until};
    if (process_vm_readv(thread, &here, 1, &there, 1, 0) != (ssize_t)sizeof until)
        return false;
    switch (operation & FUTEX_CMD_MASK) {
    case FUTEX_WAIT: /* its time is from its beginning on */
        break;
    case FUTEX_WAIT_BITSET:
        clock_gettime(operation & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC, &now);
        break;
    default:
        return false;
    }
    return until.tv_sec - now.tv_sec > FAR_S;
}

/* Of the futex call: waits for another thread, a lock with priority inheritance among them. */
static bool is_futex_wait(unsigned long operation)
{
    switch (operation & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
    case FUTEX_WAIT_REQUEUE_PI:
    case FUTEX_LOCK_PI:
    case LOCK_PI2:
        return true;
    default:
        return false;
    }
}

/* `number 0xARG0 0xARG1 ...`, or "running". The number of the call in *call, or -1. */
static bool is_endless_wait(pid_t thread, const char *text, long *call)
{
    unsigned long first, second, third, fourth;
    *call = -1;
    if (sscanf(text, "%ld %lx %lx %lx %lx", call, &first, &second, &third, &fourth) != 5)
        return false;
    switch (*call) {
#ifdef SYS_pause
    case SYS_pause:
#endif
    case SYS_rt_sigsuspend:
        return true;
    case SYS_rt_sigtimedwait:
        return third == 0;
    case SYS_futex:
        return is_futex_wait(second) && (fourth == 0 || is_far(thread, second, fourth));
    default:
        return false;
    }
}

static bool read_times(int folder, const char *name, struct proof_thread *thread)
{
    char text[256];
    return task_read(folder, name, "schedstat", text, sizeof text) &&
           sscanf(text, "%lu %*u %lu", &thread->run_ns, &thread->slices) == 2;
}

/* The times before and after the state: a thread that was woken, but had to wait
 * for its CPU, may have run between two reads, and sleep again. And the state
 * after the call: while a wake-up is on its way to another CPU (TASK_WAKING),
 * which takes long where that is a virtual one without a real one, the kernel
 * still tells the call, but no longer that the thread sleeps. */
static void look_at(int folder, const char *name, struct proof_thread *thread)
{
    struct proof_thread later = {0};
    char text[256], state[512];
    bool endless;
    *thread = (struct proof_thread){.id = (pid_t)atoi(name), .call = -1};
    if (!task_read(folder, name, "comm", text, sizeof text))
        return;
    snprintf(thread->name, sizeof thread->name, "%.*s", (int)strcspn(text, "\n"), text);
    if (!read_times(folder, name, thread) || !task_read(folder, name, "syscall", text, sizeof text))
        return;
    endless = is_endless_wait(thread->id, text, &thread->call);
    if (!task_read(folder, name, "stat", state, sizeof state) || !read_times(folder, name, &later))
        return;
    thread->sleeps = task_sleeps(state) && thread->run_ns == later.run_ns && thread->slices == later.slices;
    thread->asleep = endless && thread->sleeps;
}

/* Room for one thread more. */
static bool has_room(struct proof_look *look)
{
    enum { FIRST = 32 };
    int room = look->room ? 2 * look->room : FIRST;
    struct proof_thread *threads;
    if (look->count < look->room)
        return true;
    if (look->count >= PROOF_THREADS_MAX)
        return false;
    threads = realloc(look->threads, (size_t)room * sizeof *threads);
    if (!threads)
        return false;
    look->threads = threads;
    look->room = room;
    return true;
}

static bool is_left_out(const struct proof_look *look, pid_t thread)
{
    for (int i = 0; i < PROOF_BUT; i++)
        if (look->but[i] == thread)
            return true;
    return false;
}

void proof_look(pid_t process, struct proof_look *look)
{
    char path[32];
    struct dirent *entry;
    DIR *tasks;
    snprintf(path, sizeof path, "/proc/%d/task", (int)process);
    tasks = opendir(path);
    look->count = tasks ? 0 : -1;
    while (tasks && (entry = readdir(tasks))) {
        if (entry->d_name[0] == '.' || is_left_out(look, atoi(entry->d_name)))
            continue;
        if (!has_room(look)) {
            look->count = look->count < PROOF_THREADS_MAX ? -1 : look->count;
            break;
        }
        look_at(dirfd(tasks), entry->d_name, &look->threads[look->count]); /* gone meanwhile: not asleep */
        look->count++;
    }
    if (tasks)
        closedir(tasks);
}

void proof_close(struct proof_look *look)
{
    free(look->threads);
    *look = (struct proof_look){0};
}

/* With less room than threads the look is not of all. None is whole, too: all were left out. */
static bool is_whole(const struct proof_look *look)
{
    return look->count >= 0 && look->count < PROOF_THREADS_MAX;
}

bool proof_asleep(const struct proof_look *look)
{
    for (int i = 0; i < look->count; i++)
        if (!look->threads[i].asleep)
            return false;
    return is_whole(look);
}

bool proof_holds(const struct proof_look *first, const struct proof_look *second)
{
    if (!is_whole(first) || first->count != second->count)
        return false;
    for (int i = 0; i < first->count; i++) {
        const struct proof_thread *a = &first->threads[i], *b = &second->threads[i];
        if (!a->asleep || !b->asleep || a->id != b->id || a->run_ns != b->run_ns || a->slices != b->slices)
            return false;
    }
    return true;
}

static const char *call_name(long call)
{
    static const struct {
        long call;
        const char *name;
    } names[] = {
#ifdef SYS_poll /* newer machines have the general forms only */
        {SYS_poll, "poll"},
        {SYS_epoll_wait, "epoll_wait"},
        {SYS_select, "select"},
#endif
        {SYS_read, "read"},
        {SYS_readv, "readv"},
        {SYS_write, "write"},
        {SYS_ppoll, "ppoll"},
        {SYS_pselect6, "pselect"},
        {SYS_epoll_pwait, "epoll_pwait"},
        {SYS_rt_sigtimedwait, "sigtimedwait"},
        {SYS_recvfrom, "recvfrom"},
        {SYS_recvmsg, "recvmsg"},
        {SYS_accept, "accept"},
        {SYS_accept4, "accept4"},
        {SYS_mq_timedreceive, "mq_timedreceive"},
        {SYS_io_getevents, "io_getevents"},
        {SYS_wait4, "wait4"},
        {SYS_waitid, "waitid"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].call == call)
            return names[i].name;
    return NULL;
}

char *proof_why_not(const struct proof_look *look, char *text, size_t size)
{
    const struct proof_thread *thread = look->threads;
    int i = 0;
    *text = '\0';
    if (look->count < 0)
        return snprintf(text, size, "its threads cannot be looked at"), text;
    if (!is_whole(look))
        return snprintf(text, size, "it has %d threads or more", PROOF_THREADS_MAX), text;
    while (i < look->count && look->threads[i].asleep)
        i++;
    if (i == look->count)
        return text;
    thread = &look->threads[i];
    if (!thread->sleeps)
        snprintf(text, size, "thread \"%s\" runs", thread->name);
    else if (thread->call == SYS_futex || thread->call == SYS_nanosleep || thread->call == SYS_clock_nanosleep)
        snprintf(text, size, "thread \"%s\" waits with a time-out", thread->name);
    else if (call_name(thread->call))
        snprintf(text, size, "thread \"%s\" waits in %s, which only the kernel ends", thread->name,
                 call_name(thread->call));
    else
        snprintf(text, size, "thread \"%s\" waits in system call %ld, which only the kernel ends", thread->name,
                 thread->call);
    return text;
}
