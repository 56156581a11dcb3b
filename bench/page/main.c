/* main.c - the program behind `poolbench report`: poolbench-page [-q] PAGE RESULT...
 *
 * Apart from poolbench, because the libraries that a page is made with are larger than all else of it, and each process
 * of a measurement would map them. The page is written over whatever has its name: who calls has looked. -q: says
 * nothing of what went well. */
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/page/page.h"
#include "bench/results/save.h"

enum { GOOD, USAGE = 2, UNWRITTEN = USAGE }; /* exit statuses as poolbench's */

/* Reads all; *count were read. Returns an exit status. */
static int read_all(char *const *paths, int wanted, struct document *documents, int *count)
{
    char why[1024];
    for (*count = 0; *count < wanted; ++*count)
        if (documents_read(paths[*count], &documents[*count], why, sizeof why))
            return fprintf(stderr, "poolbench: %s\n", why), USAGE;
    return GOOD;
}

static int write_page(const struct document *documents, int count, const char *path, bool quiet)
{
    char *text;
    size_t length;
    int error = page_make(documents, count, stderr, &text, &length);
    if (error)
        return USAGE;
    error = save_text(text, length, path, true);
    free(text);
    if (error)
        return fprintf(stderr, "poolbench: could not write %s: %s\n", path, strerror(-error)), UNWRITTEN;
    return !quiet && (printf("page     %s\n", path) < 0 || fflush(stdout)) ? UNWRITTEN : GOOD;
}

int main(int argc, char **argv)
{
    struct document documents[PAGE_DOCUMENTS_MAX];
    int count = 0, status, quiet = argc > 1 && !strcmp(argv[1], "-q");
    char **words = argv + 1 + quiet;
    setlocale(LC_ALL, "C");
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    must_begin();
    if (argc - quiet < 3 || argc - quiet - 2 > PAGE_DOCUMENTS_MAX)
        return fprintf(stderr, "poolbench-page is what `poolbench report` starts\n"), USAGE;
    status = read_all(words + 1, argc - quiet - 2, documents, &count);
    if (status == GOOD)
        status = write_page(documents, count, words[0], quiet);
    while (count--)
        json_decref(documents[count].json);
    return status;
}
