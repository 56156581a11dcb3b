/* figures_matrix.c - see figures_matrix.h. */
#include "bench/figures/figures_matrix.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/read_matrix.h"

enum { NAMES_MAX = 128 };

/* What a cell shows, in the place of a time. */
#define NOT_PASSED -1.0
#define NOT_SUPPORTED -2.0
#define HOLDS -3.0    /* and nothing was armed */
#define NOT_SEEN -4.0 /* what shows itself only by chance */

bool figures_is_matrix(const json_t *document)
{
    return read_matrix_is(document);
}

/* The different texts of a key, in their order. */
static int names_of(const json_t *cells, const char *key, const char *names[NAMES_MAX])
{
    const json_t *cell;
    size_t i;
    int count = 0;
    json_array_foreach (cells, i, cell) {
        const char *name = result_string(cell, key);
        int known = 0;
        while (known < count && strcmp(names[known], name))
            known++;
        if (known == count && count < NAMES_MAX)
            names[count++] = name;
    }
    return count;
}

static bool is_left_out(const json_t *cell)
{
    const char *verdict = result_string(cell, "verdict");
    return !strcmp(verdict, "not supported") || !strcmp(verdict, "CANNOT");
}

/* The slowest armed cell in ms. */
static double value_of(const json_t *cells, const char *pool, const char *fault)
{
    const json_t *cell;
    double value = NOT_SUPPORTED;
    size_t i;
    json_array_foreach (cells, i, cell) {
        if (strcmp(result_string(cell, "pool"), pool) || strcmp(result_string(cell, "fault"), fault) ||
            is_left_out(cell))
            continue;
        if (result_integer(cell, "passed") != result_integer(cell, "runs"))
            return NOT_PASSED;
        if (!strcmp(result_string(cell, "kind"), "armed"))
            value = fmax(value, json_number_value(json_object_get(cell, "took_median_ns")) / 1e6);
        else if (value <= NOT_SUPPORTED && value != NOT_SEEN)
            value = strcmp(result_string(cell, "verdict"), "not seen") ? HOLDS : NOT_SEEN;
    }
    return value;
}

/* Points, so that a row is never lower than what is written in it. */
static int height_of(int rows)
{
    enum { ROW = 24, AROUND = 200, LEAST = 675 }; /* AROUND: plot/matrix.gp's margins */
    return rows * ROW + AROUND > LEAST ? rows * ROW + AROUND : LEAST;
}

static int write_data(const struct drawing *drawing, struct drawing_figure *figure)
{
    const json_t *cells = json_object_get(drawing->result, "cells");
    const char *pools[NAMES_MAX], *faults[NAMES_MAX];
    int pool_count = names_of(cells, "pool", pools), fault_count = names_of(cells, "fault", faults);
    FILE *file = drawing_data(drawing, "matrix");
    if (!file)
        return -EIO;
    fprintf(file, "x\ty\tpool\tfault\tms\n");
    for (int p = 0; p < pool_count; p++)
        for (int f = 0; f < fault_count; f++)
            fprintf(file, "%d\t%d\t%s\t%s\t%.6g\n", p, f, pools[p], faults[f], value_of(cells, pools[p], faults[f]));
    drawing_close(drawing, file);
    drawing_say(figure, "height = %d", height_of(fault_count));
    drawing_say(figure, "x_count = %d", pool_count);
    drawing_say(figure, "y_count = %d", fault_count);
    for (int p = 0; p < pool_count; p++)
        drawing_tic(figure, "x2tics", pools[p], p, p == 0);
    for (int f = 0; f < fault_count; f++)
        drawing_tic(figure, "ytics", faults[f], f, f == 0);
    return 0;
}

/* What a time in a cell means, if any has one. */
static const char *meaning(const json_t *summary, bool contract)
{
    if (contract)
        return "a row for each group of promises: holds where none of those that were asked is broken";
    if (!result_integer(summary, "caught") && !result_integer(summary, "missed"))
        return "each pool as it is: no bug was switched on, so that it is not shown that one would be seen";
    if (result_integer(summary, "missed") || result_integer(summary, "fails") || result_integer(summary, "stalled"))
        return "a time: this pool holds, and the bug, switched on, was caught in so many ms (slowest of its kinds)";
    return "each pool holds, and the bug, switched on, was caught in so many ms (slowest of its kinds)";
}

int figures_matrix(struct drawing *drawing)
{
    const json_t *summary = json_object_get(drawing->result, "summary"),
                 *machine = json_object_get(drawing->result, "machine");
    struct drawing_figure figure = {
        .script = "matrix", .name = "matrix", .title = "Which known bugs does each pool have, and would we see them?"};
    bool contract =
        !strcmp(result_string(json_array_get(json_object_get(drawing->result, "cells"), 0), "group"), "contract");
    char dim[256];
    int error;
    if (contract)
        figure.title = "Does each pool keep the contract, pool.h?";
    snprintf(dim, sizeof dim, "%s; %lld workers", meaning(summary, contract),
             (long long)result_integer(drawing->result, "workers"));
    figure.dim = dim;
    snprintf(drawing->foot, sizeof drawing->foot,
             "%lld clean hold, %lld misuses named, %lld armed caught, %lld missed, %lld fail, %lld stalled, %lld not "
             "supported   |   %.48s, %lld CPUs%s%.32s   |   %.32s",
             (long long)result_integer(summary, "holds"), (long long)result_integer(summary, "named"),
             (long long)result_integer(summary, "caught"), (long long)result_integer(summary, "missed"),
             (long long)result_integer(summary, "fails"), (long long)result_integer(summary, "stalled"),
             (long long)result_integer(summary, "not_supported"), result_string(machine, "cpu_model"),
             (long long)result_integer(machine, "cpus"), *result_string(machine, "virtualisation") ? ", " : "",
             result_string(machine, "virtualisation"),
             result_string(json_object_get(drawing->result, "build"), "revision"));
    error = write_data(drawing, &figure);
    return error ? error : drawing_draw(drawing, &figure);
}
