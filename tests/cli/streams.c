/* streams.c - a full disk behind stdout, and descriptors that were closed. */
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/cli/program.h"

/* By a shell, with redirections of its own. Returns the exit status. */
static int shell(const char *arguments)
{
    char command[4600];
    int status;
    snprintf(command, sizeof command, "%s %s", program, arguments);
    status = system(command);
    slurp("e", err, sizeof err);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

CLI_TEST(streams, a_full_device_is_an_error_of_every_command)
{
    static const char *const commands[] = {
        "--version",
        "--help",
        "help run",
        "list pools",
        "list workloads",
        "topology",
        "check --list",
        "check --help",
        "check -p mutex -f late-add",
        "explain",
        "explain late-add",
        "limits",
        "run -p mutex -w empty -t 1 --rounds 1 --budget 10ms --no-figures -o x.json",
        "run -p mutex -w empty -t 1 --rounds 1 --budget 10ms --no-figures -o x.json --format csv",
        "run --dry-run",
        "compare x.json x.json",
        "compare x.json x.json --format json",
        "plot x.json"};
    char command[512];
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        snprintf(command, sizeof command, "%s >/dev/full 2>e </dev/null", commands[i]);
        cr_assert(shell(command) == 2 && strstr(err, "stdout"), "[%s] %s", commands[i], err);
    }
}

CLI_TEST(streams, closed_ones_accuse_no_pool)
{
    static const char *const closed[] = {"<&-", "2>&-", "<&- 2>&-"};
    char command[128];
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
        snprintf(command, sizeof command, "check -p mutex >o %s", closed[i]);
        cr_assert(shell(command) == 0, "[%s]", closed[i]);
        snprintf(command, sizeof command, "run -p mutex -w empty -t 1 --rounds 1 --budget 10ms -o x.json >o %s",
                 closed[i]);
        cr_assert(shell(command) == 0, "[%s]", closed[i]);
    }
    cr_assert(shell("list pools >&- 2>e") == 2 && strstr(err, "stdout"), "%s", err);
}

/* What the machine refuses is nobody's fault, and is said with its name. */
CLI_TEST(streams, little_memory_accuses_no_pool)
{
    char command[4600];
    snprintf(command, sizeof command, "ulimit -v 40000; %s check -p mutex,ring >o 2>e", program);
    cr_assert(WEXITSTATUS(system(command)) == 3);
    slurp("o", out, sizeof out);
    cr_assert(strstr(out, "CANNOT be judged here") && strstr(out, "ulimit") && !strstr(out, "FAIL"), "%s", out);
}

/* By a shell that may not raise a limit, root's neither. Returns the exit status. */
static int bounded(const char *command)
{
    int status = -1;
    pid_t process = fork();
    if (process == 0) {
        prctl(PR_CAPBSET_DROP, CAP_SYS_RESOURCE); /* refused to those who have nothing to lose */
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    return process > 0 && waitpid(process, &status, 0) == process && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* 64 KiB of stack are raised; where they cannot be, that is said in a line. */
CLI_TEST(streams, a_small_stack_is_no_crash)
{
    static const char *const commands[] = {
        "topology",
        "list workloads",
        "explain late-add",
        "check -p mutex,spawn -f late-add",
        "limits --no-figures -o l.json",
        "run --no-history -p mutex,inline -w tree:fib,n=10 -t 2 --rounds 2 --budget 10ms -o x.json",
        "plot x.json",
        "compare x.json x.json"};
    char command[4600];
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        snprintf(command, sizeof command, "ulimit -Ss 64; %s %s >o 2>e", program, commands[i]);
        cr_assert(WEXITSTATUS(system(command)) == 0, "[%s]", commands[i]);
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        snprintf(command, sizeof command, "ulimit -s 64; exec %s %s >o 2>e", program, commands[i]);
        cr_assert(bounded(command) == 3, "[%s]", commands[i]);
        slurp("e", err, sizeof err);
        cr_assert(lines(err) == 1 && strstr(err, "a stack of 256 KiB is needed, and 64 KiB are allowed"), "%s", err);
    }
}

/* Measured is not lost because of what a killed run left, or a limit; and what was there stays. */
CLI_TEST(streams, a_limit_on_files_spares_the_earlier_result)
{
    static const char one[] = "run -p mutex -w empty -t 1 --rounds 1 --budget 10ms --no-figures -o x.json >o 2>e";
    char command[4600], before[64] = "", after[64] = "";
    cr_assert(shell(one) == 0);
    cr_assert(system("sha256sum x.json | cut -c1-40 >before") == 0);
    snprintf(command, sizeof command, "ulimit -f 8; %s %s", program, one);
    cr_assert(WEXITSTATUS(system(command)) == 2);
    slurp("e", err, sizeof err);
    cr_assert(strstr(err, "could not write x.json"), "%s", err);
    cr_assert(system("sha256sum x.json | cut -c1-40 >after") == 0);
    slurp("before", before, sizeof before);
    slurp("after", after, sizeof after);
    cr_assert_str_eq(before, after);
    /* And no verdict is hidden by it. */
    snprintf(command, sizeof command,
             "ulimit -f 8; %s run -w cpu:size=10us -p ring --capacity 16 --rounds 2 --budget 60ms --slo p99=1ns -t 1 "
             "--pin none --no-figures -o y.json >o 2>e",
             program);
    cr_assert(WEXITSTATUS(system(command)) == 1);
    slurp("e", err, sizeof err);
    cr_assert(strstr(err, "could not write y.json"), "%s", err);
}

/* Figures that were to be drawn and could not be are an error; the result is kept. */
CLI_TEST(streams, figures_that_cannot_be_written_are_an_error)
{
    cr_assert(system("echo mine >x") == 0);
    cr_assert(shell("run -p mutex -w cpu:size=1us -t 1 --rounds 1 --budget 10ms --no-history -o x.json >o 2>e") == 2);
    cr_assert(strstr(err, "cannot make the folder x"), "%s", err);
    cr_assert(system("[ -s x.json ] && [ $(cat x) = mine ]") == 0);
}

/* What the machine refuses is said by its name, in one line, with status 3. */
CLI_TEST(streams, a_machine_that_refuses_is_named)
{
    static const struct {
        const char *limit, *arguments, *word;
    } cases[] = {{"-v 30000", "limits -o l.json", "ulimit"},
                 {"-n 5", "check -p mutex -f late-add", "ulimit -n"},
                 {"-n 5", "explain late-add --run", "open files"}};
    char command[4600];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(command, sizeof command, "exec >o 2>e; ulimit %s; exec %s %s", cases[i].limit, program,
                 cases[i].arguments);
        cr_assert(WEXITSTATUS(system(command)) == 3, "[%s; %s]", cases[i].limit, cases[i].arguments);
        slurp("e", err, sizeof err);
        cr_assert(strstr(err, cases[i].word), "[%s; %s] %s", cases[i].limit, cases[i].arguments, err);
    }
    cr_assert(system("[ ! -e l.json ]") == 0);
}
