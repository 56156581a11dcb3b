/* peer.h - what adapters of other people's pools are made of.
 *
 * Most pools take a function with one argument and say nothing more. What the
 * contract asks beyond that (counts, a wait, a close) is here once, and each
 * adapter declares that it is not the library's: POOL_NO_COUNTS, POOL_NO_WAIT, POOL_NO_CLOSE.
 * So that the adapter does not become what is measured, a job costs it one
 * allocation, one add on the submitter's side and two plain stores and a fence on
 * the worker's; `direct` is this alone, and shows how much it is.
 *
 * C and C++. Compiled with -fexceptions, so that a job that ends its thread is
 * counted as failed. */
#ifndef PEER_H
#define PEER_H

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "pools/core/pool.h"

enum { PEER_LINE = 64, PEER_SLOTS = 1280 };

#define PEER_DECLARES (POOL_UNBOUNDED | POOL_NO_CLOSE | POOL_NO_COUNTS | POOL_NO_WAIT | POOL_FORK_UNSEEN)
#define PEER_CAN (POOL_CAN_QUEUE | POOL_CAN_RUN_APART)

/* Counts of one thread that runs jobs: it alone writes them. */
struct peer_slot {
    uint64_t started, done, failed;
} __attribute__((aligned(PEER_LINE)));

/* An adapter's pool begins with this. */
struct peer {
    struct pool base;
    struct pool_config config;
    uint64_t id;     /* of all peers ever opened by this adapter */
    uint32_t closed; /* atomic */
    uint32_t slot_count;
    uint32_t watchers, seen; /* seen: a futex, grows when quiet was seen */
    uint64_t accepted __attribute__((aligned(PEER_LINE)));
    struct peer_slot slots[PEER_SLOTS];
};

/* A job on its way through the library. */
struct peer_box {
    struct peer *peer;
    pool_job_fn *fn;
    void *arg;
};

static __thread struct {
    uint64_t id; /* of the peer that `slot` belongs to */
    struct peer_slot *slot;
} peer_here;

static inline int64_t peer_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The moment at which a time-out ends; < 0 stays "never". */
static inline int64_t peer_until_ns(int64_t timeout_ns)
{
    int64_t now_ns = peer_now_ns();
    if (timeout_ns < 0)
        return -1;
    return timeout_ns > INT64_MAX - now_ns ? INT64_MAX : now_ns + timeout_ns;
}

/* This thread, from now on, on one CPU only, of however many there are: a plain cpu_set_t
 * ends at 1,024. Returns 0 or -errno. */
static inline int peer_pin(int cpu)
{
    size_t bytes = CPU_ALLOC_SIZE(cpu + 1);
    cpu_set_t *set = CPU_ALLOC(cpu + 1);
    int error;
    if (!set)
        return -ENOMEM;
    CPU_ZERO_S(bytes, set);
    CPU_SET_S(cpu, bytes, set);
    error = sched_setaffinity(0, bytes, set) ? -errno : 0;
    CPU_FREE(set);
    return error;
}

/* until_ns < 0: no time-out. */
static inline void peer_futex_wait(uint32_t *word, uint32_t value, int64_t until_ns)
{
    struct timespec until;
    until.tv_sec = until_ns / 1000000000;
    until.tv_nsec = until_ns % 1000000000;
    syscall(SYS_futex, word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, value, until_ns < 0 ? NULL : &until, NULL,
            FUTEX_BITSET_MATCH_ANY);
}

/* Settled first, accepted after: both only grow, so that equal means quiet. */
static inline bool peer_quiet(struct peer *peer, uint64_t *settled, uint64_t *accepted)
{
    uint32_t count = __atomic_load_n(&peer->slot_count, __ATOMIC_ACQUIRE);
    *settled = 0;
    for (uint32_t i = 0; i < count && i < PEER_SLOTS; i++)
        *settled += __atomic_load_n(&peer->slots[i].done, __ATOMIC_ACQUIRE) +
                    __atomic_load_n(&peer->slots[i].failed, __ATOMIC_ACQUIRE);
    *accepted = __atomic_load_n(&peer->accepted, __ATOMIC_SEQ_CST);
    return *settled == *accepted;
}

