/* course_show.c - see course_show.h. */
#include "bench/show/course_show.h"

#include <math.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/show/grid.h"
#include "bench/show/history_show.h"
#include "bench/show/terminal.h"
#include "workloads/core/units.h"

enum { TEXT = 64 };

const char *const course_show_within = ", which was measured before, too: no change of revision";

const char *course_show_value(const struct series *series, double value, char *text, size_t size)
{
    switch (series->unit) {
    case WORKLOAD_NS:
        return units_time_text(value, text, size);
    case WORKLOAD_BYTES:
        return units_bytes_text(value, text, size);
    case WORKLOAD_RATE:
        units_count_text(value, text, size);
        snprintf(text + strlen(text), size - strlen(text), "/s");
        return text;
    case WORKLOAD_SHARE:
        snprintf(text, size, "%.1f%%", 100 * value);
        return text;
    default:
        snprintf(text, size, "%.3g", value);
        return text;
    }
}

void course_show_line(const struct series *series, const struct course_change *change, const char *subject, int width,
                      FILE *out)
{
    const struct series_point *point = &series->points[change->creeps ? change->best : change->at];
    char before[TEXT], after[TEXT], revision[TEXT], since[TEXT], percent[TEXT];
    course_show_value(series, change->before, before, sizeof before);
    course_show_value(series, change->after, after, sizeof after);
    history_show_revision(point->revision, revision, sizeof revision);
    snprintf(percent, sizeof percent, "%+.1f%%", 100 * (change->speed - 1));
    fprintf(out, "%-*s  %8s  ", width, series->benchmark, percent);
    history_show_revision(series->points[change->since].revision, since, sizeof since);
    if (change->creeps)
        fprintf(out, "creeps: against its %s level (%s, %.10s%s%s%s), since %s in %d runs, about %.2g%% each",
                change->speed < 1 ? "best" : "earlier", revision, point->date, *subject ? ", \"" : "", subject,
                *subject ? "\"" : "", since, change->end - 1 - change->since, 100 * change->per_point);
    else
        fprintf(out, "from %s (%.10s%s%s%s)%s", revision, point->date, *subject ? ", \"" : "", subject,
                *subject ? "\"" : "", change->within ? course_show_within : "");
    fprintf(out, ", %s -> %s, p %s %.3f%s\n", before, after, change->p < 0.001 ? "<" : "=", fmax(change->p, 0.001),
            series->is_floor ? "; it has no pool: the machine changed" : "");
}

json_t *course_show_json(const struct series *series, const struct course_change *change, const char *subject)
{
    const struct series_point *point = &series->points[change->creeps ? change->best : change->at];
    return must_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:o, s:s, s:b, s:f, s:f, s:f, s:f, s:i, s:b}", "benchmark",
                     series->benchmark, "machine", series->machine, "hardware", series->hardware, "kind",
                     change->creeps ? "creep" : "step", "run", (json_int_t)point->run, "date", point->date, "revision",
                     must_text(point->revision), "subject", subject, "within", (int)change->within, "before",
                     change->before, "after", change->after, "speed_ratio", change->speed, "p", change->p, "points",
                     change->end - change->at, "floor", (int)series->is_floor);
}

/* The change that begins with that point; NULL: none does. */
static const struct course_change *change_at(const struct course *course, int point)
{
    for (int i = 0; i < course->count; i++)
        if ((course->changes[i].creeps ? course->changes[i].best : course->changes[i].at) == point)
            return &course->changes[i];
    return NULL;
}

static void add_row(struct grid *grid, const struct series *series, const struct course *course, int i)
{
    const struct series_point *point = &series->points[i];
    const struct course_change *change = change_at(course, i);
    char text[TEXT], low[TEXT], high[TEXT];
    grid_row(grid);
    grid_cell(grid, "%lld", point->run);
    grid_cell(grid, "%s", history_show_date(point->date, text, sizeof text));
    grid_cell(grid, "%s", history_show_revision(point->revision, text, sizeof text));
    grid_cell(grid, "%s", course_show_value(series, point->value, text, sizeof text));
    if (isnan(point->low) && isnan(point->high))
        grid_cell(grid, "-");
    else
        grid_cell(grid, "%s .. %s", isnan(point->low) ? "?" : course_show_value(series, point->low, low, sizeof low),
                  isnan(point->high) ? "?" : course_show_value(series, point->high, high, sizeof high));
    grid_cell(grid, "%d", point->rounds);
    if (change && change->creeps)
        grid_note(grid, "<- creeps from here: %+.1f%%", 100 * (change->speed - 1));
    else if (change)
        grid_note(grid, "<- %+.1f%%, p %s %.3f%s", 100 * (change->speed - 1), change->p < 0.001 ? "<" : "=",
                  fmax(change->p, 0.001), change->within ? "; no change of revision" : "");
    else if (point->failed)
        grid_note(grid, "%d of %d rounds failed", point->failed, point->rounds);
    else if (point->noisy)
        grid_note(grid, "not quiet");
}

void course_show_table(const struct series *series, const struct course *course, FILE *out)
{
    struct grid grid;
    fprintf(out, "%s   %s: %s\n\n", series->benchmark, series->machine, series->hardware);
    grid_begin(&grid);
    grid_column(&grid, "run", "", GRID_RIGHT, 0);
    grid_column(&grid, "date (UTC)", "", GRID_LEFT, 0);
    grid_column(&grid, "revision", "", GRID_LEFT, 0);
    grid_column(&grid, "median", "", GRID_RIGHT, 0);
    grid_column(&grid, "95% interval", "", GRID_RIGHT, 2);
    grid_column(&grid, "rounds", "", GRID_RIGHT, 3);
    for (int i = 0; i < series->count; i++)
        add_row(&grid, series, course, i);
    grid_print(&grid, out, terminal_width(out), terminal_colour(out));
    grid_end(&grid);
    if (!course_can_tell(series))
        fprintf(out, "\n%d run%s: too few to tell of a change (%d are wanted)\n", series->count,
                series->count == 1 ? "" : "s", CHANGES_LEAST);
    else if (course->first)
        fprintf(out, "\n%d change%s in the newest %d of %d runs; the earlier ones were not looked at\n", course->count,
                course->count == 1 ? "" : "s", series->count - course->first, series->count);
    else
        fprintf(out, "\n%d change%s in %d runs\n", course->count, course->count == 1 ? "" : "s", series->count);
}

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *course_show_points_json(const struct series *series, const struct course *course)
{
    json_t *points = json_array(), *changes = json_array();
    for (int i = 0; i < series->count; i++) {
        const struct series_point *point = &series->points[i];
        json_array_append_new(
            points, must_pack("{s:I, s:s, s:o, s:f, s:o, s:o, s:i, s:i, s:b}", "run", (json_int_t)point->run, "date",
                              point->date, "revision", must_text(point->revision), "value", point->value, "low",
                              number_or_null(point->low), "high", number_or_null(point->high), "rounds", point->rounds,
                              "failed", point->failed, "noisy", (int)point->noisy));
    }
    for (int i = 0; i < course->count; i++)
        json_array_append_new(changes, course_show_json(series, &course->changes[i], ""));
    return must_pack("{s:s, s:s, s:s, s:o, s:o}", "benchmark", series->benchmark, "machine", series->machine,
                     "hardware", series->hardware, "points", points, "changes", changes);
}
