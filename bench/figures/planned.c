/* planned.c - see planned.h. */
#include "bench/figures/planned.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/findings/slo_judge.h"
#include "bench/models/forecast.h"
#include "bench/results/hist_json.h"
#include "bench/statistics/rates.h"

double planned_number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static int by_workers(const void *left, const void *right)
{
    const struct planned_size *a = left, *b = right;
    return (a->workers > b->workers) - (a->workers < b->workers);
}

/* The first promise about time. */
static struct slo promise_of(const json_t *result)
{
    json_t *promise;
    size_t i;
    json_array_foreach (json_object_get(result, "slo"), i, promise) {
        struct slo slo = slo_from_json(promise);
        if (slo.kind && !slo.kind->is_loss)
            return slo;
    }
    return (struct slo){0};
}

static bool take_point(const struct planned *planned, const json_t *configuration, int workers,
                       struct planned_point *point)
{
    const json_t *judged;
    char rest[160];
    size_t i;
    rates_left_out(result_string(configuration, "spec"), rest, sizeof rest);
    if (strcmp(rest, planned->rest) || result_integer(configuration, "workers") != workers ||
        strcmp(result_string(configuration, "full"), planned->policy))
        return false;
    json_array_foreach (json_object_get(json_object_get(configuration, "summary"), "slo"), i, judged) {
        struct slo slo = slo_from_json(judged);
        double unused[2];
        if (slo.kind != planned->slo.kind || slo.limit_ns != planned->slo.limit_ns)
            continue;
        point->ns = slo_value_of(judged, "value");
        point->low_ns = slo_value_of(judged, "low");
        point->high_ns = slo_value_of(judged, "high");
        point->samples = planned_number(judged, "samples");
        snprintf(point->verdict, sizeof point->verdict, "%.15s", result_string(judged, "verdict"));
        if (!result_metric(configuration, "figures.offered_per_s", &point->rate, &unused[0], &unused[1]))
            return false;
        point->rate *= planned->scale;
        return point->ns > 0 && isfinite(point->ns) && point->low_ns > 0 && point->rate > 0;
    }
    return false;
}

static int by_rate(const void *left, const void *right)
{
    const struct planned_point *a = left, *b = right;
    return (a->rate > b->rate) - (a->rate < b->rate);
}

int planned_points(const struct planned *planned, int workers, struct planned_point *points)
{
    static const double near = 0.005; /* the rate that is offered differs a little from what was asked for */
    json_t *configuration;
    size_t i;
    int count = 0;
    json_array_foreach (planned->drawing->configurations, i, configuration) {
        struct planned_point point = {0};
        int k = 0;
        if (!take_point(planned, configuration, workers, &point))
            continue;
        while (k < count && fabs(points[k].rate / point.rate - 1) > near)
            k++;
        if (k == count && count < PLANNED_POINTS_MAX)
            points[count++] = point;
        else if (k < count && !(point.samples < points[k].samples))
            points[k] = point;
    }
    qsort(points, (size_t)count, sizeof *points, by_rate);
    return count;
}

double planned_model_ns(const struct planned *planned, int workers, double rate)
{
    enum { JOBS = 200000 }; /* where it is played */
    struct slo_list promises = {.count = 1, .items = {planned->slo}};
    struct forecast_load load = {
        .service = &planned->service, .rate = rate / 1e9, .arrivals = QUEUE_POISSON, .jobs = JOBS, .seed = 1};
    struct forecast forecast;
    if (!planned->service.count || forecast_at(&forecast, &load, workers, &promises))
        return NAN;
    return forecast.overloaded ? INFINITY : forecast.values[0];
}

/* The services that the planning measured first. */
static void take_service(struct planned *planned)
{
    static struct hist hist; /* large; figures are of one thread */
    json_int_t index = result_integer(json_object_get(planned->plan, "service"), "configuration");
    const json_t *configuration = index < 0 ? NULL : json_array_get(planned->drawing->configurations, (size_t)index);
    const json_t *latency = json_object_get(json_object_get(configuration, "summary"), "latency");
    hist = (struct hist){0};
    if (hist_json_read(&hist, json_object_get(latency, "start_to_end")) || service_from_hist(&planned->service, &hist))
        planned->service = (struct service){0};
}

