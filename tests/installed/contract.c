/* contract.c - the program behind `poolbench check --contract`: one test of tests/contract on
 * one pool, its own or a plug-in's. What came of it is told in memory that the caller gave
 * as descriptor 3 (bench/check/contract_note.h); the caller watches it and ends it.
 *
 *     poolbench-contract --list                              suite, test and seconds, a line each
 *     poolbench-contract SUITE/TEST POOL [FILE...]           FILE: a plug-in, by its whole path */
#include <criterion/criterion.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/check/contract_note.h"
#include "bench/json/must.h"
#include "bench/measure/plugin.h"
#include "faults/core/waker.h"
#include "tests/core/kit.h"

enum { USAGE = 2, NOTE_FD = 3, TIMEOUT_S = 60 };

extern const void *const __start_runner_table[], *const __stop_runner_table[];

static struct contract_note *note;

static _Noreturn void tell(enum contract_state state, const char *format, va_list arguments)
{
    if (format)
        vsnprintf(note->text, sizeof note->text, format, arguments);
    atomic_store(&note->state, CONTRACT_MARK | state);
    _exit(0);
}

void runner_fail(const char *file, int line, const char *what, const char *format, ...)
{
    char wide[512];
    va_list arguments;
    bool said = !strcmp(what, "left_value == right_value"); /* of `equal`, which says more itself */
    snprintf(wide, sizeof wide, "%s:%d:%s%s%s", file, line, said ? "" : " ", said ? "" : what, said ? "" : ":");
    for (char *percent = wide; (percent = strchr(percent, '%'));)
        *percent = '/'; /* of a remainder: it goes before a format */
    strncat(wide, format, sizeof wide - strlen(wide) - 1);
    va_start(arguments, format);
    tell(CONTRACT_BROKEN, wide, arguments);
}

void runner_skip(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    tell(CONTRACT_NOT_ASKED, format, arguments);
}

/* Of the test's first thread only: that is the one whose wait is known to change nothing. */
static void watch(enum kit_doing doing, const char *text)
{
    if (syscall(SYS_gettid) != getpid())
        return;
    if (text) {
        snprintf(note->doing, sizeof note->doing, "%s", text);
        note->awaits = doing == KIT_AWAITS;
    }
    if ((atomic_load(&note->turn) & 1) != (text != NULL)) /* a mark within another one's */
        atomic_fetch_add(&note->turn, 1);
}

/* Answers the judge: only this process can say whether a timer is armed. */
static void *inspect(void *unused)
{
    atomic_store(&note->inspector, (int)syscall(SYS_gettid));
    for (;;) {
        while (!atomic_load(&note->ask))
            syscall(SYS_futex, &note->ask, FUTEX_WAIT, 0, NULL, NULL, 0);
        atomic_store(&note->waker, waker_find());
        atomic_store(&note->ask, 0);
    }
    return unused;
}

/* It takes no signal from the test's threads. */
static bool inspector_started(void)
{
    sigset_t all, before;
    pthread_t thread;
    int error;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&thread, NULL, inspect, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return !error;
}

static int list(void)
{
    for (const void *const *entry = __start_runner_table; entry < __stop_runner_table; entry++) {
        const struct runner_test *test = *entry;
        if (test->params) /* the others are about our own pools as they are */
            printf("%s %s %g\n", test->suite, test->name,
                   test->options.timeout > 0 ? test->options.timeout : (double)TIMEOUT_S);
    }
    return 0;
}

static const struct runner_test *find(const char *name)
{
    for (const void *const *entry = __start_runner_table; entry < __stop_runner_table; entry++) {
        const struct runner_test *test = *entry;
        size_t length = strlen(test->suite);
        if (test->params && !strncmp(name, test->suite, length) && name[length] == '/' &&
            !strcmp(name + length + 1, test->name))
            return test;
    }
    return NULL;
}

/* The parameter of a test is a pool's place in the table. */
static int index_of(const char *name)
{
    for (int i = 0; i < pool_count(); i++)
        if (!strcmp(pool_at(i)->name, name))
            return i;
    return -1;
}

/* A pool without end in its use of memory ends here. */
static void confine(void)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they map far more */
    const rlim_t most = (rlim_t)8 << 30;
    setrlimit(RLIMIT_AS, &(struct rlimit){most, most});
#endif
}

int main(int argc, char **argv)
{
    const struct runner_test *test;
    json_t *files = json_array();
    int index;
    must_begin();
    if (argc == 2 && !strcmp(argv[1], "--list"))
        return list();
    if (argc < 3 || !(test = find(argv[1])))
        return fprintf(stderr, "poolbench-contract: it is started by: poolbench check --contract\n"), USAGE;
    note = mmap(NULL, sizeof *note, PROT_READ | PROT_WRITE, MAP_SHARED, NOTE_FD, 0);
    if (note == MAP_FAILED)
        return perror("poolbench-contract: descriptor 3"), USAGE;
    for (int i = 3; i < argc; i++)
        json_array_append_new(files, must_text(argv[i]));
    if (plugin_load_files(files))
        return fprintf(stderr, "poolbench-contract: a plug-in cannot be loaded\n"), USAGE;
    index = index_of(argv[2]);
    if (index < 0)
        return fprintf(stderr, "poolbench-contract: no pool \"%s\"\n", argv[2]), USAGE;
    confine();
    if (!inspector_started())
        return fprintf(stderr, "poolbench-contract: no thread can be had\n"), USAGE;
    kit_watcher = watch;
    test->run(&index);
    atomic_store(&note->state, CONTRACT_MARK | CONTRACT_KEPT);
    _exit(0);
}
