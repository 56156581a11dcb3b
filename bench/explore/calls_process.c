/* calls_process.c - processes: a pool's own are not followed, a scenario's fork is; and what
 * would be the kernel thread's, and that is one for all: names, processors, signal masks. */
#include "bench/explore/calls.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child would go on without all the others. */
static void __attribute__((noreturn)) makes_process(const char *name)
{
    runtime_stop(EXPLORE_STUCK, NULL, "%s calls %s, which is not followed", runtime.now->name, name);
}

pid_t fork(void)
{
    if (!runtime.on)
        return CALLS_REAL(fork)();
    RUNTIME_HERE();
    makes_process("fork");
}

pid_t _Fork(void)
{
    if (!runtime.on)
        return CALLS_REAL(_Fork)();
    RUNTIME_HERE();
    makes_process("_Fork");
}

/* Outside it is a fork: a child that borrows this very frame could not return from it. */
pid_t vfork(void)
{
    if (!runtime.on)
        return CALLS_REAL(fork)();
    RUNTIME_HERE();
    makes_process("vfork");
}

int clone(int (*run)(void *), void *stack, int flags, void *arg, ...)
{
    va_list list;
    void *more[3]; /* the parent's word, thread-locals, the child's word */
    va_start(list, arg);
    for (int i = 0; i < 3; i++)
        more[i] = va_arg(list, void *);
    va_end(list);
    if (!runtime.on)
        return CALLS_REAL(clone)(run, stack, flags, arg, more[0], more[1], more[2]);
    RUNTIME_HERE();
    makes_process("clone");
}

static void watch_me(void)
{
    if (runtime.runs)
        *runtime.runs = getpid();
}

/* Returns its status, when it has ended. It is watched meanwhile in the place of this process. */
static int await_child(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    watch_me();
    return status;
}

static void judge_child(int status)
{
    enum { FROM_A_JOB = 70 };                    /* pool.h, rule 9 */
    if (runtime.verdict->kind != EXPLORE_GOOD) { /* the child's, which is in memory of both */
        runtime.on = false;
        fiber_leave();
    }
    if (WIFSIGNALED(status))
        runtime_stop(EXPLORE_SIGNAL, NULL, "the child of a fork ends by signal %d (%s)", WTERMSIG(status),
                     strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status) && WEXITSTATUS(status) != FROM_A_JOB)
        runtime_stop(EXPLORE_SIGNAL, NULL, "the child of a fork ends with status %d", WEXITSTATUS(status));
}

/* Whether a page can be had that is empty in each child: it is what a bare fork is known by. */
static bool kernel_wipes(void)
{
    enum { PAGE = 4096 };
    static enum { UNKNOWN, NO, YES } known;
    void *page;
    if (known != UNKNOWN)
        return known == YES;
    known = NO;
    page = CALLS_REAL(mmap)(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return false;
    known = CALLS_REAL(madvise)(page, PAGE, MADV_WIPEONFORK) ? NO : YES;
    CALLS_REAL(munmap)(page, PAGE);
    return known == YES;
}

/* What the C library calls before and after is outside of the schedule. */
pid_t explore_fork(bool bare)
{
    pid_t child;
    RUNTIME_HERE();
    bare = bare && kernel_wipes();
    calls_begin(bare ? "_Fork" : "fork", NULL);
    runtime.on = false;
    if (runtime.runs)
        *runtime.runs = 0; /* until the child begins there is nobody to be watched */
    child = bare ? CALLS_REAL(_Fork)() : CALLS_REAL(fork)();
    runtime.on = true;
    if (child < 0)
        watch_me();
    if (child < 0)
        runtime_stop(EXPLORE_CANNOT, NULL, "no process can be started: %s", strerror(errno));
    if (child) {
        judge_child(await_child(child));
        return child;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    watch_me();
    runtime.child = true;
    choose_alone();
    return 0;
}

/* Of the kernel thread. */

int pthread_setname_np(pthread_t self, const char *name)
{
    struct runtime_thread *thread;
    if (!runtime.on)
        return CALLS_REAL(pthread_setname_np)(self, name);
    thread = calls_thread_of(self);
    if (!thread)
        return ESRCH;
    snprintf(thread->name, sizeof thread->name, "%s", name);
    return strlen(name) > 15 ? ERANGE : 0;
}

int pthread_getname_np(pthread_t self, char *name, size_t size)
{
    struct runtime_thread *thread;
    if (!runtime.on)
        return CALLS_REAL(pthread_getname_np)(self, name, size);
    thread = calls_thread_of(self);
    if (!thread)
        return ESRCH;
    snprintf(name, size, "%.15s", thread->name);
    return 0;
}

int pthread_setaffinity_np(pthread_t self, size_t size, const cpu_set_t *cpus)
{
    return runtime.on ? 0 : CALLS_REAL(pthread_setaffinity_np)(self, size, cpus);
}

int pthread_sigmask(int how, const sigset_t *set, sigset_t *before)
{
    sigset_t *own;
    if (!runtime.on)
        return CALLS_REAL(pthread_sigmask)(how, set, before);
    own = &runtime.now->signals;
    if (before)
        *before = *own;
    if (!set)
        return 0;
    if (how == SIG_SETMASK)
        *own = *set;
    else if (how == SIG_BLOCK)
        own->__val[0] |= set->__val[0];
    else if (how == SIG_UNBLOCK)
        own->__val[0] &= ~set->__val[0];
    else
        return EINVAL;
    return 0;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *before)
{
    return runtime.on ? pthread_sigmask(how, set, before) : CALLS_REAL(sigprocmask)(how, set, before);
}
