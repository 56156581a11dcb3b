/* comparison_show.c - see comparison_show.h. */
#include "bench/show/comparison_show.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/show/grid.h"
#include "bench/show/terminal.h"
#include "bench/show/verdicts.h"
#include "workloads/core/units.h"

enum { TEXT = 80 };

static bool is_cost(const struct comparison_row *row)
{
    return row->kind != COMPARISON_SPEED && row->kind != COMPARISON_RATE;
}

/* In tenths of a percent, and never minus nothing; "-" where there is none. */
static const char *percent_text(double ratio, const char *unit, char *text, size_t size)
{
    double tenths = round(1000 * (ratio - 1));
    if (isfinite(ratio))
        snprintf(text, size, "%+.1f%s", tenths == 0 ? 0 : tenths / 10, unit);
    else
        snprintf(text, size, "-");
    return text;
}

/* A row in words. Of speed the change is that of speed, of a cost that of the cost. */
struct texts {
    char name[COMPARISON_NAME + 16], base[TEXT], new[TEXT], change[TEXT], interval[TEXT], verdict[TEXT],
        needed[TEXT]; /* "needs about 20 rounds", or "" */
};

static void needed_text(const struct comparison_row *row, char *text, size_t size)
{
    static const double practical = 9999;
    if (row->rounds_needed > practical)
        snprintf(text, size, "more than %.0f rounds would be needed", practical);
    else if (row->rounds_needed > 0)
        snprintf(text, size, "needs about %.0f rounds", row->rounds_needed);
}

static void row_texts(const struct comparison_row *row, struct texts *texts)
{
    const struct stats_ratio *change = &row->change;
    double ratio = is_cost(row) ? 1 / change->ratio : change->ratio,
           low = is_cost(row) ? 1 / change->high : change->low, high = is_cost(row) ? 1 / change->low : change->high;
    char end[2][TEXT];
    *texts = (struct texts){0};
    snprintf(texts->name, sizeof texts->name, "%s%s%s", row->name, row->kind == COMPARISON_SPEED ? "" : ", ",
             row->kind == COMPARISON_SPEED ? "" : comparison_row_kind(row->kind));
    comparison_row_value(row, row->base, texts->base, TEXT);
    comparison_row_value(row, row->new, texts->new, TEXT);
    percent_text(row->verdict >= COMPARISON_FAILED ? NAN : ratio, "%", texts->change, TEXT);
    if (change->known)
        snprintf(texts->interval, TEXT, "%s .. %s", percent_text(low, "", end[0], TEXT),
                 percent_text(high, "%", end[1], TEXT));
    else
        snprintf(texts->interval, TEXT, "-");
    snprintf(texts->verdict, TEXT, "%s", comparison_row_verdict(row));
    for (char *c = texts->verdict; *c && row->regression; c++)
        *c = (char)toupper((unsigned char)*c);
    if (row->verdict == COMPARISON_UNDECIDED)
        needed_text(row, texts->needed, TEXT);
}

/* "cannot tell (needs about 20 rounds); fails: 1 of 12, now 2 of 12" */
static const char *whole_verdict(const struct comparison_row *row, const struct texts *texts, char *text, size_t size)
{
    snprintf(text, size, "%s%s%s%s%s%s", texts->verdict, *texts->needed ? " (" : "", texts->needed,
             *texts->needed ? ")" : "", *row->note ? "; " : "", row->note);
    return text;
}

/* Costs are shown where they changed; all are in the JSON. */
static bool is_shown(const struct comparison *comparison, const struct comparison_row *row)
{
    double much = 1 + comparison_threshold(comparison, row->kind);
    return !is_cost(row) || row->regression || (row->verdict == COMPARISON_FASTER && row->change.ratio > much);
}

static int sum_of(const struct comparison *comparison, enum comparison_verdict verdict)
{
    return comparison->counts[COMPARISON_SPEED][verdict] + comparison->counts[COMPARISON_RATE][verdict];
}

/* Of costs, too. */
static int sum_of_all(const struct comparison *comparison, enum comparison_verdict verdict)
{
    int sum = 0;
    for (int k = 0; k < COMPARISON_KINDS; k++)
        sum += comparison->counts[k][verdict];
    return sum;
}

static void add(char *text, size_t size, const char *before, int count, const char *what)
{
    if (count)
        snprintf(text + strlen(text), size - strlen(text), "%s%d %s", before, count, what);
}

/* "costs grown by more than 30%: CPU time 1 of 8, memory 0 of 8 (3 undecided)" */
static void costs_text(const struct comparison *comparison, char *text, size_t size)
{
    const char *before = "";
    *text = '\0';
    for (int k = COMPARISON_CPU; k < COMPARISON_KINDS; k++) {
        int all = 0;
        for (int v = 0; v < COMPARISON_VERDICTS; v++)
            all += comparison->counts[k][v];
        if (!all)
            continue;
        if (!*before)
            snprintf(text, size, "costs grown by more than %.3g%%: ",
                     100 * comparison_threshold(comparison, (enum comparison_kind)k));
        snprintf(text + strlen(text), size - strlen(text), "%s%s %d of %d", before,
                 comparison_row_kind((enum comparison_kind)k), comparison->worse[k], all);
        add(text, size, " (", comparison->counts[k][COMPARISON_UNDECIDED], "undecided)");
        before = ", ";
    }
}

