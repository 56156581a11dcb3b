/* read.c - see read.h. What may be missing may be missing (files of older versions);
 * what is there must be what a run writes. */
#include "bench/results/read.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/json/must.h"
#include "bench/json/utf8.h"
#include "bench/results/read_duet.h"
#include "bench/results/read_explore.h"
#include "bench/results/read_fleet.h"
#include "bench/results/read_machine.h"
#include "bench/results/read_matrix.h"
#include "bench/results/read_sound.h"
#include "bench/results/result.h"
#include "pools/core/pool.h"
#include "workloads/core/why.h"

#define NUMBER_MAX 1e18 /* of anything: ns, bytes, jobs */

/* Where in the document something is wrong. */
struct place {
    struct why why;
    char at[160];
};

static int wrong(const struct place *place, const char *key, const char *what)
{
    return why_wrong(place->why, "%s%s%s: %s", place->at, *place->at ? ": " : "", key, what);
}

/* As it stands in the file: "workers is 2147483647 (1 to 1024)". */
static int wrong_value(const struct place *place, const char *key, const json_t *value, const char *allowed)
{
    char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    why_wrong(place->why, "%s%s%.60s is %.60s (%s)", place->at, *place->at ? ": " : "", key, text ? text : "missing",
              allowed);
    free(text);
    return -EINVAL;
}

/* Null and what is missing are fine where it is optional. */
static bool absent(const json_t *value)
{
    return !value || json_is_null(value);
}

static int check_number(const struct place *place, const json_t *object, const char *key, double low, double high)
{
    const json_t *value = json_object_get(object, key);
    char allowed[64];
    if (absent(value))
        return 0;
    if (!json_is_number(value) || !(json_number_value(value) >= low && json_number_value(value) <= high)) {
        snprintf(allowed, sizeof allowed, "a number from %g to %g", low, high);
        return wrong_value(place, key, value, allowed);
    }
    return 0;
}

/* An integer that must be there. */
static int check_count(const struct place *place, const json_t *object, const char *key, json_int_t low,
                       json_int_t high)
{
    const json_t *value = json_object_get(object, key);
    char allowed[80];
    if (!json_is_integer(value) || json_integer_value(value) < low || json_integer_value(value) > high) {
        snprintf(allowed, sizeof allowed, "a whole number from %lld to %lld", (long long)low, (long long)high);
        return wrong_value(place, key, value, allowed);
    }
    return 0;
}

/* Text of at most `most` letters out of letters, digits and `more`. */
static int check_word(const struct place *place, const json_t *object, const char *key, const char *more, size_t most,
                      bool must)
{
    const json_t *value = json_object_get(object, key);
    const char *text = json_string_value(value);
    char allowed[80];
    if (!must && absent(value))
        return 0;
    snprintf(allowed, sizeof allowed, "1 to %zu letters, digits and %s", most, *more ? more : "no more");
    if (!text || !*text || json_string_length(value) != strlen(text) || strlen(text) > most)
        return wrong_value(place, key, value, allowed);
    for (const char *c = text; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr(more, *c))
            return wrong_value(place, key, value, allowed);
    return 0;
}

/* A histogram: its buckets are pairs, in rising order, that sum up to its count. */
static int check_histogram(const struct place *place, const char *key, const json_t *histogram)
{
    const json_t *buckets = json_object_get(histogram, "buckets"), *bucket;
    json_int_t sum = 0;
    double last = -1;
    size_t i;
    if (absent(histogram))
        return 0;
    if (!json_is_object(histogram))
        return wrong(place, key, "not an object");
    if (check_count(place, histogram, "count", 0, (json_int_t)NUMBER_MAX) ||
        (!absent(json_object_get(histogram, "lost")) &&
         check_count(place, histogram, "lost", 0, (json_int_t)NUMBER_MAX)) || /* older files have none */
        check_number(place, histogram, "min_ns", 0, NUMBER_MAX) ||
        check_number(place, histogram, "max_ns", 0, NUMBER_MAX) ||
        check_number(place, histogram, "mean_ns", 0, NUMBER_MAX))
        return -EINVAL;
    if (!buckets) /* a trial keeps its quantiles only */
        return 0;
    if (!json_is_array(buckets))
        return wrong(place, key, "its buckets are no array");
    json_array_foreach (buckets, i, bucket) {
        const json_t *ns = json_array_get(bucket, 0), *count = json_array_get(bucket, 1);
        if (!json_is_number(ns) || !json_is_integer(count) || !(json_number_value(ns) > last) ||
            json_number_value(ns) > NUMBER_MAX || json_integer_value(count) < 1 ||
            json_integer_value(count) > (json_int_t)NUMBER_MAX - sum)
            return wrong(place, key, "a bucket is no rising time with a count");
        last = json_number_value(ns);
        sum += json_integer_value(count);
    }
    if (sum != json_integer_value(json_object_get(histogram, "count")))
        return wrong(place, key, "its buckets do not sum up to its count");
    return 0;
}

