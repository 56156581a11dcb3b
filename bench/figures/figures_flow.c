/* figures_flow.c - see figures_flow.h. */
#include "bench/figures/figures_flow.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/policy.h"
#include "workloads/core/units.h"

/* Over time. */

enum { POLICIES = POOL_RESULTS_DROP };

/* The course of one pool under one policy, with the most workers, and of
 * several numbers of places the most. */
static const json_t *course_find(const struct drawing *drawing, const struct drawing_spec *spec, const char *pool,
                                 const char *policy, const json_t **configuration)
{
    const json_t *found = NULL;
    json_t *other;
    size_t i;
    json_array_foreach (drawing->configurations, i, other) {
        const json_t *course = json_object_get(json_array_get(json_object_get(other, "trials"), 0), "course");
        bool here = result_integer(other, "workers") == spec->workers_high || drawing_is_floor(pool);
        if (!here || strcmp(result_string(other, "spec"), spec->text) || strcmp(result_string(other, "pool"), pool) ||
            strcmp(result_string(other, "results"), policy) || !json_is_object(course))
            continue;
        if (found && result_integer(other, "results_capacity") <= result_integer(*configuration, "results_capacity"))
            continue;
        found = course;
        *configuration = other;
    }
    return found;
}

/* The fastest pool that went through the most policies. */
static const char *course_pool(const struct drawing *drawing, const struct drawing_spec *spec)
{
    const char *best = NULL;
    int most = 0;
    for (int p = 0; p < drawing->pool_count; p++) {
        const json_t *unused = NULL;
        int count = 0;
        for (int i = 1; i <= POLICIES; i++)
            count += course_find(drawing, spec, drawing->pools[p], policy_results_name((enum pool_results)i),
                                 &unused) != NULL;
        if (count > most) {
            most = count;
            best = drawing->pools[p];
        }
    }
    return best;
}

static double series_at(const json_t *course, const char *name, size_t step)
{
    return json_number_value(json_array_get(json_object_get(json_object_get(course, "series"), name), step));
}

static double number_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

/* One column of the figure. */
static double course_write(FILE *file, const json_t *course, int column, const char *policy)
{
    double step_ms = number_of(course, "step_ns") / 1e6;
    size_t steps = json_array_size(json_object_get(json_object_get(course, "series"), "queue"));
    for (size_t i = 0; i < steps; i++)
        fprintf(file, "%d\t%s\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\n", column, policy, ((double)i + 0.5) * step_ms,
                series_at(course, "queue", i), series_at(course, "results", i),
                series_at(course, "producers_waiting", i), series_at(course, "workers_blocked", i));
    return (double)steps * step_ms;
}

/* Whether it was measured for the map: one policy, several numbers of places. */
static bool in_map(const struct drawing *drawing, const struct drawing_spec *spec)
{
    const json_t *first = NULL;
    json_t *other;
    size_t i;
    bool places = false, policies = false;
    json_array_foreach (drawing->configurations, i, other) {
        if (strcmp(result_string(other, "spec"), spec->text))
            continue;
        first = first ? first : other;
        places = places || result_integer(other, "results_capacity") != result_integer(first, "results_capacity");
        policies = policies || strcmp(result_string(other, "results"), result_string(first, "results"));
    }
    return places && !policies;
}

