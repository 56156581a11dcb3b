/* measured_service.c - see measured_service.h. */
#include "bench/findings/measured_service.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>

#include "bench/json/must.h"
#include "bench/results/hist_json.h"
#include "bench/results/label.h"
#include "bench/results/result.h"

enum { ROUNDS_MIN = 3, ROUNDS_MAX = 10000, NUMBERS_MIN = 3 };

/* Of its time, how much a job computes: as the workload says, or by the CPU time of all. */
static double cpu_share(const json_t *configuration, double mean_ns)
{
    double share = result_median(configuration, "figures.cpu_share"),
           cpu_ns = result_median(configuration, "cpu_ns_per_job");
    if (!strcmp(result_string(configuration, "workload"), "cpu"))
        return 1;
    if (isnan(share))
        share = cpu_ns / mean_ns;
    return share >= 0 && share < 1 ? share : 1;
}

/* Student's interval of the rounds' means. */
static void mean_interval(const json_t *configuration, struct measured_service *out)
{
    double *means = must_memory(malloc(ROUNDS_MAX * sizeof *means)), half, mean;
    int *rounds = must_memory(malloc(ROUNDS_MAX * sizeof *rounds));
    size_t n = (size_t)result_values(configuration, "latency.start_to_end.mean_ns", means, rounds, ROUNDS_MAX);
    out->rounds = (int)n;
    out->mean_low = 0;
    out->mean_high = INFINITY;
    if (n >= ROUNDS_MIN) {
        mean = gsl_stats_mean(means, 1, n);
        half = gsl_cdf_tdist_Pinv(0.975, (double)n - 1) * gsl_stats_sd_m(means, 1, n, mean) / sqrt((double)n);
        /* Around the mean of all jobs, in which a long round has more of them. */
        out->mean_low = fmax(0, out->service.mean_ns * (1 - half / mean));
        out->mean_high = out->service.mean_ns * (1 + half / mean);
    }
    free(means);
    free(rounds);
}

int measured_service(const json_t *configuration, struct measured_service *out)
{
    const json_t *served = result_value(json_object_get(configuration, "summary"), "latency.start_to_end");
    struct hist *hist = must_memory(calloc(1, sizeof *hist));
    int error = served && !hist_json_read(hist, served) ? service_from_hist(&out->service, hist) : -EINVAL;
    free(hist);
    if (error)
        return error;
    out->workers = (int)result_integer(configuration, "workers");
    out->service.cpu_share = cpu_share(configuration, out->service.mean_ns);
    mean_interval(configuration, out);
    return 0;
}

/* But for the workers. */
static const char *const setting[] = {"pool",    "spec", "producers", "capacity", "full", "results", "results_capacity",
                                      "spin_ns", "pin",  NULL};

static bool is_open(const json_t *configuration)
{
    return json_is_object(result_value(json_object_get(configuration, "summary"), "open_loop"));
}

/* The points of all like it; `numbers` counts the numbers of workers. */
static int points_of(const json_t *result, const json_t *like, double share, struct scalability_point *points,
                     int *numbers)
{
    double *rates = must_memory(malloc(ROUNDS_MAX * sizeof *rates));
    int *rounds = must_memory(malloc(ROUNDS_MAX * sizeof *rounds));
    int count = 0;
    json_t *one;
    size_t i;
    *numbers = 0;
    json_array_foreach (json_object_get(result, "configurations"), i, one) {
        double workers = (double)result_integer(one, "workers");
        int n;
        if (!label_same(one, like, setting) || is_open(one) || result_is_floor(one) ||
            workers * share > json_number_value(json_object_get(one, "cpus")) + 1e-9)
            continue;
        n = result_values(one, "jobs_per_s", rates, rounds, ROUNDS_MAX - count);
        for (int k = 0; k < n; k++)
            points[count++] = (struct scalability_point){workers, rates[k]};
        *numbers += n > 0;
    }
    free(rates);
    free(rounds);
    return count;
}

int measured_scaling(const json_t *result, const json_t *configuration, double share, struct scalability *out,
                     char *why, size_t size)
{
    struct scalability_point *points = must_memory(malloc(ROUNDS_MAX * sizeof *points));
    int numbers, count = points_of(result, configuration, share, points, &numbers), error;
    *out = (struct scalability){0};
    *why = '\0';
    if (numbers < NUMBERS_MIN) {
        snprintf(why, size, "%s, and the scaling law takes %d numbers of workers: run -t 1,2,4,... without a rate",
                 numbers ? "too few were measured" : "none was measured without a rate, on CPUs enough", NUMBERS_MIN);
    } else if ((error = scalability_fit(out, points, count))) {
        snprintf(why, size, "no scaling law fits what was measured (%s)", strerror(-error));
        *out = (struct scalability){0};
    }
    free(points);
    return numbers;
}
