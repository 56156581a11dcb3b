/* figures_speed.c - see figures_speed.h. */
#include "bench/figures/figures_speed.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/statistics/metg.h"
#include "workloads/core/units.h"

enum { PANELS_IN_ROW = 5, PANELS_MAX = 2 * PANELS_IN_ROW };

/* Throughput. */

/* Two rows of panels at most. */
static int panels_choose(const struct drawing *drawing, const struct drawing_spec *panels[PANELS_MAX], bool *left_out)
{
    int count = 0;
    *left_out = false;
    for (int s = 0; s < drawing->spec_count; s++) {
        const struct drawing_spec *spec = &drawing->specs[s];
        if (spec->common && count < PANELS_MAX)
            panels[count++] = spec;
        else
            *left_out = *left_out || spec->common;
    }
    return count;
}

/* The rows of one panel; tells its range. */
static void panel_write(const struct drawing *drawing, const struct drawing_spec *spec, int panel, FILE *file,
                        double range[2])
{
    char text[32];
    range[0] = INFINITY;
    range[1] = 0;
    for (int p = 0; p < drawing->pool_count; p++) {
        bool single = spec->workers_low == spec->workers_high || drawing_is_floor(drawing->pools[p]);
        for (int most = single; most < 2; most++) {
            int workers = most ? spec->workers_high : spec->workers_low;
            double v[3];
            if (!drawing_metric(drawing, spec->text, drawing->pools[p], workers, "jobs_per_s", v) || !(v[1] > 0))
                continue;
            units_count_text(v[0], text, sizeof text);
            fprintf(file, "%d\t%d\t%s\t%d\t%d\t%.6g\t%.6g\t%.6g\t%s\t%s\n", panel, p + 1, drawing->pools[p], workers,
                    most, v[0], v[1], v[2], text, spec->text);
            range[0] = fmin(range[0], v[1]);
            range[1] = fmax(range[1], v[2]);
        }
    }
    if (!isfinite(range[0])) {
        range[0] = 1;
        range[1] = 10;
    }
}

int figures_throughput(const struct drawing *drawing)
{
    struct drawing_figure figure = {
        .script = "throughput", .name = "throughput", .title = "Which pool gets the most jobs done?"};
    const struct drawing_spec *panels[PANELS_MAX];
    char dim[320], bar[48], lows[256] = "", highs[256] = "", few[96] = "", many[96] = "", element[16];
    bool left_out;
    int count = panels_choose(drawing, panels, &left_out), rows;
    FILE *file = count ? drawing_data(drawing, "throughput") : NULL;
    if (!file)
        return count ? -EIO : 0;
    fprintf(file, "panel\trow\tpool\tworkers\tmost_workers\tjobs_per_s\tlow\thigh\ttext\tworkload\n");
    rows = count > PANELS_IN_ROW ? 2 : 1;
    drawing_say(&figure, "rows = %d\npanel_count = %d\npanel_rows = %d\narray panels[%d]\nheight = %d",
                drawing->pool_count, count, rows, count, rows * (110 + 42 * drawing->pool_count) + 190);
    for (int s = 0; s < count; s++) {
        double range[2];
        panel_write(drawing, panels[s], s + 1, file, range);
        snprintf(element, sizeof element, "panels[%d]", s + 1);
        drawing_say_text(&figure, element, panels[s]->text);
        snprintf(lows + strlen(lows), sizeof lows - strlen(lows), "%.6g ", range[0]);
        snprintf(highs + strlen(highs), sizeof highs - strlen(highs), "%.6g ", range[1]);
        snprintf(few + strlen(few), sizeof few - strlen(few), "%d ", panels[s]->workers_low);
        snprintf(many + strlen(many), sizeof many - strlen(many), "%d ", panels[s]->workers_high);
    }
    drawing_close(drawing, file);
    drawing_say(&figure, "lows = \"%s\"\nhighs = \"%s\"\nfew = \"%s\"\nmany = \"%s\"", lows, highs, few, many);
    snprintf(dim, sizeof dim,
             "jobs per second, all axes logarithmic; filled: the most workers, hollow: the fewest; mark and number: "
             "median over rounds (processes), %s%s",
             drawing_bar_text(drawing, &figure, bar, sizeof bar), left_out ? "; other workloads in the table" : "");
    figure.dim = dim;
    return drawing_draw(drawing, &figure);
}

/* Efficiency over size. */

