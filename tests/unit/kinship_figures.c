/* kinship_figures.c - the interval of a percentile in a table, of queues whose answer is known: near
 * saturation its upper end lies below the truth no more often than it says. */
#include "bench/findings/kinship_figures.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "bench/models/erlang.h"
#include "bench/results/hist_json.h"
#include "bench/results/pooled_figures.h"
#include "tests/core/open_trial.h"

enum { RUNS = 200, ROUNDS = 6 };

#define US 1e3
#define MS 1e6

/* A run of `burst`, as it is summarised. */
static json_t *run_of(int c, double load, double length_ns, int seed)
{
    struct erlang_queue queue = {c, load * c / (100 * US), 100 * US, (uint64_t)seed * 7919 + 1};
    json_t *configuration = open_configuration(c, "block"), *trials = json_object_get(configuration, "trials");
    json_t *result = json_pack("{s:[o]}", "configurations", configuration), *planned = json_object();
    static struct hist all;
    all = (struct hist){0};
    for (int i = 0; i < ROUNDS; i++) {
        json_t *trial = open_trial(&queue, 30 * MS, length_ns, 0),
               *latency = json_object_get(json_object_get(trial, "latency"), "submit_to_end");
        json_object_set_new(trial, "samples", json_pack("{s:O}", "planned_to_end", latency));
        hist_json_read(&all, latency);
        json_array_append_new(trials, trial);
    }
    json_object_set_new(planned, "planned_to_end", hist_json(&all));
    json_object_set_new(json_object_get(configuration, "summary"), "samples", planned);
    json_object_set_new(json_object_get(configuration, "summary"), "figures", json_object());
    pooled_figures_add(result);
    return result;
}

/* The upper end of p99; INFINITY: it has none. */
static double high_of(const json_t *result)
{
    const json_t *summary = json_object_get(json_array_get(json_object_get(result, "configurations"), 0), "summary"),
                 *figure = json_object_get(json_object_get(summary, "figures"), "latency_p99_ns");
    const json_t *high = json_object_get(figure, "pooled_high");
    cr_assert(json_is_number(json_object_get(figure, "pooled")));
    return json_is_number(high) ? json_number_value(high) : INFINITY;
}

struct misses {
    int before, after, open;
};

static struct misses misses_of(int c, double load, double length_ns)
{
    struct erlang erlang = {.c = c, .rate = load * c / (100 * US), .service = 100 * US};
    double truth = erlang_quantile(&erlang, 0.99);
    struct misses misses = {0};
    for (int i = 0; i < RUNS; i++) {
        json_t *result = run_of(c, load, length_ns, i + 3000);
        double before = high_of(result), after;
        kinship_figures_widen(result);
        after = high_of(result);
        cr_assert(after >= before, "%g is narrower than %g", after, before);
        misses.before += before < truth;
        misses.after += after < truth;
        misses.open += isinf(after);
        json_decref(result);
    }
    return misses;
}

Test(kinship_figures, the_upper_end_of_a_percentile_holds_near_saturation, .timeout = 120)
{
    struct misses near = misses_of(12, 0.93, 60 * MS), light = misses_of(4, 0.5, 60 * MS);
    cr_assert(near.before > RUNS / 20, "by the rounds alone %d of %d are too low", near.before, RUNS);
    cr_assert(near.after <= RUNS / 20, "%d of %d are too low", near.after, RUNS);
    cr_assert(light.after <= RUNS / 20 && light.open < RUNS / 10, "%d of %d, %d without an end", light.after, RUNS,
              light.open);
}

/* Of a closed loop, and of a recording, nothing is known of it: the interval stays. */
Test(kinship_figures, what_is_no_queue_stays, .timeout = 20)
{
    json_t *result = run_of(4, 0.5, 60 * MS, 1), *trial;
    json_t *configuration = json_array_get(json_object_get(result, "configurations"), 0);
    double before = high_of(result);
    size_t i;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial)
        json_object_del(trial, "slices");
    kinship_figures_widen(result);
    cr_assert(high_of(result) == before);
    json_decref(result);
}
