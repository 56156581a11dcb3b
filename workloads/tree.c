/* tree.c - recursive computations by fork and join: what does a fork cost, and how
 * well do the workers share one tree?
 *
 * One tree at a time: a job whose forks are all the parallelism there is. The same
 * tree without forks is walked by the producer before the clock runs (the twin),
 * so that speed-up means: over a program that has never heard of workers. In a pool
 * that steals no forks a tree runs in sequence, and its figures say what that costs. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "pools/core/futex.h"
#include "workloads/core/job_calls.h"
#include "workloads/core/trees.h"
#include "workloads/core/workload.h"

enum { OP, N, SHAPE, PARAMS };
enum { FORK, TREE, OVERHEAD, SPEEDUP, EFFICIENCY, STOLEN, FORKS, TWIN, FIGURES };

static const char *const ops_names[] = {"fib", "queens", "uts", NULL};

static const struct workload_param params[PARAMS] = {
    [OP] = {"op", WORKLOAD_CHOICE, "fib", 0, 0, ops_names,
            "Fibonacci numbers; n queens, all solutions; an unbalanced tree search (UTS)"},
    [N] = {"n", WORKLOAD_COUNT, "0", 0, TREE_FIB_MAX, NULL,
           "of fib (0: 28), at most 45; of queens (0: 11), at most 16"},
    [SHAPE] = {"shape", WORKLOAD_CHOICE, "T1", 0, 0, tree_shape_names,
               "uts: a published tree of about 4 million nodes, or a small one of 64 thousand"},
};

static const struct workload_figure figures[FIGURES] = {
    [FORK] = {"ns_per_fork", "per fork", WORKLOAD_NS, "time from a tree's start to its end, divided by its forks"},
    [TREE] = {"tree_ns", "tree", WORKLOAD_NS, "time from a tree's start to its end, mean"},
    [OVERHEAD] = {"overhead_ns_per_fork", "overhead", WORKLOAD_NS,
                  "W x that time, less the time without forks, divided by the forks; W: workers, or CPUs if fewer"},
    [SPEEDUP] = {"speedup", "speed-up", WORKLOAD_NUMBER, "over the same tree without forks, on one CPU"},
    [EFFICIENCY] = {"efficiency", "effic.", WORKLOAD_SHARE, "speed-up divided by W"},
    [STOLEN] = {"stolen_forks", "stolen", WORKLOAD_NUMBER, "forks of a tree that ran on another worker, mean"},
    [FORKS] = {"forks", NULL, WORKLOAD_NUMBER, "forks of one tree"},
    [TWIN] = {"sequential_ns", NULL, WORKLOAD_NS, "the tree without forks, median of three walks"},
};

struct tree_job {
    struct own *own;
    struct tree_answer answer;
    struct workload_stamp *stamp;
    uint32_t runs;
};

struct own {
    struct tree_spec spec;
    struct tree_job *jobs;
    _Atomic uint32_t ended; /* a futex: trees that ended */
    double twin_ns;
    uint64_t forks;
};

static struct tree_spec spec_of(const struct workload_spec *spec)
{
    static const int usual[TREE_KINDS] = {[TREE_FIB] = 28, [TREE_QUEENS] = 11};
    enum tree_kind kind = (enum tree_kind)spec->values[OP];
    int n = spec->values[N] ? (int)spec->values[N] : usual[kind];
    return (struct tree_spec){kind, n, (enum tree_shape)spec->values[SHAPE]};
}

static int check(const struct workload_spec *spec, char *why, size_t size)
{
    if (spec->values[OP] != TREE_QUEENS || spec->values[N] <= TREE_QUEENS_MAX)
        return 0;
    snprintf(why, size, "n=%lld is out of range for op=queens (1 to %d)", (long long)spec->values[N], TREE_QUEENS_MAX);
    return -EINVAL;
}

/* For planning: about what a tree takes on one CPU. */
static double job_ns(const struct workload_spec *spec)
{
    struct tree_spec tree = spec_of(spec);
    struct tree_answer known = tree_known(&tree);
    if (tree.kind == TREE_FIB)
        return 2.5 * (double)known.leaves;
    if (tree.kind == TREE_UTS)
        return 80 * (double)known.value;
    return 60 * pow(5.2, tree.n - 4);
}

static double work_ns(const struct workload_spec *spec)
{
    (void)spec;
    return 0; /* what it really takes is known when the twin has run */
}

static int64_t jobs(const struct workload_spec *spec, const struct workload_setting *setting)
{
    enum { SLICE_NS = 10000000, MOST = 1000 };
    double count = SLICE_NS / job_ns(spec);
    (void)setting;
    return count < 1 ? 1 : count > MOST ? MOST : (int64_t)count;
}

static int run(void *arg)
{
    struct tree_job *job = arg;
    struct own *own = job->own;
    job->stamp->started = workload_now_ns();
    job->answer = job_calls->tree_forked(&own->spec);
    job->stamp->worker = pool_worker();
    job->stamp->ended = workload_now_ns();
    job->runs++;
    atomic_fetch_add_explicit(&own->ended, 1, memory_order_release);
    pool_futex_wake(&own->ended, 1);
    return 0;
}

