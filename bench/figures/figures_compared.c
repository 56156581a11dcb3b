/* figures_compared.c - see figures_compared.h. */
#include "bench/figures/figures_compared.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/figures/figures_changes.h"
#include "bench/results/benchmark.h"

static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* "AMD EPYC, 2 CPUs, kvm" */
static void machine_text(const json_t *document, char *text, size_t size)
{
    const json_t *machine = json_object_get(document, "machine");
    snprintf(text, size, "%.60s, %lld CPUs%s%.20s", result_string(machine, "cpu_model"),
             (long long)result_integer(machine, "cpus"), *result_string(machine, "virtualisation") ? ", " : "",
             result_string(machine, "virtualisation"));
}

static int draw(struct drawing *drawing, struct figures_changes *changes)
{
    int error = figures_changes(drawing, changes);
    free(changes->all);
    return error;
}

/* What is no pass is written large, as in the tables. */
static void set_verdict(struct figures_change *change, const char *text)
{
    snprintf(change->verdict, sizeof change->verdict, "%.100s", text);
    for (char *c = change->verdict; *c && change->regression; c++)
        *c = (char)toupper((unsigned char)*c);
}

static void set_values(struct figures_change *change, const char *base, const char *new)
{
    if (strcmp(base, "-") && strcmp(new, "-"))
        snprintf(change->values, sizeof change->values, "%.40s, now %.40s", base, new);
}

/* A comparison. */

static bool is_drawn(const struct comparison_row *row)
{
    return row->kind == COMPARISON_SPEED || row->kind == COMPARISON_RATE;
}

/* Lines in which nothing is drawn would bury the others. */
static bool are_too_many_missing(const struct comparison *comparison)
{
    enum { MISSING_MOST = 12 };
    int missing = 0;
    for (int i = 0; i < comparison->count; i++)
        missing += is_drawn(&comparison->rows[i]) && comparison->rows[i].verdict == COMPARISON_MISSING;
    return missing > MISSING_MOST;
}

static struct figures_change change_of_row(const struct comparison_row *row)
{
    static const enum figures_change_kind kinds[] = {
        [COMPARISON_SAME] = FIGURES_CHANGE_SAME,    [COMPARISON_FASTER] = FIGURES_CHANGE_BETTER,
        [COMPARISON_SLOWER] = FIGURES_CHANGE_WORSE, [COMPARISON_UNDECIDED] = FIGURES_CHANGE_UNDECIDED,
        [COMPARISON_FAILED] = FIGURES_CHANGE_NONE,  [COMPARISON_FAILING] = FIGURES_CHANGE_NONE,
        [COMPARISON_MISSING] = FIGURES_CHANGE_NONE, [COMPARISON_NOTHING] = FIGURES_CHANGE_NONE};
    const struct stats_ratio *ratio = &row->change;
    struct figures_change change = {.kind = kinds[row->verdict],
                                    .regression = row->regression || row->verdict == COMPARISON_FAILING};
    bool none = change.kind == FIGURES_CHANGE_NONE;
    char base[48], new[48];
    change.change = none ? NAN : ratio->ratio - 1;
    change.low = none || !ratio->known ? NAN : ratio->low - 1;
    change.high = none || !ratio->known ? NAN : ratio->high - 1;
    snprintf(change.name, sizeof change.name, "%.255s", row->name);
    set_verdict(&change, comparison_row_verdict(row));
    set_values(&change, comparison_row_value(row, row->base, base, sizeof base),
               comparison_row_value(row, row->new, new, sizeof new));
    return change;
}