int figures_course(const struct drawing *drawing, const struct drawing_spec *spec)
{
    char word[128], name[160], title[160], dim[256], policies[128] = "", pauses[256] = "", workers[32];
    struct drawing_figure figure = {.script = "course", .name = name, .title = title, .dim = dim};
    const char *pool = in_map(drawing, spec) ? NULL : course_pool(drawing, spec);
    const json_t *configuration = NULL;
    bool paused = false;
    json_int_t places;
    int columns = 0;
    double longest = 0;
    FILE *file;
    if (!pool)
        return 0;
    snprintf(name, sizeof name, "course-%s", label_word(spec->text, word, sizeof word));
    file = drawing_data(drawing, name);
    if (!file)
        return -EIO;
    fprintf(file, "column\tpolicy\ttime_ms\tqueue\tresults\tproducers_waiting\tworkers_blocked\n");
    for (int i = 1; i <= POLICIES; i++) {
        const char *policy = policy_results_name((enum pool_results)i);
        const json_t *course = course_find(drawing, spec, pool, policy, &configuration);
        if (!course)
            continue;
        longest = fmax(longest, course_write(file, course, ++columns, policy));
        snprintf(policies + strlen(policies), sizeof policies - strlen(policies), "%s ", policy);
        snprintf(pauses + strlen(pauses), sizeof pauses - strlen(pauses), "%.6g %.6g ",
                 number_of(course, "event_begin_ns") / 1e6, number_of(course, "event_end_ns") / 1e6);
        paused = paused || number_of(course, "event_end_ns") > 0;
    }
    drawing_close(drawing, file);
    drawing_say(&figure, "columns = %d\npolicies = \"%s\"\npauses = \"%s\"\nlongest = %.6g", columns, policies, pauses,
                longest);
    drawing_say(&figure, "queue_high = %lld\nresults_high = %lld\nproducers = %lld\nworkers = %lld",
                (long long)result_integer(configuration, "capacity"),
                (long long)result_integer(configuration, "results_capacity"),
                (long long)result_integer(configuration, "producers"),
                (long long)result_integer(configuration, "workers"));
    snprintf(title, sizeof title, "Who waits for the consumer? %s", spec->text);
    places = result_integer(configuration, "results_capacity");
    snprintf(dim, sizeof dim, "%s, %s, %lld place%s for results; one slice; means over steps of %.2g ms%s", pool,
             drawing_workers_text((int)result_integer(configuration, "workers"), workers, sizeof workers),
             (long long)places, places == 1 ? "" : "s", longest / WORKLOAD_COURSE,
             paused ? "; shaded: the consumer stops" : "");
    return drawing_draw(drawing, &figure);
}

/* The map of buffers. */

struct cell {
    const json_t *configuration;
    struct workload_spec spec;
    double ratio;    /* as the parameters have it: what makes a column */
    double measured; /* the consumer's share of time at work over the workers': the ratio that was */
    double blocked;
    int places;
};

static int64_t param_of(const struct workload_spec *spec, const char *name)
{
    for (int i = 0; i < spec->ops->param_count; i++)
        if (!strcmp(spec->ops->params[i].name, name))
            return spec->values[i];
    return 0;
}

/* A configuration of block, with its blocked share. */
static bool cell_fill(struct cell *cell, const json_t *configuration)
{
    char why[256];
    double low, high, consumer, workers;
    *cell = (struct cell){.configuration = configuration};
    if (strcmp(result_string(configuration, "results"), "block") ||
        workload_parse(result_string(configuration, "spec"), &cell->spec, why, sizeof why) ||
        !result_metric(configuration, "figures.workers_blocked", &cell->blocked, &low, &high) ||
        !result_metric(configuration, "figures.consumer_busy", &consumer, &low, &high) ||
        !result_metric(configuration, "figures.workers_busy", &workers, &low, &high) || !(workers > 0) ||
        !param_of(&cell->spec, "size"))
        return false;
    cell->measured = consumer / workers;
    cell->ratio = (double)(param_of(&cell->spec, "take") * result_integer(configuration, "workers")) /
                  (double)param_of(&cell->spec, "size");
    cell->places = (int)result_integer(configuration, "results_capacity");
    return true;
}

/* Whether two differ in their take and their places only. */
static bool same_map(const struct cell *a, const struct cell *b)
{
    static const char *const keys[] = {"pool", "workers", "producers", "capacity", "pin", "full"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!json_equal(json_object_get(a->configuration, keys[i]), json_object_get(b->configuration, keys[i])))
            return false;
    for (int i = 0; i < a->spec.ops->param_count; i++)
        if (strcmp(a->spec.ops->params[i].name, "take") && a->spec.values[i] != b->spec.values[i])
            return false;
    return a->spec.ops == b->spec.ops;
}

