/* granularity.c - see granularity.h. */
#include "bench/findings/granularity.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/results/label.h"
#include "bench/results/result.h"
#include "bench/statistics/metg.h"

enum { SIZES_MAX = 64, ROUNDS_MAX = 10000 };

/* What is the same in all points of one line, beside the workload without its size. */
static const char *const setting[] = {"pool", "workers", "producers", "capacity", "full", "pin", NULL};

/* One line: a pool with some setting, over sizes. */
struct line {
    const json_t *of[SIZES_MAX]; /* its configurations */
    double sizes[SIZES_MAX];
    int count;
};

/* A spec without its size: "cpu", "cpu:batch=8". */
static void without_size(const char *spec, char *rest, size_t room)
{
    const char *size = strstr(spec, "size="), *tail = size ? size + strcspn(size, ",") : "";
    size_t length;
    snprintf(rest, room, "%.*s%s", size ? (int)(size - spec) : (int)strlen(spec), spec, *tail ? tail + 1 : "");
    length = strlen(rest);
    if (length && strchr(":,", rest[length - 1]))
        rest[length - 1] = '\0';
}

static bool size_of(const json_t *configuration, double *size_ns)
{
    struct workload_spec spec;
    char why[256];
    return !result_is_floor(configuration) && !*result_string(configuration, "unsupported") &&
           !workload_parse(result_string(configuration, "spec"), &spec, why, sizeof why) && metg_size(&spec, size_ns);
}

/* The line on which a configuration lies; nothing unless it is the line's first. */
static void line_of(const json_t *configurations, size_t index, struct line *line)
{
    const json_t *first = json_array_get(configurations, index);
    char rest[128], other_rest[128];
    json_t *other;
    double size;
    size_t i;
    line->count = 0;
    if (!size_of(first, &size))
        return;
    without_size(result_string(first, "spec"), rest, sizeof rest);
    json_array_foreach (configurations, i, other) {
        without_size(result_string(other, "spec"), other_rest, sizeof other_rest);
        if (!label_same(other, first, setting) || strcmp(rest, other_rest) || !size_of(other, &size))
            continue;
        if (i < index)
            line->count = SIZES_MAX + 1; /* another one began it */
        if (line->count < SIZES_MAX) {
            line->of[line->count] = other;
            line->sizes[line->count++] = size;
        }
    }
    line->count = line->count > SIZES_MAX ? 0 : line->count;
}

/* The efficiency of a configuration in a round; NaN: it has no good trial there. */
static double efficiency_in(const json_t *configuration, int round)
{
    json_t *trial;
    size_t i;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial)
        if ((int)result_integer(trial, "round") == round && !strcmp(result_string(trial, "verdict"), "ok") &&
            json_is_number(json_object_get(trial, "busy")))
            return json_number_value(json_object_get(trial, "busy"));
    return NAN;
}

/* The loop's, with so many workers at that size. */
static double loop_in(const json_t *round, json_int_t workers, double size)
{
    json_t *point;
    size_t i;
    json_array_foreach (json_object_get(round, "reference"), i, point)
        if (result_integer(point, "workers") == workers && json_number_value(json_object_get(point, "size_ns")) == size)
            return json_number_value(json_object_get(point, "efficiency"));
    return NAN;
}

/* The loop's own METG in a round. */
static double loop_metg(const json_t *round, json_int_t workers)
{
    struct metg_point points[SIZES_MAX];
    int count = 0;
    json_t *point;
    size_t i;
    json_array_foreach (json_object_get(round, "reference"), i, point)
        if (result_integer(point, "workers") == workers && count < SIZES_MAX)
            points[count++] = (struct metg_point){json_number_value(json_object_get(point, "size_ns")),
                                                  json_number_value(json_object_get(point, "efficiency"))};
    return metg_at(points, count);
}

/* METG of a line in a round, of its efficiency or of that relative to the loop; NaN
 * when a size is missing. */
