/* leak-per-pool.c - each pool leaves something behind.
 *
 * Stacks of threads that nobody joined, a descriptor, the ring: nothing is seen until
 * a process has opened some thousand pools. Pools are opened and freed in blocks; what
 * grows by at least so much in each of them, and in every one, is lost for each pool. */
#include <pthread.h>

#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

enum { WARM = 16, BLOCK = 48, BLOCKS = 3, JOBS = 4 };
static const int64_t stack = 256 * 1024, slow_ns = 60000000;

/* Lost for each pool, in the least block: descriptors and mappings by thousands, bytes. */
enum { DESCRIPTORS, MAPPINGS, HEAP, POOLS };

static int pass(void *arg)
{
    (void)arg;
    return 0;
}

/* Returns false when one does not open. */
static bool open_and_free(int count)
{
    for (int i = 0; i < count; i++) {
        if (cell_open((struct pool_config){.capacity = 1024}))
            return false;
        for (int j = 0; j < JOBS; j++)
            cell_submit_other(pass, NULL);
        cell_wait(-1);
        cell_free();
    }
    return true;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void drive(int client)
{
    struct settle_use before, now;
    struct settle_use lost = {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX};
    pthread_attr_t attributes;
    int64_t began = pool_clock_ns();
    (void)client;
    /* Many stacks must fit into the address space of a cell. */
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack);
    pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
    if (!open_and_free(1))
        return;
    if (pool_clock_ns() - began > slow_ns) {
        cell_not_asked("takes too long for many pools");
        return;
    }
    if (!open_and_free(WARM))
        return;
    cell_settle();
    before = settle_use();
    for (int block = 0; block < BLOCKS; block++, before = now) {
        if (!open_and_free(BLOCK))
            return;
        cell_settle();
        now = settle_use();
        lost.descriptors = least(lost.descriptors, now.descriptors - before.descriptors);
        lost.mappings = least(lost.mappings, now.mappings - before.mappings);
        lost.heap = least(lost.heap, now.heap - before.heap);
    }
    cell_note(DESCRIPTORS, lost.descriptors * 1000 / BLOCK);
    cell_note(MAPPINGS, lost.mappings * 1000 / BLOCK);
    cell_note(HEAP, lost.heap / BLOCK);
    cell_note(POOLS, WARM + BLOCKS * BLOCK);
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    enum { ONE = 900, LEAST_BYTES = 48 };
    int64_t descriptors = atomic_load(&notes[DESCRIPTORS]), mappings = atomic_load(&notes[MAPPINGS]),
            heap = atomic_load(&notes[HEAP]);
    if (!atomic_load(&notes[POOLS]))
        return false;
    if (descriptors >= ONE)
        return verdict_own(verdict, "each pool leaves %.3g descriptors open", (double)descriptors / 1000);
    if (mappings >= ONE)
        return verdict_own(verdict, "each pool leaves %.3g mappings behind (stacks of threads that nobody joined?)",
                           (double)mappings / 1000);
    if (heap >= LEAST_BYTES)
        return verdict_own(verdict, "each pool leaves %ld bytes behind", (long)heap);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, 0, POOL_THREADS_STAY},
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
        "160 pools are opened and freed, in blocks; descriptors, mappings and allocated bytes are counted between.",
    .diagnosis = "Each block of pools lost about as much as the others.",
    .remedy = "Write free as the mirror of open, line by line; join or detach each thread exactly once.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(leak_per_pool);
