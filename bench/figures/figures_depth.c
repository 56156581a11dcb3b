/* figures_depth.c - see figures_depth.h. */
#include "bench/figures/figures_depth.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/result.h"

enum { SUBMIT, DRAIN, BYTES, PANELS, POINTS_MAX = 1024 };

static const struct panel {
    const char *name, *metric;
} panels[PANELS] = {
    [SUBMIT] = {"depth-submit", "figures.submit_ns"},
    [DRAIN] = {"depth-drain", "figures.drain_ns"},
    [BYTES] = {"depth-bytes", "figures.bytes_per_job"},
};

/* One pool at one depth. */
struct point {
    const char *pool;
    double depth, value[PANELS][3], shallow;
};

static int by_pool_and_depth(const void *left, const void *right)
{
    const struct point *a = left, *b = right;
    int order = strcmp(a->pool, b->pool);
    return order ? order : (a->depth > b->depth) - (a->depth < b->depth);
}

/* How deep a configuration's queue was: its parameter, unless the capacity was less. */
static double depth_of(const json_t *configuration)
{
    struct workload_spec spec;
    char why[256];
    double capacity = (double)result_integer(configuration, "capacity");
    if (workload_parse(result_string(configuration, "spec"), &spec, why, sizeof why) || !spec.values[0])
        return capacity;
    return fmin(capacity, (double)spec.values[0]);
}

/* The points with the most workers; tells how many those are. */
static int points_of(const struct drawing *drawing, struct point *points, int *workers)
{
    json_t *configuration;
    size_t i;
    int count = 0;
    *workers = 0;
    json_array_foreach (drawing->configurations, i, configuration)
        if (!strcmp(result_string(configuration, "workload"), "depth") &&
            result_integer(configuration, "workers") > *workers)
            *workers = (int)result_integer(configuration, "workers");
    json_array_foreach (drawing->configurations, i, configuration) {
        struct point *point = &points[count];
        double low, high;
        if (count == POINTS_MAX || strcmp(result_string(configuration, "workload"), "depth") ||
            result_integer(configuration, "workers") != *workers ||
            !result_metric(configuration, panels[SUBMIT].metric, &point->value[SUBMIT][0], &low, &high))
            continue;
        for (int p = 0; p < PANELS; p++)
            result_metric(configuration, panels[p].metric, &point->value[p][0], &point->value[p][1],
                          &point->value[p][2]);
        result_metric(configuration, "figures.submit_shallow_ns", &point->shallow, &low, &high);
        point->pool = result_string(configuration, "pool");
        point->depth = depth_of(configuration);
        count++;
    }
    qsort(points, (size_t)count, sizeof *points, by_pool_and_depth);
    return count;
}

/* The least and the most of a panel, and the ends of its lines. */
static void panel_say(const struct drawing *drawing, struct drawing_figure *figure, int panel,
                      const struct point *points, int count, double x_end)
{
    struct drawing_label labels[DRAWING_POOLS_MAX];
    double low = INFINITY, high = 0;
    int label_count = 0;
    bool logarithmic;
    for (int i = 0; i < count; i++) {
        const double *value = points[i].value[panel];
        bool last = i == count - 1 || strcmp(points[i].pool, points[i + 1].pool);
        if (isnan(value[0]))
            continue;
        low = fmin(low, panel == SUBMIT ? fmin(value[1], points[i].shallow) : value[1]);
        high = fmax(high, panel == SUBMIT ? fmax(value[2], points[i].shallow) : value[2]);
        if (last && label_count < DRAWING_POOLS_MAX)
            labels[label_count++] = (struct drawing_label){points[i].pool, points[i].pool, points[i].depth, value[0]};
    }
    if (!label_count) { /* without jemalloc no panel has bytes */
        low = 1;
        high = 10;
    }
    low = fmax(low, high * 1e-9);
    logarithmic = high > 20 * low;
    low = logarithmic ? low / 1.3 : 0;
    high *= logarithmic ? 1.3 : 1.1;
    drawing_spread(labels, label_count, low, high, logarithmic, x_end);
    drawing_labels(drawing, panels[panel].name, "pool\tdepth\tvalue\ttext", labels, label_count);
    drawing_say(figure, "lows[%d] = %.6g\nhighs[%d] = %.6g\nlogs[%d] = %d", panel + 1, low, panel + 1, high, panel + 1,
                logarithmic);
}

static int write_points(const struct drawing *drawing, const struct point *points, int count)
{
    FILE *file = drawing_data(drawing, "depth");
    if (!file)
        return -EIO;
    fprintf(file, "pool\tdepth\tsubmit_ns\tlow\thigh\tdrain_ns\tlow\thigh\tbytes_per_job\tlow\thigh\tshallow_ns\n");
    for (int i = 0; i < count; i++) {
        fprintf(file, "%s\t%.6g", points[i].pool, points[i].depth);
        for (int p = 0; p < PANELS; p++)
            fprintf(file, "\t%.6g\t%.6g\t%.6g", points[i].value[p][0], points[i].value[p][1], points[i].value[p][2]);
        fprintf(file, "\t%.6g\n", points[i].shallow);
    }
    drawing_close(drawing, file);
    return 0;
}

int figures_depth(const struct drawing *drawing)
{
    struct drawing_figure figure = {.script = "depth", .name = "depth", .title = "What does a deep queue cost?"};
    struct point *points = malloc(POINTS_MAX * sizeof *points);
    double least = INFINITY, most = 0;
    char dim[256], text[32], bar[48];
    int workers, count = points ? points_of(drawing, points, &workers) : 0, error = points ? 0 : -ENOMEM;
    for (int i = 0; i < count; i++) {
        least = fmin(least, points[i].depth);
        most = fmax(most, points[i].depth);
    }
    if (!error && most > least) {
        error = write_points(drawing, points, count);
        double x_end = drawing_beyond(least, most, true);
        drawing_say(&figure, "x_low = %.6g\nx_high = %.6g\nx_end = %.6g\narray lows[3]\narray highs[3]\narray logs[3]",
                    least, most, x_end);
        for (int p = 0; p < PANELS && !error; p++)
            panel_say(drawing, &figure, p, points, count, x_end);
        snprintf(
            dim, sizeof dim,
            "over jobs in the queue, %s, all held; mark: median of rounds, %s; dotted: the first submits of a filling",
            drawing_workers_text(workers, text, sizeof text), drawing_bar_text(drawing, &figure, bar, sizeof bar));
        figure.dim = dim;
        error = error ? error : drawing_draw(drawing, &figure);
    }
    free(points);
    return error;
}
