/* heap_calls.c - the calls of malloc's family, and of mappings, as libraries and programs make
 * them: from the arena of heap.c, or from the C library and the kernel. */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/explore/heap_inner.h"

enum { MAPPINGS_MAX = 4096, MAPPING_SMALL = 128 << 10, PAGE = 4096, LATE_MAX = 4096 };

static struct {
    void *at;
    size_t size;
} mappings[MAPPINGS_MAX];
static int mapping_count;

/* Blocks of the C library's heap that were freed in the schedule. */
static void *late[LATE_MAX];
static int late_count;

static void late_free(void)
{
    while (late_count)
        __libc_free(late[--late_count]);
}

static void mappings_end(void)
{
    for (int i = 0; i < mapping_count; i++)
        if (mappings[i].size)
            munmap(mappings[i].at, mappings[i].size);
    mapping_count = 0;
}

void heap_calls_begin(void)
{
    mappings_end();
    late_free();
}

void heap_calls_keep(void)
{
    mapping_count = 0;
}

void *malloc(size_t size)
{
    void *caller = __builtin_return_address(0);
    return heap_asked_by(caller) ? heap_give_filled(HEAP_GRANULE, size, caller) : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    void *caller = __builtin_return_address(0), *at;
    size_t bytes;
    if (!heap_asked_by(caller))
        return __libc_calloc(count, size);
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    at = heap_give(HEAP_GRANULE, bytes, caller);
    return at ? memset(at, 0, bytes) : NULL;
}

/* Of a block that belongs to no schedule: outside, or in the C library's heap. */
void free(void *at)
{
    if (!heap_has(at) && runtime.on && at && late_count < LATE_MAX)
        late[late_count++] = at; /* no memory has two owners in one schedule */
    else if (!heap_has(at))
        __libc_free(at);
    else
        heap_take_back(at, __builtin_return_address(0));
}

void *realloc(void *at, size_t size)
{
    void *caller = __builtin_return_address(0), *next;
    struct heap_block *block;
    if (at ? !heap_has(at) : !heap_asked_by(caller))
        return __libc_realloc(at, size);
    block = at ? heap_block_at(at) : NULL;
    if (at && (!block || block->free_pc)) {
        heap_take_back(at, caller); /* says so */
        return NULL;
    }
    if (at && size == 0) { /* as in the C library */
        heap_take_back(at, caller);
        return NULL;
    }
    next = heap_asked_by(caller) ? heap_give_filled(HEAP_GRANULE, size, caller) : __libc_malloc(size);
    if (next && at) {
        memcpy(next, at, block->size < size ? block->size : size);
        heap_take_back(at, caller);
    }
    return next;
}

static void *aligned(size_t alignment, size_t size, const void *caller)
{
    if (alignment < HEAP_GRANULE)
        alignment = HEAP_GRANULE;
    return heap_asked_by(caller) ? heap_give_filled(alignment, size, caller) : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return aligned(alignment, size, __builtin_return_address(0));
}

void *memalign(size_t alignment, size_t size)
{
    return aligned(alignment, size, __builtin_return_address(0));
}

int posix_memalign(void **at, size_t alignment, size_t size)
{
    void *given;
    if (alignment % sizeof(void *) || !alignment || alignment & (alignment - 1))
        return EINVAL;
    given = aligned(alignment, size, __builtin_return_address(0));
    if (!given)
        return ENOMEM;
    *at = given;
    return 0;
}

size_t malloc_usable_size(void *at)
{
    struct heap_block *block = heap_has(at) ? heap_block_at(at) : NULL;
    return block ? block->size : at && !heap_has(at) ? CALLS_REAL(malloc_usable_size)(at) : 0;
}

/* Mappings. Small ones lie in the arena, so that a use after munmap is seen; the others are
 * the kernel's own, which end with the schedule. */

static bool is_small(const void *at, size_t size, int protection, int flags)
{
    return !at && size <= MAPPING_SMALL && protection == (PROT_READ | PROT_WRITE) &&
           (flags & ~MAP_NORESERVE) == (MAP_PRIVATE | MAP_ANONYMOUS);
}

void *mmap(void *at, size_t size, int protection, int flags, int descriptor, off_t offset)
{
    void *mapped;
    if (heap_asked_by(__builtin_return_address(0)) && is_small(at, size, protection, flags)) {
        mapped = heap_give(PAGE, size, __builtin_return_address(0));
        return mapped ? memset(mapped, 0, size) : MAP_FAILED;
    }
    mapped = CALLS_REAL(mmap)(at, size, protection, flags, descriptor, offset);
    if (runtime.on && mapped != MAP_FAILED && !heap_is_library(__builtin_return_address(0)) &&
        mapping_count < MAPPINGS_MAX) {
        mappings[mapping_count].at = mapped;
        mappings[mapping_count++].size = size;
    }
    return mapped;
}

/* A part of a mapping that lies in the arena, or all of it. */
static void unmap(char *at, size_t size, const void *pc)
{
    struct heap_block *block = heap_block_near(at);
    size_t whole, from = (size_t)(at - heap.base) / HEAP_GRANULE;
    if (!block || block->free_pc || at >= block->at + block->size) {
        heap_take_back(at, pc); /* says so */
        return;
    }
    whole = (block->size + PAGE - 1) & ~(size_t)(PAGE - 1);
    size = (size + PAGE - 1) & ~(size_t)(PAGE - 1);
    if (size + block->cut >= whole) {
        heap_take_back(block->at, pc);
        return;
    }
    block->cut += size;
    if (size > (size_t)(block->at + block->size - at))
        size = (size_t)(block->at + block->size - at);
    memset(heap.state + from, HEAP_FREED, (size + HEAP_GRANULE - 1) / HEAP_GRANULE);
}

int munmap(void *at, size_t size)
{
    if (runtime.on && heap_has(at)) {
        unmap(at, size, __builtin_return_address(0));
        return 0;
    }
    for (int i = 0; runtime.on && i < mapping_count; i++)
        if (mappings[i].at == at)
            mappings[i].size = 0;
    return CALLS_REAL(munmap)(at, size);
}

int madvise(void *at, size_t size, int advice)
{
    if (!runtime.on || !heap_has(at))
        return CALLS_REAL(madvise)(at, size, advice);
    if (advice == MADV_DONTNEED)
        memset(at, 0, size);
    return 0;
}

/* Of the arena all stays as it is: its pages are other blocks' in the next schedule. */
int mprotect(void *at, size_t size, int protection)
{
    return runtime.on && heap_has(at) ? 0 : CALLS_REAL(mprotect)(at, size, protection);
}
