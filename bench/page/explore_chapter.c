/* explore_chapter.c - see explore_chapter.h. */
#include "bench/page/explore_chapter.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/page/isolated.h"
#include "bench/page/tables.h"
#include "bench/page/tree.h"
#include "bench/results/result.h"
#include "workloads/core/units.h"

enum { STEPS_SHOWN = 300 };

static bool fails(const json_t *pool)
{
    return !strcmp(result_string(pool, "verdict"), "FAILS");
}

static bool holds(const json_t *pool)
{
    return !strcmp(result_string(pool, "verdict"), "holds");
}

static double number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

/* Where it was interrupted: pools that were not begun with. */
static void say_left(const json_t *document, struct answers *answers)
{
    const json_t *names = json_object_get(document, "pools_not_reached"), *one;
    char text[500] = "", name[160];
    size_t i;
    json_array_foreach (names, i, one)
        if (json_is_string(one))
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", *text ? ", " : "",
                     isolated(json_string_value(one), name, sizeof name));
    if (*text)
        answers_add(answers, "open", "all", "all", "It ended before it came to %s: nothing is known of %s.", text,
                    json_array_size(names) > 1 ? "them" : "it");
}

/* ", with 3 of the scenarios in none of them": those that could be asked of it. */
static const char *missed_text(const json_t *pool, char *text, size_t size)
{
    size_t count = json_array_size(json_object_get(pool, "scenarios_not_reached"));
    *text = '\0';
    if (count)
        snprintf(text, size, ", with %zu of the scenarios in none of them", count);
    return text;
}

void explore_chapter_say(const json_t *document, struct answers *answers)
{
    const json_t *pool;
    size_t i;
    char place[ANSWERS_PLACE], name[160], finding[600], many[32], missed[64];
    for (int bad = 1; bad >= 0; bad--) {
        if (!bad)
            say_left(document, answers);
        json_array_foreach (json_object_get(document, "pools"), i, pool) {
            isolated(result_string(pool, "pool"), name, sizeof name);
            snprintf(place, sizeof place, "p-%.200s", result_string(pool, "pool"));
            units_count_text(number(pool, "schedules"), many, sizeof many);
            if (fails(pool) && bad)
                answers_add(answers, "bad", place, "all", "%s fails: %s.", name,
                            isolated(result_string(pool, "finding"), finding, sizeof finding));
            else if (holds(pool) && !bad)
                answers_add(answers, "good", "all", "all",
                            "In %s schedules of %s nothing was found%s, which does not say that there is nothing.",
                            many, name, missed_text(pool, missed, sizeof missed));
            else if (!fails(pool) && !bad)
                answers_add(answers, "open", place, "all", "%s: %s, after %s schedules.", name,
                            isolated(result_string(pool, "verdict"), finding, sizeof finding), many);
        }
    }
}

static void add_pools(xmlNode *part, const json_t *document)
{
    static const char *const heads[] = {"pool", "verdict", "finding", "schedules", "time", NULL};
    xmlNode *table = tables_new(part, "What came of each pool", heads, 3), *row;
    const json_t *pool;
    char time[32], many[32];
    size_t i;
    json_array_foreach (json_object_get(document, "pools"), i, pool) {
        row = tables_row(table);
        if (fails(pool))
            tree_set(row, "state", "regression");
        tables_cell(row, "%s", result_string(pool, "pool"));
        tables_cell(row, "%s", result_string(pool, "verdict"));
        tables_cell(row, "%s", result_string(pool, "finding"));
        tables_cell(row, "%s", units_count_text(number(pool, "schedules"), many, sizeof many));
        tables_cell(row, "%s", units_time_text(1e9 * number(pool, "seconds"), time, sizeof time));
    }
}

/* Whose step it is: its thread's name, or its number where it has none. Returns text, or the name. */
static const char *thread_of(const json_t *schedule, const json_t *step, char *text, size_t size)
{
    json_int_t number = result_integer(step, "thread");
    const char *name = result_string(json_array_get(json_object_get(schedule, "threads"), (size_t)number), "name");
    snprintf(text, size, "thread %lld", (long long)number);
    return *name ? name : text;
}

/* The schedule, step by step. */
static void add_steps(xmlNode *part, const json_t *schedule)
{
    static const char *const heads[] = {"step", "thread", "what it does", "where", NULL};
    const json_t *steps = json_object_get(schedule, "steps"), *place;
    xmlNode *table, *row;
    json_t *step;
    char thread[40];
    size_t i;
    if (!json_array_size(steps))
        return;
    table = tables_new(part, "The schedule that was found, made as short as could be", heads, 4);
    json_array_foreach (steps, i, step) {
        if (i == STEPS_SHOWN)
            break;
        place = json_object_get(step, "place");
        row = tables_row(table);
        tables_cell(row, "%lld", (long long)result_integer(step, "step"));
        tables_cell(row, "%s", thread_of(schedule, step, thread, sizeof thread));
        tables_cell(row, "%s%s%s", result_string(step, "act"), *result_string(step, "what") ? " " : "",
                    result_string(step, "what"));
        tables_cell(row, "%s%s%s", result_string(place, "function"), *result_string(place, "file") ? ", " : "",
                    result_string(place, "file"));
    }
    if (json_array_size(steps) > STEPS_SHOWN)
        tree_say(part, "text", "The first %d steps of %zu; the replay shows all.", STEPS_SHOWN, json_array_size(steps));
}

static void add_schedule(struct chapter *chapter, const json_t *pool)
{
    const json_t *schedule = json_object_get(pool, "schedule");
    const char *name = result_string(pool, "pool");
    xmlNode *part, *lines, *command;
    char id[300];
    snprintf(id, sizeof id, "p-%.250s", name);
    part = chapter_part(chapter, chapter->parent, id, name);
    chapter_link(chapter, chapter->pools, id, name);
    if (*result_string(schedule, "words"))
        tree_add_text(part, "text", result_string(schedule, "words"));
    if (*result_string(schedule, "scenario"))
        tree_say(part, "text", "Its users did: %s", result_string(schedule, "scenario"));
    if (*result_string(schedule, "jobs")) {
        lines = tree_add_text(part, "lines", result_string(schedule, "jobs"));
        tree_setf(lines, "label", "the jobs of %s", name);
    }
    add_steps(part, schedule);
    command = tree_add_text(part, "command", result_string(schedule, "replay"));
    tree_set(command, "what", "The same schedule again, step by step:");
}

int explore_chapter(struct chapter *chapter, struct answers *answers)
{
    const json_t *pool;
    size_t i;
    xmlNode *part = chapter_part(chapter, chapter->parent, "all", "All pools");
    explore_chapter_say(chapter->document, answers);
    add_pools(part, chapter->document);
    tree_add_text(
        part, "text",
        "A schedule is an order in which the steps of threads can happen; each was chosen by a program and judged "
        "by what is promised in pool.h. What was not found may be there all the same.");
    json_array_foreach (json_object_get(chapter->document, "pools"), i, pool)
        if (json_is_object(json_object_get(pool, "schedule")))
            add_schedule(chapter, pool);
    return 0;
}
