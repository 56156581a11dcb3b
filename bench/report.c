/* report.c - see report.h. Everything is read from the result, so that a table
 * can be made of a file as well as of a run. */
#include "bench/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result.h"
#include "bench/stats.h"
#include "workloads/core/units.h"

enum { ROWS_MAX = 256, WIDTH = 100, ROUNDS_MAX = 10000 };

/* pool, jobs/s, interval, overhead, p50, p99, p99.9, busy, switches, wakes; then notes. */
#define ROW_FORMAT "%-9s  %6s  %6s  %8s  %7s  %7s  %7s  %4s  %8s  %7s"

struct row {
    const json_t *configuration;
    const char *pool;
    double speed; /* jobs/s, median; NaN: none */
    bool floor;
};

static const char *string_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static json_int_t integer_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static bool same(const json_t *a, const json_t *b, const char *key)
{
    return json_equal(json_object_get(a, key), json_object_get(b, key));
}

static bool is_floor(const json_t *configuration)
{
    return !strcmp(string_of(configuration, "pool"), "inline");
}

/* Whether b stands in a's table: all is the same but the pool; the floor knows
 * no workers. */
static bool same_table(const json_t *a, const json_t *b)
{
    static const char *const keys[] = {"spec", "producers", "pin"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!same(a, b, keys[i]))
            return false;
    return is_floor(b) || (same(a, b, "workers") && same(a, b, "capacity") && same(a, b, "full"));
}

static int by_speed(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    if (a->floor != b->floor)
        return a->floor ? 1 : -1;
    if (isnan(a->speed) || isnan(b->speed))
        return isnan(a->speed) - isnan(b->speed);
    return a->speed < b->speed ? 1 : a->speed > b->speed ? -1 : strcmp(a->pool, b->pool);
}

static const char *count_text(double value, char *text, size_t size)
{
    if (isnan(value))
        snprintf(text, size, "-");
    else if (value == 0)
        snprintf(text, size, "0");
    else if (value < 0.0005)
        snprintf(text, size, "%.0e", value);
    else
        snprintf(text, size, value < 0.1 ? "%.3f" : value < 10 ? "%.2f" : "%.0f", value);
    return text;
}

