/* figures_burst.c - see figures_burst.h. */
#include "bench/figures/figures_burst.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/findings/slo_judge.h"
#include "bench/results/result.h"
#include "bench/statistics/rates.h"
#include "bench/statistics/slo.h"
#include "workloads/core/units.h"

bool figures_is_burst(const struct drawing_spec *spec)
{
    return rates_has(spec->parsed.ops);
}

/* Workloads of which two histograms of one thing are drawn beside each other. */
struct pair {
    const char *workload, *line, *dotted; /* the histograms */
    const char *title, *dim, *axis;
};

static const struct pair pairs[] = {
    {"burst", "planned_to_end", "submit_to_end", "How long does a job take that comes when it comes?",
     "line: from the planned submit to the end; dotted: from the actual submit (naive)", "to the job's end"},
    {"trace", "planned_to_end", "submit_to_end", "How long does a job of the recorded load take?",
     "line: from the planned submit to the end; dotted: from the actual submit (naive)", "to the job's end"},
    {"wakeup", "start", "raw", "How soon does a sleeping pool begin?",
     "line: from the submit of a job to its start; dotted: a bare futex wake-up", "to the start"},
};

static const struct pair *pair_of(const struct drawing_spec *spec)
{
    for (size_t i = 0; spec->parsed.ops && i < sizeof pairs / sizeof *pairs; i++)
        if (!strcmp(spec->parsed.ops->name, pairs[i].workload))
            return &pairs[i];
    return NULL;
}

static const json_t *histogram_of(const struct drawing *drawing, const struct drawing_spec *spec, const char *pool,
                                  const char *name)
{
    const json_t *configuration = drawing_find(drawing, spec->text, pool, spec->workers_high);
    return json_object_get(json_object_get(json_object_get(configuration, "summary"), "samples"), name);
}

/* One curve; tells its range and where it ends. Returns false when there is none: no jobs, or none that
 * got a service. */
static bool write_curve(FILE *file, const char *pool, const char *kind, const json_t *histogram, double range[2],
                        struct drawing_label *end)
{
    json_int_t total = result_integer(histogram, "count") + result_integer(histogram, "lost");
    bool some = false;
    for (int step = 0; step <= 80 && total; step++) {
        double one_in = pow(10, step / 20.0);
        double value = drawing_quantile(histogram, 1 - 1 / one_in);
        if (one_in > (double)total || isnan(value))
            break; /* more nines than samples, or the rest was lost */
        value = fmax(1, value);
        fprintf(file, "%s\t%s\t%.6g\t%.6g\t%d\n", pool, kind, one_in, value, step % 20 == 0);
        range[0] = fmin(range[0], value);
        range[1] = fmax(range[1], value);
        *end = (struct drawing_label){pool, pool, one_in, value};
        some = true;
    }
    return some;
}

/* The range of the curves at a quantile. */
static void range_at(const struct drawing *drawing, const struct drawing_spec *spec, const char *name, double quantile,
                     double range[2])
{
    range[0] = INFINITY;
    range[1] = 0;
    for (int p = 0; p < drawing->pool_count; p++) {
        const json_t *histogram = histogram_of(drawing, spec, drawing->pools[p], name);
        double value = drawing_quantile(histogram, quantile);
        if (isnan(value) || drawing_is_floor(drawing->pools[p]))
            continue;
        range[0] = fmin(range[0], value);
        range[1] = fmax(range[1], value);
    }
}

/* One line and its name, which stands where no curve is: curves rise, so that this is left
 * of the mark and above where most are below it, and at the left end where some are
 * not; else right of it and below; at the right end there is room on the left only. */
static void write_promise(FILE *file, const struct slo *slo, const double at[2])
{
    static const char *const places[] = {"above", "right", "below", "left"};
    double quantile = slo->kind->quantile, limit = (double)slo->limit_ns;
    char text[64];
    int place = limit * limit < at[0] * at[1] ? (quantile > 0 && quantile < 0.9995 ? 1 : 2) : limit < at[1] ? 3 : 0;
    if (quantile > 0)
        fprintf(file, "%.6g\t%.6g", 1 / (1 - quantile), place == 3 ? 1 : 1 / (1 - quantile));
    else
        fprintf(file, "NaN\t9000");
    fprintf(file, "\t%.6g\t%s\tpromise %s\n", limit, places[place], slo_text(slo, text, sizeof text));
}

/* What was promised, where the curves are of the latency that was. Lines that would
 * press the curves flat are left out. Returns how many are in the file. */
