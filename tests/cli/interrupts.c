/* interrupts.c - what ends a run before its time, and what is kept then. */
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
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
    program_await_words("round 1 of 1");
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

/* What is kept of a round of 1000 s that is interrupted twice, so long after its begin; NULL: nothing, as no
 * slice had ended by then. */
static json_t *kept_of_round(unsigned seconds)
{
    pid_t child = start_run("mutex");
    sleep(seconds);
    cr_assert(kill(child, SIGINT) == 0 && kill(child, SIGTERM) == 0);
    expect_interrupted(child);
    return json_load_file("kept.json", 0, NULL);
}

/* A second one gives up the slice that runs, and keeps those before. Warm-ups take milliseconds, and longer beside
 * other programs. */
CLI_TEST(interrupts, twice_keep_the_slices_of_an_unfinished_round)
{
    json_t *document = NULL, *configuration;
    size_t c;
    for (unsigned seconds = 2; seconds <= 32 && !document; seconds *= 4)
        document = kept_of_round(seconds);
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

/* timeout and a container's stop send one signal, and wait: jobs of minutes do not hold up the end. */
CLI_TEST(interrupts, one_ends_a_slice_that_takes_long)
{
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        if (!freopen("/dev/null", "w", stdout) || !freopen("err", "w", stderr))
            _exit(127);
        execl(program, "poolbench", "run", "-p", "mutex", "-w", "burst:rate=10k,for=100ms,of=io:op=sleep,wait=1s", "-t",
              "1", "--rounds", "1", "--budget", "1000s", "--no-floor", "--no-figures", "-o", "kept.json", NULL);
        _exit(127);
    }
    program_await_words("round 1 of 1");
    cr_assert(kill(child, SIGTERM) == 0); /* a thousand jobs of a second are in the slice */
    expect_interrupted(child);
}

/* A planning keeps what it measured, and recommends nothing that it did not get to. */
CLI_TEST(interrupts, a_plan_keeps_what_was_measured)
{
    json_t *document;
    const json_t *plan;
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        if (!freopen("/dev/null", "w", stdout) || !freopen("err", "w", stderr))
            _exit(127);
        execl(program, "poolbench", "plan", "--rate", "100", "--slo", "p99.99=5s", "-w", "io:op=sleep,wait=1ms",
              "--budget", "20min", "--no-figures", "-o", "kept.json", NULL);
        _exit(127);
    }
    program_await_words("measured here");
    sleep(1); /* a size takes minutes: p99.99 of 100 jobs a second */
    cr_assert(kill(-child, SIGINT) == 0);
    expect_interrupted(child);
    document = json_load_file("kept.json", 0, NULL);
    plan = json_object_get(document, "plan");
    cr_assert(json_is_true(json_object_get(document, "interrupted")) && json_is_null(json_object_get(plan, "answer")),
              "%s", err);
    cr_assert(json_integer_value(json_object_get(plan, "status")) == 130);
    cr_assert(json_number_value(json_object_get(json_object_get(plan, "service"), "mean_ns")) > 0);
    json_decref(document);
}

/* Commands that end in an orderly way, each long enough to be met. */
static const char *const orderly[] = {"run -p mutex -w empty -t 1 --rounds 2 --budget 100ms --no-figures -o x.json",
                                      "check -p mutex,ring", "check -p mutex -g known,calls --at-once 4 --repeat 3",
                                      "limits", "explain missing-close --run --repeat 30"};
enum { ORDERLY = sizeof orderly / sizeof *orderly };

/* By a shell that becomes it. */
static pid_t start_quiet(const char *arguments)
{
    char command[4600];
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        snprintf(command, sizeof command, "TMPDIR=. exec %s %s >/dev/null 2>err", program, arguments);
        execl("/bin/sh", "sh", "-c", command, NULL);
        _exit(127);
    }
    return child;
}

/* nohup, background jobs of a shell: what is ignored stays so. */
CLI_TEST(interrupts, that_are_ignored_end_nothing)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        signal(signals[i], SIG_IGN); /* inherited */
    for (int i = 0; i < ORDERLY; i++) {
        int status;
        pid_t child = start_quiet(orderly[i]);
        while (waitpid(child, &status, WNOHANG) == 0) {
            for (size_t s = 0; s < sizeof signals / sizeof *signals; s++)
                kill(child, signals[s]);
            poll(NULL, 0, 5);
        }
        slurp("err", err, sizeof err);
        cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "[%s] status %x: %s", orderly[i], status, err);
    }
}

/* Each of the three ends each command in an orderly way. */
CLI_TEST(interrupts, end_every_command_alike)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM};
    for (int i = 0; i < ORDERLY; i++) {
        for (size_t s = 0; s < sizeof signals / sizeof *signals; s++) {
            int status;
            pid_t child = start_quiet(i ? orderly[i] : "run -p mutex -w cpu -t 1 --rounds 9 --no-figures -o x.json");
            program_await_handler(child, signals[s]);
            cr_assert(kill(child, signals[s]) == 0);
            cr_assert(waitpid(child, &status, 0) == child);
            slurp("err", err, sizeof err);
            cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 130, "[%s] signal %d, status %x: %s", orderly[i],
                      signals[s], status, err);
            remove("x.json");
        }
    }
}

/* As the kernel does where the memory of a container runs out: no pool crashed. */
CLI_TEST(interrupts, that_kill_a_round_blame_nobody)
{
    pid_t child = start_run("mutex");
    char path[64], process[32];
    int status;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)child, (int)child);
    while (waitpid(child, &status, WNOHANG) == 0) {
        slurp(path, process, sizeof process);
        if (atoi(process) > 1)
            kill((pid_t)atoi(process), SIGKILL);
        poll(NULL, 0, 20);
    }
    slurp("err", err, sizeof err);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 3, "status %x: %s", status, err);
    cr_assert(strstr(err, "killed by signal 9") && !strstr(err, "crash"), "%s", err);
}
