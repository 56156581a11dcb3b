/* heap.c - malloc and its family, inside a schedule.
 *
 * Blocks lie in one arena at a fixed address, one behind the other, and none is used twice
 * in a schedule: so every use after free and of what lies between blocks is seen where a
 * hook looks at it. For the next schedule the arena is simply empty again.
 *
 * What libraries ask for while they are loaded, between heap_libraries and heap_keep, lies in
 * it, too: it is what they begin each schedule with.
 *
 * The dynamic linker and the C library ask for memory that stays (thread-locals, streams),
 * even from within a schedule; they, and all libraries that the program came with, get it
 * from the C library's own heap. */
#include <errno.h>
#include <link.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/explore/calls.h"
#include "bench/explore/data.h"

enum {
    ARENA_SIZE = 512 << 20,
    BLOCKS_MAX = 1 << 20,
    LIBRARIES_MAX = 128,
    MAPPINGS_MAX = 4096,
    MAPPING_SMALL = 128 << 10,
    PAGE = 4096,
    LATE_MAX = 4096,
    LARGE = 64 << 20, /* that a schedule may leave in use */
    NUMBER = 16,      /* bytes in front of a block, with its number; they are the gap between blocks, too */
    FRESH = 0xa5,
    STALE = 0xdf, /* what the first bytes of freed memory are */
    STALE_MAX = 256,
};
#define ARENA_AT ((char *)0x2000000000) /* free on each of the two processors */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

struct heap heap;

struct block {
    char *at;
    size_t size;
    const void *pc, *free_pc;
    int thread, free_thread;
    bool reached; /* heap_leaks */
    size_t cut;   /* bytes that munmap took away before the rest */
    char *kept;   /* its contents at each schedule's begin; of blocks that stay */
};
static struct block *blocks;
static uint32_t block_count, blocks_kept;
static size_t used_kept;

static struct {
    const char *from, *to;
} libraries[LIBRARIES_MAX];
static int library_count;

static struct {
    void *at;
    size_t size;
} mappings[MAPPINGS_MAX];
static int mapping_count;

/* C++'s own library asks on behalf of others, and may come with the program: by libxml2. */
bool heap_is_language(const char *path)
{
    return strstr(path, "/libstdc++.so") || strstr(path, "/libc++");
}

static int add_library(struct dl_phdr_info *info, size_t size, void *arg)
{
    int *nth = arg;
    (void)size;
    if ((*nth)++ == 0 || heap_is_language(info->dlpi_name)) /* the program itself */
        return 0;
    for (int i = 0; i < info->dlpi_phnum && library_count < LIBRARIES_MAX; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD && segment->p_flags & PF_X) {
            libraries[library_count].from = (const char *)info->dlpi_addr + segment->p_vaddr;
            libraries[library_count].to = libraries[library_count].from + segment->p_memsz;
            library_count++;
        }
    }
    return 0;
}

static bool loading;
static uint32_t *to_look, to_look_count; /* blocks that are reached, and were not looked into */

static void *reserve(void *at, size_t size)
{
    return mmap(at, size, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (at ? MAP_FIXED_NOREPLACE : 0), -1, 0);
}

static int heap_reserve(void)
{
    if (heap.base)
        return 0;
    blocks = reserve(NULL, BLOCKS_MAX * sizeof *blocks);
    to_look = reserve(NULL, BLOCKS_MAX * sizeof *to_look);
    heap.state = reserve(NULL, ARENA_SIZE / HEAP_GRANULE);
    heap.base = reserve(ARENA_AT, ARENA_SIZE);
    if (blocks == MAP_FAILED || to_look == MAP_FAILED || heap.state == MAP_FAILED || heap.base == MAP_FAILED) {
        heap.base = NULL;
        return -ENOMEM;
    }
    return 0;
}

void heap_libraries(void)
{
    int nth = 0;
    if (library_count || heap_reserve())
        return;
    dl_iterate_phdr(add_library, &nth);
    loading = true;
}

bool heap_is_library(const void *pc)
{
    for (int i = 0; i < library_count; i++)
        if ((const char *)pc >= libraries[i].from && (const char *)pc < libraries[i].to)
            return true;
    return false;
}

