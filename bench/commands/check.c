/* check.c - see check.h. */
#include "bench/commands/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/commands/options.h"

int check_command(char **argv)
{
    enum { NAME_SIZE = 16 };
    char path[4096 + NAME_SIZE];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - NAME_SIZE);
    if (length <= 0)
        return fprintf(stderr, "poolbench: cannot find poolbench-check: /proc/self/exe: %s\n", strerror(errno)),
               EXIT_CANNOT;
    snprintf(path + length, NAME_SIZE, "-check");
    execv(path, argv);
    fprintf(stderr, "poolbench: cannot start %s: %s (it is built and installed with poolbench)\n", path,
            strerror(errno));
    return EXIT_CANNOT;
}
