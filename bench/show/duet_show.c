/* duet_show.c - see duet_show.h. */
#include "bench/show/duet_show.h"

#include <math.h>
#include <string.h>

#include "bench/findings/slo_judge.h"
#include "bench/results/benchmark.h"
#include "bench/results/result.h"
#include "bench/show/grid.h"
#include "bench/show/terminal.h"
#include "bench/show/verdicts.h"
#include "bench/statistics/duet_rule.h"
#include "workloads/core/units.h"

enum { TEXT = 48, LEFT_OUT = 900 };

static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static const json_t *finding_of(const json_t *benchmark)
{
    return json_object_get(benchmark, "finding");
}

static const char *value_text(const json_t *benchmark, const char *key, char *text)
{
    return benchmark_side(benchmark, key, text, TEXT);
}

/* In tenths of a percent, and never minus nothing. */
static const char *percent_text(double share, const char *sign, char *text)
{
    double tenths = round(1000 * share);
    if (isfinite(share))
        snprintf(text, TEXT, "%+.1f%s", tenths == 0 ? 0 : tenths / 10, sign);
    else
        snprintf(text, TEXT, "-");
    return text;
}

static const json_t *cost_of(const json_t *benchmark, const char *cost)
{
    return json_object_get(json_object_get(benchmark, "costs"), cost);
}

/* Where the base has none of it, how much there is now. */
static const char *cost_text(const json_t *benchmark, const char *cost, char *text)
{
    double base = number_of(cost_of(benchmark, cost), "base"), new = number_of(cost_of(benchmark, cost), "new");
    char bytes[TEXT];
    if (base == 0 && new > 0 && !strcmp(cost, "pool_bytes"))
        snprintf(text, TEXT, "+%s", units_bytes_text(new, bytes, sizeof bytes));
    else if (base == 0 && new > 0)
        snprintf(text, TEXT, "%+.2g", new);
    else
        percent_text(number_of(cost_of(benchmark, cost), "change"), "%", text);
    return text;
}

/* Of searches base and new are times between jobs: the rates that those are. */
static void show_rates(const json_t *benchmarks, int width, FILE *out)
{
    json_t *benchmark;
    size_t i;
    bool told = false;
    json_array_foreach (benchmarks, i, benchmark) {
        const json_t *finding = finding_of(benchmark);
        double base = number_of(finding, "base"), new = number_of(finding, "new"),
               change = number_of(finding, "change");
        char promises[200] = "", of_base[TEXT], of_new[TEXT], percent[TEXT];
        if (!json_object_get(benchmark, "slo") || !(base > 0 && new > 0))
            continue;
        slo_promises_text(json_object_get(benchmark, "slo"), promises, sizeof promises);
        if (!told)
            terminal_line(out, 9,
                          "rates    base and new are the time from job to job at the highest rate that keeps %s",
                          promises);
        told = true;
        terminal_line(out, 11, "         %-*s  %s/s, new %s/s (%s by the pairs)", width,
                      result_string(benchmark, "name"), units_count_text(1e9 / base, of_base, sizeof of_base),
                      units_count_text(1e9 / new, of_new, sizeof of_new),
                      percent_text(1 / (1 + change) - 1, "%", percent));
    }
}

/* Why a column has a dash in it, where it has. */
static void show_dashes(const json_t *benchmarks, FILE *out)
{
    bool memory = false, wakes = false;
    json_t *benchmark;
    size_t i;
    json_array_foreach (benchmarks, i, benchmark) {
        if (!json_object_get(benchmark, "costs"))
            continue;
        memory = memory || isnan(number_of(cost_of(benchmark, "pool_bytes"), "new"));
        wakes = wakes || isnan(number_of(cost_of(benchmark, "wakes_per_job"), "new"));
    }
    if (memory)
        fprintf(out, "memory   -: this allocator does not say what a pool takes (jemalloc does)\n");
    if (wakes)
        fprintf(out, "wakes    -: of a pool that counts nothing itself\n");
}

static int count_of(const json_t *result, const char *verdict)
{
    json_t *benchmark;
    size_t i;
    int count = 0;
    json_array_foreach (json_object_get(result, "benchmarks"), i, benchmark)
        count += !strcmp(result_string(finding_of(benchmark), "verdict"), verdict);
    return count;
}

