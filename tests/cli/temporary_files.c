/* temporary_files.c - the program from outside: what `io` leaves behind in $TMPDIR. */
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/cli/program.h"

/* What a folder for temporary files holds. */
static int files_in(const char *path)
{
    DIR *there = opendir(path);
    int count = -2;
    cr_assert(there);
    while (readdir(there))
        count++;
    closedir(there);
    return count;
}

CLI_TEST(temporary_files, a_full_disk_is_said_and_nothing_stays)
{
    int status;
    cr_assert(mkdir("tmp", 0700) == 0);
    snprintf(out, sizeof out,
             "ulimit -f 512; TMPDIR=$PWD/tmp %s run -p mutex -w io:op=file -t 1 --rounds 1 --budget 20ms --no-figures "
             "-o r.json >out 2>err",
             program);
    status = system(out);
    slurp("err", err, sizeof err);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 3, "%x: %s", status, err);
    cr_assert(strstr(err, "/tmp") && strstr(err, "TMPDIR") && strstr(err, "too large"), "%s", err);
    cr_assert(files_in("tmp") == 0);
}

CLI_TEST(temporary_files, a_folder_that_is_not_there_is_said)
{
    cr_assert(setenv("TMPDIR", "/nonexistent/folder", 1) == 0);
    cr_assert(run("run -p mutex -w io:op=file -t 1 --rounds 1 --budget 20ms --no-figures -o x.json") == 3);
    cr_assert(strstr(err, "/nonexistent/folder") && strstr(err, "TMPDIR"), "%s", err);
}

/* Until a slice of that run has a file there, which has no name any more. */
static void await_file_in_tmp(pid_t process)
{
    char command[256];
    snprintf(command, sizeof command,
             "for p in $(cat /proc/%d/task/%d/children); do ls -l /proc/$p/fd; done 2>/dev/null | "
             "grep -q \"$(pwd -P)/tmp/\"",
             (int)process, (int)process);
    while (system(command))
        poll(NULL, 0, 1);
}

CLI_TEST(temporary_files, are_gone_after_an_interrupt_and_after_a_kill)
{
    static const int signals[] = {SIGINT, SIGKILL};
    cr_assert(mkdir("tmp", 0700) == 0);
    for (int i = 0; i < 2; i++) {
        int status;
        pid_t child = fork();
        if (child == 0) {
            cr_assert(freopen("/dev/null", "w", stdout) && freopen("/dev/null", "w", stderr));
            setenv("TMPDIR", "tmp", 1);
            execl(program, "poolbench", "run", "-p", "mutex", "-w", "io:op=file", "-t", "1", "--rounds", "1000",
                  "--budget", "1000s", "--no-figures", "-o", "kept.json", NULL);
            _exit(127);
        }
        await_file_in_tmp(child);
        kill(child, signals[i]);
        cr_assert(waitpid(child, &status, 0) == child);
        cr_assert(signals[i] == SIGKILL || (WIFEXITED(status) && WEXITSTATUS(status) == 130), "status %x", status);
        cr_assert(files_in("tmp") == 0);
    }
}
