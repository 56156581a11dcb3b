/* heap_leaks.c - memory that is left at a schedule's end: blocks that were never freed, and to
 * which nothing static leads, nor what was there before. */
#include <string.h>

#include "bench/explore/data.h"
#include "bench/explore/heap_inner.h"

static uint32_t to_look[HEAP_BLOCKS_MAX], to_look_count; /* blocks that are reached, and were not looked into */

/* Marks blocks that these bytes point into. */
static void reach(const char *at, size_t size)
{
    for (; size >= sizeof(void *); at += sizeof(void *), size -= sizeof(void *)) {
        const char *to;
        struct heap_block *block;
        memcpy(&to, at, sizeof to);
        block = to >= heap.base && to < heap.base + heap.used ? heap_block_near(to) : NULL;
        if (block && !block->free_pc && !block->reached && to <= block->at + block->size) {
            block->reached = true;
            to_look[to_look_count++] = (uint32_t)(block - heap_blocks);
        }
    }
}

/* From static data, and from what was there before the schedule: caches, which are no leaks. */
static void reach_all(void)
{
    for (uint32_t i = 0; i < heap_block_count; i++)
        heap_blocks[i].reached = false;
    to_look_count = 0;
    data_each(reach);
    for (uint32_t i = 0; i < heap_blocks_kept; i++)
        if (!heap_blocks[i].free_pc)
            reach(heap_blocks[i].at, heap_blocks[i].size);
    while (to_look_count) {
        struct heap_block *block = &heap_blocks[to_look[--to_look_count]];
        reach(block->at, block->size);
    }
}

static bool is_left(const struct heap_block *block)
{
    return !block->free_pc && !block->reached;
}

void heap_leaks(void)
{
    size_t bytes = 0;
    uint32_t count = 0, live = 0;
    struct heap_block *first = NULL;
    for (uint32_t i = heap_blocks_kept; i < heap_block_count; i++)
        live += !heap_blocks[i].free_pc;
    if (!live)
        return;
    reach_all();
    for (uint32_t i = heap_blocks_kept; i < heap_block_count; i++) {
        struct heap_block *block = &heap_blocks[i];
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
