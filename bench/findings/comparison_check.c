/* comparison_check.c - see comparison_check.h. */
#include "bench/findings/comparison_check.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/findings/comparison_identity.h"
#include "bench/findings/comparison_metric.h"
#include "bench/results/result.h"

/* A figure that no run has: negative, no number, or beyond any machine. */
static bool is_impossible(const json_t *value, double most)
{
    return value && !json_is_null(value) &&
           !(json_is_number(value) && json_number_value(value) >= 0 && json_number_value(value) < most);
}

/* The first of a trial's figures that is impossible; NULL: none. */
static const char *impossible_of(const json_t *trial, const char *metric, const json_t **value)
{
    static const char *const keys[] = {"jobs_per_s",
                                       "delivered_per_s",
                                       "ns_per_job",
                                       "cpu_ns_per_job",
                                       "wakes_per_job",
                                       "memory.pool_bytes",
                                       "latency.submit_to_end.count",
                                       "latency.submit_to_end.p50_ns",
                                       "latency.submit_to_end.p99_ns"};
    static const char *const shares[] = {"lost_share", "figures.results_lost"};
    static const double most = 1e15;
    for (size_t k = 0; k < sizeof shares / sizeof *shares; k++)
        if (is_impossible(*value = result_value(trial, shares[k]), nextafter(1, 2)))
            return shares[k];
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        if (is_impossible(*value = result_value(trial, keys[k]), most))
            return keys[k];
    return is_impossible(*value = result_value(trial, metric), most) ? metric : NULL;
}

int comparison_check_figures(const json_t *document, const char *path, struct why why)
{
    json_t *configuration, *trial;
    size_t c, t;
    json_array_foreach (json_object_get(document, "configurations"), c, configuration) {
        struct comparison_row row;
        char metric[96];
        comparison_metric(&row, configuration, metric, sizeof metric);
        json_array_foreach (json_object_get(configuration, "trials"), t, trial) {
            const json_t *value;
            const char *key = impossible_of(trial, metric, &value);
            char *text = key ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
            if (key)
                why_wrong(why, "%s: not a result of poolbench run: %s/%s, round %lld: %s is %.40s", path,
                          result_string(configuration, "pool"), result_string(configuration, "spec"),
                          (long long)result_integer(trial, "round"), key, text ? text : "?");
            free(text);
            if (key)
                return -EINVAL;
        }
    }
    return 0;
}

int comparison_check_twins(const json_t *document, const char *path, struct why why)
{
    const json_t *searches = json_object_get(document, "searches"),
                 *list = searches ? searches : json_object_get(document, "configurations");
    char name[COMPARISON_NAME];
    json_t *one;
    size_t i;
    if (json_object_get(document, "plan"))
        return 0;
    json_array_foreach (list, i, one) {
        if (comparison_identity_partner(list, one, true) == one)
            continue;
        comparison_identity_name(list, one, name, sizeof name);
        return why_wrong(why, "%s: not a result of poolbench run: %s is there twice", path, name);
    }
    return 0;
}

int comparison_check_parameters(const json_t *base_document, const json_t *new_document, const json_t *one,
                                struct why why)
{
    const json_t *base = json_object_get(base_document, "configurations"),
                 *new = json_object_get(new_document, "configurations");
    char text[512], name[COMPARISON_NAME];
    json_t *other;
    size_t i;
    json_array_foreach (new, i, other) {
        if (!comparison_identity_same(one, other, comparison_identity_name_keys) ||
            !json_array_size(json_object_get(other, "trials")) || comparison_identity_partner(base, other, true))
            continue;
        comparison_identity_name(new, one, name, sizeof name);
        return why_wrong(why, "not comparable: %s was run with another %s: %s", name,
                         comparison_identity_differs(one, other, comparison_identity_parameters, text, sizeof text),
                         text);
    }
    return 0;
}

int comparison_check_promises(const json_t *base, const json_t *new, const char *const paths[2], struct why why)
{
    static const char *const keys[] = {"slo", NULL};
    char text[512];
    if (!json_object_get(base, "searches") != !json_object_get(new, "searches"))
        return why_wrong(why, "not comparable: only one of %s and %s is a search for a rate", paths[0], paths[1]);
    if (json_object_get(base, "searches") && comparison_identity_differs(base, new, keys, text, sizeof text))
        return why_wrong(why, "not comparable: other promises: %s", text);
    return 0;
}
