/* depth.c - what does a deep queue cost? The workers are held at a gate, the queue is
 * filled to the last place, and then the gate opens.
 *
 * With the workers held the submits meet nobody, so that what grows with the depth
 * is the queue itself: its memory, the lines that it touches, how it finds a place.
 * Submits are timed in two stretches, the first and the last of a filling; single
 * ones would be shorter than a look at the clock. The drain is timed from the
 * moment at which all workers have left the gate to the end of the last job that
 * stamps it: about 64 of a filling do, so that in a deep one they cost nothing. */
#include <math.h>
#include <stdlib.h>

#include "workloads/core/heap.h"
#include "workloads/core/hold.h"
#include "workloads/core/workload.h"

enum { JOBS, PARAMS };
enum { SUBMIT, SHALLOW, DRAIN, BYTES, FIGURES };

enum {
    FILLS_MAX = 64,
    FILLS_JOBS = 4096,  /* shallow queues are filled again until so many jobs have gone by */
    SAMPLES = 64,       /* of a filling's jobs, about */
    STRETCH_PART = 8,   /* of a filling */
    STRETCH_LEAST = 16, /* jobs, where half a filling has so many */
};

static const struct workload_param params[PARAMS] = {
    [JOBS] = {"jobs", WORKLOAD_COUNT, "0", 0, POOL_CAPACITY_MAX, NULL,
              "how deep, and the queue's capacity unless --capacity says less; 0: the capacity"},
};

static const struct workload_figure figures[FIGURES] = {
    [SUBMIT] = {"submit_ns", "at depth", WORKLOAD_NS, "a submit into a queue that is all but full"},
    [SHALLOW] = {"submit_shallow_ns", "shallow", WORKLOAD_NS, "the same while it is all but empty"},
    [DRAIN] = {"drain_ns", "drain", WORKLOAD_NS, "from all workers' start to the last job's end, per job"},
    [BYTES] = {"bytes_per_job", "bytes/job", WORKLOAD_NUMBER,
               "what opening the pool and filling it allocated, per place"},
};

/* A job that stamps its end. */
struct sampled {
    unsigned char *mark;
    int64_t ended_ns;
};

struct own {
    unsigned char *marks;     /* [slice->jobs]: how often each ran */
    struct hold_job *holders; /* [fills * workers] */
    struct sampled *sampled;  /* [depth / every + 2], used again in each filling */
    int64_t depth, every;
    int fills, filled;
    bool leaks; /* jobs ran while all workers were held, on the producer's stack: it is not deep */
    int64_t heap_before, heap_full;
    double submit_ns[FILLS_MAX], shallow_ns[FILLS_MAX], drain_ns[FILLS_MAX];
    struct hold hold;
};

static double work_ns(const struct workload_spec *spec)
{
    (void)spec;
    return 0;
}

static size_t capacity_of(const struct workload_spec *spec)
{
    return (size_t)spec->values[JOBS];
}

static int64_t depth_of(const struct workload_spec *spec, const struct workload_setting *setting)
{
    int64_t capacity = (int64_t)setting->capacity, jobs = spec->values[JOBS];
    return jobs && jobs < capacity ? jobs : capacity;
}

static int64_t slice_jobs(const struct workload_spec *spec, const struct workload_setting *setting)
{
    int64_t depth = depth_of(spec, setting), fills = FILLS_JOBS / depth;
    fills = fills < 1 ? 1 : fills > FILLS_MAX ? FILLS_MAX : fills;
    return fills * (depth + setting->workers);
}

/* The jobs. */

static int run_empty(void *arg)
{
    unsigned char *mark = arg;
    *mark = (unsigned char)(*mark + 1);
    return 0;
}

static int run_sampled(void *arg)
{
    struct sampled *job = arg;
    *job->mark = (unsigned char)(*job->mark + 1);
    job->ended_ns = workload_now_ns();
    return 0;
}

/* The slice. */

static void release(struct workload_slice *slice)
{
    struct own *own = slice->own;
    heap_may_keep(true);
    if (own) {
        free(own->marks);
        free(own->holders);
        free(own->sampled);
    }
    workload_forget(slice);
}

/* Jobs of one filling: the holders, then those that fill the queue. */
static int64_t turn_jobs(const struct own *own)
{
    return own->depth + own->hold.workers;
}

static int prepare(struct workload_slice *slice)
{
    struct own *own = slice->own = aligned_alloc(POOL_CACHE_LINE, sizeof *own);
    if (!own)
        return -ENOMEM;
    *own = (struct own){.hold.workers = slice->setting.workers, .depth = depth_of(slice->spec, &slice->setting)};
    own->fills = (int)(slice->jobs / turn_jobs(own));
    own->every = own->depth / SAMPLES + 1;
    own->marks = workload_memory(slice->jobs, 1);
    own->holders = workload_memory((int64_t)own->fills * own->hold.workers, sizeof *own->holders);
    own->sampled = workload_memory(own->depth / own->every + 2, sizeof *own->sampled);
    if (!own->marks || !own->holders || !own->sampled) {
        release(slice);
        return -ENOMEM;
    }
    for (int i = 0; i < own->fills * own->hold.workers; i++) {
        int fill = i / own->hold.workers;
        own->holders[i] =
            (struct hold_job){&own->hold, own->marks + fill * turn_jobs(own) + i % own->hold.workers, (uint32_t)fill};
    }
    heap_may_keep(false); /* this thread opens the pool */
    heap_refresh();
    own->heap_before = heap_read("stats.allocated");
    return 0;
}

