/* measuring.c - open-loop latencies on this machine against queues whose answer is
 * known. Prints a table; exit status 1 when one is off by more than TOLERANCE and by
 * more than the machine's own wake-ups can be.
 *
 * Jobs come at random (Poisson) at a rate, and each sleeps for a random time
 * (exponential), so that the CPUs are not what they wait for: M/M/c. The mean wait of
 * c workers under a load of a is C S / (c - a), C Erlang's probability of waiting and S
 * the mean service; 99 in 100 wait less than ln(100 C) S / (c - a). S and the rate are
 * those that were measured: a sleep takes somewhat longer than it should. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure/slice_run.h"
#include "tests/core/erlang.h"

enum { SECONDS = 20 };
static const double TOLERANCE = 0.2, WAKE_NS = 150000;

struct known {
    int workers;
    double load;
};

static const struct known cases[] = {{1, 0.5}, {2, 1}, {4, 2}, {4, 3.2}, {8, 4}, {8, 6.4}};

struct answer {
    double service_ns, load, wait_ns, p99_ns;
};

static bool measure(const struct pool_ops *pool, const struct known *known, struct answer *found)
{
    static struct slice slice;
    static struct slice_samples samples;
    struct plan_entry entry = {
        .pool = pool, .workers = known->workers, .producers = 1, .capacity = 1 << 16, .pin = "none"};
    struct workload_setting setting;
    char spec[128], why[256];
    double rate = known->load / 0.002;
    memset(&samples, 0, sizeof samples);
    snprintf(spec, sizeof spec, "burst:rate=%.0f,for=%ds,of=io:op=sleep,wait=2ms,cpu=0ns,dist=exp", rate, SECONDS);
    if (workload_parse(spec, &entry.workload, why, sizeof why)) {
        fprintf(stderr, "%s\n", why);
        return false;
    }
    setting = plan_setting(&entry);
    slice_run(&entry, entry.workload.ops->jobs(&entry.workload, &setting), 7, INT64_C(200000000000), &slice, &samples);
    if (*slice.failure) {
        fprintf(stderr, "%s: %s\n", spec, slice.failure);
        return false;
    }
    found->service_ns = hist_mean(&samples.start_to_end);
    found->load = rate * found->service_ns / 1e9;
    found->wait_ns = hist_mean(&samples.submit_to_start);
    found->p99_ns = hist_quantile(&samples.submit_to_start, 0.99);
    return true;
}

static bool off(double found, double known)
{
    return fabs(found - known) > fmax(TOLERANCE * known, WAKE_NS);
}

int main(void)
{
    static const char *const pools[] = {"mutex", "ring", "steal", "textbook"};
    bool good = true;
    printf("| pool | workers | load | service | mean wait | known | p99 of the wait | known "
           "|\n|---|--:|--:|--:|--:|--:|--:|--:|\n");
    for (size_t p = 0; p < sizeof pools / sizeof *pools; p++) {
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            const struct known *known = &cases[i];
            struct answer found;
            double waits, mean, p99;
            if (!measure(pool_find(pools[p]), known, &found))
                return 1;
            waits = erlang_c(known->workers, found.load);
            mean = waits * found.service_ns / (known->workers - found.load);
            p99 = waits > 0.01 ? log(100 * waits) * found.service_ns / (known->workers - found.load) : 0;
            printf("| %s | %d | %.2f | %.2f ms | %.2f ms%s | %.2f ms | %.2f ms%s | %.2f ms |\n", pools[p],
                   known->workers, found.load, found.service_ns / 1e6, found.wait_ns / 1e6,
                   off(found.wait_ns, mean) ? " OFF" : "", mean / 1e6, found.p99_ns / 1e6,
                   off(found.p99_ns, p99) ? " OFF" : "", p99 / 1e6);
            fflush(stdout);
            good = good && !off(found.wait_ns, mean) && !off(found.p99_ns, p99);
        }
    }
    return good ? 0 : 1;
}
