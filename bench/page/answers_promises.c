/* answers_promises.c - see answers_promises.h. */
#include "bench/page/answers_promises.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/results/label.h"
#include "bench/results/result.h"
#include "bench/show/plan_table.h"
#include "bench/statistics/slo.h"
#include "workloads/core/units.h"

enum { SEARCHES_SAID = 3, TEXT = 500 };

/* Promises of a run. */

/* The worst of a configuration's verdicts: "broken", "cannot tell", "kept"; "": nothing was judged. */
static const char *verdict_of(const json_t *configuration)
{
    const json_t *judged;
    const char *worst = "";
    size_t i;
    json_array_foreach (json_object_get(json_object_get(configuration, "summary"), "slo"), i, judged) {
        const char *one = result_string(judged, "verdict");
        if (!strcmp(one, "broken"))
            return "broken";
        if (!strcmp(one, "kept"))
            worst = *worst ? worst : "kept";
        else
            worst = "cannot tell";
    }
    return worst;
}

/* How often a pool's configurations have a verdict, of how many that were judged. */
static int count_of(const json_t *list, const char *pool, const char *verdict, int *judged)
{
    const json_t *one;
    size_t i;
    int count = 0;
    *judged = 0;
    json_array_foreach (list, i, one) {
        if (strcmp(result_string(one, "pool"), pool) || !*verdict_of(one))
            continue;
        ++*judged;
        count += !strcmp(verdict_of(one), verdict);
    }
    return count;
}

static bool came_before(const json_t *list, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (!strcmp(result_string(json_array_get(list, i), "pool"), result_string(json_array_get(list, index), "pool")))
            return true;
    return false;
}

/* "ring, mutex (3 of 5)": of how many of a pool's configurations that is said, unless it is the only one. Returns how
 * many pools. */
static int add_pools(const json_t *result, const char *verdict, char *text, size_t size)
{
    const json_t *list = json_object_get(result, "configurations"), *one;
    size_t i, used;
    int pools = 0, judged;
    *text = '\0';
    json_array_foreach (list, i, one) {
        const char *pool = result_string(one, "pool");
        int count = came_before(list, i) ? 0 : count_of(list, pool, verdict, &judged);
        if (!count)
            continue;
        used = strlen(text);
        snprintf(text + used, size - used, "%s%s", pools++ ? ", " : "", pool);
        used = strlen(text);
        if (judged > 1)
            snprintf(text + used, size - used, " (%d of %d)", count, judged);
    }
    return pools;
}

static void say_verdicts(const json_t *result, struct answers *answers)
{
    char promises[256], pools[TEXT];
    const char *to = "figure-spectrum";
    plan_table_promises(result, promises, sizeof promises);
    if (add_pools(result, "broken", pools, sizeof pools))
        answers_add(answers, "bad", to, "all", "%s is broken by %s.", promises, pools);
    if (add_pools(result, "kept", pools, sizeof pools))
        answers_add(answers, "good", to, "all", "%s is kept, by the whole 95%% interval, by %s.", promises, pools);
    if (add_pools(result, "cannot tell", pools, sizeof pools))
        answers_add(answers, "open", to, "all", "Nobody can tell whether %s is kept by %s.", promises, pools);
}

/* A search. */

static double rate(const json_t *search, const char *key)
{
    const json_t *value = json_object_get(search, key);
    return json_is_number(value) ? json_number_value(value) : 0;
}

/* The search with the next highest rate that is proved, below that; NULL: none. */
static const json_t *next(const json_t *searches, double below, const json_t *after)
{
    const json_t *search, *found = NULL;
    bool passed = !after;
    size_t i;
    json_array_foreach (searches, i, search) {
        double proved = rate(search, "rate_proved");
        bool later = proved < below || (proved == below && passed);
        passed = passed || search == after;
        if (search != after && proved > 0 && later && (!found || proved > rate(found, "rate_proved")))
            found = search;
    }
    return found;
}

static void say_search(const json_t *searches, const json_t *search, const char *promises, struct answers *answers)
{
    char proved[32], broken[32], name[200], above[120] = "";
    const char *limit = result_string(search, "limited_by");
    json_int_t workers = result_integer(search, "workers");
    units_count_text(rate(search, "rate_proved"), proved, sizeof proved);
    units_count_text(rate(search, "rate_broken"), broken, sizeof broken);
    if (!strcmp(limit, "promise") && rate(search, "rate_broken") > 0)
        snprintf(above, sizeof above, ", and breaks it at %s/s", broken);
    else if (!strcmp(limit, "generator"))
        snprintf(above, sizeof above, "; faster the generator cannot submit here");
    else
        snprintf(above, sizeof above, "; above that nobody can tell");
    answers_add(answers, "plain", "figure-load", "all",
                "%s with %lld worker%s keeps %s up to %s jobs a second for certain%s.",
                label_of(searches, search, name, sizeof name), (long long)workers, workers == 1 ? "" : "s", promises,
                proved, above);
}

/* The first holds more than the last for certain where what it holds is more than what breaks the other. */
static void say_order(const json_t *searches, const json_t *first, struct answers *answers)
{
    const json_t *search;
    char names[TEXT] = "", name[200], of[200];
    size_t i, used;
    json_array_foreach (searches, i, search) {
        bool less = !strcmp(result_string(search, "limited_by"), "promise") && rate(search, "rate_broken") > 0 &&
                    rate(search, "rate_broken") <= rate(first, "rate_proved");
        used = strlen(names);
        if (less && used + 60 < sizeof names)
            snprintf(names + used, sizeof names - used, "%s%s (%lld)", used ? ", " : "",
                     label_of(searches, search, name, sizeof name), (long long)result_integer(search, "workers"));
    }
    if (*names)
        answers_add(answers, "plain", "figure-load", "all",
                    "%s with %lld workers holds a rate that breaks it for: %s (number of workers).",
                    label_of(searches, first, of, sizeof of), (long long)result_integer(first, "workers"), names);
}

static void say_searches(const json_t *result, struct answers *answers)
{
    const json_t *searches = json_object_get(result, "searches"), *search = NULL,
                 *first = next(searches, INFINITY, NULL);
    char promises[256];
    double below = INFINITY;
    int said = 0;
    size_t i, none = 0;
    plan_table_promises(result, promises, sizeof promises);
    while (said++ < SEARCHES_SAID && (search = next(searches, below, search))) {
        say_search(searches, search, promises, answers);
        below = rate(search, "rate_proved");
    }
    if (first)
        say_order(searches, first, answers);
    json_array_foreach (searches, i, search)
        none += !(rate(search, "rate_proved") > 0);
    if (none)
        answers_add(answers, "bad", "figure-load", "all", "Of %zu of %zu searches no rate is proved that keeps %s.",
                    none, json_array_size(searches), promises);
}

void answers_promises(const json_t *result, struct answers *answers)
{
    if (json_array_size(json_object_get(result, "searches")))
        say_searches(result, answers);
    else if (json_array_size(json_object_get(result, "slo")))
        say_verdicts(result, answers);
}
