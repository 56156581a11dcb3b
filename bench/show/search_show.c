/* search_show.c - see search_show.h. */
#include "bench/show/search_show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/result.h"
#include "bench/statistics/slo.h"
#include "workloads/core/units.h"

#define ROW_FORMAT "%-9s  %7s  %12s  %16s  %12s  %16s  %6s%s%s\n"

enum { SEARCHES_MAX = 512 };

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

/* The judgement nearest to being broken of the probe at a rate; NULL: no such probe. */
static const json_t *judged_at(const json_t *result, const json_t *search, json_int_t rate)
{
    const json_t *configurations = json_object_get(result, "configurations"), *found = NULL;
    json_t *index, *judged;
    double nearest = -1;
    size_t i, s;
    char wanted[48];
    snprintf(wanted, sizeof wanted, "rate=%lld", (long long)rate);
    json_array_foreach (json_object_get(search, "configurations"), i, index) {
        const json_t *configuration = json_array_get(configurations, (size_t)json_integer_value(index));
        const char *at = strstr(result_string(configuration, "spec"), wanted);
        if (!at || (at[strlen(wanted)] && at[strlen(wanted)] != ','))
            continue;
        json_array_foreach (json_object_get(json_object_get(configuration, "summary"), "slo"), s, judged) {
            double share = json_number_value(json_object_get(judged, "median_ns")) /
                           json_number_value(json_object_get(judged, "limit_ns"));
            if (share > nearest) {
                nearest = share;
                found = judged;
            }
        }
    }
    return found;
}

/* "182 k/s"; and "p99 3.10 ms", of the promise that is nearest to its limit. */
static void rate_text(const json_t *search, const char *key, const char *before, char *text, size_t size)
{
    json_int_t rate = result_integer(search, key);
    char number[32];
    snprintf(text, size, "%s", "none");
    if (rate)
        snprintf(text, size, "%s%s/s", before, units_count_text((double)rate, number, sizeof number));
}

static void latency_text(const json_t *judged, char *text, size_t size)
{
    char value[32];
    snprintf(text, size, "-");
    if (json_is_number(json_object_get(judged, "median_ns")))
        snprintf(text, size, "%s %s", result_string(judged, "name"),
                 units_time_text(json_number_value(json_object_get(judged, "median_ns")), value, sizeof value));
}

static void notes_text(const json_t *result, const json_t *search, const json_t *kept, const json_t *broken, char *text,
                       size_t size)
{
    const char *limit = result_string(search, "limited_by");
    *text = '\0';
    if (!strcmp(limit, "generator"))
        snprintf(text, size, "the generator is the limit");
    else if (!strcmp(limit, "range"))
        snprintf(text, size, "the highest rate there is");
    else if (!strcmp(limit, "budget"))
        snprintf(text, size,
                 json_is_true(json_object_get(result, "interrupted")) ? "interrupted" : "the budget ended first");
    else if (!strcmp(limit, "unknown"))
        snprintf(text, size, "nobody can tell: %s", result_string(search, "why"));
    else
        snprintf(text, size, "%s%s",
                 strcmp(result_string(kept, "verdict"), "cannot tell") ? "" : "straddles the limit; ",
                 strstr(result_string(broken, "why"), "offered") ? "then more comes than is done"
                                                                 : "then the latency breaks it");
}

static void print_row(const json_t *result, const json_t *search, FILE *out)
{
    const json_t *kept = judged_at(result, search, result_integer(search, "rate_kept")),
                 *broken = judged_at(result, search, result_integer(search, "rate_broken"));
    const char *limit = result_string(search, "limited_by");
    bool open = strcmp(limit, "promise") && result_integer(search, "rate_kept");
    char rate_kept[48], rate_broken[48], kept_at[48], broken_at[48], probes[24], workers[24], notes[256];
    rate_text(search, "rate_kept", open ? ">= " : "", rate_kept, sizeof rate_kept);
    rate_text(search, "rate_broken", "", rate_broken, sizeof rate_broken);
    latency_text(kept, kept_at, sizeof kept_at);
    latency_text(broken, broken_at, sizeof broken_at);
    snprintf(probes, sizeof probes, "%lld", (long long)result_integer(search, "probes"));
    notes_text(result, search, kept, broken, notes, sizeof notes);
    snprintf(workers, sizeof workers, "%lld", (long long)result_integer(search, "workers"));
    fprintf(out, ROW_FORMAT, result_string(search, "pool"), workers, rate_kept, kept_at,
            result_integer(search, "rate_broken") ? rate_broken : "-", broken_at, probes, *notes ? "  " : "", notes);
}

static void print_table(const json_t *result, const json_t *first, FILE *out, bool colour)
{
    static const json_t *rows[SEARCHES_MAX];
    const json_t *promises = json_object_get(result, "slo");
    const char *bold = colour ? "\033[1m" : "", *dim = colour ? "\033[2m" : "", *plain = colour ? "\033[0m" : "";
    json_t *search;
    size_t i;
    int count = 0;
    json_array_foreach (json_object_get(result, "searches"), i, search)
        if (same_table(first, search) && count < SEARCHES_MAX)
            rows[count++] = search;
    qsort(rows, (size_t)count, sizeof *rows, by_rate);
    fprintf(out, "%s%s%s   %lld producer%s, pin=%s, capacity %lld, full=%s\nthe highest rate that keeps", bold,
            result_string(first, "spec"), plain, (long long)result_integer(first, "producers"),
            result_integer(first, "producers") == 1 ? "" : "s", result_string(first, "pin"),
            (long long)result_integer(first, "capacity"), result_string(first, "full"));
    json_array_foreach (promises, i, search) {
        struct slo slo = {slo_kind(result_string(search, "name")), result_integer(search, "limit_ns")};
        char text[64];
        if (slo.kind)
            fprintf(out, "%s %s", i ? " and" : "", slo_text(&slo, text, sizeof text));
    }
    fprintf(out, ", from the planned submit to the end\n\n%s" ROW_FORMAT "%s", dim, "pool", "workers", "rate kept",
            "latency there", "rate broken", "latency there", "probes", "  ", "notes", plain);
    for (int r = 0; r < count; r++)
        print_row(result, rows[r], out);
    fputc('\n', out);
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
    fprintf(
        out,
        "%srate kept: the highest at which the median of a probe's rounds keeps what was promised; rate broken: the\n"
        "lowest above it at which it does not, asked twice; latency there: the median of the promise nearest to its\n"
        "limit. Rates between the two were not asked for; near the limit another run may find some per cent more or\n"
        "less.%s\n\n",
        colour ? "\033[2m" : "", colour ? "\033[0m" : "");
}

int search_show_none(const json_t *result)
{
    json_t *search;
    size_t i;
    int count = 0;
    json_array_foreach (json_object_get(result, "searches"), i, search)
        count += !result_integer(search, "rate_kept");
    return count;
}