struct point {
    double size, value[3];
};

static int by_size(const void *left, const void *right)
{
    const struct point *a = left, *b = right;
    return (a->size > b->size) - (a->size < b->size);
}

static int efficiency_points(const struct drawing *drawing, const char *pool, int workers, struct point *points)
{
    int count = 0;
    for (int s = 0; s < drawing->spec_count; s++) {
        struct point *point = &points[count];
        const struct drawing_spec *spec = &drawing->specs[s];
        if (metg_size(&spec->parsed, &point->size) && spec->workers_high == workers &&
            drawing_metric(drawing, spec->text, pool, workers, "busy", point->value))
            count++;
    }
    qsort(points, (size_t)count, sizeof *points, by_size);
    return count;
}

/* METG as the result has it, for that is what the table says; in files without it,
 * where the line of medians crosses one half. 0: nowhere. */
static double half_at(const struct drawing *drawing, const char *pool, int workers, const struct point *points,
                      int count)
{
    struct metg_point line[DRAWING_SPECS_MAX];
    double at;
    json_t *metg;
    size_t m;
    json_array_foreach (json_object_get(drawing->result, "metg"), m, metg)
        if (!strcmp(result_string(metg, "pool"), pool) && (int)result_integer(metg, "workers") == workers &&
            !strcmp(result_string(metg, "spec"), "cpu"))
            return json_number_value(json_object_get(metg, "ns"));
    for (int i = 0; i < count; i++)
        line[i] = (struct metg_point){points[i].size, points[i].value[0]};
    at = metg_at(line, count);
    return isfinite(at) ? at : 0;
}

/* The most workers that cpu jobs were measured with; 0: there were no such jobs. */
static int efficiency_workers(const struct drawing *drawing)
{
    int most = 0;
    double size;
    for (int s = 0; s < drawing->spec_count; s++)
        if (metg_size(&drawing->specs[s].parsed, &size) && drawing->specs[s].workers_high > most)
            most = drawing->specs[s].workers_high;
    return most;
}

int figures_efficiency(const struct drawing *drawing)
{
    struct drawing_figure figure = {.script = "efficiency",
                                    .name = "efficiency",
                                    .title = "How short may a job be before the pool eats half the machine?"};
    struct point points[DRAWING_SPECS_MAX];
    struct drawing_label labels[DRAWING_POOLS_MAX];
    char dim[256], bar[48], workers[32];
    double low = INFINITY, high = 0, top = 1, x_end;
    int label_count = 0, crossings = 0, most = efficiency_workers(drawing);
    FILE *file, *metg;
    if (!most)
        return 0; /* no cpu workload in this run */
    file = drawing_data(drawing, "efficiency");
    metg = drawing_data(drawing, "efficiency-metg");
    if (!file || !metg)
        return -EIO;
    fprintf(file, "pool\tsize_ns\tefficiency\tlow\thigh\n");
    fprintf(metg, "pool\tsize_ns\ttext\trow\n");
    for (int p = 0; p < drawing->pool_count; p++) {
        int count = efficiency_points(drawing, drawing->pools[p], most, points);
        double half = half_at(drawing, drawing->pools[p], most, points, count);
        char text[32];
        for (int i = 0; i < count; i++) {
            fprintf(file, "%s\t%.6g\t%.6g\t%.6g\t%.6g\n", drawing->pools[p], points[i].size, points[i].value[0],
                    points[i].value[1], points[i].value[2]);
            low = fmin(low, points[i].size);
            high = fmax(high, points[i].size);
            top = fmax(top, points[i].value[2]);
        }
        if (count)
            labels[label_count++] = (struct drawing_label){drawing->pools[p], drawing->pools[p], points[count - 1].size,
                                                           points[count - 1].value[0]};
        if (half > 0)
            fprintf(metg, "%s\t%.6g\t%s\t%d\n", drawing->pools[p], half, units_time_text(half, text, sizeof text),
                    crossings++);
    }
    if (!crossings)
        fprintf(metg, "none\tNaN\t\t0\n");
    drawing_close(drawing, metg);
    drawing_close(drawing, file);
    if (!label_count)
        return 0; /* nothing came to an end */
    x_end = drawing_beyond(low, high, true) * 1.05;
    drawing_spread(labels, label_count, 0, top, false, x_end);
    drawing_labels(drawing, "efficiency", "pool\tsize_ns\tefficiency\ttext", labels, label_count);
    snprintf(figure.extra, sizeof figure.extra, "size_low = %.6g\nsize_high = %.6g\ntop = %.6g\nx_end = %.6g\n",
             low * 1e-9 * 0.9, high * 1e-9 * 1.1, top, x_end);
    snprintf(dim, sizeof dim,
             "efficiency = jobs x length / (wall time x CPUs at work), %s; mark: median of rounds, %s%s",
             drawing_workers_text(most, workers, sizeof workers), drawing_bar_text(drawing, &figure, bar, sizeof bar),
             low == high ? "; one length only" : "");
    figure.dim = dim;
    return drawing_draw(drawing, &figure);
}

