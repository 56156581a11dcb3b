/* search_show.c - see search_show.h. */
#include "bench/show/search_show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/findings/judged.h"
#include "bench/findings/slo_judge.h"
#include "bench/json/must.h"
#include "bench/results/result.h"
#include "bench/show/grid.h"
#include "bench/show/terminal.h"
#include "bench/statistics/slo.h"
#include "workloads/core/units.h"

static bool same_table(const json_t *a, const json_t *b)
{
    static const char *const keys[] = {"spec", "producers", "capacity", "full", "pin"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!json_equal(json_object_get(a, keys[i]), json_object_get(b, keys[i])))
            return false;
    return true;
}

static int by_rate(const void *left, const void *right)
{
    const json_t *a = *(const json_t *const *)left, *b = *(const json_t *const *)right;
    json_int_t workers_a = result_integer(a, "workers"), workers_b = result_integer(b, "workers");
    json_int_t rate_a = result_integer(a, "rate_kept"), rate_b = result_integer(b, "rate_kept");
    if (workers_a != workers_b)
        return workers_a < workers_b ? -1 : 1;
    return rate_a != rate_b ? (rate_a < rate_b ? 1 : -1) : strcmp(result_string(a, "pool"), result_string(b, "pool"));
}

/* The judgement nearest to being broken of the probe that a search names; NULL: none. */
static const json_t *judged_at(const json_t *result, const json_t *search, const char *which)
{
    const json_t *index = json_object_get(search, which), *found = NULL, *configuration;
    json_t *judged;
    double nearest = -1;
    size_t s;
    configuration = json_array_get(json_object_get(result, "configurations"), (size_t)json_integer_value(index));
    json_array_foreach (json_object_get(json_object_get(configuration, "summary"), "slo"), s, judged) {
        struct slo slo = slo_from_json(judged);
        double limit = slo.kind && slo.kind->is_loss ? slo.limit_share : (double)slo.limit_ns;
        double share = slo_value_of(judged, "value") / limit;
        share = isnan(share) ? 0 : share; /* of too few samples: its verdict and reason are known all the same */
        share += strcmp(result_string(judged, "verdict"), "kept") != 0;
        if (!json_is_integer(index) || !slo.kind || !(share > nearest))
            continue;
        nearest = share;
        found = judged;
    }
    return found;
}

/* "182 k/s"; and "p99 3.10 ms", of a judgement. */
static const char *rate_text(const json_t *search, const char *key, const char *before, char *text, size_t size)
{
    json_int_t rate = result_integer(search, key);
    char number[32];
    snprintf(text, size, "%s", "none");
    if (rate)
        snprintf(text, size, "%s%s/s", before, units_count_text((double)rate, number, sizeof number));
    return text;
}

static const char *latency_text(const json_t *judged, char *text, size_t size)
{
    struct slo slo = slo_from_json(judged);
    char value[32];
    snprintf(text, size, "-");
    if (slo.kind)
        snprintf(text, size, "%s %s", slo.kind->name,
                 slo_value_text(slo.kind, slo_value_of(judged, "value"), value, sizeof value));
    return text;
}

void search_show_note(const json_t *result, const json_t *search, char *text, size_t size)
{
    const json_t *broken = judged_at(result, search, "broken_at");
    const char *limit = result_string(search, "limited_by"), *why = result_string(search, "why");
    bool none = !result_integer(search, "rate_kept");
    const char *then = none ? "" : "then ";
    char rate[64];
    *text = '\0';
    if (!strcmp(limit, "generator"))
        snprintf(text, size, "the generator is the limit");
    else if (!strcmp(limit, "range"))
        snprintf(text, size, "the highest rate there is");
    else if (!strcmp(limit, "budget"))
        snprintf(text, size,
                 json_is_true(json_object_get(result, "interrupted")) ? "interrupted" : "the budget ended first");
    else if (!strcmp(limit, "unknown") || !strcmp(limit, "time") ||
             (none && !strcmp(result_search_verdict(search), "cannot tell")))
        snprintf(text, size, "%snobody can tell: %s", *limit == 'u' ? "" : then, why);
    else if (strstr(result_string(broken, "why"), "offered"))
        snprintf(text, size, "%smore comes than is done", then);
    else if (strstr(result_string(broken, "why"), "no service"))
        snprintf(text, size, "%sjobs are lost", then);
    else
        snprintf(text, size, "%sthe latency breaks it", then);
    if (!strcmp(limit, "budget") && none && json_is_true(json_object_get(search, "broken_short")))
        snprintf(text + strlen(text), size - strlen(text), "; nobody can tell of %s: %s",
                 rate_text(search, "rate_broken", "", rate, sizeof rate), why);
    if (none && result_integer(search, "rate_seen"))
        snprintf(text + strlen(text), size - strlen(text), "; %s seemed to keep it, which proves nothing",
                 rate_text(search, "rate_seen", "", rate, sizeof rate));
}

/* The share of the jobs that got no service at the rate that is proved. */
static const char *lost_text(const json_t *result, const json_t *search, char *text, size_t size)
{
    const json_t *at = json_object_get(search, "proved_at");
    const json_t *configuration =
        json_array_get(json_object_get(result, "configurations"), (size_t)json_integer_value(at));
    return units_share_text(json_is_integer(at) ? judged_lost_share(configuration) : NAN, text, size);
}

/* "1.12 s"; of none, or of an earlier version, "-". */
static const char *watched_text(const json_t *search, char *text, size_t size)
{
    const json_t *seconds = json_object_get(search, "watched_s");
    return units_time_text(json_is_number(seconds) ? json_number_value(seconds) * 1e9 : NAN, text, size);
}

