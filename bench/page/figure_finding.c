/* figure_finding.c - see figure_finding.h. */
#include "bench/page/figure_finding.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/results/result.h"
#include "workloads/core/units.h"

/* A line that grows. */
struct line {
    char *text;
    size_t size;
    int parts;
};

static void add(struct line *line, const char *before, const char *part)
{
    size_t used = strlen(line->text);
    snprintf(line->text + used, line->size - used, "%s%s", line->parts++ ? ", " : before, part);
}

/* The most workers that some pool was measured with under it. */
static json_int_t most_workers(const json_t *result, const char *spec)
{
    const json_t *one;
    json_int_t most = 0;
    size_t i;
    json_array_foreach (json_object_get(result, "configurations"), i, one)
        if (!strcmp(result_string(one, "spec"), spec) && !result_is_floor(one) && result_integer(one, "workers") > most)
            most = result_integer(one, "workers");
    return most;
}

static bool is_of(const json_t *one, const char *spec, json_int_t workers)
{
    return !strcmp(result_string(one, "spec"), spec) && !result_is_floor(one) &&
           result_integer(one, "workers") == workers && !*result_string(one, "unsupported");
}

static void begin(char *before, size_t size, const char *what, json_int_t workers)
{
    snprintf(before, size, "%s with %lld worker%s: ", what, (long long)workers, workers == 1 ? "" : "s");
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void latency(const json_t *one, const char *before, struct line *line)
{
    const json_t *latencies = json_object_get(json_object_get(one, "summary"), "latency"),
                 *all = json_object_get(latencies, "submit_to_end");
    char part[160], half[32], most[32];
    if (isnan(number(all, "p50_ns")))
        return;
    snprintf(part, sizeof part, "%s %s and %s", result_string(one, "pool"),
             units_time_text(number(all, "p50_ns"), half, sizeof half),
             units_time_text(number(all, "p99_ns"), most, sizeof most));
    add(line, before, part);
}

/* The longest of the four stretches, of all. */
static void stretches(const json_t *one, const char *before, struct line *line)
{
    static const struct {
        const char *metric, *words;
    } all[] = {{"figures.before_ns", "before the submit"},
               {"figures.submit_ns", "in submit"},
               {"figures.queue_ns", "queued"},
               {"figures.run_ns", "running"}};
    double sum = 0, longest = -1, value, low, high;
    const char *words = "";
    char part[160], time[32], whole[32];
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (!result_metric(one, all[i].metric, &value, &low, &high) || !(value >= 0))
            return;
        sum += value;
        if (value > longest) {
            longest = value;
            words = all[i].words;
        }
    }
    snprintf(part, sizeof part, "%s %s of %s %s", result_string(one, "pool"),
             units_time_text(longest, time, sizeof time), units_time_text(sum, whole, sizeof whole), words);
    add(line, before, part);
}

/* Who waits, and what is lost. */
static void course(const json_t *one, const char *before, struct line *line)
{
    double blocked, waiting, lost, low, high;
    char part[200];
    if (line->parts && !strstr(line->text, result_string(one, "pool"))) /* one pool says it */
        return;
    if (!result_metric(one, "figures.workers_blocked", &blocked, &low, &high) ||
        !result_metric(one, "figures.producers_waiting", &waiting, &low, &high) ||
        !result_metric(one, "figures.results_lost", &lost, &low, &high))
        return;
    snprintf(part, sizeof part, "%s under %s workers %.0f%% and producers %.0f%%, %.0f%% lost",
             result_string(one, "pool"), result_string(one, "results"), 100 * blocked, 100 * waiting, 100 * lost);
    add(line, before, part);
}

static void each(const json_t *result, const char *spec, const char *what,
                 void (*say)(const json_t *one, const char *before, struct line *line), struct line *line)
{
    json_int_t workers = most_workers(result, spec);
    const json_t *one;
    char before[160];
    size_t i;
    begin(before, sizeof before, what, workers);
    json_array_foreach (json_object_get(result, "configurations"), i, one)
        if (is_of(one, spec, workers))
            say(one, before, line);
}

static void speedups(const json_t *result, const char *spec, struct line *line)
{
    json_int_t workers = most_workers(result, spec);
    const json_t *one;
    char before[160], part[160];
    size_t i;
    begin(before, sizeof before, "Speed-up over one worker", workers);
    json_array_foreach (json_object_get(result, "speedups"), i, one) {
        if (!is_of(one, spec, workers) || isnan(number(one, "speedup")))
            continue;
        snprintf(part, sizeof part, "%s %.2fx", result_string(one, "pool"), number(one, "speedup"));
        if (!isnan(number(one, "low")))
            snprintf(part + strlen(part), sizeof part - strlen(part), " (%.2f..%.2f)", number(one, "low"),
                     number(one, "high"));
        add(line, before, part);
    }
}

const char *figure_finding(const json_t *result, const char *spec, const char *script, char *text, size_t size)
{
    struct line line = {text, size, 0};
    *text = '\0';
    if (!strcmp(script, "latency"))
        each(result, spec, "Half of the jobs within, and 99% within,", latency, &line);
    else if (!strcmp(script, "stretches"))
        each(result, spec, "The longest stretch of a job's time, on average,", stretches, &line);
    else if (!strcmp(script, "course"))
        each(result, spec, "Share of the time that they wait", course, &line);
    else if (!strcmp(script, "workers"))
        speedups(result, spec, &line);
    if (*text)
        snprintf(text + strlen(text), size - strlen(text), ".");
    return text;
}
