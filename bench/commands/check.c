/* check.c - see check.h. */
#include "bench/commands/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/commands/options.h"

/* Becomes the program of this one's name with that ending. */
static int become(const char *ending, char **argv)
{
    enum { NAME_SIZE = 16 };
    char path[4096 + NAME_SIZE];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - NAME_SIZE);
    if (length <= 0)
        return fprintf(stderr, "poolbench: cannot find poolbench%s: /proc/self/exe: %s\n", ending, strerror(errno)),
               EXIT_CANNOT;
    snprintf(path + length, NAME_SIZE, "%s", ending);
    execv(path, argv);
    fprintf(stderr, "poolbench: cannot start %s: %s (it is built and installed with poolbench)\n", path,
            strerror(errno));
    return EXIT_CANNOT;
}

int check_command(char **argv)
{
    return become("-check", argv);
}

int check_explore(char **argv)
{
    return become("-explore", argv);
}
