/* left.c - see left.h. */
#include "bench/measure/left.h"

#include <dirent.h>
#include <stddef.h>
#include <time.h>

/* Entries of a folder of /proc; 0 when it cannot be read. */
static int entries(const char *path)
{
    DIR *folder = opendir(path);
    int count = 0;
    if (!folder)
        return 0;
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

struct left left_count(void)
{
    return (struct left){entries("/proc/self/task"), entries("/proc/self/fd")};
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
