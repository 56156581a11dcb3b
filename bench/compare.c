/* compare.c - see compare.h.
 *
 * The two runs were made at different times, and a machine has its moods, so
 * that this is the weaker of two ways: rounds are not paired, and what changed
 * between the runs beside the program counts as change. The estimate is that of
 * Hodges and Lehmann on logarithms with the exact interval of Wilcoxon's rank-sum
 * test over rounds; each round is a process, and counts as one sample. */
#include "bench/compare.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report_row.h"
#include "bench/result.h"
#include "bench/stats.h"
#include "workloads/core/units.h"

enum { ROUNDS = 10000, NAME = 224 };

enum verdict { SAME, FASTER, SLOWER, UNDECIDED, FAILED };

static const char *const verdict_names[] = {"same", "faster", "slower", "cannot tell", "FAILED"};

struct row {
    char name[NAME];
    double base, new;          /* medians */
    struct stats_ratio change; /* of speed: > 1 is faster */
    enum workload_unit unit;
    bool is_rate; /* jobs per second; else a figure of which less is better */
    enum verdict verdict;
    bool regression; /* slower beyond the threshold */
    int rounds_needed;
};

struct comparison {
    const char *paths[2];
    json_t *documents[2];
    struct row *rows;
    int count;
    double threshold;
    int counts[FAILED + 1], regressions;
};

/* Reading, and whether the two can be compared. */

static int refuse(const char *format, const char *a, const char *b, const char *c)
{
    fprintf(stderr, "poolbench: ");
    fprintf(stderr, format, a, b, c);
    fputc('\n', stderr);
    return EXIT_USAGE;
}

static int load(struct comparison *comparison, int which)
{
    const char *path = comparison->paths[which];
    json_error_t error;
    json_t *document = comparison->documents[which] = json_load_file(path, 0, &error);
    if (!document && error.line <= 0)
        return refuse("%s: cannot be read: %s%s", path, strerror(errno), "");
    if (!document)
        return refuse("%s: damaged, or no result of poolbench run: %s%s", path, error.text, "");
    if (strcmp(result_string(document, "program"), "poolbench") || !json_object_get(document, "configurations"))
        return refuse("%s: not a result of poolbench run%s%s", path, "", "");
    if (result_integer(document, "format") != RESULT_FORMAT)
        return refuse("%s: written in another format than this program's%s%s", path, "", "");
    return EXIT_GOOD;
}

/* A field of an object as text, for comparison and for messages. */
static char *field_text(const json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    return text ? text : strdup("nothing");
}

/* The first of the fields that differs: its values; NULL: none does. */
static const char *differs(const json_t *a, const json_t *b, const char *const *keys, char *text, size_t size)
{
    for (; *keys; keys++) {
        char *left = field_text(a, *keys), *right = field_text(b, *keys);
        bool same = !strcmp(left, right);
        snprintf(text, size, "%s against %s", left, right);
        free(left);
        free(right);
        if (!same)
            return *keys;
    }
    return NULL;
}

static int same_machine(const struct comparison *comparison)
{
    static const char *const keys[] = {"host",  "cpu_model", "architecture",      "cpus",
                                       "cores", "affinity",  "cgroup_quota_cpus", NULL};
    char text[512];
    const char *key = differs(json_object_get(comparison->documents[0], "machine"),
                              json_object_get(comparison->documents[1], "machine"), keys, text, sizeof text);
    return key ? refuse("not comparable: another machine: %s: %s%s", key, text, "") : EXIT_GOOD;
}

/* What may differ, but should be known. */
static void note_differences(const struct comparison *comparison, FILE *out)
{
    static const char *const build[] = {"compiler", "flags", NULL}, *const machine[] = {"kernel", "governor", NULL};
    static const char *const run[] = {"budget_ns", "rounds_wanted", NULL};
    const json_t *a = comparison->documents[0], *b = comparison->documents[1];
    const json_t *left[] = {json_object_get(a, "build"), json_object_get(a, "machine"), a},
                 *right[] = {json_object_get(b, "build"), json_object_get(b, "machine"), b};
    const char *const *keys[] = {build, machine, run};
    char text[4096];
    for (int i = 0; i < 3; i++) {
        const char *key = differs(left[i], right[i], keys[i], text, sizeof text);
        if (key && strlen(text) > 120)
            fprintf(out, "poolbench: note: %s differ\n", key);
        else if (key)
            fprintf(out, "poolbench: note: another %s: %s\n", key, text);
    }
}

