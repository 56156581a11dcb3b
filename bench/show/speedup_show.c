/* speedup_show.c - see speedup_show.h. */
#include "bench/show/speedup_show.h"

#include <string.h>

#include "bench/findings/speedup.h"
#include "bench/results/label.h"
#include "bench/results/result.h"

static const char *const spec_only[] = {"spec", NULL};

enum { CELL = 26, CELLS_MAX = 3 };

/* "1.93x (1.90..1.95)  97%"; NULL is one that was not measured. */
static const char *cell_text(const json_t *speedup, char *text, size_t size)
{
    char efficiency[16] = "";
    double ratio = json_number_value(json_object_get(speedup, "speedup"));
    if (!speedup)
        return "-";
    if (json_is_number(json_object_get(speedup, "efficiency")))
        snprintf(efficiency, sizeof efficiency, "  %.0f%%",
                 100 * json_number_value(json_object_get(speedup, "efficiency")));
    if (json_is_number(json_object_get(speedup, "low")))
        snprintf(text, size, "%.2fx (%.2f..%.2f)%s", ratio, json_number_value(json_object_get(speedup, "low")),
                 json_number_value(json_object_get(speedup, "high")), efficiency);
    else
        snprintf(text, size, "%.2fx%s", ratio, efficiency);
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

/* Of the column with the names. */
static int name_width(const json_t *speedups, const json_t *first)
{
    json_t *row;
    size_t i, width = strlen(result_string(first, "spec"));
    char label[128];
    json_array_foreach (speedups, i, row)
        if (label_same(row, first, spec_only) && strlen(label_of(speedups, row, label, sizeof label)) > width)
            width = strlen(label);
    return (int)width;
}

/* One row for each pool under the workload of `first`, for some numbers of workers. */
static void print_rows(const json_t *speedups, const json_t *first, const json_int_t *workers, int count, FILE *out)
{
    int width = name_width(speedups, first);
    json_t *row;
    size_t i;
    char text[128];
    fprintf(out, "%-*s", width, result_string(first, "spec"));
    for (int k = 0; k < count; k++) {
        snprintf(text, sizeof text, "%lld workers", (long long)workers[k]);
        fprintf(out, "  %-*s", k < count - 1 ? CELL : 0, text);
    }
    fputc('\n', out);
    json_array_foreach (speedups, i, row) {
        if (!label_same(row, first, spec_only) || came_before(speedups, i, speedup_setting))
            continue;
        fprintf(out, "%-*s", width, label_of(speedups, row, text, sizeof text));
        for (int k = 0; k < count; k++)
            fprintf(out, "  %-*s", k < count - 1 ? CELL : 0,
                    cell_text(speedup_with(speedups, row, workers[k]), text, sizeof text));
        fputc('\n', out);
    }
}

void speedup_show(const json_t *result, FILE *out, bool colour)
{
    const json_t *speedups = json_object_get(result, "speedups");
    json_int_t workers[64];
    json_t *first;
    size_t i;
    if (!json_array_size(speedups))
        return;
    fprintf(out,
            "%sspeed-up over 1 worker of the same pool%s   (95%% interval), efficiency: speed-up / CPUs at work\n\n",
            colour ? "\033[1m" : "", colour ? "\033[0m" : "");
    json_array_foreach (speedups, i, first) {
        int count = workers_of(speedups, first, workers, 64);
        if (came_before(speedups, i, spec_only))
            continue;
        for (int k = 0; k < count; k += CELLS_MAX) {
            print_rows(speedups, first, workers + k, count - k < CELLS_MAX ? count - k : CELLS_MAX, out);
            fputc('\n', out);
        }
    }
}