static int check_histograms(const struct place *place, const char *key, const json_t *group)
{
    const char *name;
    json_t *histogram;
    if (absent(group))
        return 0;
    if (!json_is_object(group))
        return wrong(place, key, "not an object");
    json_object_foreach ((json_t *)(uintptr_t)group, name, histogram)
        if (check_histogram(place, name, histogram))
            return -EINVAL;
    return 0;
}

/* Median, low and high of a metric: numbers, in order; of a percentile that no round
 * holds by itself they are null. */
static int check_metric(const struct place *place, const char *key, const json_t *metric)
{
    double median = json_number_value(json_object_get(metric, "median"));
    if (absent(metric) || !json_is_object(metric) || !json_object_get(metric, "median"))
        return 0; /* of another kind */
    if (json_is_null(json_object_get(metric, "median")) && json_object_get(metric, "pooled"))
        return 0;
    if (!json_is_number(json_object_get(metric, "median")) || !json_is_number(json_object_get(metric, "low")) ||
        !json_is_number(json_object_get(metric, "high")) || fabs(median) > NUMBER_MAX ||
        json_number_value(json_object_get(metric, "low")) > median ||
        json_number_value(json_object_get(metric, "high")) < median)
        return wrong(place, key, "median, low and high are no numbers in order");
    return 0;
}

static int check_metrics(const struct place *place, const char *key, const json_t *group)
{
    const char *name;
    json_t *metric;
    if (absent(group))
        return 0;
    if (!json_is_object(group))
        return wrong(place, key, "not an object");
    json_object_foreach ((json_t *)(uintptr_t)group, name, metric)
        if (check_metric(place, name, metric))
            return -EINVAL;
    return 0;
}

static int check_trial(const struct place *place, const json_t *trial)
{
    const json_t *figures = json_object_get(trial, "figures");
    const char *name;
    json_t *value;
    if (!json_is_object(trial))
        return wrong(place, "a trial", "not an object");
    if (check_count(place, trial, "round", 0, READ_TRIALS_MAX * (json_int_t)1000) ||
        check_word(place, trial, "verdict", "", 16, true) || check_number(place, trial, "jobs_per_s", 0, NUMBER_MAX) ||
        check_number(place, trial, "ns_per_job", 0, NUMBER_MAX) ||
        check_number(place, trial, "overhead_ns_per_job", -NUMBER_MAX, NUMBER_MAX) ||
        check_number(place, trial, "busy", 0, NUMBER_MAX) ||
        check_number(place, trial, "cpu_ns_per_job", 0, NUMBER_MAX))
        return -EINVAL;
    if (absent(figures))
        return 0;
    if (!json_is_object(figures))
        return wrong(place, "figures", "not an object");
    json_object_foreach ((json_t *)(uintptr_t)figures, name, value)
        if (check_number(place, figures, name, -NUMBER_MAX, NUMBER_MAX))
            return -EINVAL;
    return 0;
}