static inline void peer_add(uint64_t *count)
{
    __atomic_store_n(count, __atomic_load_n(count, __ATOMIC_RELAXED) + 1, __ATOMIC_RELEASE);
}

/* Tells waiters. The fence is between the count and the look: pairs with the one
 * in peer_wait, between its sign and its look at the counts. */
static inline void peer_announce(struct peer *peer)
{
    uint64_t settled, accepted;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (!__atomic_load_n(&peer->watchers, __ATOMIC_RELAXED) || !peer_quiet(peer, &settled, &accepted))
        return;
    __atomic_fetch_add(&peer->seen, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &peer->seen, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

/* A thread beyond the last slot shares it, by then nothing is exact any more. */
static inline struct peer_slot *peer_slot_here(struct peer *peer)
{
    if (__builtin_expect(peer_here.id != peer->id, 0)) {
        uint32_t number = __atomic_fetch_add(&peer->slot_count, 1, __ATOMIC_SEQ_CST);
        peer_here.id = peer->id;
        peer_here.slot = &peer->slots[number < PEER_SLOTS ? number : PEER_SLOTS - 1];
    }
    return peer_here.slot;
}

struct peer_run_frame {
    struct peer *peer;
    struct peer_slot *slot;
};

static void peer_thread_left(void *arg)
{
    struct peer_run_frame *frame = (struct peer_run_frame *)arg;
    peer_add(&frame->slot->failed);
    peer_announce(frame->peer);
}

/* What the library calls; the box stays the caller's. */
static inline void peer_run_kept(const struct peer_box *box)
{
    struct peer_run_frame frame;
    int status;
    frame.peer = box->peer;
    frame.slot = peer_slot_here(box->peer);
    peer_add(&frame.slot->started);
    pthread_cleanup_push(peer_thread_left, &frame);
    status = box->fn(box->arg);
    pthread_cleanup_pop(0);
    peer_add(status < 0 ? &frame.slot->failed : &frame.slot->done);
    peer_announce(frame.peer);
}

static inline void peer_run(struct peer_box *box)
{
    struct peer_box kept = *box;
    free(box);
    peer_run_kept(&kept);
}

/* Counts a job as accepted, before the library can run it. A box of `size` bytes
 * begins with struct peer_box. Returns 0 or -errno. */
static inline int peer_box_new(struct pool *pool, pool_job_fn *fn, void *arg, size_t size, void *out)
{
    struct peer *peer = (struct peer *)pool;
    struct peer_box *box;
    if (__atomic_load_n(&peer->closed, __ATOMIC_ACQUIRE))
        return -ESHUTDOWN;
    box = (struct peer_box *)malloc(size);
    if (!box)
        return -ENOMEM;
    box->peer = peer;
    box->fn = fn;
    box->arg = arg;
    __atomic_fetch_add(&peer->accepted, 1, __ATOMIC_SEQ_CST);
    *(struct peer_box **)out = box;
    return 0;
}

/* The library would not have it. */
static inline int peer_box_refused(struct peer_box *box, int error)
{
    __atomic_fetch_sub(&box->peer->accepted, 1, __ATOMIC_SEQ_CST);
    free(box);
    return error;
}

/* Allocates an adapter's pool of `size` bytes. NULL: errno says why; a number of workers
 * that no pool may have is refused here, for the libraries take any. */
static inline struct peer *peer_new(size_t size, const struct pool_config *config)
{
    static uint64_t ids;
    struct peer *peer = NULL;
    errno = config->workers < 0 || config->workers > POOL_WORKERS_MAX ? EINVAL : 0;
    if (!errno)
        errno = posix_memalign((void **)&peer, PEER_LINE, size);
    if (errno)
        return NULL;
    memset((void *)peer, 0, size);
    peer->config = *config;
    peer->id = __atomic_add_fetch(&ids, 1, __ATOMIC_RELAXED);
    return peer;
}

static inline int peer_close(struct pool *pool)
{
    return __atomic_exchange_n(&((struct peer *)pool)->closed, 1, __ATOMIC_ACQ_REL) ? -EALREADY : 0;
}

/* Looks now and then while there is progress, each time half as long before the
 * end that it foresees: workers are not disturbed. Returns whether it was quiet. */
static inline bool peer_wait_looking(struct peer *peer, int64_t until_ns)
{
    enum { LOOKS = 64, STANDSTILLS = 4 };
    static const int64_t nap_least_ns = 5000, nap_most_ns = 1000000;
    static uint32_t never;
    uint64_t settled, accepted, before = 0;
    int64_t then = peer_now_ns(), now;
    for (int i = 0, still = 0; i < LOOKS && still < STANDSTILLS; i++) {
        int64_t nap = nap_least_ns;
        if (peer_quiet(peer, &settled, &accepted))
            return true;
        now = peer_now_ns();
        if (until_ns >= 0 && now >= until_ns)
            return false;
        still = i && settled == before ? still + 1 : 0;
        if (i && settled > before)
            nap = (int64_t)((double)(now - then) / (double)(settled - before) * (double)(accepted - settled) / 2);
        nap = still ? nap_most_ns : nap < nap_least_ns ? nap_least_ns : nap > nap_most_ns ? nap_most_ns : nap;
        before = settled;
        then = now;
        peer_futex_wait(&never, 0, until_ns >= 0 && until_ns < now + nap ? until_ns : now + nap);
    }
    return false;
}

/* Then it is woken: a wait without a time-out sleeps without one. */
static inline int peer_wait(struct pool *pool, int64_t timeout_ns)
{
    struct peer *peer = (struct peer *)pool;
    int64_t until_ns = peer_until_ns(timeout_ns);
    uint64_t settled, accepted;
    int error = 0;
    if (peer_wait_looking(peer, until_ns))
        return 0;
    __atomic_fetch_add(&peer->watchers, 1, __ATOMIC_SEQ_CST);
    for (;;) {
        uint32_t seen = __atomic_load_n(&peer->seen, __ATOMIC_ACQUIRE);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        if (peer_quiet(peer, &settled, &accepted))
            break;
        error = until_ns >= 0 && peer_now_ns() >= until_ns ? -ETIMEDOUT : 0;
        if (error)
            break;
        peer_futex_wait(&peer->seen, seen, until_ns);
    }
    __atomic_fetch_sub(&peer->watchers, 1, __ATOMIC_SEQ_CST);
    return error;
}

static inline int peer_stats(struct pool *pool, struct pool_stats *stats)
{
    struct peer *peer = (struct peer *)pool;
    uint32_t count = __atomic_load_n(&peer->slot_count, __ATOMIC_ACQUIRE);
    memset(stats, 0, sizeof *stats);
    stats->workers = peer->config.workers;
    for (uint32_t i = 0; i < count && i < PEER_SLOTS; i++) {
        stats->done += __atomic_load_n(&peer->slots[i].done, __ATOMIC_ACQUIRE);
        stats->failed += __atomic_load_n(&peer->slots[i].failed, __ATOMIC_ACQUIRE);
        stats->started += __atomic_load_n(&peer->slots[i].started, __ATOMIC_ACQUIRE);
    }
    stats->accepted = __atomic_load_n(&peer->accepted, __ATOMIC_ACQUIRE);
    stats->waiting = stats->accepted - stats->started;
    if (__atomic_load_n(&peer->closed, __ATOMIC_ACQUIRE))
        stats->state = stats->done + stats->failed == stats->accepted ? POOL_DRAINED : POOL_CLOSING;
    return 0;
}

#endif
