/* trace_replay.c - which jobs of a recording are replayed, and when: exact, by arithmetic. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "bench/measure/slice_run.h"
#include "bench/statistics/rates.h"
#include "workloads/core/trace_part.h"

static char path[64];

/* 100 jobs, one every 10 ms from 5 s on; job i takes i us. */
static void begin(void)
{
    FILE *file;
    strcpy(path, "/tmp/poolbench-replay-XXXXXX");
    file = fdopen(mkstemp(path), "w");
    cr_assert(file);
    for (int i = 0; i < 100; i++)
        fprintf(file, "%d.%02d,%de-6\n", 5 + i / 100, i % 100, i);
    cr_assert(fclose(file) == 0);
}

static void end(void)
{
    unlink(path);
}

static struct workload_spec spec_of(const char *parameters)
{
    struct workload_spec spec;
    char text[128], why[256] = "";
    snprintf(text, sizeof text, "trace:file=%s%s", path, parameters);
    cr_assert(workload_parse(text, &spec, why, sizeof why) == 0, "%s: %s", text, why);
    return spec;
}

Test(trace_replay, times_are_exact, .timeout = 10, .init = begin, .fini = end)
{
    static const struct {
        const char *parameters;
        int64_t jobs;
        int first; /* of the recording */
        double warm_ms, counted_ms, step_ms;
        bool whole;
    } cases[] = {
        {"", 100, 0, 0, 990, 10, true},
        {",times=2", 100, 0, 0, 495, 5, true},
        {",times=0.5", 100, 0, 0, 1980, 20, true},
        {",for=100ms", 10, 0, 0, 100, 10, false},
        {",for=100ms,times=2", 20, 0, 0, 100, 5, false},
        {",from=500ms,for=30ms,warm=20ms", 5, 48, 20, 30, 10, false},
        {",from=500ms,for=30ms,warm=20ms,times=2", 10, 46, 20, 30, 5, false},
        {",from=500ms,for=30ms", 4, 49, 10, 30, 10, false},
        {",from=10ms,for=30ms,warm=20ms", 4, 0, 10, 30, 10, false},
        {",from=980ms,for=1s,warm=0ns", 2, 98, 0, 10, 10, false},
        {",from=980ms,warm=10ms", 3, 97, 10, 10, 10, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct workload_spec spec = spec_of(cases[i].parameters);
        struct trace_part part;
        struct trace_replayed *jobs;
        char text[256] = "";
        cr_assert(trace_part_read(&spec, &part, &jobs, (struct why){text, sizeof text}) == 0, "%s", text);
        cr_assert(part.jobs == cases[i].jobs && part.whole == cases[i].whole, "%s: %lld", cases[i].parameters,
                  (long long)part.jobs);
        cr_assert(part.warm_ns == cases[i].warm_ms * 1e6, "%s: warm %g", cases[i].parameters, part.warm_ns);
        cr_assert(fabs(part.counted_ns - cases[i].counted_ms * 1e6) <= 1, "%s: counted %g", cases[i].parameters,
                  part.counted_ns);
        for (int j = 0; j < part.jobs; j++) {
            cr_assert(jobs[j].service_ns == (cases[i].first + j) * 1000, "%s: job %d", cases[i].parameters, j);
            cr_assert(jobs[j].due_ns == j * cases[i].step_ms * 1e6, "%s: job %d at %.17g", cases[i].parameters, j,
                      jobs[j].due_ns);
        }
        free(jobs);
    }
}

Test(trace_replay, parts_without_jobs_are_refused, .timeout = 10, .init = begin, .fini = end)
{
    static const char *const cases[] = {",from=1s", ",from=501ms,for=1ms", ",from=501ms,for=1ms,warm=100ms"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct workload_spec spec = spec_of(cases[i]);
        char text[256] = "";
        cr_assert(trace_part_check(&spec, (struct why){text, sizeof text}) == -EINVAL &&
                      strstr(text, "no job comes from"),
                  "%s: %s", cases[i], text);
    }
}

/* As long as a round has time, from the begin without a warm-up; what is said goes. */
Test(trace_replay, is_stretched_to_a_round, .timeout = 10, .init = begin, .fini = end)
{
    static const struct {
        const char *parameters;
        int64_t jobs;
    } cases[] = {{"", 40}, {",times=2", 80}, {",times=4", 100}, {",from=500ms", 40}, {",for=100ms", 10}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct workload_spec spec = spec_of(cases[i].parameters);
        rates_stretch(&spec, 400e6);
        cr_assert(trace_part_of(&spec).jobs == cases[i].jobs, "%s: %lld jobs", cases[i].parameters,
                  (long long)trace_part_of(&spec).jobs);
    }
}

Test(trace_replay, jobs_wait_or_compute, .timeout = 10, .init = begin, .fini = end)
{
    static const struct {
        const char *parameters;
        bool waits;
        double work_us, load; /* of one worker */
    } cases[] = {{"", false, 49.5, 0.0495 / 9.9},
                 {",as=sleep", true, 0, 0.0495 / 9.9},
                 {",times=2", false, 49.5, 0.0495 / 4.95},
                 {",of=cpu:size=99us", false, 99, 0.099 / 9.9},
                 {",of=io:op=sleep,wait=99us", true, 0, 0.159 / 9.9}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct workload_spec spec = spec_of(cases[i].parameters);
        cr_assert(rates_has(spec.ops) && rates_waits(&spec) == cases[i].waits, "%s", cases[i].parameters);
        cr_assert_float_eq(spec.ops->work_ns(&spec), cases[i].work_us * 1e3, 1e-6);
        cr_assert_float_eq(rates_load(&spec, 1), cases[i].load, 1e-6);
    }
}

/* Every job once, whoever submits it, those of the warm-up not counted; planned as recorded. */
Test(trace_replay, all_jobs_are_run, .timeout = 60, .init = begin, .fini = end)
{
    static struct slice slice;
    static struct slice_samples samples;
    for (int producers = 1; producers <= 3; producers++) {
        struct plan_entry entry = {
            .pool = pool_find("mutex"), .workers = 2, .producers = producers, .capacity = 64, .pin = "none"};
        entry.workload = spec_of(",from=500ms,warm=200ms,times=20");
        memset(&samples, 0, sizeof samples);
        slice_run(&entry, entry.workload.ops->jobs(&entry.workload, NULL), 7, INT64_C(20000000000), &slice, &samples);
        cr_assert(!*slice.failure, "%s", slice.failure);
        cr_assert(slice.jobs == 100 && slice.stats.done == 100, "%lld", (long long)slice.stats.done);
        /* The last one of them is due at the very end. */
        cr_assert(slice.window.offered >= 45 && slice.window.offered <= 50 && slice.window.lost == 0, "%lld",
                  (long long)slice.window.offered);
        cr_assert(samples.own[0].count == (uint64_t)slice.window.offered);
    }
}

/* The timer of a sleep fires between its end and its slack before that, at whatever interrupt comes first: on a
 * CPU that is idle at its very end, which hides one that ends too early. So timers fire all the time, on the one
 * CPU that there is. */
static atomic_bool ticking;

static void *tick(void *nothing)
{
    static const struct timespec little = {0, 3000};
    prctl(PR_SET_TIMERSLACK, 1);
    while (atomic_load(&ticking))
        clock_nanosleep(CLOCK_MONOTONIC, 0, &little, NULL);
    return nothing;
}

static pthread_t begin_ticking(void)
{
    pthread_t thread;
    cpu_set_t all, one;
    int cpu = 0;
    cr_assert(sched_getaffinity(0, sizeof all, &all) == 0);
    while (!CPU_ISSET(cpu, &all))
        cpu++;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    cr_assert(sched_setaffinity(0, sizeof one, &one) == 0);
    atomic_store(&ticking, true);
    cr_assert(pthread_create(&thread, NULL, tick, NULL) == 0);
    return thread;
}

/* A sleep begins to end early, by the timer's slack, and yet none is shorter than recorded. */
Test(trace_replay, no_sleep_is_shorter_than_recorded, .timeout = 60, .init = begin, .fini = end)
{
    static struct slice slice;
    static struct slice_samples samples;
    struct plan_entry entry = {.pool = pool_find("mutex"), .workers = 2, .producers = 1, .capacity = 64, .pin = "none"};
    pthread_t ticks = begin_ticking();
    entry.workload = spec_of(",as=sleep,from=900ms,warm=0ns");
    slice_run(&entry, entry.workload.ops->jobs(&entry.workload, NULL), 7, INT64_C(20000000000), &slice, &samples);
    atomic_store(&ticking, false);
    pthread_join(ticks, NULL);
    cr_assert(!*slice.failure && slice.jobs == 10, "%s", slice.failure);
    cr_assert(samples.start_to_end.min >= 89000, "%llu ns, of 90 us at least",
              (unsigned long long)samples.start_to_end.min);
}
