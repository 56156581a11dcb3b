/* answers_run.c - what a run comes to, in sentences: see answers.h. */
#include "bench/page/answers_run.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/findings/answer.h"
#include "bench/findings/granularity.h"
#include "bench/page/answers_noise.h"
#include "bench/page/answers_promises.h"
#include "bench/results/label.h"
#include "bench/results/result.h"
#include "bench/show/ratio_text.h"
#include "bench/statistics/stats.h"
#include "workloads/core/units.h"

enum { KINDS_SAID = 4, SLOWER_SAID = 3, TEXT = 700 };

static void add(char *text, const char *more)
{
    size_t used = strlen(text);
    snprintf(text + used, TEXT - used, "%s", more);
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* Pools against each other. */

/* How a kind of work is called in a sentence, and where it is to be seen. */
static const struct kind {
    const char *work, *words, *figure, *place;
} kinds[] = {
    {"empty", "With empty jobs", "figure-throughput", "w-empty"},
    {"cpu up to 1 us", "With cpu jobs of up to 1 us", "figure-efficiency", "w-cpu"},
    {"cpu, longer", "With cpu jobs longer than 1 us", "figure-efficiency", "w-cpu"},
    {"io", "With jobs that wait for I/O", "figure-throughput", "w-io"},
    {"tree", "With trees of forks", "figure-forks", "w-tree"},
    {"burst", "With jobs that come at a rate", "figure-spectrum-burst", "w-burst"},
    {"wakeup", "With one job at a time, into an idle pool", "figure-spectrum-wakeup", "w-wakeup"},
    {"cancel", "When a full queue is cancelled", "figure-cancel", "w-cancel"},
    {"memory", "With jobs that bring memory", "w-memory", "all"},
    {"slow-consumer", "With a slow consumer that workers wait for", "figure-buffer", "w-slow"},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static bool is(const json_t *pool, const char *verdict)
{
    return !strcmp(result_string(pool, "verdict"), verdict);
}

static int count_of(const json_t *pools, const char *verdict)
{
    const json_t *pool;
    size_t i;
    int count = 0;
    json_array_foreach (pools, i, pool)
        count += is(pool, verdict);
    return count;
}

/* The slower one that comes next by its ratio, or NULL. */
static const json_t *next_slower(const json_t *pools, double below)
{
    const json_t *pool, *found = NULL;
    size_t i;
    json_array_foreach (pools, i, pool)
        if (is(pool, "slower") && number(pool, "ratio") < below &&
            (!found || number(pool, "ratio") > number(found, "ratio")))
            found = pool;
    return found;
}

/* "ring, steal and mutex" */
static void add_alike(char *text, const json_t *kind)
{
    const json_t *pool, *pools = json_object_get(kind, "pools");
    int left = count_of(pools, "alike");
    size_t i;
    add(text, result_string(kind, "best"));
    json_array_foreach (pools, i, pool) {
        if (!is(pool, "alike"))
            continue;
        add(text, --left ? ", " : " and ");
        add(text, result_string(pool, "pool"));
    }
}

/* "mutex does 0.86x of that (0.82..0.89)" of those that are slower for certain. */
static void add_slower(char *text, const json_t *kind, const char *before)
{
    const json_t *pools = json_object_get(kind, "pools"), *pool = NULL;
    int count = count_of(pools, "slower"), said = 0;
    char middle[RATIO_TEXT], low[RATIO_TEXT], high[RATIO_TEXT], part[200];
    for (double below = INFINITY; (pool = next_slower(pools, below)); below = number(pool, "ratio")) {
        struct stats_ratio ratio = {
            .ratio = number(pool, "ratio"), .low = number(pool, "low"), .high = number(pool, "high")};
        if (said == SLOWER_SAID && count > said + 1)
            break;
        ratio_text_digits(&ratio, middle, low, high);
        if (said)
            snprintf(part, sizeof part, ", %s %sx (%s..%s)", result_string(pool, "pool"), middle, low, high);
        else
            snprintf(part, sizeof part, "%s%s reaches %sx of %s's speed (%s..%s)", before, result_string(pool, "pool"),
                     middle, result_string(kind, "best"), low, high);
        add(text, part);
        said++;
    }
    if (said < count) {
        snprintf(part, sizeof part, ", %d more are slower", count - said);
        add(text, part);
    }
}

/* Nothing where nobody is told apart from anybody. */
static bool kind_sentence(const json_t *kind, const char *words, char *text)
{
    const json_t *pools = json_object_get(kind, "pools");
    json_int_t settings = result_integer(kind, "configurations");
    int alike = count_of(pools, "alike"), slower = count_of(pools, "slower"), all = (int)json_array_size(pools);
    char of[160];
    *text = '\0';
    if (!alike && !slower)
        return false;
    add(text, words);
    if (settings > 1) { /* it is a mean, then */
        snprintf(of, sizeof of, " (mean of %lld settings)", (long long)settings);
        add(text, of);
    }
    add(text, " ");
    if (alike) {
        add_alike(text, kind);
        add(text, " are alike (within 3%)");
    } else if (slower == all) {
        add(text, result_string(kind, "best"));
        add(text, " is first");
    }
    add_slower(text, kind, alike || slower == all ? "; " : "");
    if (alike + slower < all)
        add(text, "; of the others nobody can tell");
    return true;
}

/* Returns how many were said. */
static int say_kinds(const json_t *answer, struct answers *answers)
{
    const json_t *kind;
    char text[TEXT];
    int said = 0;
    size_t i;
    for (int k = 0; k < KINDS; k++)
        json_array_foreach (answer, i, kind)
            if (!strcmp(result_string(kind, "work"), kinds[k].work) && kind_sentence(kind, kinds[k].words, text)) {
                answers_add(answers, "plain", kinds[k].figure, kinds[k].place, "%s.", text);
                answers->all[answers->count - 1].aside = said++ >= KINDS_SAID;
            }
    return said;
}

/* The smallest job worth it. */

/* The one that takes the longest jobs for certain, of the same number of workers; NULL: none. */
static const json_t *longest_metg(const json_t *list, const json_t *least)
{
    const json_t *metg, *longest = NULL;
    size_t i;
    json_array_foreach (list, i, metg)
        if (granularity_is_known(metg) && result_integer(metg, "workers") == result_integer(least, "workers") &&
            number(metg, "low_ns") > number(least, "high_ns") &&
            (!longest || number(metg, "ns") > number(longest, "ns")))
            longest = metg;
    return longest;
}

static const char *time_of(const json_t *metg, const char *key, char *text, size_t size)
{
    return units_time_text(number(metg, key), text, size);
}

static void say_metg(const json_t *result, struct answers *answers)
{
    const json_t *list = json_object_get(result, "metg"), *least = granularity_least(list), *longest;
    char text[TEXT], value[32], low[32], high[32], name[160];
    json_int_t workers;
    if (!least)
        return;
    workers = result_integer(least, "workers");
    snprintf(text, sizeof text,
             "From jobs of %s (%s..%s) on, at least half of the time of %lld worker%s of %s goes into the jobs",
             time_of(least, "ns", value, sizeof value), time_of(least, "low_ns", low, sizeof low),
             time_of(least, "high_ns", high, sizeof high), (long long)workers, workers == 1 ? "" : "s",
             label_of(list, least, name, sizeof name));
    if ((longest = longest_metg(list, least))) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "; %s needs jobs of %s (%s..%s)",
                 label_of(list, longest, name, sizeof name), time_of(longest, "ns", value, sizeof value),
                 time_of(longest, "low_ns", low, sizeof low), time_of(longest, "high_ns", high, sizeof high));
    }
    answers_add(answers, "plain", "figure-efficiency", "all", "%s.", text);
}

