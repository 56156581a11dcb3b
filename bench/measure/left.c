/* left.c - see left.h. */
#include "bench/measure/left.h"

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* Whether the C library has started it for itself, once, for timers that call a function (SIGEV_THREAD): it waits for
 * a signal that is the library's own, and that nobody else can wait for. */
static bool is_of_c_library(const char *thread)
{
    enum { SIGNAL = 32 };
    char path[64];
    unsigned long at = 0;
    uint64_t set = 0;
    struct iovec here = {&set, sizeof set}, there = {NULL, sizeof set};
    long number = -1;
    FILE *file;
    snprintf(path, sizeof path, "/proc/self/task/%.20s/syscall", thread);
    file = fopen(path, "re");
    if (!file)
        return false;
    if (fscanf(file, "%ld %lx", &number, &at) != 2)
        number = -1;
    fclose(file);
    there.iov_base = (void *)at;
    return number == SYS_rt_sigtimedwait && process_vm_readv(getpid(), &here, 1, &there, 1, 0) == sizeof set &&
           set == UINT64_C(1) << (SIGNAL - 1);
}

/* Entries of a folder of /proc, but those of which that is so; 0 when it cannot be read. */
static int entries(const char *path, bool (*but)(const char *name))
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    int count = 0;
    if (!folder)
        return 0;
    while ((entry = readdir(folder)))
        count += entry->d_name[0] != '.' && !(but && but(entry->d_name));
    closedir(folder);
    return count;
}

struct left left_count(void)
{
    return (struct left){entries("/proc/self/task", is_of_c_library), entries("/proc/self/fd", NULL)};
}

/* A joined thread may still be seen for a moment in /proc. */
struct left left_since(struct left before)
{
    enum { TRIES = 200 };
    struct timespec nap = {0, 1000000};
    struct left now = left_count();
    for (int i = 0; i < TRIES && now.threads > before.threads; i++) {
        nanosleep(&nap, NULL);
        now = left_count();
    }
    return (struct left){now.threads > before.threads ? now.threads - before.threads : 0,
                         now.descriptors > before.descriptors ? now.descriptors - before.descriptors : 0};
}
