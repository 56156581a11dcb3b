/* terminal.h - what the place that a table goes to can show: its width, colours. */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

enum {
    TERMINAL_LEAST = 80,      /* tables are never made narrower */
    TERMINAL_UNBOUND = 10000, /* no width is known: a file, a pipe */
    TERMINAL_TEXT = 100,      /* lines of text are never longer, however wide the terminal */
};

/* Columns of `out`: COLUMNS where it is set, else of the terminal that it is, else
 * TERMINAL_UNBOUND; at least TERMINAL_LEAST. */
int terminal_width(FILE *out);

/* As far as lines of text go there: that, and TERMINAL_TEXT at most; where `terminal_unbroken` is `out`,
 * they are not broken at all. */
extern FILE *terminal_unbroken;
int terminal_text_width(FILE *out);

/* Whether it takes colours: a terminal, not a dumb one, and nobody said NO_COLOR. */
bool terminal_colour(FILE *out);

/* Prints words, broken into lines before they grow longer than terminal_width and
 * TERMINAL_TEXT; the second line and those after it begin with `indent` blanks, the first
 * with those of the text. A newline in the text is one in the output; the last line gets one. */
__attribute__((format(printf, 3, 4))) void terminal_print(FILE *out, int indent, const char *format, ...);

/* The same of a line that is looked for as one, by people and by programs: it is broken
 * only where the terminal is too narrow for it, not before. */
__attribute__((format(printf, 3, 4))) void terminal_line(FILE *out, int indent, const char *format, ...);

#endif