static void verdict_text(const json_t *finding, char *text, size_t size)
{
    const char *verdict = result_string(finding, "verdict"), *note = result_string(finding, "note");
    double more = number_of(finding, "more_processes"), seconds = number_of(finding, "more_s");
    char time[TEXT];
    bool noisy = number_of(finding, "floor") > DUET_RULE_SAME_MOST;
    if (!strcmp(verdict, "slower"))
        snprintf(text, size, "SLOWER *");
    else if (!strcmp(verdict, "faster"))
        snprintf(text, size, "FASTER *");
    else if (strcmp(verdict, "cannot tell"))
        snprintf(text, size, "%s%s%s", verdict, *note ? ": " : "", note);
    else if (isnan(more) || more < 1)
        snprintf(text, size, "cannot tell: %s", *note ? note : "nothing was measured");
    else if (more >= DUET_RULE_MORE_MOST)
        snprintf(text, size, "cannot tell: %s%s%s%s",
                 noisy ? "two copies of the base differ as much" : "too near to what counts as a change",
                 *note ? " (" : "", note, *note ? ")" : "");
    else
        snprintf(text, size, "cannot tell: about %.0f more processes (%s) would%s%s%s", more,
                 units_time_text(fmax(seconds, 1) * 1e9, time, sizeof time), *note ? " (" : "", note, *note ? ")" : "");
}

static void fill_row(struct grid *grid, const json_t *benchmark, bool apart)
{
    const json_t *finding = finding_of(benchmark);
    char base[TEXT], new[TEXT], change[TEXT], low[TEXT], high[TEXT], cpu[TEXT], memory[TEXT], wakes[TEXT],
        verdict[4400], *more;
    bool unknown = isnan(number_of(finding, "low"));
    verdict_text(finding, verdict, sizeof verdict);
    more = apart ? strstr(verdict, ": ") : NULL;
    grid_row(grid);
    grid_cell(grid, "%s", result_string(benchmark, "name"));
    grid_cell(grid, "%s", value_text(benchmark, "base", base));
    grid_cell(grid, "%s", value_text(benchmark, "new", new));
    grid_cell(grid, "%s", percent_text(number_of(finding, "change"), "%", change));
    grid_cell(grid, "%s%s%s", unknown ? "-" : percent_text(number_of(finding, "low"), "", low), unknown ? "" : " .. ",
              unknown ? "" : percent_text(number_of(finding, "high"), "%", high));
    grid_cell(grid, "%s", cost_text(benchmark, "cpu_ns_per_job", cpu));
    grid_cell(grid, "%s", cost_text(benchmark, "pool_bytes", memory));
    grid_cell(grid, "%s", cost_text(benchmark, "wakes_per_job", wakes));
    if (more)
        *more = '\0';
    grid_cell(grid, "%s", verdict);
    if (more)
        grid_note(grid, "%s", more + 2);
}

/* What is to be said of a verdict stands behind it, or where that has no room (`apart`) on a line of its own. */
static void fill_grid(struct grid *grid, const json_t *benchmarks, bool apart)
{
    json_t *benchmark;
    size_t i;
    grid_begin(grid);
    grid_column(grid, "benchmark", "", GRID_LEFT, 0);
    grid_column(grid, "base", "", GRID_RIGHT, 3);
    grid_column(grid, "new", "", GRID_RIGHT, 3);
    grid_column(grid, "change", "", GRID_RIGHT, 0);
    grid_column(grid, "95% interval", "", GRID_RIGHT, 1);
    grid_column(grid, "CPU/job", "", GRID_RIGHT, 2);
    grid_column(grid, "memory", "", GRID_RIGHT, 4);
    grid_column(grid, "wakes", "", GRID_RIGHT, 4);
    grid_column(grid, "verdict", "", GRID_LEFT, 0);
    json_array_foreach (benchmarks, i, benchmark)
        fill_row(grid, benchmark, apart);
}

static void show_table(const json_t *benchmarks, FILE *out)
{
    struct grid grid;
    int width = terminal_width(out);
    fill_grid(&grid, benchmarks, false);
    if (grid_width(&grid) > width) {
        grid_end(&grid);
        fill_grid(&grid, benchmarks, true);
    }
    grid_print(&grid, out, width, false);
    grid_end(&grid);
}

static void add(char *text, size_t size, int count, const char *what)
{
    if (count)
        snprintf(text + strlen(text), size - strlen(text), "%s%d %s", *text ? ", " : "", count, what);
}

/* "2 slower, 9 same, 1 undecided" */
static void counts_text(const json_t *result, char *text, size_t size)
{
    add(text, size, count_of(result, "slower"), "slower");
    add(text, size, count_of(result, "faster"), "faster");
    add(text, size, count_of(result, "FAILED"), "FAILED");
    add(text, size, count_of(result, "fails"), count_of(result, "fails") == 1 ? "fails" : "fail");
    add(text, size, count_of(result, "same"), "same");
    add(text, size, count_of(result, "cannot tell"), "undecided");
}

/* "a, b" into text; returns it. */
static const char *names_text(const json_t *names, char *text, size_t size)
{
    json_t *name;
    size_t i;
    *text = '\0';
    json_array_foreach (names, i, name)
        if (json_is_string(name))
            snprintf(text + strlen(text), size - strlen(text), "%s%.40s", i ? ", " : "", json_string_value(name));
    return text;
}

