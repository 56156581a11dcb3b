/* memory.c - each job's data is allocated by its producer and freed by the worker
 * that ran it: what every program does with messages, and what allocators like
 * least.
 *
 * How much lies about is what the queue holds: with a bound it stops growing when
 * the workers are slower than the producers (`size`), without one it does not.
 * jemalloc's own figures are read at a few points of the slice. */
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/core/heap.h"
#include "workloads/core/kernel.h"
#include "workloads/core/random.h"
#include "workloads/core/workload.h"

enum { BYTES, SIZE, PARAMS };
enum { LIVE_MOST, LIVE_MEAN, LIVE_JOBS, ALLOCATED_MOST, RESIDENT_MOST, FIGURES };
enum { LOOKS = 32 }; /* in a slice */

static const struct workload_param params[PARAMS] = {
    [BYTES] = {"bytes", WORKLOAD_COUNT, "1k", 32, 1 << 24, NULL, "of each job's data, all written and all read"},
    [SIZE] = {"size", WORKLOAD_TIME, "1us", 0, 10000000000, NULL,
              "CPU time of a job beside its data: a slow consumer has much"},
};

static const struct workload_figure figures[FIGURES] = {
    [LIVE_MOST] = {"live_bytes_most", "live most", WORKLOAD_BYTES,
                   "data allocated and not yet freed, the most that was seen"},
    [LIVE_MEAN] = {"live_bytes", "live mean", WORKLOAD_BYTES, "the same, mean over the looks"},
    [LIVE_JOBS] = {"live_jobs_most", "jobs most", WORKLOAD_NUMBER, "jobs that this is"},
    [ALLOCATED_MOST] = {"allocated_grown_bytes", "heap grew", WORKLOAD_BYTES,
                        "jemalloc's allocated bytes, the most that was seen beyond the beginning"},
    [RESIDENT_MOST] = {"resident_grown_bytes", "resident", WORKLOAD_BYTES, "jemalloc's resident bytes, likewise"},
};

/* A job. Its data is its own once; a second run finds none. */
struct message {
    struct own *own;
    _Atomic(unsigned char *) data;
    uint64_t seed;
    _Atomic uint32_t runs, wrong;
};

struct own {
    struct message *messages; /* [jobs] */
    int64_t bytes;
    uint64_t steps;
    struct line {
        _Alignas(128) _Atomic int64_t count;
    } made, freed;
    int64_t looks[LOOKS], heap[LOOKS], resident[LOOKS];
    int64_t heap_before, resident_before;
    int look_count; /* the first producer's */
};

static int run(void *arg)
{
    struct message *message = arg;
    struct own *own = message->own;
    unsigned char *data = atomic_exchange_explicit(&message->data, NULL, memory_order_acquire),
                  wanted = (unsigned char)message->seed, wrong = 0;
    static _Atomic uint64_t sink;
    atomic_fetch_add_explicit(&message->runs, 1, memory_order_relaxed);
    for (int64_t i = 0; data && i < own->bytes; i++)
        wrong |= data[i] ^ wanted;
    if (own->steps)
        atomic_store_explicit(&sink, kernel_run(message->seed, own->steps), memory_order_relaxed);
    atomic_fetch_add_explicit(&message->wrong, wrong != 0, memory_order_relaxed);
    if (data)
        atomic_fetch_add_explicit(&own->freed.count, 1, memory_order_relaxed);
    free(data);
    return 0;
}

static double work_ns(const struct workload_spec *spec)
{
    return (double)spec->values[SIZE];
}

static void release(struct workload_slice *slice)
{
    struct own *own = slice->own;
    for (int64_t i = 0; own && own->messages && i < slice->jobs; i++)
        free(atomic_load(&own->messages[i].data)); /* of a job that never ran */
    if (own)
        free(own->messages);
    workload_forget(slice);
}

static int prepare(struct workload_slice *slice)
{
    struct own *own = NULL;
    if (posix_memalign((void **)&own, _Alignof(struct own), sizeof *own))
        own = NULL;
    slice->own = own;
    if (!own)
        return -ENOMEM;
    memset(own, 0, sizeof *own);
    own->messages = workload_memory(slice->jobs, sizeof *own->messages);
    own->bytes = slice->spec->values[BYTES];
    own->steps = kernel_steps((double)slice->spec->values[SIZE]);
    if (!own->messages) {
        release(slice);
        return -ENOMEM;
    }
    for (int64_t i = 0; i < slice->jobs; i++) {
        own->messages[i].own = own;
        own->messages[i].seed = random_mix(slice->seed + (uint64_t)i);
    }
    heap_refresh();
    own->heap_before = heap_read("stats.allocated");
    own->resident_before = heap_read("stats.resident");
    return 0;
}