/* What kind of comparison this is, and what its intervals are worth. */
static void kind_text(const struct comparison *comparison, char *text, size_t size)
{
    snprintf(text, size, "unpaired: two runs of different times");
    if (comparison->speeds > 1)
        snprintf(text + strlen(text), size - strlen(text), "; the 95%% intervals of %d benchmarks hold all together",
                 comparison->speeds);
}

/* The whole in a few words, as the exit status says it. */
static void whole_text(const struct comparison *comparison, char *text, size_t size)
{
    int undecided = comparison_undecided(comparison), all = 0, worse = 0;
    for (int k = 0; k < COMPARISON_KINDS; k++)
        worse += comparison->worse[k];
    for (int v = 0; v < COMPARISON_VERDICTS; v++)
        all += sum_of(comparison, (enum comparison_verdict)v);
    if (comparison->regressions)
        snprintf(text, size, worse ? "worse" : "no pass"); /* what failed or is missing is not known to be worse */
    else if (comparison_failing(comparison))
        snprintf(text, size, "no pass");
    else if (undecided == all)
        snprintf(text, size, "cannot tell");
    else if (undecided)
        snprintf(text, size, "no regression in what is decided; %d of %d undecided", undecided, all);
    else
        snprintf(text, size, "no regression");
}

static void totals_text(const struct comparison *comparison, char *text, size_t size)
{
    snprintf(text, size, "%d slower (%d by more than %.3g%%), %d faster, %d same, %d undecided",
             sum_of(comparison, COMPARISON_SLOWER),
             comparison->worse[COMPARISON_SPEED] + comparison->worse[COMPARISON_RATE], 100 * comparison->threshold,
             sum_of(comparison, COMPARISON_FASTER), sum_of(comparison, COMPARISON_SAME),
             comparison_undecided(comparison));
    add(text, size, "; ", sum_of(comparison, COMPARISON_FAILED), "FAILED");
    add(text, size, "; ", comparison_failing(comparison), "failing, maybe by chance");
    add(text, size, "; ", sum_of(comparison, COMPARISON_MISSING), "MISSING");
    add(text, size, "; ", sum_of_all(comparison, COMPARISON_NOTHING), "without a figure");
    if (comparison->speeds)
        snprintf(
            text + strlen(text), size - strlen(text),
            "; of 100 comparisons in which nothing has changed, the machine included, at most %.0f accuse anything",
            200 * COMPARISON_RUN);
}

/* All rows that are shown. What is to be said of a verdict stands behind it, or where
 * that has no room (`apart`) on a line of its own. */
static void fill_grid(struct grid *grid, const struct comparison *comparison, bool apart)
{
    grid_begin(grid);
    grid->elsewhere = "--format json has all";
    grid_column(grid, "benchmark", "", GRID_LEFT, 0);
    grid_column(grid, "base", "", GRID_RIGHT, 2);
    grid_column(grid, "new", "", GRID_RIGHT, 2);
    grid_column(grid, "change", "", GRID_RIGHT, 0);
    grid_column(grid, "95% interval", "", GRID_RIGHT, 1);
    grid_column(grid, "verdict", "", GRID_LEFT, 0);
    for (int i = 0; i < comparison->count; i++) {
        const struct comparison_row *row = &comparison->rows[i];
        char verdict[2 * TEXT + COMPARISON_NOTE + 8];
        struct texts texts;
        if (!is_shown(comparison, row))
            continue;
        row_texts(row, &texts);
        grid_row(grid);
        grid_cell(grid, "%s", texts.name);
        grid_cell(grid, "%s", texts.base);
        grid_cell(grid, "%s", texts.new);
        grid_cell(grid, "%s", texts.change);
        grid_cell(grid, "%s", texts.interval);
        grid_cell(grid, "%s", apart ? texts.verdict : whole_verdict(row, &texts, verdict, sizeof verdict));
        if (apart)
            grid_note(grid, "%s%s%s", texts.needed, *texts.needed && *row->note ? "; " : "", row->note);
    }
}

void comparison_show_table(const struct comparison *comparison, FILE *out)
{
    int width = terminal_width(out);
    char totals[400], whole[80];
    struct grid grid;
    kind_text(comparison, totals, sizeof totals);
    terminal_line(out, 2, "%s", totals);
    fill_grid(&grid, comparison, false);
    if (grid_width(&grid) > width) {
        grid_end(&grid);
        fill_grid(&grid, comparison, true);
    }
    grid_print(&grid, out, width, false);
    grid_end(&grid);
    whole_text(comparison, whole, sizeof whole);
    totals_text(comparison, totals, sizeof totals);
    terminal_line(out, 2, "%s: %s", whole, totals);
    costs_text(comparison, totals, sizeof totals);
    if (*totals)
        terminal_line(out, 2, "%s", totals);
}

/* For pages: the rows of the table. */

