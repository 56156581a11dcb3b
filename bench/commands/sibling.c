/* sibling.c - see sibling.h. */
#include "bench/commands/sibling.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/commands/options.h"
#include "bench/machine/tool.h"

enum { PATH_SIZE = 4096 + 16, SECONDS = 600 };

/* Returns false, having said why, where it cannot be found. */
static bool path_of(const char *ending, char path[PATH_SIZE])
{
    ssize_t length = readlink("/proc/self/exe", path, PATH_SIZE - 16);
    if (length <= 0) {
        fprintf(stderr, "poolbench: cannot find poolbench%s: /proc/self/exe: %s\n", ending, strerror(errno));
        return false;
    }
    snprintf(path + length, 16, "%s", ending);
    return true;
}

static int cannot_start(const char *path, int error)
{
    fprintf(stderr, "poolbench: cannot start %s: %s (it is built and installed with poolbench)\n", path,
            strerror(error));
    return EXIT_CANNOT;
}

int sibling_become(const char *ending, char **argv)
{
    char path[PATH_SIZE];
    if (!path_of(ending, path))
        return EXIT_CANNOT;
    execv(path, argv);
    return cannot_start(path, errno);
}

int sibling_run(const char *ending, char **argv)
{
    char path[PATH_SIZE];
    int status = 0, error, out;
    if (!path_of(ending, path))
        return EXIT_CANNOT;
    argv[0] = path;
    out = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3); /* a tool's descriptors are 3 or more */
    if (out < 0)
        return cannot_start(path, errno);
    error = tool_run(&(struct tool){.words = argv, .out = out, .seconds = SECONDS}, &status);
    close(out);
    if (!error && WIFEXITED(status))
        return WEXITSTATUS(status);
    if (error && error != -ETIMEDOUT)
        return cannot_start(path, -error);
    if (error)
        fprintf(stderr, "poolbench: %s did not end in %d s\n", path, SECONDS);
    else
        fprintf(stderr, "poolbench: %s died of signal %d\n", path, WTERMSIG(status));
    return EXIT_CANNOT;
}