static void look(struct own *own)
{
    int at = own->look_count;
    if (at == LOOKS)
        return;
    own->looks[at] = atomic_load_explicit(&own->made.count, memory_order_relaxed) -
                     atomic_load_explicit(&own->freed.count, memory_order_relaxed);
    heap_refresh();
    own->heap[at] = heap_read("stats.allocated");
    own->resident[at] = heap_read("stats.resident");
    own->look_count++;
}

/* The job did not run, and will not. */
static void give_back(struct message *message)
{
    free(atomic_exchange_explicit(&message->data, NULL, memory_order_acquire));
    atomic_fetch_add_explicit(&message->own->freed.count, 1, memory_order_relaxed);
}

static void produce(struct workload_slice *slice, int producer)
{
    struct own *own = slice->own;
    int64_t first, last, every;
    workload_range(slice, producer, &first, &last);
    every = (last - first) / LOOKS + 1;
    for (int64_t i = first; i < last; i++) {
        struct message *message = &own->messages[i];
        unsigned char *data = malloc((size_t)own->bytes);
        int answer;
        if (!data) {
            slice->error[producer] = -ENOMEM;
            return;
        }
        memset(data, (int)(unsigned char)message->seed, (size_t)own->bytes);
        atomic_store_explicit(&message->data, data, memory_order_relaxed);
        atomic_fetch_add_explicit(&own->made.count, 1, memory_order_relaxed);
        answer = pool_submit(slice->pool, run, message);
        if (answer)
            give_back(message);
        if (!workload_answered(slice, producer, answer))
            return;
        if (producer == 0 && (i - first) % every == every - 1)
            look(own);
    }
}

/* A job that is dropped or cancelled leaves its data to us. */
static void discard(void *arg, enum pool_why why)
{
    if (why != POOL_WHY_RESULT_LOST)
        give_back(arg);
}

static void verify(const struct workload_slice *slice, struct workload_verdict *verdict)
{
    const struct own *own = slice->own;
    for (int64_t i = 0; i < slice->jobs; i++) {
        const struct message *message = &own->messages[i];
        workload_judge(verdict, atomic_load(&message->runs), !atomic_load(&message->wrong));
    }
    if (atomic_load(&own->made.count) != atomic_load(&own->freed.count) && !verdict->missing)
        snprintf(verdict->broken, sizeof verdict->broken, "%lld of %lld jobs' data was never freed",
                 (long long)(atomic_load(&own->made.count) - atomic_load(&own->freed.count)), (long long)slice->jobs);
}

static void measure(const struct workload_slice *slice, struct workload_report *report)
{
    const struct own *own = slice->own;
    int64_t bytes = own->bytes, most = 0, heap = 0, resident = 0;
    double sum = 0;
    for (int i = 0; i < own->look_count; i++) {
        sum += (double)own->looks[i];
        most = own->looks[i] > most ? own->looks[i] : most;
        heap = own->heap[i] - own->heap_before > heap ? own->heap[i] - own->heap_before : heap;
        resident =
            own->resident[i] - own->resident_before > resident ? own->resident[i] - own->resident_before : resident;
    }
    report->figures[LIVE_MOST] = (double)(most * bytes);
    report->figures[LIVE_MEAN] = own->look_count ? sum / own->look_count * (double)bytes : NAN;
    report->figures[LIVE_JOBS] = (double)most;
    report->figures[ALLOCATED_MOST] = heap_known() ? (double)heap : NAN;
    report->figures[RESIDENT_MOST] = heap_known() ? (double)resident : NAN;
}

static const struct workload_ops memory = {
    .abi = WORKLOAD_ABI,
    .name = "memory",
    .summary = "the producer allocates each job's data, the worker frees it",
    .unit = "a message allocated, read and freed",
    .params = params,
    .param_count = PARAMS,
    .figures = figures,
    .figure_count = FIGURES,
    .work_ns = work_ns,
    .prepare = prepare,
    .produce = produce,
    .discard = discard,
    .verify = verify,
    .measure = measure,
    .release = release,
};

WORKLOAD_REGISTER(memory);