/* Submits jobs first..last-1 of a filling. Returns ns per job; NaN after an error. */
static double submit(struct workload_slice *slice, struct own *own, unsigned char *marks, int64_t first, int64_t last)
{
    int64_t begin = workload_now_ns(), next = (first + own->every - 1) / own->every * own->every, count = last - first;
    for (; first < last; first++) {
        bool stamps = first == next || first == own->depth - 1;
        struct sampled *sampled = &own->sampled[first / own->every + (first != next)];
        int answer;
        if (stamps)
            *sampled = (struct sampled){&marks[first], 0};
        next += first == next ? own->every : 0;
        answer = stamps ? pool_submit(slice->pool, run_sampled, sampled)
                        : pool_submit(slice->pool, run_empty, &marks[first]);
        if (!workload_answered(slice, 0, answer))
            return NAN;
    }
    return (double)(workload_now_ns() - begin) / (double)count;
}

/* When the last of the filling's jobs ended; 0: none has. */
static int64_t last_end(const struct own *own)
{
    int64_t last = 0;
    for (int64_t i = 0; i < own->depth / own->every + 2; i++)
        last = own->sampled[i].ended_ns > last ? own->sampled[i].ended_ns : last;
    return last;
}

/* How many of a filling's first, and last, submits are timed together. */
static int64_t stretch_of(int64_t depth)
{
    int64_t part = depth / STRETCH_PART, half = depth / 2;
    int64_t stretch = part < STRETCH_LEAST ? STRETCH_LEAST : part;
    stretch = stretch > half ? half : stretch;
    return stretch ? stretch : 1; /* a queue of one job is full at once */
}

/* Returns false when not all was accepted. */
static bool fill_queue(struct workload_slice *slice, struct own *own, int fill)
{
    unsigned char *marks = own->marks + fill * turn_jobs(own) + own->hold.workers;
    int64_t depth = own->depth, stretch = stretch_of(depth);
    own->submit_ns[fill] = own->shallow_ns[fill] = submit(slice, own, marks, 0, stretch);
    if (isnan(own->shallow_ns[fill]))
        return false;
    if (depth > 2 * stretch && isnan(submit(slice, own, marks, stretch, depth - stretch)))
        return false;
    if (depth >= 2 * stretch)
        own->submit_ns[fill] = submit(slice, own, marks, depth - stretch, depth);
    return !isnan(own->submit_ns[fill]);
}

/* Returns false when it could not be filled. */
static bool fill_and_drain(struct workload_slice *slice, struct own *own, int fill)
{
    uint32_t holder = (uint32_t)(fill * own->hold.workers);
    if (!hold_workers(&own->hold, slice, own->holders + holder, holder) || !fill_queue(slice, own, fill))
        return false;
    if (fill == 0) {
        heap_give_back();
        heap_refresh();
        own->heap_full = heap_read("stats.allocated");
    }
    own->leaks = own->leaks || own->hold.ran_here || last_end(own);
    hold_let_go(&own->hold, (uint32_t)fill + 1);
    if (pool_wait(slice->pool, -1))
        return false;
    own->drain_ns[fill] = (double)(last_end(own) - own->hold.all_leave_ns) / (double)own->depth;
    own->filled++;
    return true;
}

/* One producer does it all: with several no one knows how deep it is. */
static void produce(struct workload_slice *slice, int producer)
{
    struct own *own = slice->own;
    if (producer)
        return;
    for (int fill = 0; fill < own->fills && fill_and_drain(slice, own, fill);)
        fill++;
    hold_let_go(&own->hold, UINT32_MAX); /* after an error somebody may be held */
}

static void verify(const struct workload_slice *slice, struct workload_verdict *verdict)
{
    const struct own *own = slice->own;
    for (int64_t i = 0; i < slice->jobs; i++)
        workload_judge(verdict, own->marks[i], true);
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Sorts a copy; the upper median. */
static double median(const double *values, int count)
{
    double sorted[FILLS_MAX];
    for (int i = 0; i < count; i++)
        sorted[i] = values[i];
    qsort(sorted, (size_t)count, sizeof *sorted, by_value);
    return count ? sorted[count / 2] : NAN;
}

static void measure(const struct workload_slice *slice, struct workload_report *report)
{
    const struct own *own = slice->own;
    for (int i = 0; i < FIGURES; i++)
        report->figures[i] = NAN;
    if (own->leaks)
        return;
    report->figures[SUBMIT] = median(own->submit_ns, own->filled);
    report->figures[SHALLOW] = median(own->shallow_ns, own->filled);
    report->figures[DRAIN] = median(own->drain_ns, own->filled);
    if (heap_known() && own->filled)
        report->figures[BYTES] = (double)(own->heap_full - own->heap_before) / (double)slice->setting.capacity;
}

static const struct workload_ops depth = {
    .abi = WORKLOAD_ABI,
    .name = "depth",
    .summary = "a queue filled to the last place while all workers are held",
    .unit = "an empty job in a full queue",
    .params = params,
    .param_count = PARAMS,
    .needs = POOL_CAN_QUEUE | POOL_CAN_RUN_APART,
    .why = "it has no queue to fill: jobs run in their submitter",
    .waits = true,
    .capacity_of = capacity_of,
    .judged_by = "submit_ns",
    .figures = figures,
    .figure_count = FIGURES,
    .work_ns = work_ns,
    .jobs = slice_jobs,
    .prepare = prepare,
    .produce = produce,
    .verify = verify,
    .measure = measure,
    .release = release,
};

WORKLOAD_REGISTER(depth);
