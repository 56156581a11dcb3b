/* leak-per-pool.c - each pool leaves something behind.
 *
 * Stacks of threads that nobody joined, a descriptor, the ring: nothing is seen until
 * a process has opened some thousand pools. Pools are opened and freed in blocks; what
 * grows by at least so much in each of them, and in every one, is lost for each pool. Memory may be kept for a while:
 * of it nobody can tell where few pools could be had in the time. */
#include <pthread.h>
#include <sys/resource.h>

#include "faults/core/births.h"
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

/* What the allocator keeps for threads that come and go settles in the first 280 pools. */
enum { FREED, FAILED };
enum { WARM = 288, BLOCK = 128, BLOCKS = 3, LONG_BLOCK = 320, BLOCKS_MOST = 6, LEAST_POOLS = 16, JOBS = 4 };
enum { ENOUGH = 1200 }; /* pools; of fewer nobody knows whether memory that grows is kept for a while only */
enum { ONE = 900 /* thousandths */, LEAST_BYTES = 32, NOISE_BYTES = 4000 /* of a block */ };
enum { FAILED_FEW = 32, FAILED_BLOCK = 400, FAILED_BLOCKS = 4 };
static const int64_t stack = 256 * 1024, slow_ns = 60000000, block_ns = 800000000, long_ns = 5000000000,
                     most_ns = 4000000000;
static const int64_t much = 256 << 20; /* bytes */

/* Lost for each pool, in the least block: descriptors, mappings and keys by thousands, bytes. */
enum { DESCRIPTORS, MAPPINGS, KEYS, HEAP, POOLS, WAY };

/* So many pools; fewer, where they take long, or much. Returns how many; 0: one does not open. */
static int open_and_free(int count)
{
    static int64_t first = -1;
    int64_t began = pool_clock_ns();
    first = first < 0 ? settle_heap() : first;
    for (int i = 0; i < count; i++) {
        if (i >= LEAST_POOLS && (pool_clock_ns() - began > block_ns || settle_heap() - first > much))
            return i;
        if (cell_open((struct pool_config){.capacity = 1024}))
            return 0;
        for (int j = 0; j < JOBS; j++)
            cell_submit_other(cell_empty_job, NULL);
        cell_wait(-1);
        cell_free();
    }
    return count;
}

static bool opens;

