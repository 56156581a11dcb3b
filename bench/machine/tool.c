/* tool.c - see tool.h. */
#include "bench/machine/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TOLD_LEAST = 4, LOOK_EVERY_NS = 2000000 };

/* The tool's descriptors. Returns false where one cannot be. */
static bool attach(const struct tool *tool)
{
    struct rlimit none = {0, 0}, output = {(rlim_t)tool->output_max, (rlim_t)tool->output_max};
    int in = tool->in ? tool->in : open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (tool->folder && fchdir(tool->folder))
        return false;
    if (dup2(in, 0) < 0 || dup2(tool->out, 1) < 0 || dup2(tool->out, 2) < 0)
        return false;
    if (tool->third == 3 ? fcntl(3, F_SETFD, 0) : tool->third && dup2(tool->third, 3) < 0)
        return false;
    setrlimit(RLIMIT_CORE, &none);
    return !tool->output_max || !setrlimit(RLIMIT_FSIZE, &output);
}

/* In the new process; what goes wrong is told as an errno. */
static _Noreturn void become(const struct tool *tool, pid_t parent, int told)
{
    int error;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it died before that */
        _exit(127);
    setpgid(0, 0);
    if (attach(tool)) {
        for (const char *const *setting = tool->settings; setting && *setting; setting++)
            putenv((char *)(uintptr_t)*setting);
        execvp(tool->words[0], tool->words);
    }
    error = errno;
    if (write(told, &error, sizeof error) < 0)
        _exit(126);
    _exit(127);
}

/* Waits for its exec. Returns 0, or what went wrong. */
static int hear(pid_t process, int descriptor)
{
    int error = 0;
    ssize_t got;
    while ((got = read(descriptor, &error, sizeof error)) < 0 && errno == EINTR)
        ;
    if (got != sizeof error)
        return 0;
    while (waitpid(process, NULL, 0) < 0 && errno == EINTR)
        ;
    return -error;
}

/* Above the numbers that the tool gets. */
static int lift(int descriptor)
{
    int lifted = fcntl(descriptor, F_DUPFD_CLOEXEC, TOLD_LEAST), error = errno;
    close(descriptor);
    errno = error;
    return lifted;
}

pid_t tool_start(const struct tool *tool)
{
    pid_t process, parent = getpid();
    int pipes[2], told, error;
    if (pipe2(pipes, O_CLOEXEC))
        return -errno;
    told = lift(pipes[1]);
    if (told < 0) {
        error = errno;
        close(pipes[0]);
        return -error;
    }
    fflush(NULL); /* what is buffered is not the child's to write */
    process = fork();
    error = process < 0 ? -errno : 0;
    if (process == 0)
        become(tool, parent, told);
    close(told);
    if (process > 0) {
        setpgid(process, process); /* whoever comes first */
        error = hear(process, pipes[0]);
    }
    close(pipes[0]);
    return error ? error : process;
}

/* Whether it has ended; it stays a zombie, so that its number stays its own. */
static bool has_ended(pid_t process)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)process, &info, WEXITED | WNOHANG | WNOWAIT) ? errno != EINTR : info.si_pid == process;
}

int tool_run(const struct tool *tool, int *status)
{
    struct timespec nap = {0, LOOK_EVERY_NS}, now;
    pid_t process = tool_start(tool);
    time_t until;
    int error = 0;
    *status = 0;
    if (process < 0)
        return (int)process;
    clock_gettime(CLOCK_MONOTONIC, &now);
    until = now.tv_sec + (tool->seconds ? tool->seconds : TOOL_SECONDS);
    while (!error && !has_ended(process)) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (tool->stop && *tool->stop)
            error = -EINTR;
        else if (now.tv_sec >= until)
            error = -ETIMEDOUT;
        else
            nanosleep(&nap, NULL);
    }
    kill(-process, SIGKILL); /* and what it has left behind */
    while (waitpid(process, status, 0) < 0 && errno == EINTR)
        ;
    return error;
}
