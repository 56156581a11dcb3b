/* figures_plan_course.c - see figures_plan_course.h. A panel for the size that is recommended at
 * the rate that was asked for, and one for each policy when more comes. */
#include "bench/figures/figures_plan_course.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PANELS_MAX = 6 };

struct panel {
    const json_t *configuration, *course;
    char title[64];
    double high, length_ms; /* most jobs that wait at a time; how long it was watched */
};

/* The course of a configuration's first trial. */
static const json_t *course_of_index(const struct planned *planned, json_int_t index, const json_t **configuration)
{
    const json_t *course;
    *configuration = index < 0 ? NULL : json_array_get(planned->drawing->configurations, (size_t)index);
    course = json_object_get(json_array_get(json_object_get(*configuration, "trials"), 0), "course");
    return json_is_object(course) && planned_number(course, "step_ns") > 0 ? course : NULL;
}

static int add_panel(const struct planned *planned, struct panel *panels, int count, json_int_t index, double rate,
                     const char *before)
{
    struct panel *panel = &panels[count];
    const char *full;
    char rate_text[24];
    json_t *value;
    size_t i;
    *panel = (struct panel){0};
    if (count == PANELS_MAX)
        return count;
    panel->course = course_of_index(planned, index, &panel->configuration);
    if (!panel->course)
        return count;
    full = result_string(panel->configuration, "full");
    snprintf(panel->title, sizeof panel->title, "%s%s, full=%.16s", before,
             drawing_rate_text(rate, rate_text, sizeof rate_text), full);
    json_array_foreach (json_object_get(json_object_get(panel->course, "series"), "waiting"), i, value)
        panel->high = fmax(panel->high, json_number_value(value));
    panel->length_ms = planned_number(panel->course, "step_ns") * (double)i / 1e6;
    return panel->length_ms > 0 ? count + 1 : count;
}

static int gather(const struct planned *planned, struct panel *panels)
{
    const json_t *size, *overload = json_object_get(planned->plan, "overload"), *policy;
    double rate = planned_number(overload, "rate_per_s");
    char before[32];
    size_t i;
    int count = 0;
    json_array_foreach (json_object_get(planned->plan, "sizes"), i, size)
        if (planned->answer && result_integer(size, "workers") == planned->answer)
            count = add_panel(planned, panels, count, result_integer(size, "configuration"), planned->rate, "");
    snprintf(before, sizeof before, "%.3gx: ", planned_number(overload, "times"));
    json_array_foreach (json_object_get(overload, "policies"), i, policy)
        if (json_is_integer(json_object_get(policy, "configuration")) && rate > 0)
            count = add_panel(planned, panels, count, result_integer(policy, "configuration"), rate, before);
    return count;
}

static void write_panel(FILE *file, int number, const struct panel *panel)
{
    const json_t *values = json_object_get(json_object_get(panel->course, "series"), "waiting");
    double step_ms = planned_number(panel->course, "step_ns") / 1e6;
    json_t *value;
    size_t i;
    json_array_foreach (values, i, value)
        fprintf(file, "%d\t%.6g\t%.6g\n", number, ((double)i + 0.5) * step_ms, json_number_value(value));
}

/* How long what came was not yet counted. */
static double warm_ms(const struct panel *panel)
{
    const json_t *slice = json_array_get(
        json_object_get(json_array_get(json_object_get(panel->configuration, "trials"), 0), "slices"), 0);
    double warm = planned_number(json_object_get(slice, "window"), "warm_ns");
    return warm > 0 ? warm / 1e6 : 0;
}

/* How far the curve stays from a label that stands on the line of the places from that step on; below 0: it meets it.
 */
static double clear_from(const double *values, int first, int length, double places, double band)
{
    double clear = INFINITY;
    for (int i = first; i < first + length; i++)
        clear = fmin(clear, values[i] < places          ? places - values[i]
                            : values[i] > places + band ? values[i] - places - band
                                                        : -1);
    return clear;
}

double figures_plan_course_at(const double *values, int count, double places, double range)
{
    enum { STARTS = 24 };
    static const double share = 0.28, height = 0.16; /* of the panel: what the label takes */
    int length = (int)ceil(share * count), best = 0;
    double most = -INFINITY;
    for (int i = 0; i <= STARTS; i++) { /* the right end first, then the left one, and what lies between */
        int first = (int)round((double)(count - length) * (i ? i - 1 : STARTS - 1) / (STARTS - 1));
        double clear = clear_from(values, first, length, places, height * range);
        if (clear > most) {
            most = clear;
            best = first;
        }
    }
    return count ? (double)best / count : 0;
}

static double label_at(const struct panel *panel)
{
    enum { STEPS = 4096 };
    static double values[STEPS];
    const json_t *waiting = json_object_get(json_object_get(panel->course, "series"), "waiting");
    double places = (double)result_integer(panel->configuration, "capacity");
    json_t *value;
    size_t i;
    int count = 0;
    json_array_foreach (waiting, i, value)
        if (count < STEPS)
            values[count++] = json_number_value(value);
    return figures_plan_course_at(values, count, places, fmax(panel->high, places));
}

int figures_plan_course(const struct planned *planned)
{
    static const char name[] = "plan-queue";
    char dim[512], workers[32], element[16];
    struct drawing_figure figure = {
        .script = "plan-queue", .name = name, .dim = dim, .title = "How long does the queue get?"};
    struct panel panels[PANELS_MAX + 1];
    bool shaded = false;
    int count = gather(planned, panels);
    FILE *file = count ? drawing_data(planned->drawing, name) : NULL;
    if (!file)
        return count ? -EIO : 0;
    if (count > 1)
        figure.title = "How long does the queue get, and when more comes?";
    fprintf(file, "panel\ttime_ms\twaiting\n");
    drawing_say(&figure,
                "panel_count = %d\narray panels[%d]\narray highs[%d]\narray lengths[%d]\narray warm[%d]\n"
                "array places[%d]\narray labels[%d]",
                count, count, count, count, count, count, count);
    for (int p = 0; p < count; p++) {
        write_panel(file, p + 1, &panels[p]);
        snprintf(element, sizeof element, "panels[%d]", p + 1);
        drawing_say_text(&figure, element, panels[p].title);
        shaded = shaded || warm_ms(&panels[p]) > 0;
        drawing_say(&figure,
                    "highs[%d] = %.6g\nlengths[%d] = %.6g\nwarm[%d] = %.6g\nlabels[%d] = %.3f\nplaces[%d] = %lld",
                    p + 1, panels[p].high, p + 1, panels[p].length_ms, p + 1, warm_ms(&panels[p]), p + 1,
                    label_at(&panels[p]), p + 1, (long long)result_integer(panels[p].configuration, "capacity"));
    }
    drawing_close(planned->drawing, file);
    snprintf(dim, sizeof dim,
             "%s, %s; jobs that were planned and had not started, means over steps of one slice; dotted: the places of "
             "the queue (what is beyond them waits with the producer)%s%s",
             planned->rest, drawing_workers_text(planned->answer, workers, sizeof workers),
             shaded ? "; shaded: warm-up" : "", count > 1 ? "; gold: so many times what it holds" : "");
    return drawing_draw(planned->drawing, &figure);
}
