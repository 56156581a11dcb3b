/* hooked_heap.c - wrong uses of memory, for heap.c. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "tests/explore/wrong.h"

void wrong_after_free(void *arg)
{
    int *volatile made = malloc(40);
    volatile int *at = made;
    (void)arg;
    *at = 1;
    free(made);
    at[3] = *at;
}

void wrong_beyond(void *arg)
{
    volatile char *at = malloc(13);
    (void)arg;
    at[12] = 1;
    at[13] = 1;
}

void wrong_free(void *arg)
{
    void *volatile at = malloc(13);
    (void)arg;
    free(at);
    free(at);
}

void wrong_leak(void *arg)
{
    void *volatile at = malloc(13);
    (void)arg;
    at = malloc(14);
    (void)at;
}

static void *cache;

/* What static data points at is not lost. */
void wrong_cache(void *arg)
{
    void **first = malloc(30);
    (void)arg;
    first[0] = malloc(40);
    first[1] = NULL;
    cache = (char *)first + 8;
}

void wrong_nothing(void *arg)
{
    char *at = calloc(3, 5), *next;
    (void)arg;
    for (int i = 0; i < 15; i++)
        if (at[i])
            abort();
    memset(at, 7, 15);
    next = realloc(at, 100);
    if (next[14] != 7)
        abort();
    free(next);
    if (posix_memalign((void **)&at, 256, 10) || (uintptr_t)at % 256)
        abort();
    at[9] = 1;
    free(at);
}

/* Spins on what is plain, on the heap: a compiler hooks no access of what nobody else can know. */
void wrong_spin(void *arg)
{
    int *volatile made = calloc(1, sizeof *made);
    volatile int *at = made;
    (void)arg;
    while (!*at)
        ;
}

static _Atomic int atomic;

void wrong_livelock(void *arg)
{
    (void)arg;
    while (!atomic)
        ;
}

/* A queue of many cells, each made by an atomic store. */
static void make_cells(void)
{
    enum { CELLS = 30000 };
    int *cells = malloc(CELLS * sizeof *cells);
    for (int i = 0; i < CELLS; i++)
        __atomic_store_n(&cells[i], i, __ATOMIC_RELAXED);
    free(cells);
}

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;

static void *waits(void *arg)
{
    pthread_mutex_lock(&held);
    pthread_mutex_unlock(&held);
    return arg;
}

/* Before another thread is there, and then while it waits. */
void wrong_long(void *arg)
{
    pthread_t one;
    make_cells();
    pthread_mutex_lock(&held);
    if (pthread_create(&one, NULL, waits, arg))
        abort();
    make_cells();
    pthread_mutex_unlock(&held);
    pthread_join(one, NULL);
}
