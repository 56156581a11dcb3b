/* hardship.c - see hardship.h.
 *
 * Workers block all signals but those of faults. So freezes come by one of these,
 * SIGTRAP, which no pool handles; its handler sleeps. ThreadSanitizer does not live
 * through a fault signal that comes while it looks at an access: there the signal is
 * an ordinary one, and freezes the torture's own threads only. */
#include "tests/core/hardship.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/core/kit.h"

enum {
    SIGNAL_NS = 1000000000 / 3000,
    FREEZE_EVERY_NS = 1000000, /* about, to the next one */
    FREEZE_NS = 3000000,       /* at most */
    REFUSED_ONE_IN = 3,
    THREADS_MAX = 256, /* that may be frozen */
};

#if defined(__SANITIZE_THREAD__)
enum { FREEZE_SIGNAL = SIGUSR2 };
#else
enum { FREEZE_SIGNAL = SIGTRAP };
#endif

static _Atomic unsigned kinds_now;
static _Atomic long signals, freezes, forks;
static __thread timer_t timer;
static __thread bool has_timer;
static bool freezer_there;

unsigned hardship_possible(unsigned kinds)
{
#if defined(__SANITIZE_THREAD__)
    /* A child may find a lock of the sanitizer's own held by a thread that it lacks. */
    return kinds & ~(unsigned)HARDSHIP_FORKS;
#else
    return kinds;
#endif
}

static void nap(long ns)
{
    nanosleep(&(struct timespec){0, ns}, NULL);
}

static unsigned random_below(unsigned bound)
{
    static _Atomic unsigned state = 1;
    unsigned x = atomic_fetch_add_explicit(&state, 0x9e3779b9u, memory_order_relaxed);
    x = (x ^ x >> 16) * 0x7feb352du;
    x = (x ^ x >> 15) * 0x846ca68bu;
    return (x ^ x >> 16) % bound;
}

/* Signals. */

static void on_signal(int signal)
{
    (void)signal;
    atomic_fetch_add_explicit(&signals, 1, memory_order_relaxed);
}

void hardship_signals_begin(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
    struct itimerspec each = {{0, SIGNAL_NS}, {0, SIGNAL_NS}};
    if (!(atomic_load(&kinds_now) & HARDSHIP_SIGNALS))
        return;
    event._sigev_un._tid = gettid();
    has_timer = !timer_create(CLOCK_MONOTONIC, &event, &timer) && !timer_settime(timer, 0, &each, NULL);
}

void hardship_signals_end(void)
{
    if (has_timer)
        timer_delete(timer);
    has_timer = false;
}

/* Freezes. */

static void on_freeze(int signal)
{
    int error = errno;
    (void)signal;
    atomic_fetch_add_explicit(&freezes, 1, memory_order_relaxed);
    nap(1 + (long)random_below(FREEZE_NS));
    errno = error;
}

/* Some thread of this process but the caller; 0: there is none. Without the library's
 * calls, which a sanitizer watches: numbers of descriptors come back at once. */
