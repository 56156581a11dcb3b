/* read_sound.c - see read_sound.h. What is missing, or null, is of an older version or was not measured, and is
 * fine. A bound is far beyond what a machine can do; what is refused here, no version ever wrote. */
#include "bench/results/read_sound.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/read_limits.h"
#include "bench/results/result.h"
#include "workloads/core/why.h"

#define MANY 1e15            /* jobs, bytes, ns: of a round */
#define WHOLE (1 + 1e-6)     /* a share; sums of rounded numbers are a little off */
#define ROUNDING (1 + 1e-6)  /* of what is written with nine digits */
#define STEAL_MOST (1 + 0.1) /* counted in ticks, by another clock than the time that they are a share of */

struct range {
    const char *key;
    double low, high;
    bool whole;
};

/* Where it is: "ring/empty, round 3: ". */
struct sound {
    struct why why;
    char at[400];
};

static bool absent(const json_t *value)
{
    return !value || json_is_null(value);
}

static int wrong_value(const struct sound *sound, const char *key, const json_t *value, const char *allowed)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    int error = why_wrong(sound->why, "%s%.60s is %.60s (%s)", sound->at, key, text ? text : "?", allowed);
    free(text);
    return error;
}

static int check_ranges(const struct sound *sound, const json_t *object, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_object_get(object, ranges[i].key);
        double number = json_number_value(value);
        char allowed[80];
        if (absent(value) || (json_is_number(value) && (json_is_integer(value) || !ranges[i].whole) &&
                              number >= ranges[i].low && number <= ranges[i].high))
            continue;
        snprintf(allowed, sizeof allowed, "a %snumber from %.15g to %.15g", ranges[i].whole ? "whole " : "",
                 floor(ranges[i].low), floor(ranges[i].high));
        return wrong_value(sound, ranges[i].key, value, allowed);
    }
    return 0;
}

#define CHECK_RANGES(sound, object, ranges) check_ranges(sound, object, ranges, sizeof(ranges) / sizeof *(ranges))

/* Any document. */

/* No text of a run is longer than a word of a command line can be. */
static int check_texts(const struct sound *sound, const char *name, const json_t *value)
{
    const char *key;
    json_t *part;
    size_t i;
    if (json_string_length(value) > READ_TEXT_MAX)
        return why_wrong(sound->why, "%.60s: a text of %zu letters (%d at most)", name, json_string_length(value),
                         READ_TEXT_MAX);
    json_array_foreach (value, i, part)
        if (check_texts(sound, name, part))
            return -1;
    json_object_foreach ((json_t *)(uintptr_t)value, key, part) {
        if (strlen(key) > READ_SPEC_MAX)
            return why_wrong(sound->why, "%.60s: a name of %zu letters in it (%d at most)", name, strlen(key),
                             READ_SPEC_MAX);
        if (check_texts(sound, key, part))
            return -1;
    }
    return 0;
}

static int check_machine(const struct sound *sound, const json_t *machine)
{
    static const struct range numbers[] = {{"cpus", 0, READ_CPUS_MAX, true},
                                           {"cores", 0, READ_CPUS_MAX, true},
                                           {"packages", 0, READ_CPUS_MAX, true},
                                           {"numa_nodes", 0, READ_CPUS_MAX, true},
                                           {"l1_bytes", 0, MANY, true},
                                           {"l2_bytes", 0, MANY, true},
                                           {"l3_bytes", 0, MANY, true},
                                           {"l3_shared_by", 0, READ_CPUS_MAX, true},
                                           {"cgroup_quota_cpus", 0, READ_CPUS_MAX, false},
                                           {"load_before", 0, MANY, false}};
    if (!absent(machine) && !json_is_object(machine))
        return why_wrong(sound->why, "machine: not an object");
    return CHECK_RANGES(sound, machine, numbers);
}