static void add_row(struct grid *grid, const json_t *result, const json_t *search, bool loses)
{
    const json_t *proved = judged_at(result, search, "proved_at"), *broken = judged_at(result, search, "broken_at");
    char text[64], notes[400];
    grid_row(grid);
    grid_cell(grid, "%s", result_string(search, "pool"));
    grid_cell(grid, "%lld", (long long)result_integer(search, "workers"));
    grid_cell(grid, "%s", rate_text(search, "rate_kept", result_rate_bound(search), text, sizeof text));
    grid_cell(grid, "%s", rate_text(search, "rate_proved", "", text, sizeof text));
    grid_cell(grid, "%s", latency_text(proved, text, sizeof text));
    grid_cell(grid, "%s", watched_text(search, text, sizeof text));
    if (loses)
        grid_cell(grid, "%s", lost_text(result, search, text, sizeof text));
    grid_cell(grid, "%s%s", rate_text(search, "rate_broken", "", text, sizeof text),
              json_is_true(json_object_get(search, "broken_short")) ? " ?" : "");
    grid_cell(grid, "%s", latency_text(broken, text, sizeof text));
    grid_cell(grid, "%lld", (long long)result_integer(search, "probes"));
    search_show_note(result, search, notes, sizeof notes);
    grid_note(grid, "%s", notes);
}

static void print_rows(const json_t *result, const json_t **rows, int count, FILE *out, bool colour)
{
    struct grid grid;
    bool loses = count && judged_may_lose(rows[0]); /* and so all: they differ in pool and workers only */
    grid_begin(&grid);
    grid_column(&grid, "pool", "", GRID_LEFT, 0);
    grid_column(&grid, "workers", "", GRID_RIGHT, 0);
    grid_column(&grid, "rate kept", "", GRID_RIGHT, 0);
    grid_column(&grid, "proved", "", GRID_RIGHT, 1);
    grid_column(&grid, "there", "", GRID_RIGHT, 3);
    grid_column(&grid, "seen for", "", GRID_RIGHT, 2);
    if (loses)
        grid_column(&grid, "lost", "", GRID_RIGHT, 0);
    grid_column(&grid, "broken", "", GRID_RIGHT, 2);
    grid_column(&grid, "there", "", GRID_RIGHT, 4);
    grid_column(&grid, "probes", "", GRID_RIGHT, 5);
    for (int r = 0; r < count; r++)
        add_row(&grid, result, rows[r], loses);
    grid_print(&grid, out, terminal_width(out), colour);
    grid_end(&grid);
}

/* Of a recording, what a rate is of it. */
static void print_times(const json_t *const *rows, int count, FILE *out)
{
    for (int i = 0; i < count; i++) {
        double kept = json_number_value(json_object_get(rows[i], "times_kept"));
        if (kept > 0)
            terminal_line(out, 2, "%s, %lld workers: %.3g times as dense as it was recorded\n",
                          result_string(rows[i], "pool"), (long long)result_integer(rows[i], "workers"), kept);
    }
}

static void print_table(const json_t *result, const json_t *first, FILE *out, bool colour)
{
    const json_t *searches = json_object_get(result, "searches"),
                 **rows = must_memory(malloc((json_array_size(searches) + 1) * sizeof *rows));
    char promised[256];
    const char *bold = colour ? "\033[1m" : "", *plain = colour ? "\033[0m" : "";
    json_t *search;
    size_t i;
    int count = 0;
    json_array_foreach (searches, i, search)
        if (same_table(first, search))
            rows[count++] = search;
    qsort(rows, (size_t)count, sizeof *rows, by_rate);
    terminal_line(out, 2, "%s%s%s   %lld producer%s, pin=%s, capacity %lld, full=%s", bold,
                  result_string(first, "spec"), plain, (long long)result_integer(first, "producers"),
                  result_integer(first, "producers") == 1 ? "" : "s", result_string(first, "pin"),
                  (long long)result_integer(first, "capacity"), result_string(first, "full"));
    slo_promises_text(json_object_get(result, "slo"), promised, sizeof promised);
    terminal_line(out, 2, "the highest rate that keeps %s, from the planned submit to the end\n", promised);
    print_rows(result, rows, count, out, colour);
    print_times(rows, count, out);
    fputc('\n', out);
    free(rows);
}

void search_show(const json_t *result, FILE *out, bool colour)
{
    const json_t *searches = json_object_get(result, "searches");
    json_t *search;
    size_t i;
    json_array_foreach (searches, i, search) {
        bool before = false;
        for (size_t j = 0; j < i; j++)
            before = before || same_table(json_array_get(searches, j), search);
        if (!before)
            print_table(result, search, out, colour);
    }
    terminal_print(
        out, 0,
        "%srate kept: where what was promised crosses its limit, between the highest rate that is proved "
        "(the whole 95%% interval keeps it, the queue was steady, and all that came was done) and the lowest "
        "that is broken, asked twice (\"?\": nobody can tell, it was watched for too short a time). Where something "
        "else ended the search: \">=\" what is proved; \"~\" by the latencies that were seen, which prove nothing yet. "
        "\"seen for\": so long, at the rate that is proved; what comes more seldom than "
        "that was not met. Of "
        "several promises the one nearest to its limit is shown.%s\n",
        colour ? "\033[2m" : "", colour ? "\033[0m" : "");
}

int search_show_count(const json_t *result, const char *verdict)
{
    json_t *search;
    size_t i;
    int count = 0;
    json_array_foreach (json_object_get(result, "searches"), i, search)
        count += !strcmp(result_search_verdict(search), verdict);
    return count;
}
