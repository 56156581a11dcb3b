/* formats.c - a check for programs: JSON, TAP 13, JUnit XML, the result file and
 * the figure. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/check/check.h"
#include "bench/figures/figures_matrix.h"
#include "bench/json/must.h"
#include "bench/machine/machine.h"
#include "bench/measure/plugin.h"
#include "bench/results/policy.h"
#include "bench/results/result.h"
#include "bench/results/save.h"
#include "bench/show/junit.h"

enum { CHECK_RESULT_FORMAT = 1 };

static json_t *row_json(const struct check_row *row)
{
    return must_pack("{s:s, s:s?, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:i, s:s?, s:i, s:i, s:I, s:I, s:s}", "pool",
                     row->what.pool->name, "pool_version", row->what.pool->version, "fault", row->what.fault->name,
                     "group", row->what.fault->group, "source", row->what.fault->source, "kind",
                     check_kind_name(row->what.cell->kind), "cell", row->what.cell->name, "verdict",
                     check_verdict_name(row), "by_its_name", (int)row->result.verdict.own, "finding",
                     row->result.verdict.finding, "fewer_workers", row->result.fewer, "full_instead",
                     row->result.full_instead ? policy_full_name(row->result.full_instead) : NULL, "runs", row->runs,
                     "passed", row->passed, "took_median_ns", (json_int_t)check_median_ns(row), "took_most_ns",
                     (json_int_t)(row->runs ? row->took_ns[row->runs - 1] : 0), "report", row->result.report);
}

static json_t *matrix_json(const struct check_matrix *matrix)
{
    json_t *cells = json_array();
    for (int i = 0; i < matrix->count; i++)
        json_array_append_new(cells, row_json(&matrix->rows[i]));
    return must_pack("{s:s, s:i, s:o, s:o, s:i, s:i, s:i, s:i, s:i, s:b, s:f, s:{s:i, s:i, s:i, s:i, s:i, s:i, s:i, "
                     "s:i, s:i}, s:o, s:o}",
                     "program", "poolbench", "check_format", CHECK_RESULT_FORMAT, "machine", machine_json(), "build",
                     machine_build_json(), "workers", matrix->options->workers, "repeat", matrix->options->repeat,
                     "at_once", matrix->at_once, "at_once_asked", matrix->options->at_once, "workers_instead",
                     matrix->workers_instead, "interrupted", (int)matrix->interrupted, "seconds", matrix->seconds,
                     "summary", "holds", matrix->clean, "not_seen", matrix->unseen, "named", matrix->named, "caught",
                     matrix->caught, "missed", matrix->missed, "fails", matrix->fails, "stalled", matrix->stalled,
                     "not_supported", matrix->unsupported, "cannot", matrix->machine, "plugins", plugin_files(),
                     "cells", cells);
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

static int draw(const json_t *document, const char *folder)
{
    struct drawing drawing = {.log = stderr, .result = document};
    int error = drawing_find_scripts(&drawing);
    if (!error)
        error = drawing_open(&drawing, folder);
    if (error)
        return error;
    error = figures_matrix(&drawing);
    return drawing_shut(&drawing) && !error ? -EIO : error;
}

int check_figure(const struct check_matrix *matrix, const char *folder)
{
    json_t *document = matrix_json(matrix);
    int error = draw(document, folder);
    json_decref(document);
    return error;
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