static double latency_of(const json_t *configuration, const char *quantile)
{
    const json_t *latency = json_object_get(json_object_get(configuration, "summary"), "latency");
    const json_t *value = json_object_get(json_object_get(latency, "submit_to_end"), quantile);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void notes(const json_t *configuration, char *text, size_t size)
{
    const json_t *trials = json_object_get(configuration, "trials");
    json_int_t disturbed = integer_of(json_object_get(configuration, "summary"), "disturbed_trials");
    size_t failed = 0, i;
    json_t *trial;
    json_array_foreach (trials, i, trial)
        failed += strcmp(string_of(trial, "verdict"), "ok") != 0;
    *text = '\0';
    if (failed)
        snprintf(text, size, "%zu FAILED", failed);
    else if (is_floor(configuration))
        snprintf(text, size, "floor");
    else if (disturbed)
        snprintf(text, size, "%lld disturbed", (long long)disturbed);
}

/* Whether there were rounds enough for a 95% interval. */
static bool certain(const json_t *configuration, const char *metric)
{
    const json_t *found = json_object_get(json_object_get(configuration, "summary"), metric);
    return json_number_value(json_object_get(found, "coverage")) >= 0.95;
}

static void print_row(const struct row *row, FILE *out)
{
    char speed[32], overhead[32], p50[32], p99[32], p999[32], switches[32], wakes[32], spread[16] = "-",
                                                                                       share[16] = "-";
    char note[64];
    double median, low, high, value;
    notes(row->configuration, note, sizeof note);
    if (!json_is_null(json_object_get(row->configuration, "unsupported"))) {
        fprintf(out, "%-9s not supported: %s\n", row->pool, string_of(row->configuration, "unsupported"));
        return;
    }
    result_metric(row->configuration, "jobs_per_s", &median, &low, &high);
    units_count_text(median, speed, sizeof speed);
    if (median > 0 && certain(row->configuration, "jobs_per_s"))
        snprintf(spread, sizeof spread, "%.1f%%", 100 * fmax(high - median, median - low) / median);
    if (result_metric(row->configuration, "busy", &value, &low, &high))
        snprintf(share, sizeof share, "%.0f%%", 100 * value);
    result_metric(row->configuration, "overhead_ns_per_job", &value, &low, &high);
    units_time_text(value, overhead, sizeof overhead);
    result_metric(row->configuration, "switches_per_job", &value, &low, &high);
    count_text(value, switches, sizeof switches);
    result_metric(row->configuration, "wakes_per_job", &value, &low, &high);
    count_text(value, wakes, sizeof wakes);
    fprintf(out, ROW_FORMAT "%s%s\n", row->pool, speed, spread, overhead,
            units_time_text(latency_of(row->configuration, "p50_ns"), p50, sizeof p50),
            units_time_text(latency_of(row->configuration, "p99_ns"), p99, sizeof p99),
            units_time_text(latency_of(row->configuration, "p99.9_ns"), p999, sizeof p999), share, switches, wakes,
            *note ? "  " : "", note);
}

/* The ratio of speeds a/b over the rounds that both have. */
static struct stats_ratio compare(const json_t *a, const json_t *b)
{
    static double left[ROUNDS_MAX], right[ROUNDS_MAX], paired_left[ROUNDS_MAX], paired_right[ROUNDS_MAX];
    static int left_rounds[ROUNDS_MAX], right_rounds[ROUNDS_MAX];
    int left_count = result_values(a, "jobs_per_s", left, left_rounds, ROUNDS_MAX);
    int right_count = result_values(b, "jobs_per_s", right, right_rounds, ROUNDS_MAX), count = 0;
    for (int i = 0; i < left_count; i++) {
        for (int j = 0; j < right_count; j++) {
            if (left_rounds[i] != right_rounds[j])
                continue;
            paired_left[count] = left[i];
            paired_right[count++] = right[j];
        }
    }
    return stats_ratio(paired_left, paired_right, count);
}

/* Ratios of pools that differ by orders still say something: 0.93, 0.0017. */
static const char *ratio_text(double ratio, char *text, size_t size)
{
    snprintf(text, size, ratio >= 0.095 ? "%.2f" : "%.2g", ratio);
    return text;
}

/* "steal = ring (0.98..1.03)" or "mutex is 0.93x ring (0.91..0.95)" */
static void ratio_sentence(const struct stats_ratio *ratio, const char *pool, const char *best, char *text, size_t size)
{
    char middle[24], low[24], high[24];
    ratio_text(ratio->ratio, middle, sizeof middle);
    ratio_text(ratio->low, low, sizeof low);
    ratio_text(ratio->high, high, sizeof high);
    if (!ratio->known)
        snprintf(text, size, "%s is %sx %s (%d round%s: no interval)", pool, middle, best, ratio->pairs,
                 ratio->pairs == 1 ? "" : "s");
    else if (ratio->low <= 1 && ratio->high >= 1)
        snprintf(text, size, "%s = %s (%s..%s)", pool, best, low, high);
    else
        snprintf(text, size, "%s is %sx %s (%s..%s)", pool, middle, best, low, high);
}

/* "steal = ring (0.98..1.03); mutex is 0.93x ring (0.91..0.95)." */
static void print_comparison(const struct row *rows, int count, FILE *out)
{
    size_t column = 0;
    const char *best = rows[0].pool;
    for (int i = 1; i < count; i++) {
        char part[160];
        struct stats_ratio ratio;
        if (rows[i].floor || isnan(rows[i].speed) || rows[0].floor)
            continue;
        ratio = compare(rows[i].configuration, rows[0].configuration);
        if (!ratio.pairs)
            continue;
        ratio_sentence(&ratio, rows[i].pool, best, part, sizeof part);
        if (column && column + strlen(part) + 3 > WIDTH) {
            fputs(";\n", out);
            column = 0;
        }
        column += (size_t)fprintf(out, "%s%s", column ? "; " : "", part);
    }
    if (column)
        fputs(".\n", out);
}

static void print_table(const json_t *result, const json_t *first, FILE *out, bool colour)
{
    struct row rows[ROWS_MAX];
    int count = 0;
    size_t i;
    json_t *other;
    const char *bold = colour ? "\033[1m" : "", *dim = colour ? "\033[2m" : "", *plain = colour ? "\033[0m" : "";
    json_array_foreach (json_object_get(result, "configurations"), i, other) {
        double low, high;
        struct row *row = &rows[count];
        if (!same_table(first, other) || count >= ROWS_MAX)
            continue;
        *row = (struct row){.configuration = other, .pool = string_of(other, "pool"), .floor = is_floor(other)};
        result_metric(other, "jobs_per_s", &row->speed, &low, &high);
        count++;
    }
    qsort(rows, (size_t)count, sizeof *rows, by_speed);
    fprintf(out, "%s%s%s   %lld worker%s, %lld producer%s, pin=%s, capacity %lld, full=%s\n\n", bold,
            string_of(first, "spec"), plain, (long long)integer_of(first, "workers"),
            integer_of(first, "workers") == 1 ? "" : "s", (long long)integer_of(first, "producers"),
            integer_of(first, "producers") == 1 ? "" : "s", string_of(first, "pin"),
            (long long)integer_of(first, "capacity"), string_of(first, "full"));
    fprintf(out, "%s" ROW_FORMAT "  notes\n" ROW_FORMAT "%s\n", dim, "pool", "jobs/s", "+-95%", "overhead", "p50",
            "p99", "p99.9", "busy", "switches", "wakes", "", "", "", "", "", "", "", "", "per job", "per job", plain);
    for (int r = 0; r < count; r++)
        print_row(&rows[r], out);
    print_comparison(rows, count, out);
    fputc('\n', out);
}

/* Whether an earlier configuration opened this one's table. */
static bool printed_before(const json_t *configurations, size_t index)
{
    const json_t *configuration = json_array_get(configurations, index);
    for (size_t i = 0; i < index; i++)
        if (!is_floor(json_array_get(configurations, i)) &&
            same_table(json_array_get(configurations, i), configuration))
            return true;
    return false;
}

/* The floor opens a table only where nothing else does. */
static bool floor_alone(const json_t *configurations, const json_t *floor)
{
    size_t i;
    json_t *other;
    json_array_foreach (configurations, i, other)
        if (!is_floor(other) && same_table(other, floor))
            return false;
    return true;
}

void report_table(const json_t *result, FILE *out, bool colour)
{
    const json_t *configurations = json_object_get(result, "configurations");
    json_t *configuration, *failure;
    size_t i, rounds = json_array_size(json_object_get(result, "rounds"));
    json_array_foreach (configurations, i, configuration)
        if (!printed_before(configurations, i) &&
            (!is_floor(configuration) || floor_alone(configurations, configuration)))
            print_table(result, configuration, out, colour);
    fprintf(out,
            "%sjobs/s: median over %zu round%s; +-95%%: its exact interval, from 6 rounds on. overhead: worker time\n"
            "per job beyond the job's own. p50..p99.9: submit to end. busy: share of worker time in jobs. floor:\n"
            "no workers. In brackets: the 95%% interval of the ratio of speeds; \"=\" where it holds 1.%s\n\n",
            colour ? "\033[2m" : "", rounds, rounds == 1 ? "" : "s", colour ? "\033[0m" : "");
    json_array_foreach (json_object_get(result, "failures"), i, failure)
        fprintf(out, "FAILED  %s/%s/t%lld, round %lld: %s\n", string_of(failure, "pool"), string_of(failure, "spec"),
                (long long)integer_of(failure, "workers"), (long long)integer_of(failure, "round") + 1,
                string_of(failure, "failure"));
    if (json_array_size(json_object_get(result, "failures")))
        fputc('\n', out);
}

const char *report_noise(const json_t *result, char *text, size_t size)
{
    const json_t *rounds = json_object_get(result, "rounds");
    json_t *round;
    size_t i, disturbed = 0, count = json_array_size(rounds);
    double steal = 0, slowest = 1;
    json_array_foreach (rounds, i, round) {
        double after = json_number_value(json_object_get(round, "sentinel_after"));
        disturbed += json_is_true(json_object_get(round, "disturbed"));
        steal = fmax(steal, json_number_value(json_object_get(round, "steal_share")));
        slowest = fmax(slowest, after);
    }
    if (!disturbed)
        snprintf(text, size, "quiet");
    else
        snprintf(text, size, "%s (%zu of %zu rounds disturbed; steal up to %.1f%%, a fixed loop up to %.2fx)",
                 disturbed * 2 > count ? "unusable" : "noisy", disturbed, count, steal * 100, slowest);
    return text;
}
