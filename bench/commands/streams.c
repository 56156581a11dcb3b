/* streams.c - see streams.h. */
#include "bench/commands/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/commands/options.h"

void streams_open(void)
{
    for (int i = 0; i <= 2; i++)
        if (fcntl(i, F_GETFD) < 0 && errno == EBADF)
            open("/dev/null", i ? O_RDONLY : O_WRONLY); /* the lowest free number is this one */
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* ignored by a parent, it would hide how our processes end */
}

int streams_close(int status)
{
    errno = 0;
    if (!fflush(stdout) && !ferror(stdout)) {
        dup2(STDERR_FILENO, STDOUT_FILENO);
        return status;
    }
    fprintf(stderr, "poolbench: could not write to stdout: %s\n", errno ? strerror(errno) : "an earlier write failed");
    return status ? status : EXIT_UNWRITTEN;
}