int read_sound_document(const json_t *document, char *text, size_t size)
{
    struct sound sound = {.why = {text, size}};
    int error = check_texts(&sound, "it", document);
    snprintf(sound.at, sizeof sound.at, "machine: ");
    return error || check_machine(&sound, json_object_get(document, "machine")) ? -EINVAL : 0;
}

/* Of a run. */

static int check_round(const struct sound *sound, const json_t *round)
{
    static const struct range numbers[] = {{"round", 0, MANY, true},         {"steal_share", 0, STEAL_MOST, false},
                                           {"others_share", 0, MANY, false}, {"sentinel_before", 0, MANY, false},
                                           {"line_ns", 0, MANY, false},      {"sentinel_after", 0, MANY, false},
                                           {"wake_ns", 0, MANY, false}};
    if (!json_is_object(round))
        return why_wrong(sound->why, "%snot an object", sound->at);
    return CHECK_RANGES(sound, round, numbers);
}

static int check_rounds(struct sound *sound, const json_t *result)
{
    static const struct range wanted[] = {{"rounds_wanted", 0, MANY, true}, {"budget_ns", 0, INFINITY, true}};
    static const struct range noise_numbers[] = {{"rounds", 0, MANY, true},
                                                 {"disturbed_rounds", 0, MANY, true},
                                                 {"steal_most", 0, STEAL_MOST, false},
                                                 {"others_most", 0, MANY, false},
                                                 {"sentinel_most", 0, MANY, false}};
    const json_t *rounds = json_object_get(result, "rounds"), *noise = json_object_get(result, "noise");
    json_t *round;
    size_t i;
    *sound->at = '\0';
    if (!absent(rounds) && !json_is_array(rounds))
        return why_wrong(sound->why, "rounds: no list");
    if (CHECK_RANGES(sound, result, wanted))
        return -1;
    json_array_foreach (rounds, i, round) {
        snprintf(sound->at, sizeof sound->at, "rounds, number %zu: ", i);
        if (check_round(sound, round))
            return -1;
    }
    snprintf(sound->at, sizeof sound->at, "noise: ");
    if (CHECK_RANGES(sound, noise, noise_numbers))
        return -1;
    if (result_integer(noise, "disturbed_rounds") > result_integer(noise, "rounds"))
        return why_wrong(sound->why, "noise: %lld of %lld rounds are disturbed",
                         (long long)result_integer(noise, "disturbed_rounds"),
                         (long long)result_integer(noise, "rounds"));
    return 0;
}

/* Of times that are sorted, the first that is less than one before it. */
static int check_order(const struct sound *sound, const json_t *histogram)
{
    static const char *const upwards[] = {"min_ns", "p50_ns", "p90_ns", "p95_ns", "p99_ns", "p99.9_ns", "p99.99_ns"};
    static const double bucket = 0.005; /* percentiles are middles of buckets; the least and the longest are exact */
    double most = json_is_number(json_object_get(histogram, "max_ns"))
                      ? json_number_value(json_object_get(histogram, "max_ns"))
                      : INFINITY,
           last = 0, mean = json_number_value(json_object_get(histogram, "mean_ns"));
    for (size_t i = 0; i < sizeof upwards / sizeof *upwards; i++) {
        const json_t *value = json_object_get(histogram, upwards[i]);
        double ns = json_number_value(value);
        if (absent(value))
            continue;
        if (!json_is_number(value) || ns * (1 + bucket) + 1 < last || ns > most * (1 + bucket) + 1)
            return wrong_value(sound, upwards[i], value, "times of a histogram rise from min_ns to max_ns");
        last = ns;
    }
    if (json_is_number(json_object_get(histogram, "mean_ns")) &&
        (mean > most * ROUNDING || mean * ROUNDING < json_number_value(json_object_get(histogram, "min_ns"))))
        return wrong_value(sound, "mean_ns", json_object_get(histogram, "mean_ns"), "from min_ns to max_ns");
    return 0;
}

