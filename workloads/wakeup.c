/* wakeup.c - one job at a time into an idle pool: how long until it starts?
 *
 * Between any two jobs the producer lets the pool go to sleep. In turn with each
 * job it wakes a thread of its own by a bare futex, on the CPU on which the last
 * job ran: what no pool can beat on this machine at this moment, so that the ratio
 * of the two says what the pool adds.
 *
 * A worker on the producer's own CPU starts sooner than one that another CPU has to be
 * woken for, but only because the producer goes to sleep just then. So it is counted how
 * many jobs started there: of a pool that wakes its workers in turn, some, and its median
 * is one of two kinds of starts.
 *
 * After the last job the pool is left alone for a while, in which nothing of the
 * harness runs: what CPU time this process uses then, the pool uses. */
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "pools/core/affinity.h"
#include "pools/core/futex.h"
#include "workloads/core/times.h"
#include "workloads/core/workload.h"

enum { GAP, IDLE, PARAMS };
enum { START, RAW, SAMPLES };
enum { START_P50, START_P99, RAW_P50, RAW_P99, RATIO, IDLE_CPU, SAME_CPU, FIGURES };

static const struct workload_param params[PARAMS] = {
    [GAP] = {"gap", WORKLOAD_TIME, "200us", 1000, 1000000000, NULL, "how long the pool is left alone before each job"},
    [IDLE] = {"idle", WORKLOAD_TIME, "50ms", 0, 10000000000, NULL, "and how long at the end, for idle cpu; 0: not"},
};

static const struct workload_figure figures[FIGURES] = {
    [START_P50] = {"start_p50_ns", "start p50", WORKLOAD_NS,
                   "from the submit of a job into an idle pool to its start, median", .quantile = 0.5, .sample = START},
    [START_P99] = {"start_p99_ns", "p99", WORKLOAD_NS, "the same, 99th percentile", .quantile = 0.99, .sample = START},
    [RAW_P50] = {"raw_p50_ns", "raw p50", WORKLOAD_NS,
                 "a bare futex wake-up, in turn with the jobs of all pools, one floor for all, median", .quantile = 0.5,
                 .sample = RAW, .shared = true},
    [RAW_P99] = {"raw_p99_ns", "p99", WORKLOAD_NS, "the same, 99th percentile", .quantile = 0.99, .sample = RAW,
                 .shared = true},
    [RATIO] = {"over_raw", "x raw", WORKLOAD_NUMBER, "start_p50_ns as a multiple of raw_p50_ns",
               .quotient = START_P50 + 1, .divisor = RAW_P50 + 1},
    [IDLE_CPU] = {"idle_cpu_share", "idle cpu", WORKLOAD_SHARE,
                  "CPU time that the pool uses with all workers parked, share of one CPU"},
    [SAME_CPU] = {"same_cpu_share", "same cpu", WORKLOAD_SHARE,
                  "share of the jobs that started on the CPU of their submit: sooner, as the producer sleeps then"},
};

struct job {
    struct own *own;
    struct workload_stamp *stamp;
    int from, on; /* the CPUs of the submit and of the start; written by each */
    _Atomic uint32_t runs;
};

struct own {
    struct job *jobs;
    int64_t *raw_ns; /* [jobs] */
    pthread_t sleeper;
    bool sleeps;           /* the thread is there */
    _Atomic int cpu;       /* where the last job ran; -1: not yet */
    _Atomic uint32_t turn; /* a futex: grows with each bare wake-up; UINT32_MAX: the end */
    _Atomic uint32_t ready;
    _Atomic int64_t woken_ns;
    double idle_cpu_share; /* NaN: not measured */
};

static int run(void *arg)
{
    struct job *job = arg;
    job->stamp->started = workload_now_ns();
    job->stamp->worker = pool_worker();
    job->stamp->ended = job->stamp->started;
    job->on = sched_getcpu();
    atomic_store_explicit(&job->own->cpu, job->on, memory_order_relaxed);
    atomic_fetch_add_explicit(&job->runs, 1, memory_order_release);
    return 0;
}