static double line_metg(const struct line *line, const json_t *round, bool relative)
{
    struct metg_point points[SIZES_MAX];
    for (int i = 0; i < line->count; i++) {
        double value = efficiency_in(line->of[i], (int)result_integer(round, "round"));
        if (relative)
            value /= loop_in(round, result_integer(line->of[i], "workers"), line->sizes[i]);
        if (isnan(value))
            return NAN;
        points[i] = (struct metg_point){line->sizes[i], value};
    }
    return metg_at(points, line->count);
}

static json_t *inside(double ns)
{
    return isfinite(ns) && ns > 0 ? json_real(ns) : json_null();
}

static void put(json_t *json, const char *prefix, const struct metg *metg)
{
    const char *side = isnan(metg->ns) ? "unknown" : metg->ns == 0 ? "below" : isinf(metg->ns) ? "above" : "inside";
    const struct {
        const char *key;
        json_t *value;
    } fields[] = {{"ns", inside(metg->ns)},
                  {"low_ns", metg->known ? inside(metg->low) : json_null()},
                  {"high_ns", metg->known ? inside(metg->high) : json_null()},
                  {"side", must_text(side)},
                  {"rounds", json_integer(metg->rounds)}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        char key[64];
        snprintf(key, sizeof key, "%s%s", prefix, fields[i].key);
        json_object_set_new(json, key, fields[i].value);
    }
}

static json_t *line_json(const json_t *rounds, const struct line *line)
{
    enum { OWN, RELATIVE, LOOP, KINDS };
    static double values[KINDS][ROUNDS_MAX];
    static const char *const prefixes[KINDS] = {"", "relative_", "reference_"};
    int counts[KINDS] = {0};
    json_t *json = json_object(), *round;
    struct metg found;
    char rest[128];
    size_t r;
    json_array_foreach (rounds, r, round) {
        double each[KINDS] = {line_metg(line, round, false), line_metg(line, round, true),
                              loop_metg(round, result_integer(line->of[0], "workers"))};
        for (int k = 0; k < KINDS; k++)
            if (!isnan(each[k]) && counts[k] < ROUNDS_MAX)
                values[k][counts[k]++] = each[k];
    }
    for (const char *const *key = setting; *key; key++)
        json_object_set(json, *key, json_object_get(line->of[0], *key));
    without_size(result_string(line->of[0], "spec"), rest, sizeof rest);
    json_object_set_new(json, "spec", must_text(rest));
    for (int k = 0; k < KINDS; k++) {
        found = metg_over(values[k], counts[k]);
        put(json, prefixes[k], &found);
    }
    return json;
}

void granularity_add(json_t *result)
{
    const json_t *configurations = json_object_get(result, "configurations"),
                 *rounds = json_object_get(result, "rounds");
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(configurations); i++) {
        struct line line;
        json_t *json;
        double least = INFINITY, most = 0;
        line_of(configurations, i, &line);
        if (line.count < 2)
            continue;
        for (int k = 0; k < line.count; k++) {
            least = fmin(least, line.sizes[k]);
            most = fmax(most, line.sizes[k]);
        }
        json = line_json(rounds, &line);
        json_object_set_new(json, "least_size_ns", json_real(least));
        json_object_set_new(json, "most_size_ns", json_real(most));
        json_array_append_new(list, json);
    }
    json_object_set_new(result, "metg", list);
}

bool granularity_is_known(const json_t *metg)
{
    return !strcmp(result_string(metg, "side"), "inside") && json_number_value(json_object_get(metg, "low_ns")) > 0 &&
           json_number_value(json_object_get(metg, "high_ns")) > 0;
}

/* Whether it has more workers, or as many and a lower upper end. */
static bool comes_before(const json_t *metg, const json_t *other)
{
    json_int_t more = result_integer(metg, "workers") - result_integer(other, "workers");
    return more ? more > 0
                : json_number_value(json_object_get(metg, "high_ns")) <
                      json_number_value(json_object_get(other, "high_ns"));
}

const json_t *granularity_least(const json_t *list)
{
    const json_t *least = NULL;
    json_t *metg;
    size_t i;
    json_array_foreach (list, i, metg)
        if (granularity_is_known(metg) && (!least || comes_before(metg, least)))
            least = metg;
    return least;
}
