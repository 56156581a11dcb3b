/* report.c - what people see of a check: the matrix, one pool's table, the
 * explanation of a cell, the list of faults. */
#include <stdlib.h>
#include <string.h>

#include "bench/check/check.h"
#include "bench/results/policy.h"
#include "bench/show/grid.h"
#include "bench/show/terminal.h"
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

/* Columns for text that begins behind others, at most `most`. */
static int room_behind(int indent, int most, FILE *out)
{
    int room = terminal_width(out) - indent;
    return room < most ? room : most;
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
        if (!row && check_asks(matrix->options, fault, &fault->cells[c], pool))
            return ""; /* interrupted */
        if (!supported(row))
            continue;
        plain = row->unseen ? "unseen" : plain ? plain : "holds";
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

/* The columns of the pools from `begin` to `end`, or of as many as have room; returns the
 * first that had none. */
static int print_columns(const struct check_matrix *matrix, int begin, int end, FILE *out)
{
    const struct check_options *options = matrix->options;
    char text[64];
    struct grid grid;
    grid_begin(&grid);
    grid_column(&grid, "fault", "", GRID_LEFT, 0);
    for (int p = begin; p < end; p++)
        grid_column(&grid, options->pools[p]->name, "", GRID_LEFT, 0);
    for (int f = 0; f < options->fault_count; f++) {
        grid_row(&grid);
        grid_cell(&grid, "%-20s", options->faults[f]->name);
        for (int p = begin; p < end; p++)
            grid_cell(&grid, "%s", summary(matrix, options->pools[p], options->faults[f], text, sizeof text));
    }
    if (end - begin > 1 && grid_width(&grid) > terminal_width(out)) {
        grid_end(&grid);
        return print_columns(matrix, begin, end - 1, out);
    }
    grid_print(&grid, out, TERMINAL_UNBOUND, false);
    grid_end(&grid);
    return end;
}

/* No verdict is left out: pools that have no room follow below. */
static void print_matrix(const struct check_matrix *matrix, FILE *out)
{
    int pools = matrix->options->pool_count;
    for (int p = 0; p < pools;) {
        fputs(p ? "\n" : "", out);
        p = print_columns(matrix, p, p + GRID_COLUMNS > pools ? pools : p + GRID_COLUMNS - 1, out);
    }
    fputc('\n', out);
    if (any_armed(matrix))
        terminal_print(out, 0,
                       "ok: the pool holds, the client's mistake is named, and each armed bug is caught, the slowest "
                       "in this time; -: not supported.");
    else
        fputs("-: not supported.\n", out);
    terminal_print(out, 0, "One pool with what was found: poolbench check%s -p POOL", matrix->options->loaded);
}

/* The first cell of a kind that is asked, or NULL. */
static const struct check_row *first_of(const struct check_matrix *matrix, const struct pool_ops *pool,
                                        const struct fault *fault, enum fault_kind kind)
{
    for (int c = 0; c < fault->cell_count; c++)
        if (fault->cells[c].kind == kind && check_asks(matrix->options, fault, &fault->cells[c], pool))
            return find(matrix, pool, fault, c);
    return NULL;
}

static bool asks_any(const struct check_matrix *matrix, const struct pool_ops *pool, const struct fault *fault)
{
    for (int c = 0; c < fault->cell_count; c++)
        if (check_asks(matrix->options, fault, &fault->cells[c], pool))
            return true;
    return false;
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
    enum { INDENT = 57, WIDTH = 46 };
    char time[32] = "", text[sizeof armed->result.verdict.finding + 64] = "";
    if (supported(armed))
        units_time_text((double)check_median_ns(armed), time, sizeof time);
    if (armed)
        snprintf(text, sizeof text, "%s%s%s%s", *armed->what.cell->name ? "[" : "", armed->what.cell->name,
                 *armed->what.cell->name ? "] " : "", armed->result.verdict.finding);
    else if (clean && clean->result.verdict.kind == VERDICT_UNSEEN)
        snprintf(text, sizeof text, "%s", clean->result.verdict.finding);
    fprintf(out, "%-20s  %-8s  %-6s  %-6s  %7s  ", name, verdict_of(clean), verdict_of(misuse), verdict_of(armed),
            time);
    wrap(out, text, INDENT, room_behind(INDENT, WIDTH, out));
}

static void print_pool(const struct check_matrix *matrix, const struct pool_ops *pool, FILE *out)
{
    const struct check_options *options = matrix->options;
    fprintf(out, "%-20s  %-8s  %-6s  %-6s  %7s  %s\n", "fault", "clean", "misuse", "armed", "took",
            "found (when armed)");
    for (int f = 0; f < options->fault_count; f++) {
        const struct fault *fault = options->faults[f];
        const struct check_row *clean = first_of(matrix, pool, fault, FAULT_CLEAN),
                               *misuse = first_of(matrix, pool, fault, FAULT_MISUSE),
                               *armed = first_of(matrix, pool, fault, FAULT_ARMED);
        if (!asks_any(matrix, pool, fault)) {
            fprintf(out, "%-20s  %-8s  %-6s  %-6s  %7s  asked of plug-ins only\n", fault->name, "-", "", "", "");
            continue;
        }
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
                fprintf(out, "%-20s  %s: %s\n", "", check_verdict_name(row), row->what.cell->name);
        }
    }
}