/* Latency. */

/* One pool's curve; tells its range, and where it ends. Returns false when there is none: no jobs, or none that
 * got a service. */
static bool latency_curve(FILE *file, const char *pool, const json_t *hist, double range[2], struct drawing_label *end)
{
    json_int_t total = result_integer(hist, "count") + result_integer(hist, "lost");
    bool some = false;
    for (int step = 0; step <= 80 && total; step++) {
        double one_in = pow(10, step / 20.0), value = drawing_quantile(hist, 1 - 1 / one_in);
        if (one_in > (double)total || isnan(value))
            break; /* more nines than samples, or the rest was lost */
        value = fmax(1, value);
        *end = (struct drawing_label){pool, pool, one_in, value};
        fprintf(file, "%s\t%.6g\t%.6g\t%d\n", pool, one_in, value, step % 20 == 0);
        range[0] = fmin(range[0], value);
        range[1] = fmax(range[1], value);
        some = true;
    }
    return some;
}

int figures_latency(const struct drawing *drawing, const struct drawing_spec *spec)
{
    char word[128], name[160], title[160], dim[1024], workers[32], without[640] = "";
    struct drawing_figure figure = {.script = "latency", .name = name, .title = title, .dim = dim};
    struct drawing_label labels[DRAWING_POOLS_MAX];
    double range[2] = {INFINITY, 0};
    bool lost = false;
    int label_count = 0;
    FILE *file;
    snprintf(name, sizeof name, "latency-%s", label_word(spec->text, word, sizeof word));
    file = drawing_data(drawing, name);
    if (!file)
        return -EIO;
    fprintf(file, "pool\tone_in\tlatency_ns\tmarked\n");
    for (int p = 0; p < drawing->pool_count; p++) {
        const json_t *configuration = drawing_find(drawing, spec->text, drawing->pools[p], spec->workers_high);
        const json_t *latency = json_object_get(json_object_get(configuration, "summary"), "latency");
        const json_t *hist = json_object_get(latency, "submit_to_end");
        lost = lost || result_integer(hist, "lost") > 0;
        label_count += latency_curve(file, drawing->pools[p], hist, range, &labels[label_count]);
        if (result_is_unfilled(latency))
            snprintf(without + strlen(without), sizeof without - strlen(without), "%s%s", *without ? ", " : "",
                     drawing->pools[p]);
    }
    drawing_close(drawing, file);
    if (!label_count)
        return 0;
    drawing_spread(labels, label_count, range[0] / 1.4, range[1] * 1.4, true, drawing_beyond(1, 1e4, true));
    drawing_labels(drawing, name, "pool\tone_in\tlatency_ns\ttext", labels, label_count);
    snprintf(figure.extra, sizeof figure.extra, "value_low = %.6g\nvalue_high = %.6g\nx_end = %.6g\n", range[0] * 1e-9,
             range[1] * 1e-9, drawing_beyond(1, 1e4, true));
    snprintf(title, sizeof title, "How long does a job take? %s", spec->text);
    snprintf(dim, sizeof dim,
             "from submit to end, %s, the queue kept full; line: sampled jobs of all rounds together%s%s%s",
             drawing_workers_text(spec->workers_high, workers, sizeof workers),
             lost ? "; who got no service is infinitely late: there a line ends" : "",
             *without ? "; no line where slices do not keep the queue full: " : "", without);
    return drawing_draw(drawing, &figure);
}

/* Throughput over workers. */

/* What the workers could do at most: from the length of cpu jobs; else from the
 * fastest pool's speed with the fewest workers. Jobs/s of one worker. */
