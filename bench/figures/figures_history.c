/* figures_history.c - see figures_history.h. */
#include "bench/figures/figures_history.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/figures/drawing.h"

enum { MARKS_MAX = 12, TICS = 7, REVISION = 12 };

/* Times are drawn in seconds, so that gnuplot knows their prefixes. */
static double scaled(const struct series *series, double value)
{
    return series->unit == WORKLOAD_NS ? 1e-9 * value : value;
}

static const char *axis_format(const struct series *series)
{
    static const char *const formats[] = {[WORKLOAD_NS] = "%.1s %cs",
                                          [WORKLOAD_SHARE] = "%g",
                                          [WORKLOAD_NUMBER] = "%g",
                                          [WORKLOAD_BYTES] = "%.1s %cB",
                                          [WORKLOAD_RATE] = "%.1s %c/s"};
    return formats[series->unit];
}

/* The level that a point belongs to; NaN within a creep, which has none. */
static double level_at(const struct course *course, int point)
{
    double level = NAN;
    for (int i = 0; i < course->count; i++) {
        const struct course_change *change = &course->changes[i];
        if (change->creeps && point >= change->at)
            level = NAN;
        else if (point >= change->at)
            level = change->after;
        else if (i == 0)
            level = change->before;
    }
    return level;
}

static void write_points(FILE *file, const struct series *series, const struct course *course)
{
    fprintf(file, "n\trun\tdate\trevision\tvalue\tlow\thigh\tnoisy\tlevel\n");
    for (int i = course->first; i < series->count; i++) {
        const struct series_point *point = &series->points[i];
        fprintf(file, "%d\t%lld\t%s\t%.40s\t%.9g\t%.9g\t%.9g\t%d\t%.9g\n", i, point->run, point->date, point->revision,
                scaled(series, point->value), scaled(series, isnan(point->low) ? point->value : point->low),
                scaled(series, isnan(point->high) ? point->value : point->high), point->noisy,
                scaled(series, level_at(course, i)));
    }
}

static void set_range(const struct series *series, const struct course *course, struct drawing_figure *figure)
{
    double least = INFINITY, most = 0;
    bool logarithmic;
    for (int i = course->first; i < series->count; i++) {
        const struct series_point *point = &series->points[i];
        least = fmin(least, isnan(point->low) ? point->value : point->low);
        most = fmax(most, isnan(point->high) ? point->value : point->high);
    }
    logarithmic = most > 20 * least && least > 0;
    drawing_say(figure, "y_low = %.9g\ny_high = %.9g\nx_low = %d\nx_high = %d",
                logarithmic ? scaled(series, least / 1.3) : 0.0, scaled(series, most * (logarithmic ? 1.5 : 1.18)),
                course->first, series->count - 1);
    drawing_say_text(figure, "y_format", axis_format(series));
    if (logarithmic)
        drawing_say(figure, "set logscale y");
    if (!logarithmic)
        drawing_say_text(figure, "y_axis", series->more_is_better ? "more is better" : "less is better");
    else
        drawing_say_text(figure, "y_axis",
                         series->more_is_better ? "more is better, logarithmic" : "less is better, logarithmic");
}

/* Dates below the axis; a line with its revision at each change. */
static void set_marks(const struct series *series, const struct course *course, struct drawing_figure *figure)
{
    int count = series->count - course->first, each = (count + TICS - 1) / TICS, marks = 0;
    bool each_day = true; /* no day is written twice */
    char text[96];
    for (int i = course->first + each; i < series->count; i += each)
        each_day = each_day && strncmp(series->points[i].date, series->points[i - each].date, 10) != 0;
    for (int i = course->first; i < series->count; i += each ? each : 1) {
        if (each_day)
            snprintf(text, sizeof text, "%.10s", series->points[i].date);
        else
            snprintf(text, sizeof text, "%.10s %.5s", series->points[i].date,
                     strlen(series->points[i].date) > 11 ? series->points[i].date + 11 : "");
        drawing_tic(figure, "xtics", text, i, i == course->first);
    }
    for (int i = 0; i < course->count && marks < MARKS_MAX; i++) {
        const struct course_change *change = &course->changes[i];
        int at = change->creeps ? change->best : change->at;
        marks++;
        snprintf(text, sizeof text, "%+.1f%%%s\n%.*s", 100 * (change->speed - 1), change->creeps ? " creeping" : "",
                 REVISION, series->points[at].revision);
        drawing_say_text(figure, "mark", text);
        drawing_say(figure,
                    "set arrow %d from %g, graph 0 to %g, graph 1 nohead dashtype 3 linewidth 1.4 linecolor rgb '%s'\n"
                    "set label %d mark at %g, graph 0.96 left offset 0.5,0 font ',12' textcolor rgb '%s' noenhanced",
                    100 + i, at - 0.5, at - 0.5, change->speed < 1 ? "#D55E00" : "#009E73", 100 + i, at - 0.5,
                    change->speed < 1 ? "#D55E00" : "#009E73");
    }
    drawing_say(figure, "marks = %d", marks);
}

/* The finding, else the question. */
static void set_title(const struct series *series, const struct course *course, char *title, size_t size)
{
    const struct course_change *last = course->count ? &course->changes[course->count - 1] : NULL;
    if (!course_can_tell(series))
        snprintf(title, size, "%.45s: %d run%s, too few to tell", series->benchmark, series->count,
                 series->count == 1 ? "" : "s");
    else if (!last)
        snprintf(title, size, "%.40s: no change in %d runs", series->benchmark, series->count - course->first);
    else
        snprintf(title, size, "%.40s: %.1f%% %s since %.10s", series->benchmark, 100 * fabs(last->speed - 1),
                 last->speed < 1 ? "worse" : "better", series->points[last->creeps ? last->best : last->at].date);
}

static int draw(const char *folder, const struct series *series, const struct course *course,
                const struct drawing_taker *taker, FILE *log, char *name, size_t size)
{
    struct drawing drawing = {.log = log, .taker = taker};
    char title[128];
    struct drawing_figure figure = {.script = "history",
                                    .name = name,
                                    .title = title,
                                    .name_length = 11,
                                    .dim = "each dot a run: median over its rounds, bar: its 95% interval; hollow: the "
                                           "machine was not quiet; thick: the level; "
                                           "dotted: from here on another one"};
    FILE *file;
    int error = drawing_find_scripts(&drawing);
    label_word(series->benchmark, name, size);
    if (!error)
        error = drawing_open(&drawing, folder);
    if (error)
        return error;
    snprintf(drawing.foot, sizeof drawing.foot, "%.160s   |   %.60s, %.180s   |   %d run%s, %.10s to %.10s",
             series->benchmark, series->machine, series->hardware, series->count - course->first,
             series->count - course->first == 1 ? "" : "s", series->points[course->first].date,
             series->points[series->count - 1].date);
    set_title(series, course, title, sizeof title);
    file = drawing_data(&drawing, name);
    if (file) {
        write_points(file, series, course);
        drawing_close(&drawing, file);
        set_range(series, course, &figure);
        set_marks(series, course, &figure);
        error = drawing_draw(&drawing, &figure);
    }
    return drawing_shut(&drawing) && !error ? -EIO : error;
}

int figures_history(const char *folder, const struct series *series, const struct course *course, FILE *log, char *name,
                    size_t size)
{
    return draw(folder, series, course, NULL, log, name, size);
}

int figures_history_give(const char *folder, const struct series *series, const struct course *course,
                         const struct drawing_taker *taker, FILE *log)
{
    char name[RECORD_NAME];
    return draw(folder, series, course, taker, log, name, sizeof name);
}
