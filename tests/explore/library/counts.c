/* counts.c - a library that keeps something in each way that there is. */
#include <pthread.h>
#include <stdlib.h>

static int in_data = 3, in_bss;
static __thread int in_thread = 5;
static int *on_heap;
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static __attribute__((constructor)) void load(void)
{
    on_heap = malloc(sizeof *on_heap);
    *on_heap = 7;
}

static void make(void)
{
    pthread_key_create(&key, NULL);
}

/* A number that is the same in each schedule that begins as the first one does. */
int library_counts(void);
int library_counts(void)
{
    int *kept;
    pthread_once(&once, make);
    kept = pthread_getspecific(key);
    if (!kept) {
        kept = calloc(1, sizeof *kept);
        pthread_setspecific(key, kept);
    }
    return ++in_data + 100 * ++in_bss + 10000 * ++in_thread + 1000000 * ++*on_heap + 10000000 * ++*kept;
}