static double ideal_of(const struct drawing *drawing, const struct drawing_spec *spec)
{
    double size, v[3], fastest = 0;
    if (metg_size(&spec->parsed, &size))
        return 1e9 / size;
    for (int p = 0; p < drawing->pool_count; p++)
        if (!drawing_is_floor(drawing->pools[p]) &&
            drawing_metric(drawing, spec->text, drawing->pools[p], spec->workers_low, "jobs_per_s", v))
            fastest = fmax(fastest, v[0]);
    return spec->parsed.ops && spec->parsed.ops->waits ? fastest / spec->workers_low : 0;
}

/* What the CPUs can do at most, however many workers wait: jobs/s; 0: the CPU time of a
 * job is not known. */
static double ideal_most(const struct drawing_spec *spec, double cpus)
{
    double work = spec->parsed.ops ? spec->parsed.ops->work_ns(&spec->parsed) : 0;
    return work > 0 ? cpus * 1e9 / work : 0;
}

/* CPUs that a pool may use at once: a quota of a container counts. */
static double cpus_of(const struct drawing *drawing)
{
    const json_t *machine = json_object_get(drawing->result, "machine");
    double cpus = (double)result_integer(machine, "cpus"),
           quota = json_number_value(json_object_get(machine, "cgroup_quota_cpus"));
    return quota > 0 && quota < cpus ? quota : cpus;
}

int figures_workers(const struct drawing *drawing, const struct drawing_spec *spec)
{
    char word[128], name[160], title[160], dim[400], bar[48];
    struct drawing_figure figure = {.script = "workers", .name = name, .title = title, .dim = dim};
    struct drawing_label labels[DRAWING_POOLS_MAX + 1];
    double most = 0, ideal = ideal_of(drawing, spec), cpus = cpus_of(drawing), cap = ideal_most(spec, cpus), top;
    double x_end = drawing_beyond(spec->workers_low, spec->workers_high, false);
    bool waits = spec->parsed.ops && spec->parsed.ops->waits;
    int label_count = 0;
    FILE *file;
    snprintf(name, sizeof name, "workers-%s", label_word(spec->text, word, sizeof word));
    file = drawing_data(drawing, name);
    if (!file)
        return -EIO;
    fprintf(file, "pool\tworkers\tjobs_per_s\tlow\thigh\n");
    for (int p = 0; p < drawing->pool_count; p++) {
        double v[3], last = NAN;
        int at = 0;
        if (drawing_is_floor(drawing->pools[p]))
            continue;
        for (int workers = spec->workers_low; workers <= spec->workers_high; workers++) {
            if (!drawing_metric(drawing, spec->text, drawing->pools[p], workers, "jobs_per_s", v))
                continue;
            fprintf(file, "%s\t%d\t%.6g\t%.6g\t%.6g\n", drawing->pools[p], workers, v[0], v[1], v[2]);
            most = fmax(most, v[2]);
            last = v[0];
            at = workers;
        }
        if (at)
            labels[label_count++] = (struct drawing_label){drawing->pools[p], drawing->pools[p], at, last};
    }
    drawing_close(drawing, file);
    if (!label_count)
        return 0;
    if (ideal > 0) {
        top = ideal * spec->workers_high;
        top = cap > 0 ? fmin(top, cap) : top;
        most = fmax(most, top);
        labels[label_count++] = (struct drawing_label){"ideal", "ideal", spec->workers_high, top};
    }
    drawing_spread(labels, label_count, 0, most * 1.08, false, x_end);
    drawing_labels(drawing, name, "pool\tworkers\tjobs_per_s\ttext", labels, label_count);
    drawing_say(&figure,
                "value_high = %.6g\nworkers_low = %d\nworkers_high = %d\nideal = %.6g\ncpus = %g\nideal_most = %.6g\n"
                "x_end = %.6g",
                most, spec->workers_low, spec->workers_high, ideal, cpus, cap, x_end);
    snprintf(title, sizeof title, "Do more workers get more jobs done? %s", spec->text);
    snprintf(dim, sizeof dim, "mark: median of rounds, %s%s%s", drawing_bar_text(drawing, &figure, bar, sizeof bar),
             ideal <= 0 ? ""
             : !waits   ? "; dotted: every worker computes all the time, on a CPU of its own while there is one"
             : cap > 0  ? "; dotted: as many times the fastest pool's speed with the fewest workers, up to what the "
                          "CPUs can compute"
                        : "; dotted: as many times the fastest pool's speed with the fewest workers",
             spec->workers_low == spec->workers_high ? "; one number of workers only" : "");
    return drawing_draw(drawing, &figure);
}
