/* fleet_forecast.c - more machines than were measured: by made-up results whose answer is known. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/findings/fleet_forecast.h"
#include "bench/findings/measured_service.h"
#include "bench/json/must.h"
#include "bench/models/erlang.h"
#include "bench/results/hist_json.h"
#include "bench/results/result.h"

#define MS 1e6

static double number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static void near(double found, double known, double relative, const char *what)
{
    cr_assert(fabs(found - known) <= relative * fabs(known), "%s: %.6g, known %.6g", what, found, known);
}

/* Exponential services of 1 ms, known to a few per mille. */
static struct measured_service made(double half)
{
    struct measured_service measured = {
        .workers = 4, .rounds = 12, .mean_low = MS * (1 - half), .mean_high = MS * (1 + half)};
    cr_assert_eq(service_made(&measured.service, SERVICE_EXPONENTIAL, MS, 1), 0);
    return measured;
}

static struct slo_list promised(const char *text)
{
    struct slo_list list;
    char why[200];
    cr_assert_eq(slo_parse(text, &list, why, sizeof why), 0, "%s", why);
    return list;
}

static const json_t *balance(const json_t *fleet, int index)
{
    return json_array_get(json_object_get(fleet, "balances"), (size_t)index);
}

static const char *verdict(const json_t *fleet, int index, const char *scene)
{
    return result_string(json_object_get(balance(fleet, index), scene), "verdict");
}

Test(fleet_forecast, is_erlangs_at_random, .timeout = 300)
{
    struct measured_service measured = made(0.002);
    struct slo_list slo = promised("p99=8ms");
    struct fleet_question question = {.measured = &measured,
                                      .measured_workers_most = 4,
                                      .rate = 8 * 4 * 0.8 / MS,
                                      .machines = 8,
                                      .workers = 4,
                                      .promises = &slo,
                                      .requests = 200000,
                                      .seed = 1};
    struct erlang each = {4, 3.2 / MS, MS};
    json_t *fleet = fleet_forecast(&question), *value;
    value = json_array_get(json_object_get(json_object_get(balance(fleet, 0), "whole"), "values"), 0);
    near(number(value, "value"), erlang_quantile(&each, 0.99), 0.06, "p99");
    cr_assert(number(value, "low") <= number(value, "value") && number(value, "value") <= number(value, "high"));
    cr_assert_str_eq(verdict(fleet, 0, "whole"), "kept");
    cr_assert_str_eq(fleet_forecast_verdict(fleet), "kept");
    near(number(fleet, "utilisation"), 0.8, 1e-6, "utilisation");
    /* Erlang's own fewest, at random: the load splits evenly. */
    for (int machines = 7; machines < 10; machines++) {
        struct erlang share = {4, 25.6 / machines / MS, MS};
        if (erlang_quantile(&share, 0.99) < 8 * MS * 0.93)
            cr_assert(number(balance(fleet, 0), "fewest") <= machines);
        if (erlang_quantile(&share, 0.99) > 8 * MS * 1.07)
            cr_assert(number(balance(fleet, 0), "fewest") > machines);
    }
    cr_assert(number(balance(fleet, 3), "fewest") <= number(balance(fleet, 0), "fewest"));
    cr_assert(number(balance(fleet, 3), "fewest_with_one_lost") == number(balance(fleet, 3), "fewest") + 1);
    json_decref(fleet);
    service_destroy(&measured.service);
}

/* The limit between what the shortest and the longest services come to. */
Test(fleet_forecast, cannot_tell_what_the_band_leaves_open, .timeout = 300)
{
    struct measured_service measured = made(0.1);
    struct slo_list slo = promised("p99=7.5ms"), wide = promised("p99=1s"), impossible = promised("p99=1ms");
    struct fleet_question question = {.measured = &measured,
                                      .measured_workers_most = 4,
                                      .rate = 8 * 4 * 0.8 / MS,
                                      .machines = 8,
                                      .workers = 4,
                                      .promises = &slo,
                                      .requests = 200000,
                                      .seed = 1};
    json_t *fleet = fleet_forecast(&question);
    cr_assert_str_eq(verdict(fleet, 0, "whole"), "cannot tell");
    json_decref(fleet);
    question.promises = &impossible;
    fleet = fleet_forecast(&question);
    cr_assert_str_eq(fleet_forecast_verdict(fleet), "broken");
    cr_assert(json_is_null(json_object_get(balance(fleet, 0), "fewest")));
    json_decref(fleet);
    /* More workers than anybody measured, and no law; or too few rounds: no "kept". */
    question.promises = &wide;
    question.workers = 64;
    fleet = fleet_forecast(&question);
    cr_assert_str_eq(fleet_forecast_verdict(fleet), "cannot tell");
    cr_assert(json_is_false(json_object_get(fleet, "known")));
    json_decref(fleet);
    question.workers = 4;
    measured.service.samples = 300; /* p99 needs some more */
    fleet = fleet_forecast(&question);
    cr_assert_str_eq(fleet_forecast_verdict(fleet), "cannot tell");
    cr_assert(strstr(result_string(fleet, "open"), "too few services"));
    json_decref(fleet);
    measured.service.samples = INFINITY;
    fleet = fleet_forecast(&question);
    cr_assert_str_eq(fleet_forecast_verdict(fleet), "kept");
    json_decref(fleet);
    measured.mean_high = INFINITY;
    fleet = fleet_forecast(&question);
    cr_assert_str_eq(fleet_forecast_verdict(fleet), "cannot tell");
    json_decref(fleet);
    service_destroy(&measured.service);
}

