/* hooks.c - what gcc and clang call from code that is compiled with -fsanitize=thread.
 *
 * Each atomic access is a point of the schedule, then an access by the model of memory. A
 * plain access is no point; it is checked against the heap, and, under EXPLORE_C11, for
 * races. Outside a schedule a hook is the access and nothing else.
 *
 * Names and types: sanitizer/tsan_interface_atomic.h of LLVM, which both compilers follow.
 * gcc has compare_exchange_strong and _weak, clang compare_exchange_val. */
#include "bench/explore/runtime.h"

#include <string.h>

#include "bench/explore/hooked.h"

enum { READS_BEFORE_HINT = 500, PLAIN_BEFORE_HINT = 200 };
enum { RELAXED, CONSUME, ACQUIRE, RELEASE, ACQ_REL, SEQ_CST };

/* Before a load; many without a write between them are a spin. What is accessed is looked at
 * after the point: another thread may have freed it there. */
static inline void load_point(const void *address, size_t size)
{
    struct runtime_thread *thread = runtime.now;
    if (__builtin_expect(++thread->reads > READS_BEFORE_HINT, 0))
        choose_hint();
    else
        choose_point(address, false);
    heap_check(address, size, false);
}

static inline void write_point(const void *address, size_t size)
{
    choose_point(address, true);
    heap_check(address, size, true);
}

/* After a write that others may see: plain accesses that follow are no points. */
static inline void after_point(void)
{
    if (__builtin_expect(runtime.after, 0))
        choose_point(NULL, false);
}

/* A weak one may fail for no reason. */
static inline bool fails_for_nothing(void)
{
    return __builtin_expect(runtime.spurious, 0) && (choose_own_draw(3) & 15) == 0;
}

#define LOAD(bits, type)                                                                                               \
    type __tsan_atomic##bits##_load(const volatile type *a, int order);                                                \
    type __tsan_atomic##bits##_load(const volatile type *a, int order)                                                 \
    {                                                                                                                  \
        const void *address = (const void *)(uintptr_t)a;                                                              \
        type value;                                                                                                    \
        if (!runtime.on)                                                                                               \
            return __atomic_load_n(a, __ATOMIC_SEQ_CST);                                                               \
        RUNTIME_HERE();                                                                                                \
        load_point(address, sizeof *a);                                                                                \
        value = runtime.memory == EXPLORE_SC ? *a : (type)memory_load(address, sizeof *a, order);                      \
        RUNTIME_TELL(EXPLORE_LOAD, "load", address, value, value);                                                     \
        return value;                                                                                                  \
    }

#define STORE(bits, type)                                                                                              \
    void __tsan_atomic##bits##_store(volatile type *a, type value, int order);                                         \
    void __tsan_atomic##bits##_store(volatile type *a, type value, int order)                                          \
    {                                                                                                                  \
        void *address = (void *)(uintptr_t)a;                                                                          \
        type before;                                                                                                   \
        if (!runtime.on) {                                                                                             \
            __atomic_store_n(a, value, __ATOMIC_SEQ_CST);                                                              \
            return;                                                                                                    \
        }                                                                                                              \
        RUNTIME_HERE();                                                                                                \
        write_point(address, sizeof *a);                                                                               \
        before = *a;                                                                                                   \
        if (runtime.memory == EXPLORE_SC)                                                                              \
            *a = value;                                                                                                \
        else                                                                                                           \
            memory_store(address, sizeof *a, value, order);                                                            \
        RUNTIME_TELL(EXPLORE_STORE, "store", address, before, value);                                                  \
        after_point();                                                                                                 \
    }

/* A read-modify-write that always writes. */
#define SWAP(bits, type, name, words, result)                                                                          \
    type __tsan_atomic##bits##_##name(volatile type *a, type operand, int order);                                      \
    type __tsan_atomic##bits##_##name(volatile type *a, type operand, int order)                                       \
    {                                                                                                                  \
        void *address = (void *)(uintptr_t)a;                                                                          \
        type before, after;                                                                                            \
        if (!runtime.on) {                                                                                             \
            before = __atomic_load_n(a, __ATOMIC_RELAXED);                                                             \
            do                                                                                                         \
                after = (type)(result);                                                                                \
            while (!__atomic_compare_exchange_n(a, &before, after, true, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));         \
            return before;                                                                                             \
        }                                                                                                              \
        RUNTIME_HERE();                                                                                                \
        write_point(address, sizeof *a);                                                                               \
        before = runtime.memory == EXPLORE_SC ? *a : (type)memory_before_swap(address, sizeof *a, order);              \
        after = (type)(result);                                                                                        \
        if (runtime.memory == EXPLORE_SC)                                                                              \
            *a = after;                                                                                                \
        else                                                                                                           \
            memory_after_swap(address, sizeof *a, after, order);                                                       \
        RUNTIME_TELL(EXPLORE_SWAP, words, address, before, after);                                                     \
        after_point();                                                                                                 \
        return before;                                                                                                 \
    }