static enum verdicts_state state_of(const struct comparison_row *row)
{
    if (row->regression)
        return VERDICTS_REGRESSION;
    switch (row->verdict) {
    case COMPARISON_FAILING:
        return VERDICTS_FAILS;
    case COMPARISON_SLOWER:
        return VERDICTS_WORSE;
    case COMPARISON_FASTER:
        return VERDICTS_BETTER;
    case COMPARISON_SAME:
        return VERDICTS_SAME;
    default:
        return VERDICTS_UNDECIDED;
    }
}

/* What the figures are, in which unit; of speed the change is that of speed, also where a time is shown. */
static const char *figure_of(const struct comparison_row *row, char *text, size_t size)
{
    static const char *const units[] = {"ns", "share", "number", "bytes", "jobs/s"};
    enum workload_unit unit = row->is_rate ? WORKLOAD_RATE : row->unit;
    bool as_time = row->kind == COMPARISON_SPEED && !row->is_rate;
    snprintf(text, size, "%s, %s%s", comparison_row_kind(row->kind), as_time ? "shown as a time, " : "", units[unit]);
    return text;
}

/* "12, now 9", and "+-1.2%, now +-0.8%". */
static void put_rounds(json_t *object, const struct comparison_row *row)
{
    char text[TEXT] = "";
    if (row->rounds[0] || row->rounds[1])
        snprintf(text, sizeof text, "%d, now %d", row->rounds[0], row->rounds[1]);
    verdicts_set(object, "rounds", text);
    *text = '\0';
    if (isfinite(row->noise[0]) && isfinite(row->noise[1]))
        snprintf(text, sizeof text, "+-%.1f%%, now +-%.1f%%", 100 * row->noise[0], 100 * row->noise[1]);
    verdicts_set(object, "noise", text);
}

static void put_verdict(json_t *verdicts, const struct comparison_row *row)
{
    struct texts texts;
    char note[TEXT + COMPARISON_NOTE + 8], pool[COMPARISON_NAME];
    json_t *object;
    row_texts(row, &texts);
    snprintf(pool, sizeof pool, "%.*s", (int)strcspn(row->name, "/"), row->name);
    snprintf(note, sizeof note, "%s%s%s", texts.needed, *texts.needed && *row->note ? "; " : "", row->note);
    object = verdicts_row(verdicts, texts.name, pool, state_of(row), comparison_row_verdict(row));
    verdicts_set(object, "note", note);
    verdicts_set(object, "base", texts.base);
    verdicts_set(object, "new", texts.new);
    verdicts_set(object, "change", texts.change);
    verdicts_set(object, "interval", texts.interval);
    verdicts_set(object, "figure", figure_of(row, note, sizeof note));
    verdicts_set(object, "better", is_cost(row) ? "lower" : "higher");
    put_rounds(object, row);
}

json_t *comparison_show_verdicts(const struct comparison *comparison)
{
    json_t *verdicts = verdicts_new("compare", comparison->documents[1]), *facts = json_object_get(verdicts, "facts");
    char text[400], costs[400], kind[160], line[600];
    for (int i = 0; i < comparison->count; i++)
        if (is_shown(comparison, &comparison->rows[i]))
            put_verdict(verdicts, &comparison->rows[i]);
    totals_text(comparison, text, sizeof text);
    costs_text(comparison, costs, sizeof costs);
    kind_text(comparison, kind, sizeof kind);
    snprintf(line, sizeof line, "%s; %s", text, kind);
    verdicts_set(verdicts, "line", line);
    verdicts_set(facts, "base", comparison->paths[0]);
    verdicts_set(facts, "new", comparison->paths[1]);
    if (*costs)
        verdicts_set(facts, "costs", costs);
    return verdicts;
}

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

void comparison_show_json(const struct comparison *comparison, FILE *out)
{
    json_t *rows = json_array(), *document;
    for (int i = 0; i < comparison->count; i++) {
        const struct comparison_row *row = &comparison->rows[i];
        bool undecided = row->verdict == COMPARISON_UNDECIDED;
        json_array_append_new(
            rows, must_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:b, s:o, s:s}", "benchmark", row->name, "kind",
                            comparison_row_kind(row->kind), "base", number_or_null(row->base), "new",
                            number_or_null(row->new), "speed_ratio", number_or_null(row->change.ratio), "low",
                            number_or_null(row->change.low), "high", number_or_null(row->change.high), "verdict",
                            comparison_row_verdict(row), "regression", (int)row->regression, "rounds_needed",
                            number_or_null(undecided ? row->rounds_needed : NAN), "note", row->note));
    }
    document =
        must_pack("{s:o, s:o, s:f, s:b, s:f, s:i, s:i, s:i, s:i, s:o}", "base", must_text(comparison->paths[0]), "new",
                  must_text(comparison->paths[1]), "threshold", comparison->threshold, "paired", 0, "level",
                  2 * COMPARISON_RUN, "speeds", comparison->speeds, "costs", comparison->costs, "regressions",
                  comparison->regressions, "undecided", comparison_undecided(comparison), "rows", rows);
    json_dumpf(document, out, JSON_INDENT(1));
    fputc('\n', out);
    json_decref(document);
}
