/* noise.c - see noise.h. */
#include "bench/findings/noise.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/findings/judged.h"
#include "bench/json/must.h"
#include "bench/machine/probe.h"
#include "bench/results/result.h"

static enum probe_verdict worse(enum probe_verdict a, enum probe_verdict b)
{
    return a > b ? a : b;
}

static enum probe_verdict verdict_of(const char *name)
{
    enum probe_verdict verdict = PROBE_UNUSABLE;
    while (verdict > PROBE_QUIET && strcmp(name, probe_verdict_name(verdict)))
        verdict--;
    return verdict;
}

/* Before, and during. */

/* Of the rounds: how much, at most and on average. */
struct seen {
    double most, sum;
    int count;
};

static struct seen see(const json_t *rounds, const char *key)
{
    struct seen seen = {0};
    json_t *round;
    size_t i;
    json_array_foreach (rounds, i, round) {
        const json_t *value = json_object_get(round, key);
        if (!json_is_number(value))
            continue;
        seen.most = fmax(seen.most, json_number_value(value));
        seen.sum += json_number_value(value);
        seen.count++;
    }
    return seen;
}

static bool mean_above(const struct seen *seen, double limit)
{
    return seen->count && seen->sum / seen->count > limit;
}

/* A machine on which the host moves CPUs about is two. */
static bool has_moved(const json_t *rounds, double *least, double *most)
{
    static const double moved = 1.5;
    json_t *round;
    size_t i;
    *least = INFINITY;
    *most = 0;
    json_array_foreach (rounds, i, round) {
        double line = json_number_value(json_object_get(round, "line_ns"));
        *least = line > 0 ? fmin(*least, line) : *least;
        *most = fmax(*most, line);
    }
    return *most > moved * *least;
}

/* How many of the trials lie far off their configuration's median. */
static int far_off(const json_t *result, int *count)
{
    json_t *configuration, *trial;
    size_t c, t;
    int far = 0;
    *count = 0;
    json_array_foreach (json_object_get(result, "configurations"), c, configuration) {
        json_array_foreach (json_object_get(configuration, "trials"), t, trial) {
            far += json_is_true(json_object_get(trial, "disturbed"));
            ++*count;
        }
    }
    return far;
}

static enum probe_verdict look_at_rounds(const json_t *result, json_t *noise)
{
    static const double many = 0.05, steal_far = 0.10, others_far = 0.50;
    const json_t *rounds = json_object_get(result, "rounds");
    struct seen steal = see(rounds, "steal_share"), others = see(rounds, "others_share"),
                before = see(rounds, "sentinel_before"), after = see(rounds, "sentinel_after");
    double least, most;
    json_t *round;
    size_t i;
    int disturbed = 0, trials, far = far_off(result, &trials), count = (int)json_array_size(rounds);
    bool moved = has_moved(rounds, &least, &most);
    json_array_foreach (rounds, i, round)
        disturbed += json_is_true(json_object_get(round, "disturbed"));
    json_object_update_new(noise, must_pack("{s:i, s:i, s:f, s:o, s:f, s:i, s:i, s:o, s:o}", "rounds", count,
                                            "disturbed_rounds", disturbed, "steal_most", steal.most, "others_most",
                                            others.count ? json_real(others.most) : json_null(), "sentinel_most",
                                            fmax(before.most, after.most), "trials", trials, "far_off_trials", far,
                                            "line_least_ns", moved ? json_real(least) : json_null(), "line_most_ns",
                                            moved ? json_real(most) : json_null()));
    if (disturbed * 2 > count || mean_above(&steal, steal_far) || mean_above(&others, others_far))
        return PROBE_UNUSABLE;
    return disturbed || moved || (double)far > many * (double)trials ? PROBE_NOISY : PROBE_QUIET;
}

/* The intervals. */

static enum probe_verdict look_at_intervals(const json_t *result, json_t *noise)
{
    static const double wide = 0.25, wider = 0.50, senseless = 1;
    double widest = NAN;
    int rows = 0, wide_rows = 0, wider_rows = 0;
    char name[224] = "";
    json_t *configuration;
    size_t i;
    json_array_foreach (json_object_get(result, "configurations"), i, configuration) {
        int rounds;
        double width = judged_width(configuration, &rounds);
        if (isnan(width) || result_is_floor(configuration))
            continue;
        rows++;
        wide_rows += width > wide;
        wider_rows += width > wider;
        if (!(width <= widest)) {
            widest = width;
            snprintf(name, sizeof name, "%s/%s/t%lld", result_string(configuration, "pool"),
                     result_string(configuration, "spec"), (long long)result_integer(configuration, "workers"));
        }
    }
    json_object_update_new(noise, must_pack("{s:i, s:i, s:o, s:o}", "rows", rows, "wide_rows", wide_rows, "widest",
                                            rows ? json_real(widest) : json_null(), "widest_row",
                                            rows ? must_text(name) : json_null()));
    if (wider_rows * 2 > rows)
        return PROBE_UNUSABLE;
    return widest > senseless || wide_rows * 4 > rows ? PROBE_NOISY : PROBE_QUIET;
}

void noise_add(json_t *result)
{
    json_t *noise = json_object();
    enum probe_verdict before = verdict_of(result_string(json_object_get(result, "before"), "verdict")),
                       during = look_at_rounds(result, noise), intervals = look_at_intervals(result, noise);
    json_object_update_new(noise, must_pack("{s:s, s:s, s:s, s:s}", "verdict",
                                            probe_verdict_name(worse(before, worse(during, intervals))), "before",
                                            probe_verdict_name(before), "during", probe_verdict_name(during),
                                            "intervals", probe_verdict_name(intervals)));
    json_object_set_new(result, "noise", noise);
}

int noise_is_quiet(const json_t *result)
{
    return !strcmp(result_string(json_object_get(result, "noise"), "verdict"), probe_verdict_name(PROBE_QUIET));
}