/* A plug-in: what was asked of it, as it is, and what was not, with the reason. */
static void print_foreign(const struct check_matrix *matrix, const struct pool_ops *pool, FILE *out)
{
    enum { INDENT = 48, WIDTH = 70 };
    const struct check_options *options = matrix->options;
    fprintf(out, "%s%s%s: %s\n%-20s  %-13s  %9s  %s\n", pool->name, pool->version ? ", " : "",
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
            fprintf(out, "%-20s  %-13s  %9s  ", told ? "" : fault->name, check_verdict_name(row),
                    units_time_text((double)check_median_ns(row), time, sizeof time));
            wrap(out, text, INDENT, room_behind(INDENT, WIDTH, out));
            told = true;
        }
        if (!told && unsupported) {
            fprintf(out, "%-20s  %-13s  %9s  ", fault->name, check_verdict_name(unsupported), "");
            wrap(out, unsupported->result.verdict.finding, INDENT, room_behind(INDENT, WIDTH, out));
        }
    }
}

/* As --limit reads it, to the last digit. */
static const char *exact_time(int64_t ns, char *text, size_t size)
{
    static const struct {
        int64_t ns;
        const char *name;
    } units[] = {{1000000000, "s"}, {1000000, "ms"}, {1000, "us"}, {1, "ns"}};
    int i = 0;
    while (ns % units[i].ns)
        i++;
    snprintf(text, size, "%lld%s", (long long)(ns / units[i].ns), units[i].name);
    return text;
}

/* As it is typed to get the same again. */
static void print_replay(const struct check_matrix *matrix, const struct check_row *row, FILE *out)
{
    const struct check_options *options = matrix->options;
    char time[32];
    fprintf(out, "  replay       poolbench check%s -f %s -p %s", options->loaded, row->what.fault->name,
            row->what.pool->name);
    if (options->workers != CHECK_WORKERS)
        fprintf(out, " -t %d", options->workers);
    if (options->limit_ns != CHECK_LIMIT_NS)
        fprintf(out, " --limit %s", exact_time(options->limit_ns, time, sizeof time));
    fputs(" -v\n", out);
}

