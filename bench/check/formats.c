/* formats.c - a check for programs: JSON, TAP 13, JUnit XML, the result file and
 * the figure. */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/check/check.h"
#include "bench/figures/drawing.h"
#include "bench/json/must.h"
#include "bench/machine/machine.h"
#include "bench/results/result.h"
#include "bench/results/save.h"
#include "bench/show/junit.h"

enum { CHECK_RESULT_FORMAT = 1 };

static json_t *row_json(const struct check_row *row)
{
    return must_pack("{s:s, s:s?, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:i, s:i, s:i, s:I, s:I, s:s}", "pool",
                     row->what.pool->name, "pool_version", row->what.pool->version, "fault", row->what.fault->name,
                     "group", row->what.fault->group, "source", row->what.fault->source, "kind",
                     check_kind_name(row->what.cell->kind), "cell", row->what.cell->name, "verdict",
                     check_verdict_name(row), "by_its_name", (int)row->result.verdict.own, "finding",
                     row->result.verdict.finding, "fewer_workers", row->result.fewer, "runs", row->runs, "passed",
                     row->passed, "took_median_ns", (json_int_t)check_median_ns(row), "took_most_ns",
                     (json_int_t)(row->runs ? row->took_ns[row->runs - 1] : 0), "report", row->result.report);
}

static json_t *matrix_json(const struct check_matrix *matrix)
{
    json_t *cells = json_array();
    for (int i = 0; i < matrix->count; i++)
        json_array_append_new(cells, row_json(&matrix->rows[i]));
    return must_pack("{s:s, s:i, s:o, s:o, s:i, s:i, s:b, s:f, s:{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}, s:o}",
                     "program", "poolbench", "check_format", CHECK_RESULT_FORMAT, "machine", machine_json(), "build",
                     machine_build_json(), "workers", matrix->options->workers, "repeat", matrix->options->repeat,
                     "interrupted", (int)matrix->interrupted, "seconds", matrix->seconds, "summary", "holds",
                     matrix->clean, "not_seen", matrix->unseen, "named", matrix->named, "caught", matrix->caught,
                     "missed", matrix->missed, "fails", matrix->fails, "stalled", matrix->stalled, "not_supported",
                     matrix->unsupported, "cannot", matrix->machine, "cells", cells);
}

void check_print_json(const struct check_matrix *matrix, FILE *out)
{
    json_t *document = matrix_json(matrix);
    json_dumpf(document, out, JSON_INDENT(1));
    fputc('\n', out);
    json_decref(document);
}

static bool good(const struct check_row *row)
{
    return row->passed == row->runs || check_left_out(&row->result);
}

void check_print_tap(const struct check_matrix *matrix, FILE *out)
{
    fprintf(out, "TAP version 13\n1..%d\n", matrix->count);
    for (int i = 0; i < matrix->count; i++) {
        const struct check_row *row = &matrix->rows[i];
        bool skipped = check_left_out(&row->result);
        fprintf(out, "%sok %d - %s %s %s%s%s", good(row) ? "" : "not ", i + 1, row->what.pool->name,
                row->what.fault->name, check_kind_name(row->what.cell->kind), *row->what.cell->name ? ", " : "",
                row->what.cell->name);
        fprintf(out,
                skipped                    ? " # SKIP %s\n"
                : row->unseen && good(row) ? " # %s\n"
                                           : "\n",
                row->result.verdict.finding);
        if (good(row))
            continue;
        fprintf(out, "  ---\n  verdict: %s\n  finding: |\n    %s\n  evidence: |\n", check_verdict_name(row),
                row->result.verdict.finding);
        for (const char *line = row->result.report; *line;) {
            int length = (int)strcspn(line, "\n");
            fprintf(out, "    %.*s\n", length, line);
            line += length + (line[length] == '\n');
        }
        fputs("  ...\n", out);
    }
    if (matrix->interrupted)
        fputs("Bail out! interrupted\n", out);
}

static void junit_case(const struct check_row *row, FILE *out)
{
    fprintf(out, "    <testcase classname=\"poolbench.check.%s\" name=\"%s %s%s", row->what.pool->name,
            row->what.fault->name, check_kind_name(row->what.cell->kind), *row->what.cell->name ? ", " : "");
    junit_text(row->what.cell->name, out);
    fprintf(out, "\" time=\"%.6f\"", (double)check_median_ns(row) / 1e9);
    if (check_left_out(&row->result)) {
        fputs("><skipped message=\"", out);
        junit_text(row->result.verdict.finding, out);
        fputs("\"/></testcase>\n", out);
    } else if (!good(row)) {
        fprintf(out, "><failure type=\"%s\" message=\"", check_verdict_name(row));
        junit_text(row->result.verdict.finding, out);
        fputs("\">", out);
        junit_text(row->result.report, out);
        fputs("</failure></testcase>\n", out);
    } else if (row->unseen) { /* passed, and no proof */
        fputs("><system-out>", out);
        junit_text(row->result.verdict.finding, out);
        fputs("</system-out></testcase>\n", out);
    } else {
        fputs("/>\n", out);
    }
}