int figures_compared(const struct comparison *comparison, const char *folder, const struct drawing_taker *taker,
                     FILE *log)
{
    struct drawing drawing = {.log = log, .taker = taker};
    struct figures_changes changes = {.threshold = comparison->threshold,
                                      .what = "Change of speed, new against base",
                                      .bars = comparison->speeds > 1 ? "95% intervals, which hold all together"
                                                                     : "95% intervals"};
    char machine[128];
    bool less;
    int error = drawing_find_scripts(&drawing);
    if (error)
        return error;
    changes.all = calloc((size_t)comparison->count + 1, sizeof *changes.all);
    if (!changes.all)
        return fprintf(log, "poolbench: figure changes: out of memory\n"), -ENOMEM;
    less = are_too_many_missing(comparison);
    for (int i = 0; i < comparison->count; i++)
        if (is_drawn(&comparison->rows[i]) && less && comparison->rows[i].verdict == COMPARISON_MISSING)
            changes.missing++;
        else if (is_drawn(&comparison->rows[i]))
            changes.all[changes.count++] = change_of_row(&comparison->rows[i]);
        else
            changes.worse_costs += comparison->rows[i].regression;
    machine_text(comparison->documents[1], machine, sizeof machine);
    snprintf(drawing.foot, sizeof drawing.foot, "unpaired: %.60s, %.10s, against %.60s, %.10s   |   %s",
             comparison->paths[1], result_string(comparison->documents[1], "date"), comparison->paths[0],
             result_string(comparison->documents[0], "date"), machine);
    error = drawing_open(&drawing, folder);
    if (error) {
        free(changes.all);
        return -EIO;
    }
    error = draw(&drawing, &changes);
    return drawing_shut(&drawing) && !error ? -EIO : error;
}

/* A duet. */

static struct figures_change change_of_benchmark(const json_t *benchmark)
{
    const json_t *finding = json_object_get(benchmark, "finding");
    const char *verdict = result_string(finding, "verdict");
    char base[48], new[48];
    struct figures_change change = {.kind = FIGURES_CHANGE_UNDECIDED,
                                    .change = number_of(finding, "change"),
                                    .low = number_of(finding, "low"),
                                    .high = number_of(finding, "high"),
                                    .regression = json_is_true(json_object_get(finding, "regression")) ||
                                                  json_is_true(json_object_get(finding, "fails"))};
    if (!strcmp(verdict, "slower"))
        change.kind = FIGURES_CHANGE_WORSE;
    else if (!strcmp(verdict, "faster"))
        change.kind = FIGURES_CHANGE_BETTER;
    else if (!strcmp(verdict, "same"))
        change.kind = FIGURES_CHANGE_SAME;
    else if (!strcmp(verdict, "FAILED") || !strcmp(verdict, "fails"))
        change.kind = FIGURES_CHANGE_NONE;
    snprintf(change.name, sizeof change.name, "%.255s", result_string(benchmark, "name"));
    set_verdict(&change, *verdict ? verdict : "not measured");
    set_values(&change, benchmark_side(benchmark, "base", base, sizeof base),
               benchmark_side(benchmark, "new", new, sizeof new));
    return change;
}

int figures_duet(struct drawing *drawing)
{
    const json_t *duet = json_object_get(drawing->result, "duet"),
                 *benchmarks = json_object_get(drawing->result, "benchmarks");
    double threshold = number_of(duet, "threshold");
    struct figures_changes changes = {.less_is_better = true,
                                      .threshold = threshold > 0 ? threshold : 0.03,
                                      .what = "Change of the time, new against base, in pairs",
                                      .bars = "95% intervals over processes"};
    char machine[128];
    json_t *benchmark;
    size_t i;
    changes.all = calloc(json_array_size(benchmarks) + 1, sizeof *changes.all);
    if (!changes.all)
        return fprintf(drawing->log, "poolbench: figure changes: out of memory\n"), -ENOMEM;
    json_array_foreach (benchmarks, i, benchmark)
        changes.all[changes.count++] = change_of_benchmark(benchmark);
    machine_text(drawing->result, machine, sizeof machine);
    snprintf(drawing->foot, sizeof drawing->foot, "duet: %.60s against %.60s, %.10s   |   %s   |   seed %lld",
             result_string(duet, "new"), result_string(duet, "base"), result_string(drawing->result, "date"), machine,
             (long long)result_integer(drawing->result, "seed"));
    return draw(drawing, &changes);
}