static void print_paragraph(FILE *out, const char *name, const char *text)
{
    enum { INDENT = 15, WIDTH = 85 };
    fprintf(out, "  %-11s  ", name);
    wrap(out, text, INDENT, room_behind(INDENT, WIDTH, out));
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

/* The diagnosis is of what was seen: the fault's own, where that was it or nothing was; else
 * that of each other thing, once. */
static void diagnose(const struct check_matrix *matrix, const struct pool_ops *pool, const struct fault *fault,
                     FILE *out)
{
    bool own = false, told[SEEN_UNNAMED + 1] = {false}, any = false;
    for (int c = 0; c < fault->cell_count; c++) {
        const struct check_row *row = find(matrix, pool, fault, c);
        const struct verdict *verdict = row ? &row->result.verdict : NULL;
        if (!supported(row) || row->passed == row->runs)
            continue;
        any = true;
        own = own || !seen_diagnosis(verdict->seen);
        if (told[verdict->seen] || !seen_diagnosis(verdict->seen))
            continue;
        told[verdict->seen] = true;
        print_paragraph(out, "diagnosis", seen_diagnosis(verdict->seen));
        print_paragraph(out, "remedy", seen_remedy(verdict->seen));
    }
    if (any && !own)
        return;
    print_paragraph(out, "diagnosis", fault->diagnosis);
    print_paragraph(out, "remedy", fault->remedy);
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
    diagnose(matrix, pool, fault, out);
    if (judged_reason(pool, fault))
        print_paragraph(out, "its own words", judged_reason(pool, fault));
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

static bool same_reason(const struct check_row *one, const struct check_row *other)
{
    return one->result.verdict.kind == other->result.verdict.kind &&
           !strcmp(one->result.verdict.finding, other->result.verdict.finding);
}

/* One line for a pool and a reason, at the first of such cells. */
static void print_reason(const struct check_matrix *matrix, int first, FILE *out)
{
    const struct check_row *row = &matrix->rows[first];
    const char *why = row->result.verdict.finding, *name = row->what.pool->name;
    bool named = !strncmp(why, name, strlen(name)); /* by the reason itself */
    int cells = 0;
    for (int i = 0; i < matrix->count; i++) {
        if (matrix->rows[i].what.pool != row->what.pool || !same_reason(&matrix->rows[i], row))
            continue;
        if (i < first)
            return;
        cells++;
    }
    terminal_line(out, 2, "%s, %d cell%s%s%s: %s", check_verdict_name(row), cells, cells == 1 ? "" : "s",
                  named ? "" : " of ", named ? "" : name, why);
}

/* Why some cells are not supported, a line for each pool and reason. */
static void print_unsupported(const struct check_matrix *matrix, FILE *out)
{
    for (int i = 0; i < matrix->count; i++)
        if (check_left_out(&matrix->rows[i].result))
            print_reason(matrix, i, out);
}

/* How many cells were judged by fewer workers, a line for each number of them. */
static void print_fewer(const struct check_matrix *matrix, FILE *out)
{
    for (int workers = 1; workers < matrix->options->workers; workers++) {
        int cells = 0;
        for (int i = 0; i < matrix->count; i++)
            cells += matrix->rows[i].result.fewer == workers && !check_left_out(&matrix->rows[i].result);
        if (cells)
            terminal_line(out, 2, "judged by %d workers in place of %d, %d cells: the machine refused the others",
                          workers, matrix->options->workers, cells);
    }
}

/* The same of a policy: what a full queue does is not asked there. */
static void print_full_instead(const struct check_matrix *matrix, FILE *out)
{
    for (enum pool_full full = POOL_REJECT; full <= POOL_CALLER_RUNS; full++) {
        int cells = 0;
        for (int i = 0; i < matrix->count; i++)
            cells += matrix->rows[i].result.full_instead == full && !check_left_out(&matrix->rows[i].result);
        if (cells)
            terminal_line(out, 2, "judged under --full %s, %d cell%s: open refuses POOL_BLOCK", policy_full_name(full),
                          cells, cells == 1 ? "" : "s");
    }
}

static void print_instead(const struct check_matrix *matrix, FILE *out)
{
    if (matrix->workers_instead)
        terminal_line(out, 2, "judged by %d workers: %s not open with %d (-t N asks for others)",
                      matrix->workers_instead, matrix->options->pool_count > 1 ? "some pool does" : "it does",
                      matrix->options->workers);
}

/* The times of such cells are no pool's alone. */
static void print_at_once(const struct check_matrix *matrix, FILE *out)
{
    if (matrix->at_once && matrix->options->at_once)
        terminal_line(out, 2, "up to %d at once, as was asked: a load on each other, and their times not theirs alone",
                      matrix->at_once);
    else if (matrix->at_once)
        terminal_line(
            out, 2,
            "%s slow, as the first cells show: the others ran up to %d at once, and their times are not theirs alone",
            matrix->options->pool_count > 1 ? "some pool is" : "it is", matrix->at_once);
}

static bool was_asked(const struct check_options *options, const struct fault *fault)
{
    for (int i = 0; i < options->fault_count; i++)
        if (options->faults[i] == fault)
            return true;
    return false;
}

/* What this run says nothing about, and what does. */
static void print_not_asked(const struct check_matrix *matrix, FILE *out)
{
    const struct check_options *options = matrix->options;
    int left = 0;
    for (int i = 0; i < fault_count(); i++)
        left += !was_asked(options, fault_at(i));
    if (left && !options->chosen)
        terminal_line(out, 2, "not asked, %d kinds: poolbench check%s --all (which there are: --list)", left,
                      options->loaded);
    if (matrix->unseen)
        terminal_line(out, 2,
                      "not seen is no proof: such bugs show by chance. More tries: --repeat N; under load: poolbench "
                      "run%s; races: the pool built with -fsanitize=thread",
                      options->loaded);
}

static void add_total(char *text, size_t size, int count, const char *what)
{
    if (count)
        snprintf(text + strlen(text), size - strlen(text), ", %d %s", count, what);
}

static void print_totals(const struct check_matrix *matrix, FILE *out)
{
    char text[512];
    bool armed = any_armed(matrix);
    snprintf(text, sizeof text, "%d clean hold", matrix->clean);
    if (armed)
        snprintf(text + strlen(text), sizeof text - strlen(text), ", %d misuses named, %d armed caught, %d missed",
                 matrix->named, matrix->caught, matrix->missed);
    add_total(text, sizeof text, matrix->unseen, "not seen");
    add_total(text, sizeof text, armed ? 0 : matrix->named, "safe under a client's mistake");
    add_total(text, sizeof text, matrix->fails, "FAIL");
    add_total(text, sizeof text, matrix->stalled, "STALLED");
    add_total(text, sizeof text, matrix->unsupported, "not supported");
    add_total(text, sizeof text, matrix->machine, "CANNOT be judged here");
    terminal_line(out, 2, "\n%s   %.1f s%s", text, matrix->seconds, matrix->interrupted ? "   interrupted" : "");
}

void check_print_end(const struct check_matrix *matrix, FILE *out)
{
    print_totals(matrix, out);
    print_unsupported(matrix, out);
    print_fewer(matrix, out);
    print_instead(matrix, out);
    print_full_instead(matrix, out);
    print_at_once(matrix, out);
    if (!matrix->options->contract)
        print_not_asked(matrix, out);
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
    check_print_end(matrix, out);
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
    print_at_once(matrix, out);
}

int check_groups(const char **groups, int most)
{
    int count = 0;
    for (int i = 0; i < fault_count(); i++) {
        bool told = false;
        for (int g = 0; g < count; g++)
            told |= !strcmp(groups[g], fault_at(i)->group);
        if (!told && count < most)
            groups[count++] = fault_at(i)->group;
    }
    return count;
}

void check_list(FILE *out)
{
    for (int i = 0; i < fault_count(); i++) {
        const struct fault *fault = fault_at(i);
        fprintf(out, "%-20s %-9s %s%s (%s)\n", fault->name, fault->group, fault->summary, fault->slow ? " [--all]" : "",
                fault->source);
    }
}

void check_list_known(FILE *out)
{
    for (int i = 0; i < fault_count(); i++)
        if (fault_is_known(fault_at(i)))
            fprintf(out, "%-20s %s\n", fault_at(i)->name, fault_at(i)->summary);
}
