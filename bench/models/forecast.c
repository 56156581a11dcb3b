/* forecast.c - see forecast.h. */
#include "bench/models/forecast.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/models/erlang.h"
#include "bench/models/mgc.h"

enum { JOBS = 1000000, JOBS_FULL = 200000, HALVINGS = 40, HALVINGS_PLAYED = 12 };

const char *forecast_model_name(enum forecast_model model)
{
    return model == FORECAST_CONVOLUTION ? "M/G/c" : "simulated";
}

double forecast_mean_rate(const struct forecast_load *load)
{
    double length;
    if (load->arrivals != QUEUE_RECORDED)
        return load->rate;
    length = load->recorded > 1 ? load->times_ns[load->recorded - 1] - load->times_ns[0] : 0;
    return length > 0 ? (double)(load->recorded - 1) / length * (load->stretch > 0 ? load->stretch : 1) : INFINITY;
}

static double mean_of(const struct forecast_load *load)
{
    double sum = 0;
    if (!load->services_ns)
        return load->service->mean_ns;
    for (int64_t i = 0; i < load->recorded; i++)
        sum += load->services_ns[i];
    return sum / (double)load->recorded;
}

static bool asks_maximum(const struct slo_list *promises)
{
    for (int i = 0; i < promises->count; i++)
        if (!strcmp(promises->items[i].kind->name, "max"))
            return true;
    return false;
}

/* The model to take: why it is the simulation, or "". */
static enum forecast_model choose(const struct forecast_load *load, int workers, const struct slo_list *promises,
                                  char *why, size_t size)
{
    struct mgc queue = {workers, load->rate, load->service, 1};
    if (load->arrivals == QUEUE_RECORDED)
        snprintf(why, size, "arrivals as recorded");
    else if (load->arrivals != QUEUE_POISSON)
        snprintf(why, size, "arrivals are not random");
    else if (load->places > 0)
        snprintf(why, size, "the queue is bounded");
    else if (asks_maximum(promises))
        snprintf(why, size, "no formula has a maximum");
    else if (mgc_holds(&queue, why, size))
        return FORECAST_CONVOLUTION;
    return FORECAST_SIMULATION;
}

static double formula_value(const struct mgc *queue, const struct slo *promise)
{
    if (promise->kind->quantile > 0)
        return mgc_quantile(queue, promise->kind->quantile);
    return promise->kind->is_loss ? 0 : mgc_wait_mean(queue) + queue->service->mean_ns;
}

static double played_value(const struct queue_outcome *outcome, const struct slo *promise)
{
    if (promise->kind->is_loss)
        return outcome->loss;
    if (promise->kind->quantile > 0)
        return hist_held(outcome->latency, promise->kind->quantile);
    if (outcome->latency->lost > 0)
        return INFINITY;
    return !strcmp(promise->kind->name, "mean") ? hist_mean(outcome->latency) : (double)outcome->latency->max;
}

static int play(const struct forecast_load *load, int workers, struct queue_outcome *outcome)
{
    bool recorded = load->arrivals == QUEUE_RECORDED;
    struct queue_simulation queue = {.workers = workers,
                                     .places = load->places,
                                     .full = POOL_REJECT,
                                     .arrivals = load->arrivals,
                                     .rate = load->rate,
                                     .on_ns = load->on_ns,
                                     .off_ns = load->off_ns,
                                     .times_ns = load->times_ns,
                                     .stretch = load->stretch,
                                     .service = load->service,
                                     .services_ns = recorded ? load->services_ns : NULL,
                                     .jobs = recorded         ? load->recorded
                                             : load->jobs > 0 ? load->jobs
                                                              : JOBS,
                                     .seed = load->seed};
    /* A tenth until it is steady; a recorded day is taken whole. */
    queue.warm_ns = recorded ? 0 : 0.1 * (double)queue.jobs / load->rate;
    return queue_simulate(&queue, outcome);
}