/* The rate of a recording as it was asked for: what was offered of it is what is counted, without the warm-up. */
static void take_scale(struct planned *planned, const json_t *sizes)
{
    const json_t *size, *configuration;
    double offered, unused[2];
    size_t i;
    json_array_foreach (sizes, i, size) {
        configuration = json_array_get(planned->drawing->configurations, (size_t)result_integer(size, "configuration"));
        if (planned->recorded && planned->rate > 0 &&
            result_metric(configuration, "figures.offered_per_s", &offered, &unused[0], &unused[1]) && offered > 0)
            planned->scale = planned->rate / offered;
    }
}

static void take_size(struct planned *planned, const json_t *object)
{
    static const double far = 0.1, far_recorded = 0.01; /* probes of a recording may be near */
    struct planned_point points[PLANNED_POINTS_MAX];
    struct planned_size size = {.workers = (int)result_integer(object, "workers")};
    const json_t *model = json_object_get(object, "model");
    int count;
    if (size.workers < 1 || size.workers > FORECAST_WORKERS_MAX || planned->size_count == PLANNED_SIZES_MAX)
        return;
    count = planned_points(planned, size.workers, points);
    size.at_rate = (struct planned_point){.ns = NAN};
    for (int i = 0; i < count; i++)
        if (fabs(points[i].rate / planned->rate - 1) < (planned->recorded ? far_recorded : far) &&
            !(points[i].samples < size.at_rate.samples))
            size.at_rate = points[i];
    size.model_rate =
        planned_number(planned->rate > 0 ? model : object, planned->rate > 0 ? "rate_per_s" : "model_per_s");
    size.model_ns = !(planned->rate > 0) ? NAN
                    : planned->recorded  ? planned_number(model, "value_ns")
                                         : planned_model_ns(planned, size.workers, planned->rate);
    size.curve = planned->recorded ? json_object_get(model, "curve_ns") : NULL;
    planned->sizes[planned->size_count++] = size;
}

int planned_begin(struct planned *planned, const struct drawing *drawing)
{
    const json_t *sizes, *size;
    char spec[200];
    size_t i;
    *planned = (struct planned){.drawing = drawing, .scale = 1, .plan = json_object_get(drawing->result, "plan")};
    sizes = json_object_get(planned->plan, "sizes");
    planned->slo = promise_of(drawing->result);
    planned->rate = planned_number(planned->plan, "rate");
    if (json_is_object(json_object_get(planned->plan, "max"))) { /* each size was asked for its own rate */
        sizes = json_object_get(json_object_get(planned->plan, "max"), "rates");
        planned->rate = 0;
    }
    planned->answer = (int)result_integer(json_object_get(planned->plan, "answer"), "workers");
    planned->policy = result_string(json_array_get(sizes, 0), "full");
    planned->recorded = json_is_object(json_object_get(planned->plan, "trace"));
    if (planned->recorded)
        snprintf(spec, sizeof spec, "%.190s", result_string(json_object_get(planned->plan, "trace"), "spec"));
    else
        snprintf(spec, sizeof spec, "burst:of=%.150s", result_string(planned->plan, "workload"));
    rates_left_out(spec, planned->rest, sizeof planned->rest);
    if (!planned->slo.kind || !(planned->rate >= 0) || !json_array_size(sizes))
        return -EINVAL;
    if (!planned->recorded)
        take_service(planned);
    take_scale(planned, sizes);
    json_array_foreach (sizes, i, size)
        take_size(planned, size);
    qsort(planned->sizes, (size_t)planned->size_count, sizeof *planned->sizes, by_workers);
    return planned->size_count ? 0 : -EINVAL;
}

void planned_end(struct planned *planned)
{
    if (planned->service.count)
        service_destroy(&planned->service);
}