static void one_pool(void)
{
    opens = open_and_free(1);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* For each pool, as the notes say it. */
static struct settle_use for_each(struct settle_use before, struct settle_use now, int pools)
{
    int64_t heap = now.heap - before.heap;
    return (struct settle_use){.descriptors = (now.descriptors - before.descriptors) * 1000 / pools,
                               .mappings = (now.mappings - before.mappings) * 1000 / pools,
                               .keys = (now.keys - before.keys) * 1000 / pools,
                               .heap = heap > NOISE_BYTES ? heap / pools : 0};
}

static bool grows(const struct settle_use *lost)
{
    return lost->descriptors >= ONE || lost->mappings >= ONE || lost->keys >= ONE || lost->heap >= LEAST_BYTES;
}

/* As many more descriptors, and keys, as there are may be had. */
static bool has_more(const struct settle_use *use)
{
    struct rlimit most;
    return !getrlimit(RLIMIT_NOFILE, &most) && (rlim_t)use->descriptors < most.rlim_cur / 2 &&
           use->keys < PTHREAD_KEYS_MAX / 2;
}

enum { ZERO, NO_THREADS, WAYS };
static bool may_be_lost(const struct settle_use *least_of_each)
{
    return least_of_each->mappings >= ONE || least_of_each->heap >= LEAST_BYTES;
}

static const char *const ways[WAYS] = {"with no workers", "with its threads refused"};

/* An open that fails, of so many, so that nothing may stay. Returns false where one does not fail. */
static bool fail_to_open(int way, int count, int64_t until)
{
    bool fails = true;
    for (int i = 0; fails && i < count && pool_clock_ns() < until; i++) {
        if (way == NO_THREADS)
            births_fail(1, true);
        fails = cell_try_open_size((struct pool_config){.capacity = 64}, way == ZERO ? 0 : cell_asked());
        births_fail(0, false);
        if (!fails)
            cell_free();
    }
    return fails && pool_clock_ns() < until;
}

/* Block by block, as long as it grows: what it keeps of the last so many stops to. Returns whether it could be asked.
 */
static bool look_at_failed(int way, int64_t until)
{
    struct settle_use lost = {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX}, before, now;
    if (!fail_to_open(way, FAILED_FEW, until))
        return false;
    before = settle_use();
    if (!fail_to_open(way, FAILED_FEW, until))
        return false;
    now = settle_use();
    if (now.descriptors - before.descriptors < FAILED_FEW) /* of these there are not many */
        for (int block = 0; block < FAILED_BLOCKS && may_be_lost(&lost); block++) {
            struct settle_use more;
            before = settle_use();
            if (!fail_to_open(way, FAILED_BLOCK, until))
                return false;
            now = settle_use();
            more = for_each(before, now, FAILED_BLOCK);
            lost.mappings = least(lost.mappings, more.mappings);
            lost.heap = least(lost.heap, more.heap);
        }
    cell_note(WAY, way);
    cell_note(DESCRIPTORS, (now.descriptors - before.descriptors) * 1000 / FAILED_FEW);
    cell_note(MAPPINGS, lost.mappings < INT64_MAX ? lost.mappings : 0);
    cell_note(HEAP, lost.heap < INT64_MAX ? lost.heap : 0);
    cell_note(POOLS, ENOUGH);
    return true;
}

static bool is_lost(void)
{
    const _Atomic int64_t *notes = cell_record()->notes;
    return atomic_load(&notes[DESCRIPTORS]) >= ONE || atomic_load(&notes[MAPPINGS]) >= ONE ||
           atomic_load(&notes[HEAP]) >= LEAST_BYTES;
}

static void play_failed(void)
{
    static const int64_t way_ns = 4000000000; /* of each: together less than a cell's limit */
    int asked = 0;
    for (int way = 0; way < WAYS && !is_lost(); way++) {
        int64_t until = pool_clock_ns() + way_ns;
        if (look_at_failed(way, until))
            asked++;
        else if (pool_clock_ns() >= until)
            cell_remark("an open that fails, %s, takes too long to be asked so often", ways[way]);
    }
    if (!asked)
        cell_not_asked("opens where an open should fail, or takes long to");
}

static void play_pools(void)
{
    struct settle_use before, now;
    struct settle_use lost = {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX};
    pthread_attr_t attributes;
    int64_t began;
    int pools;
    /* Many stacks must fit into the address space of a cell. */
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack);
    pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
    if (cell_is_slow(slow_ns, one_pool)) {
        cell_not_asked("takes too long for many pools");
        return;
    }
    if (!opens)
        return;
    began = pool_clock_ns();
    pools = open_and_free(WARM);
    if (!pools)
        return;
    cell_settle();
    before = settle_use();
    for (int block = 0; block < BLOCKS || (grows(&lost) && (block < BLOCKS_MOST || pools < ENOUGH) &&
                                           has_more(&before) && pool_clock_ns() - began < long_ns);
         block++, before = now) {
        int size = open_and_free(block < BLOCKS ? BLOCK : LONG_BLOCK);
        struct settle_use more;
        if (!size)
            return;
        pools += size;
        if (block < BLOCKS - 1 && pool_clock_ns() - began > most_ns) { /* though one alone did not */
            cell_not_asked("takes too long for many pools");
            return;
        }
        cell_settle();
        now = settle_use();
        more = for_each(before, now, size);
        lost.descriptors = least(lost.descriptors, more.descriptors);
        lost.mappings = least(lost.mappings, more.mappings);
        lost.keys = least(lost.keys, more.keys);
        lost.heap = least(lost.heap, more.heap);
    }
    cell_note(DESCRIPTORS, lost.descriptors);
    cell_note(MAPPINGS, lost.mappings);
    cell_note(KEYS, lost.keys);
    cell_note(HEAP, lost.heap);
    cell_note(POOLS, pools);
    if (lost.heap >= LEAST_BYTES && lost.descriptors < ONE && lost.mappings < ONE && lost.keys < ONE && pools < ENOUGH)
        cell_not_asked("its memory grew, for too few pools in the time to tell a leak from what it keeps");
    if (pools > WARM + BLOCKS * BLOCK && !grows(&lost)) /* not at once */
        cell_remark("what it keeps grew for %d pools, and then no more", pools);
}

