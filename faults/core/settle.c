/* settle.c - see settle.h. */
#include "faults/core/settle.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "pools/core/futex.h"

static const int64_t nap_ns = 200000;

static bool slurp(const char *thread, const char *name, char *text, size_t size)
{
    char path[80];
    ssize_t length;
    int file;
    snprintf(path, sizeof path, "/proc/self/task/%.20s/%s", thread, name);
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    length = read(file, text, size - 1);
    close(file);
    text[length > 0 ? length : 0] = '\0';
    return length > 0;
}

int64_t settle_run_ns(pid_t thread)
{
    char name[24], text[128];
    snprintf(name, sizeof name, "%d", (int)thread);
    return slurp(name, "schedstat", text, sizeof text) ? strtoll(text, NULL, 10) : -1;
}

/* "PID (NAME) STATE ...". */
static bool sleeps(const char *thread)
{
    char text[512];
    const char *bracket;
    if (!slurp(thread, "stat", text, sizeof text))
        return false;
    bracket = strrchr(text, ')');
    return bracket && bracket[1] == ' ' && bracket[2] == 'S';
}

/* A sum over the other threads of what they ran; whether all sleep. */
static bool look(uint64_t *sum)
{
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *entry;
    bool asleep = tasks != NULL;
    *sum = 0;
    while (tasks && (entry = readdir(tasks))) {
        char text[128];
        uint64_t ran = 0, slices = 0;
        if (entry->d_name[0] == '.' || atoi(entry->d_name) == (int)syscall(SYS_gettid))
            continue;
        asleep = asleep && sleeps(entry->d_name) && slurp(entry->d_name, "schedstat", text, sizeof text) &&
                 sscanf(text, "%lu %*u %lu", &ran, &slices) == 2;
        *sum += ran + slices;
    }
    if (tasks)
        closedir(tasks);
    return asleep;
}

void settle(int64_t limit_ns)
{
    int64_t until = pool_clock_ns() + limit_ns;
    uint64_t before, now;
    bool slept = look(&before);
    do {
        bool sleeping;
        nanosleep(&(struct timespec){0, nap_ns}, NULL);
        sleeping = look(&now);
        if (slept && sleeping && now == before)
            return;
        slept = sleeping;
        before = now;
    } while (pool_clock_ns() < until);
}
