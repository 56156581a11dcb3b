/* ring.h - the ring of the pool `ring`: its slots, how they are filled and read.
 *
 * Positions are 64-bit counts that never wrap or reset; position p lies in slot
 * p mod size. A slot is {lap and function, argument}, written in one double-
 * width compare-and-swap (dword.h): the lap tells whether the slot was filled
 * for this position yet, so that a filled slot beyond `last` can be finished by
 * anybody: all help `last` forward. A submitter that finds the slot at the tail
 * filled goes on to the next free one, and announces all up to its own in one step.
 *
 * A lap has 48 bits: with 1024 slots it comes round after 2^58 jobs, 90 years at
 * 100 million a second. The function has the other 16: functions.h.
 *
 * Where the processor has no double-width swap, a slot has a turn instead: the
 * tail is claimed first and the slot is filled after. Then a producer that is
 * preempted in between delays the consumers, and the pool does not call itself
 * lock-free. Source: D. Vyukov's bounded MPMC queue; helping as in LCRQ and SCQ. */
#ifndef RING_H
#define RING_H

#include "pools/core/claims.h"
#include "pools/core/dword.h"
#include "pools/core/functions.h"

#if defined(POOL_RING_TURNS) /* to test the other kind of slot on any machine */
#undef DWORD_CAS
#define DWORD_CAS 0
#endif

enum { LAP_SHIFT = POOL_FUNCTION_BITS, SLOTS_MIN = POOL_SIZE(1024, 4), PREFETCH = 16, AHEAD = 16 };

#define SEALED (UINT64_C(1) << 63)
#define LAP_MASK (UINT64_MAX >> LAP_SHIFT)
#define NUMBER_MASK ((UINT64_C(1) << LAP_SHIFT) - 1)

struct ring_slot {
#if DWORD_CAS
    struct dword word; /* tag: lap << LAP_SHIFT | function; value: the argument, or a box */
#else
    _Atomic uint64_t turn; /* position + 1 once filled for it */
    _Atomic(pool_job_fn *) fn;
    _Atomic(void *) arg;
#endif
};

struct ring_pool {
    struct pool_head head;
    struct ring_slot *slots;
    uint64_t mask;
    unsigned slots_shift;
    int share_max;                                   /* jobs of one claim; 1: `first` tells how many slots were freed */
    alignas(POOL_CACHE_LINE) _Atomic uint64_t last;  /* jobs accepted, and SEALED; all producers write */
    alignas(POOL_CACHE_LINE) _Atomic uint64_t limit; /* full at this position, or later; producers write */
    /* tag: the oldest position not claimed; workers write, alone or with the value:
     * positions taken by others than workers. */
    alignas(POOL_CACHE_LINE) struct dword first;
    struct pool_functions functions;
};

static struct ring_pool *ring_of(struct pool_head *head)
{
    return (struct ring_pool *)head;
}

static uint64_t ring_accepted(struct pool_head *head)
{
    return atomic_load_explicit(&ring_of(head)->last, memory_order_seq_cst) & ~SEALED;
}

/* Slots freed so far; only differences mean something. */
static uint64_t ring_released(struct pool_head *head)
{
    struct ring_pool *pool = ring_of(head);
    if (pool->share_max == 1)
        return atomic_load_explicit(&pool->first.tag, memory_order_seq_cst);
    return atomic_load_explicit(&pool->first.value, memory_order_seq_cst) + claim_released(head);
}

/* Reckons the limit anew: whether position `last` is below it. */
static __attribute__((noinline)) bool has_room_now(struct ring_pool *pool, uint64_t last)
{
    uint64_t released = ring_released(&pool->head), tail = ring_accepted(&pool->head);
    uint64_t limit = claim_limit(&pool->head, released, tail);
    POOL_STEP("ring: reckoned the limit");
    /* A lower value that another thread stores is only too careful. */
    atomic_store_explicit(&pool->limit, limit, memory_order_release);
    return (int64_t)(limit - last) > 0;
}

/* Whether position `last` is below the limit as it was reckoned last. Release and acquire:
 * who fills a slot again has seen that the job was copied from it, though another thread
 * read the count that says so. */
static inline bool is_below_limit(struct ring_pool *pool, uint64_t last)
{
    return (int64_t)(atomic_load_explicit(&pool->limit, memory_order_acquire) - last) > 0;
}

/* The same; reckoned anew when it is not. */
static inline bool has_room(struct ring_pool *pool, uint64_t last)
{
    return pool_likely(is_below_limit(pool, last)) || has_room_now(pool, last);
}

#if DWORD_CAS

/* The lap of a position; slots begin with lap 0, positions with lap 1. */
static inline uint64_t lap_of(struct ring_pool *pool, uint64_t position)
{
    return ((position >> pool->slots_shift) + 1) & LAP_MASK;
}

