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
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/explore/heap_inner.h"

enum {
    ARENA_SIZE = 512 << 20,
    LIBRARIES_MAX = 128,
    LARGE = 64 << 20, /* that a schedule may leave in use */
    NUMBER = 16,      /* bytes in front of a block, with its number; they are the gap between blocks, too */
    FRESH = 0xa5,
    STALE = 0xdf, /* what the first bytes of freed memory are */
    STALE_MAX = 256,
};
#define ARENA_AT ((char *)0x2000000000) /* free on each of the two processors */

struct heap heap;

struct heap_block *heap_blocks;
uint32_t heap_block_count, heap_blocks_kept;
static size_t used_kept;

static struct {
    const char *from, *to;
} libraries[LIBRARIES_MAX];
static int library_count;

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

static void *reserve(void *at, size_t size)
{
    return mmap(at, size, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (at ? MAP_FIXED_NOREPLACE : 0), -1, 0);
}

static int heap_reserve(void)
{
    if (heap.base)
        return 0;
    heap_blocks = reserve(NULL, HEAP_BLOCKS_MAX * sizeof *heap_blocks);
    heap.state = reserve(NULL, ARENA_SIZE / HEAP_GRANULE);
    heap.base = reserve(ARENA_AT, ARENA_SIZE);
    if (heap_blocks == MAP_FAILED || heap.state == MAP_FAILED || heap.base == MAP_FAILED) {
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

struct heap_block *heap_block_at(const void *at)
{
    const char *address = at;
    uint32_t number;
    if (address < heap.base + NUMBER || address >= heap.base + heap.used)
        return NULL;
    memcpy(&number, address - NUMBER, sizeof number);
    return number < heap_block_count && heap_blocks[number].at == address ? &heap_blocks[number] : NULL;
}

void *heap_give(size_t alignment, size_t size, const void *pc)
{
    struct runtime_thread *thread = runtime.now;
    size_t at, rounded = (size + HEAP_GRANULE - 1) & ~(size_t)(HEAP_GRANULE - 1);
    struct heap_block *block;
    if (runtime.on && runtime.refuse_memory && runtime.refuse_memory_after-- <= 0) {
        runtime.refuse_memory--;
        errno = ENOMEM;
        return NULL;
    }
    at = (heap.used + NUMBER + alignment - 1) & ~(alignment - 1);
    if (!runtime.on && (size > ARENA_SIZE || at + rounded > ARENA_SIZE || heap_block_count == HEAP_BLOCKS_MAX))
        return NULL;
    if (size > ARENA_SIZE || at + rounded > ARENA_SIZE || heap_block_count == HEAP_BLOCKS_MAX)
        runtime_stop(EXPLORE_OVER_LIMITS, NULL, "more than %d MB of memory, or %d blocks", ARENA_SIZE >> 20,
                     HEAP_BLOCKS_MAX);
    memcpy(heap.base + at - NUMBER, &heap_block_count, sizeof heap_block_count);
    block = &heap_blocks[heap_block_count++];
    *block =
        (struct heap_block){.at = heap.base + at, .size = size, .pc = pc, .thread = runtime.on ? thread->index : -1};
    memset(heap.state + at / HEAP_GRANULE, HEAP_GRANULE, rounded / HEAP_GRANULE);
    if (size % HEAP_GRANULE)
        heap.state[(at + size) / HEAP_GRANULE] = size % HEAP_GRANULE;
    heap.used = at + rounded + HEAP_GRANULE; /* a block of nothing has a place, too */
    return block->at;
}

void *heap_give_filled(size_t alignment, size_t size, const void *pc)
{
    void *at = heap_give(alignment, size, pc);
    if (at)
        memset(at, FRESH, size);
    return at;
}

static void mark_freed(struct heap_block *block, const void *pc, int thread)
{
    block->free_pc = pc;
    block->free_thread = thread;
    memset(heap.state + (size_t)(block->at - heap.base) / HEAP_GRANULE, HEAP_FREED,
           (block->size + HEAP_GRANULE - 1) / HEAP_GRANULE);
    memset(block->at, STALE, block->size < STALE_MAX ? block->size : STALE_MAX);
}

void heap_take_back(void *at, const void *pc)
{
    struct heap_block *block = heap_block_at(at);
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
struct heap_block *heap_block_near(const char *address)
{
    uint32_t from = 0, to = heap_block_count; /* blocks lie in the order of their numbers */
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (heap_blocks[middle].at <= address)
            from = middle + 1;
        else
            to = middle;
    }
    if (from)
        return &heap_blocks[from - 1];
    return heap_block_count && heap_blocks[0].at <= address + NUMBER ? &heap_blocks[0] : NULL;
}

void heap_bad(const void *address, size_t size, bool writes)
{
    const char *act = writes ? "writes" : "reads", *name = runtime.now->name;
    struct heap_block *block = heap_block_near(address);
    if (!block)
        runtime_stop(EXPLORE_BEYOND, address, "%s %s memory that nobody asked for", name, act);
    if (block->free_pc && (const char *)address < block->at + block->size)
        runtime_stop_other(EXPLORE_AFTER_FREE, address, block->free_pc, block->free_thread,
                           "%s %s %zu bytes that %s has freed", name, act, size,
                           block->free_thread >= 0 ? runtime.threads[block->free_thread].name : "somebody");
    runtime_stop_other(EXPLORE_BEYOND, address, block->pc, block->thread, "%s %s %zu bytes at %td of a block of %zu",
                       name, act, size, (const char *)address - block->at, block->size);
}

void heap_keep(void)
{
    loading = false;
    heap_calls_keep();
    for (uint32_t i = 0; i < heap_block_count; i++) {
        struct heap_block *block = &heap_blocks[i];
        if (block->free_pc) {
            __libc_free(block->kept);
            block->kept = NULL;
        } else if (block->kept || (block->kept = __libc_malloc(block->size + 1))) {
            memcpy(block->kept, block->at, block->size);
        }
    }
    heap_blocks_kept = heap_block_count;
    used_kept = heap.used;
}

void heap_begin(void)
{
    heap_calls_begin();
    if (heap.used > LARGE && used_kept < LARGE) /* back to the kernel */
        madvise(heap.base + LARGE, heap.used - LARGE, MADV_DONTNEED);
    memset(heap.state + used_kept / HEAP_GRANULE, 0, (heap.used - used_kept) / HEAP_GRANULE);
    heap.used = used_kept;
    heap_block_count = heap_blocks_kept;
    for (uint32_t i = 0; i < heap_blocks_kept; i++) {
        struct heap_block *block = &heap_blocks[i];
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

/* Whether code of a library that came after the program's own asks. */
static bool is_loaded(const void *caller)
{
    extern const char __executable_start[], etext[];
    return !((const char *)caller >= __executable_start && (const char *)caller < etext) && !heap_is_library(caller);
}

bool heap_asked_by(const void *caller)
{
    return runtime.on ? !heap_is_library(caller) : loading && is_loaded(caller);
}

bool heap_has(const void *block)
{
    return (const char *)block >= heap.base && (const char *)block < heap.base + ARENA_SIZE && heap.base;
}
