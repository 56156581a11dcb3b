/* fleet_lines.c - see fleet_lines.h. */
#include "bench/show/fleet_lines.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/results/result.h"
#include "bench/statistics/slo.h"
#include "workloads/core/units.h"

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static bool is_true(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

static const json_t *fleet_of(const json_t *document)
{
    return json_object_get(document, "fleet");
}

static void say_from(const json_t *document, char *text, size_t size)
{
    const json_t *from = json_object_get(document, "from");
    snprintf(text, size, "%.300s: %.40s, %.260s, measured on %.100s (%.40s)", result_string(from, "file"),
             result_string(from, "pool"), result_string(from, "spec"), result_string(from, "host"),
             result_string(from, "date"));
}

static void say_service(const json_t *document, char *text, size_t size)
{
    const json_t *service = json_object_get(fleet_of(document), "service");
    char mean[32], low[32], high[32], p99[32], known[96];
    double workers = number(service, "workers");
    if (isnan(number(service, "high_ns")))
        snprintf(known, sizeof known, "%.0f round%s: no interval", number(service, "rounds"),
                 number(service, "rounds") == 1 ? "" : "s");
    else
        snprintf(known, sizeof known, "%s .. %s", units_time_text(number(service, "low_ns"), low, sizeof low),
                 units_time_text(number(service, "high_ns"), high, sizeof high));
    snprintf(text, size, "%s (%s), cv %.2g, p99 %s, %.0f%% of it computing; with %.0f worker%s",
             units_time_text(number(service, "mean_ns"), mean, sizeof mean), known, sqrt(number(service, "variation")),
             units_time_text(number(service, "p99_ns"), p99, sizeof p99), 100 * number(service, "cpu_share"), workers,
             workers == 1 ? "" : "s");
}

static void say_unknown_scaling(const json_t *fleet, char *text, size_t size)
{
    const json_t *scaling = json_object_get(fleet, "scaling");
    double workers = number(fleet, "workers"), most = number(scaling, "measured_workers_most");
    snprintf(text, size, "not known: %.300s", result_string(scaling, "why"));
    if (workers > most)
        snprintf(text + strlen(text), size - strlen(text),
                 "; taken as if %.0f workers were each as fast as %.0f are, which nobody measured", workers, most);
}

static void say_scaling(const json_t *document, char *text, size_t size)
{
    const json_t *fleet = fleet_of(document), *scaling = json_object_get(fleet, "scaling");
    double workers = number(fleet, "workers"), most = number(scaling, "measured_workers_most");
    if (!is_true(scaling, "known")) {
        say_unknown_scaling(fleet, text, size);
        return;
    }
    snprintf(text, size,
             "sigma %.3g%s, kappa %.3g%s, %s: with %.0f workers a job takes %.3g times as long (%.3g .. %.3g)",
             number(scaling, "sigma"), is_true(scaling, "sigma_at_bound") ? " (at its bound)" : "",
             number(scaling, "kappa"), is_true(scaling, "kappa_at_bound") ? " (at its bound)" : "",
             isnan(number(scaling, "peak")) ? "no peak" : "a peak", workers, number(scaling, "stretch"),
             number(scaling, "stretch_low"), number(scaling, "stretch_high"));
    if (number(scaling, "peak") < workers)
        snprintf(text + strlen(text), size - strlen(text), "; beyond its peak: %.0f workers do more than %.0f",
                 number(scaling, "peak"), workers);
    if (workers > 2 * most)
        snprintf(text + strlen(text), size - strlen(text),
                 "; measured up to %.0f workers: so far beyond, the law itself is the risk, which no band shows", most);
}

const char *fleet_lines_size(const json_t *document, char *text, size_t size)
{
    double machines = number(fleet_of(document), "machines"), workers = number(fleet_of(document), "workers");
    snprintf(text, size, "%.0f machine%s of %.0f worker%s", machines, machines == 1 ? "" : "s", workers,
             workers == 1 ? "" : "s");
    return text;
}

static void say_load(const json_t *document, char *text, size_t size)
{
    const json_t *fleet = fleet_of(document);
    double busy = number(fleet, "utilisation");
    char rate[32], machines[64], keeps[32];
    snprintf(text, size, "%s/s on %s: %.0f%% of what they can do",
             units_count_text(number(fleet, "rate_per_s"), rate, sizeof rate),
             fleet_lines_size(document, machines, sizeof machines), 100 * busy);
    if (is_true(fleet, "known"))
        snprintf(text + strlen(text), size - strlen(text), " (%.0f .. %.0f)", 100 * number(fleet, "utilisation_low"),
                 100 * number(fleet, "utilisation_high"));
    snprintf(text + strlen(text), size - strlen(text), "; computing keeps %s CPUs of each busy",
             units_rough_text(fmin(1, busy) * number(fleet, "workers") *
                                  number(json_object_get(fleet, "service"), "cpu_share"),
                              keeps, sizeof keeps));
}

static void say_formula(const json_t *document, char *text, size_t size)
{
    const json_t *fleet = fleet_of(document), *formula = json_object_get(fleet, "formula");
    json_t *one;
    size_t i;
    char value[32];
    snprintf(text, size, "%.40s of one machine, which is what random comes to:%s", result_string(formula, "name"),
             number(fleet, "utilisation") >= 1 ? " overloaded" : "");
    json_array_foreach (json_object_get(formula, "values"), i, one) {
        const struct slo_kind *kind = slo_kind(result_string(one, "name"));
        if (kind && !isnan(number(one, "value")))
            snprintf(text + strlen(text), size - strlen(text), " %s %s", kind->name,
                     slo_value_text(kind, number(one, "value"), value, sizeof value));
    }
    if (!is_true(formula, "holds"))
        snprintf(text + strlen(text), size - strlen(text), "; it does not hold: %.200s", result_string(formula, "why"));
}

static void say_assumptions(const json_t *document, char *text, size_t size)
{
    const json_t *fleet = fleet_of(document);
    snprintf(text, size,
             "requests come at random (Poisson), each machine is like the one that was measured, with CPUs for its "
             "workers and a queue of its own; the balancer knows how many requests each machine has at that moment; no "
             "network. \"One lost\" is after the balancer noticed: until then random and round-robin lose 1 of %.0f "
             "requests. (low .. high): what the rounds%s leave open",
             number(fleet, "machines"),
             is_true(json_object_get(fleet, "scaling"), "known") ? " and the scaling law" : "");
}

void fleet_lines_names(const json_t *document, const char *scene, const char *verdict, char *text, size_t size)
{
    const json_t *fleet = json_object_get(document, "fleet");
    json_t *one;
    size_t i, used = 0;
    *text = '\0';
    json_array_foreach (json_object_get(fleet, "balances"), i, one)
        if (!strcmp(result_string(json_object_get(one, scene), "verdict"), verdict) && used < size)
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", result_string(one, "name"));
}

/* The fewest machines by any balancer, and by whom; NaN: none keep it. */
static double fewest(const json_t *fleet, const char *key, char *names, size_t size)
{
    const json_t *balances = json_object_get(fleet, "balances");
    size_t i, used = 0, count = 0;
    double least = NAN;
    json_t *one;
    json_array_foreach (balances, i, one)
        least = fmin(least, number(one, key)); /* of a number and a NaN: the number */
    json_array_foreach (balances, i, one) {
        if (number(one, key) == least && used < size) {
            used += (size_t)snprintf(names + used, size - used, "%s%s", used ? ", " : "", result_string(one, "name"));
            count++;
        }
    }
    if (count == json_array_size(balances))
        snprintf(names, size, "whoever balances");
    return least;
}

/* Why nobody can tell. */
static const char *open_why(const json_t *fleet)
{
    return is_true(fleet, "known") ? "the limit lies within what the measurement leaves open"
                                   : result_string(fleet, "open");
}

static void say_answer(const json_t *document, char *text, size_t size)
{
    const json_t *fleet = fleet_of(document);
    const char *verdict = result_string(fleet, "verdict");
    bool known = is_true(fleet, "known");
    char by[128] = "", machines[64], names[128];
    double least = fewest(fleet, known ? "fewest_surely" : "fewest", by, sizeof by);
    fleet_lines_size(document, machines, sizeof machines);
    fleet_lines_names(document, "whole", verdict, names, sizeof names);
    if (!*verdict) {
        snprintf(text, size, "nothing was promised (--slo p99=5ms): no verdict");
        return;
    }
    if (!strcmp(verdict, "kept"))
        snprintf(text, size, "%s keep it, by the model (%s)", machines, names);
    else if (!strcmp(verdict, "broken"))
        snprintf(text, size, "%s do not keep it, whoever balances", machines);
    else
        snprintf(text, size, "cannot tell whether %s keep it: %.200s", machines, open_why(fleet));
    if (isnan(least))
        snprintf(text + strlen(text), size - strlen(text), "; no number of machines %s",
                 known ? "surely does" : "does");
    else
        snprintf(text + strlen(text), size - strlen(text), "; the fewest that %s: %.0f (%s)",
                 known ? "surely do" : "likely do", least, by);
}

const struct fleet_line fleet_lines_before[] = {
    {"from", say_from, true}, {"service", say_service}, {"scaling", say_scaling}, {"load", say_load}, {NULL, NULL}};

const struct fleet_line fleet_lines_after[] = {
    {"formula", say_formula}, {"assumes", say_assumptions}, {"answer", say_answer}, {NULL, NULL}};
