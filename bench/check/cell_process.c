/* cell_process.c - see cell_process.h. */
#include "bench/check/cell_process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/measure/plugin.h"
#include "faults/core/confine.h"
#include "faults/core/probe.h"

/* The words of its command line; the files of the plug-ins follow. */
enum { CALLED, POOL, FAULT, CELL, ASKED, WIDTH, WITHOUT, ENDED, RECORD, FILES };
enum { FILES_MAX = 64 };

static int keep_open(int descriptor)
{
    return fcntl(descriptor, F_SETFD, 0);
}

int cell_process_become(const struct judge_case *what, const struct cell_start *cell, int record)
{
    char numbers[FILES][16];
    char *words[FILES + FILES_MAX + 1] = {[CALLED] = "(cell)"};
    const int values[FILES] = {[CELL] = (int)(what->cell - what->fault->cells),
                               [ASKED] = cell->asked,
                               [WIDTH] = cell->width,
                               [WITHOUT] = (int)cell->without,
                               [ENDED] = cell->ended_fd,
                               [RECORD] = record};
    for (int i = CELL; i < FILES; i++) {
        snprintf(numbers[i], sizeof numbers[i], "%d", values[i]);
        words[i] = numbers[i];
    }
    words[POOL] = (char *)(uintptr_t)what->pool->name;
    words[FAULT] = (char *)(uintptr_t)what->fault->name;
    for (int i = 0; i < plugin_count() && i < FILES_MAX; i++)
        words[FILES + i] = (char *)(uintptr_t)plugin_path(i);
    if (keep_open(cell->ended_fd) || keep_open(record))
        return errno;
    execv("/proc/self/exe", words);
    return errno;
}

bool cell_process_is(int argc, char **argv)
{
    return argc > FILES && !strcmp(argv[CALLED], "(cell)");
}

static _Noreturn void cannot(struct record *record, int error)
{
    record_refuse(&record->refused, error);
    _exit(75);
}

/* What the objects do when they are loaded they may do. */
static void load(struct record *record, char **files)
{
    char why[1024];
    for (; *files; files++) {
        if (plugin_load_again(*files, why, sizeof why)) {
            fprintf(stderr, "%s\n", why);
            cannot(record, ELIBACC);
        }
    }
}

int cell_process_main(int argc, char **argv)
{
    const struct fault *fault = probe_find(argv[FAULT]) ? probe_find(argv[FAULT]) : fault_find(argv[FAULT]);
    int record = atoi(argv[RECORD]), cell = atoi(argv[CELL]);
    struct cell_start start = {.asked = atoi(argv[ASKED]),
                               .width = atoi(argv[WIDTH]),
                               .without = (unsigned)atoi(argv[WITHOUT]),
                               .ended_fd = atoi(argv[ENDED])};
    (void)argc;
    start.record = mmap(NULL, sizeof *start.record, PROT_READ | PROT_WRITE, MAP_SHARED, record, 0);
    if (start.record == MAP_FAILED)
        return 75;
    close(record);
    fcntl(start.ended_fd, F_SETFD, FD_CLOEXEC);
    load(start.record, argv + FILES);
    start.pool = pool_find(argv[POOL]);
    if (!start.pool || !fault || cell < 0 || cell >= fault->cell_count)
        cannot(start.record, EINVAL);
    if (!fault->forks)
        confine_processes(true);
    cell_main(&start, fault->drive, fault->cells[cell].client);
}