/* Benchmarks. */

/* The same benchmark goes by these; */
static const char *const name_keys[] = {"pool", "spec", "workers", "results", "results_capacity", "pin", NULL};
/* and then these must be the same, too. */
static const char *const parameter_keys[] = {"producers", "capacity", "full", "full_timeout_ns",
                                             "spin_ns",   "pin",      NULL};

static const json_t *partner(const json_t *document, const json_t *configuration)
{
    json_t *other;
    char text[512];
    size_t i;
    json_array_foreach (json_object_get(document, "configurations"), i, other)
        if (!differs(configuration, other, name_keys, text, sizeof text))
            return other;
    return NULL;
}

static void row_name(struct row *row, const json_t *configuration)
{
    int used = snprintf(row->name, sizeof row->name, "%s/%s/t%lld", result_string(configuration, "pool"),
                        result_string(configuration, "spec"), (long long)result_integer(configuration, "workers"));
    if (strcmp(result_string(configuration, "results"), "none") && used > 0 && (size_t)used < sizeof row->name)
        snprintf(row->name + used, sizeof row->name - (size_t)used, "/%s-%lld", result_string(configuration, "results"),
                 (long long)result_integer(configuration, "results_capacity"));
}

/* By what the workload is judged; jobs per second where it is not known here. */
static void row_metric(struct row *row, const json_t *configuration, char *metric, size_t size)
{
    struct workload_spec spec;
    char why[256];
    snprintf(metric, size, "jobs_per_s");
    row->is_rate = true;
    if (workload_parse(result_string(configuration, "spec"), &spec, why, sizeof why) || !spec.ops->judged_by)
        return;
    snprintf(metric, size, "figures.%s", spec.ops->judged_by);
    row->is_rate = false;
    for (int i = 0; i < spec.ops->figure_count; i++)
        if (!strcmp(spec.ops->figures[i].name, spec.ops->judged_by))
            row->unit = spec.ops->figures[i].unit;
}

static enum verdict judge(struct row *row, double threshold, int rounds)
{
    const struct stats_ratio *change = &row->change;
    double off = fmax(log(change->high / change->ratio), log(change->ratio / change->low));
    if (!change->known) {
        row->rounds_needed = STATS_ENOUGH;
        return UNDECIDED;
    }
    if (change->low > 1)
        return FASTER;
    if (change->high < 1) {
        row->regression = change->ratio < 1 - threshold;
        return SLOWER;
    }
    if (change->low > 1 - threshold && change->high < 1 + threshold)
        return SAME;
    row->rounds_needed = (int)ceil(rounds * pow(off / threshold, 2));
    return UNDECIDED;
}

static bool has_failed(const json_t *configuration)
{
    json_t *trial;
    size_t i;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial)
        if (strcmp(result_string(trial, "verdict"), "ok"))
            return true;
    return false;
}

static void compare_one(struct comparison *comparison, const json_t *a, const json_t *b)
{
    static double values[2][ROUNDS];
    static int rounds[ROUNDS];
    struct row *row = &comparison->rows[comparison->count++];
    char metric[96];
    int counts[2];
    *row = (struct row){0};
    row_name(row, a);
    row_metric(row, a, metric, sizeof metric);
    counts[0] = result_values(a, metric, values[0], rounds, ROUNDS);
    counts[1] = result_values(b, metric, values[1], rounds, ROUNDS);
    row->base = counts[0] ? stats_median(values[0], counts[0]).median : NAN;
    row->new = counts[1] ? stats_median(values[1], counts[1]).median : NAN;
    if (has_failed(b) && !has_failed(a)) {
        row->verdict = FAILED;
        row->regression = true;
    } else {
        /* Speed: of times the inverse. */
        row->change = row->is_rate ? stats_ratio_unpaired(values[1], counts[1], values[0], counts[0])
                                   : stats_ratio_unpaired(values[0], counts[0], values[1], counts[1]);
        row->verdict = judge(row, comparison->threshold, counts[0] < counts[1] ? counts[0] : counts[1]);
    }
    comparison->counts[row->verdict]++;
    comparison->regressions += row->regression;
}