/* A slow consumer. */

/* The same pool's configuration under another policy, or NULL. */
static const json_t *under(const json_t *result, const json_t *one, const char *policy)
{
    static const char *const keys[] = {"pool", "spec", "workers",          "producers", "capacity",
                                       "full", "pin",  "results_capacity", NULL};
    json_t *other;
    size_t i;
    json_array_foreach (json_object_get(result, "configurations"), i, other)
        if (label_same(other, one, keys) && !strcmp(result_string(other, "results"), policy))
            return other;
    return NULL;
}

static bool share_text(const json_t *configuration, const char *figure, double *low, double *high, char *text,
                       size_t size)
{
    double value;
    if (!configuration || !result_metric(configuration, figure, &value, low, high) ||
        result_coverage(configuration, figure) < 0.95)
        return false;
    snprintf(text, size, "%.0f%% (%.0f%%..%.0f%%)", 100 * value, 100 * *low, 100 * *high);
    return true;
}

/* The first configuration whose workers wait for certain, and what the other policies make of that. */
static void say_consumer(const json_t *result, struct answers *answers)
{
    json_t *one;
    size_t i;
    json_array_foreach (json_object_get(result, "configurations"), i, one) {
        const json_t *throttle = under(result, one, "throttle"), *drop = under(result, one, "drop");
        double low, high, less_low, less_high, lost_low, lost_high;
        char blocked[64], less[64], lost[64];
        if (strcmp(result_string(one, "results"), "block") || result_is_floor(one) ||
            !share_text(one, "figures.workers_blocked", &low, &high, blocked, sizeof blocked) || !(low > 0.01))
            continue;
        if (share_text(throttle, "figures.workers_blocked", &less_low, &less_high, less, sizeof less) &&
            less_high < low && share_text(drop, "figures.results_lost", &lost_low, &lost_high, lost, sizeof lost) &&
            lost_low > 0)
            answers_add(
                answers, "plain", "figure-buffer", "w-slow",
                "When the consumer is slow (%s, %s), workers wait for it %s of the time under block and %s under "
                "throttle; drop loses %s of the results.",
                result_string(one, "spec"), result_string(one, "pool"), blocked, less, lost);
        else
            answers_add(answers, "plain", "figure-buffer", "w-slow",
                        "When the consumer is slow (%s, %s), workers wait for it %s of the time under block.",
                        result_string(one, "spec"), result_string(one, "pool"), blocked);
        return;
    }
}

