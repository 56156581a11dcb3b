/* gnuplot.c - see gnuplot.h. */
#include "bench/figures/gnuplot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/json/utf8.h"
#include "bench/machine/tool.h"

bool gnuplot_quote(char *out, size_t size, const char *text)
{
    size_t begin = strlen(out), at = begin;
    const char *c = text;
    bool fits = at + 3 < size;
    if (fits)
        out[at++] = '\'';
    while (fits && *c) {
        char piece[16];
        size_t length = utf8_length(c);
        if (*c == '\n')
            snprintf(piece, sizeof piece, "'.\"\\n\".'");
        else if (*c == '\'')
            snprintf(piece, sizeof piece, "'.\"'\".'"); /* doubled ones are not read at the beginning */
        else if (!length || (unsigned char)*c < ' ' || *c == 0x7f)
            snprintf(piece, sizeof piece, "?");
        else
            snprintf(piece, sizeof piece, "%.*s", (int)length, c);
        c += length ? length : 1;
        fits = at + strlen(piece) + 2 < size;
        if (fits)
            at = (size_t)(stpcpy(out + at, piece) - out);
    }
    if (fits)
        out[at++] = '\'';
    out[fits ? at : begin] = '\0';
    return fits;
}

bool gnuplot_say(char *out, size_t size, const char *name, const char *text)
{
    size_t begin = strlen(out);
    bool fits = begin + strlen(name) + 4 < size;
    if (fits) {
        snprintf(out + begin, size - begin, "%s = ", name);
        fits = gnuplot_quote(out, size - 1, text);
    }
    if (fits)
        strcat(out, "\n");
    else
        out[begin] = '\0';
    return fits;
}

/* A descriptor that reads as the text. */
static int input(const char *script)
{
    size_t length = strlen(script), done = 0;
    int descriptor = memfd_create("gnuplot", MFD_CLOEXEC);
    while (descriptor >= 0 && done < length) {
        ssize_t wrote = write(descriptor, script + done, length - done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0) {
            close(descriptor);
            return -1;
        }
        done += (size_t)wrote;
    }
    if (descriptor >= 0)
        lseek(descriptor, 0, SEEK_SET);
    return descriptor;
}

int gnuplot_run(const char *script, int folder, int out, char *why, size_t size)
{
    char *const words[] = {"gnuplot", NULL};
    int in = input(script), complaints = memfd_create("gnuplot", MFD_CLOEXEC), error = -errno, status = 0;
    struct tool tool = {.words = words, .in = in, .out = complaints, .third = out, .folder = folder};
    ssize_t length;
    *why = '\0';
    if (in >= 0 && complaints >= 0)
        error = tool_run(&tool, &status);
    if (!error && status) {
        error = -EIO;
        length = pread(complaints, why, size - 1, 0);
        why[length > 0 ? length : 0] = '\0';
    } else if (error) {
        snprintf(why, size, "%s", strerror(-error));
    }
    if (in >= 0)
        close(in);
    if (complaints >= 0)
        close(complaints);
    return error;
}