void check_print_junit(const struct check_matrix *matrix, FILE *out)
{
    const struct check_options *options = matrix->options;
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"poolbench check\" tests=\"%d\" "
            "failures=\"%d\" errors=\"0\" time=\"%.3f\">\n",
            matrix->count, matrix->fails + matrix->missed + matrix->stalled, matrix->seconds);
    for (int p = 0; p < options->pool_count; p++) {
        int tests = 0, failures = 0, skipped = 0;
        for (int i = 0; i < matrix->count; i++) {
            const struct check_row *row = &matrix->rows[i];
            if (row->what.pool != options->pools[p])
                continue;
            tests++;
            failures += !good(row);
            skipped += check_left_out(&row->result);
        }
        fprintf(out, "  <testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"0\" skipped=\"%d\">\n",
                options->pools[p]->name, tests, failures, skipped);
        for (int i = 0; i < matrix->count; i++)
            if (matrix->rows[i].what.pool == options->pools[p])
                junit_case(&matrix->rows[i], out);
        fputs("  </testsuite>\n", out);
    }
    fputs("</testsuites>\n", out);
}

/* The slowest armed cell in ms; -1: one did not pass; -2: not supported; -3: holds,
 * nothing armed. */
static double cell_value(const struct check_matrix *matrix, const struct pool_ops *pool, const struct fault *fault)
{
    double value = -2;
    for (int i = 0; i < matrix->count; i++) {
        const struct check_row *row = &matrix->rows[i];
        if (row->what.pool != pool || row->what.fault != fault || check_left_out(&row->result))
            continue;
        if (!good(row))
            return -1;
        if (row->what.cell->kind == FAULT_ARMED)
            value = fmax(value, (double)check_median_ns(row) / 1e6);
        else if (value == -2)
            value = -3;
    }
    return value;
}

static int write_data(const struct check_matrix *matrix, const struct drawing *drawing, struct drawing_figure *figure)
{
    const struct check_options *options = matrix->options;
    FILE *file = drawing_data(drawing, "matrix");
    if (!file)
        return -EIO;
    fprintf(file, "x\ty\tpool\tfault\tms\n");
    for (int p = 0; p < options->pool_count; p++)
        for (int f = 0; f < options->fault_count; f++)
            fprintf(file, "%d\t%d\t%s\t%s\t%.6g\n", p, f, options->pools[p]->name, options->faults[f]->name,
                    cell_value(matrix, options->pools[p], options->faults[f]));
    drawing_close(drawing, file);
    drawing_say(figure, "x_count = %d", options->pool_count);
    drawing_say(figure, "y_count = %d", options->fault_count);
    for (int p = 0; p < options->pool_count; p++)
        drawing_tic(figure, "x2tics", options->pools[p]->name, p, p == 0);
    for (int f = 0; f < options->fault_count; f++)
        drawing_tic(figure, "ytics", options->faults[f]->name, f, f == 0);
    return 0;
}

int check_figure(const struct check_matrix *matrix, const char *folder)
{
    struct drawing drawing = {.log = stderr};
    struct drawing_figure figure = {
        .script = "matrix", .name = "matrix", .title = "Which known bugs does each pool have, and would we see them?"};
    char dim[256];
    int error = drawing_find_scripts(&drawing);
    if (!error)
        error = drawing_open(&drawing, folder);
    if (error)
        return error;
    snprintf(dim, sizeof dim,
             "each pool holds, and the bug, switched on, was caught in so many ms (slowest of its kinds); %d workers",
             matrix->options->workers);
    figure.dim = dim;
    snprintf(
        drawing.foot, sizeof drawing.foot,
        "%d clean hold, %d misuses named, %d armed caught, %d missed, %d fail, %d stalled, %d not supported   |   %s",
        matrix->clean, matrix->named, matrix->caught, matrix->missed, matrix->fails, matrix->stalled,
        matrix->unsupported, machine_revision);
    error = write_data(matrix, &drawing, &figure);
    if (!error)
        error = drawing_draw(&drawing, &figure);
    return drawing_shut(&drawing) && !error ? -EIO : error;
}

int check_write(const struct check_matrix *matrix, const char *path)
{
    char folder[4096];
    json_t *document = matrix_json(matrix);
    int error = save_document(document, path, true);
    json_decref(document);
    if (error) {
        fprintf(stderr, "poolbench: cannot write %s: %s\n", path, strerror(-error));
        return error;
    }
    snprintf(folder, sizeof folder, "%.*s", (int)strlen(path) - 5, path);
    error = check_figure(matrix, folder);
    if (matrix->options->format == CHECK_TABLE) {
        printf("saved    %s\n", path);
        if (!error)
            printf("figure   %s/matrix.svg, .png\n", folder);
    }
    return error == -ENOENT ? 0 : error;
}
