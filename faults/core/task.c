/* task.c - see task.h. */
#include "faults/core/task.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

bool task_read(int tasks, const char *thread, const char *name, char *text, size_t size)
{
    char path[80];
    ssize_t length;
    int file;
    snprintf(path, sizeof path, "%.40s/%s", thread, name);
    file = openat(tasks, path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    length = read(file, text, size - 1);
    close(file);
    text[length > 0 ? length : 0] = '\0';
    return length > 0;
}

/* The name may hold brackets, too. */
bool task_sleeps(const char *stat)
{
    const char *bracket = strrchr(stat, ')');
    return bracket && bracket[1] == ' ' && bracket[2] == 'S';
}

const char *task_next_other(DIR *tasks)
{
    const struct dirent *entry;
    while (tasks && (entry = readdir(tasks)))
        if (entry->d_name[0] != '.' && atoi(entry->d_name) != (int)syscall(SYS_gettid))
            return entry->d_name;
    return NULL;
}
