/* matrix.c - all cells that were asked for, run one after the other. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/check/cell_process.h"
#include "bench/check/check.h"
#include "bench/check/contract.h"
#include "bench/json/utf8.h"
#include "bench/show/progress.h"
#include "pools/core/futex.h"

static int by_time(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static int run_row(const struct judge_setup *setup, struct check_row *row, const struct check_options *options)
{
    int repeat = options->repeat;
    struct judge_result result;
    row->took_ns = calloc((size_t)repeat, sizeof *row->took_ns);
    if (!row->took_ns)
        return -ENOMEM;
    for (int i = 0; i < repeat; i++) {
        int error = (options->contract ? contract_run : judge_run)(setup, &row->what, &result);
        /* What a pool prints may be anything, and may be cut in the middle of a letter. */
        utf8_plain(result.verdict.finding, false);
        utf8_plain(result.report, true);
        if (error)
            return error;
        if (i == 0 || (!result.passed && row->passed == row->runs))
            row->result = result;
        row->took_ns[row->runs++] = result.took_ns;
        row->passed += result.passed;
        row->stalled += result.verdict.kind == VERDICT_STALLED;
        row->unseen += result.verdict.kind == VERDICT_UNSEEN;
        if (result.verdict.kind == VERDICT_UNSUPPORTED || result.verdict.kind == VERDICT_MACHINE)
            break;
    }
    qsort(row->took_ns, (size_t)row->runs, sizeof *row->took_ns, by_time);
    return 0;
}

static void count(struct check_matrix *matrix, const struct check_row *row)
{
    if (row->result.verdict.kind == VERDICT_UNSUPPORTED)
        matrix->unsupported++;
    else if (row->result.verdict.kind == VERDICT_MACHINE)
        matrix->machine++;
    else if (row->stalled)
        matrix->stalled++;
    else if (row->passed < row->runs)
        *(row->what.cell->kind == FAULT_ARMED ? &matrix->missed : &matrix->fails) += 1;
    else if (row->unseen)
        matrix->unseen++;
    else if (row->what.cell->kind == FAULT_CLEAN)
        matrix->clean++;
    else if (row->what.cell->kind == FAULT_MISUSE)
        matrix->named++;
    else
        matrix->caught++;
}

static int cells_of(const struct check_options *options)
{
    int cells = 0;
    for (int p = 0; p < options->pool_count; p++)
        for (int f = 0; f < options->fault_count; f++)
            for (int c = 0; c < options->faults[f]->cell_count; c++)
                cells += fault_asks(&options->faults[f]->cells[c], options->pools[p]);
    return cells;
}

/* A foreign pool that could not be opened: nothing was asked of it, which is told once. */
static int note_unopened(struct check_row *row, const struct judge_result *probed, bool first)
{
    row->took_ns = calloc(1, sizeof *row->took_ns);
    if (!row->took_ns)
        return -ENOMEM;
    row->result = *probed;
    row->took_ns[row->runs++] = probed->took_ns;
    if (!first && probed->verdict.kind == VERDICT_FAILS) {
        row->result.verdict = (struct verdict){.kind = VERDICT_UNSUPPORTED};
        snprintf(row->result.verdict.finding, sizeof row->result.verdict.finding, "not asked: %s could not be opened",
                 row->what.pool->name);
    }
    utf8_plain(row->result.verdict.finding, false);
    utf8_plain(row->result.report, true);
    return 0;
}

static void tell_progress(const struct check_matrix *matrix, const struct judge_case *what, int cells, int64_t begin_ns)
{
    double spent = (double)(pool_clock_ns() - begin_ns) / 1e9;
    char text[128];
    snprintf(text, sizeof text, "%s: %s", what->pool->name, what->fault->name);
    progress_tell(text, matrix->count, cells, matrix->count ? spent / matrix->count * (cells - matrix->count) : 0);
}

/* How long a call may stand in which nothing happens, where cells have stalled already: a pool of
 * which no hang can be proved would stall in each. 0: as long as a cell may take. Who asks for a
 * longer limit waits for it. */