static void *sleeper_main(void *arg)
{
    struct own *own = arg;
    int here = -1;
    for (uint32_t turn = 0;; turn++) {
        int cpu = atomic_load_explicit(&own->cpu, memory_order_relaxed);
        if (cpu != here && cpu >= 0) {
            pool_affinity_set(cpu);
            here = cpu;
        }
        atomic_store(&own->ready, turn + 1);
        while (atomic_load(&own->turn) == turn)
            pool_futex_wait(&own->turn, turn, -1);
        if (atomic_load(&own->turn) == UINT32_MAX)
            return NULL;
        atomic_store(&own->woken_ns, workload_now_ns());
    }
}

static double work_ns(const struct workload_spec *spec)
{
    (void)spec;
    return 0;
}

/* A slice is as long as its idle time, whatever the budget: so many jobs as a
 * quarter of a second holds, within bounds. */
static int64_t slice_jobs(const struct workload_spec *spec, const struct workload_setting *setting)
{
    enum { LEAST = 8, MOST = 50 };
    static const int64_t longest_ns = 250000000;
    int64_t jobs = longest_ns / (2 * spec->values[GAP]);
    (void)setting;
    return jobs < LEAST ? LEAST : jobs > MOST ? MOST : jobs;
}

/* For planning: a gap before the job, one before the bare wake-up, and its part of
 * the idle time. */
static double job_ns(const struct workload_spec *spec)
{
    return 2 * (double)spec->values[GAP] + (double)spec->values[IDLE] / (double)slice_jobs(spec, NULL);
}

static void release(struct workload_slice *slice)
{
    struct own *own = slice->own;
    if (own && own->sleeps) {
        atomic_store(&own->turn, UINT32_MAX);
        pool_futex_wake(&own->turn, 1);
        pthread_join(own->sleeper, NULL);
    }
    if (own) {
        free(own->jobs);
        free(own->raw_ns);
    }
    workload_forget(slice);
}

static int prepare(struct workload_slice *slice)
{
    struct own *own = slice->own = calloc(1, sizeof *own);
    if (own) {
        own->jobs = workload_memory(slice->jobs, sizeof *own->jobs);
        own->raw_ns = workload_memory(slice->jobs, sizeof *own->raw_ns);
        own->idle_cpu_share = NAN;
        atomic_store(&own->cpu, -1);
        own->sleeps = own->jobs && own->raw_ns && !pthread_create(&own->sleeper, NULL, sleeper_main, own);
    }
    if (workload_stamp(slice, 1) || !own || !own->sleeps) {
        release(slice);
        return -ENOMEM;
    }
    for (int64_t i = 0; i < slice->jobs; i++) {
        own->jobs[i].own = own;
        own->jobs[i].stamp = &slice->stamps[i];
    }
    return 0;
}

static void leave_alone(int64_t gap_ns)
{
    static _Atomic uint32_t never;
    int64_t until = workload_now_ns() + gap_ns;
    while (workload_now_ns() < until)
        pool_futex_wait(&never, 0, until);
}

static int64_t wake_sleeper(struct own *own, int64_t turn)
{
    int64_t begin;
    atomic_store(&own->woken_ns, 0);
    begin = workload_now_ns();
    atomic_store(&own->turn, (uint32_t)turn + 1);
    pool_futex_wake(&own->turn, 1);
    while (!atomic_load(&own->woken_ns))
        sched_yield();
    return atomic_load(&own->woken_ns) - begin;
}

