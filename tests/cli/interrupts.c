/* interrupts.c - what ends a run before its time, and what is kept then. */
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/cli/program.h"

/* Starts the program in a process group of its own, its stderr in the file err, and waits
 * until it tells of its first round: then slices run. */
static pid_t start_run(const char *pool)
{
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        if (!freopen("/dev/null", "w", stdout) || !freopen("err", "w", stderr))
            _exit(127);
        execl(program, "poolbench", "run", "-p", pool, "-w", "cpu:size=1us", "-t", "1", "--rounds", "1", "--budget",
              "1000s", "--no-figures", "-o", "kept.json", NULL);
        _exit(127);
    }
    do {
        poll(NULL, 0, 20);
        slurp("err", err, sizeof err);
    } while (!strstr(err, "round 1 of 1"));
    return child;
}

static void expect_interrupted(pid_t child)
{
    int status;
    cr_assert(waitpid(child, &status, 0) == child);
    slurp("err", err, sizeof err);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 130, "status %x: %s", status, err);
    cr_assert(!strstr(err, "crash") && !strstr(err, "hang"), "a pool is blamed: %s", err);
}

/* timeout, CI and a closed terminal end the whole group: no pool crashed. */
CLI_TEST(interrupts, of_the_whole_group_blame_nobody)
{
    static const int signals[] = {SIGTERM, SIGHUP, SIGINT};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        pid_t child = start_run("mutex");
        cr_assert(kill(-child, signals[i]) == 0);
        expect_interrupted(child);
        remove("err");
        remove("kept.json");
    }
}

/* A second one gives up the slice that runs, and keeps those before. */
CLI_TEST(interrupts, twice_keep_the_slices_of_an_unfinished_round)
{
    json_t *document, *configuration;
    size_t c;
    pid_t child = start_run("mutex");
    sleep(2); /* warm-ups take milliseconds, the round 1000 s */
    cr_assert(kill(child, SIGINT) == 0 && kill(child, SIGTERM) == 0);
    expect_interrupted(child);
    document = json_load_file("kept.json", 0, NULL);
    cr_assert(document && json_is_true(json_object_get(document, "interrupted")), "%s", err);
    cr_assert(json_array_size(json_object_get(document, "failures")) == 0);
    cr_assert(json_array_size(json_object_get(document, "rounds")) == 1);
    json_array_foreach (json_object_get(document, "configurations"), c, configuration) {
        json_t *trial = json_array_get(json_object_get(configuration, "trials"), 0);
        cr_assert(json_array_size(json_object_get(trial, "slices")) > 0 &&
                  json_number_value(json_object_get(trial, "jobs_per_s")) > 0);
    }
    json_decref(document);
}

/* nohup: what is ignored stays so. */
CLI_TEST(interrupts, that_are_ignored_end_nothing)
{
    int status;
    pid_t child;
    signal(SIGHUP, SIG_IGN); /* inherited */
    child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
            _exit(127);
        execl(program, "poolbench", "run", "-p", "mutex", "-w", "empty", "-t", "1", "--rounds", "2", "--budget",
              "100ms", "--no-figures", "-o", "x.json", NULL);
        _exit(127);
    }
    while (waitpid(child, &status, WNOHANG) == 0) {
        kill(child, SIGHUP);
        poll(NULL, 0, 5);
    }
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
}
