/* page.c - a document of any kind: what `report` makes of it, but for gnuplot itself, in whose place stands a drawing
 * that wants to run code. Whatever the document holds, the page has its own script and no other, nothing that is
 * fetched, and one end. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/page/page.h"
#include "tests/fuzz/fuzz.h"

int __wrap_gnuplot_run(const char *script, int folder, int out, char *why, size_t size);
int __wrap_gnuplot_run(const char *script, int folder, int out, char *why, size_t size)
{
    static const char picture[] = "<svg viewBox='0 0 1200 675' onload='alert(1)' xmlns='http://www.w3.org/2000/svg'>"
                                  "<script>alert(1)</script><g><path d='M1,1 L5,5'/></g></svg>";
    ssize_t length = sizeof picture - 1;
    (void)script, (void)folder, (void)size;
    *why = '\0';
    return write(out, picture, sizeof picture - 1) == length ? 0 : -1;
}

static int count(const char *text, const char *what)
{
    int found = 0;
    for (; (text = strstr(text, what)); text += strlen(what))
        found++;
    return found;
}

static void expect(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "the page: %s\n", what);
    abort();
}

static void look_at(const char *text, size_t length)
{
    expect(strlen(text) == length, "it holds a byte of nothing");
    expect(count(text, "<script") == 1, "a script that is not its own");
    expect(!strstr(text, "alert("), "code that ran from a drawing");
    expect(!strstr(text, "<img") && !strstr(text, "<iframe") && !strstr(text, "<object"), "something that is fetched");
    expect(count(text, "</html>") == 1 && count(text, "<h1") == 1, "more than one page");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64], why[1024], *text = NULL;
    int file = memfd_create("document", MFD_CLOEXEC);
    FILE *log = fopen("/dev/null", "w");
    struct document document;
    size_t length = 0;
    if (!log || file < 0 || write(file, data, size) != (ssize_t)size)
        exit(1);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (!memmem(data, size, "alert(", 6) && !documents_read(path, &document, why, sizeof why)) {
        if (!page_make(&document, 1, log, &text, &length))
            look_at(text, length);
        free(text);
        json_decref(document.json);
    }
    fclose(log);
    close(file);
    return 0;
}