static int check_configuration(struct place *place, const json_t *configuration, size_t index)
{
    static const char names[] = "-_", words[] = "-_:=,./+%", pins[] = "-_:,.", figures[] = "-_.%";
    const json_t *trials = json_object_get(configuration, "trials"),
                 *judged = json_object_get(configuration, "judged_by"),
                 *summary = json_object_get(configuration, "summary");
    json_t *trial;
    size_t i;
    snprintf(place->at, sizeof place->at, "configuration %zu", index);
    if (!json_is_object(configuration))
        return wrong(place, "it", "not an object");
    if (check_word(place, configuration, "pool", names, READ_NAME_MAX, true) ||
        check_word(place, configuration, "spec", words, READ_SPEC_MAX, true) ||
        check_word(place, configuration, "workload", names, READ_NAME_MAX, false) ||
        check_word(place, configuration, "full", names, READ_NAME_MAX, false) ||
        check_word(place, configuration, "results", names, READ_NAME_MAX, false) ||
        check_word(place, configuration, "role", names, READ_NAME_MAX, false) ||
        check_word(place, configuration, "pin", pins, 63, false) ||
        check_word(place, judged, "figure", figures, READ_NAME_MAX, false) ||
        check_count(place, configuration, "workers", 1, READ_WORKERS_MAX) ||
        check_number(place, configuration, "producers", 1, READ_WORKERS_MAX) ||
        check_number(place, configuration, "capacity", 0, (double)POOL_CAPACITY_MAX) ||
        check_number(place, configuration, "results_capacity", 0, (double)POOL_CAPACITY_MAX))
        return -EINVAL;
    if (!json_is_array(trials) || json_array_size(trials) > READ_TRIALS_MAX)
        return wrong(place, "trials", "no array, or too many");
    json_array_foreach (trials, i, trial) {
        snprintf(place->at, sizeof place->at, "%s/%.90s, trial %zu", result_string(configuration, "pool"),
                 result_string(configuration, "spec"), i);
        if (check_trial(place, trial))
            return -EINVAL;
    }
    snprintf(place->at, sizeof place->at, "%s/%.90s", result_string(configuration, "pool"),
             result_string(configuration, "spec"));
    if (!absent(summary) && !json_is_object(summary))
        return wrong(place, "summary", "not an object");
    return check_metrics(place, "summary", summary) ||
                   check_metrics(place, "figures", json_object_get(summary, "figures")) ||
                   check_histograms(place, "latency", json_object_get(summary, "latency")) ||
                   check_histograms(place, "samples", json_object_get(summary, "samples"))
               ? -EINVAL
               : 0;
}

/* A search: what it is called by, and its rates. */
static int check_search(struct place *place, const json_t *search, size_t index)
{
    static const char names[] = "-_", words[] = "-_:=,./+%", pins[] = "-_:,.";
    json_t *promise;
    size_t i;
    snprintf(place->at, sizeof place->at, "search %zu", index);
    if (!json_is_object(search))
        return wrong(place, "it", "not an object");
    if (check_word(place, search, "pool", names, READ_NAME_MAX, true) ||
        check_word(place, search, "spec", words, READ_SPEC_MAX, true) ||
        check_word(place, search, "full", names, READ_NAME_MAX, false) ||
        check_word(place, search, "results", names, READ_NAME_MAX, false) ||
        check_word(place, search, "pin", pins, 63, false) ||
        check_count(place, search, "workers", 1, READ_WORKERS_MAX) ||
        check_number(place, search, "rate_kept", 0, NUMBER_MAX) ||
        check_number(place, search, "rate_proved", 0, NUMBER_MAX) ||
        check_number(place, search, "rate_broken", 0, NUMBER_MAX))
        return -EINVAL;
    json_array_foreach (json_object_get(search, "slo"), i, promise)
        if (check_word(place, promise, "name", "-_.%", READ_NAME_MAX, false) ||
            check_number(place, promise, "limit_ns", 0, NUMBER_MAX) ||
            check_number(place, promise, "limit_share", 0, 1))
            return -EINVAL;
    return 0;
}