/* Writes a position's slot if it is as it was left one lap before. */
static inline bool swap(struct ring_pool *pool, uint64_t position, unsigned number, uint64_t argument)
{
    struct dword *word = &pool->slots[position & pool->mask].word;
    uint64_t lap = lap_of(pool, position);
    uint64_t tag = dword_tag(word), value;
    if (tag >> LAP_SHIFT != ((lap - 1) & LAP_MASK))
        return false;
    value = atomic_load_explicit(&word->value, memory_order_relaxed);
    POOL_STEP("ring: looked at a slot");
    return dword_swap(word, tag, value, lap << LAP_SHIFT | number, argument);
}

/* A job whose function has no number. */
static __attribute__((noinline)) bool fill_boxed(struct ring_pool *pool, uint64_t position, const struct pool_job *job)
{
    uint64_t box = pool_box_take(&pool->functions, job);
    if (!box)
        return false;
    if (swap(pool, position, POOL_FUNCTION_BOXED, box))
        return true;
    pool_box_give(&pool->functions, box);
    return false;
}

static inline bool fill_numbered(struct ring_pool *pool, uint64_t position, unsigned number, const struct pool_job *job)
{
    /* Slots ahead were last read by a worker: have their lines for writing by
     * the time they are needed, else each costs two transfers, one to look. */
    __builtin_prefetch(&pool->slots[(position + PREFETCH) & pool->mask], 1);
    return swap(pool, position, number, (uint64_t)(uintptr_t)job->arg);
}

/* Fills the slot of a position: false when somebody else did, or had done. */
static inline bool fill(struct ring_pool *pool, uint64_t position, const struct pool_job *job)
{
    unsigned number = pool_function_number(&pool->functions, job->fn);
    if (pool_unlikely(number == POOL_FUNCTION_BOXED))
        return fill_boxed(pool, position, job);
    return fill_numbered(pool, position, number, job);
}

/* Whether the slot was filled for this position, and not yet again. */
static inline bool is_filled(struct ring_pool *pool, uint64_t position)
{
    return dword_tag(&pool->slots[position & pool->mask].word) >> LAP_SHIFT == lap_of(pool, position);
}

/* Moves `last` over a slot that its producer filled and did not announce yet.
 * Returns whether there was one. */
static inline bool help(struct ring_pool *pool, uint64_t last)
{
    if (!is_filled(pool, last))
        return false;
    POOL_STEP("ring: found a filled slot");
    /* Another helped: no need to take the line from it. */
    if (atomic_load_explicit(&pool->last, memory_order_relaxed) != last)
        return true;
    /* Release: hands on what dword_tag acquired. If it fails, another helped. */
    atomic_compare_exchange_strong_explicit(&pool->last, &last, last + 1, memory_order_seq_cst, memory_order_relaxed);
    return true;
}

/* Positions that one thread announces: all filled, from `mine` on by itself; from `begin`,
 * the tail that it saw, by others, who may not have announced theirs. */
struct ring_run {
    uint64_t begin, mine, end;
};

/* Announces them. Returns how many of its own were accepted: all, unless the ring was
 * sealed before. */
static inline int announce(struct ring_pool *pool, const struct ring_run *run)
{
    uint64_t last = run->begin;
    POOL_STEP("ring: filled");
    do {
        if ((int64_t)(run->end - (last & ~SEALED)) <= 0)
            break;                          /* helped, maybe before others, and sealed after them */
        if (pool_unlikely(last & SEALED)) { /* at quiet: what was not helped by then is out */
            int64_t in = (int64_t)((last & ~SEALED) - run->mine);
            return in > 0 ? (int)in : 0;
        }
    } while (!atomic_compare_exchange_weak_explicit(&pool->last, &last, run->end, memory_order_seq_cst,
                                                    memory_order_relaxed));
    return (int)(run->end - run->mine);
}

/* Fills free slots from run->begin on, `count` at most, as long as nobody comes between:
 * what others have filled before its first is passed over. */
static inline __attribute__((always_inline)) void fill_run(struct ring_pool *pool, const struct pool_job *jobs,
                                                           int count, struct ring_run *run, unsigned *losses)
{
    uint64_t at = run->mine = run->begin;
    while (at - run->mine < (uint64_t)count && has_room(pool, at)) {
        if (pool_likely(fill(pool, at, &jobs[at - run->mine]))) {
            at++;
        } else if (at == run->mine && at - run->begin < AHEAD && is_filled(pool, at)) {
            POOL_STEP("ring: passed a filled slot");
            run->mine = ++at;
            pool_back_off(losses);
        } else {
            break;
        }
    }
    run->end = at;
}