#define COMPARE_EXCHANGE(bits, type)                                                                                   \
    static bool exchange##bits(volatile type *a, type *expected, type value, int order, int otherwise, bool weak)      \
    {                                                                                                                  \
        void *address = (void *)(uintptr_t)a;                                                                          \
        uint32_t reads = runtime.now->reads;                                                                           \
        type before;                                                                                                   \
        bool same;                                                                                                     \
        write_point(address, sizeof *a);                                                                               \
        before = runtime.memory == EXPLORE_SC ? *a : (type)memory_before_swap(address, sizeof *a, SEQ_CST + 1);        \
        same = before == *expected && !(weak && fails_for_nothing());                                                  \
        if (runtime.memory != EXPLORE_SC)                                                                              \
            memory_exchanged(address, sizeof *a, value, same, same ? order : otherwise);                               \
        else if (same)                                                                                                 \
            *a = value;                                                                                                \
        RUNTIME_TELL(EXPLORE_SWAP, same ? "compare-exchange" : "compare-exchange, not the same", address, before,      \
                     same ? value : before);                                                                           \
        *expected = before;                                                                                            \
        if (same)                                                                                                      \
            after_point();                                                                                             \
        if (!same && (runtime.now->reads = reads + 1) > READS_BEFORE_HINT)                                             \
            choose_hint();                                                                                             \
        return same;                                                                                                   \
    }                                                                                                                  \
    int __tsan_atomic##bits##_compare_exchange_strong(volatile type *a, type *c, type v, int order, int otherwise);    \
    int __tsan_atomic##bits##_compare_exchange_strong(volatile type *a, type *c, type v, int order, int otherwise)     \
    {                                                                                                                  \
        if (!runtime.on)                                                                                               \
            return __atomic_compare_exchange_n(a, c, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                    \
        RUNTIME_HERE();                                                                                                \
        return exchange##bits(a, c, v, order, otherwise, false);                                                       \
    }                                                                                                                  \
    int __tsan_atomic##bits##_compare_exchange_weak(volatile type *a, type *c, type v, int order, int otherwise);      \
    int __tsan_atomic##bits##_compare_exchange_weak(volatile type *a, type *c, type v, int order, int otherwise)       \
    {                                                                                                                  \
        if (!runtime.on)                                                                                               \
            return __atomic_compare_exchange_n(a, c, v, true, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                     \
        RUNTIME_HERE();                                                                                                \
        return exchange##bits(a, c, v, order, otherwise, true);                                                        \
    }                                                                                                                  \
    type __tsan_atomic##bits##_compare_exchange_val(volatile type *a, type c, type v, int order, int otherwise);       \
    type __tsan_atomic##bits##_compare_exchange_val(volatile type *a, type c, type v, int order, int otherwise)        \
    {                                                                                                                  \
        if (!runtime.on) {                                                                                             \
            __atomic_compare_exchange_n(a, &c, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                          \
            return c;                                                                                                  \
        }                                                                                                              \
        RUNTIME_HERE();                                                                                                \
        exchange##bits(a, &c, v, order, otherwise, false);                                                             \
        return c;                                                                                                      \
    }

#define ATOMIC(bits, type)                                                                                             \
    LOAD(bits, type)                                                                                                   \
    STORE(bits, type)                                                                                                  \
    SWAP(bits, type, exchange, "exchange", operand)                                                                    \
    SWAP(bits, type, fetch_add, "fetch-add", before + operand)                                                         \
    SWAP(bits, type, fetch_sub, "fetch-sub", before - operand)                                                         \
    SWAP(bits, type, fetch_and, "fetch-and", before &operand)                                                          \
    SWAP(bits, type, fetch_or, "fetch-or", before | operand)                                                           \
    SWAP(bits, type, fetch_xor, "fetch-xor", before ^ operand)                                                         \
    SWAP(bits, type, fetch_nand, "fetch-nand", ~(before & operand))                                                    \
    COMPARE_EXCHANGE(bits, type)

ATOMIC(8, uint8_t)
ATOMIC(16, uint16_t)
ATOMIC(32, uint32_t)
ATOMIC(64, uint64_t)

/* 16 bytes at once: known to all, in every model. */
typedef unsigned __int128 wide;

static void wide_point(const volatile wide *a, bool writes)
{
    const void *address = (const void *)(uintptr_t)a;
    choose_point(address, writes);
    heap_check(address, sizeof *a, writes);
    if (runtime.memory != EXPLORE_SC)
        memory_fence(SEQ_CST);
}

wide __tsan_atomic128_load(const volatile wide *a, int order);
wide __tsan_atomic128_load(const volatile wide *a, int order)
{
    (void)order;
    if (runtime.on) {
        RUNTIME_HERE();
        wide_point(a, false);
    }
    return *a;
}

void __tsan_atomic128_store(volatile wide *a, wide value, int order);
void __tsan_atomic128_store(volatile wide *a, wide value, int order)
{
    (void)order;
    if (runtime.on) {
        RUNTIME_HERE();
        wide_point(a, true);
    }
    *a = value;
}

wide __tsan_atomic128_exchange(volatile wide *a, wide value, int order);
wide __tsan_atomic128_exchange(volatile wide *a, wide value, int order)
{
    wide before;
    (void)order;
    if (runtime.on) {
        RUNTIME_HERE();
        wide_point(a, true);
    }
    before = *a;
    *a = value;
    return before;
}

wide __tsan_atomic128_compare_exchange_val(volatile wide *a, wide c, wide v, int order, int otherwise);
wide __tsan_atomic128_compare_exchange_val(volatile wide *a, wide c, wide v, int order, int otherwise)
{
    wide before;
    (void)order, (void)otherwise;
    if (runtime.on) {
        RUNTIME_HERE();
        wide_point(a, true);
    }
    before = *a;
    if (before == c)
        *a = v;
    return before;
}

int __tsan_atomic128_compare_exchange_strong(volatile wide *a, wide *c, wide v, int order, int otherwise);
int __tsan_atomic128_compare_exchange_strong(volatile wide *a, wide *c, wide v, int order, int otherwise)
{
    wide before = __tsan_atomic128_compare_exchange_val(a, *c, v, order, otherwise);
    bool same = before == *c;
    *c = before;
    return same;
}

int __tsan_atomic128_compare_exchange_weak(volatile wide *a, wide *c, wide v, int order, int otherwise);
int __tsan_atomic128_compare_exchange_weak(volatile wide *a, wide *c, wide v, int order, int otherwise)
{
    return __tsan_atomic128_compare_exchange_strong(a, c, v, order, otherwise);
}

/* Of two words, which is two accesses: the value's before the tag's, so that who sees the
 * new tag can see the new value. */
bool explore_dword_swap(void *dword, uint64_t tag, uint64_t value, uint64_t new_tag, uint64_t new_value)
{
    uint64_t *words = dword;
    bool same;
    if (!runtime.on) {
        same = words[0] == tag && words[1] == value;
        if (same)
            words[1] = new_value, words[0] = new_tag;
        return same;
    }
    RUNTIME_HERE();
    write_point(dword, 16);
    if (runtime.memory == EXPLORE_SC) {
        same = words[0] == tag && words[1] == value;
        if (same)
            words[1] = new_value, words[0] = new_tag;
    } else {
        same = memory_before_swap(&words[1], 8, SEQ_CST + 1) == value &&
               memory_before_swap(&words[0], 8, SEQ_CST + 1) == tag;
        memory_exchanged(&words[1], 8, new_value, same, same ? ACQ_REL : ACQUIRE);
        memory_exchanged(&words[0], 8, new_tag, same, same ? ACQ_REL : ACQUIRE);
    }
    RUNTIME_TELL(EXPLORE_SWAP, same ? "compare-exchange of two words" : "compare-exchange of two words, not the same",
                 dword, tag, words[0]);
    return same;
}

void explore_spin_pause(void)
{
    if (!runtime.on)
        return;
    RUNTIME_HERE();
    RUNTIME_TELL(EXPLORE_CALL, "pause", NULL, 0, 0);
    choose_hint();
}

uint64_t explore_moment(void)
{
    static uint64_t outside;
    if (!runtime.on)
        return outside += RUNTIME_CLOCK_NS;
    RUNTIME_HERE();
    choose_passes(RUNTIME_CLOCK_NS);
    return (uint64_t)runtime.now_ns;
}

void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_thread_fence(int order)
{
    if (!runtime.on)
        return;
    RUNTIME_HERE();
    if (runtime.memory != EXPLORE_SC) {
        choose_point(NULL, false);
        memory_fence(order);
    }
    RUNTIME_TELL(EXPLORE_FENCE, "fence", NULL, 0, 0);
}

void __tsan_atomic_signal_fence(int order);
void __tsan_atomic_signal_fence(int order)
{
    (void)order;
}

/* Plain accesses. */

static inline void plain(const void *address, size_t size, bool writes, const void *pc, void *frame)
{
    struct runtime_thread *thread = runtime.now;
    thread->pc = pc;
    thread->frame = frame;
    heap_check(address, size, writes);
    if (__builtin_expect(runtime.watches, 0) && (thread->buffered || runtime.memory != EXPLORE_TSO))
        memory_plain(address, size, writes, pc);
    if (writes)
        thread->plain = 0;
    else if (__builtin_expect(++thread->plain > PLAIN_BEFORE_HINT, 0))
        choose_hint();
}

#define PLAIN(name, size, writes)                                                                                      \
    void __tsan_##name(void *address);                                                                                 \
    void __tsan_##name(void *address)                                                                                  \
    {                                                                                                                  \
        if (runtime.on)                                                                                                \
            plain(address, size, writes, __builtin_return_address(0), __builtin_frame_address(0));                     \
    }
#define PLAIN_SIZES(prefix, writes)                                                                                    \
    PLAIN(prefix##1, 1, writes)                                                                                        \
    PLAIN(prefix##2, 2, writes)                                                                                        \
    PLAIN(prefix##4, 4, writes)                                                                                        \
    PLAIN(prefix##8, 8, writes)                                                                                        \
    PLAIN(prefix##16, 16, writes)
PLAIN_SIZES(read, false)
PLAIN_SIZES(write, true)
PLAIN_SIZES(read_write, true)
PLAIN_SIZES(unaligned_read, false)
PLAIN_SIZES(unaligned_write, true)
PLAIN_SIZES(unaligned_read_write, true)
PLAIN_SIZES(volatile_read, false)
PLAIN_SIZES(volatile_write, true)
PLAIN_SIZES(unaligned_volatile_read, false)
PLAIN_SIZES(unaligned_volatile_write, true)
PLAIN(vptr_read, 8, false)

void __tsan_vptr_update(void **address, void *value);
void __tsan_vptr_update(void **address, void *value)
{
    if (runtime.on && *address != value)
        plain(address, sizeof *address, true, __builtin_return_address(0), __builtin_frame_address(0));
}

#define RANGE(name, writes)                                                                                            \
    void __tsan_##name##_range(void *address, size_t size);                                                            \
    void __tsan_##name##_range(void *address, size_t size)                                                             \
    {                                                                                                                  \
        for (size_t at = 0; runtime.on && at < size; at += 16)                                                         \
            plain((char *)address + at, size - at < 16 ? size - at : 16, writes, __builtin_return_address(0),          \
                  __builtin_frame_address(0));                                                                         \
    }
RANGE(read, false)
RANGE(write, true)

/* Newer clangs call these for the functions of the same names. */
void *__tsan_memcpy(void *to, const void *from, size_t size);
void *__tsan_memcpy(void *to, const void *from, size_t size)
{
    return memcpy(to, from, size);
}

void *__tsan_memmove(void *to, const void *from, size_t size);
void *__tsan_memmove(void *to, const void *from, size_t size)
{
    return memmove(to, from, size);
}

void *__tsan_memset(void *to, int value, size_t size);
void *__tsan_memset(void *to, int value, size_t size)
{
    return memset(to, value, size);
}

#define NOTHING(name, ...)                                                                                             \
    void __tsan_##name(__VA_ARGS__);                                                                                   \
    void __tsan_##name(__VA_ARGS__)                                                                                    \
    {                                                                                                                  \
    }
NOTHING(init, void)
NOTHING(func_entry, void *caller __attribute__((unused)))
NOTHING(func_exit, void)
NOTHING(ignore_thread_begin, void)
NOTHING(ignore_thread_end, void)
NOTHING(acquire, void *address __attribute__((unused)))
NOTHING(release, void *address __attribute__((unused)))
