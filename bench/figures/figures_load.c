/* figures_load.c - see figures_load.h. The configurations that differ in their rate only
 * are one curve: those of a sweep, or the probes of a search. */
#include "bench/figures/figures_load.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/findings/slo_judge.h"
#include "bench/statistics/rates.h"
#include "bench/statistics/slo.h"

enum { POINTS_MAX = 256, FIGURES_MAX = 64 };

struct point {
    double offered, p50, value, low, high;
};

/* What one figure shows. */
struct load {
    char rest[160]; /* the workload without its rate */
    int workers;
    size_t which;   /* of the promises */
    struct slo slo; /* kind NULL: nothing was promised */
    double x[2], y[2];
};

static bool same_load(const json_t *configuration, const struct load *load)
{
    char rest[160];
    rates_left_out(result_string(configuration, "spec"), rest, sizeof rest);
    return !strcmp(result_string(configuration, "workload"), "burst") && !strcmp(rest, load->rest) &&
           ((int)result_integer(configuration, "workers") == load->workers ||
            drawing_is_floor(result_string(configuration, "pool")));
}

/* The latency that is drawn: of the promise; of the floor, of which nothing was
 * promised, only where it is the 99th percentile. */
static bool value_of(const json_t *configuration, const struct load *load, struct point *point)
{
    const json_t *judged =
        json_array_get(json_object_get(json_object_get(configuration, "summary"), "slo"), load->which);
    /* The median over rounds in files of before 0.4.0. */
    const char *name = json_object_get(judged, "median_ns") ? "median" : "value";
    char key[16];
    snprintf(key, sizeof key, "%s_ns", name);
    if (judged && json_is_number(json_object_get(judged, key))) {
        point->value = slo_value_of(judged, name);
        point->low = slo_value_of(judged, "low");
        point->high = slo_value_of(judged, "high");
        if (isinf(point->high)) /* too few samples for that end */
            point->high = point->value;
        return true;
    }
    if (judged || (load->slo.kind && strcmp(load->slo.kind->name, "p99")) ||
        !result_metric(configuration, "figures.latency_p99_ns", &point->value, &point->low, &point->high))
        return false;
    point->low = isnan(point->low) ? point->value : point->low;
    point->high = isnan(point->high) ? point->value : point->high;
    return true;
}

static int by_load(const void *left, const void *right)
{
    const struct point *a = left, *b = right;
    return (a->offered > b->offered) - (a->offered < b->offered);
}

/* A pool's curve, in the order of the load; of one rate measured in several ways (pins,
 * capacities) the first. */
static int gather(const struct drawing *drawing, const struct load *load, const char *pool, struct point *points)
{
    json_t *configuration;
    size_t i;
    int count = 0;
    const char *specs[POINTS_MAX];
    json_array_foreach (drawing->configurations, i, configuration) {
        struct point point = {0};
        double unused[2];
        bool known = strcmp(result_string(configuration, "pool"), pool) || !same_load(configuration, load);
        for (int k = 0; k < count; k++)
            known = known || !strcmp(specs[k], result_string(configuration, "spec"));
        if (known || count == POINTS_MAX || !value_of(configuration, load, &point) ||
            !result_metric(configuration, "figures.offered_per_s", &point.offered, &unused[0], &unused[1]) ||
            !result_metric(configuration, "figures.latency_p50_ns", &point.p50, &unused[0], &unused[1]))
            continue;
        specs[count] = result_string(configuration, "spec");
        points[count++] = point;
    }
    qsort(points, (size_t)count, sizeof *points, by_load);
    return count;
}

/* How many rates there are. */
static int rates_of(const struct drawing *drawing, const struct load *load)
{
    json_t *configuration, *earlier;
    size_t i, j;
    int count = 0;
    json_array_foreach (drawing->configurations, i, configuration) {
        bool known = !same_load(configuration, load);
        for (j = 0; j < i && !known; j++) {
            earlier = json_array_get(drawing->configurations, j);
            known = same_load(earlier, load) &&
                    !strcmp(result_string(earlier, "spec"), result_string(configuration, "spec"));
        }
        count += !known;
    }
    return count;
}