static int write_promises(const struct drawing *drawing, const struct drawing_spec *spec, const char *figure,
                          double range[2])
{
    static const double much = 10;
    char name[256];
    json_t *promise;
    size_t i;
    int count = 0;
    double low = range[0] / much, high = range[1] * much;
    FILE *file;
    snprintf(name, sizeof name, "%s-promises", figure);
    file = figures_is_burst(spec) ? drawing_data(drawing, name) : NULL;
    if (!file)
        return 0;
    fprintf(file, "one_in\tname_at\tlimit_ns\tplace\ttext\n");
    json_array_foreach (json_object_get(drawing->result, "slo"), i, promise) {
        struct slo slo = slo_from_json(promise);
        double at[2];
        if (!slo.kind || slo.kind->is_loss || (double)slo.limit_ns < low || (double)slo.limit_ns > high)
            continue;
        range_at(drawing, spec, "planned_to_end", slo.kind->quantile > 0 ? slo.kind->quantile : 1, at);
        write_promise(file, &slo, at);
        range[0] = fmin(range[0], (double)slo.limit_ns / 1.4); /* room for the name */
        range[1] = fmax(range[1], (double)slo.limit_ns);
        count++;
    }
    drawing_close(drawing, file);
    return count;
}

int figures_spectrum(const struct drawing *drawing, const struct drawing_spec *spec)
{
    char word[128], name[160], title[200], dim[512], workers[32];
    struct drawing_figure figure = {.script = "spectrum", .name = name, .title = title, .dim = dim};
    const struct pair *pair = pair_of(spec);
    struct drawing_label labels[DRAWING_POOLS_MAX], unused;
    double range[2] = {INFINITY, 0};
    int label_count = 0, promises;
    double one_in_end = drawing_beyond(1, 1e4, true);
    FILE *file;
    if (!pair)
        return 0;
    snprintf(name, sizeof name, "spectrum-%s", label_word(spec->text, word, sizeof word));
    file = drawing_data(drawing, name);
    if (!file)
        return -EIO;
    fprintf(file, "pool\tkind\tone_in\tlatency_ns\tmarked\n");
    for (int p = 0; p < drawing->pool_count; p++) {
        const char *pool = drawing->pools[p];
        write_curve(file, pool, "naive", histogram_of(drawing, spec, pool, pair->dotted), range, &unused);
        label_count += write_curve(file, pool, "planned", histogram_of(drawing, spec, pool, pair->line), range,
                                   &labels[label_count]);
    }
    drawing_close(drawing, file);
    if (!label_count)
        return 0;
    promises = write_promises(drawing, spec, name, range);
    drawing_spread(labels, label_count, range[0] / 1.4, range[1] * 1.4, true, one_in_end);
    drawing_labels(drawing, name, "pool\tone_in\tlatency_ns\ttext", labels, label_count);
    drawing_say(&figure, "value_low = %.6g\nvalue_high = %.6g\npromises = %d\nx_end = %.6g", range[0] * 1e-9,
                range[1] * 1e-9, promises, one_in_end);
    drawing_say_text(&figure, "axis", pair->axis);
    snprintf(title, sizeof title, "%s", pair->title);
    snprintf(dim, sizeof dim, "%s, %s; %s", spec->text,
             drawing_workers_text(spec->workers_high, workers, sizeof workers), pair->dim);
    return drawing_draw(drawing, &figure);
}

int figures_stretches(const struct drawing *drawing, const struct drawing_spec *spec)
{
    static const char *const metrics[] = {"figures.before_ns", "figures.submit_ns", "figures.queue_ns",
                                          "figures.run_ns"};
    char word[128], name[160], dim[300], workers[32], text[32];
    struct drawing_figure figure = {
        .script = "stretches", .name = name, .title = "Where does a job's time go?", .dim = dim};
    double low = INFINITY, high = 0, whole;
    int rows = 0;
    FILE *file;
    snprintf(name, sizeof name, "stretches-%s", label_word(spec->text, word, sizeof word));
    file = drawing_data(drawing, name);
    if (!file)
        return -EIO;
    fprintf(file, "row\tpool\tbefore_ns\tsubmit_ns\tqueue_ns\trun_ns\tsum\n");
    for (int p = 0; p < drawing->pool_count; p++) {
        double v[3], stretches[4];
        bool known = true;
        for (int i = 0; i < 4 && known; i++) {
            known = drawing_metric(drawing, spec->text, drawing->pools[p], spec->workers_high, metrics[i], v);
            stretches[i] = v[0];
        }
        if (!known)
            continue;
        whole = stretches[0] + stretches[1] + stretches[2] + stretches[3];
        low = fmin(low, whole);
        high = fmax(high, whole);
        fprintf(file, "%d\t%s\t%.6g\t%.6g\t%.6g\t%.6g\t%s\n", rows++, drawing->pools[p], stretches[0], stretches[1],
                stretches[2], stretches[3], units_time_text(whole, text, sizeof text));
    }
    drawing_close(drawing, file);
    if (!rows || !(low > 0))
        return 0;
    drawing_say(&figure, "rows = %d\nwhole_low = %.6g\nwhole_high = %.6g", rows, low, high);
    snprintf(dim, sizeof dim, "%s, %s; left: shares of a job's mean time, right: how long that is; medians of rounds",
             spec->text, drawing_workers_text(spec->workers_high, workers, sizeof workers));
    return drawing_draw(drawing, &figure);
}
