/* figures_tree.c - see figures_tree.h. */
#include "bench/figures/figures_tree.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* The tree without forks, ns for each fork that it would have had: median over all
 * that was measured, which is the same program everywhere. */
static double without_forks(const struct drawing *drawing, const struct drawing_spec *spec)
{
    double least = NAN, twin[3], forks[3];
    for (int p = 0; p < drawing->pool_count; p++)
        for (int workers = spec->workers_low; workers <= spec->workers_high; workers++)
            if (drawing_metric(drawing, spec->text, drawing->pools[p], workers, "figures.sequential_ns", twin) &&
                drawing_metric(drawing, spec->text, drawing->pools[p], workers, "figures.forks", forks))
                least = fmin(least, twin[0] / forks[0]);
    return least;
}

/* Whether a pool with workers was measured with so many: what has none was not. */
static bool anybody_with(const struct drawing *drawing, const struct drawing_spec *spec, int workers)
{
    bool others = false;
    for (int p = 0; p < drawing->pool_count; p++) {
        if (drawing_is_floor(drawing->pools[p]))
            continue;
        others = true;
        if (drawing_find(drawing, spec->text, drawing->pools[p], workers))
            return true;
    }
    return !others;
}

int figures_tree(const struct drawing *drawing, const struct drawing_spec *spec)
{
    char word[128], name[160], title[160], dim[256], bar[48];
    struct drawing_figure figure = {.script = "forks", .name = name, .title = title, .dim = dim};
    struct drawing_label labels[DRAWING_POOLS_MAX];
    double low, high = 0, twin;
    double x_end = drawing_beyond(spec->workers_low, spec->workers_high, false);
    bool wide;
    int label_count = 0, cpus = (int)result_integer(json_object_get(drawing->result, "machine"), "cpus");
    FILE *file;
    if (!spec->parsed.ops || strcmp(spec->parsed.ops->name, "tree"))
        return 0;
    twin = without_forks(drawing, spec);
    if (isnan(twin)) /* not in this file */
        return 0;
    low = twin / (spec->workers_high < cpus ? spec->workers_high : cpus);
    snprintf(name, sizeof name, "forks-%s", label_word(spec->text, word, sizeof word));
    file = drawing_data(drawing, name);
    if (!file)
        return -EIO;
    fprintf(file, "pool\tworkers\tns_per_fork\tlow\thigh\n");
    for (int p = 0; p < drawing->pool_count; p++) {
        double v[3], last = NAN;
        int at = 0;
        for (int workers = spec->workers_low; workers <= spec->workers_high; workers++) {
            if (!anybody_with(drawing, spec, workers) ||
                !drawing_metric(drawing, spec->text, drawing->pools[p], workers, "figures.ns_per_fork", v))
                continue;
            fprintf(file, "%s\t%d\t%.6g\t%.6g\t%.6g\n", drawing->pools[p], workers, v[0], v[1], v[2]);
            low = fmin(low, v[1]);
            high = fmax(high, v[2]);
            last = v[0];
            at = workers;
        }
        if (at)
            labels[label_count++] = (struct drawing_label){drawing->pools[p], drawing->pools[p], at, last};
    }
    drawing_close(drawing, file);
    if (!label_count)
        return 0;
    wide = high > 20 * low;
    low = wide ? low / 1.4 : 0;
    high = wide ? high * 1.4 : high * 1.08;
    drawing_spread(labels, label_count, low, high, wide, x_end);
    drawing_labels(drawing, name, "pool\tworkers\tns_per_fork\ttext", labels, label_count);
    drawing_say(
        &figure,
        "y_low = %.6g\ny_high = %.6g\nworkers_low = %d\nworkers_high = %d\ncpus = %d\ntwin = %.6g\nx_end = %.6g", low,
        high, spec->workers_low, spec->workers_high, cpus, twin, x_end);
    snprintf(title, sizeof title, "What does a fork cost? %s", spec->text);
    snprintf(dim, sizeof dim,
             "time of a tree divided by its forks; mark: median of rounds, %s; dotted: the same tree without forks, "
             "divided by the CPUs",
             drawing_bar_text(drawing, &figure, bar, sizeof bar));
    return drawing_draw(drawing, &figure);
}