/* Room for the promise's name at the left, where a curve or its bars would cross it. */
static double room_left(const struct drawing *drawing, const struct load *load)
{
    static const double share = 0.27, above = 0.9;
    double span = log(load->x[1] / load->x[0]);
    bool crossed = false;
    for (int p = 0; p < drawing->pool_count; p++) {
        struct point points[POINTS_MAX];
        int count = gather(drawing, load, drawing->pools[p], points);
        for (int i = 0; i < count; i++)
            crossed = crossed || (points[i].high > above * (double)load->slo.limit_ns &&
                                  log(points[i].offered / load->x[0]) < share * span);
    }
    return crossed ? exp(-share / (1 - share) * span) : 1;
}

static void widen(struct load *load, const struct point *point)
{
    load->x[0] = fmin(load->x[0], point->offered);
    load->x[1] = fmax(load->x[1], point->offered);
    load->y[0] = fmin(load->y[0], fmin(point->p50, point->low));
    load->y[1] = fmax(load->y[1], point->high);
}

/* "ring", after a search "ring 367k/s", or where it did not end at the promise "ring >= 367k/s" or "ring ~367k/s". */
static void label_text(const struct drawing *drawing, const struct load *load, const char *pool, char *text,
                       size_t size)
{
    json_t *search;
    size_t i;
    snprintf(text, size, "%s", pool);
    json_array_foreach (json_object_get(drawing->result, "searches"), i, search) {
        double rate = (double)result_integer(search, "rate_kept");
        char rest[160], rate_text[24];
        rates_left_out(result_string(search, "spec"), rest, sizeof rest);
        if (strcmp(result_string(search, "pool"), pool) || strcmp(rest, load->rest) ||
            (int)result_integer(search, "workers") != load->workers)
            continue;
        if (rate > 0)
            snprintf(text, size, "%s %s%s", pool, result_rate_bound(search),
                     drawing_rate_text(rate, rate_text, sizeof rate_text));
        else
            snprintf(text, size, "%s keeps none", pool);
        return;
    }
}

/* The data, and the end of each curve. Returns how many there are. */
static int write_curves(const struct drawing *drawing, struct load *load, FILE *file, struct drawing_label *labels)
{
    static char texts[DRAWING_POOLS_MAX][64];
    int label_count = 0;
    fprintf(file, "pool\toffered_per_s\tp50_ns\tvalue_ns\tlow_ns\thigh_ns\n");
    for (int p = 0; p < drawing->pool_count; p++) {
        struct point points[POINTS_MAX];
        const char *pool = drawing->pools[p];
        int count = gather(drawing, load, pool, points);
        for (int i = 0; i < count; i++) {
            widen(load, &points[i]);
            fprintf(file, "%s\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\n", pool, points[i].offered, points[i].p50, points[i].value,
                    points[i].low, points[i].high);
        }
        if (!count)
            continue;
        label_text(drawing, load, pool, texts[p], sizeof texts[p]);
        labels[label_count++] = (struct drawing_label){
            .pool = pool, .text = texts[p], .x = points[count - 1].offered, .y = points[count - 1].value};
    }
    return label_count;
}

/* Letters of the longest of the names. */
static int longest_of(const struct drawing_label *labels, int count)
{
    int longest = 0;
    for (int i = 0; i < count; i++)
        longest = (int)strlen(labels[i].text) > longest ? (int)strlen(labels[i].text) : longest;
    return longest;
}

/* The promise is drawn where it is not far off all curves, else said. */
static void say_promise(const struct drawing *drawing, struct load *load, struct drawing_figure *figure, char *far,
                        size_t size)
{
    static const double much = 30;
    double limit = (double)load->slo.limit_ns;
    char text[64], named[80];
    bool near = load->slo.kind && limit < load->y[1] * much && limit > load->y[0] / much;
    *far = '\0';
    if (load->slo.kind)
        slo_text(&load->slo, text, sizeof text);
    if (near) {
        load->y[0] = fmin(load->y[0], limit);
        load->y[1] = fmax(load->y[1], limit);
        load->x[0] *= room_left(drawing, load);
        drawing_say(figure, "promise = %.6g", limit * 1e-9);
        snprintf(named, sizeof named, "promise %s", text);
        drawing_say_text(figure, "promise_text", named);
    } else if (load->slo.kind)
        snprintf(far, size, "; the promise, %s, is far %s", text, limit > load->y[1] ? "above" : "below");
}