static int check_orders(const struct sound *sound, const json_t *group)
{
    const char *name;
    json_t *histogram;
    json_object_foreach ((json_t *)(uintptr_t)group, name, histogram)
        if (check_order(sound, histogram))
            return -1;
    return 0;
}

static int check_slices(const struct sound *sound, const json_t *slices)
{
    static const struct range of_slice[] = {
        {"wall_ns", 0, INFINITY, false}, {"cpu_ns", 0, INFINITY, false}, {"jobs", 0, MANY, false}};
    static const struct range of_window[] = {{"warm_ns", 0, INFINITY, false}, {"length_ns", 0, INFINITY, false},
                                             {"offered", 0, MANY, true},      {"lost", 0, MANY, true},
                                             {"done", 0, MANY, true},         {"service_ns", 0, INFINITY, false}};
    json_t *slice;
    size_t i;
    json_array_foreach (slices, i, slice) {
        const json_t *window = json_object_get(slice, "window");
        if (CHECK_RANGES(sound, slice, of_slice) || CHECK_RANGES(sound, window, of_window))
            return -1;
        if (result_integer(window, "lost") > result_integer(window, "offered"))
            return why_wrong(sound->why, "%s%lld of %lld jobs are lost", sound->at,
                             (long long)result_integer(window, "lost"), (long long)result_integer(window, "offered"));
    }
    return 0;
}

/* A round that went well keeps the law of jobs, and a full queue that is waited for refuses nobody: another
 * verdict would be there. */
static int check_counts(const struct sound *sound, const json_t *configuration, const json_t *trial)
{
    static const char *const ends[] = {"done", "failed", "cancelled", "dropped"};
    json_int_t accepted = result_integer(trial, "accepted"), settled = 0;
    if (strcmp(result_string(trial, "verdict"), "ok"))
        return 0;
    if (!strcmp(result_string(configuration, "full"), "block") && result_integer(trial, "refused"))
        return why_wrong(sound->why, "%srefused is %lld, of a pool that waits where it is full (full=block)", sound->at,
                         (long long)result_integer(trial, "refused"));
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (absent(json_object_get(trial, ends[i])))
            return 0;
        settled += result_integer(trial, ends[i]);
    }
    if (!absent(json_object_get(trial, "accepted")) && settled != accepted)
        return why_wrong(sound->why, "%saccepted is %lld; done, failed, cancelled and dropped are %lld together",
                         sound->at, (long long)accepted, (long long)settled);
    return 0;
}

static int check_trial(const struct sound *sound, const json_t *configuration, const json_t *trial)
{
    static const struct range numbers[] = {{"accepted", 0, MANY, true},
                                           {"done", 0, MANY, true},
                                           {"failed", 0, MANY, true},
                                           {"cancelled", 0, MANY, true},
                                           {"dropped", 0, MANY, true},
                                           {"refused", 0, MANY, true},
                                           {"caller_runs", 0, MANY, true},
                                           {"steals", 0, MANY, true},
                                           {"received", 0, MANY, true},
                                           {"lost", 0, MANY, true},
                                           {"threads_left", 0, MANY, true},
                                           {"descriptors_left", 0, MANY, true},
                                           {"involuntary_switches", 0, MANY, true},
                                           {"looks", 0, MANY, true},
                                           {"delivered_per_s", 0, MANY, false},
                                           {"lost_share", 0, WHOLE, false},
                                           {"fairness", 0, WHOLE, false},
                                           {"producer_fairness", 0, WHOLE, false},
                                           {"switches_per_job", 0, MANY, false},
                                           {"wakes_per_job", 0, MANY, false},
                                           {"vain_wakes_per_job", 0, MANY, false},
                                           {"servers", 0, 2.0 * READ_WORKERS_MAX, false},
                                           {"in_system", 0, MANY, false},
                                           {"in_system_most", 0, MANY, false}};
    return CHECK_RANGES(sound, trial, numbers) || check_counts(sound, configuration, trial) ||
           check_slices(sound, json_object_get(trial, "slices")) ||
           check_orders(sound, json_object_get(trial, "latency")) ||
           check_orders(sound, json_object_get(trial, "samples"));
}

