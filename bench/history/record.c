/* record.c - see record.h. */
#include "bench/history/record.h"

#include <math.h>
#include <nettle/base16.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/json/must.h"
#include "bench/json/utf8.h"
#include "bench/results/benchmark.h"
#include "bench/results/result.h"
#include "workloads/core/units.h"
#include "workloads/core/why.h"

void record_key(const char *text, char key[RECORD_KEY])
{
    struct sha256_ctx context;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&context);
    sha256_update(&context, strlen(text), (const uint8_t *)text);
    sha256_digest(&context, sizeof digest, digest);
    base16_encode_update(key, sizeof digest, digest);
    key[RECORD_KEY - 1] = '\0';
}

/* Buckets, courses and single slices are nine tenths of a document; the result file has them. */
static void drop_bulk(json_t *value)
{
    static const char *const bulk[] = {"buckets", "course", "slices"};
    const char *key;
    json_t *inner;
    size_t i;
    for (i = 0; i < sizeof bulk / sizeof *bulk && json_is_object(value); i++)
        json_object_del(value, bulk[i]);
    json_object_foreach (value, key, inner)
        drop_bulk(inner);
    json_array_foreach (value, i, inner)
        drop_bulk(inner);
}

/* Nine digits, as the file has: a run and its file are the same record. */
static char *text_of(const json_t *document)
{
    json_t *slim = must_have(json_deep_copy(document));
    char *text;
    drop_bulk(slim);
    text = json_dumps(slim, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(9));
    json_decref(slim);
    return text;
}

/* "Intel(R) ..., x86_64, 4 CPUs, 2 cores, quota 1.5": the fields that compare looks at. */
static void hardware_of(const json_t *machine, char *text, size_t size)
{
    const json_t *quota = json_object_get(machine, "cgroup_quota_cpus");
    size_t used;
    snprintf(text, size, "%.120s, %.40s, %lld CPUs, %lld cores", result_string(machine, "cpu_model"),
             result_string(machine, "architecture"), (long long)result_integer(machine, "cpus"),
             (long long)result_integer(machine, "cores"));
    used = strlen(text);
    if (json_is_number(quota))
        snprintf(text + used, size - used, ", quota %g", json_number_value(quota));
    utf8_plain(text, false);
}

/* All of one form, so that their order is that of text. */
static bool is_date(const char *text)
{
    struct tm tm;
    char again[32];
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return end && !*end && strftime(again, sizeof again, "%Y-%m-%dT%H:%M:%SZ", &tm) && !strcmp(again, text);
}

/* Which command wrote it. */
static const char *kind_of(const json_t *document)
{
    if (json_object_get(document, "duet_format"))
        return "duet";
    if (json_is_object(json_object_get(document, "plan")))
        return "plan";
    return !strcmp(json_string_value(json_array_get(json_object_get(document, "command"), 1))
                       ? json_string_value(json_array_get(json_object_get(document, "command"), 1))
                       : "",
                   "sweep")
               ? "sweep"
               : "run";
}

int record_begin(struct record *record, const json_t *document, char *text, size_t size)
{
    const json_t *machine = json_object_get(document, "machine");
    struct why why = {text, size};
    *record = (struct record){.kind = kind_of(document)};
    if (strcmp(result_string(document, "program"), "poolbench") || !json_is_object(machine))
        return why_wrong(why, "not a result of poolbench run");
    record->date = result_string(document, "date");
    record->machine = *result_string(machine, "name") ? result_string(machine, "name") : result_string(machine, "host");
    record->revision = *result_string(document, "revision")
                           ? result_string(document, "revision")
                           : result_string(json_object_get(document, "build"), "revision");
    record->noise = result_string(json_object_get(document, "noise"), "verdict");
    record->interrupted = json_is_true(json_object_get(document, "interrupted"));
    if (!*record->machine)
        return why_wrong(why, "it does not say of which machine it is");
    if (!is_date(record->date))
        return why_wrong(why, "date: \"%.40s\" is none (as in 2026-11-24T21:37:19Z)", record->date);
    hardware_of(machine, record->hardware, sizeof record->hardware);
    record->text = text_of(document);
    if (!record->text)
        return why_wrong(why, "out of memory");
    record_key(record->text, record->key);
    return 0;
}

void record_end(struct record *record)
{
    free(record->text);
    record->text = NULL;
}

/* Points. */

static void count_trials(const json_t *configuration, struct record_point *point)
{
    json_t *trial;
    size_t i;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial) {
        const char *verdict = result_string(trial, "verdict");
        point->rounds += strcmp(verdict, "cannot") != 0; /* that is the machine's fault */
        point->failed += strcmp(verdict, "ok") && strcmp(verdict, "cannot");
    }
}

/* Of fewer rounds than make an interval there is a range, and no interval. */
static bool point_of_configuration(const json_t *configuration, struct record_point *point)
{
    static const double enough = 0.95;
    struct benchmark_metric metric;
    bool found;
    *point = (struct record_point){.is_floor = result_is_floor(configuration)};
    benchmark_metric(configuration, &metric);
    point->unit = metric.unit;
    point->more_is_better = metric.more_is_better;
    benchmark_name(configuration, point->benchmark, sizeof point->benchmark);
    count_trials(configuration, point);
    found = result_metric(configuration, metric.name, &point->value, &point->low, &point->high);
    if (!(result_coverage(configuration, metric.name) >= enough))
        point->low = point->high = NAN;
    return found && point->value > 0;
}

