/* figures_foot.c - see figures_foot.h. */
#include "bench/figures/figures_foot.h"

#include <stdarg.h>
#include <string.h>

static bool is_common(const struct drawing *drawing, const char *spec)
{
    for (int s = 0; s < drawing->spec_count; s++)
        if (drawing->specs[s].common && (!spec || !strcmp(drawing->specs[s].text, spec)))
            return true;
    return false;
}

static bool is_shown(const struct drawing *drawing, struct figures_shown shown, const json_t *configuration)
{
    const char *spec = result_string(configuration, "spec");
    if (*result_string(configuration, "unsupported") || (shown.spec && strcmp(spec, shown.spec)) ||
        (shown.workload && strcmp(result_string(configuration, "workload"), shown.workload)))
        return false;
    return !shown.common || !is_common(drawing, NULL) || is_common(drawing, spec);
}

/* What a key is in all that is shown; NULL: it differs, or nothing is shown. A floor has neither queue nor
 * workers: it counts only where nothing else is there. Borrowed. */
static const json_t *same_of(const struct drawing *drawing, struct figures_shown shown, const char *key)
{
    for (int floors = 0; floors < 2; floors++) {
        const json_t *first = NULL, *value;
        json_t *configuration;
        size_t i;
        json_array_foreach (drawing->configurations, i, configuration) {
            if (!is_shown(drawing, shown, configuration) ||
                drawing_is_floor(result_string(configuration, "pool")) != (floors == 1))
                continue;
            value = json_object_get(configuration, key);
            if (first && !json_equal(first, value))
                return NULL;
            first = value;
        }
        if (first)
            return first;
    }
    return NULL;
}

/* Figures show the first placement; the table compares them. */
static bool several_pins(const struct drawing *drawing)
{
    const char *first = result_string(json_array_get(drawing->configurations, 0), "pin");
    json_t *configuration;
    size_t i;
    json_array_foreach (drawing->configurations, i, configuration)
        if (strcmp(result_string(configuration, "pin"), first))
            return true;
    return false;
}

__attribute__((format(printf, 2, 3))) static void add(struct drawing *drawing, const char *format, ...)
{
    size_t used = strlen(drawing->foot);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(drawing->foot + used, sizeof drawing->foot - used, format, arguments);
    va_end(arguments);
}

void figures_foot(struct drawing *drawing, struct figures_shown shown)
{
    const json_t *machine = json_object_get(drawing->result, "machine"),
                 *build = json_object_get(drawing->result, "build"), *capacity = same_of(drawing, shown, "capacity"),
                 *full = same_of(drawing, shown, "full"), *producers = same_of(drawing, shown, "producers");
    size_t rounds = json_array_size(json_object_get(drawing->result, "rounds"));
    *drawing->foot = '\0';
    add(drawing, "pin %s%s", result_string(json_array_get(drawing->configurations, 0), "pin"),
        several_pins(drawing) ? " only" : "");
    if (capacity)
        add(drawing, ", capacity %lld", (long long)json_integer_value(capacity));
    if (json_is_string(full))
        add(drawing, ", full %s", json_string_value(full));
    if (producers)
        add(drawing, ", %lld producer%s", (long long)json_integer_value(producers),
            json_integer_value(producers) == 1 ? "" : "s");
    add(drawing, "   |   %zu round%s   |   %s, %d CPUs%s%s, %s   |   %.10s, seed %lld", rounds, rounds == 1 ? "" : "s",
        result_string(machine, "cpu_model"), (int)result_integer(machine, "cpus"),
        *result_string(machine, "virtualisation") ? ", " : "", result_string(machine, "virtualisation"),
        result_string(build, "compiler"), result_string(drawing->result, "date"),
        (long long)json_integer_value(json_object_get(drawing->result, "seed")));
}