/* Workers that cost each other: X(16) = 16/(1 + .05 x 15) of one. */
Test(fleet_forecast, takes_the_law_for_more_workers, .timeout = 300)
{
    struct measured_service measured = made(0.002);
    struct slo_list slo = promised("p99=50ms,loss=0%");
    struct scalability law;
    struct scalability_point points[8];
    struct fleet_question question = {.measured = &measured,
                                      .law = &law,
                                      .measured_workers_most = 8,
                                      .rate = 16 * 0.8 / MS,
                                      .machines = 2,
                                      .workers = 16,
                                      .promises = &slo,
                                      .requests = 200000,
                                      .seed = 1};
    json_t *fleet;
    for (int n = 1; n <= 8; n++)
        points[n - 1] = (struct scalability_point){n, 1000.0 * n / (1 + .05 * (n - 1)) * (n % 2 ? 1.0001 : 0.9999)};
    cr_assert_eq(scalability_fit(&law, points, 8), 0);
    fleet = fleet_forecast(&question);
    near(number(json_object_get(fleet, "scaling"), "stretch"), 1.75 / 1.15, 0.01, "stretch");
    near(number(fleet, "utilisation"), 0.4 * 1.75 / 1.15, 0.01, "utilisation");
    cr_assert_str_eq(fleet_forecast_verdict(fleet), "kept");
    cr_assert_str_eq(verdict(fleet, 2, "lost"), "broken", "one alone is overloaded");
    json_decref(fleet);
    scalability_destroy(&law);
    service_destroy(&measured.service);
}

/* A machine that takes twice as long drowns where it is given as much as the others. */
Test(fleet_forecast, sees_one_slow_machine, .timeout = 300)
{
    struct measured_service measured = made(0.002);
    struct slo_list slo = promised("p99=20ms");
    struct fleet_question question = {.measured = &measured,
                                      .measured_workers_most = 4,
                                      .rate = 8 * 4 * 0.7 / MS,
                                      .machines = 8,
                                      .workers = 4,
                                      .promises = &slo,
                                      .requests = 200000,
                                      .seed = 1};
    json_t *fleet = fleet_forecast(&question);
    cr_assert_str_eq(verdict(fleet, 0, "slow"), "broken");
    cr_assert_str_eq(verdict(fleet, 1, "slow"), "broken");
    cr_assert_str_eq(verdict(fleet, 3, "slow"), "kept");
    json_decref(fleet);
    service_destroy(&measured.service);
}

/* A result as a run writes it: so many rounds of closed loops with 1, 2, 4 and 8 workers. */
static json_t *made_result(const char *workload, double cpus)
{
    json_t *configurations = json_array();
    for (int workers = 1; workers <= 8; workers *= 2) {
        json_t *trials = json_array(), *one;
        struct hist hist = {0};
        for (int round = 0; round < 6; round++) {
            hist_record_many(&hist, 1000000, 100);
            json_array_append_new(
                trials,
                must_pack("{s:s, s:i, s:f, s:{s:{s:f}}, s:{s:f}}", "verdict", "ok", "round", round, "jobs_per_s",
                          1000.0 * workers / (1 + .05 * (workers - 1)) * (1 + 0.001 * (round % 3)), "latency",
                          "start_to_end", "mean_ns", 1000000.0 + 1000 * (round % 3), "figures", "cpu_share", 0.1));
        }
        one = must_pack("{s:s, s:s, s:s, s:i, s:s, s:f, s:o, s:{s:{s:o}}}", "pool", "ring", "workload", workload,
                        "spec", workload, "workers", workers, "role", "asked", "cpus", cpus, "trials", trials,
                        "summary", "latency", "start_to_end", hist_json(&hist));
        json_object_update_new(one, must_pack("{s:i, s:i, s:s, s:s, s:i, s:i, s:s}", "producers", 1, "capacity", 1024,
                                              "full", "block", "results", "none", "results_capacity", 0, "spin_ns", 0,
                                              "pin", "core"));
        json_array_append_new(configurations, one);
    }
    return must_pack("{s:o}", "configurations", configurations);
}

Test(measured_service, is_read_from_a_result, .timeout = 20)
{
    json_t *result = made_result("io", 2), *one = json_array_get(json_object_get(result, "configurations"), 2);
    struct measured_service measured;
    struct scalability law;
    char why[200];
    cr_assert_eq(measured_service(one, &measured), 0);
    cr_assert(measured.workers == 4 && measured.rounds == 6);
    near(measured.service.mean_ns, MS, 1e-3, "mean");
    near(measured.service.cpu_share, 0.1, 1e-9, "CPU share");
    cr_assert(measured.mean_low < MS && measured.mean_low > 0.995 * MS && measured.mean_high > MS);
    cr_assert_eq(measured_scaling(result, one, 0.1, &law, why, sizeof why), 4);
    near(law.sigma, 0.05, 0.02, "sigma");
    cr_assert_eq(law.count, 24);
    scalability_destroy(&law);
    service_destroy(&measured.service);
    json_decref(result);
}

/* Computing all the time: on 2 CPUs only 1 and 2 workers say anything of a larger machine. */
Test(measured_service, knows_no_law_beyond_its_cpus, .timeout = 20)
{
    json_t *result = made_result("cpu", 2), *one = json_array_get(json_object_get(result, "configurations"), 0);
    struct measured_service measured;
    struct scalability law;
    char why[200];
    cr_assert_eq(measured_service(one, &measured), 0);
    cr_assert_eq(measured.service.cpu_share, 1);
    cr_assert_eq(measured_scaling(result, one, 1, &law, why, sizeof why), 2);
    cr_assert_eq(law.count, 0);
    cr_assert(strstr(why, "3 numbers of workers"), "%s", why);
    service_destroy(&measured.service);
    json_object_clear(json_object_get(one, "summary"));
    cr_assert_eq(measured_service(one, &measured), -EINVAL);
    json_decref(result);
}