/* Fills free slots, and announces them together. */
static int ring_fill(struct pool_head *head, const struct pool_job *jobs, int count)
{
    struct ring_pool *pool = ring_of(head);
    struct ring_run run;
    unsigned losses = 0;
    int pushed = 0;
    while (pushed < count) {
        run.begin = atomic_load_explicit(&pool->last, memory_order_acquire);
        POOL_STEP("ring: looked at the tail");
        if (pool_unlikely(run.begin & SEALED))
            return pushed ? pushed : -ESHUTDOWN;
        fill_run(pool, jobs + pushed, count - pushed, &run, &losses);
        if (run.end != run.mine) {
            pushed += announce(pool, &run);
        } else if (help(pool, run.begin)) {
            POOL_STEP("ring: helped");
            pool_published(head); /* its producer may not get to it */
        } else if (!has_room(pool, run.begin) && atomic_load_explicit(&pool->last, memory_order_acquire) == run.begin) {
            /* Full, and `begin` was no look at the past. Who filled it may stand before its
             * look at the gate, and then no other submitter comes that far. */
            pool_published(head);
            break;
        }
    }
    return pushed;
}

/* The same with one job, where nothing comes between: its function has a number, there is
 * room by the known limit, nobody else fills the slot. In a straight line. */
static inline __attribute__((always_inline)) int ring_fill_one(struct pool_head *head, const struct pool_job *job)
{
    struct ring_pool *pool = ring_of(head);
    uint64_t last = atomic_load_explicit(&pool->last, memory_order_acquire);
    struct ring_run run = {last, last, last + 1};
    unsigned number = pool_function_known(&pool->functions, job->fn);
    POOL_STEP("ring: looked at the tail");
    if (pool_likely(number != POOL_FUNCTION_BOXED && !(last & SEALED) && is_below_limit(pool, last) &&
                    fill_numbered(pool, last, number, job) && announce(pool, &run)))
        return 1;
    return ring_fill(head, job, 1);
}

/* Copies a position's job, which is one only if it is claimed afterwards. Returns
 * its box, or 0. */
static inline uint64_t ring_read(struct ring_pool *pool, uint64_t position, struct pool_task *task)
{
    struct dword *word = &pool->slots[position & pool->mask].word;
    unsigned number = (unsigned)(atomic_load_explicit(&word->tag, memory_order_relaxed) & NUMBER_MASK);
    uint64_t value = atomic_load_explicit(&word->value, memory_order_relaxed);
    task->stamp = position;
    if (pool_unlikely(number == POOL_FUNCTION_BOXED)) {
        pool_box_read(&pool->functions, value, task);
        return value;
    }
    task->fn = pool_function_at(&pool->functions, number);
    task->arg = (void *)(uintptr_t)value;
    return 0;
}

/* How many positions from `first` on can be read. Helps a preempted producer
 * when there would be none. */
static inline uint64_t readable(struct ring_pool *pool, uint64_t first)
{
    uint64_t last = atomic_load_explicit(&pool->last, memory_order_acquire);
    if (pool_unlikely((last & ~SEALED) == first)) {
        if (last & SEALED || !help(pool, last))
            return 0;
        last = atomic_load_explicit(&pool->last, memory_order_acquire);
    }
    return (last & ~SEALED) - first;
}

#else

static inline int ring_fill(struct pool_head *head, const struct pool_job *jobs, int count)
{
    struct ring_pool *pool = ring_of(head);
    uint64_t last = atomic_load_explicit(&pool->last, memory_order_acquire);
    int room;
    do {
        if (pool_unlikely(last & SEALED))
            return -ESHUTDOWN;
        for (room = 0; room < count && has_room(pool, last + (uint64_t)room);)
            room++;
        if (!room)
            return 0;
    } while (!atomic_compare_exchange_weak_explicit(&pool->last, &last, last + (uint64_t)room, memory_order_seq_cst,
                                                    memory_order_acquire));
    for (int i = 0; i < room; i++) {
        struct ring_slot *slot = &pool->slots[(last + (uint64_t)i) & pool->mask];
        atomic_store_explicit(&slot->fn, jobs[i].fn, memory_order_relaxed);
        atomic_store_explicit(&slot->arg, jobs[i].arg, memory_order_relaxed);
        /* Release: pairs with the acquire in readable. */
        atomic_store_explicit(&slot->turn, last + (uint64_t)i + 1, memory_order_release);
    }
    pool_fence(); /* the turns before the look at the gate */
    return room;
}

static inline int ring_fill_one(struct pool_head *head, const struct pool_job *job)
{
    return ring_fill(head, job, 1);
}

static inline uint64_t ring_read(struct ring_pool *pool, uint64_t position, struct pool_task *task)
{
    struct ring_slot *slot = &pool->slots[position & pool->mask];
    task->fn = atomic_load_explicit(&slot->fn, memory_order_relaxed);
    task->arg = atomic_load_explicit(&slot->arg, memory_order_relaxed);
    task->stamp = position;
    return 0;
}

/* How many positions from `first` on are filled; CLAIM_MAX at most. */
static inline uint64_t readable(struct ring_pool *pool, uint64_t first)
{
    uint64_t n = 0;
    while (n < CLAIM_MAX &&
           atomic_load_explicit(&pool->slots[(first + n) & pool->mask].turn, memory_order_acquire) == first + n + 1)
        n++;
    return n;
}

#endif

#endif