/* All that are in both; says which are not. */
static int compare_all(struct comparison *comparison)
{
    const json_t *base = comparison->documents[0], *new = comparison->documents[1], *other;
    json_t *configuration;
    size_t i, only[2] = {0, 0};
    comparison->rows = calloc(json_array_size(json_object_get(base, "configurations")) + 1, sizeof *comparison->rows);
    if (!comparison->rows)
        return refuse("out of memory%s%s%s", "", "", "");
    json_array_foreach (json_object_get(base, "configurations"), i, configuration) {
        char text[512], name[NAME + 16];
        const char *key;
        struct row named;
        other = partner(new, configuration);
        only[0] += !other;
        if (!other || (!json_array_size(json_object_get(configuration, "trials")) &&
                       !json_array_size(json_object_get(other, "trials"))))
            continue;
        row_name(&named, configuration);
        snprintf(name, sizeof name, "%s", named.name);
        key = differs(configuration, other, parameter_keys, text, sizeof text);
        if (key)
            return refuse("not comparable: %s was run with another %s: %s", name, key, text);
        compare_one(comparison, configuration, other);
    }
    json_array_foreach (json_object_get(new, "configurations"), i, configuration)
        only[1] += !partner(base, configuration);
    if (!comparison->count)
        return refuse("not comparable: no benchmark is in both %s and %s%s", comparison->paths[0], comparison->paths[1],
                      "");
    for (int side = 0; side < 2; side++)
        if (only[side])
            fprintf(stderr, "poolbench: note: %zu benchmarks are only in %s\n", only[side], comparison->paths[side]);
    return EXIT_GOOD;
}

/* Printing. */

static const char *value_text(const struct row *row, double value, char *text, size_t size)
{
    if (isnan(value))
        snprintf(text, size, "-");
    else if (row->is_rate)
        units_count_text(value, text, size);
    else if (row->unit == WORKLOAD_NS)
        units_time_text(value, text, size);
    else
        snprintf(text, size, "%.4g", value);
    if (row->is_rate)
        snprintf(text + strlen(text), size - strlen(text), "/s");
    return text;
}

/* In tenths of a percent, and never minus nothing. */
static double percent(double ratio)
{
    double tenths = round(1000 * (ratio - 1));
    return tenths == 0 ? 0 : tenths / 10;
}

static void row_texts(const struct row *row, char *change, char *interval, char *verdict, size_t size)
{
    snprintf(change, size, row->verdict == FAILED ? "-" : "%+.1f%%", percent(row->change.ratio));
    snprintf(interval, size, row->change.known ? "%+.1f .. %+.1f%%" : "-", percent(row->change.low),
             percent(row->change.high));
    snprintf(verdict, size, "%s",
             row->regression ? row->verdict == FAILED ? "FAILED" : "SLOWER" : verdict_names[row->verdict]);
    if (row->verdict == UNDECIDED)
        snprintf(verdict + strlen(verdict), size - strlen(verdict), " (needs about %d rounds)", row->rounds_needed);
}

static void totals_text(const struct comparison *comparison, char *text, size_t size)
{
    enum { MANY = 20 }; /* then one at least differs by chance */
    int judged = comparison->counts[SLOWER] + comparison->counts[FASTER] + comparison->counts[SAME] +
                 comparison->counts[UNDECIDED];
    snprintf(
        text, size,
        "%d slower (%d by more than %.3g%%), %d faster, %d same, %d undecided; unpaired: two runs of different times",
        comparison->counts[SLOWER], comparison->regressions - comparison->counts[FAILED], 100 * comparison->threshold,
        comparison->counts[FASTER], comparison->counts[SAME], comparison->counts[UNDECIDED]);
    if (comparison->counts[FAILED])
        snprintf(text + strlen(text), size - strlen(text), "; %d FAILED", comparison->counts[FAILED]);
    if (judged >= MANY)
        snprintf(text + strlen(text), size - strlen(text), "; of %d, about %.0f differ by chance alone", judged,
                 0.05 * judged);
}