int heap_open(void)
{
    int error = heap_reserve();
    if (!error)
        heap_libraries();
    return error;
}

static struct block *block_at(const void *at)
{
    const char *address = at;
    uint32_t number;
    if (address < heap.base + NUMBER || address >= heap.base + heap.used)
        return NULL;
    memcpy(&number, address - NUMBER, sizeof number);
    return number < block_count && blocks[number].at == address ? &blocks[number] : NULL;
}

static void *give(size_t alignment, size_t size, const void *pc)
{
    struct runtime_thread *thread = runtime.now;
    size_t at, rounded = (size + HEAP_GRANULE - 1) & ~(size_t)(HEAP_GRANULE - 1);
    struct block *block;
    if (runtime.on && runtime.refuse_memory && runtime.refuse_memory_after-- <= 0) {
        runtime.refuse_memory--;
        errno = ENOMEM;
        return NULL;
    }
    at = (heap.used + NUMBER + alignment - 1) & ~(alignment - 1);
    if (!runtime.on && (size > ARENA_SIZE || at + rounded > ARENA_SIZE || block_count == BLOCKS_MAX))
        return NULL;
    if (size > ARENA_SIZE || at + rounded > ARENA_SIZE || block_count == BLOCKS_MAX)
        runtime_stop(EXPLORE_OVER_LIMITS, NULL, "more than %d MB of memory, or %d blocks", ARENA_SIZE >> 20,
                     BLOCKS_MAX);
    memcpy(heap.base + at - NUMBER, &block_count, sizeof block_count);
    block = &blocks[block_count++];
    *block = (struct block){.at = heap.base + at, .size = size, .pc = pc, .thread = runtime.on ? thread->index : -1};
    memset(heap.state + at / HEAP_GRANULE, HEAP_GRANULE, rounded / HEAP_GRANULE);
    if (size % HEAP_GRANULE)
        heap.state[(at + size) / HEAP_GRANULE] = size % HEAP_GRANULE;
    heap.used = at + rounded + HEAP_GRANULE; /* a block of nothing has a place, too */
    return block->at;
}

static void *give_filled(size_t alignment, size_t size, const void *pc)
{
    void *at = give(alignment, size, pc);
    if (at)
        memset(at, FRESH, size);
    return at;
}

static void mark_freed(struct block *block, const void *pc, int thread)
{
    block->free_pc = pc;
    block->free_thread = thread;
    memset(heap.state + (size_t)(block->at - heap.base) / HEAP_GRANULE, HEAP_FREED,
           (block->size + HEAP_GRANULE - 1) / HEAP_GRANULE);
    memset(block->at, STALE, block->size < STALE_MAX ? block->size : STALE_MAX);
}

static void take_back(void *at, const void *pc)
{
    struct block *block = block_at(at);
    struct runtime_thread *thread = runtime.now;
    if (!runtime.on) { /* of a library, outside */
        if (block && !block->free_pc)
            mark_freed(block, pc, -1);
        return;
    }
    thread->pc = pc;
    if (!block)
        runtime_stop(EXPLORE_DOUBLE_FREE, at, "%s frees what is no block of memory", thread->name);
    if (block->free_pc)
        runtime_stop_other(EXPLORE_DOUBLE_FREE, at, block->free_pc, block->free_thread,
                           "%s frees memory that %s has freed", thread->name,
                           block->free_thread >= 0 ? runtime.threads[block->free_thread].name : "somebody");
    if (runtime.memory != EXPLORE_SC) {
        memory_drain_all(thread);
        memory_plain_range(at, block->size, true, pc);
    }
    mark_freed(block, pc, thread->index);
}

/* The block whose bytes, or those beside it, are meant. */
static struct block *block_near(const char *address)
{
    uint32_t from = 0, to = block_count; /* blocks lie in the order of their numbers */
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (blocks[middle].at <= address)
            from = middle + 1;
        else
            to = middle;
    }
    if (from)
        return &blocks[from - 1];
    return block_count && blocks[0].at <= address + NUMBER ? &blocks[0] : NULL;
}

