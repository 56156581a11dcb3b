/* places.c - functions and lines of addresses in this process: by addr2line, which comes
 * with every compiler; where that is not there, by the dynamic linker's names alone, of which
 * this program has few (bench/exported.list). */
#include <dlfcn.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/explore/command.h"
#include "bench/machine/tool.h"

enum { PATH_SIZE = 4096, LINE_SIZE = 4096 };

/* Where an address lies: the file, and the address in it. */
struct object {
    const char *path;
    uintptr_t in;
};

/* This program's own path: argv[0] may be of another folder. */
static const char *own_path(void)
{
    static char path[PATH_SIZE];
    ssize_t length = *path ? 1 : readlink("/proc/self/exe", path, sizeof path - 1);
    return length > 0 ? path : NULL;
}

static bool object_of(const void *pc, struct object *object, struct command_place *place)
{
    Dl_info info, own;
    const Elf64_Ehdr *head;
    const Elf64_Sym *symbol = NULL;
    const char *slash;
    if (!pc || !dladdr1(pc, &info, (void **)&symbol, RTLD_DL_SYMENT) || !info.dli_fname)
        return false;
    head = info.dli_fbase;
    slash = strrchr(info.dli_fname, '/');
    /* The nearest name before it says nothing where a library's own functions have none. */
    if (info.dli_sname && symbol && (const char *)pc <= (const char *)info.dli_saddr + symbol->st_size)
        snprintf(place->function, sizeof place->function, "%s", info.dli_sname);
    else
        snprintf(place->function, sizeof place->function, "%.63s", slash ? slash + 1 : info.dli_fname);
    /* Of a call the address is the next instruction's. */
    object->in = (uintptr_t)pc - 1 - (head->e_type == ET_DYN ? (uintptr_t)info.dli_fbase : 0);
    object->path = dladdr((const void *)(uintptr_t)command_places, &own) && own.dli_fbase == info.dli_fbase
                       ? own_path()
                       : info.dli_fname;
    return object->path != NULL;
}

/* "path/to/file.c:12 (discriminator 3)" */
static void read_line(char *text, struct command_place *place)
{
    char *colon = strrchr(text, ':'), *slash;
    if (!colon || !strncmp(text, "??", 2))
        return;
    *colon = '\0';
    slash = strrchr(text, '/');
    snprintf(place->file, sizeof place->file, "%.63s", slash ? slash + 1 : text);
    place->line = atoi(colon + 1);
}

/* Helpers that say less than who calls them. */
static bool is_small(const struct command_place *place)
{
    return !strcmp(place->file, "futex.h") || !strcmp(place->file, "dword.h");
}

/* Without what it takes. */
static void read_function(char *text, struct command_place *place)
{
    char *arguments = strchr(text, '(');
    if (arguments && arguments != text)
        *arguments = '\0';
    snprintf(place->function, sizeof place->function, "%.63s", text);
}

/* Of each address: "0x...", then pairs of a function and a line, the innermost first. */
static void read_answers(FILE *file, struct command_place **wanted, int count)
{
    static char line[LINE_SIZE], function[LINE_SIZE];
    int at = -1, row = 0;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (!strncmp(line, "0x", 2)) {
            at++;
            row = 0;
            continue;
        }
        if (at < 0 || at >= count)
            continue;
        if (row % 2 == 0)
            snprintf(function, sizeof function, "%s", line);
        else if ((row == 1 || is_small(wanted[at])) && strncmp(line, "??", 2)) {
            read_function(function, wanted[at]); /* one without a line is the nearest name, and may be another's */
            read_line(line, wanted[at]);
        }
        row++;
    }
}

/* Asks about all addresses of one file. */
static void ask(const char *path, const uintptr_t *in, struct command_place **wanted, int count)
{
    char *words[] = {"addr2line", "-a", "-f", "-i", "-C", "-e", (char *)path, NULL};
    int questions = memfd_create("questions", MFD_CLOEXEC), answers = memfd_create("answers", MFD_CLOEXEC), status;
    struct tool tool = {.words = words, .in = questions, .out = answers, .stop = &command_stop};
    FILE *file = NULL;
    if (questions < 0 || answers < 0)
        goto out;
    for (int i = 0; i < count; i++)
        dprintf(questions, "0x%lx\n", (unsigned long)in[i]);
    lseek(questions, 0, SEEK_SET);
    if (tool_run(&tool, &status) || status)
        goto out;
    lseek(answers, 0, SEEK_SET);
    file = fdopen(answers, "r");
    if (file)
        read_answers(file, wanted, count);
out:
    if (file)
        fclose(file);
    else if (answers >= 0)
        close(answers);
    if (questions >= 0)
        close(questions);
}

void command_places(const void *const *pcs, struct command_place *places, int count)
{
    struct object *objects = calloc((size_t)count + 1, sizeof *objects);
    uintptr_t *in = calloc((size_t)count + 1, sizeof *in);
    struct command_place **wanted = calloc((size_t)count + 1, sizeof *wanted);
    if (!objects || !in || !wanted)
        goto out;
    for (int i = 0; i < count; i++)
        if (!object_of(pcs[i], &objects[i], &places[i]))
            objects[i].path = NULL;
    for (int i = 0; i < count; i++) {
        const char *path = objects[i].path;
        int n = 0;
        for (int j = i; path && j < count; j++) {
            if (objects[j].path != path)
                continue;
            in[n] = objects[j].in;
            wanted[n++] = &places[j];
            objects[j].path = NULL;
        }
        if (n)
            ask(path, in, wanted, n);
    }
out:
    free(objects);
    free(in);
    free(wanted);
}
