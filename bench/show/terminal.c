/* terminal.c - see terminal.h. */
#include "bench/show/terminal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench/json/must.h"

FILE *terminal_unbroken;

int terminal_text_width(FILE *out)
{
    int width = terminal_width(out);
    return out == terminal_unbroken || width < TERMINAL_TEXT ? width : TERMINAL_TEXT;
}

int terminal_width(FILE *out)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    char *end;
    long width = 0;
    if (out == terminal_unbroken)
        return TERMINAL_UNBOUND;
    if (columns && *columns) {
        width = strtol(columns, &end, 10);
        if (*end)
            width = 0;
    }
    if (width <= 0 && isatty(fileno(out)) && !ioctl(fileno(out), TIOCGWINSZ, &size))
        width = size.ws_col;
    if (width <= 0 || width > TERMINAL_UNBOUND)
        return TERMINAL_UNBOUND;
    return width < TERMINAL_LEAST ? TERMINAL_LEAST : (int)width;
}

bool terminal_colour(FILE *out)
{
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fileno(out)) && !(no_colour && *no_colour) && !(term && !strcmp(term, "dumb"));
}

/* One line of the text, which is taken apart; it keeps its blanks but where it is broken. */
static void print_line(FILE *out, int width, int indent, char *line)
{
    int column = 0, gap = 0;
    bool first = true; /* of the words */
    char *word;
    for (; (word = strsep(&line, " ")); gap++) {
        int length = (int)strlen(word);
        if (!length)
            continue;
        if (!first && column + gap + length > width)
            column = fprintf(out, "\n%*s%s", indent, "", word) - 1;
        else
            column += fprintf(out, "%*s%s", gap, "", word);
        first = false;
        gap = 0;
    }
    fputc('\n', out);
}

static void print_text(FILE *out, int width, int indent, const char *format, va_list arguments)
{
    char *text, *rest, *line;
    must_memory(vasprintf(&text, format, arguments) < 0 ? NULL : text);
    rest = text;
    while ((line = strsep(&rest, "\n")))
        print_line(out, width, indent, line);
    free(text);
}

void terminal_print(FILE *out, int indent, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_text(out, terminal_text_width(out), indent, format, arguments);
    va_end(arguments);
}

void terminal_line(FILE *out, int indent, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_text(out, terminal_width(out), indent, format, arguments);
    va_end(arguments);
}
