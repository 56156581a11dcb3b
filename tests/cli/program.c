/* program.c - see program.h. */
#include "tests/cli/program.h"

#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

char out[PROGRAM_OUTPUT], err[65536], folder[64], root[80], program[4096];

void program_begin(void)
{
    const char *given = getenv("POOLBENCH");
    char path[4096], *name;
    cr_assert(realpath(given ? given : "./poolbench", path), "no program; run make first");
    strcpy(folder, "/tmp/poolbench-cli-XXXXXX");
    cr_assert(mkdtemp(folder) && chdir(folder) == 0);
    /* By a link to its folder, so that a shell can be told of it whatever the folder is called. */
    name = strrchr(path, '/');
    *name++ = '\0';
    snprintf(root, sizeof root, "%s.root", folder);
    cr_assert(symlink(path, root) == 0);
    snprintf(program, sizeof program, "%s/%s", root, name);
    setenv("POOLBENCH_HISTORY", "", 1); /* tests of the history name one of their own */
}

void program_end(void)
{
    char command[128];
    snprintf(command, sizeof command, "chmod -R u+w %s; rm -rf %s", folder, folder);
    cr_assert(chdir("/") == 0 && system(command) == 0);
    unlink(root);
}

void slurp(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    size_t length = file ? fread(text, 1, size - 1, file) : 0;
    text[length] = '\0';
    if (file)
        fclose(file);
}

/* Runs the program with a shell's words; returns its exit status. */
int run(const char *arguments)
{
    static char command[8192];
    int status;
    snprintf(command, sizeof command, "%s %s >/tmp/%s.out 2>/tmp/%s.err </dev/null", program, arguments, folder + 5,
             folder + 5);
    status = system(command);
    snprintf(command, sizeof command, "/tmp/%s.out", folder + 5);
    slurp(command, out, sizeof out);
    unlink(command);
    snprintf(command, sizeof command, "/tmp/%s.err", folder + 5);
    slurp(command, err, sizeof err);
    unlink(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

const char *program_filled(const char *below, const char *arguments)
{
    static char full[8192];
    size_t used = 0;
    for (*full = '\0'; *arguments && used < sizeof full; arguments++)
        used += (size_t)(*arguments == '@' ? snprintf(full + used, sizeof full - used, "%s/%s", root, below)
                                           : snprintf(full + used, sizeof full - used, "%c", *arguments));
    return full;
}

int run_beside(const char *library, const char *arguments)
{
    char alone[sizeof program];
    int status;
    snprintf(alone, sizeof alone, "%s", program);
    snprintf(program, sizeof program, "LD_PRELOAD=%s/build/plugins/%s %.3000s", root, library, alone);
    status = run(arguments);
    snprintf(program, sizeof program, "%s", alone);
    return status;
}

void program_tools(void)
{
    static const char *const theirs[] = {"GIT_DIR",    "GIT_WORK_TREE", "GIT_INDEX_FILE",
                                         "GIT_PREFIX", "MAKEFLAGS",     "MFLAGS"};
    for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
        unsetenv(theirs[i]);
    setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    setenv("OWN", root, 1);
}

int program_shell(const char *where, const char *command)
{
    static char line[8192];
    int status;
    snprintf(line, sizeof line, "{ cd %s 2>/dev/null; %s ; } >/tmp/%s.said 2>&1 </dev/null", where, command,
             folder + 5);
    status = system(line);
    snprintf(line, sizeof line, "/tmp/%s.said", folder + 5);
    slurp(line, out, sizeof out);
    unlink(line);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void program_await_words(const char *words)
{
    do {
        poll(NULL, 0, 20);
        slurp("err", err, sizeof err);
    } while (!strstr(err, words));
}

void program_await_handler(pid_t process, int number)
{
    char path[64], status[8192];
    unsigned long long caught = 0;
    const char *line;
    snprintf(path, sizeof path, "/proc/%d/status", (int)process);
    do {
        poll(NULL, 0, 2);
        slurp(path, status, sizeof status);
        line = strstr(status, "SigCgt:");
        if (!strstr(status, "Name:\tpoolbench") || !line || sscanf(line, "SigCgt: %llx", &caught) != 1)
            caught = 0;
    } while (*status && !strstr(status, "State:\tZ") && !(caught & 1ULL << (number - 1)));
}

int lines(const char *text)
{
    int count = 0;
    for (; *text; text++)
        count += *text == '\n';
    return count;
}

int files_here(void)
{
    DIR *here = opendir(".");
    int count = -2;
    while (readdir(here))
        count++;
    closedir(here);
    return count;
}

void expect_bad(const struct bad *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int status = run(cases[i].arguments);
        cr_assert(status == 2, "[%s] exit %d: %s", cases[i].arguments, status, err);
        cr_assert(lines(err) == 1, "[%s] %d lines on stderr: %s", cases[i].arguments, lines(err), err);
        cr_assert(!*out, "[%s] wrote to stdout: %s", cases[i].arguments, out);
        cr_assert(strstr(err, cases[i].word), "[%s] does not name %s: %s", cases[i].arguments, cases[i].word, err);
        cr_assert(files_here() == 0, "[%s] wrote a file", cases[i].arguments);
    }
}
