/* speedup.c - see speedup.h. The ratio is taken round by round: both sides of it ran
 * in the same process, minutes apart at most. */
#include "bench/speedup.h"

#include <math.h>
#include <string.h>

#include "bench/label.h"
#include "bench/pairing.h"
#include "bench/report_row.h"
#include "bench/result.h"

/* All that is the same on both sides of the ratio. */
static const char *const setting[] = {"pool", "spec", "producers", "capacity", "full", "results", "results_capacity",
                                      "pin",  NULL};

static const char *const spec_only[] = {"spec", NULL};

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* The workload, where jobs per second are what it is about; else NULL. */
static const struct workload_ops *workload_of(const json_t *configuration)
{
    for (int i = 0; i < workload_count(); i++)
        if (!strcmp(workload_at(i)->name, result_string(configuration, "workload")))
            return workload_at(i)->judged_by ? NULL : workload_at(i);
    return NULL;
}

/* The same with one worker, or NULL. */
static const json_t *base_of(const json_t *configurations, const json_t *configuration)
{
    json_t *other;
    size_t i;
    json_array_foreach (configurations, i, other)
        if (result_integer(other, "workers") == 1 && label_same(other, configuration, setting))
            return other;
    return NULL;
}

static json_t *speedup_json(const json_t *configuration, const struct stats_ratio *ratio, double cpus)
{
    json_t *json = json_object();
    for (const char *const *key = setting; *key; key++)
        json_object_set(json, *key, json_object_get(configuration, *key));
    json_object_set(json, "workers", json_object_get(configuration, "workers"));
    json_object_set_new(json, "speedup", number(ratio->ratio));
    json_object_set_new(json, "low", number(ratio->known ? ratio->low : NAN));
    json_object_set_new(json, "high", number(ratio->known ? ratio->high : NAN));
    json_object_set_new(json, "rounds", json_integer(ratio->pairs));
    json_object_set_new(json, "efficiency", number(ratio->ratio / cpus));
    return json;
}

void speedup_add(json_t *result, int cpus)
{
    const json_t *configurations = json_object_get(result, "configurations"), *base;
    json_t *speedups = json_array(), *configuration;
    size_t i;
    json_array_foreach (configurations, i, configuration) {
        int workers = (int)result_integer(configuration, "workers");
        const struct workload_ops *ops = workload_of(configuration);
        struct stats_ratio ratio;
        if (!ops || workers < 2 || report_is_floor(configuration) || !(base = base_of(configurations, configuration)))
            continue;
        ratio = pairing_ratio("jobs_per_s", configuration, base);
        /* Of jobs that wait, more can be under way than there are CPUs. */
        if (ratio.pairs)
            json_array_append_new(speedups, speedup_json(configuration, &ratio,
                                                         ops->waits       ? NAN
                                                         : workers < cpus ? workers
                                                                          : cpus));
    }
    json_object_set_new(result, "speedups", speedups);
}

/* The table. */

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
        if (result_integer(other, "workers") == workers && label_same(other, first, setting))
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
        if (!label_same(row, first, spec_only) || came_before(speedups, i, setting))
            continue;
        fprintf(out, "%-*s", width, label_of(speedups, row, text, sizeof text));
        for (int k = 0; k < count; k++)
            fprintf(out, "  %-*s", k < count - 1 ? CELL : 0,
                    cell_text(speedup_with(speedups, row, workers[k]), text, sizeof text));
        fputc('\n', out);
    }
}

void speedup_print(const json_t *result, FILE *out, bool colour)
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
