/* read_explore.c - see read_explore.h. */
#include "bench/results/read_explore.h"

#include <string.h>

#include "bench/results/read_limits.h"
#include "bench/results/result.h"
#include "workloads/core/why.h"

enum { EXPLORE_FORMAT = 1, POOLS_MAX = 1000, THREADS_MAX = 10000, STEPS_MAX = 1000000, TEXT_MAX = 1 << 16 };

#define COUNT_MAX 1e15

bool read_explore_is(const json_t *document)
{
    return json_is_object(document) && json_object_get(document, "explore_format") &&
           json_object_get(document, "pools");
}

static bool is_text(const json_t *object, const char *key, bool must)
{
    const json_t *value = json_object_get(object, key);
    if (!value || json_is_null(value))
        return !must;
    return json_is_string(value) && json_string_length(value) <= TEXT_MAX && (!must || json_string_length(value));
}

static bool is_count(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) && json_number_value(value) >= 0 && json_number_value(value) <= COUNT_MAX;
}

/* A step names its thread by its number among these. */
static const char *wrong_with_threads(const json_t *schedule)
{
    const json_t *threads = json_object_get(schedule, "threads"), *thread;
    size_t i;
    if (threads && (!json_is_array(threads) || json_array_size(threads) > THREADS_MAX))
        return "its threads are none, or too many";
    json_array_foreach (threads, i, thread)
        if (!is_text(thread, "name", false))
            return "a thread of it has no name";
    return NULL;
}

static const char *wrong_with_steps(const json_t *schedule)
{
    const json_t *steps = json_object_get(schedule, "steps"), *step;
    size_t i;
    if (!json_is_array(steps) || json_array_size(steps) > STEPS_MAX)
        return "its steps are none, or too many";
    json_array_foreach (steps, i, step)
        if (!is_count(step, "step") || !is_count(step, "thread") || !is_text(step, "act", true) ||
            !is_text(step, "what", false) || !json_is_object(json_object_get(step, "place")))
            return "a step of it is none";
    return NULL;
}

static const char *wrong_with(const json_t *pool)
{
    const json_t *schedule = json_object_get(pool, "schedule");
    if (!is_text(pool, "pool", true) || strlen(result_string(pool, "pool")) > READ_NAME_MAX)
        return "its name is none";
    if (!is_text(pool, "verdict", true) || !is_text(pool, "finding", false))
        return "its verdict or finding is no text";
    if (!is_count(pool, "schedules") || !is_count(pool, "seconds"))
        return "a count of it is none";
    if (!schedule)
        return NULL;
    if (!is_text(schedule, "replay", true) || !is_text(schedule, "jobs", false) || !is_text(schedule, "words", false) ||
        !is_text(schedule, "scenario", false))
        return "a text of its schedule is none";
    return wrong_with_threads(schedule) ? wrong_with_threads(schedule) : wrong_with_steps(schedule);
}

int read_explore_check(const json_t *document, char *text, size_t size)
{
    struct why why = {text, size};
    const json_t *pools = json_object_get(document, "pools"), *pool;
    size_t i;
    if (strcmp(result_string(document, "program"), "poolbench"))
        return why_wrong(why, "not a result of poolbench");
    if (result_integer(document, "explore_format") != EXPLORE_FORMAT)
        return why_wrong(why, "an exploration of format %lld (this program reads format %d)",
                         (long long)result_integer(document, "explore_format"), EXPLORE_FORMAT);
    if (!json_is_array(pools) || !json_array_size(pools) || json_array_size(pools) > POOLS_MAX)
        return why_wrong(why, "an exploration of no pools, or of more than %d", POOLS_MAX);
    json_array_foreach (pools, i, pool)
        if (wrong_with(pool))
            return why_wrong(why, "pool %zu: %s", i, wrong_with(pool));
    return 0;
}