static void drive(int client)
{
    client == FREED ? play_pools() : play_failed();
}

static bool judge_failed(const _Atomic int64_t *notes, struct verdict *verdict)
{
    const char *how = ways[atomic_load(&notes[WAY])];
    if (atomic_load(&notes[DESCRIPTORS]) >= ONE)
        return verdict_own(verdict, "each open that fails, %s, leaves a descriptor open", how);
    if (atomic_load(&notes[MAPPINGS]) >= ONE)
        return verdict_own(verdict, "each open that fails, %s, leaves a mapping behind", how);
    if (atomic_load(&notes[HEAP]) >= LEAST_BYTES)
        return verdict_own(verdict, "each open that fails, %s, leaves memory behind", how);
    return false;
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    int64_t descriptors = atomic_load(&notes[DESCRIPTORS]), mappings = atomic_load(&notes[MAPPINGS]),
            keys = atomic_load(&notes[KEYS]), heap = atomic_load(&notes[HEAP]);
    if (!atomic_load(&notes[POOLS]))
        return false;
    if (outcome->cell->client == FAILED)
        return judge_failed(notes, verdict);
    if (descriptors >= ONE)
        return verdict_own(verdict, "each pool leaves %.3g descriptors open", (double)descriptors / 1000);
    if (mappings >= ONE)
        return verdict_own(verdict, "each pool leaves %.3g mappings behind (stacks of threads that nobody joined?)",
                           (double)mappings / 1000);
    if (keys >= ONE)
        return verdict_own(verdict, "each pool leaves %.3g keys of thread-local data behind, of which there are %d",
                           (double)keys / 1000, PTHREAD_KEYS_MAX);
    if (heap >= LEAST_BYTES && atomic_load(&notes[POOLS]) >= ENOUGH)
        return verdict_own(verdict, "each pool leaves %ld bytes behind", (long)heap);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, FREED, 0, 0, POOL_THREADS_STAY},
    {"opens that fail", FAULT_CLEAN, FAILED, 0, 0, POOL_THREADS_STAY},
    {"", FAULT_ARMED, FREED, POOL_DEFECT_UNJOINED, POOL_CAN_RUN_APART},
    {.name = "opens that fail",
     .kind = FAULT_ARMED,
     .client = FAILED,
     .defects = POOL_DEFECT_FAILED_KEEPS,
     .needs = POOL_CAN_RUN_APART,
     .not_of = "mutex ring steal" /* map memory for forks in each: on a busy machine not so many fail in the time */},
};

static const struct fault leak_per_pool = {
    .number = 40,
    .name = "leak-per-pool",
    .group = "growth",
    .source = "mariadb-corporation/mariadb-columnstore-engine#576, KhronosGroup/OpenCL-CTS#1553, Qihoo360/evpp#23",
    .slow = true,
    .summary = "each pool leaves something behind: stacks, a descriptor, memory",
    .bug = "free gives back what it remembers, and something is not among it: a thread that is neither joined nor "
           "detached.",
    .scenario =
        "670 pools are opened and freed, in blocks; descriptors, mappings, keys and allocated bytes are counted "
        "between. "
        "Where one of them grows, more pools: what is kept for a while only stops to grow. The same of opens that "
        "fail: with no workers, with its threads refused.",
    .diagnosis = "Each block of pools lost about as much as the others.",
    .remedy = "Write free as the mirror of open, line by line; join or detach each thread exactly once.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(leak_per_pool);
