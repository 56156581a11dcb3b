/* refusal.c - see refusal.h. */
#include "faults/core/refusal.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "faults/core/births.h"
#include "pools/core/futex.h"

enum {
    DESCRIPTORS = 16,
    WORKERS_MAX = 64,
};
static const size_t memory = (size_t)512 << 20; /* stacks and arenas of many workers */

static bool lacks_memory(void)
{
    void *mapped = mmap(NULL, memory, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mapped == MAP_FAILED || munmap(mapped, memory);
}

static bool lacks_descriptors(void)
{
    int copies[DESCRIPTORS];
    bool lacking = false;
    for (int i = 0; i < DESCRIPTORS; i++)
        lacking |= (copies[i] = dup(0)) < 0;
    for (int i = 0; i < DESCRIPTORS; i++)
        if (copies[i] >= 0)
            close(copies[i]);
    return lacking;
}

static void *wait_for_the_others(void *arg)
{
    _Atomic uint32_t *all_there = arg;
    while (!atomic_load(all_there))
        pool_futex_wait(all_there, 0, -1);
    return NULL;
}

static bool lacks_threads(int workers)
{
    pthread_t threads[WORKERS_MAX];
    _Atomic uint32_t all_there = 0;
    int count = 0;
    while (count < workers && count < WORKERS_MAX && !births_free(&threads[count], wait_for_the_others, &all_there))
        count++;
    atomic_store(&all_there, 1);
    pool_futex_wake(&all_there, INT_MAX);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    return count < workers && count < WORKERS_MAX;
}

bool refusal_is_real(int error, int workers)
{
    switch (error) {
    case ENOMEM:
        return lacks_memory();
    case EAGAIN: /* of a thread whose stack was not to be had, too */
        return lacks_threads(workers) || lacks_memory();
    case EMFILE:
    case ENFILE:
        return lacks_descriptors();
    default:
        return false;
    }
}

char *refusal_text(int error, char *text, size_t size)
{
    switch (error) {
    case ENOMEM:
        snprintf(text, size, "no more memory (ulimit -v, the memory of a container)");
        break;
    case EAGAIN:
        snprintf(text, size, "no more threads (ulimit -u, pids.max of a container, or no memory for a stack)");
        break;
    case EMFILE:
    case ENFILE:
        snprintf(text, size, "no more descriptors (ulimit -n)");
        break;
    default:
        snprintf(text, size, "%s", strerror(error));
    }
    return text;
}
