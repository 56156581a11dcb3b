/* plot.c - see plot.h. */
#include "bench/commands/plot.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bench/commands/refuse.h"
#include "bench/figures/figures.h"

int plot_command(const struct options *options)
{
    char folder[4096], latencies[4200];
    const char *path = options->words[0];
    size_t length = strlen(path);
    int error;
    if (length < 6 || length >= sizeof folder || strcmp(path + length - 5, ".json"))
        return refuse("%s is not a result (a file that `poolbench run` wrote, ending in .json)", path);
    snprintf(folder, sizeof folder, "%.*s", (int)length - 5, path);
    error = figures_write(path, folder, stderr);
    if (error)
        return error == -ENOENT ? EXIT_CANNOT : EXIT_UNWRITTEN;
    snprintf(latencies, sizeof latencies, "%s/hgrm", folder); /* a duet has none */
    printf("figures  %s/*.svg, *.png%s\n", folder, access(latencies, F_OK) ? "" : "; latencies hgrm/*.hgrm");
    return EXIT_GOOD;
}