/* The promises are part of what was searched for. */
static void add_promises(const json_t *search, char *text, size_t size)
{
    json_t *promise;
    size_t i;
    json_array_foreach (json_object_get(search, "slo"), i, promise) {
        const json_t *ns = json_object_get(promise, "limit_ns"), *share = json_object_get(promise, "limit_share");
        size_t used = strlen(text);
        char limit[32];
        if (json_is_number(ns))
            units_time_text(json_number_value(ns), limit, sizeof limit);
        else
            snprintf(limit, sizeof limit, "%g%%", 100 * json_number_value(share));
        snprintf(text + used, size - used, "/%s=%s", result_string(promise, "name"), limit);
        for (char *c = text + used; *c; c++)
            *c = *c == ' ' ? '_' : *c; /* a name is one word */
    }
}

static bool point_of_search(const json_t *search, struct record_point *point)
{
    const json_t *broken = json_object_get(search, "rate_broken");
    *point = (struct record_point){.unit = WORKLOAD_RATE, .more_is_better = true};
    benchmark_name(search, point->benchmark, sizeof point->benchmark);
    add_promises(search, point->benchmark, sizeof point->benchmark);
    point->value = point->low = json_number_value(json_object_get(search, "rate_kept"));
    point->high = json_is_number(broken) ? json_number_value(broken) : NAN;
    point->rounds = (int)result_integer(search, "probes");
    return point->value > 0;
}

/* The time of the new side as a multiple of the base's: a series of its own, which no mood of the
 * machine's is in. */
static bool point_of_duet(const json_t *benchmark, struct record_point *point)
{
    const json_t *finding = json_object_get(benchmark, "finding"), *low = json_object_get(finding, "low"),
                 *high = json_object_get(finding, "high"), *change = json_object_get(finding, "change");
    *point = (struct record_point){.unit = WORKLOAD_NUMBER, .low = NAN, .high = NAN};
    strcpy(point->benchmark, "duet/");
    benchmark_name(benchmark, point->benchmark + strlen("duet/"), sizeof point->benchmark - strlen("duet/"));
    add_promises(benchmark, point->benchmark, sizeof point->benchmark);
    if (!json_is_number(change))
        return false;
    point->value = 1 + json_number_value(change);
    if (json_is_number(low))
        point->low = 1 + json_number_value(low);
    if (json_is_number(high))
        point->high = 1 + json_number_value(high);
    point->rounds = (int)result_integer(finding, "processes");
    return point->value > 0;
}

/* How many workers a plan takes for its load; the promises and the rate are part of what was asked. */
static bool point_of_plan(const json_t *document, struct record_point *point)
{
    const json_t *plan = json_object_get(document, "plan"), *answer = json_object_get(plan, "answer");
    size_t used;
    *point = (struct record_point){.unit = WORKLOAD_NUMBER, .low = NAN, .high = NAN, .is_size = true};
    snprintf(point->benchmark, sizeof point->benchmark, "plan/%s/%s", result_string(plan, "pool"),
             result_string(plan, "workload"));
    used = strlen(point->benchmark);
    if (json_is_null(json_object_get(plan, "trace")) && used < sizeof point->benchmark)
        snprintf(point->benchmark + used, sizeof point->benchmark - used, "/rate=%lld",
                 (long long)result_integer(plan, "rate"));
    add_promises(document, point->benchmark, sizeof point->benchmark);
    point->value = (double)result_integer(answer, "workers");
    point->rounds = (int)json_array_size(json_object_get(document, "rounds"));
    return json_is_object(answer) && point->value > 0;
}

static void set_base(const json_t *document, struct record_point *point)
{
    const char *sum = result_string(json_object_get(document, "duet"), "base_sha256");
    if (strspn(sum, "0123456789abcdef") >= RECORD_BASE - 1)
        snprintf(point->base, sizeof point->base, "%.*s", RECORD_BASE - 1, sum);
}

int record_points(const json_t *document, record_point_fn *each, void *context)
{
    static const struct {
        const char *key;
        bool (*point)(const json_t *one, struct record_point *point);
    } kinds[] = {{"benchmarks", point_of_duet}, /* of a duet; */
                 {"searches", point_of_search}, /* whose configurations are probes, each at a rate of its own; */
                 {"configurations", point_of_configuration}};
    json_t *one;
    bool is_plan = json_is_object(json_object_get(document, "plan"));
    size_t i, kind = 0;
    int count = 0;
    struct record_point size;
    if (is_plan && point_of_plan(document, &size)) {
        each(context, &size);
        count++;
    }
    if (is_plan && !json_array_size(json_object_get(document, "searches")))
        return count; /* its configurations are probes */
    while (kind < 2 && !json_array_size(json_object_get(document, kinds[kind].key)))
        kind++;
    json_array_foreach (json_object_get(document, kinds[kind].key), i, one) {
        struct record_point point;
        if (!kinds[kind].point(one, &point))
            continue;
        set_base(document, &point);
        each(context, &point);
        count++;
    }
    return count;
}
