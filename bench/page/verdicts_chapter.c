/* verdicts_chapter.c - see verdicts_chapter.h. */
#include "bench/page/verdicts_chapter.h"

#include <string.h>

#include "bench/page/answers_verdicts.h"
#include "bench/page/tables.h"
#include "bench/page/tree.h"
#include "bench/results/result.h"
#include "bench/show/duet_show.h"
#include "bench/show/verdicts.h"

static const struct column {
    const char *key, *head;
} columns[] = {{"name", "benchmark"}, {"verdict", "verdict"},       {"base", "before"},       {"new", "after"},
               {"change", "change"},  {"interval", "95% interval"}, {"figure", "what, unit"}, {"better", "better is"},
               {"rounds", "rounds"},  {"noise", "noise"},           {"note", "note"}};
enum { COLUMNS = sizeof columns / sizeof *columns };

static void add_table(xmlNode *part, const json_t *verdicts)
{
    const char *heads[COLUMNS + 1] = {NULL};
    const json_t *row;
    size_t i;
    xmlNode *table;
    for (int c = 0; c < COLUMNS; c++)
        heads[c] = columns[c].head;
    table = tables_new(part, "Each benchmark before and after, what is no pass first", heads, 2);
    for (int state = 0; state < VERDICTS_STATES; state++)
        json_array_foreach (json_object_get(verdicts, "rows"), i, row) {
            xmlNode *node;
            if ((int)verdicts_state(row) != state)
                continue;
            node = tables_row(table);
            tree_set(node, "state", verdicts_state_names[state]);
            for (int c = 0; c < COLUMNS; c++)
                tables_cell(node, "%s", result_string(row, columns[c].key));
        }
}

void verdicts_chapter(struct chapter *chapter, const json_t *verdicts)
{
    struct figure_words words = {.finding = result_string(verdicts, "line")};
    xmlNode *part = chapter_part(chapter, chapter->parent, "verdicts", "Before and after"), *facts;
    const char *name;
    json_t *text;
    chapter_link(chapter, chapter->workloads, "verdicts", "before and after");
    for (int f = 0; f < chapter->figures.count; f++)
        if (!chapter->figures.all[f].placed && !strcmp(chapter->figures.all[f].script, "changes"))
            figures_kept_place(&chapter->figures, &chapter->figures.all[f], part, &words);
    tree_add_text(part, "text", result_string(verdicts, "line"));
    add_table(part, verdicts);
    facts = tree_add(part, "facts");
    json_object_foreach (json_object_get(verdicts, "facts"), name, text)
        tree_set(tree_add_text(facts, "fact", json_string_value(text)), "name", name);
}

/* Pairs bear what a machine does to both. */
static void say_how(const json_t *document, struct answers *answers)
{
    const json_t *duet = json_object_get(document, "duet"), *floor = json_object_get(duet, "floor");
    size_t rounds = json_array_size(json_object_get(document, "rounds"));
    if (json_is_number(floor))
        answers_add(
            answers, "plain", "measured", "verdicts",
            "Both builds ran side by side in each of %zu processes; on this machine two copies of one build may read "
            "%.2g%% apart, and less than that is no change.",
            rounds, 100 * json_number_value(floor));
    if (json_is_true(json_object_get(document, "interrupted")))
        answers_add(answers, "bad", "measured", "verdicts", "It was interrupted, and nobody is accused.");
}

int verdicts_chapter_duet(struct chapter *chapter, struct answers *answers)
{
    json_t *verdicts = duet_show_verdicts(chapter->document);
    int error = chapter_draw(chapter, chapter->document);
    if (!error) {
        verdicts_chapter(chapter, verdicts);
        answers_verdicts(verdicts, answers);
        say_how(chapter->document, answers);
    }
    json_decref(verdicts);
    return error;
}
