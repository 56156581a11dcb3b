/* limits_chapter.c - see limits_chapter.h. */
#include "bench/page/limits_chapter.h"

#include <math.h>
#include <string.h>

#include "bench/machine/limits.h"
#include "bench/page/tables.h"
#include "bench/page/tree.h"
#include "bench/results/result.h"
#include "workloads/core/units.h"

enum { PAIRS_SHOWN = 64 };

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* "60.1 ns (59.8 ns .. 60.3 ns)"; "-". */
static const char *time_text(const json_t *one, char *text, size_t size)
{
    char median[32], low[32], high[32];
    if (!json_is_object(one))
        return snprintf(text, size, "-"), text;
    snprintf(text, size, "%s (%s .. %s)", units_time_text(number(one, "median_ns"), median, sizeof median),
             units_time_text(number(one, "low_ns"), low, sizeof low),
             units_time_text(number(one, "high_ns"), high, sizeof high));
    return text;
}

static const char *meaning_of(const char *name)
{
    for (int i = 0; i < LIMITS; i++)
        if (!strcmp(limit_name((enum limit)i), name))
            return limit_what((enum limit)i);
    return "";
}

static void add_limits(xmlNode *part, const json_t *document)
{
    static const char *const heads[] = {"limit", "what it is", "median (95% interval)", NULL};
    xmlNode *table = tables_new(part, "What each step takes", heads, 2), *row;
    const char *name;
    json_t *one;
    char text[128];
    json_object_foreach (json_object_get(document, "limits"), name, one) {
        row = tables_row(table);
        tables_cell(row, "%s", name);
        tables_cell(row, "%s%s", meaning_of(name), json_is_null(one) ? " (needs two CPUs)" : "");
        tables_cell(row, "%s", time_text(one, text, sizeof text));
    }
}

static void add_pairs(xmlNode *part, const json_t *document)
{
    static const char *const heads[] = {"CPUs", "median (95% interval)", NULL};
    const json_t *lines = json_object_get(document, "lines"), *cpus;
    size_t count = json_array_size(lines);
    xmlNode *table, *row;
    json_t *line;
    char text[128];
    size_t i;
    if (!count)
        return;
    table = tables_new(part, "A cache line from one CPU to another and back", heads, 1);
    json_array_foreach (lines, i, line) {
        if (i == PAIRS_SHOWN)
            break;
        cpus = json_object_get(line, "cpus");
        row = tables_row(table);
        tables_cell(row, "%lld and %lld", (long long)json_integer_value(json_array_get(cpus, 0)),
                    (long long)json_integer_value(json_array_get(cpus, 1)));
        tables_cell(row, "%s", time_text(line, text, sizeof text));
    }
    if (count > PAIRS_SHOWN)
        tree_say(part, "text", "The first %d pairs of %zu; all are in the file.", PAIRS_SHOWN, count);
}

/* The nearest and the farthest, where their intervals tell them apart. */
static void say_pairs(const json_t *document, struct answers *answers)
{
    const json_t *near = NULL, *far = NULL;
    json_t *line;
    size_t i;
    char nearest[128], farthest[128];
    json_array_foreach (json_object_get(document, "lines"), i, line) {
        if (!near || number(line, "median_ns") < number(near, "median_ns"))
            near = line;
        if (!far || number(line, "median_ns") > number(far, "median_ns"))
            far = line;
    }
    if (near && number(near, "high_ns") < number(far, "low_ns"))
        answers_add(
            answers, "plain", "figure-limits", "all",
            "Between the nearest two CPUs a cache line takes %s to the other and back, between the farthest %s.",
            time_text(near, nearest, sizeof nearest), time_text(far, farthest, sizeof farthest));
}

static void say(const json_t *document, struct answers *answers)
{
    static const struct {
        const char *name, *words;
    } said[] = {{"wake", "Until a thread that sleeps runs elsewhere after it was woken it takes %s."},
                {"line", "A cache line to another CPU and back takes %s."},
                {"contended-add", "An atomic addition by all CPUs at once takes %s each."},
                {"switch", "From one thread to another on one CPU it takes %s."}};
    char text[128], whole[256];
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        const json_t *one = json_object_get(json_object_get(document, "limits"), said[i].name);
        const char *place = strstr(said[i].words, "%s");
        if (!json_is_object(one))
            continue;
        snprintf(whole, sizeof whole, "%.*s%s%s", (int)(place - said[i].words), said[i].words,
                 time_text(one, text, sizeof text), place + 2);
        answers_add(answers, "plain", "all", "all", "%s", whole);
    }
    say_pairs(document, answers);
}

int limits_chapter(struct chapter *chapter, struct answers *answers)
{
    struct figure_words words = {.finding = "What is dark is far: threads that share data do better elsewhere.",
                                 .command = "poolbench limits"};
    xmlNode *part;
    int error = chapter_draw(chapter, chapter->document);
    if (error)
        return error;
    part = chapter_part(chapter, chapter->parent, "all", "What this machine allows");
    chapter_link(chapter, chapter->workloads, "all", "limits");
    say(chapter->document, answers);
    tree_add_text(part, "text", "How long the steps take that no pool can do without, on pinned threads.");
    add_limits(part, chapter->document);
    for (int f = 0; f < chapter->figures.count; f++)
        figures_kept_place(&chapter->figures, &chapter->figures.all[f], part, &words);
    add_pairs(part, chapter->document);
    return 0;
}
