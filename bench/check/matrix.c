/* matrix.c - all cells that were asked for, run one after the other; where that is asked for, and of a
 * foreign pool that is slow, several at once. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/check/beside.h"
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

/* `runs` runs of a cell. */
static int run_row(const struct judge_setup *setup, struct check_row *row, int runs, bool contract)
{
    struct judge_result result;
    for (int i = 0; i < runs; i++) {
        int error = (contract ? contract_run : judge_run)(setup, &row->what, &result);
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
    row->over = true;
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
                cells += check_asks(options, options->faults[f], &options->faults[f]->cells[c], options->pools[p]);
    return cells;
}

/* A foreign pool that could not be opened: nothing was asked of it, which is told once. */
static void note_unopened(struct check_row *row, const struct judge_result *probed, bool first)
{
    row->result = *probed;
    row->took_ns[row->runs++] = probed->took_ns;
    row->over = true;
    if (!first && probed->verdict.kind == VERDICT_FAILS) {
        row->result.verdict = (struct verdict){.kind = VERDICT_UNSUPPORTED};
        snprintf(row->result.verdict.finding, sizeof row->result.verdict.finding, "not asked: %s could not be opened",
                 row->what.pool->name);
    }
    utf8_plain(row->result.verdict.finding, false);
    utf8_plain(row->result.report, true);
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

/* The cells of one pool; those before `count` of the matrix are other pools'. */
struct of_pool {
    struct check_matrix *matrix;
    struct check_row *rows; /* its own */
    int count, played;
    struct check_row *shares; /* `lanes` of each row that is not played yet, where its runs are shared out; or NULL */
    int lanes;
    struct judge_setup setup;
};

static bool has_stalled(const struct of_pool *of, int row)
{
    bool stalled = atomic_load(&of->rows[row].stalled) > 0;
    for (int lane = 0; of->shares && row >= of->played && lane < of->lanes; lane++)
        stalled |= atomic_load(&of->shares[(row - of->played) * of->lanes + lane].stalled) > 0;
    return stalled;
}

static void tell_progress(const struct of_pool *of, int over)
{
    const struct check_matrix *matrix = of->matrix;
    const struct judge_case *what = &of->rows[over < of->count ? over : of->count - 1].what;
    int done = matrix->count + over;
    double spent = (double)(pool_clock_ns() - matrix->begin_ns) / 1e9;
    char text[128];
    snprintf(text, sizeof text, "%s: %s", what->pool->name, what->fault->name);
    progress_tell(text, done, matrix->cells, done ? spent / done * (matrix->cells - done) : NAN);
}

/* Some runs of a cell, into its row or a share of it. That other runs of the same cell stalled is no
 * reason to wait less: it may be what is looked for. */
static int play(const struct of_pool *of, int number, struct check_row *into, int runs,
                const volatile sig_atomic_t *stop)
{
    struct judge_setup setup = of->setup;
    int stalled = 0;
    for (int i = 0; i < of->count; i++)
        stalled += i != number && has_stalled(of, i);
    setup.stop = stop;
    setup.quiet_ns = quiet_ns(of->matrix->options, into->what.pool, stalled);
    return run_row(&setup, into, runs, of->matrix->options->contract);
}

/* The first run of a lane; of the one behind the last: how many runs there are. */
static int first_run(const struct of_pool *of, int lane)
{
    return (int)((int64_t)of->matrix->options->repeat * lane / of->lanes);
}

/* Those that were left by the first ones: a share of the runs of one. */
static int play_share(void *context, int number, const volatile sig_atomic_t *stop)
{
    const struct of_pool *of = context;
    int row = of->played + number / of->lanes, lane = number % of->lanes;
    struct check_row *share = &of->shares[number];
    share->what = of->rows[row].what;
    share->took_ns = of->rows[row].took_ns + first_run(of, lane);
    return play(of, row, share, first_run(of, lane + 1) - first_run(of, lane), stop);
}

/* The row of the runs that its lanes had. */
static void merge(const struct of_pool *of, struct check_row *row, const struct check_row *shares)
{
    row->over = true;
    for (int lane = 0; lane < of->lanes; lane++) {
        const struct check_row *share = &shares[lane];
        row->over &= share->over;
        if (lane > 0 && check_left_out(&row->result) && check_left_out(&share->result))
            continue; /* that it cannot be asked is said once */
        if (lane == 0 || (share->passed < share->runs && row->passed == row->runs))
            row->result = share->result;
        memmove(row->took_ns + row->runs, row->took_ns + first_run(of, lane),
                (size_t)share->runs * sizeof *row->took_ns);
        row->runs += share->runs;
        row->passed += share->passed;
        row->stalled += share->stalled;
        row->unseen += share->unseen;
    }
    qsort(row->took_ns, (size_t)row->runs, sizeof *row->took_ns, by_time);
}

static void tell_share(void *context, int over)
{
    const struct of_pool *of = context;
    tell_progress(of, of->played + over / of->lanes);
}

/* Those that are left, so many at once. */
static int play_beside(struct of_pool *of, int at_once)
{
    const struct check_options *options = of->matrix->options;
    struct beside beside = {.processes = at_once, .play = play_share, .tell = tell_share, .context = of};
    int left = of->count - of->played, error;
    size_t bytes;
    of->lanes = options->repeat < options->at_once ? options->repeat : options->at_once;
    of->lanes = of->lanes > 1 ? of->lanes : 1;
    beside.count = left * of->lanes;
    at_once = beside.count < at_once ? beside.count : at_once;
    if (at_once > of->matrix->at_once)
        of->matrix->at_once = at_once;
    bytes = (size_t)beside.count * sizeof *of->shares;
    of->shares = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (of->shares == MAP_FAILED)
        return of->shares = NULL, -errno;
    error = beside_run(&beside);
    for (int i = 0; i < left; i++)
        merge(of, &of->rows[of->played + i], &of->shares[i * of->lanes]);
    munmap(of->shares, bytes);
    of->shares = NULL;
    return error;
}

/* Whether the first cells took long, each of them, as those of a pool do whose open or free sleeps. */
static bool is_slow(const struct of_pool *of)
{
    enum { FIRST = 3 };
    static const int64_t long_ns = 150000000;
    int judged = 0;
    if (of->matrix->options->contract || !pool_is_added(of->rows[0].what.pool))
        return false;
    for (int i = 0; i < of->played; i++) {
        if (check_left_out(&of->rows[i].result))
            continue;
        if (of->rows[i].took_ns[0] < long_ns)
            return false;
        judged++;
    }
    return judged >= FIRST;
}

/* Those that are left of a slow one are worth it where they are more than one. */
static int play_all(struct of_pool *of)
{
    enum { SLOW_AT_ONCE = 10 };
    int error = 0, asked = of->matrix->options->at_once;
    if (asked > 1 && of->count > 0)
        return play_beside(of, asked);
    for (; !error && of->played < of->count && (asked || of->count - of->played < 2 || !is_slow(of));
         of->played += !error) {
        tell_progress(of, of->played);
        error = play(of, of->played, &of->rows[of->played], of->matrix->options->repeat, &check_stop);
    }
    return error || of->played == of->count ? error : play_beside(of, SLOW_AT_ONCE);
}

/* The cells that are asked of it, as the next rows. */
static void list(struct of_pool *of, const struct pool_ops *pool)
{
    const struct check_options *options = of->matrix->options;
    for (int f = 0; f < options->fault_count; f++) {
        const struct fault *fault = options->faults[f];
        for (int c = 0; c < fault->cell_count; c++)
            if (check_asks(options, fault, &fault->cells[c], pool))
                of->rows[of->count++].what =
                    (struct judge_case){pool, fault, &fault->cells[c], fault->cells[c].defects};
    }
}

/* One that does not have the usual number of workers may have another. Into *probed of the usual one, where none is to
 * be had; or *error, and false. */
static bool opens(struct of_pool *of, const struct pool_ops *pool, struct judge_result *probed, int *error)
{
    static const int others[] = {4, 2};
    int usual = of->setup.workers;
    if (judge_probe(&of->setup, pool, &of->setup.width, probed, error))
        return true;
    for (size_t i = 0;
         !*error && probed->not_opened == EINVAL && usual == CHECK_WORKERS && i < sizeof others / sizeof *others; i++) {
        struct judge_result other;
        of->setup.workers = others[i];
        if (judge_probe(&of->setup, pool, &of->setup.width, &other, error)) {
            of->matrix->workers_instead = others[i];
            return true;
        }
    }
    of->setup.workers = usual;
    return false;
}

static int run_pool(struct check_matrix *matrix, const struct pool_ops *pool)
{
    const struct check_options *options = matrix->options;
    struct of_pool of = {.matrix = matrix,
                         .rows = matrix->rows + matrix->count,
                         .setup = {.workers = options->workers,
                                   .limit_ns = options->limit_ns,
                                   .without = options->without,
                                   .stop = &check_stop,
                                   .become = cell_process_become}};
    struct judge_result probed;
    int error = 0;
    bool is_open = !pool_is_added(pool) || pool->declares & POOL_MUST_ENTER || opens(&of, pool, &probed, &error);
    list(&of, pool);
    if (!error && is_open)
        error = play_all(&of);
    for (int i = 0; !error && !is_open && i < of.count; i++)
        note_unopened(&of.rows[i], &probed, i == 0);
    /* Where it was interrupted, those are kept that were over before any that was not. */
    for (int i = 0; i < of.count && of.rows[i].over; i++) {
        count(matrix, &of.rows[i]);
        matrix->count++;
    }
    return error;
}

static int run_all(struct check_matrix *matrix)
{
    int error = 0;
    for (int p = 0; !error && p < matrix->options->pool_count; p++)
        error = run_pool(matrix, matrix->options->pools[p]);
    return error;
}

/* Rows that processes share, each with room for its times. */
static int make_rows(struct check_matrix *matrix)
{
    size_t cells = (size_t)matrix->cells, repeat = (size_t)matrix->options->repeat;
    int64_t *times;
    matrix->bytes = cells * (sizeof *matrix->rows + repeat * sizeof *times) + 1; /* there may be none */
    matrix->rows = mmap(NULL, matrix->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (matrix->rows == MAP_FAILED)
        return matrix->rows = NULL, -errno;
    times = (int64_t *)(matrix->rows + cells);
    for (size_t i = 0; i < cells; i++)
        matrix->rows[i].took_ns = times + i * repeat;
    return 0;
}

int check_run(struct check_matrix *matrix, const struct check_options *options)
{
    int error;
    *matrix = (struct check_matrix){.options = options, .cells = cells_of(options), .begin_ns = pool_clock_ns()};
    error = make_rows(matrix);
    if (error)
        return error;
    progress_begin("cell");
    error = run_all(matrix);
    progress_end();
    matrix->seconds = (double)(pool_clock_ns() - matrix->begin_ns) / 1e9;
    matrix->interrupted = error == -EINTR;
    if (matrix->interrupted)
        return 0;
    if (error)
        check_free(matrix);
    return error;
}

void check_free(struct check_matrix *matrix)
{
    if (matrix->rows)
        munmap(matrix->rows, matrix->bytes);
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
