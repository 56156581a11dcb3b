/* proof.c - see proof.h. */
#include "faults/core/proof.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Reads a small file whole; false if it is gone or hidden. */
static bool slurp(int folder, const char *thread, const char *name, char *text, size_t size)
{
    char path[64];
    ssize_t length;
    int file;
    snprintf(path, sizeof path, "%s/%s", thread, name);
    file = openat(folder, path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    length = read(file, text, size - 1);
    close(file);
    text[length > 0 ? length : 0] = '\0';
    return length > 0;
}

/* `number 0xARG0 0xARG1 ...`, or "running". */
static bool is_endless_wait(const char *text)
{
    long number, operation, timeout;
    if (sscanf(text, "%ld %*x %lx %*x %lx", &number, (unsigned long *)&operation, (unsigned long *)&timeout) != 3 ||
        number != SYS_futex)
        return false;
    operation &= FUTEX_CMD_MASK;
    return (operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET) && timeout == 0;
}

static bool read_times(int folder, const char *name, struct proof_thread *thread)
{
    char text[256];
    return slurp(folder, name, "schedstat", text, sizeof text) &&
           sscanf(text, "%lu %*u %lu", &thread->run_ns, &thread->slices) == 2;
}

/* "PID (NAME) STATE ...". */
static bool sleeps(const char *text)
{
    const char *bracket = strrchr(text, ')');
    return bracket && bracket[1] == ' ' && bracket[2] == 'S';
}

/* The times before and after the state: a thread that was woken, but had to wait
 * for its CPU, may have run between two reads, and sleep again. And the state
 * after the call: while a wake-up is on its way to another CPU (TASK_WAKING),
 * which takes long where that is a virtual one without a real one, the kernel
 * still tells the call, but no longer that the thread sleeps. */
static bool look_at(int folder, const char *name, struct proof_thread *thread)
{
    struct proof_thread later = {0};
    char text[256], state[512];
    *thread = (struct proof_thread){.id = (pid_t)atoi(name)};
    if (!slurp(folder, name, "comm", text, sizeof text))
        return false;
    snprintf(thread->name, sizeof thread->name, "%.*s", (int)strcspn(text, "\n"), text);
    if (!read_times(folder, name, thread) || !slurp(folder, name, "syscall", text, sizeof text) ||
        !slurp(folder, name, "stat", state, sizeof state) || !read_times(folder, name, &later))
        return false;
    thread->asleep =
        is_endless_wait(text) && sleeps(state) && thread->run_ns == later.run_ns && thread->slices == later.slices;
    return true;
}

void proof_look(pid_t process, struct proof_look *look)
{
    char path[32];
    struct dirent *entry;
    DIR *tasks;
    snprintf(path, sizeof path, "/proc/%d/task", (int)process);
    tasks = opendir(path);
    look->count = tasks ? 0 : -1;
    while (tasks && (entry = readdir(tasks)) && look->count < PROOF_THREADS) {
        struct proof_thread *thread = &look->threads[look->count];
        if (entry->d_name[0] == '.')
            continue;
        look_at(dirfd(tasks), entry->d_name, thread); /* gone meanwhile: not asleep */
        look->count++;
    }
    if (tasks)
        closedir(tasks);
}

bool proof_holds(const struct proof_look *first, const struct proof_look *second)
{
    if (first->count <= 0 || first->count != second->count || first->count == PROOF_THREADS)
        return false;
    for (int i = 0; i < first->count; i++) {
        const struct proof_thread *a = &first->threads[i], *b = &second->threads[i];
        if (!a->asleep || !b->asleep || a->id != b->id || a->run_ns != b->run_ns || a->slices != b->slices)
            return false;
    }
    return true;
}