static void release(struct workload_slice *slice)
{
    struct own *own = slice->own;
    if (own)
        free(own->jobs);
    workload_forget(slice);
}

static void walk_twin(struct own *own)
{
    enum { WALKS = 3, LONG_NS = 50000000 };
    double walks[WALKS];
    for (int i = 0; i < WALKS; i++) {
        int64_t begin = workload_now_ns();
        struct tree_answer answer = tree_sequential(&own->spec);
        walks[i] = (double)(workload_now_ns() - begin);
        own->forks = answer.leaves - 1;
        if (walks[i] > LONG_NS) { /* steady enough by itself */
            own->twin_ns = walks[i];
            return;
        }
    }
    own->twin_ns = fmax(fmin(walks[0], walks[1]), fmin(fmax(walks[0], walks[1]), walks[2]));
}

static int prepare(struct workload_slice *slice)
{
    struct own *own = slice->own = calloc(1, sizeof *own);
    if (own)
        own->jobs = workload_memory(slice->jobs, sizeof *own->jobs);
    if (workload_stamp(slice, 1) || !own || !own->jobs) {
        release(slice);
        return -ENOMEM;
    }
    own->spec = spec_of(slice->spec);
    for (int64_t i = 0; i < slice->jobs; i++)
        own->jobs[i] = (struct tree_job){.own = own, .stamp = &slice->stamps[i]};
    walk_twin(own);
    slice->work_ns = own->twin_ns;
    return 0;
}

static inline struct pool_job make(struct workload_slice *slice, int64_t index, struct workload_stamp *stamp)
{
    struct own *own = slice->own;
    (void)stamp; /* all are */
    slice->stamps[index].submitted = workload_now_ns();
    return (struct pool_job){run, &own->jobs[index]};
}

/* One producer, one tree at a time, unless they come at a rate. */
static void produce(struct workload_slice *slice, int producer)
{
    struct own *own = slice->own;
    if (slice->paced) {
        workload_submit(slice, producer, 1, make);
        return;
    }
    for (int64_t i = 0; i < slice->jobs && producer == 0; i++) {
        uint32_t ended;
        struct pool_job job = make(slice, i, &slice->stamps[i]);
        if (!workload_answered(slice, producer, pool_submit(slice->pool, job.fn, job.arg)))
            return;
        while ((ended = atomic_load_explicit(&own->ended, memory_order_acquire)) + slice->refused[0] <= i)
            pool_futex_wait(&own->ended, ended, -1);
    }
}

static void verify(const struct workload_slice *slice, struct workload_verdict *verdict)
{
    const struct own *own = slice->own;
    struct tree_answer known = tree_known(&own->spec);
    for (int64_t i = 0; i < slice->jobs; i++) {
        const struct tree_job *job = &own->jobs[i];
        bool right = job->answer.value == known.value && job->answer.leaves == own->forks + 1 &&
                     (!known.leaves || known.leaves == job->answer.leaves);
        workload_judge(verdict, job->runs, right);
    }
}

static void measure(const struct workload_slice *slice, struct workload_report *report)
{
    const struct own *own = slice->own;
    double forks = (double)own->forks, tree_ns = 0, ran = 0;
    struct pool_stats stats;
    for (int i = 0; i < FIGURES; i++)
        report->figures[i] = NAN;
    for (int64_t i = 0; i < slice->jobs; i++) {
        if (!own->jobs[i].runs)
            continue;
        tree_ns += (double)(slice->stamps[i].ended - slice->stamps[i].started);
        ran++;
    }
    if (ran == 0 || forks < 1 || pool_stats(slice->pool, &stats))
        return;
    tree_ns /= ran;
    report->figures[FORKS] = forks;
    report->figures[TWIN] = own->twin_ns;
    report->figures[TREE] = tree_ns;
    report->figures[FORK] = tree_ns / forks;
    report->figures[SPEEDUP] = own->twin_ns / tree_ns;
    report->figures[EFFICIENCY] = report->figures[SPEEDUP] / slice->setting.cpus;
    report->figures[OVERHEAD] = (slice->setting.cpus * tree_ns - own->twin_ns) / forks;
    report->figures[STOLEN] = (double)stats.forks_stolen / ran;
}

static void say(const struct workload_spec *spec, const struct workload_setting *setting, const double *medians,
                char *text, size_t size)
{
    (void)spec;
    *text = '\0';
    if (setting->workers > 1 && medians[STOLEN] == 0)
        snprintf(text, size, "no fork ran on another worker: the tree was walked in sequence");
}

static const struct workload_ops tree = {
    .abi = WORKLOAD_ABI,
    .name = "tree",
    .summary = "one recursive fork/join computation at a time, beside the same without forks",
    .unit = "a tree",
    .params = params,
    .param_count = PARAMS,
    .judged_by = "ns_per_fork",
    .figures = figures,
    .figure_count = FIGURES,
    .work_ns = work_ns,
    .job_ns = job_ns,
    .jobs = jobs,
    .check = check,
    .prepare = prepare,
    .produce = produce,
    .verify = verify,
    .measure = measure,
    .say = say,
    .release = release,
};

WORKLOAD_REGISTER(tree);
