/* figures_sweep.c - see figures_sweep.h. */
#include "bench/figures/figures_sweep.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/result.h"

enum { VALUES_MAX = 32 };

struct dimension {
    const char *key;   /* in a configuration */
    const char *other; /* is held at its first value */
    const char *title, *axis;
};

static const struct dimension dimensions[] = {
    {"producers", "capacity", "What does one more producer cost?", "producers"},
    {"capacity", "producers", "How long a queue is long enough?", "capacity of the queue, jobs"},
};

static int by_value(const void *left, const void *right)
{
    json_int_t a = *(const json_int_t *)left, b = *(const json_int_t *)right;
    return (a > b) - (a < b);
}

/* The different values of a dimension under a workload, in order. */
static int values_of(const struct drawing *drawing, const struct drawing_spec *spec, const char *key,
                     json_int_t *values)
{
    json_t *configuration;
    int count = 0;
    size_t i;
    json_array_foreach (drawing->configurations, i, configuration) {
        json_int_t value = result_integer(configuration, key);
        bool known = drawing_is_floor(result_string(configuration, "pool"));
        for (int k = 0; k < count; k++)
            known = known || values[k] == value;
        if (!known && !strcmp(result_string(configuration, "spec"), spec->text) && count < VALUES_MAX)
            values[count++] = value;
    }
    qsort(values, (size_t)count, sizeof *values, by_value);
    return count;
}

static bool point(const struct drawing *drawing, const struct drawing_spec *spec, const struct dimension *dimension,
                  const char *pool, json_int_t value, json_int_t other, double v[3])
{
    json_t *configuration;
    size_t i;
    json_array_foreach (drawing->configurations, i, configuration)
        if (!strcmp(result_string(configuration, "spec"), spec->text) &&
            !strcmp(result_string(configuration, "pool"), pool) &&
            (int)result_integer(configuration, "workers") == spec->workers_high &&
            result_integer(configuration, dimension->key) == value &&
            result_integer(configuration, dimension->other) == other)
            return result_metric(configuration, "ns_per_job", &v[0], &v[1], &v[2]);
    return false;
}

bool figures_swept(const struct drawing *drawing)
{
    json_int_t values[VALUES_MAX];
    for (int s = 0; s < drawing->spec_count; s++)
        for (size_t d = 0; d < sizeof dimensions / sizeof *dimensions; d++)
            if (values_of(drawing, &drawing->specs[s], dimensions[d].key, values) > 1)
                return true;
    return false;
}

static int draw(const struct drawing *drawing, const struct drawing_spec *spec, const struct dimension *dimension,
                const json_int_t *values, int count)
{
    char word[128], name[200], title[200], dim[256], bar[48];
    struct drawing_figure figure = {.script = "sweep", .name = name, .title = title, .dim = dim};
    struct drawing_label labels[DRAWING_POOLS_MAX + 1];
    json_int_t others[VALUES_MAX];
    double least = INFINITY, most = 0, ideal = INFINITY;
    double x_end = drawing_beyond((double)values[0], (double)values[count - 1], values[count - 1] > 20 * values[0]);
    int label_count = 0;
    FILE *file;
    values_of(drawing, spec, dimension->other, others);
    snprintf(name, sizeof name, "%s-%s", dimension->key, label_word(spec->text, word, sizeof word));
    file = drawing_data(drawing, name);
    if (!file)
        return -EIO;
    fprintf(file, "pool\t%s\tns_per_job\tlow\thigh\n", dimension->key);
    for (int p = 0; p < drawing->pool_count; p++) {
        double v[3], last = NAN, at = NAN;
        int points = 0;
        for (int i = 0; i < count; i++) {
            if (!point(drawing, spec, dimension, drawing->pools[p], values[i], others[0], v))
                continue;
            fprintf(file, "%s\t%lld\t%.6g\t%.6g\t%.6g\n", drawing->pools[p], (long long)values[i], v[0], v[1], v[2]);
            least = fmin(least, v[1]);
            most = fmax(most, v[2]);
            ideal = fmin(ideal, v[0]);
            last = v[0];
            at = (double)values[i];
            points++;
        }
        if (points) /* of a floor that has no queue one, whatever the capacity */
            labels[label_count++] = (struct drawing_label){drawing->pools[p], drawing->pools[p], at, last};
    }
    drawing_close(drawing, file);
    if (!label_count)
        return 0;
    drawing_spread(labels, label_count, least * 0.8, most * 1.2, true, x_end);
    drawing_labels(drawing, name, "pool\tx\tns_per_job\ttext", labels, label_count);
    drawing_say(&figure, "x_low = %lld\nx_high = %lld\ny_low = %.6g\ny_high = %.6g\nideal = %.6g\nx_end = %.6g",
                (long long)values[0], (long long)values[count - 1], least * 0.8, most * 1.2, ideal, x_end);
    drawing_say_text(&figure, "axis", dimension->axis);
    snprintf(title, sizeof title, "%s %.80s", dimension->title, spec->text);
    snprintf(dim, sizeof dim, "wall time per job, %d worker%s; mark: median of rounds, %s; dotted: the least seen",
             spec->workers_high, spec->workers_high == 1 ? "" : "s",
             drawing_bar_text(drawing, &figure, bar, sizeof bar));
    return drawing_draw(drawing, &figure);
}

int figures_sweep(const struct drawing *drawing, const struct drawing_spec *spec)
{
    int error = 0;
    for (size_t d = 0; d < sizeof dimensions / sizeof *dimensions && !error; d++) {
        json_int_t values[VALUES_MAX];
        int count = values_of(drawing, spec, dimensions[d].key, values);
        if (count > 1)
            error = draw(drawing, spec, &dimensions[d], values, count);
    }
    return error;
}