void heap_bad(const void *address, size_t size, bool writes)
{
    const char *act = writes ? "writes" : "reads", *name = runtime.now->name;
    struct block *block = block_near(address);
    if (!block)
        runtime_stop(EXPLORE_BEYOND, address, "%s %s memory that nobody asked for", name, act);
    if (block->free_pc && (const char *)address < block->at + block->size)
        runtime_stop_other(EXPLORE_AFTER_FREE, address, block->free_pc, block->free_thread,
                           "%s %s %zu bytes that %s has freed", name, act, size,
                           block->free_thread >= 0 ? runtime.threads[block->free_thread].name : "somebody");
    runtime_stop_other(EXPLORE_BEYOND, address, block->pc, block->thread, "%s %s %zu bytes at %td of a block of %zu",
                       name, act, size, (const char *)address - block->at, block->size);
}

/* Marks blocks that these bytes point into. */
static void reach(const char *at, size_t size)
{
    for (; size >= sizeof(void *); at += sizeof(void *), size -= sizeof(void *)) {
        const char *to;
        struct block *block;
        memcpy(&to, at, sizeof to);
        block = to >= heap.base && to < heap.base + heap.used ? block_near(to) : NULL;
        if (block && !block->free_pc && !block->reached && to <= block->at + block->size) {
            block->reached = true;
            to_look[to_look_count++] = (uint32_t)(block - blocks);
        }
    }
}

/* From static data, and from what was there before the schedule: caches, which are no leaks. */
static void reach_all(void)
{
    for (uint32_t i = 0; i < block_count; i++)
        blocks[i].reached = false;
    to_look_count = 0;
    data_each(reach);
    for (uint32_t i = 0; i < blocks_kept; i++)
        if (!blocks[i].free_pc)
            reach(blocks[i].at, blocks[i].size);
    while (to_look_count) {
        struct block *block = &blocks[to_look[--to_look_count]];
        reach(block->at, block->size);
    }
}

static bool is_left(const struct block *block)
{
    return !block->free_pc && !block->reached;
}

void heap_leaks(void)
{
    size_t bytes = 0;
    uint32_t count = 0, live = 0;
    struct block *first = NULL;
    for (uint32_t i = blocks_kept; i < block_count; i++)
        live += !blocks[i].free_pc;
    if (!live)
        return;
    reach_all();
    for (uint32_t i = blocks_kept; i < block_count; i++) {
        struct block *block = &blocks[i];
        if (!is_left(block))
            continue;
        first = first ? first : block;
        bytes += block->size;
        count++;
    }
    if (first)
        runtime_stop_other(EXPLORE_LEAK, first->at, first->pc, first->thread, "%zu bytes in %u blocks are never freed",
                           bytes, count);
}

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

void heap_keep(void)
{
    loading = false;
    mapping_count = 0;
    for (uint32_t i = 0; i < block_count; i++) {
        struct block *block = &blocks[i];
        if (block->free_pc) {
            __libc_free(block->kept);
            block->kept = NULL;
        } else if (block->kept || (block->kept = __libc_malloc(block->size + 1))) {
            memcpy(block->kept, block->at, block->size);
        }
    }
    blocks_kept = block_count;
    used_kept = heap.used;
}

void heap_begin(void)
{
    mappings_end();
    late_free();
    if (heap.used > LARGE && used_kept < LARGE) /* back to the kernel */
        madvise(heap.base + LARGE, heap.used - LARGE, MADV_DONTNEED);
    memset(heap.state + used_kept / HEAP_GRANULE, 0, (heap.used - used_kept) / HEAP_GRANULE);
    heap.used = used_kept;
    block_count = blocks_kept;
    for (uint32_t i = 0; i < blocks_kept; i++) {
        struct block *block = &blocks[i];
        if (!block->kept)
            continue;
        memcpy(block->at, block->kept, block->size);
        if (block->free_pc || block->cut) { /* in the last schedule */
            size_t from = (size_t)(block->at - heap.base) / HEAP_GRANULE;
            memset(heap.state + from, HEAP_GRANULE, block->size / HEAP_GRANULE);
            if (block->size % HEAP_GRANULE)
                heap.state[from + block->size / HEAP_GRANULE] = block->size % HEAP_GRANULE;
            block->free_pc = NULL;
            block->cut = 0;
        }
    }
}