/* A share is none above one; and a metric is of some of the trials. All of them may have been taken out of a file, and
 * are missed elsewhere. */
static int check_metric(const struct sound *sound, const char *name, const json_t *metric, double high, size_t trials)
{
    const struct range numbers[] = {{"median", high > 0 ? 0 : -MANY, high > 0 ? high : MANY, false},
                                    {"low", high > 0 ? 0 : -MANY, high > 0 ? high : MANY, false},
                                    {"high", high > 0 ? 0 : -MANY, high > 0 ? high : MANY, false},
                                    {"coverage", 0, WHOLE, false},
                                    {"count", 0, READ_TRIALS_MAX, true}};
    struct sound inner = *sound;
    snprintf(inner.at, sizeof inner.at, "%.300s%.60s: ", sound->at, name);
    if (CHECK_RANGES(&inner, metric, numbers))
        return -1;
    if (trials && result_integer(metric, "count") > (json_int_t)trials)
        return why_wrong(sound->why, "%scount is %lld, of %zu trials", inner.at,
                         (long long)result_integer(metric, "count"), trials);
    return 0;
}

static int check_summary(const struct sound *sound, const json_t *summary, size_t trials)
{
    static const struct {
        const char *name;
        double high; /* 0: it may be negative */
    } metrics[] = {{"jobs_per_s", MANY},         {"delivered_per_s", MANY},  {"lost_share", WHOLE},
                   {"ns_per_job", MANY},         {"overhead_ns_per_job", 0}, {"busy", MANY},
                   {"cpu_ns_per_job", MANY},     {"switches_per_job", MANY}, {"wakes_per_job", MANY},
                   {"vain_wakes_per_job", MANY}, {"fairness", WHOLE},        {"producer_fairness", WHOLE}};
    static const struct range disturbed = {"disturbed_trials", 0, READ_TRIALS_MAX, true};
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
        if (check_metric(sound, metrics[i].name, json_object_get(summary, metrics[i].name), metrics[i].high, trials))
            return -1;
    if (trials && result_integer(summary, "disturbed_trials") > (json_int_t)trials)
        return why_wrong(sound->why, "%s%lld of %zu trials are disturbed", sound->at,
                         (long long)result_integer(summary, "disturbed_trials"), trials);
    return check_ranges(sound, summary, &disturbed, 1) || check_orders(sound, json_object_get(summary, "latency")) ||
           check_orders(sound, json_object_get(summary, "samples"));
}

static int compare_rounds(const void *a, const void *b)
{
    json_int_t one = *(const json_int_t *)a, other = *(const json_int_t *)b;
    return (one > other) - (one < other);
}

/* Of a round there is one trial: two would count twice. */
static int check_twins(const struct sound *sound, const json_t *trials)
{
    static json_int_t rounds[READ_TRIALS_MAX]; /* this runs in one thread only */
    json_t *trial;
    size_t i, count = json_array_size(trials);
    json_array_foreach (trials, i, trial)
        rounds[i] = result_integer(trial, "round");
    qsort(rounds, count, sizeof *rounds, compare_rounds);
    for (i = 1; i < count; i++)
        if (rounds[i] == rounds[i - 1])
            return why_wrong(sound->why, "%sround %lld is there twice", sound->at, (long long)rounds[i]);
    return 0;
}

