/* scratch.c - see scratch.h. */
#include "bench/check/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    REMOVALS_MAX = 200, /* a compiler that was left alone may still make a file */
    REMOVAL_MS = 10,
};

static void remove_files(const char *path)
{
    DIR *entries = opendir(path);
    struct dirent *entry;
    while (entries && (entry = readdir(entries)))
        unlinkat(dirfd(entries), entry->d_name, 0);
    if (entries)
        closedir(entries);
}

/* The keeper: nothing that ends the owner, or its group, or its terminal, ends it. */
static _Noreturn void keep(struct scratch *scratch, int answer, int life)
{
    int error = 0, null = open("/dev/null", O_RDWR | O_CLOEXEC);
    char none;
    ssize_t got;
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    setsid();
    for (int i = 0; i <= 2; i++) /* whoever reads what we print does not wait for us */
        dup2(null, i);
    if (!mkdtemp(scratch->path))
        error = errno;
    got = write(answer, &error, sizeof error) == sizeof error ? write(answer, scratch->path, sizeof scratch->path) : -1;
    close(answer);
    while (!error && got > 0 && ((got = read(life, &none, 1)) > 0 || (got < 0 && errno == EINTR)))
        got = 1;
    for (int i = 0; !error && i < REMOVALS_MAX; i++) {
        remove_files(scratch->path);
        if (!rmdir(scratch->path) || errno == ENOENT)
            break;
        poll(NULL, 0, REMOVAL_MS);
    }
    _exit(0);
}

/* Reads all of it. */
static bool hear(int descriptor, void *into, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = read(descriptor, (char *)into + done, size - done);
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        done += got > 0 ? (size_t)got : 0;
    }
    return true;
}

int scratch_open(struct scratch *scratch)
{
    const char *temporary = getenv("TMPDIR");
    int answer[2], life[2], error = 0;
    *scratch = (struct scratch){.life = -1};
    if (snprintf(scratch->path, sizeof scratch->path, "%s/poolbench-explain-XXXXXX",
                 temporary && *temporary ? temporary : "/tmp") >= (int)sizeof scratch->path)
        return -ENAMETOOLONG;
    if (pipe2(answer, O_CLOEXEC))
        return -errno;
    if (pipe2(life, O_CLOEXEC)) {
        error = errno;
        close(answer[0]);
        close(answer[1]);
        return -error;
    }
    fflush(NULL);
    scratch->keeper = fork();
    if (scratch->keeper < 0)
        error = errno;
    if (scratch->keeper == 0) {
        close(answer[0]);
        close(life[1]);
        keep(scratch, answer[1], life[0]);
    }
    close(answer[1]);
    close(life[0]);
    scratch->life = life[1];
    if (!error && (!hear(answer[0], &error, sizeof error) || !hear(answer[0], scratch->path, sizeof scratch->path)))
        error = EIO;
    close(answer[0]);
    if (error)
        scratch_close(scratch);
    return -error;
}

void scratch_close(struct scratch *scratch)
{
    if (scratch->life >= 0)
        close(scratch->life);
    while (scratch->keeper > 0 && waitpid(scratch->keeper, NULL, 0) < 0 && errno == EINTR)
        ;
    *scratch = (struct scratch){.life = -1};
}
