/* figures.c - a result file: what `plot` makes of it, but for gnuplot itself, which is
 * left out. The data, the labels, the scripts' settings and the histograms are written. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/figures/figures.h"
#include "tests/fuzz/fuzz.h"

/* Stands in the place of the call of gnuplot (the linker's --wrap). */
int __wrap_gnuplot_run(const char *script, int folder, int out, char *why, size_t size);
int __wrap_gnuplot_run(const char *script, int folder, int out, char *why, size_t size)
{
    static const char picture[] = "a picture to its end: </svg>IEND\256B`\202";
    ssize_t length = sizeof picture - 1;
    (void)script, (void)folder, (void)size;
    *why = '\0';
    return write(out, picture, sizeof picture - 1) == length ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info, (void)type, (void)at;
    return remove(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char folder[] = "/tmp/poolbench-fuzz-XXXXXX", path[64], figures[64];
    FILE *file, *log = fopen("/dev/null", "w");
    if (!log || !mkdtemp(folder))
        exit(1);
    snprintf(path, sizeof path, "%s/it.json", folder);
    snprintf(figures, sizeof figures, "%s/it", folder);
    file = fopen(path, "w");
    if (!file || fwrite(data, 1, size, file) != size || fclose(file))
        exit(1);
    figures_write(path, figures, log);
    fclose(log);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return 0;
}
