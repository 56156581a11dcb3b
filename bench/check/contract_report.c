/* contract_report.c - what people see of `poolbench check --contract`. */
#include <string.h>

#include "bench/check/contract.h"
#include "bench/show/grid.h"
#include "bench/show/terminal.h"
#include "workloads/core/units.h"

/* A test's name is a sentence. */
static const char *sentence(const char *name, char *text, size_t size)
{
    snprintf(text, size, "%s", name);
    for (char *at = text; (at = strchr(at, '_'));)
        *at = ' ';
    return text;
}

struct tally {
    int kept, broken, stalled, left_out;
};

static struct tally count(const struct check_matrix *matrix, const struct pool_ops *pool, const struct fault *suite)
{
    struct tally tally = {0};
    for (int i = 0; i < matrix->count; i++) {
        const struct check_row *row = &matrix->rows[i];
        if (row->what.pool != pool || row->what.fault != suite)
            continue;
        tally.left_out += check_left_out(&row->result);
        tally.stalled += row->stalled != 0;
        tally.kept += row->passed == row->runs;
        tally.broken += !check_left_out(&row->result) && !row->stalled && row->passed < row->runs;
    }
    return tally;
}

static void cell(struct grid *grid, int number)
{
    if (number)
        grid_cell(grid, "%d", number);
    else
        grid_cell(grid, "-");
}

static void print_suites(const struct check_matrix *matrix, const struct pool_ops *pool, FILE *out)
{
    struct grid grid;
    fprintf(out, "%s%s%s: %s\n", pool->name, pool->version ? ", " : "", pool->version ? pool->version : "",
            pool->summary);
    grid_begin(&grid);
    grid_column(&grid, "promises of", "", GRID_LEFT, 0);
    grid_column(&grid, "kept", "", GRID_RIGHT, 0);
    grid_column(&grid, "FAILS", "", GRID_RIGHT, 0);
    grid_column(&grid, "STALLED", "", GRID_RIGHT, 0);
    grid_column(&grid, "not supported", "", GRID_RIGHT, 0);
    for (int f = 0; f < matrix->options->fault_count; f++) {
        struct tally tally = count(matrix, pool, matrix->options->faults[f]);
        grid_row(&grid);
        grid_cell(&grid, "%s", matrix->options->faults[f]->name);
        cell(&grid, tally.kept);
        cell(&grid, tally.broken);
        cell(&grid, tally.stalled);
        cell(&grid, tally.left_out);
    }
    grid_print(&grid, out, terminal_width(out), false);
    grid_end(&grid);
}

static void print_row(const struct check_matrix *matrix, const struct check_row *row, FILE *out)
{
    const char *test = row->what.cell->name;
    char text[256], time[32];
    bool good = row->passed == row->runs || check_left_out(&row->result);
    if (good && !matrix->options->verbose)
        return;
    terminal_print(out, 4, "  %s: %s: %s%s%s%s%s", row->what.fault->name, sentence(test, text, sizeof text),
                   check_verdict_name(row), check_left_out(&row->result) ? "" : " in ",
                   check_left_out(&row->result) ? "" : units_time_text((double)check_median_ns(row), time, sizeof time),
                   *row->result.verdict.finding ? ": " : "", row->result.verdict.finding);
    if (good)
        return;
    fputs(row->result.report, out);
    fprintf(out, "    replay  poolbench check --contract%s -f %s -p %s -v\n", matrix->options->loaded,
            row->what.fault->name, row->what.pool->name);
}

void contract_print(const struct check_matrix *matrix, FILE *out)
{
    for (int p = 0; p < matrix->options->pool_count; p++) {
        const struct pool_ops *pool = matrix->options->pools[p];
        fputs(p ? "\n" : "", out);
        print_suites(matrix, pool, out);
        for (int i = 0; i < matrix->count; i++)
            if (matrix->rows[i].what.pool == pool)
                print_row(matrix, &matrix->rows[i], out);
    }
    check_print_end(matrix, out);
}
