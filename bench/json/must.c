/* must.c - see must.h. */
#include "bench/json/must.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/json/utf8.h"

enum { LEAST = 8 << 20, CANNOT = 3 };

void (*must_last_words)(const char *why);

static void give_up(const char *why)
{
    if (must_last_words)
        must_last_words(why);
    fprintf(stderr, "poolbench: cannot make the result: %s\n", why);
    exit(CANNOT);
}

void *must_memory(void *memory)
{
    if (!memory)
        give_up("out of memory");
    return memory;
}

static void *allocate(size_t size)
{
    return must_memory(malloc(size));
}

/* Below that the memory allocator itself crashes. */
static void need_some_memory(void)
{
    static const char line[] = "poolbench: no more memory (ulimit -v, the memory of a container)\n";
    void *some = mmap(NULL, LEAST, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (some != MAP_FAILED && !munmap(some, LEAST))
        return;
    if (write(STDERR_FILENO, line, sizeof line - 1) < 0)
        _exit(CANNOT); /* nobody listens */
    _exit(CANNOT);
}

void must_begin(void)
{
    need_some_memory();
    json_set_alloc_funcs(allocate, free);
}

json_t *must_have(json_t *json)
{
    if (!json)
        give_up("out of memory");
    return json;
}

json_t *must_pack(const char *format, ...)
{
    json_error_t error;
    va_list arguments;
    json_t *json;
    va_start(arguments, format);
    json = json_vpack_ex(&error, 0, format, arguments);
    va_end(arguments);
    if (!json)
        give_up(*error.text ? error.text : "out of memory");
    return json;
}

json_t *must_text(const char *text)
{
    char *copy = strdup(text);
    json_t *json = copy ? json_string(utf8_repair(copy)) : NULL;
    free(copy);
    return must_have(json);
}
