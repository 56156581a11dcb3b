/* derived.c - figures that are made of others, in the result and in the table. No
 * figure is judged but by what it cannot be. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "tests/cli/program.h"

#define QUICK " --rounds 1 --budget 10ms --no-figures -o x.json"

/* The only result of this folder. Owner: the caller. */
static json_t *document(void)
{
    json_t *result = json_load_file("x.json", 0, NULL);
    cr_assert(result, "no result: %s", err);
    return result;
}

/* The first trial of a configuration by the begin of its spec. Borrowed. */
static const json_t *trial_of(const json_t *result, const char *spec)
{
    json_t *configuration;
    size_t i;
    json_array_foreach (json_object_get(result, "configurations"), i, configuration)
        if (!strncmp(json_string_value(json_object_get(configuration, "spec")), spec, strlen(spec)))
            return json_array_get(json_object_get(configuration, "trials"), 0);
    cr_assert_fail("no configuration of %s", spec);
    return NULL;
}

CLI_TEST(derived, wake_ups_in_vain_are_some_of_the_wake_ups)
{
    const json_t *trial;
    json_t *result;
    cr_assert(run("run -p mutex -w cpu:size=10us -t 2" QUICK) == 0, "%s", err);
    result = document();
    trial = trial_of(result, "cpu");
    cr_assert(json_is_number(json_object_get(trial, "vain_wakes_per_job")));
    cr_assert(json_number_value(json_object_get(trial, "vain_wakes_per_job")) <=
              json_number_value(json_object_get(trial, "wakes_per_job")));
    json_decref(result);
}

/* A figure of the workload's, of that trial. */
static const json_t *figure(const json_t *trial, const char *name)
{
    return json_object_get(json_object_get(trial, "figures"), name);
}

/* Beside the pool nothing uses CPU time then, and the pool has two workers at most:
 * and who did not ask has no figure. */
CLI_TEST(derived, idle_cpu_is_a_share_of_the_workers_at_most)
{
    json_t *result;
    double value;
    cr_assert(run("run -p mutex,textbook -w wakeup:gap=1us,idle=2ms -w wakeup:gap=2us,idle=0ns -t 2" QUICK) == 0, "%s",
              err);
    result = document();
    cr_assert(json_is_number(figure(trial_of(result, "wakeup:gap=1us"), "idle_cpu_share")));
    value = json_number_value(figure(trial_of(result, "wakeup:gap=1us"), "idle_cpu_share"));
    cr_assert(value >= 0 && value <= 2.1, "%g", value);
    cr_assert(json_is_null(figure(trial_of(result, "wakeup:gap=2us"), "idle_cpu_share")));
    json_decref(result);
}

CLI_TEST(derived, fairness_of_producers_takes_several)
{
    json_t *result;
    double value;
    cr_assert(run("run -p mutex -w empty -w wakeup:gap=1us -t 1 --producers 3" QUICK) == 0, "%s", err);
    cr_assert(strstr(out, "fairness of producers (Jain): mutex "), "%s", out);
    result = document();
    value = json_number_value(json_object_get(trial_of(result, "empty"), "producer_fairness"));
    cr_assert(value >= 1.0 / 3 - 1e-9 && value <= 1 + 1e-9, "%g", value);
    cr_assert(json_is_null(json_object_get(trial_of(result, "wakeup"), "producer_fairness")));
    json_decref(result);
    cr_assert(run("run -p mutex -w empty -t 1" QUICK) == 0, "%s", err);
    result = document();
    cr_assert(json_is_null(json_object_get(trial_of(result, "empty"), "producer_fairness")));
    json_decref(result);
}