static int by_number(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Sorts, and leaves each value once. Returns how many are left. */
static int unique(double *values, int count)
{
    int kept = 0;
    qsort(values, (size_t)count, sizeof *values, by_number);
    for (int i = 0; i < count; i++)
        if (!kept || values[i] > values[kept - 1])
            values[kept++] = values[i];
    return kept;
}

static int index_of(const double *values, int count, double value)
{
    int i = 0;
    while (i < count - 1 && values[i] < value)
        i++;
    return i;
}

/* The largest set of cells that make one map, the last of equals (which has the
 * most workers); moved to the front. */
static int map_choose(struct cell *cells, int count)
{
    int best = 0, best_count = 0, kept = 0;
    struct cell seed;
    for (int i = 0; i < count; i++) {
        int same = 0;
        for (int j = 0; j < count; j++)
            same += same_map(&cells[i], &cells[j]);
        if (same >= best_count) {
            best_count = same;
            best = i;
        }
    }
    if (!count)
        return 0;
    seed = cells[best];
    for (int i = 0; i < count; i++)
        if (same_map(&seed, &cells[i]))
            cells[kept++] = cells[i];
    return kept;
}

static void tics(struct drawing_figure *figure, const char *axis, const double *values, int count, const char *format)
{
    char text[1024] = "";
    for (int i = 0; i < count; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s\"", i ? ", " : "");
        used = strlen(text);
        snprintf(text + used, sizeof text - used, format, values[i]);
        used = strlen(text);
        snprintf(text + used, sizeof text - used, "\" %d", i);
    }
    drawing_say(figure, "set %stics (%s)\n%s_count = %d", axis, text, axis, count);
}

/* "0.98x", or "0.95..1.1x": what was measured in the cells of a column. */
static const char *column_text(const struct cell *cells, int count, double ratio, char *text, size_t size)
{
    static const double same = 1.05;
    double low = INFINITY, high = 0;
    for (int i = 0; i < count; i++) {
        if (cells[i].ratio != ratio)
            continue;
        low = fmin(low, cells[i].measured);
        high = fmax(high, cells[i].measured);
    }
    if (high > same * low)
        snprintf(text, size, "%.2g..%.2gx", low, high);
    else
        snprintf(text, size, "%.2gx", (low + high) / 2);
    return text;
}

static void column_tics(struct drawing_figure *figure, const struct cell *cells, int count, const double *ratios,
                        int ratio_count)
{
    char list[1024] = "", text[48];
    for (int i = 0; i < ratio_count; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s\"%s\" %d", i ? ", " : "",
                 column_text(cells, count, ratios[i], text, sizeof text), i);
    drawing_say(figure, "set xtics (%s)\nx_count = %d", list, ratio_count);
}

static int map_draw(const struct drawing *drawing, const struct cell *cells, int count)
{
    struct drawing_figure figure = {
        .script = "buffer", .name = "buffer", .title = "How much buffer does a slow consumer need?"};
    double *ratios = calloc((size_t)count, sizeof *ratios), *places = calloc((size_t)count, sizeof *places);
    char dim[256], size[32], workers[32];
    int ratio_count, place_count, error = 0;
    FILE *file;
    for (int i = 0; i < count && ratios && places; i++) {
        ratios[i] = cells[i].ratio;
        places[i] = cells[i].places;
    }
    ratio_count = ratios && places ? unique(ratios, count) : 0;
    place_count = ratio_count ? unique(places, count) : 0;
    file = place_count > 1 || ratio_count > 1 ? drawing_data(drawing, "buffer") : NULL;
    if (file) {
        fprintf(file, "ratio_index\tplaces_index\tratio\tplaces\tblocked_share\tmeasured_ratio\n");
        for (int i = 0; i < count; i++)
            fprintf(file, "%d\t%d\t%.6g\t%d\t%.6g\t%.6g\n", index_of(ratios, ratio_count, cells[i].ratio),
                    index_of(places, place_count, cells[i].places), cells[i].ratio, cells[i].places, cells[i].blocked,
                    cells[i].measured);
        drawing_close(drawing, file);
        column_tics(&figure, cells, count, ratios, ratio_count);
        tics(&figure, "y", places, place_count, "%.0f");
        snprintf(dim, sizeof dim,
                 "share of time that workers are blocked by a full result channel: %s, %s, jobs of %s%s; "
                 "median of rounds",
                 result_string(cells[0].configuration, "pool"),
                 drawing_workers_text((int)result_integer(cells[0].configuration, "workers"), workers, sizeof workers),
                 units_time_text((double)param_of(&cells[0].spec, "size"), size, sizeof size),
                 param_of(&cells[0].spec, "dist") ? " on average" : "");
        figure.dim = dim;
        error = drawing_draw(drawing, &figure);
    }
    free(places);
    free(ratios);
    return error;
}

