/* gnuplot.h - the call of gnuplot, and the one way in which text reaches it.
 *
 * gnuplot runs what stands in backquotes or in system(), and what follows a | or < at
 * the beginning of a file's name. So text only goes in as a string in single quotes,
 * and the files that it reads and writes have names of our own making: it works in the
 * figures' folder, and writes to a descriptor. */
#ifndef GNUPLOT_H
#define GNUPLOT_H

#include <stdbool.h>
#include <stddef.h>

/* Appends `name = 'text'` and a newline to `out`, cut at `size` so that the line is
 * whole or not there. Bytes that are no printable UTF-8 become "?", newlines stay.
 * Returns false where it does not fit. */
bool gnuplot_say(char *out, size_t size, const char *name, const char *text);

/* Appends the quoted text alone. */
bool gnuplot_quote(char *out, size_t size, const char *text);

/* Runs `script` in `folder` (a descriptor), with what it plots going to
 * /proc/self/fd/3, which is `out`. At most TOOL_SECONDS; then it is killed. Returns 0;
 * -ENOENT: it is not installed; -ETIMEDOUT; -EIO with its complaint in `why`. */
int gnuplot_run(const char *script, int folder, int out, char *why, size_t size);

#endif
