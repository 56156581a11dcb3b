/* report.c - what people see of a check: the matrix, one pool's table, the
 * explanation of a cell, the list of faults. */
#include <stdlib.h>
#include <string.h>

#include "bench/check/check.h"
#include "workloads/core/units.h"

static const struct check_row *find(const struct check_matrix *matrix, const struct pool_ops *pool,
                                    const struct fault *fault, int cell)
{
    for (int i = 0; i < matrix->count; i++)
        if (matrix->rows[i].what.pool == pool && matrix->rows[i].what.fault == fault &&
            matrix->rows[i].what.cell == &fault->cells[cell])
            return &matrix->rows[i];
    return NULL;
}

static bool supported(const struct check_row *row)
{
    return row && !check_left_out(&row->result);
}

/* Writes text in lines of at most `width`, the first after what is there
 * already, the others indented by `indent`. */
static void wrap(FILE *out, const char *text, int indent, int width)
{
    int used = 0;
    while (*text) {
        int word = (int)strcspn(text, " ");
        if (used && used + 1 + word > width) {
            fprintf(out, "\n%*s", indent, "");
            used = 0;
        }
        fprintf(out, "%s%.*s", used ? " " : "", word, text);
        used += word + (used ? 1 : 0);
        text += word;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

/* The worst of a pool's cells of a fault, in one word, with the time of the
 * slowest armed cell. */
static const char *summary(const struct check_matrix *matrix, const struct pool_ops *pool, const struct fault *fault,
                           char *text, size_t size)
{
    const char *worst = NULL, *plain = NULL;
    char time[32];
    int64_t slowest = 0;
    for (int c = 0; c < fault->cell_count; c++) {
        const struct check_row *row = find(matrix, pool, fault, c);
        if (!row && fault_asks(&fault->cells[c], pool))
            return ""; /* interrupted */
        if (!supported(row))
            continue;
        plain = plain ? plain : "holds";
        if (row->passed < row->runs)
            worst = check_verdict_name(row);
        if (row->what.cell->kind == FAULT_ARMED && row->passed == row->runs && check_median_ns(row) > slowest)
            slowest = check_median_ns(row);
    }
    if (worst || !plain)
        return worst ? worst : "-";
    if (!slowest)
        return plain;
    snprintf(text, size, "ok %s", units_time_text((double)slowest, time, sizeof time));
    return text;
}

static bool any_armed(const struct check_matrix *matrix)
{
    for (int i = 0; i < matrix->count; i++)
        if (matrix->rows[i].what.cell->kind == FAULT_ARMED)
            return true;
    return false;
}

static void print_matrix(const struct check_matrix *matrix, FILE *out)
{
    const struct check_options *options = matrix->options;
    char text[64];
    fprintf(out, "%-18s", "fault");
    for (int p = 0; p < options->pool_count; p++)
        fprintf(out, "  %-10s", options->pools[p]->name);
    fputc('\n', out);
    for (int f = 0; f < options->fault_count; f++) {
        fprintf(out, "%-18s", options->faults[f]->name);
        for (int p = 0; p < options->pool_count; p++)
            fprintf(out, "  %-10s", summary(matrix, options->pools[p], options->faults[f], text, sizeof text));
        fputc('\n', out);
    }
    if (any_armed(matrix))
        fputs("\nok: the pool holds, the client's mistake is named, and each armed bug is caught, the slowest in\n"
              "this time; ",
              out);
    fprintf(out, "%s-: not supported.  One pool with what was found: poolbench check%s -p POOL\n",
            any_armed(matrix) ? "" : "\n", options->loaded);
}

/* The first cell of a kind, or NULL. */
static const struct check_row *first_of(const struct check_matrix *matrix, const struct pool_ops *pool,
                                        const struct fault *fault, enum fault_kind kind)
{
    for (int c = 0; c < fault->cell_count; c++)
        if (fault->cells[c].kind == kind)
            return find(matrix, pool, fault, c);
    return NULL;
}

static const char *verdict_of(const struct check_row *row)
{
    return !row ? "" : supported(row) ? check_verdict_name(row) : "-";
}

/* One line of a pool's table, about an armed cell; the bug's mutants follow the
 * bug, with their names in brackets. */
static void print_line(FILE *out, const char *name, const struct check_row *clean, const struct check_row *misuse,
                       const struct check_row *armed)
{
    enum { INDENT = 53, WIDTH = 50 };
    char time[32] = "", text[sizeof armed->result.verdict.finding + 64] = "";
    if (supported(armed))
        units_time_text((double)check_median_ns(armed), time, sizeof time);
    if (armed)
        snprintf(text, sizeof text, "%s%s%s%s", *armed->what.cell->name ? "[" : "", armed->what.cell->name,
                 *armed->what.cell->name ? "] " : "", armed->result.verdict.finding);
    fprintf(out, "%-18s  %-6s  %-6s  %-6s  %7s  ", name, verdict_of(clean), verdict_of(misuse), verdict_of(armed),
            time);
    wrap(out, text, INDENT, WIDTH);
}

static void print_pool(const struct check_matrix *matrix, const struct pool_ops *pool, FILE *out)
{
    const struct check_options *options = matrix->options;
    fprintf(out, "%-18s  %-6s  %-6s  %-6s  %7s  %s\n", "fault", "clean", "misuse", "armed", "took", "found when armed");
    for (int f = 0; f < options->fault_count; f++) {
        const struct fault *fault = options->faults[f];
        const struct check_row *clean = first_of(matrix, pool, fault, FAULT_CLEAN),
                               *misuse = first_of(matrix, pool, fault, FAULT_MISUSE),
                               *armed = first_of(matrix, pool, fault, FAULT_ARMED);
        if (!clean)
            return; /* interrupted */
        print_line(out, fault->name, clean, misuse, armed);
        for (int c = 0; c < fault->cell_count; c++) {
            const struct check_row *row = find(matrix, pool, fault, c);
            if (!supported(row) || row == clean || row == misuse || row == armed)
                continue;
            if (row->what.cell->kind == FAULT_ARMED)
                print_line(out, "", NULL, NULL, row);
            else if (row->passed < row->runs)
                fprintf(out, "%-18s  %s: %s\n", "", check_verdict_name(row), row->what.cell->name);
        }
    }
}

/* A plug-in: what was asked of it, as it is, and what was not, with the reason. */
static void print_foreign(const struct check_matrix *matrix, const struct pool_ops *pool, FILE *out)
{
    enum { INDENT = 46, WIDTH = 70 };
    const struct check_options *options = matrix->options;
    fprintf(out, "%s%s%s: %s\n%-18s  %-13s  %9s  %s\n", pool->name, pool->version ? ", " : "",
            pool->version ? pool->version : "", pool->summary, "fault", "as it is", "took", "found");
    for (int f = 0; f < options->fault_count; f++) {
        const struct fault *fault = options->faults[f];
        const struct check_row *unsupported = NULL;
        bool told = false;
        for (int c = 0; c < fault->cell_count; c++) {
            const struct check_row *row = find(matrix, pool, fault, c);
            char time[32], text[sizeof row->result.verdict.finding + 64];
            if (row && !supported(row))
                unsupported = row;
            if (!supported(row))
                continue;
            snprintf(text, sizeof text, "%s%s%s%s", *row->what.cell->name ? "[" : "", row->what.cell->name,
                     *row->what.cell->name ? "] " : "", row->result.verdict.finding);
            fprintf(out, "%-18s  %-13s  %9s  ", told ? "" : fault->name, check_verdict_name(row),
                    units_time_text((double)check_median_ns(row), time, sizeof time));
            wrap(out, text, INDENT, WIDTH);
            told = true;
        }
        if (!told && unsupported) {
            fprintf(out, "%-18s  %-13s  %9s  ", fault->name, check_verdict_name(unsupported), "");
            wrap(out, unsupported->result.verdict.finding, INDENT, WIDTH);
        }
    }
}

static void print_replay(const struct check_matrix *matrix, const struct check_row *row, FILE *out)
{
    fprintf(out, "  replay       poolbench check%s -f %s -p %s", matrix->options->loaded, row->what.fault->name,
            row->what.pool->name);
    if (matrix->options->workers != CHECK_WORKERS)
        fprintf(out, " -t %d", matrix->options->workers);
    fputs(" -v\n", out);
}

static void print_paragraph(FILE *out, const char *name, const char *text)
{
    fprintf(out, "  %-11s  ", name);
    wrap(out, text, 15, 85);
}

static void print_cell(const struct check_matrix *matrix, const struct check_row *row, FILE *out)
{
    const struct fault_cell *cell = row->what.cell;
    char time[32];
    fprintf(out, "\n  %s%s%s: %s", check_kind_name(cell->kind), *cell->name ? ", " : "", cell->name,
            check_verdict_name(row));
    if (supported(row))
        fprintf(out, " in %s", units_time_text((double)check_median_ns(row), time, sizeof time));
    if (*row->result.verdict.finding)
        fprintf(out, ": %s", row->result.verdict.finding);
    fputc('\n', out);
    if (supported(row) && (cell->kind != FAULT_CLEAN || row->passed < row->runs))
        fputs(row->result.report, out);
    if (row->passed < row->runs && supported(row))
        print_replay(matrix, row, out);
}

/* Everything about a pool and a fault. */
static void explain(const struct check_matrix *matrix, const struct pool_ops *pool, const struct fault *fault,
                    FILE *out)
{
    fprintf(out, "\n%s, %s: %s\n", fault->name, pool->name, fault->summary);
    print_paragraph(out, "the bug", fault->bug);
    print_paragraph(out, "the check", fault->scenario);
    for (int c = 0; c < fault->cell_count; c++) {
        const struct check_row *row = find(matrix, pool, fault, c);
        if (row)
            print_cell(matrix, row, out);
    }
    fputc('\n', out);
    print_paragraph(out, "diagnosis", fault->diagnosis);
    print_paragraph(out, "remedy", fault->remedy);
    if (judge_reason(pool, fault))
        print_paragraph(out, "its own words", judge_reason(pool, fault));
}

static bool all_pass(const struct check_matrix *matrix, const struct pool_ops *pool, const struct fault *fault)
{
    for (int c = 0; c < fault->cell_count; c++) {
        const struct check_row *row = find(matrix, pool, fault, c);
        if (supported(row) && row->passed < row->runs)
            return false;
    }
    return true;
}

/* Why some cells are not supported, a line for each pool and reason. */
static void print_unsupported(const struct check_matrix *matrix, FILE *out)
{
    for (int i = 0; i < matrix->count; i++) {
        const struct check_row *row = &matrix->rows[i];
        const char *why = row->result.verdict.finding;
        bool told = false;
        int cells = 0;
        if (!check_left_out(&row->result))
            continue;
        for (int j = 0; j < matrix->count; j++) {
            if (matrix->rows[j].result.verdict.kind != row->result.verdict.kind ||
                strcmp(matrix->rows[j].result.verdict.finding, why))
                continue;
            told = told || j < i;
            cells++;
        }
        if (!told)
            fprintf(out, "%s, %d cells: %s\n", check_verdict_name(row), cells, why);
    }
}

static void print_totals(const struct check_matrix *matrix, FILE *out)
{
    fprintf(out, "\n%d clean hold", matrix->clean);
    if (any_armed(matrix))
        fprintf(out, ", %d misuses named, %d armed caught, %d missed", matrix->named, matrix->caught, matrix->missed);
    else if (matrix->named)
        fprintf(out, ", %d safe under a client's mistake", matrix->named);
    if (matrix->fails)
        fprintf(out, ", %d FAIL", matrix->fails);
    if (matrix->stalled)
        fprintf(out, ", %d STALLED", matrix->stalled);
    if (matrix->unsupported)
        fprintf(out, ", %d not supported", matrix->unsupported);
    if (matrix->machine)
        fprintf(out, ", %d CANNOT be judged here", matrix->machine);
    fprintf(out, "   %.1f s%s\n", matrix->seconds, matrix->interrupted ? "   interrupted" : "");
}

void check_print(const struct check_matrix *matrix, FILE *out)
{
    const struct check_options *options = matrix->options;
    if (options->pool_count > 1)
        print_matrix(matrix, out);
    else if (pool_is_added(options->pools[0]))
        print_foreign(matrix, options->pools[0], out);
    else
        print_pool(matrix, options->pools[0], out);
    for (int p = 0; p < options->pool_count; p++)
        for (int f = 0; f < options->fault_count; f++)
            if (options->verbose || !all_pass(matrix, options->pools[p], options->faults[f]))
                explain(matrix, options->pools[p], options->faults[f], out);
    print_totals(matrix, out);
    print_unsupported(matrix, out);
}

/* Runs and passes of all cells of a kind; returns the runs. */
static int count_kind(const struct check_matrix *matrix, const struct pool_ops *pool, const struct fault *fault,
                      enum fault_kind kind, int *passed)
{
    int runs = 0;
    *passed = 0;
    for (int c = 0; c < fault->cell_count; c++) {
        const struct check_row *row = find(matrix, pool, fault, c);
        if (!supported(row) || row->what.cell->kind != kind)
            continue;
        runs += row->runs;
        *passed += row->passed;
    }
    return runs;
}

static void print_count(FILE *out, int count, int runs)
{
    if (runs)
        fprintf(out, " %d of %d |", count, runs);
    else
        fputs(" - |", out);
}

/* The time of the slower half's beginning, and the greatest, of armed cells. */
static void armed_times(const struct check_matrix *matrix, const struct pool_ops *pool, const struct fault *fault,
                        double *median, double *most)
{
    *median = *most = 0;
    for (int c = 0; c < fault->cell_count; c++) {
        const struct check_row *row = find(matrix, pool, fault, c);
        if (!supported(row) || row->what.cell->kind != FAULT_ARMED)
            continue;
        if ((double)check_median_ns(row) > *median)
            *median = (double)check_median_ns(row);
        if ((double)row->took_ns[row->runs - 1] > *most)
            *most = (double)row->took_ns[row->runs - 1];
    }
}

void check_print_proof(const struct check_matrix *matrix, FILE *out)
{
    const struct check_options *options = matrix->options;
    fputs("| fault | pool | clean accused | misuse named | armed caught | median | slowest |\n"
          "|---|---|---|---|---|---|---|\n",
          out);
    for (int f = 0; f < options->fault_count; f++) {
        for (int p = 0; p < options->pool_count; p++) {
            const struct pool_ops *pool = options->pools[p];
            const struct fault *fault = options->faults[f];
            double median, most;
            char first[32], second[32];
            int passed, runs = count_kind(matrix, pool, fault, FAULT_CLEAN, &passed);
            fprintf(out, "| %s | %s |", fault->name, pool->name);
            print_count(out, runs - passed, runs);
            runs = count_kind(matrix, pool, fault, FAULT_MISUSE, &passed);
            print_count(out, passed, runs);
            runs = count_kind(matrix, pool, fault, FAULT_ARMED, &passed);
            print_count(out, passed, runs);
            armed_times(matrix, pool, fault, &median, &most);
            if (runs)
                fprintf(out, " %s | %s |\n", units_time_text(median, first, sizeof first),
                        units_time_text(most, second, sizeof second));
            else
                fputs(" - | - |\n", out);
        }
    }
    for (int i = 0; i < matrix->count; i++) {
        const struct check_row *row = &matrix->rows[i];
        if (supported(row) && row->passed < row->runs) {
            fprintf(out, "\n%s, %s: %d of %d did not pass\n", row->what.fault->name, row->what.pool->name,
                    row->runs - row->passed, row->runs);
            print_cell(matrix, row, out);
        }
    }
    print_totals(matrix, out);
}

void check_list(FILE *out)
{
    for (int i = 0; i < fault_count(); i++)
        fprintf(out, "%-18s %s\n", fault_at(i)->name, fault_at(i)->summary);
}

/* Cross-talk. */

static char cross_mark(const struct judge_result *result)
{
    switch (result->verdict.kind) {
    case VERDICT_FAILS:
        return result->verdict.own ? 'X' : 'o';
    case VERDICT_STALLED:
        return 's';
    case VERDICT_UNSUPPORTED:
    case VERDICT_MACHINE:
        return '-';
    default:
        return '.';
    }
}

/* The first armed cell of a fault that this pool supports, or NULL. */
static const struct fault_cell *armed_cell(const struct pool_ops *pool, const struct fault *fault)
{
    for (int c = 0; c < fault->cell_count; c++)
        if (fault->cells[c].kind == FAULT_ARMED && !(fault->cells[c].needs & ~pool->can))
            return &fault->cells[c];
    return NULL;
}

/* Returns whether each armed fault was seen by its own check; -errno. */
static int cross_pool(const struct judge_setup *setup, const struct pool_ops *pool, FILE *out)
{
    bool good = true;
    fprintf(out, "%s: armed (down) against checks (across)\n%-22s", pool->name, "");
    for (int j = 0; j < fault_count(); j++)
        fprintf(out, "%3d", fault_at(j)->number);
    fputc('\n', out);
    for (int i = 0; i < fault_count(); i++) {
        const struct fault_cell *armed = armed_cell(pool, fault_at(i));
        fprintf(out, "%2d  %-18s", fault_at(i)->number, fault_at(i)->name);
        for (int j = 0; j < fault_count(); j++) {
            const struct fault *check = fault_at(j);
            struct judge_case what = {pool, check, i == j ? armed : &check->cells[0], armed ? armed->defects : 0};
            struct judge_result result;
            char mark = '-';
            int error = armed ? judge_run(setup, &what, &result) : 0;
            if (error)
                return error;
            if (armed)
                mark = cross_mark(&result);
            good = good && (i != j || mark == 'X' || mark == '-');
            fprintf(out, "%3c", mark);
        }
        fputc('\n', out);
        fflush(out);
    }
    return good;
}

int check_cross(const struct check_options *options, FILE *out)
{
    enum { LIMIT_NS = 300000000 };
    struct judge_setup setup = {options->workers, options->limit_ns < LIMIT_NS ? options->limit_ns : LIMIT_NS,
                                options->without, &check_stop};
    bool good = true;
    for (int p = 0; p < options->pool_count; p++) {
        int one = cross_pool(&setup, options->pools[p], out);
        if (one < 0) {
            fprintf(stderr, "\npoolbench: %s\n", one == -EINTR ? "interrupted" : strerror(-one));
            return one == -EINTR ? 130 : 3;
        }
        good = good && one;
        fputc('\n', out);
    }
    fputs("X: the check fails, by its own name; o: it fails, by another (a hang, a crash, a broken count);\n"
          "s: stalled, no proof; .: it holds; -: not supported. On the diagonal stands each fault's own check.\n",
          out);
    return good ? 0 : 1;
}
