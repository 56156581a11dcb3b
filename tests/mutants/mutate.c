/* mutate.c - copies the pools' sources with all mutants put in: mutate FOLDER.
 *
 * Makes FOLDER/pools/..., the changed files among them, and FOLDER/mutant.h, which numbers
 * the mutants. Ends with 1 when a piece is not found exactly once. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/mutants/mutants.h"

enum { TEXT_MAX = 1 << 20, PATH_SIZE = 4096 };

static char text[TEXT_MAX], made[TEXT_MAX];

static void fail(const char *what, const char *name)
{
    fprintf(stderr, "mutate: %s: %s\n", name, what);
    exit(1);
}

static void read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    size_t length;
    if (!file)
        fail(strerror(errno), path);
    length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    fclose(file);
}

/* Only if it differs, so that make builds again what has changed. */
static void write_file(const char *path)
{
    FILE *file = fopen(path, "r");
    size_t length = 0;
    if (file) {
        length = fread(made, 1, sizeof made - 1, file);
        fclose(file);
    }
    made[length] = '\0';
    if (file && !strcmp(made, text))
        return;
    file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file))
        fail(strerror(errno), path);
}

static void put_in(const struct mutant *mutant)
{
    char *at = strstr(text, mutant->old_text);
    size_t old_length = strlen(mutant->old_text), new_length = strlen(mutant->new_text);
    if (!at)
        fail(mutant->old_text, "not found");
    if (strstr(at + 1, mutant->old_text))
        fail(mutant->old_text, "found twice");
    if (strlen(text) + new_length >= sizeof text)
        fail("too long", mutant->file);
    memmove(at + new_length, at + old_length, strlen(at + old_length) + 1);
    memcpy(at, mutant->new_text, new_length);
}

static void copy(const char *folder, const char *path)
{
    char to[PATH_SIZE];
    read_file(path);
    for (int i = 0; i < mutant_count; i++)
        if (!strcmp(mutants[i].file, path))
            put_in(&mutants[i]);
    snprintf(to, sizeof to, "%s/%s", folder, path);
    write_file(to);
}

static void copy_all(const char *folder, const char *pattern)
{
    glob_t found;
    if (glob(pattern, 0, NULL, &found))
        fail("nothing there", pattern);
    for (size_t i = 0; i < found.gl_pathc; i++)
        copy(folder, found.gl_pathv[i]);
    globfree(&found);
}

/* Defects that no mutant is of are there, too: never switched on. */
static void write_numbers(const char *folder)
{
    static const char *const others[] = {
        "CLOSED_IS_JOB", "LINGER",        "NO_WAIT",       "CALLS_LOCKED",  "DROPS_TWO",    "SIGNAL_ENDS",
        "UNCOUNTED",     "CLOSE_FORGETS", "CHILD_LOST",    "CANCEL_SHARES", "DROPS_NEWEST", "DROPS_UNTOLD",
        "TWICE_ROOM",    "COUNTED_FIRST", "KEEPS_PLACE",   "SMALL_STACK",   "SIGNALS_OPEN", "REFUSED_COUNTED",
        "ONE_FEWER",     "ONE_MORE",      "CPUS_LESS_ONE", "UNJOINED",      "END_UNCALLED", "EXIT_JOINS",
        "HELPS_OTHERS",  "ANY_POOL",      "DROPS_CLOSED",  "FAILED_KEEPS",  "NUMBER_KEPT",  "PLACE_FREE",
        "ROOM_SELDOM",   "SUBMIT_TRUSTS", "WAIT_TRUSTS",   "WORKER_TRUSTS", "WALL_CLOCK"};
    char path[PATH_SIZE];
    size_t used = (size_t)snprintf(text, sizeof text,
                                   "/* Made by mutate.c. */\n#ifndef MUTANT_H\n#define MUTANT_H\n"
                                   "int mutant_on(int number);\n"
                                   "#define MUTANT(name) (__builtin_expect(mutant_on(MUTANT_##name), 0))\nenum {\n");
    for (int i = 0; i < mutant_count; i++)
        if (*mutants[i].name)
            used += (size_t)snprintf(text + used, sizeof text - used, "    MUTANT_%s = %d,\n", mutants[i].name, i);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "    MUTANT_defect_%s = -2,\n", others[i]);
    snprintf(text + used, sizeof text - used, "};\n#endif\n");
    snprintf(path, sizeof path, "%s/mutant.h", folder);
    write_file(path);
}

int main(int argc, char **argv)
{
    char path[PATH_SIZE];
    if (argc != 2)
        return fprintf(stderr, "usage: mutate FOLDER\n"), 2;
    mkdir(argv[1], 0777);
    snprintf(path, sizeof path, "%s/pools", argv[1]);
    mkdir(path, 0777);
    strcat(path, "/core");
    mkdir(path, 0777);
    copy_all(argv[1], "pools/*.c");
    copy_all(argv[1], "pools/core/*.[ch]");
    write_numbers(argv[1]);
    return 0;
}
