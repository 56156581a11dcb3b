/* calls_keys.c - what a thread has of its own: the values of its keys, and thread_local
 * objects of C++; and what is called for each at its end. Values of keys are in the carriers'
 * own records. */
#include "bench/explore/calls.h"

#include <limits.h>
#include <string.h>

enum { KEYS_MAX = PTHREAD_KEYS_MAX, KEY_ROUNDS = 4 };

/* A destructor of a thread_local object. */
struct runtime_atexit {
    void (*destroy)(void *);
    void *object;
    struct runtime_atexit *next;
};

static struct {
    bool taken, inside; /* made in the schedule */
    void (*destroy)(void *);
} keys[KEYS_MAX];
static bool keys_inside; /* there are some */

static struct runtime_atexit atexits[1024];
static int atexit_count;

static void atexits_run(struct runtime_thread *thread)
{
    while (thread->atexit) {
        struct runtime_atexit *first = thread->atexit;
        thread->atexit = first->next;
        first->destroy(first->object);
    }
}

static void keys_destroy(void)
{
    bool again = keys_inside;
    for (int round = 0; round < KEY_ROUNDS && again; round++) {
        again = false;
        for (int i = 0; i < KEYS_MAX; i++) {
            void *value = keys[i].taken && keys[i].destroy ? pthread_getspecific((pthread_key_t)i) : NULL;
            if (!value)
                continue;
            pthread_setspecific((pthread_key_t)i, NULL);
            keys[i].destroy(value);
            again = true;
        }
    }
}

void calls_keys_end(struct runtime_thread *thread)
{
    atexits_run(thread);
    keys_destroy();
}

void calls_keys_begin(void)
{
    for (int i = 0; i < KEYS_MAX && keys_inside; i++)
        if (keys[i].inside)
            pthread_key_delete((pthread_key_t)i);
    atexit_count = 0;
}

void calls_keys_keep(void)
{
    for (int i = 0; i < KEYS_MAX; i++)
        keys[i].inside = false;
}

int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *library);
int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *library)
{
    struct runtime_atexit *atexit;
    if (!runtime.on)
        return CALLS_REAL(__cxa_thread_atexit_impl)(destroy, object, library);
    if (atexit_count == sizeof atexits / sizeof *atexits)
        runtime_stop(EXPLORE_OVER_LIMITS, NULL, "more than %d destructors of thread-locals", atexit_count);
    atexit = &atexits[atexit_count++];
    *atexit = (struct runtime_atexit){destroy, object, runtime.now->atexit};
    runtime.now->atexit = atexit;
    return 0;
}

int pthread_key_create(pthread_key_t *key, void (*destroy)(void *))
{
    int error = CALLS_REAL(pthread_key_create)(key, runtime.on ? NULL : destroy);
    if (!error && *key < KEYS_MAX) {
        keys[*key].taken = true;
        keys[*key].inside = runtime.on;
        keys[*key].destroy = destroy;
        keys_inside = keys_inside || runtime.on || destroy;
    }
    return error;
}

int pthread_key_delete(pthread_key_t key)
{
    if (key < KEYS_MAX)
        keys[key].taken = keys[key].inside = false;
    return CALLS_REAL(pthread_key_delete)(key);
}
