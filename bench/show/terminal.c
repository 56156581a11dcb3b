/* terminal.c - see terminal.h. */
#include "bench/show/terminal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int terminal_width(FILE *out)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    char *end;
    long width = 0;
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

/* One line of the text, which is taken apart. */
static void print_line(FILE *out, int width, int indent, char *line)
{
    int column = 0;
    char *word;
    while ((word = strsep(&line, " "))) {
        int length = (int)strlen(word);
        if (column && column + 1 + length > width)
            column = fprintf(out, "\n%*s%s", indent, "", word) - 1;
        else
            column += fprintf(out, "%s%s", column ? " " : "", word);
    }
    fputc('\n', out);
}

void terminal_print(FILE *out, int indent, const char *format, ...)
{
    int width = terminal_width(out);
    char *text, *rest, *line;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        abort();
    va_end(arguments);
    rest = text;
    while ((line = strsep(&rest, "\n")))
        print_line(out, width < TERMINAL_TEXT ? width : TERMINAL_TEXT, indent, line);
    free(text);
}
