/* plan_group.c - see plan_group.h. */
#include "bench/commands/plan_group.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/machine/quota_group.h"

#define INSIDE "POOLBENCH_QUOTA_GROUP" /* set for the one that runs in it */

enum { NOT_STARTED = 125 };

static volatile pid_t inside;

static void hand_on(int number)
{
    if (inside > 0)
        kill(inside, number);
}

/* The terminal sends these to both. */
static void take_signals(void)
{
    struct sigaction on = {.sa_handler = hand_on, .sa_flags = SA_RESTART};
    sigaction(SIGTERM, &on, NULL);
    sigaction(SIGHUP, &on, NULL);
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
}

static _Noreturn void run_inside(const struct quota_group *group, char **argv)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (!quota_group_enter(group))
        execv("/proc/self/exe", argv);
    _exit(NOT_STARTED);
}

static int status_of(int raw)
{
    return WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
}

bool plan_group_run(const struct options *options, char **argv, int *status, struct why why)
{
    struct quota_group group;
    int raw = 0;
    *why.text = '\0';
    if (!(options->quota > 0) || getenv(INSIDE))
        return false;
    if (quota_group_make(&group, options->quota, why))
        return false;
    setenv(INSIDE, "1", 1);
    fflush(NULL);
    inside = fork();
    if (inside == 0)
        run_inside(&group, argv);
    unsetenv(INSIDE);
    if (inside > 0)
        take_signals();
    while (inside > 0 && waitpid(inside, &raw, 0) < 0 && errno == EINTR)
        ;
    quota_group_remove(&group);
    if (inside > 0 && status_of(raw) != NOT_STARTED) {
        *status = status_of(raw);
        return true;
    }
    why_wrong(why, "no process could be moved into a cgroup that was made");
    return false;
}
