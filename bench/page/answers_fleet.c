/* answers_fleet.c - see answers_fleet.h. */
#include "bench/page/answers_fleet.h"

#include <stdio.h>
#include <string.h>

#include "bench/page/isolated.h"
#include "bench/results/result.h"
#include "bench/show/fleet_lines.h"
#include "bench/show/plan_table.h"
#include "bench/statistics/slo.h"
#include "workloads/core/units.h"

#define TO "all"

/* "p99 <= 5 ms at 1.00 M requests a second". */
static void load_text(const json_t *fleet, char *text, size_t size)
{
    const json_t *promise;
    char one[64];
    size_t i;
    *text = '\0';
    json_array_foreach (json_object_get(fleet, "slo"), i, promise) {
        struct slo slo = {.kind = slo_kind(result_string(promise, "name")),
                          .limit_ns = result_integer(promise, "limit_ns"),
                          .limit_share = json_number_value(json_object_get(promise, "limit_share"))};
        if (slo.kind)
            snprintf(text + strlen(text), size - strlen(text), "%s%s", *text ? ", " : "",
                     slo_text(&slo, one, sizeof one));
    }
    snprintf(text + strlen(text), size - strlen(text), " at %s requests a second",
             units_count_text(plan_table_number(fleet, "rate_per_s"), one, sizeof one));
}

static void say_whole(const json_t *document, struct answers *answers)
{
    const json_t *fleet = json_object_get(document, "fleet");
    const char *verdict = result_string(fleet, "verdict");
    char load[256], machines[64], names[128], shown[160];
    load_text(fleet, load, sizeof load);
    fleet_lines_size(document, machines, sizeof machines);
    fleet_lines_names(document, "whole", verdict, names, sizeof names);
    if (!strcmp(verdict, "kept"))
        answers_add(answers, "good", TO, TO, "By the model, %s keep %s, under %s.", machines, load,
                    isolated(names, shown, sizeof shown));
    else if (!strcmp(verdict, "broken"))
        answers_add(answers, "bad", TO, TO, "By the model, %s do not keep %s, whoever balances.", machines, load);
    else if (!*verdict)
        answers_add(answers, "plain", TO, TO, "Nothing was promised, so that there is no verdict.");
    else
        answers_add(answers, "open", TO, TO, "Nobody can tell whether %s keep %s: %s.", machines, load,
                    *result_string(fleet, "open") ? result_string(fleet, "open")
                                                  : "the limit lies within what the measurement leaves open");
}

/* With one machine less, or one that is slow: under which balancers it is still kept. */
static void say_scene(const json_t *document, const char *scene, const char *words, struct answers *answers)
{
    static const char *const verdicts[] = {"kept", "cannot tell", "broken"}, *const states[] = {"good", "open", "bad"},
                             *const said[] = {"it is kept under", "nobody can tell under", "it is broken under"};
    char names[128], shown[160];
    for (int i = 0; i < 3; i++) {
        fleet_lines_names(document, scene, verdicts[i], names, sizeof names);
        if (*names)
            answers_add(answers, states[i], TO, TO, "%s %s %s.", words, said[i], isolated(names, shown, sizeof shown));
    }
}

/* Two choices are what balancers can have that know little; by the longest services where these are known. */
static void say_fewest(const json_t *fleet, struct answers *answers)
{
    bool known = json_is_true(json_object_get(fleet, "known"));
    const json_t *one;
    size_t i;
    json_array_foreach (json_object_get(fleet, "balances"), i, one) {
        double machines = plan_table_number(one, known ? "fewest_surely" : "fewest");
        if (!strcmp(result_string(one, "name"), "two-choices") && machines >= 1)
            answers_add(answers, "plain", TO, TO, "Under two-choices it %s takes %.0f machine%s of that size.",
                        known ? "surely" : "likely", machines, machines == 1 ? "" : "s");
    }
}

void answers_fleet(const json_t *document, struct answers *answers)
{
    const json_t *fleet = json_object_get(document, "fleet"), *scaling = json_object_get(fleet, "scaling");
    say_whole(document, answers);
    if (*result_string(fleet, "verdict")) {
        say_scene(document, "slow", "With one machine that takes twice as long", answers);
        say_scene(document, "lost", "With one machine lost, once that was noticed,", answers);
        say_fewest(fleet, answers);
    }
    if (!json_is_true(json_object_get(scaling, "known")))
        answers_add(answers, "open", TO, TO, "How so many workers slow each other down is not known: %s.",
                    result_string(scaling, "why"));
    else if (plan_table_number(fleet, "workers") > 2 * plan_table_number(scaling, "measured_workers_most"))
        answers_add(answers, "open", TO, TO,
                    "At most %.0f workers were measured: so far beyond, the scaling law itself is the risk, which no "
                    "band shows.",
                    plan_table_number(scaling, "measured_workers_most"));
}