static pid_t some_thread(void)
{
    alignas(struct dirent64) char entries[8192];
    long folder = syscall(SYS_openat, AT_FDCWD, "/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    long bytes = syscall(SYS_getdents64, folder, entries, sizeof entries);
    pid_t found[THREADS_MAX];
    unsigned count = 0;
    syscall(SYS_close, folder);
    for (long at = 0; at < bytes && count < THREADS_MAX;) {
        const struct dirent64 *entry = (const struct dirent64 *)(const void *)(entries + at);
        pid_t thread = atoi(entry->d_name);
        if (thread > 0 && thread != gettid())
            found[count++] = thread;
        at += entry->d_reclen;
    }
    return count ? found[random_below(count)] : 0;
}

static void *freezer_main(void *arg)
{
    for (;;) {
        pid_t thread;
        nap(1 + (long)random_below(2 * FREEZE_EVERY_NS));
        thread = atomic_load(&kinds_now) & HARDSHIP_FREEZES ? some_thread() : 0;
        if (thread)
            syscall(SYS_tgkill, getpid(), thread, FREEZE_SIGNAL); /* it may be gone: nothing then */
    }
    return arg;
}

/* Rounds. */

static void prepare(void)
{
    /* Without SA_RESTART: calls of the kernel are to end early. */
    struct sigaction on_usr1 = {.sa_handler = on_signal}, on_freezing = {.sa_handler = on_freeze};
    pthread_t freezer;
    sigaction(SIGUSR1, &on_usr1, NULL);
    sigaction(FREEZE_SIGNAL, &on_freezing, NULL);
    freezer_there = true;
    hardship_thread(&freezer, freezer_main, NULL);
    pthread_detach(freezer);
}

void hardship_begin(unsigned kinds)
{
    if (kinds && !freezer_there)
        prepare();
    atomic_store(&kinds_now, kinds);
    atomic_store(&kit_threads_refused_one_in, kinds & HARDSHIP_REFUSALS ? REFUSED_ONE_IN : 0);
    hardship_signals_begin();
}

void hardship_end(void)
{
    hardship_signals_end();
    atomic_store(&kit_threads_refused_one_in, 0);
    atomic_store(&kinds_now, 0);
}

void hardship_thread(pthread_t *thread, void *(*main)(void *), void *arg)
{
    kit_thread_never_refused = true;
    while (pthread_create(thread, NULL, main, arg))
        sched_yield();
    kit_thread_never_refused = false;
}

/* Forks. */

/* Whether the kernel wipes memory in a child that is to be wiped there: only then can
 * a pool know the child of a fork that runs no handlers. */
static bool wipes(void)
{
    static _Atomic int known; /* 1: it does; -1: not */
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory;
    int status = 1;
    pid_t pid;
    if (atomic_load(&known))
        return atomic_load(&known) > 0;
    memory = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory != MAP_FAILED && !madvise(memory, page, MADV_WIPEONFORK)) {
        *memory = 1;
        pid = _Fork();
        if (pid == 0)
            _exit(*memory);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
    }
    if (memory != MAP_FAILED)
        munmap(memory, page);
    atomic_store(&known, status == 0 ? 1 : -1);
    return status == 0;
}

/* Signals wait meanwhile: with 3,000 a second the kernel begins a fork anew each
 * time that one comes, and may never come to the end. */
static pid_t begin_child(void)
{
    sigset_t all, before;
    pid_t pid;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid = random_below(2) && wipes() ? _Fork() : fork(); /* the first runs no handlers of fork */
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return pid;
}

int hardship_fork(unsigned rarely, int (*child)(void *arg), void *arg)
{
    int status;
    pid_t pid;
    if (!(atomic_load(&kinds_now) & HARDSHIP_FORKS) || random_below(rarely))
        return 0;
    pid = begin_child();
    if (pid == 0)
        _exit(child(arg));
    if (pid < 0)
        return 0; /* the machine has no process to spare */
    atomic_fetch_add(&forks, 1);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

const char *hardship_said(void)
{
    static char text[240];
    const struct {
        long count;
        const char *what;
    } said[] = {{atomic_load(&signals), "signals"},
                {atomic_load(&freezes), "freezes"},
                {atomic_load(&kit_threads_refused), "threads refused"},
                {atomic_load(&forks), "forks"}};
    int used = 0;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (said[i].count)
            used += snprintf(text + used, sizeof text - (size_t)used, ", %ld %s", said[i].count, said[i].what);
    if (atomic_load(&forks) && !wipes())
        used +=
            snprintf(text + used, sizeof text - (size_t)used, " (this kernel wipes no memory in a child: fork() only)");
    if (hardship_possible(HARDSHIP_ALL) != HARDSHIP_ALL)
        snprintf(text + used, sizeof text - (size_t)used, " (under this sanitizer no forks, no frozen workers)");
    return text;
}
