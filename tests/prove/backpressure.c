/* backpressure.c - slow-consumer's figures on this machine, against systems
 * whose answer is known. Prints a table; exit status 1 when one is off by more
 * than TOLERANCE.
 *
 * One producer that needs P for each job, one worker that needs S, a consumer
 * that takes T, all fixed. In the long run jobs come through at the pace B of
 * the slowest: max(P, S, T), or max(P, S) where results are dropped. Then the
 * producer waits 1 - P / B, the worker is blocked 1 - S / B (block only), the
 * consumer takes T / B, and of the results 1 - B / T are lost (drop only).
 * What the machine adds are wake-ups: some us for each job. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure/slice_run.h"
#include "bench/statistics/stats.h"

#include "bench/results/policy.h"
enum { SLICES = 7, FIGURES = 4 };
static const double TOLERANCE = 0.1;
static const char *const names[FIGURES] = {"producers_waiting", "workers_blocked", "consumer_busy", "results_lost"};

struct known {
    int p, s, t; /* us */
    enum pool_results results;
};

static const struct known cases[] = {
    {0, 400, 800, POOL_RESULTS_BLOCK},   {600, 400, 800, POOL_RESULTS_BLOCK},    {400, 800, 600, POOL_RESULTS_BLOCK},
    {800, 400, 600, POOL_RESULTS_BLOCK}, {600, 400, 800, POOL_RESULTS_THROTTLE}, {400, 800, 600, POOL_RESULTS_THROTTLE},
    {600, 400, 800, POOL_RESULTS_DROP},  {0, 400, 800, POOL_RESULTS_DROP},
};

static void predict(const struct known *known, double answer[FIGURES])
{
    double work = known->p > known->s ? known->p : known->s;
    bool drop = known->results == POOL_RESULTS_DROP;
    double pace = drop || work > known->t ? work : known->t;
    answer[0] = 1 - known->p / pace;
    answer[1] = known->results == POOL_RESULTS_BLOCK && known->t > work ? 1 - known->s / pace : 0;
    answer[2] = fmin(1, known->t / pace);
    answer[3] = drop && known->t > pace ? 1 - pace / known->t : 0;
}

static int figure_index(const struct workload_ops *ops, const char *name)
{
    for (int i = 0; i < ops->figure_count; i++)
        if (!strcmp(ops->figures[i].name, name))
            return i;
    abort();
}

/* The medians over some slices. */
static bool measure(const struct pool_ops *pool, const struct known *known, double answer[FIGURES])
{
    static struct slice slice;
    struct plan_entry entry = {.pool = pool,
                               .workers = 1,
                               .producers = 1,
                               .capacity = 8,
                               .results = known->results,
                               .results_capacity = 8,
                               .pin = "core"};
    struct workload_setting setting;
    double values[FIGURES][SLICES];
    char spec[128], why[256];
    snprintf(spec, sizeof spec, "slow-consumer:produce=%dus,size=%dus,take=%dus", known->p, known->s, known->t);
    if (workload_parse(spec, &entry.workload, why, sizeof why))
        abort();
    setting = plan_setting(&entry);
    for (int i = 0; i < SLICES; i++) {
        slice_run(&entry, entry.workload.ops->jobs(&entry.workload, &setting), (uint64_t)i, INT64_C(20000000000),
                  &slice, NULL);
        if (*slice.failure) {
            fprintf(stderr, "%s: %s\n", spec, slice.failure);
            return false;
        }
        for (int f = 0; f < FIGURES; f++)
            values[f][i] = slice.figures[figure_index(entry.workload.ops, names[f])];
    }
    for (int f = 0; f < FIGURES; f++)
        answer[f] = stats_median(values[f], SLICES).median;
    return true;
}

int main(void)
{
    static const char *const pools[] = {"mutex", "ring", "steal"};
    bool good = true;
    printf("| pool | P | S | T | results | producer waits | worker blocked | consumer takes | results lost |\n"
           "|---|---|---|---|---|---|---|---|---|\n");
    for (size_t p = 0; p < sizeof pools / sizeof *pools; p++) {
        for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
            double known[FIGURES], found[FIGURES];
            predict(&cases[c], known);
            if (!measure(pool_find(pools[p]), &cases[c], found))
                return 1;
            printf("| %s | %d us | %d us | %d us | %s |", pools[p], cases[c].p, cases[c].s, cases[c].t,
                   policy_results_name(cases[c].results));
            for (int f = 0; f < FIGURES; f++) {
                bool off = fabs(known[f] - found[f]) > TOLERANCE;
                printf(" %.0f%%, known %.0f%%%s |", 100 * found[f], 100 * known[f], off ? " OFF" : "");
                good = good && !off;
            }
            printf("\n");
            fflush(stdout);
        }
    }
    return good ? 0 : 1;
}
