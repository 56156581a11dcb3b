/* refuse.c - see refuse.h. */
#include "bench/commands/refuse.h"

#include <stdarg.h>
#include <stdio.h>

#include "bench/commands/options.h"
#include "bench/json/utf8.h"

enum { LINE_MAX_BYTES = 8192 };

__attribute__((format(printf, 1, 0))) static void say(const char *format, va_list values)
{
    char line[LINE_MAX_BYTES];
    vsnprintf(line, sizeof line, format, values);
    fprintf(stderr, "poolbench: %s\n", utf8_plain(line, false));
}

void say_line(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    say(format, values);
    va_end(values);
}

int refuse(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    say(format, values);
    va_end(values);
    return EXIT_USAGE;
}
