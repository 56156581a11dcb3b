/* views.h - C11's memory as views; see views.c. Values beside a place are what lies there
 * now, so that writes of code without hooks are noticed. */
#ifndef VIEWS_H
#define VIEWS_H

#include "bench/explore/runtime.h"

void views_begin(void);
uint64_t views_load(const void *address, int size, uint64_t newest, int order);
uint64_t views_load_newest(const void *address, int size, uint64_t newest, int order);
void views_store(void *address, int size, uint64_t newest, uint64_t value, int order);
void views_swap(void *address, int size, uint64_t newest, uint64_t value, int order);
void views_fence(int order);
void views_barrier_of(struct runtime_thread *thread);
void views_plain(const void *address, size_t size, bool writes, const void *pc);
void views_freed(const void *address, size_t size, bool writes, const void *pc);
void views_acquire(const void *address);
void views_release(const void *address);
void views_born(struct runtime_thread *parent, struct runtime_thread *child);
uint32_t views_clock(const struct runtime_thread *thread); /* for marks; the next ones are later */
bool views_seen(const struct runtime_thread *thread, int of, uint32_t clock);

#endif