static int check_configuration(struct sound *sound, const json_t *configuration)
{
    static const struct range numbers[] = {
        {"full_timeout_ns", 0, INFINITY, false}, {"spin_ns", 0, INFINITY, false}, {"cpus", 0, READ_CPUS_MAX, false}};
    const json_t *trials = json_object_get(configuration, "trials");
    char name[sizeof sound->at - 100];
    json_t *trial;
    size_t i;
    snprintf(name, sizeof name, "%s/%s", result_string(configuration, "pool"), result_string(configuration, "spec"));
    snprintf(sound->at, sizeof sound->at, "%s: ", name);
    if (CHECK_RANGES(sound, configuration, numbers) || check_twins(sound, trials) ||
        check_summary(sound, json_object_get(configuration, "summary"), json_array_size(trials)))
        return -1;
    json_array_foreach (trials, i, trial) {
        snprintf(sound->at, sizeof sound->at, "%s, round %lld: ", name, (long long)result_integer(trial, "round"));
        if (check_trial(sound, configuration, trial))
            return -1;
    }
    return 0;
}

/* Trials that failed, of all that there are. */
static int check_failures(const struct sound *sound, const json_t *result)
{
    const json_t *failures = json_object_get(result, "failures");
    json_t *configuration;
    size_t i, trials = 0;
    json_array_foreach (json_object_get(result, "configurations"), i, configuration)
        trials += json_array_size(json_object_get(configuration, "trials"));
    return !absent(failures) && (!json_is_array(failures) || json_array_size(failures) > trials)
               ? why_wrong(sound->why, "failures: no list, or more than the %zu trials", trials)
               : 0;
}

/* Two rates of a search that are there, in their order. */
static int check_rates(const struct sound *sound, const json_t *search, const char *less, const char *more)
{
    const json_t *low = json_object_get(search, less), *high = json_object_get(search, more);
    if (!json_is_number(low) || !json_is_number(high) || json_number_value(low) <= json_number_value(high))
        return 0;
    return why_wrong(sound->why, "%s%s is %.15g, above %s, %.15g", sound->at, less, json_number_value(low), more,
                     json_number_value(high));
}

/* What was kept lies between what is proved and what is broken, and is a probe's of this document. */
static int check_search(const struct sound *sound, const json_t *result, const json_t *search)
{
    static const char *const probes[] = {"proved_at", "broken_at"};
    static const struct range numbers[] = {{"probes", 0, READ_TRIALS_MAX, true}, {"watched_s", 0, MANY, false}};
    size_t count = json_array_size(json_object_get(result, "configurations"));
    if (CHECK_RANGES(sound, search, numbers) || check_rates(sound, search, "rate_proved", "rate_kept") ||
        check_rates(sound, search, "rate_kept", "rate_broken") ||
        check_rates(sound, search, "rate_proved", "rate_broken") ||
        check_rates(sound, search, "rate_seen", "rate_broken"))
        return -1;
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
        const json_t *at = json_object_get(search, probes[i]);
        if (!absent(at) && count &&
            (!json_is_integer(at) || json_integer_value(at) < 0 || (size_t)json_integer_value(at) >= count))
            return wrong_value(sound, probes[i], at, "one of the configurations");
    }
    return 0;
}

static int check_searches(struct sound *sound, const json_t *result)
{
    const json_t *searches = json_object_get(result, "searches");
    json_t *search;
    size_t i;
    if (!absent(searches) && !json_is_array(searches))
        return why_wrong(sound->why, "searches: no list");
    json_array_foreach (searches, i, search) {
        snprintf(sound->at, sizeof sound->at, "the search of %s/%s: ", result_string(search, "pool"),
                 result_string(search, "spec"));
        if (check_search(sound, result, search))
            return -1;
    }
    return 0;
}

int read_sound_result(const json_t *result, char *text, size_t size)
{
    struct sound sound = {.why = {text, size}};
    json_t *configuration;
    size_t i;
    if (read_sound_document(result, text, size) || check_rounds(&sound, result) || check_failures(&sound, result))
        return -EINVAL;
    json_array_foreach (json_object_get(result, "configurations"), i, configuration)
        if (check_configuration(&sound, configuration))
            return -EINVAL;
    return check_searches(&sound, result) ? -EINVAL : 0;
}