/* What was measured at all, and how quiet it was. */

struct tally {
    size_t good, failed, cannot, configurations, pools;
};

static bool is_first_of_pool(const json_t *configurations, size_t index)
{
    const char *pool = result_string(json_array_get(configurations, index), "pool");
    for (size_t i = 0; i < index; i++)
        if (!strcmp(result_string(json_array_get(configurations, i), "pool"), pool))
            return false;
    return true;
}

static struct tally count(const json_t *result)
{
    const json_t *configurations = json_object_get(result, "configurations"), *one, *trial;
    struct tally tally = {0};
    size_t i, t;
    json_array_foreach (configurations, i, one) {
        tally.pools += is_first_of_pool(configurations, i);
        tally.configurations += json_array_size(json_object_get(one, "trials")) > 0;
        json_array_foreach (json_object_get(one, "trials"), t, trial) {
            if (!strcmp(result_string(trial, "verdict"), "ok"))
                tally.good++;
            else if (!strcmp(result_string(trial, "verdict"), "cannot"))
                tally.cannot++;
            else
                tally.failed++;
        }
    }
    return tally;
}

static void say_failures(const json_t *result, const struct tally *tally, struct answers *answers)
{
    const json_t *failures = json_object_get(result, "failures"), *first = NULL, *failure;
    size_t i;
    json_array_foreach (failures, i, failure)
        if (!first && strcmp(result_string(failure, "verdict"), "cannot"))
            first = failure;
    if (tally->failed && first)
        answers_add(answers, "bad", "failures", "all", "%zu of %zu trials failed; the first: %s under %s: %.300s.",
                    tally->failed, tally->good + tally->failed + tally->cannot, result_string(first, "pool"),
                    result_string(first, "spec"), result_string(first, "failure"));
    else if (tally->failed)
        answers_add(answers, "bad", "failures", "all", "%zu of %zu trials failed.", tally->failed,
                    tally->good + tally->failed + tally->cannot);
}

static void say_tally(const struct tally *tally, struct answers *answers)
{
    if (tally->failed || !tally->good)
        return;
    answers_add(answers, "good", "all", "pools",
                "All %zu trials (%zu configurations of %zu pool%s) ended well: every job had exactly one outcome%s.",
                tally->good, tally->configurations, tally->pools, tally->pools == 1 ? "" : "s",
                tally->cannot ? "; more were tried that this machine cannot do" : "");
}

static bool has_intervals(const json_t *answer)
{
    const json_t *kind, *pool;
    size_t i, p;
    json_array_foreach (answer, i, kind)
        json_array_foreach (json_object_get(kind, "pools"), p, pool)
            if (json_is_number(json_object_get(pool, "low")))
                return true;
    return false;
}

void answers_run(const json_t *result, struct answers *answers)
{
    const json_t *stored = json_object_get(result, "answer");
    json_t *answer = json_array_size(stored) ? json_deep_copy(stored) : answer_find(result);
    struct tally tally = count(result);
    int said;
    say_failures(result, &tally, answers);
    answers_promises(result, answers);
    say_metg(result, answers);
    said = json_array_size(json_object_get(result, "searches")) ? 1 : say_kinds(answer, answers);
    if (!said && json_array_size(answer) && !has_intervals(answer))
        answers_add(answers, "open", "all", "pools",
                    "No pool is called faster than another: there are too few rounds for an interval (six make one).");
    else if (!said && json_array_size(answer))
        answers_add(answers, "open", "all", "pools",
                    "No pool is called faster than another: their intervals do not bear it. More rounds may tell.");
    say_consumer(result, answers);
    say_tally(&tally, answers);
    answers_noise(result, answers);
    json_decref(answer);
}