static void judge(struct forecast *out, const struct slo_list *promises)
{
    out->all_kept = true;
    for (int i = 0; i < promises->count; i++) {
        const struct slo *promise = &promises->items[i];
        double limit = promise->kind->is_loss ? promise->limit_share : (double)promise->limit_ns;
        out->kept[i] = out->values[i] <= limit; /* not where it is NaN */
        out->all_kept = out->all_kept && out->kept[i];
    }
}

int forecast_at(struct forecast *out, const struct forecast_load *load, int workers, const struct slo_list *promises)
{
    struct mgc queue = {workers, load->rate, load->service, 1};
    struct queue_outcome outcome;
    int error = 0;
    *out = (struct forecast){0};
    if (workers < 1 || !(forecast_mean_rate(load) > 0) || (!load->service && !load->services_ns))
        return -EINVAL;
    out->model = choose(load, workers, promises, out->why, sizeof out->why);
    out->utilisation = forecast_mean_rate(load) * mean_of(load) / workers;
    out->overloaded = out->utilisation >= 1;
    if (out->model == FORECAST_SIMULATION) {
        error = play(load, workers, &outcome);
        if (error)
            return error;
    }
    for (int i = 0; i < promises->count; i++) {
        const struct slo *promise = &promises->items[i];
        if (out->overloaded && load->places == 0 && load->arrivals != QUEUE_RECORDED) /* without end */
            out->values[i] = promise->kind->is_loss ? 1 - 1 / out->utilisation : INFINITY;
        else
            out->values[i] =
                out->model == FORECAST_CONVOLUTION ? formula_value(&queue, promise) : played_value(&outcome, promise);
    }
    if (out->model == FORECAST_SIMULATION)
        queue_outcome_destroy(&outcome);
    judge(out, promises);
    return 0;
}

int forecast_scaled(struct forecast *out, const struct forecast_load *load, int workers,
                    const struct slo_list *promises, double times)
{
    struct forecast_load other = *load;
    struct service scaled;
    double *services_ns = NULL;
    int error;
    if (!load->service || !(times > 0))
        return -EINVAL;
    error = service_scaled(&scaled, load->service, times);
    if (error)
        return error;
    other.service = &scaled;
    if (load->services_ns) {
        services_ns = calloc((size_t)load->recorded + 1, sizeof *services_ns);
        for (int64_t i = 0; i < load->recorded && services_ns; i++)
            services_ns[i] = times * load->services_ns[i];
        other.services_ns = services_ns;
        error = services_ns ? 0 : -ENOMEM;
    }
    error = error ? error : forecast_at(out, &other, workers, promises);
    free(services_ns);
    service_destroy(&scaled);
    return error;
}

const struct slo *forecast_impossible(const struct service *service, const struct slo_list *promises, double *alone_ns)
{
    for (int i = 0; i < promises->count; i++) {
        const struct slo *promise = &promises->items[i];
        if (promise->kind->is_loss)
            continue;
        *alone_ns = promise->kind->quantile > 0            ? service_quantile(service, promise->kind->quantile)
                    : !strcmp(promise->kind->name, "mean") ? service->mean_ns
                                                           : service_quantile(service, 1);
        if (*alone_ns > (double)promise->limit_ns)
            return promise;
    }
    return NULL;
}

int forecast_workers(const struct forecast_load *load, const struct slo_list *promises, int most)
{
    int low = 0, high = most;
    struct forecast found;
    int error = forecast_at(&found, load, most, promises);
    if (error || !found.all_kept)
        return error;
    while (high - low > 1) {
        int middle = low + (high - low) / 2;
        error = forecast_at(&found, load, middle, promises);
        if (error)
            return error;
        *(found.all_kept ? &high : &low) = middle;
    }
    return high;
}

