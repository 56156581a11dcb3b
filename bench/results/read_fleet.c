/* read_fleet.c - see read_fleet.h. */
#include "bench/results/read_fleet.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "bench/results/result.h"
#include "workloads/core/why.h"

enum { FLEET_FORMAT = 1, BALANCES_MAX = 16, SHAPES_MAX = 64, VALUES_MAX = 16, TEXT_MAX = 1000 };

#define COUNT_MAX 1e6
#define NUMBER_MAX 1e18

bool read_fleet_is(const json_t *document)
{
    return json_is_object(document) && json_object_get(document, "fleet_format");
}

static bool is_between(const json_t *object, const char *key, double low, double high)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) && json_number_value(value) >= low && json_number_value(value) <= high;
}

/* Wherever it stands: no number that is none, no text that is longer than any of ours. */
static bool is_plain(const json_t *value)
{
    const char *key;
    json_t *part;
    size_t i;
    if (json_is_real(value) && !(fabs(json_real_value(value)) <= NUMBER_MAX))
        return false;
    if (json_is_string(value) && json_string_length(value) > TEXT_MAX)
        return false;
    json_array_foreach (value, i, part)
        if (!is_plain(part))
            return false;
    json_object_foreach ((json_t *)(uintptr_t)value, key, part)
        if (!is_plain(part))
            return false;
    return true;
}

/* Of one balancer: its name, and in each scene a verdict and as many values as in the others. */
static const char *wrong_with(const json_t *balance)
{
    static const char *const scenes[] = {"whole", "slow", "lost"};
    size_t values = json_array_size(json_object_get(json_object_get(balance, "whole"), "values")), i;
    json_t *value;
    if (!*result_string(balance, "name"))
        return "has no name";
    if (values < 1 || values > VALUES_MAX)
        return "has no values, or too many";
    for (int s = 0; s < 3; s++) {
        const json_t *scene = json_object_get(balance, scenes[s]);
        if (json_array_size(json_object_get(scene, "values")) != values)
            return "has scenes that differ in their values";
        if (!json_is_string(json_object_get(scene, "verdict")))
            return "has a scene without a verdict";
        json_array_foreach (json_object_get(scene, "values"), i, value)
            if (!*result_string(value, "name"))
                return "has a value of nothing";
    }
    return NULL;
}

static const char *wrong_with_shapes(const json_t *fleet)
{
    const json_t *shapes = json_object_get(fleet, "shapes"), *shape;
    size_t i;
    if (!json_is_array(shapes) || json_array_size(shapes) > SHAPES_MAX)
        return "shapes are none, or too many";
    json_array_foreach (shapes, i, shape)
        if (!is_between(shape, "workers", 1, COUNT_MAX))
            return "a shape has no workers";
    return NULL;
}

static const char *wrong_with_numbers(const json_t *fleet)
{
    if (!is_between(fleet, "machines", 1, COUNT_MAX) || !is_between(fleet, "workers", 1, COUNT_MAX))
        return "machines or workers are no number of them";
    if (!is_between(fleet, "rate_per_s", 0, NUMBER_MAX) || !is_between(fleet, "utilisation", 0, NUMBER_MAX))
        return "the rate or the utilisation is none";
    if (!is_between(json_object_get(fleet, "service"), "mean_ns", 0, NUMBER_MAX) ||
        !is_between(json_object_get(fleet, "service"), "workers", 1, COUNT_MAX))
        return "the service is none";
    if (!json_is_object(json_object_get(fleet, "scaling")) || !json_is_object(json_object_get(fleet, "formula")))
        return "the scaling or the formula is none";
    return json_is_string(json_object_get(fleet, "verdict")) ? NULL : "there is no verdict";
}

int read_fleet_check(const json_t *document, char *text, size_t size)
{
    struct why why = {text, size};
    const json_t *fleet = json_object_get(document, "fleet"), *balances = json_object_get(fleet, "balances"), *one;
    const char *wrong;
    size_t i;
    if (strcmp(result_string(document, "program"), "poolbench"))
        return why_wrong(why, "not a result of poolbench");
    if (result_integer(document, "fleet_format") != FLEET_FORMAT)
        return why_wrong(why, "a fleet of format %lld (this program reads format %d)",
                         (long long)result_integer(document, "fleet_format"), FLEET_FORMAT);
    if (!is_plain(document))
        return why_wrong(why, "a fleet with a number that is none, or a text of more than %d letters", TEXT_MAX);
    wrong = wrong_with_numbers(fleet);
    wrong = wrong ? wrong : wrong_with_shapes(fleet);
    if (wrong)
        return why_wrong(why, "a fleet of which %s", wrong);
    if (!json_is_array(balances) || !json_array_size(balances) || json_array_size(balances) > BALANCES_MAX)
        return why_wrong(why, "a fleet without balancers, or with more than %d", BALANCES_MAX);
    json_array_foreach (balances, i, one)
        if (wrong_with(one))
            return why_wrong(why, "balancer %zu %s", i, wrong_with(one));
    return 0;
}
