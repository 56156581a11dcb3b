/* figures_burst.c - see figures_burst.h. */
#include "bench/figures_burst.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/result.h"

bool figures_is_burst(const struct drawing_spec *spec)
{
    return spec->parsed.ops && !strcmp(spec->parsed.ops->name, "burst");
}

/* Workloads of which two histograms of one thing are drawn beside each other. */
struct pair {
    const char *workload, *line, *dotted; /* the histograms */
    const char *title, *dim, *axis;
};

static const struct pair pairs[] = {
    {"burst", "planned_to_end", "submit_to_end", "How long does a job take that comes when it comes?",
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

/* One curve; tells its range and where it ends. Returns false when there is none. */
static bool write_curve(FILE *file, const char *pool, const char *kind, const json_t *histogram, double range[2],
                        struct drawing_label *end)
{
    json_int_t total = result_integer(histogram, "count");
    for (int step = 0; step <= 80 && total; step++) {
        double one_in = pow(10, step / 20.0);
        double value = fmax(1, drawing_quantile(json_object_get(histogram, "buckets"), total, 1 - 1 / one_in));
        if (one_in > (double)total)
            break; /* more nines than samples */
        fprintf(file, "%s\t%s\t%.6g\t%.6g\t%d\n", pool, kind, one_in, value, step % 20 == 0);
        range[0] = fmin(range[0], value);
        range[1] = fmax(range[1], value);
        *end = (struct drawing_label){pool, pool, one_in, value};
    }
    return total > 0;
}

int figures_spectrum(const struct drawing *drawing, const struct drawing_spec *spec)
{
    char word[128], name[160], title[200], dim[256], workers[32];
    struct drawing_figure figure = {.script = "spectrum", .name = name, .title = title, .dim = dim};
    const struct pair *pair = pair_of(spec);
    struct drawing_label labels[DRAWING_POOLS_MAX], unused;
    double range[2] = {INFINITY, 0};
    int label_count = 0;
    FILE *file;
    if (!pair)
        return 0;
    snprintf(name, sizeof name, "spectrum-%s", drawing_word(spec->text, word, sizeof word));
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
    fclose(file);
    if (!label_count)
        return 0;
    drawing_spread(labels, label_count, range[0] / 1.4, range[1] * 1.4, true);
    drawing_labels(drawing, name, "pool\tone_in\tlatency_ns\ttext", labels, label_count);
    drawing_say(&figure, "value_low = %.6g\nvalue_high = %.6g\naxis = \"%s\"", range[0] * 1e-9, range[1] * 1e-9,
                pair->axis);
    snprintf(title, sizeof title, "%s", pair->title);
    snprintf(dim, sizeof dim, "%.90s, %s; %s", spec->text,
             drawing_workers_text(spec->workers_high, workers, sizeof workers), pair->dim);
    return drawing_draw(drawing, &figure);
}

int figures_stretches(const struct drawing *drawing, const struct drawing_spec *spec)
{
    static const char *const metrics[] = {"figures.before_ns", "figures.submit_ns", "figures.queue_ns",
                                          "figures.run_ns"};
    char word[128], name[160], dim[300], workers[32];
    struct drawing_figure figure = {
        .script = "stretches", .name = name, .title = "Where does a job's time go?", .dim = dim};
    int rows = 0;
    FILE *file;
    snprintf(name, sizeof name, "stretches-%s", drawing_word(spec->text, word, sizeof word));
    file = drawing_data(drawing, name);
    if (!file)
        return -EIO;
    fprintf(file, "row\tpool\tbefore_ns\tsubmit_ns\tqueue_ns\trun_ns\n");
    for (int p = 0; p < drawing->pool_count; p++) {
        double v[3], stretches[4];
        bool known = true;
        for (int i = 0; i < 4 && known; i++) {
            known = drawing_metric(drawing, spec->text, drawing->pools[p], spec->workers_high, metrics[i], v);
            stretches[i] = v[0];
        }
        if (!known)
            continue;
        fprintf(file, "%d\t%s\t%.6g\t%.6g\t%.6g\t%.6g\n", rows++, drawing->pools[p], stretches[0], stretches[1],
                stretches[2], stretches[3]);
    }
    fclose(file);
    if (!rows)
        return 0;
    drawing_say(&figure, "rows = %d", rows);
    snprintf(dim, sizeof dim, "%.100s, %s; mean time of a job from plan to end, at the right", spec->text,
             drawing_workers_text(spec->workers_high, workers, sizeof workers));
    return drawing_draw(drawing, &figure);
}

/* The text of a burst without its rate: what must be the same in one figure. */
static void without_rate(const char *text, char *out, size_t size)
{
    const char *rate = strstr(text, "rate=");
    size_t head = rate ? (size_t)(rate - text) : strlen(text);
    const char *tail = rate ? rate + strcspn(rate, ",") : "";
    tail += *tail == ',';
    snprintf(out, size, "%.*s%s", (int)head, text, tail);
}

int figures_load(const struct drawing *drawing)
{
    char first[160] = "", dim[300], workers[32];
    struct drawing_figure figure = {
        .script = "load", .name = "load", .title = "How much load before the tail grows?", .dim = dim};
    struct drawing_label labels[DRAWING_POOLS_MAX];
    double x_range[2] = {INFINITY, 0}, range[2] = {INFINITY, 0};
    int label_count = 0, rates = 0, most = 0;
    FILE *file;
    for (int s = 0; s < drawing->spec_count; s++)
        rates += figures_is_burst(&drawing->specs[s]);
    if (rates < 2)
        return 0;
    rates = 0;
    file = drawing_data(drawing, "load");
    if (!file)
        return -EIO;
    fprintf(file, "pool\toffered_per_s\tp50_ns\tp99_ns\tp99_low\tp99_high\n");
    for (int p = 0; p < drawing->pool_count; p++) {
        double last_x = 0, last = NAN;
        for (int s = 0; s < drawing->spec_count; s++) {
            const struct drawing_spec *spec = &drawing->specs[s];
            char rest[160];
            double offered[3], p50[3], p99[3];
            without_rate(spec->text, rest, sizeof rest);
            if (!figures_is_burst(spec) || (*first && strcmp(first, rest)))
                continue;
            strcpy(first, rest);
            most = spec->workers_high;
            rates += p == 0;
            if (!drawing_metric(drawing, spec->text, drawing->pools[p], most, "figures.offered_per_s", offered) ||
                !drawing_metric(drawing, spec->text, drawing->pools[p], most, "figures.latency_p50_ns", p50) ||
                !drawing_metric(drawing, spec->text, drawing->pools[p], most, "figures.latency_p99_ns", p99))
                continue;
            fprintf(file, "%s\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\n", drawing->pools[p], offered[0], p50[0], p99[0], p99[1],
                    p99[2]);
            x_range[0] = fmin(x_range[0], offered[0]);
            x_range[1] = fmax(x_range[1], offered[0]);
            range[0] = fmin(range[0], p50[0]);
            range[1] = fmax(range[1], p99[2]);
            if (offered[0] > last_x) {
                last_x = offered[0];
                last = p99[0];
            }
        }
        if (last_x > 0)
            labels[label_count++] = (struct drawing_label){drawing->pools[p], drawing->pools[p], last_x, last};
    }
    fclose(file);
    if (rates < 2 || !label_count)
        return 0;
    drawing_spread(labels, label_count, range[0] / 1.4, range[1] * 1.4, true);
    drawing_labels(drawing, "load", "pool\toffered_per_s\tp99_ns\ttext", labels, label_count);
    drawing_say(&figure, "value_low = %.6g\nvalue_high = %.6g\nx_low = %.6g\nx_high = %.6g", range[0] * 1e-9,
                range[1] * 1e-9, x_range[0], x_range[1]);
    snprintf(dim, sizeof dim,
             "%.100s, %s; solid: 99th percentile from the planned submit, with its 95%% interval; dotted: median",
             first, drawing_workers_text(most, workers, sizeof workers));
    return drawing_draw(drawing, &figure);
}
