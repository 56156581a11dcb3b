/* runner.c - runs the tests of a suite, each in a process that it forks: see
 * criterion/criterion.h. For each failure and skip it prints a line, and the counts
 * at the end. Exit status: 0 all passed or were skipped; 1 not; 2 wrong usage.
 *
 *     tests-contract [-jN] [--filter PATTERN] [--without PATTERN]... [--slower N]
 *
 * PATTERN is of suite/name, as a shell's. What is left out by a --without, of several, counts
 * as skipped. --slower multiplies each time limit. */
#include <criterion/criterion.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FAILED = 1, SKIPPED = 77, AT_ONCE_MAX = 64, WITHOUT_MAX = 16, TIMEOUT_S = 60 };

extern const void *const __start_runner_table[], *const __stop_runner_table[];

/* A test that runs; test NULL: none. */
struct running {
    const struct runner_test *test;
    size_t param;
    pid_t pid;
    double until_s;
    bool late;
};

static struct running running[AT_ONCE_MAX];
static const char *pattern = "*", *without[WITHOUT_MAX];
static int without_count;
static double slower = 1;
static int at_once = 1, tested, passing, failing, crashing, skipped;

static const struct runner_test *current; /* in its process */

static void report(const char *kind, const char *file, int line, const char *what, const char *format,
                   va_list arguments)
{
    char text[1024];
    vsnprintf(text, sizeof text, format, arguments);
    if (file)
        fprintf(stderr, "[%s] %s/%s: %s:%d: %s:%s\n", kind, current->suite, current->name, file, line, what, text);
    else
        fprintf(stderr, "[%s] %s/%s: %s\n", kind, current->suite, current->name, text);
}

void runner_fail(const char *file, int line, const char *what, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report("FAIL", file, line, what, format, arguments);
    va_end(arguments);
    _exit(FAILED);
}

void runner_skip(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report("SKIP", NULL, 0, NULL, format, arguments);
    va_end(arguments);
    _exit(SKIPPED);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void judge(struct running *one, int status)
{
    const char *suite = one->test->suite, *name = one->test->name;
    tested++;
    if (one->late)
        crashing++, fprintf(stderr, "[TIME] %s/%s %zu: ran into its time limit\n", suite, name, one->param);
    else if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        passing++;
    else if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED)
        skipped++;
    else if (WIFEXITED(status) && WEXITSTATUS(status) == FAILED)
        failing++, fprintf(stderr, "[FAIL] %s/%s %zu\n", suite, name, one->param);
    else
        crashing++, fprintf(stderr, "[CRASH] %s/%s %zu: wait status %#x\n", suite, name, one->param, (unsigned)status);
    one->test = NULL;
}

/* Ends those that are late, and judges those that have ended. Returns one that is
 * free, or NULL. */
static struct running *look(void)
{
    struct running *free_one = NULL;
    for (int i = 0; i < at_once; i++) {
        struct running *one = &running[i];
        int status;
        if (one->test && now_s() > one->until_s) {
            one->late = true;
            kill(-one->pid, SIGKILL);
        }
        if (one->test && waitpid(one->pid, &status, one->late ? 0 : WNOHANG) == one->pid) {
            kill(-one->pid, SIGKILL); /* what it left behind */
            judge(one, status);
        }
        if (!one->test)
            free_one = one;
    }
    return free_one;
}

static void start(const struct runner_test *test, struct criterion_test_params params, size_t param)
{
    double limit = test->options.timeout > 0 ? test->options.timeout : TIMEOUT_S;
    struct running *one;
    while (!(one = look()))
        usleep(1000);
    *one = (struct running){.test = test, .param = param, .until_s = now_s() + limit * slower};
    one->pid = fork();
    if (one->pid < 0) {
        perror("fork");
        exit(1);
    }
    setpgid(one->pid, 0); /* by whichever of the two comes first */
    if (one->pid > 0)
        return;
    setpgid(0, 0);
    current = test;
    test->run((char *)params.params + param * params.size);
    _exit(0);
}

static bool options_read(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (!strncmp(argv[i], "-j", 2))
            at_once = atoi(argv[i] + 2);
        else if (!strcmp(argv[i], "--filter") && i + 1 < argc)
            pattern = argv[++i];
        else if (!strcmp(argv[i], "--without") && i + 1 < argc && without_count < WITHOUT_MAX)
            without[without_count++] = argv[++i];
        else if (!strcmp(argv[i], "--slower") && i + 1 < argc)
            slower = atof(argv[++i]);
        else
            return false;
    }
    return at_once >= 1 && at_once <= AT_ONCE_MAX && slower > 0;
}

static bool is_left_out(const char *name)
{
    for (int i = 0; i < without_count; i++)
        if (!fnmatch(without[i], name, 0))
            return true;
    return false;
}

static bool any_running(void)
{
    look();
    for (int i = 0; i < at_once; i++)
        if (running[i].test)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    if (!options_read(argc, argv)) {
        fprintf(stderr, "usage: %s [-jN] [--filter PATTERN] [--without PATTERN]... [--slower N]\n", argv[0]);
        return 2;
    }
    for (const void *const *entry = __start_runner_table; entry < __stop_runner_table; entry++) {
        const struct runner_test *test = *entry;
        struct criterion_test_params params = {0, NULL, 1};
        char name[256];
        snprintf(name, sizeof name, "%s/%s", test->suite, test->name);
        if (fnmatch(pattern, name, 0))
            continue;
        if (is_left_out(name)) {
            fprintf(stderr, "[SKIP] %s: left out as asked\n", name);
            tested++, skipped++;
            continue;
        }
        if (test->params)
            params = test->params();
        for (size_t i = 0; i < params.length; i++)
            start(test, params, i);
    }
    while (any_running())
        usleep(1000);
    fprintf(stderr, "[====] Synthesis: Tested: %d | Passing: %d | Failing: %d | Crashing: %d | Skipped: %d\n", tested,
            passing, failing, crashing, skipped);
    return failing || crashing || !tested;
}