static int64_t cpu_ns(clockid_t clock)
{
    struct timespec used;
    clock_gettime(clock, &used);
    return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

/* Share of one CPU that the process uses while it is left alone, less what this
 * thread does: the harness's others sleep, the sleeper and who waits for the producers. */
static double idle_cpu(int64_t idle_ns)
{
    int64_t begin = workload_now_ns(), process = cpu_ns(CLOCK_PROCESS_CPUTIME_ID),
            own = cpu_ns(CLOCK_THREAD_CPUTIME_ID), used;
    leave_alone(idle_ns);
    own = cpu_ns(CLOCK_THREAD_CPUTIME_ID) - own;
    used = cpu_ns(CLOCK_PROCESS_CPUTIME_ID) - process - own;
    return used > 0 ? (double)used / (double)(workload_now_ns() - begin) : 0;
}

/* One job, until it has run; nobody waits for one that was refused. Returns what pool_submit did. */
static int submit_one(struct workload_slice *slice, struct job *job, int64_t gap)
{
    int answer;
    leave_alone(gap);
    job->from = sched_getcpu();
    job->stamp->submitted = workload_now_ns();
    answer = pool_submit(slice->pool, run, job);
    leave_alone(gap);
    while (!answer && !atomic_load_explicit(&job->runs, memory_order_acquire))
        leave_alone(gap);
    return answer;
}

/* One producer does it all: several would keep the pool awake. */
static void produce(struct workload_slice *slice, int producer)
{
    struct own *own = slice->own;
    int64_t gap = slice->spec->values[GAP];
    for (int64_t i = 0; i < slice->jobs && producer == 0; i++) {
        if (!workload_answered(slice, producer, submit_one(slice, &own->jobs[i], gap)))
            return;
        own->raw_ns[i] = wake_sleeper(own, i);
    }
    if (slice->spec->values[IDLE] && producer == 0) {
        leave_alone(gap); /* until the last job's worker has parked */
        own->idle_cpu_share = idle_cpu(slice->spec->values[IDLE]);
    }
}

static void verify(const struct workload_slice *slice, struct workload_verdict *verdict)
{
    const struct own *own = slice->own;
    for (int64_t i = 0; i < slice->jobs; i++)
        workload_judge(verdict, atomic_load(&own->jobs[i].runs), true);
}

static void measure(const struct workload_slice *slice, struct workload_report *report)
{
    const struct own *own = slice->own;
    int64_t *starts = malloc((size_t)slice->jobs * sizeof *starts), same = 0, ran = 0;
    for (int i = 0; i < FIGURES; i++)
        report->figures[i] = NAN;
    for (int64_t i = 0; starts && i < slice->jobs; i++) {
        report->sample(report, RAW, own->raw_ns[i]);
        if (!atomic_load(&own->jobs[i].runs))
            continue; /* it was refused */
        starts[ran] = slice->stamps[i].started - slice->stamps[i].submitted;
        report->sample(report, START, starts[ran++]);
        same += own->jobs[i].from == own->jobs[i].on;
    }
    if (!ran) {
        free(starts);
        return;
    }
    times_sort(starts, ran);
    times_sort(own->raw_ns, slice->jobs);
    report->figures[START_P50] = times_quantile(starts, ran, 0.5);
    report->figures[START_P99] = times_quantile(starts, ran, 0.99);
    report->figures[RAW_P50] = times_quantile(own->raw_ns, slice->jobs, 0.5);
    report->figures[RAW_P99] = times_quantile(own->raw_ns, slice->jobs, 0.99);
    report->figures[IDLE_CPU] = own->idle_cpu_share;
    report->figures[SAME_CPU] = (double)same / (double)ran;
    report->figures[RATIO] = report->figures[START_P50] / report->figures[RAW_P50];
    free(starts);
}

static const struct workload_ops wakeup = {
    .abi = WORKLOAD_ABI,
    .name = "wakeup",
    .summary = "one job at a time into an idle pool: from submit to start",
    .unit = "a job into an idle pool",
    .params = params,
    .param_count = PARAMS,
    .needs = POOL_CAN_RUN_APART,
    .why = "it has no worker to wake: jobs run in their submitter",
    .waits = true,
    .judged_by = "start_p50_ns",
    .figures = figures,
    .figure_count = FIGURES,
    .samples = {"start", "raw"},
    .work_ns = work_ns,
    .job_ns = job_ns,
    .jobs = slice_jobs,
    .prepare = prepare,
    .produce = produce,
    .verify = verify,
    .measure = measure,
    .release = release,
};

WORKLOAD_REGISTER(wakeup);
