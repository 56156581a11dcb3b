/* process.c - see process.h. */
#include "pools/core/process.h"

#include <pthread.h>
#include <sys/mman.h>

#include "pools/core/inject.h"

struct pool_process pool_process;

static void wipe(void)
{
    atomic_store_explicit(&pool_process.number, 0, memory_order_relaxed);
}

static void watch(void)
{
    madvise(&pool_process, sizeof pool_process, MADV_WIPEONFORK);
    pthread_atfork(NULL, NULL, wipe);
}

uint64_t pool_process_begin(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static _Atomic uint64_t last; /* number of this process or an ancestor; not wiped */
    static _Atomic uint64_t kept; /* of a defect: the same, of this process or an ancestor */
    uint64_t number, next;
    pthread_once(&once, watch);
    if (POOL_DEFECT(NUMBER_KEPT) && kept)
        return kept;
    number = pool_process_number();
    if (number)
        return number;
    next = atomic_fetch_add_explicit(&last, POOL_PROCESS_ONE, memory_order_relaxed) + POOL_PROCESS_ONE;
    if (atomic_compare_exchange_strong_explicit(&pool_process.number, &number, next, memory_order_relaxed,
                                                memory_order_relaxed))
        number = next;
    if (POOL_DEFECT(NUMBER_KEPT))
        kept = number;
    return number;
}

/* At least a page, for none as for malloc: mmap refuses 0 bytes. */
static size_t mapped(size_t size)
{
    return size ? size : 1;
}

void *pool_process_alloc(size_t size)
{
    void *memory = mmap(NULL, mapped(size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    madvise(memory, mapped(size), MADV_WIPEONFORK);
    return memory;
}

void pool_process_free(void *memory, size_t size)
{
    if (memory)
        munmap(memory, mapped(size));
}