/* The family. */

/* Whether code of a library that came after the program's own asks. */
static bool is_loaded(const void *caller)
{
    extern const char __executable_start[], etext[];
    return !((const char *)caller >= __executable_start && (const char *)caller < etext) && !heap_is_library(caller);
}

static bool ours(const void *caller)
{
    return runtime.on ? !heap_is_library(caller) : loading && is_loaded(caller);
}

static bool is_ours(const void *block)
{
    return (const char *)block >= heap.base && (const char *)block < heap.base + ARENA_SIZE && heap.base;
}

void *malloc(size_t size)
{
    void *caller = __builtin_return_address(0);
    return ours(caller) ? give_filled(HEAP_GRANULE, size, caller) : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    void *caller = __builtin_return_address(0), *at;
    size_t bytes;
    if (!ours(caller))
        return __libc_calloc(count, size);
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    at = give(HEAP_GRANULE, bytes, caller);
    return at ? memset(at, 0, bytes) : NULL;
}

/* Of a block that belongs to no schedule: outside, or in the C library's heap. */
void free(void *at)
{
    if (!is_ours(at) && runtime.on && at && late_count < LATE_MAX)
        late[late_count++] = at; /* no memory has two owners in one schedule */
    else if (!is_ours(at))
        __libc_free(at);
    else
        take_back(at, __builtin_return_address(0));
}

void *realloc(void *at, size_t size)
{
    void *caller = __builtin_return_address(0), *next;
    struct block *block;
    if (at ? !is_ours(at) : !ours(caller))
        return __libc_realloc(at, size);
    block = at ? block_at(at) : NULL;
    if (at && (!block || block->free_pc)) {
        take_back(at, caller); /* says so */
        return NULL;
    }
    if (at && size == 0) { /* as in the C library */
        take_back(at, caller);
        return NULL;
    }
    next = ours(caller) ? give_filled(HEAP_GRANULE, size, caller) : __libc_malloc(size);
    if (next && at) {
        memcpy(next, at, block->size < size ? block->size : size);
        take_back(at, caller);
    }
    return next;
}

static void *aligned(size_t alignment, size_t size, const void *caller)
{
    if (alignment < HEAP_GRANULE)
        alignment = HEAP_GRANULE;
    return ours(caller) ? give_filled(alignment, size, caller) : __libc_memalign(alignment, size);
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
    struct block *block = is_ours(at) ? block_at(at) : NULL;
    return block ? block->size : at && !is_ours(at) ? CALLS_REAL(malloc_usable_size)(at) : 0;
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
    if (ours(__builtin_return_address(0)) && is_small(at, size, protection, flags)) {
        mapped = give(PAGE, size, __builtin_return_address(0));
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
    struct block *block = block_near(at);
    size_t whole, from = (size_t)(at - heap.base) / HEAP_GRANULE;
    if (!block || block->free_pc || at >= block->at + block->size) {
        take_back(at, pc); /* says so */
        return;
    }
    whole = (block->size + PAGE - 1) & ~(size_t)(PAGE - 1);
    size = (size + PAGE - 1) & ~(size_t)(PAGE - 1);
    if (size + block->cut >= whole) {
        take_back(block->at, pc);
        return;
    }
    block->cut += size;
    if (size > (size_t)(block->at + block->size - at))
        size = (size_t)(block->at + block->size - at);
    memset(heap.state + from, HEAP_FREED, (size + HEAP_GRANULE - 1) / HEAP_GRANULE);
}

int munmap(void *at, size_t size)
{
    if (runtime.on && is_ours(at)) {
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
    if (!runtime.on || !is_ours(at))
        return CALLS_REAL(madvise)(at, size, advice);
    if (advice == MADV_DONTNEED)
        memset(at, 0, size);
    return 0;
}

/* Of the arena all stays as it is: its pages are other blocks' in the next schedule. */
int mprotect(void *at, size_t size, int protection)
{
    return runtime.on && is_ours(at) ? 0 : CALLS_REAL(mprotect)(at, size, protection);
}
