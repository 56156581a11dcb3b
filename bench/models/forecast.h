/* forecast.h - what to expect of so many workers at such a rate: the right model for it, and
 * sizes by it.
 *
 * M/G/c with the measured services (mgc.h) where its assumptions hold; the simulation
 * (queue_simulation.h) where they do not: heavy tails with few workers, arrivals that are not
 * random. Which it was, and why, is part of the answer. Loss is that of a bounded queue that
 * rejects. Times in ns; threads: any. */
#ifndef FORECAST_H
#define FORECAST_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/models/queue_simulation.h"
#include "bench/models/service.h"
#include "bench/statistics/slo.h"

enum { FORECAST_WORKERS_MAX = 1024 }; /* as POOL_WORKERS_MAX */

enum forecast_model { FORECAST_CONVOLUTION, FORECAST_SIMULATION };

struct forecast_load {
    const struct service *service;
    double rate; /* jobs per ns */
    enum queue_arrivals arrivals;
    double on_ns, off_ns;      /* QUEUE_ONOFF */
    const double *times_ns;    /* QUEUE_RECORDED: `recorded` of them, upwards */
    const double *services_ns; /* of them, or NULL */
    int64_t recorded;
    double stretch; /* of them; 0: 1 */
    int64_t places; /* 0: no bound */
    int64_t jobs;   /* of a simulation; 0: 1 million */
    uint64_t seed;
};

struct forecast {
    enum forecast_model model;
    bool overloaded;        /* rate x service >= workers: times are INFINITY */
    double utilisation;     /* rate x service / workers */
    double values[SLO_MAX]; /* of each promise of the list: ns, or a share of loss; NaN: too few recorded
                               jobs to say, which is not kept */
    bool kept[SLO_MAX];
    bool all_kept;
    char why[160]; /* why it had to be simulated; "" */
};

/* The name to print beside a number: "M/G/c", "simulated". */
const char *forecast_model_name(enum forecast_model model);

/* Returns 0, -EINVAL, -ENOMEM. `max` is the longest of so many jobs, played. Blocks: a
 * simulation takes about 0.1 s. */
int forecast_at(struct forecast *out, const struct forecast_load *load, int workers, const struct slo_list *promises);

/* The same at the same rate, with all services so many times as long. Near saturation little of it does much: what
 * the measured services leave open (service_mean_error) lies between two of these. */
int forecast_scaled(struct forecast *out, const struct forecast_load *load, int workers,
                    const struct slo_list *promises, double times);

/* Whether any number of workers can keep them: NULL, or the one that the service alone breaks
 * ("p99 of the service alone is 212 us": *alone_ns). */
const struct slo *forecast_impossible(const struct service *service, const struct slo_list *promises, double *alone_ns);

/* The fewest workers that keep all promises at that rate, `most` at most; 0: none does. -errno. */
int forecast_workers(const struct forecast_load *load, const struct slo_list *promises, int most);

/* Jobs per ns: of recorded arrivals their mean over their own length, after stretching; INFINITY: all at once. */
double forecast_mean_rate(const struct forecast_load *load);

/* The highest rate (per ns) that so many workers hold, within 0.1%; 0: none above 1/4000 of what they can do.
 * load->rate is not looked at; of recorded arrivals it is as forecast_mean_rate has it. NaN: out of memory. */
double forecast_rate(const struct forecast_load *load, int workers, const struct slo_list *promises);

/* How many places the queue may have: with one more an accepted job would break the promise of time
 * while the queue is full, at whatever overload. By Erlang where services look exponential
 * (cv2 0.9 to 1.1), else by simulation at twice what the workers can do. -1: not even
 * without a queue (0: a job is in time only where a worker is free); INT64_MAX: no promise about
 * a quantile or the mean bounds it; -errno below -1. Played: within 2%. */
int64_t forecast_places(const struct service *service, int workers, const struct slo_list *promises, uint64_t seed);

#endif
