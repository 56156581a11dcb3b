/* round_noise.c - see round_noise.h. */
#include "bench/measure/round_noise.h"

#include <math.h>
#include <sys/resource.h>
#include <time.h>

#include "bench/json/must.h"
#include "bench/machine/probe.h"
#include "bench/statistics/stats.h"
#include "workloads/core/kernel.h"
#include "workloads/core/workload.h"

/* Of this process, and of those that it made and waited for. */
static double own_s(void)
{
    struct timespec used;
    struct rusage children;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    getrusage(RUSAGE_CHILDREN, &children);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9 +
           (double)(children.ru_utime.tv_sec + children.ru_stime.tv_sec) +
           (double)(children.ru_utime.tv_usec + children.ru_stime.tv_usec) / 1e6;
}

/* A fixed stretch of computation: longer than it should be means disturbed. */
static double sentinel(void)
{
    enum { STEPS = 200000, RUNS = 5 };
    double times[RUNS];
    static volatile uint64_t sink;
    for (int i = 0; i < RUNS; i++) {
        int64_t begin = workload_now_ns();
        sink = kernel_run(sink, STEPS);
        times[i] = (double)(workload_now_ns() - begin);
    }
    return stats_median(times, RUNS).median / (STEPS / kernel_steps_per_ns());
}

void round_noise_begin(struct round_noise *noise)
{
    ticks_read("", &noise->before);
    noise->own_s = own_s();
    noise->sentinel = sentinel();
}

json_t *round_noise_end(const struct round_noise *noise)
{
    double after = sentinel(), others;
    struct ticks now, between;
    ticks_read("", &now);
    between = ticks_between(&noise->before, &now);
    others = ticks_others(&between, own_s() - noise->own_s);
    return must_pack("{s:f, s:o, s:f, s:f}", "steal_share", between.all > 0 ? between.steal / between.all : 0.0,
                     "others_share", isnan(others) ? json_null() : json_real(others), "sentinel_before",
                     noise->sentinel, "sentinel_after", after);
}

int round_noise_disturbs(const json_t *round)
{
    return json_number_value(json_object_get(round, "steal_share")) > PROBE_STEAL ||
           json_number_value(json_object_get(round, "others_share")) > PROBE_OTHERS ||
           json_number_value(json_object_get(round, "sentinel_before")) > PROBE_SLOW ||
           json_number_value(json_object_get(round, "sentinel_after")) > PROBE_SLOW;
}