enum { TEXT = 64 };

static void print_table(const struct comparison *comparison)
{
    int width = 9;
    char totals[256];
    for (int i = 0; i < comparison->count; i++)
        if ((int)strlen(comparison->rows[i].name) > width)
            width = (int)strlen(comparison->rows[i].name);
    printf("%-*s  %9s  %9s  %8s  %18s  %s\n", width, "benchmark", "base", "new", "speed", "95% interval", "verdict");
    for (int i = 0; i < comparison->count; i++) {
        const struct row *row = &comparison->rows[i];
        char base[TEXT], new[TEXT], change[TEXT], interval[TEXT], verdict[TEXT];
        row_texts(row, change, interval, verdict, TEXT);
        printf("%-*s  %9s  %9s  %8s  %18s  %s\n", width, row->name, value_text(row, row->base, base, TEXT),
               value_text(row, row->new, new, TEXT), change, interval, verdict);
    }
    totals_text(comparison, totals, sizeof totals);
    printf("%s\n", totals);
}

static void print_markdown(const struct comparison *comparison)
{
    char totals[256];
    totals_text(comparison, totals, sizeof totals);
    printf("### %s\n\n%s\n\n| benchmark | base | new | speed | 95%% interval | verdict |\n|---|--:|--:|--:|--:|---|\n",
           comparison->regressions ? "poolbench: slower" : "poolbench: no regression", totals);
    for (int i = 0; i < comparison->count; i++) {
        const struct row *row = &comparison->rows[i];
        char base[TEXT], new[TEXT], change[TEXT], interval[TEXT], verdict[TEXT];
        const char *strong = row->regression ? "**" : "";
        row_texts(row, change, interval, verdict, TEXT);
        printf("| `%s` | %s | %s | %s | %s | %s%s%s |\n", row->name, value_text(row, row->base, base, TEXT),
               value_text(row, row->new, new, TEXT), change, interval, strong, verdict, strong);
    }
}

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static void print_json(const struct comparison *comparison)
{
    json_t *rows = json_array(), *document;
    for (int i = 0; i < comparison->count; i++) {
        const struct row *row = &comparison->rows[i];
        json_array_append_new(rows,
                              json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:b}", "benchmark", row->name, "base",
                                        number_or_null(row->base), "new", number_or_null(row->new), "speed_ratio",
                                        number_or_null(row->change.ratio), "low", number_or_null(row->change.low),
                                        "high", number_or_null(row->change.high), "verdict",
                                        verdict_names[row->verdict], "regression", (int)row->regression));
    }
    document = json_pack("{s:s, s:s, s:f, s:b, s:i, s:o}", "base", comparison->paths[0], "new", comparison->paths[1],
                         "threshold", comparison->threshold, "paired", 0, "regressions", comparison->regressions,
                         "rows", rows);
    json_dumpf(document, stdout, JSON_INDENT(1));
    putchar('\n');
    json_decref(document);
}

int compare_command(const struct options *options)
{
    struct comparison comparison = {.paths = {options->words[0], options->words[1]}, .threshold = options->threshold};
    int status = load(&comparison, 0);
    if (status == EXIT_GOOD)
        status = load(&comparison, 1);
    if (status == EXIT_GOOD)
        status = same_machine(&comparison);
    if (status == EXIT_GOOD)
        status = compare_all(&comparison);
    if (status == EXIT_GOOD) {
        note_differences(&comparison, stderr);
        if (options->compare_format == OPTIONS_MARKDOWN)
            print_markdown(&comparison);
        else if (options->compare_format == OPTIONS_COMPARE_JSON)
            print_json(&comparison);
        else
            print_table(&comparison);
        status = comparison.regressions ? EXIT_BAD : EXIT_GOOD;
        if (fflush(stdout) || ferror(stdout))
            status = (fprintf(stderr, "poolbench: could not write to stdout\n"), EXIT_BAD);
    }
    free(comparison.rows);
    json_decref(comparison.documents[0]);
    json_decref(comparison.documents[1]);
    return status;
}