/* The pools that only one side has: "only on the base: a; only on the new side: b", or "". */
static const char *left_out_text(const json_t *duet, char *text, size_t size)
{
    char base[400], new[400];
    names_text(json_object_get(duet, "only_base"), base, sizeof base);
    names_text(json_object_get(duet, "only_new"), new, sizeof new);
    snprintf(text, size, "%s%s%s%s%s", *base ? "only on the base: " : "", base, *base && *new ? "; " : "",
             *new ? "only on the new side: " : "", new);
    return text;
}

/* What was found, first of all; then what that is worth. */
static void show_totals(const json_t *result, FILE *out)
{
    const json_t *duet = json_object_get(result, "duet");
    json_int_t regressions = result_integer(duet, "regressions");
    char text[400] = "", level[160], most[32];
    int slower = count_of(result, "slower"), faster = count_of(result, "faster");
    counts_text(result, text, sizeof text);
    if (slower || faster)
        add(text, sizeof text, slower + faster, "confirmed by a second session *");
    snprintf(level, sizeof level, "by this rule of 100 such runs of an unchanged build at most %.0f accuses anything",
             fmax(1, 100 * number_of(duet, "level")));
    snprintf(most, sizeof most, "%.3g%%", 100 * number_of(duet, "threshold"));
    if (json_is_true(json_object_get(result, "interrupted")))
        fprintf(out, "interrupted: %s\n", "fewer processes than were wanted; nobody is accused by one session");
    if (slower)
        terminal_print(out, 2, "%s; %lld of them by %s or more; %s", text, (long long)regressions, most, level);
    else
        terminal_print(out, 2, "%s; %s", text, level);
}

static void show_sees(const json_t *result, FILE *out)
{
    json_t *one, *sees = json_object_get(result, "sees");
    char text[400] = "";
    size_t i;
    int slower = count_of(result, "slower"), all = (int)json_array_size(json_object_get(result, "benchmarks"));
    if (!sees)
        return;
    json_array_foreach (sees, i, one) {
        double found = number_of(one, "found");
        char share[TEXT];
        snprintf(share, sizeof share, "in %.0f%% of runs", 100 * found);
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%.3g%% %s", i ? ", " : "",
                 100 * number_of(one, "slower_by"),
                 found > 0.9995   ? "in all"
                 : found < 0.0005 ? "in none"
                                  : share);
    }
    terminal_line(out, 9, "sees     in 2 minutes of 20 benchmarks, here and now: %s", text);
    fprintf(out, "         (the processes of this run drawn again, the least of its benchmarks)\n");
    if (slower)
        terminal_line(out, 2, "the gate fires: jobs that take 5%% longer were found in %d of %d benchmarks", slower,
                      all);
    else
        terminal_line(out, 2,
                      "THE GATE DOES NOT FIRE: jobs that take 5%% longer were not found in any of %d benchmarks", all);
}

/* How it was measured, and what this machine lets differ. */
static void show_head(const json_t *result, FILE *out)
{
    const json_t *duet = json_object_get(result, "duet");
    int most = (int)result_integer(duet, "first_processes_most");
    char more[24] = "", again[80] = "";
    if (most > DUET_RULE_FIRST)
        snprintf(more, sizeof more, "..%d", most);
    if (number_of(duet, "again_most") > 0)
        snprintf(again, sizeof again, " (two copies of the base read up to %.1f%% apart)",
                 100 * number_of(duet, "again_most"));
    terminal_line(out, 2,
                  "paired: both in every process, %zu benchmarks x %d%s processes; this machine's A/A floor %.3g%%%s   "
                  "%.0f s",
                  json_array_size(json_object_get(result, "benchmarks")),
                  most < DUET_RULE_FIRST ? most : DUET_RULE_FIRST, more, 100 * number_of(duet, "floor"), again,
                  number_of(duet, "took_s"));
}

void duet_show(const json_t *result, const char *saved, const char *history, FILE *out)
{
    const json_t *benchmarks = json_object_get(result, "benchmarks");
    json_t *benchmark;
    size_t i;
    int width = 9;
    char left_out[LEFT_OUT];
    json_array_foreach (benchmarks, i, benchmark)
        if ((int)strlen(result_string(benchmark, "name")) > width)
            width = (int)strlen(result_string(benchmark, "name"));
    show_head(result, out);
    show_table(benchmarks, out);
    show_rates(benchmarks, width, out);
    show_dashes(benchmarks, out);
    if (*left_out_text(json_object_get(result, "duet"), left_out, sizeof left_out))
        terminal_print(out, 2, "not measured: pools %s", left_out);
    show_totals(result, out);
    if (saved)
        fprintf(out, "saved    %s\n%s", saved, history);
    show_sees(result, out);
}

/* For pages. */

