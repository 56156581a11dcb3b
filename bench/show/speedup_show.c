/* speedup_show.c - see speedup_show.h. */
#include "bench/show/speedup_show.h"

#include <string.h>

#include "bench/findings/speedup.h"
#include "bench/results/label.h"
#include "bench/results/result.h"
#include "bench/show/grid.h"
#include "bench/show/ratio_text.h"
#include "bench/show/terminal.h"

static const char *const spec_only[] = {"spec", NULL};

/* "1.93x (1.90..1.95)  97%"; NULL is one that was not measured. */
static const char *cell_text(const json_t *speedup, char *text, size_t size)
{
    char efficiency[24] = "", middle[RATIO_TEXT], low[RATIO_TEXT], high[RATIO_TEXT];
    struct stats_ratio ratio = {.ratio = json_number_value(json_object_get(speedup, "speedup")),
                                .low = json_number_value(json_object_get(speedup, "low")),
                                .high = json_number_value(json_object_get(speedup, "high"))};
    if (!speedup)
        return "-";
    ratio_text_digits(&ratio, middle, low, high);
    if (json_is_number(json_object_get(speedup, "efficiency")))
        snprintf(efficiency, sizeof efficiency, "  %.0f%%",
                 100 * json_number_value(json_object_get(speedup, "efficiency")));
    if (json_is_number(json_object_get(speedup, "low")))
        snprintf(text, size, "%sx (%s..%s)%s", middle, low, high, efficiency);
    else
        snprintf(text, size, "%sx%s", middle, efficiency);
    return text;
}

/* The speed-up with so many workers of the pool that `first` is of; or NULL. */
static const json_t *speedup_with(const json_t *speedups, const json_t *first, json_int_t workers)
{
    json_t *other;
    size_t i;
    json_array_foreach (speedups, i, other)
        if (result_integer(other, "workers") == workers && label_same(other, first, speedup_setting))
            return other;
    return NULL;
}

/* Whether an earlier one has the same under these keys. */
static bool came_before(const json_t *speedups, size_t index, const char *const *keys)
{
    for (size_t i = 0; i < index; i++)
        if (label_same(json_array_get(speedups, i), json_array_get(speedups, index), keys))
            return true;
    return false;
}

/* The numbers of workers of one workload, in the order in which they came. */
static int workers_of(const json_t *speedups, const json_t *first, json_int_t *workers, int max)
{
    json_t *other;
    size_t i;
    int count = 0;
    json_array_foreach (speedups, i, other) {
        bool known = !label_same(other, first, spec_only);
        for (int k = 0; k < count; k++)
            known = known || workers[k] == result_integer(other, "workers");
        if (!known && count < max)
            workers[count++] = result_integer(other, "workers");
    }
    return count;
}

enum { WORKERS_MAX = 64 };

/* One row for each pool under the workload of `first`, for so many of the numbers of
 * workers as have room; returns how many, at least one. */
static int print_some(const json_t *speedups, const json_t *first, const json_int_t *workers, int count, bool colour,
                      FILE *out)
{
    char heads[WORKERS_MAX][32], text[128];
    struct grid grid;
    json_t *row;
    size_t i;
    int width = terminal_text_width(out);
    grid_begin(&grid);
    grid_column(&grid, result_string(first, "spec"), "", GRID_LEFT, 0);
    for (int k = 0; k < count; k++) {
        snprintf(heads[k], sizeof heads[k], "%lld workers", (long long)workers[k]);
        grid_column(&grid, heads[k], "", GRID_LEFT, 0);
    }
    json_array_foreach (speedups, i, row) {
        if (!label_same(row, first, spec_only) || came_before(speedups, i, speedup_setting))
            continue;
        grid_row(&grid);
        grid_cell(&grid, "%s", label_of(speedups, row, text, sizeof text));
        for (int k = 0; k < count; k++)
            grid_cell(&grid, "%s", cell_text(speedup_with(speedups, row, workers[k]), text, sizeof text));
    }
    if (count > 1 && grid_width(&grid) > width) {
        grid_end(&grid);
        return print_some(speedups, first, workers, count - 1, colour, out);
    }
    grid_print(&grid, out, width, colour);
    grid_end(&grid);
    return count;
}

void speedup_show(const json_t *result, FILE *out, bool colour)
{
    const json_t *speedups = json_object_get(result, "speedups");
    json_int_t workers[WORKERS_MAX];
    json_t *first;
    size_t i;
    if (!json_array_size(speedups))
        return;
    terminal_print(out, 2,
                   "%sspeed-up over 1 worker of the same pool%s   (95%% interval), efficiency: speed-up / CPUs at work",
                   colour ? "\033[1m" : "", colour ? "\033[0m" : "");
    fputc('\n', out);
    json_array_foreach (speedups, i, first) {
        int count = workers_of(speedups, first, workers, WORKERS_MAX);
        if (came_before(speedups, i, spec_only))
            continue;
        for (int k = 0; k < count;) {
            enum { CELLS_MAX = 8 };
            k += print_some(speedups, first, workers + k, count - k < CELLS_MAX ? count - k : CELLS_MAX, colour, out);
            fputc('\n', out);
        }
    }
}