static int64_t quiet_ns(const struct check_options *options, const struct pool_ops *pool, int stalled)
{
    enum { SOME = 4, FEWER = 5, FEWEST = 20 };
    if (!stalled || !pool_is_added(pool) || options->limit_ns > CHECK_LIMIT_NS)
        return 0;
    return options->limit_ns / (stalled < SOME ? FEWER : FEWEST);
}

static int run_pool(struct check_matrix *matrix, const struct pool_ops *pool, int cells, int64_t begin_ns)
{
    const struct check_options *options = matrix->options;
    struct judge_setup setup = {.workers = options->workers,
                                .limit_ns = options->limit_ns,
                                .without = options->without,
                                .stop = &check_stop,
                                .become = cell_process_become};
    struct judge_result probed;
    int error = 0, first = matrix->count, stalled = matrix->stalled;
    bool opens = !pool_is_added(pool) || pool->declares & POOL_MUST_ENTER ||
                 judge_probe(&setup, pool, &setup.width, &probed, &error);
    for (int f = 0; !error && f < options->fault_count; f++) {
        const struct fault *fault = options->faults[f];
        for (int c = 0; !error && c < fault->cell_count; c++) {
            struct check_row *row = &matrix->rows[matrix->count];
            if (!fault_asks(&fault->cells[c], pool))
                continue;
            row->what = (struct judge_case){pool, fault, &fault->cells[c], fault->cells[c].defects};
            tell_progress(matrix, &row->what, cells, begin_ns);
            setup.quiet_ns = quiet_ns(options, pool, matrix->stalled - stalled);
            error = opens ? run_row(&setup, row, options) : note_unopened(row, &probed, matrix->count == first);
            if (!error)
                count(matrix, row);
            matrix->count += !error;
        }
    }
    return error;
}

static int run_all(struct check_matrix *matrix, int cells)
{
    int64_t begin_ns = pool_clock_ns();
    int error = 0;
    for (int p = 0; !error && p < matrix->options->pool_count; p++)
        error = run_pool(matrix, matrix->options->pools[p], cells, begin_ns);
    return error;
}

int check_run(struct check_matrix *matrix, const struct check_options *options)
{
    int64_t begin = pool_clock_ns();
    int cells = cells_of(options), error;
    *matrix = (struct check_matrix){.options = options, .rows = calloc((size_t)cells, sizeof *matrix->rows)};
    if (!matrix->rows)
        return -ENOMEM;
    progress_begin("cell");
    error = run_all(matrix, cells);
    progress_end();
    matrix->seconds = (double)(pool_clock_ns() - begin) / 1e9;
    matrix->interrupted = error == -EINTR;
    if (matrix->interrupted)
        return 0;
    if (error)
        check_free(matrix);
    return error;
}

void check_free(struct check_matrix *matrix)
{
    for (int i = 0; i < matrix->count; i++)
        free(matrix->rows[i].took_ns);
    free(matrix->rows);
    matrix->rows = NULL;
}

bool check_is_good(const struct check_matrix *matrix)
{
    return !matrix->fails && !matrix->stalled && !matrix->missed;
}

int64_t check_median_ns(const struct check_row *row)
{
    return row->runs ? row->took_ns[row->runs / 2] : 0;
}

const char *check_kind_name(enum fault_kind kind)
{
    static const char *const names[] = {[FAULT_CLEAN] = "clean", [FAULT_MISUSE] = "misuse", [FAULT_ARMED] = "armed"};
    return names[kind];
}

const char *check_verdict_name(const struct check_row *row)
{
    static const char *const good[] = {[FAULT_CLEAN] = "holds", [FAULT_MISUSE] = "named", [FAULT_ARMED] = "caught"};
    if (row->result.verdict.kind == VERDICT_UNSUPPORTED)
        return "not supported";
    if (row->result.verdict.kind == VERDICT_MACHINE)
        return "CANNOT";
    if (row->stalled)
        return "STALLED";
    if (row->passed == row->runs && row->unseen)
        return "not seen";
    if (row->passed == row->runs)
        return good[row->what.cell->kind];
    return row->what.cell->kind == FAULT_ARMED ? "missed" : "FAILS";
}