static enum verdicts_state state_of(const json_t *finding)
{
    const char *verdict = result_string(finding, "verdict");
    if (json_is_true(json_object_get(finding, "regression")))
        return VERDICTS_REGRESSION;
    if (!strcmp(verdict, "fails"))
        return VERDICTS_FAILS;
    if (!strcmp(verdict, "slower"))
        return VERDICTS_WORSE;
    if (!strcmp(verdict, "faster"))
        return VERDICTS_BETTER;
    return strcmp(verdict, "same") ? VERDICTS_UNDECIDED : VERDICTS_SAME;
}

/* "cannot tell: about 40 more processes would" is a verdict and a note. */
static void put_verdict(json_t *verdicts, const json_t *benchmark)
{
    const json_t *finding = finding_of(benchmark);
    char verdict[4400], low[TEXT], high[TEXT], text[2 * TEXT + 8], again[TEXT];
    const char *colon, *figure = result_string(benchmark, "figure"), *unit = result_string(benchmark, "figure_unit");
    double copies = number_of(finding, "again");
    json_t *row;
    verdict_text(finding, verdict, sizeof verdict);
    colon = strstr(verdict, ": ");
    row = verdicts_row(verdicts, result_string(benchmark, "name"), result_string(benchmark, "pool"), state_of(finding),
                       *result_string(finding, "verdict") ? result_string(finding, "verdict") : "cannot tell");
    verdicts_set(row, "note", colon ? colon + 2 : result_string(finding, "note"));
    verdicts_set(row, "base", value_text(benchmark, "base", text));
    verdicts_set(row, "new", value_text(benchmark, "new", text));
    verdicts_set(row, "change", percent_text(number_of(finding, "change"), "%", text));
    percent_text(number_of(finding, "low"), "", low);
    snprintf(text, sizeof text, "%s .. %s", low, percent_text(number_of(finding, "high"), "%", high));
    verdicts_set(row, "interval", number_of(finding, "low") > -1 && isfinite(number_of(finding, "high")) ? text : "-");
    snprintf(text, sizeof text, "%s%s%s", strcmp(figure, "ns_per_job") ? figure : "time per job", *unit ? ", " : "",
             unit);
    verdicts_set(row, "figure", text);
    verdicts_set(row, "better", "lower");
    snprintf(text, sizeof text, "%lld", (long long)result_integer(finding, "processes"));
    verdicts_set(row, "rounds", text);
    snprintf(again, sizeof again, "two copies of the base %.1f%% apart", 100 * copies);
    verdicts_set(row, "noise", isfinite(copies) ? again : "");
}

/* The two files, where it is known what they held; a self-test slows one of them. */
static bool are_the_same(const json_t *duet)
{
    const char *base = result_string(duet, "base_sha256");
    return *base && !strcmp(base, result_string(duet, "new_sha256")) && !(number_of(duet, "slowed") > 0);
}

json_t *duet_show_verdicts(const json_t *result)
{
    const json_t *duet = json_object_get(result, "duet"), *machine = json_object_get(result, "machine");
    json_t *verdicts = verdicts_new("duet", result), *facts = json_object_get(verdicts, "facts"), *benchmark;
    char text[400] = "", words[400], left_out[LEFT_OUT];
    size_t i;
    json_array_foreach (json_object_get(result, "benchmarks"), i, benchmark)
        put_verdict(verdicts, benchmark);
    counts_text(result, text, sizeof text);
    snprintf(words, sizeof words, "%s%s", text,
             json_is_true(json_object_get(result, "interrupted")) ? "; interrupted, and nobody is accused" : "");
    verdicts_set(verdicts, "line", words);
    if (isfinite(number_of(duet, "took_s")))
        json_object_set(verdicts, "seconds", json_object_get(duet, "took_s"));
    verdicts_set(facts, "base", result_string(duet, "base"));
    verdicts_set(facts, "new", result_string(duet, "new"));
    if (are_the_same(duet))
        verdicts_set(facts, "both", "the same bytes: what differs is chance");
    if (*left_out_text(duet, left_out, sizeof left_out))
        verdicts_set(facts, "pools not measured", left_out);
    snprintf(text, sizeof text, "slower by %.3g%% or more, confirmed by a second session of processes",
             100 * number_of(duet, "threshold"));
    verdicts_set(facts, "regression", text);
    snprintf(text, sizeof text, "%.3g%% (what this machine's copies of the base certainly differ by, 1.5%% at least)",
             100 * number_of(duet, "floor"));
    if (isfinite(number_of(duet, "floor")))
        verdicts_set(facts, "a change counts from", text);
    verdicts_set(facts, "machine", result_string(machine, "cpu_model"));
    snprintf(text, sizeof text, "%lld", (long long)result_integer(result, "seed"));
    verdicts_set(facts, "seed", text);
    return verdicts;
}