/* The same load at another rate. */
static struct forecast_load at_rate(const struct forecast_load *load, double rate)
{
    struct forecast_load other = *load;
    other.rate = rate;
    if (load->arrivals == QUEUE_RECORDED) {
        other.stretch = 1;
        other.stretch = rate / forecast_mean_rate(&other);
    }
    return other;
}

static double loss_allowed(const struct slo_list *promises)
{
    for (int i = 0; i < promises->count; i++)
        if (promises->items[i].kind->is_loss)
            return promises->items[i].limit_share;
    return 0;
}

double forecast_rate(const struct forecast_load *load, int workers, const struct slo_list *promises)
{
    char why[160];
    int halvings =
        choose(load, workers, promises, why, sizeof why) == FORECAST_CONVOLUTION ? HALVINGS : HALVINGS_PLAYED;
    double low = 0, high = workers / mean_of(load) / (1 - loss_allowed(promises));
    for (int i = 0; i < halvings; i++) {
        double middle = (low + high) / 2;
        struct forecast_load tried = at_rate(load, middle);
        struct forecast found;
        if (forecast_at(&found, &tried, workers, promises))
            return NAN;
        *(found.all_kept ? &low : &high) = middle;
    }
    return low;
}

/* Whether those that so many places accept are in time at twice what the workers can do. -errno. */
static int places_keep(const struct service *service, int workers, const struct slo *promise, int64_t places,
                       uint64_t seed)
{
    double rate = 2 * workers / service->mean_ns;
    struct queue_simulation queue = {.workers = workers,
                                     .places = places,
                                     .full = POOL_REJECT,
                                     .rate = rate,
                                     .service = service,
                                     .jobs = JOBS_FULL + 20 * (places + workers),
                                     .warm_ns = 10 * (double)(places + workers) / rate,
                                     .seed = seed};
    struct queue_outcome outcome;
    int error = queue_simulate(&queue, &outcome);
    bool kept;
    if (error)
        return error;
    outcome.latency->lost = 0;
    kept = played_value(&outcome, promise) <= (double)promise->limit_ns;
    queue_outcome_destroy(&outcome);
    return kept;
}

/* -1: not even without a queue. One place is the least that can be played: none is left
 * to the service alone. */
static int64_t played_places(const struct service *service, int workers, const struct slo *promise, uint64_t seed)
{
    int64_t low = 0, high = 1;
    double most = 4 * (double)promise->limit_ns / service->mean_ns * workers + 16;
    int kept;
    while ((kept = places_keep(service, workers, promise, high, seed)) > 0 && (double)high < most) {
        low = high;
        high *= 2;
    }
    if (kept < 0)
        return kept;
    while (high - low > 1 && high - low > low / 64) { /* within 2%, what a simulation can say */
        int64_t middle = low + (high - low) / 2;
        kept = places_keep(service, workers, promise, middle, seed);
        if (kept < 0)
            return kept;
        *(kept ? &low : &high) = middle;
    }
    return low;
}

static int64_t places_for(const struct service *service, int workers, const struct slo *promise, uint64_t seed)
{
    bool like_exponential = service->cv2 > 0.9 && service->cv2 < 1.1 && promise->kind->quantile > 0;
    struct erlang_promise late = {promise->kind->quantile, (double)promise->limit_ns};
    return like_exponential ? erlang_places_most(workers, service->mean_ns, late)
                            : played_places(service, workers, promise, seed);
}

int64_t forecast_places(const struct service *service, int workers, const struct slo_list *promises, uint64_t seed)
{
    int64_t least = INT64_MAX;
    double alone;
    if (forecast_impossible(service, promises, &alone))
        return -1;
    for (int i = 0; i < promises->count; i++) {
        int64_t places = INT64_MAX;
        if (!promises->items[i].kind->is_loss && strcmp(promises->items[i].kind->name, "max"))
            places = places_for(service, workers, &promises->items[i], seed);
        least = places < least ? places : least;
    }
    return least;
}