int figures_buffer(const struct drawing *drawing)
{
    size_t room = json_array_size(drawing->configurations), i;
    struct cell *cells = calloc(room ? room : 1, sizeof *cells);
    json_t *configuration;
    int count = 0, error = 0;
    if (!cells)
        return -ENOMEM;
    json_array_foreach (drawing->configurations, i, configuration)
        count += cell_fill(&cells[count], configuration);
    count = map_choose(cells, count);
    if (count > 1)
        error = map_draw(drawing, cells, count);
    free(cells);
    return error;
}

/* Cancellation. */

enum { PANELS_MAX = 4 };

static const json_t *stops_of(const struct drawing *drawing, const struct drawing_spec *spec, const char *pool)
{
    const json_t *configuration = drawing_find(drawing, spec->text, pool, spec->workers_high);
    const json_t *samples = json_object_get(json_object_get(configuration, "summary"), "samples");
    const json_t *stops = json_object_get(samples, "stop");
    return result_integer(stops, "count") ? stops : NULL;
}

/* A curve: from nobody at the first stop to everybody at the last. */
static void stops_write(FILE *file, const json_t *stops, int panel, const char *pool, const char *workload,
                        double range[2])
{
    double total = (double)result_integer(stops, "count"), seen = 0;
    json_t *bucket;
    size_t i;
    json_array_foreach (json_object_get(stops, "buckets"), i, bucket) {
        double at = json_number_value(json_array_get(bucket, 0)) / 1e6;
        at = fmax(at, 1e-4);
        fprintf(file, "%d\t%s\t%.6g\t%.6g\t%s\n", panel, pool, at, seen / total, workload);
        seen += json_number_value(json_array_get(bucket, 1));
        fprintf(file, "%d\t%s\t%.6g\t%.6g\t%s\n", panel, pool, at, seen / total, workload);
        range[0] = fmin(range[0], at);
        range[1] = fmax(range[1], at);
    }
}

int figures_cancel(const struct drawing *drawing)
{
    struct drawing_figure figure = {
        .script = "cancel", .name = "cancel", .title = "How soon does the work stop after a cancel?"};
    double range[2] = {INFINITY, 0};
    char dim[256], workers[32];
    int panels = 0, last = 0;
    bool shown[DRAWING_POOLS_MAX] = {false};
    char element[16], names[DRAWING_POOLS_MAX * 33] = "";
    FILE *file = NULL;
    for (int s = 0; s < drawing->spec_count && panels < PANELS_MAX; s++) {
        const struct drawing_spec *spec = &drawing->specs[s];
        bool some = false;
        for (int p = 0; p < drawing->pool_count; p++) {
            const json_t *stops = stops_of(drawing, spec, drawing->pools[p]);
            if (!stops)
                continue;
            if (!file && !(file = drawing_data(drawing, "cancel")))
                return -EIO;
            if (panels == 0 && !some)
                fprintf(file, "panel\tpool\ttime_ms\tstopped_share\tworkload\n");
            if (!some) {
                if (!panels)
                    drawing_say(&figure, "array panels[%d]", PANELS_MAX);
                snprintf(element, sizeof element, "panels[%d]", panels + 1);
                drawing_say_text(&figure, element, spec->text);
            }
            some = shown[p] = true;
            stops_write(file, stops, panels + 1, drawing->pools[p], drawing->specs[s].text, range);
        }
        panels += some;
        last = some ? spec->workers_high : last;
    }
    if (!file)
        return 0;
    drawing_close(drawing, file);
    drawing_say(&figure, "panel_count = %d\nleast = %.6g\nmost = %.6g", panels, range[0], range[1]);
    for (int p = 0; p < drawing->pool_count; p++)
        if (shown[p])
            snprintf(names + strlen(names), sizeof names - strlen(names), "%s ", drawing->pools[p]);
    drawing_say_text(&figure, "shown", names);
    snprintf(
        dim, sizeof dim,
        "share of the running jobs that have ended, time after the call (log); %s, the queue full; all rounds together",
        drawing_workers_text(last, workers, sizeof workers));
    figure.dim = dim;
    return drawing_draw(drawing, &figure);
}
