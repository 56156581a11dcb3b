/* compare_kit.c - see compare_kit.h. */
#include "tests/cli/compare_kit.h"

#include <criterion/criterion.h>

#include "tests/cli/program.h"

json_t *compare_kit_base(void)
{
    json_t *document, *configuration, *trial, *first;
    size_t c, t;
    cr_assert(run("run -p mutex,ring -w empty -t 1 --rounds 2 --budget 20ms --no-figures -o base.json") == 0, "%s",
              err);
    document = json_load_file("base.json", 0, NULL);
    cr_assert(document);
    json_array_foreach (json_object_get(document, "configurations"), c, configuration) {
        json_t *trials = json_object_get(configuration, "trials");
        first = json_array_get(trials, 0);
        while (json_array_size(trials) < 12)
            json_array_append_new(trials, json_deep_copy(first));
        json_array_foreach (trials, t, trial) {
            json_object_set_new(trial, "round", json_integer((json_int_t)t));
            json_object_set_new(trial, "jobs_per_s", json_real(1e6 * (1 + 0.001 * (double)((t * 5) % 12))));
        }
    }
    cr_assert(json_dump_file(document, "base.json", 0) == 0);
    return document;
}

void compare_kit_speed_up(json_t *document, size_t configuration, double factor)
{
    json_t *trial;
    size_t t;
    json_array_foreach (
        json_object_get(json_array_get(json_object_get(document, "configurations"), configuration), "trials"), t, trial)
        json_object_set_new(trial, "jobs_per_s",
                            json_real(factor * json_number_value(json_object_get(trial, "jobs_per_s"))));
}

void compare_kit_save(const json_t *document)
{
    cr_assert(json_dump_file(document, "new.json", 0) == 0);
}

json_t *compare_kit_trials(json_t *document, size_t configuration)
{
    return json_object_get(json_array_get(json_object_get(document, "configurations"), configuration), "trials");
}

void compare_kit_set_all(json_t *document, const char *object, const char *key, double value)
{
    json_t *trial;
    size_t t;
    json_array_foreach (compare_kit_trials(document, 0), t, trial)
        json_object_set_new(object ? json_object_get(trial, object) : trial, key, json_real(value));
}

void compare_kit_fail_some(json_t *document, size_t count)
{
    for (size_t t = 0; t < 12; t++)
        json_object_set_new(json_array_get(compare_kit_trials(document, 0), t), "verdict",
                            json_string(t < count ? "failed" : "ok"));
}