static int draw(const struct drawing *drawing, struct load *load, const char *name)
{
    char dim[640], far[128], workers[32];
    const char *quantity = load->slo.kind ? load->slo.kind->name : "p99";
    bool searched = json_array_size(json_object_get(drawing->result, "searches")) > 0;
    struct drawing_figure figure = {.script = "load",
                                    .name = name,
                                    .dim = dim,
                                    .title = load->slo.kind ? "How much load before the promise breaks?"
                                                            : "How much load before the tail grows?"};
    FILE *file = drawing_data(drawing, name);
    struct drawing_label labels[DRAWING_POOLS_MAX];
    double x_end;
    int curves;
    if (!file)
        return -EIO;
    curves = write_curves(drawing, load, file, labels);
    drawing_close(drawing, file);
    if (!curves)
        return 0;
    if (load->x[1] < load->x[0] * 1.05) { /* one rate only */
        load->x[0] /= 2;
        load->x[1] *= 1.1;
    }
    say_promise(drawing, load, &figure, far, sizeof far);
    x_end = drawing_beyond(load->x[0], load->x[1], true);
    drawing_spread(labels, curves, load->y[0] / 1.4, load->y[1] * 1.4, true, x_end);
    drawing_labels(drawing, name, "pool\toffered_per_s\tvalue_ns\ttext", labels, curves);
    figure.name_length = longest_of(labels, curves); /* after a search with their rates */
    drawing_say(&figure, "value_low = %.6g\nvalue_high = %.6g\nx_low = %.6g\nx_high = %.6g\nx_end = %.6g",
                load->y[0] * 1e-9, load->y[1] * 1e-9, load->x[0], load->x[1], x_end);
    snprintf(dim, sizeof dim, "%s, %s; solid: %s, bar: its 95%% interval%s; dotted: median%s", load->rest,
             drawing_workers_text(load->workers, workers, sizeof workers), quantity,
             searched ? ", of a probe's rounds together" : "",
             *far       ? far
             : searched ? "; names: the highest rate kept (~: not proved)"
                        : "");
    return drawing_draw(drawing, &figure);
}

/* The promises of the document, or one entry without any. */
static int promises_of(const struct drawing *drawing, struct slo *promises)
{
    json_t *promise;
    size_t i;
    int count = 0;
    json_array_foreach (json_object_get(drawing->result, "slo"), i, promise)
        if (count < SLO_MAX)
            promises[count++] = slo_from_json(promise);
    if (!count)
        promises[count++] = (struct slo){0};
    return count;
}

static int draw_promises(const struct drawing *drawing, struct load load, int *figures)
{
    struct slo promises[SLO_MAX];
    int count = promises_of(drawing, promises), error = 0;
    for (int s = 0; s < count && !error; s++) {
        char word[160], name[224] = "load";
        if (promises[s].kind && promises[s].kind->is_loss)
            continue; /* it is no latency */
        load.which = (size_t)s;
        load.slo = promises[s];
        load.x[0] = load.y[0] = INFINITY;
        load.x[1] = load.y[1] = 0;
        if ((*figures)++)
            snprintf(name, sizeof name, "load-%s-t%d%s%s", label_word(load.rest, word, sizeof word), load.workers,
                     s ? "-" : "", s && load.slo.kind ? load.slo.kind->name : "");
        error = draw(drawing, &load, name);
    }
    return error;
}

int figures_load(const struct drawing *drawing)
{
    struct load done[FIGURES_MAX];
    json_t *configuration;
    size_t i;
    int count = 0, figures = 0, error = 0;
    int least = json_array_size(json_object_get(drawing->result, "searches")) ? 1 : 2;
    json_array_foreach (drawing->configurations, i, configuration) {
        struct load load = {.workers = (int)result_integer(configuration, "workers")};
        bool known = strcmp(result_string(configuration, "workload"), "burst") ||
                     drawing_is_floor(result_string(configuration, "pool")) ||
                     *result_string(configuration, "unsupported");
        rates_left_out(result_string(configuration, "spec"), load.rest, sizeof load.rest);
        for (int k = 0; k < count; k++)
            known = known || (done[k].workers == load.workers && !strcmp(done[k].rest, load.rest));
        if (known || count == FIGURES_MAX || error || rates_of(drawing, &load) < least)
            continue;
        done[count++] = load;
        error = draw_promises(drawing, load, &figures);
    }
    return error;
}