int read_check(const json_t *result, char *text, size_t size)
{
    struct place place = {.why = {text, size}};
    const json_t *configurations = json_object_get(result, "configurations"),
                 *format = json_object_get(result, "format");
    json_t *configuration, *search;
    size_t i;
    if (!json_is_object(result) || strcmp(result_string(result, "program"), "poolbench") ||
        !json_is_array(configurations))
        return why_wrong(place.why, "not a result of poolbench run");
    if (!json_is_integer(format) || json_integer_value(format) != RESULT_FORMAT)
        return why_wrong(place.why, "written in another format than this program's (%d)", RESULT_FORMAT);
    if (json_array_size(configurations) > READ_CONFIGURATIONS_MAX)
        return wrong(&place, "configurations", "too many");
    json_array_foreach (configurations, i, configuration)
        if (check_configuration(&place, configuration, i))
            return -EINVAL;
    json_array_foreach (json_object_get(result, "searches"), i, search)
        if (check_search(&place, search, i))
            return -EINVAL;
    return read_sound_result(result, text, size);
}

/* Its texts are shown: none steers the terminal, or begins a line of its own, unless they are `lines`. */
static void make_plain(json_t *value, bool lines)
{
    const char *key;
    json_t *part;
    size_t i;
    if (json_is_string(value)) {
        char *copy = must_memory(strdup(json_string_value(value)));
        json_string_set(value, utf8_plain(copy, lines));
        free(copy);
    }
    json_array_foreach (value, i, part)
        make_plain(part, lines);
    json_object_foreach (value, key, part)
        make_plain(part, lines);
}

/* What has a format of its own, and is nothing to be read here. */
static const char *other_kind(const json_t *document)
{
    if (json_object_get(document, "explore_format") && !read_explore_is(document))
        return "what poolbench explore --lines wrote: it has a table only";
    if (json_object_get(document, "regressions") && json_object_get(document, "rows"))
        return "what poolbench compare --format json wrote: name the two results themselves";
    return NULL;
}

static int check_any(const json_t *document, char *why, size_t size)
{
    return read_duet_is(document) ? read_duet_check(document, why, size) : read_check(document, why, size);
}

static int check_every(const json_t *document, char *why, size_t size)
{
    if (other_kind(document))
        return why_wrong((struct why){why, size}, "%s", other_kind(document));
    return read_matrix_is(document)    ? read_matrix_check(document, why, size)
           : read_fleet_is(document)   ? read_fleet_check(document, why, size)
           : read_machine_is(document) ? read_machine_check(document, why, size)
           : read_explore_is(document) ? read_explore_check(document, why, size)
                                       : check_any(document, why, size);
}

typedef int check_fn(const json_t *document, char *why, size_t size);

static int read_whole(const char *path, json_t **result, check_fn *check, char *text, size_t size)
{
    struct why why = {text, size};
    struct stat info;
    json_error_t error;
    char what[512];
    *result = NULL;
    if (stat(path, &info))
        return why_wrong(why, "%s: cannot be read: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode) || info.st_size > READ_BYTES_MAX)
        return why_wrong(why, "%s: %s", path, S_ISREG(info.st_mode) ? "too large for a result" : "not a file");
    errno = 0;
    *result = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!*result && error.line <= 0)
        return why_wrong(why, "%s: cannot be read: %s", path, errno ? strerror(errno) : error.text);
    if (!*result)
        return why_wrong(why, "%s: damaged, or no result of poolbench run: %s", path, error.text);
    if (!check(*result, what, sizeof what))
        return make_plain(*result, read_matrix_is(*result) || read_explore_is(*result)), 0;
    json_decref(*result);
    *result = NULL;
    return why_wrong(why, "%s: %s", path, what);
}

int read_result(const char *path, json_t **result, char *text, size_t size)
{
    int error = read_whole(path, result, read_check, text, size);
    if (error)
        utf8_plain(text, false);
    return error;
}

int read_any(const char *path, json_t **document, char *text, size_t size)
{
    int error = read_whole(path, document, check_any, text, size);
    if (error)
        utf8_plain(text, false);
    return error;
}

int read_every(const char *path, json_t **document, char *text, size_t size)
{
    int error = read_whole(path, document, check_every, text, size);
    if (error)
        utf8_plain(text, false);
    return error;
}
