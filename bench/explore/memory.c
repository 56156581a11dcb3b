/* memory.c - what a load may read: TSO here, C11 in views.c, and which of them it is.
 *
 * Under TSO each thread's atomic stores go through a buffer of its own, in their order, and
 * leave it one by one when the schedule says so; a thread reads its own youngest store of a
 * place first. A read-modify-write, a full fence, and every interposed call empty the buffer
 * (Sewell et al., x86-TSO, CACM 2010). Plain stores go past the buffer: what is ordered by
 * atomics at all is ordered by those that are in it. */
#include "bench/explore/views.h"

#include <string.h>

enum { SEQ_CST = 5 };

static uint64_t read_value(const void *address, int size)
{
    switch (size) {
    case 1:
        return *(const uint8_t *)address;
    case 2:
        return *(const uint16_t *)address;
    case 4:
        return *(const uint32_t *)address;
    default:
        return *(const uint64_t *)address;
    }
}

static void write_value(void *address, int size, uint64_t value)
{
    switch (size) {
    case 1:
        *(uint8_t *)address = (uint8_t)value;
        break;
    case 2:
        *(uint16_t *)address = (uint16_t)value;
        break;
    case 4:
        *(uint32_t *)address = (uint32_t)value;
        break;
    default:
        *(uint64_t *)address = value;
    }
}

void memory_begin(void)
{
    runtime.watches = runtime.memory != EXPLORE_SC || runtime.strategy == EXPLORE_CORES;
    if (runtime.memory == EXPLORE_C11)
        views_begin();
    if (runtime.strategy == EXPLORE_CORES)
        cores_begin();
}

/* Store buffers. */

/* What is wrong with it is told of who stored, at the place where it did. */
static void drain_check(struct runtime_thread *thread, const struct runtime_store *store)
{
    struct runtime_thread *now = runtime.now;
    const void *pc = thread->pc;
    runtime.now = thread;
    thread->pc = store->pc;
    heap_check(store->address, (size_t)store->size, true);
    thread->pc = pc;
    runtime.now = now;
}

void memory_drain(struct runtime_thread *thread)
{
    struct runtime_store *oldest = &thread->buffer[0];
    drain_check(thread, oldest);
    RUNTIME_TELL(EXPLORE_DRAINED, thread->name, oldest->address, read_value(oldest->address, oldest->size),
                 oldest->value);
    write_value(oldest->address, oldest->size, oldest->value);
    thread->drained++;
    memmove(thread->buffer, thread->buffer + 1, (size_t)--thread->buffered * sizeof *thread->buffer);
    runtime.buffers -= thread->buffered == 0;
}

void memory_drain_all(struct runtime_thread *thread)
{
    while (thread->buffered)
        memory_drain(thread);
}

static void buffer_store(struct runtime_thread *thread, void *address, int size, uint64_t value)
{
    if (thread->buffered == RUNTIME_BUFFER)
        memory_drain(thread);
    runtime.buffers += thread->buffered == 0;
    thread->buffer[thread->buffered++] = (struct runtime_store){address, value, thread->pc, size};
    thread->stored++;
}

static bool overlaps(const struct runtime_store *store, const void *address, size_t size)
{
    return (const char *)store->address < (const char *)address + size &&
           (const char *)address < (const char *)store->address + store->size;
}

/* Its own youngest store of just this place; one that overlaps otherwise makes it wait till
 * the store has left. */
static uint64_t buffer_load(struct runtime_thread *thread, const void *address, int size)
{
    for (int i = thread->buffered - 1; i >= 0; i--) {
        struct runtime_store *store = &thread->buffer[i];
        if (store->address == address && store->size == size)
            return store->value;
        if (overlaps(store, address, (size_t)size)) {
            memory_drain_all(thread);
            break;
        }
    }
    return read_value(address, size);
}

/* The models. */

uint64_t memory_load(const void *address, int size, int order)
{
    if (runtime.memory == EXPLORE_TSO)
        return buffer_load(runtime.now, address, size);
    return views_load(address, size, read_value(address, size), order);
}

void memory_store(void *address, int size, uint64_t value, int order)
{
    if (runtime.memory == EXPLORE_TSO) {
        buffer_store(runtime.now, address, size, value);
        /* A frame may be gone, and its place on the stack used again by what has no hooks,
         * before a store to it would leave the buffer. */
        if (order == SEQ_CST || fiber_owns(runtime.now, address))
            memory_drain_all(runtime.now);
        return;
    }
    views_store(address, size, read_value(address, size), value, order);
    write_value(address, size, value);
}

uint64_t memory_before_swap(const void *address, int size, int order)
{
    (void)order;
    memory_drain_all(runtime.now);
    return read_value(address, size);
}

void memory_after_swap(void *address, int size, uint64_t value, int order)
{
    if (runtime.memory == EXPLORE_C11)
        views_swap(address, size, read_value(address, size), value, order);
    write_value(address, size, value);
}

void memory_exchanged(void *address, int size, uint64_t value, bool same, int order)
{
    if (same)
        memory_after_swap(address, size, value, order);
    else if (runtime.memory == EXPLORE_C11)
        views_load_newest(address, size, read_value(address, size), order);
}

void memory_fence(int order)
{
    if (runtime.memory == EXPLORE_C11)
        views_fence(order);
    else if (order == SEQ_CST)
        memory_drain_all(runtime.now);
}

void memory_barrier_of(struct runtime_thread *thread)
{
    if (runtime.memory == EXPLORE_C11)
        views_barrier_of(thread);
    else
        memory_drain_all(thread);
}

void memory_plain(const void *address, size_t size, bool writes, const void *pc)
{
    struct runtime_thread *thread = runtime.now;
    if (runtime.strategy == EXPLORE_CORES)
        cores_access(address, size, writes);
    if (runtime.memory == EXPLORE_C11) {
        views_plain(address, size, writes, pc);
        return;
    }
    for (int i = 0; i < thread->buffered; i++)
        if (overlaps(&thread->buffer[i], address, size)) {
            memory_drain_all(thread);
            return;
        }
}

void memory_plain_range(const void *address, size_t size, bool writes, const void *pc)
{
    if (runtime.memory == EXPLORE_C11)
        views_freed(address, size, writes, pc);
}

void memory_acquire(const void *address)
{
    if (runtime.memory == EXPLORE_C11)
        views_acquire(address);
}

void memory_release(const void *address)
{
    if (runtime.memory == EXPLORE_C11)
        views_release(address);
}

void memory_born(struct runtime_thread *parent, struct runtime_thread *child)
{
    if (runtime.memory == EXPLORE_C11)
        views_born(parent, child);
}
