/* answers_plan.c - see answers_plan.h. */
#include "bench/page/answers_plan.h"

#include <stdbool.h>
#include <string.h>

#include "bench/results/result.h"
#include "bench/show/plan_table.h"
#include "workloads/core/units.h"

#define TO "figure-plan-workers"

static const json_t *size_of(const json_t *plan, json_int_t workers)
{
    const json_t *size;
    size_t i;
    json_array_foreach (json_object_get(plan, "sizes"), i, size)
        if (result_integer(size, "workers") == workers)
            return size;
    return NULL;
}

static const char *rate_text(const json_t *object, const char *key, char text[32])
{
    return units_count_text(plan_table_number(object, key), text, 32);
}

/* "kept" is said by its whole interval, of what was measured. */
static void say_answer(const json_t *plan, const char *promises, struct answers *answers)
{
    const json_t *answer = json_object_get(plan, "answer");
    json_int_t workers = result_integer(answer, "workers");
    const json_t *size = size_of(plan, workers);
    char rate[32];
    bool kept = size && !strcmp(result_string(size, "verdict"), "kept");
    if (!kept)
        return;
    answers_add(
        answers, "good", TO, "all",
        "%lld worker%s of %s with a queue of %lld (full=%s) keep%s %s at %s jobs a second, by the whole 95%% interval "
        "of what was measured%s.",
        (long long)workers, workers == 1 ? "" : "s", result_string(plan, "pool"),
        (long long)result_integer(answer, "capacity"), result_string(answer, "full"), workers == 1 ? "s" : "", promises,
        rate_text(plan, "rate", rate),
        workers == 1                                      ? ""
        : json_is_true(json_object_get(answer, "fewest")) ? "; one fewer does not for certain"
                                                          : "; fewer may, too");
}

static void say_fewer(const json_t *plan, struct answers *answers)
{
    const json_t *fewer = json_object_get(json_object_get(plan, "answer"), "fewer"), *size;
    json_int_t workers = json_integer_value(fewer);
    if (!json_is_integer(fewer) || !(size = size_of(plan, workers)))
        return;
    if (!strcmp(result_string(size, "verdict"), "broken"))
        answers_add(answers, "plain", TO, "all", "With %lld worker%s it is broken.", (long long)workers,
                    workers == 1 ? "" : "s");
    else if (strcmp(result_string(size, "verdict"), "kept"))
        answers_add(answers, "open", TO, "all", "With %lld worker%s nobody can tell whether it is kept.",
                    (long long)workers, workers == 1 ? "" : "s");
}

static void say_room(const json_t *plan, struct answers *answers)
{
    const json_t *held = json_object_get(plan, "held");
    char proved[32], broken[32];
    if (!(plan_table_number(held, "rate_proved") > 0))
        return;
    rate_text(held, "rate_proved", proved);
    rate_text(held, "rate_broken", broken);
    if (!strcmp(result_string(held, "limited_by"), "promise") && plan_table_number(held, "rate_broken") > 0)
        answers_add(answers, "plain", "figure-plan-load", "all",
                    "That size holds up to %s jobs a second for certain, and no longer %s.", proved, broken);
    else
        answers_add(answers, "plain", "figure-plan-load", "all",
                    "That size holds up to %s jobs a second for certain; above that nobody can tell.", proved);
}

/* The advised policy is what most jobs are in time under, by intervals. */
static void say_overload(const json_t *plan, struct answers *answers)
{
    const json_t *overload = json_object_get(plan, "overload"), *policy, *advised = NULL;
    const char *name = result_string(overload, "advised");
    char rate[32];
    size_t i;
    json_array_foreach (json_object_get(overload, "policies"), i, policy)
        if (*name && !strcmp(result_string(policy, "full"), name))
            advised = policy;
    if (advised && plan_table_number(advised, "in_time_low") >= 0)
        answers_add(
            answers, "plain", "all", "all",
            "At %s jobs a second, which is too much, full=%s is advised: %.3g%% (%.3g%%..%.3g%%) of all jobs are in "
            "time.",
            rate_text(overload, "rate_per_s", rate), name, 100 * plan_table_number(advised, "in_time_share"),
            100 * plan_table_number(advised, "in_time_low"), 100 * plan_table_number(advised, "in_time_high"));
}

static void say_service(const json_t *plan, struct answers *answers)
{
    const json_t *service = json_object_get(plan, "service");
    char mean[32], cpu[32], many[32];
    if (!(plan_table_number(service, "mean_ns") > 0))
        return;
    units_time_text(plan_table_number(service, "mean_ns"), mean, sizeof mean);
    units_count_text(plan_table_number(service, "samples"), many, sizeof many);
    if (plan_table_number(service, "cpu_ns") > 0)
        answers_add(answers, "plain", "all", "all", "A job takes %s on average, %s of it on a CPU (%s samples).", mean,
                    units_time_text(plan_table_number(service, "cpu_ns"), cpu, sizeof cpu), many);
    else
        answers_add(answers, "plain", "all", "all", "A job takes %s on average (%s samples).", mean, many);
}

/* The highest rates of `plan --max`. */
static void say_max(const json_t *plan, const char *promises, struct answers *answers)
{
    const json_t *rate, *best = NULL;
    char proved[32];
    size_t i;
    json_array_foreach (json_object_get(json_object_get(plan, "max"), "rates"), i, rate)
        if (plan_table_number(rate, "rate_proved") > 0 &&
            (!best || plan_table_number(rate, "rate_proved") > plan_table_number(best, "rate_proved")))
            best = rate;
    if (best)
        answers_add(answers, "good", "figure-plan-rate", "all",
                    "%s is kept up to %s jobs a second for certain, with %lld workers.", promises,
                    rate_text(best, "rate_proved", proved), (long long)result_integer(best, "workers"));
}

void answers_plan(const json_t *result, struct answers *answers)
{
    const json_t *plan = json_object_get(result, "plan");
    char promises[256];
    plan_table_promises(result, promises, sizeof promises);
    if (json_is_object(json_object_get(plan, "answer")))
        say_answer(plan, promises, answers);
    else if (*result_string(plan, "why"))
        answers_add(answers, result_integer(plan, "status") == 1 ? "bad" : "open", TO, "all",
                    "There is no answer: %.400s.", result_string(plan, "why"));
    say_fewer(plan, answers);
    say_room(plan, answers);
    say_max(plan, promises, answers);
    say_overload(plan, answers);
    say_service(plan, answers);
}
