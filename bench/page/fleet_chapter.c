/* fleet_chapter.c - see fleet_chapter.h. */
#include "bench/page/fleet_chapter.h"

#include "bench/page/answers_fleet.h"
#include "bench/page/tables.h"
#include "bench/page/tree.h"
#include "bench/results/result.h"
#include "bench/show/fleet_lines.h"
#include "bench/show/fleet_show.h"

/* The lines of the terminal, as facts. */
static void add_lines(xmlNode *part, const json_t *document, const struct fleet_line *lines)
{
    xmlNode *facts = tree_add(part, "facts");
    char text[FLEET_LINE];
    for (; lines->word; lines++) {
        lines->say(document, text, sizeof text);
        tree_set(tree_add_text(facts, "fact", text), "name", lines->word);
    }
}

int fleet_chapter(struct chapter *chapter, struct answers *answers)
{
    const json_t *from = json_object_get(chapter->document, "from");
    struct blocks blocks;
    xmlNode *part = chapter_part(chapter, chapter->parent, "all", "The fleet");
    chapter_link(chapter, chapter->workloads, "all", result_string(from, "spec"));
    chapter_link(chapter, chapter->pools, "all", result_string(from, "pool"));
    answers_fleet(chapter->document, answers);
    tree_add_text(part, "text",
                  "Nothing of it was measured with so many machines: a finished run says how long jobs are served, and "
                  "the model plays what a fleet makes of that. In brackets is what the measurement leaves open.");
    fleet_show_tables(chapter->document, blocks_begin(&blocks), false);
    blocks_end(&blocks);
    tables_add(part, &blocks, "The promise under each balancer");
    blocks_free(&blocks);
    part = chapter_part(chapter, chapter->parent, "model", "What it rests on");
    add_lines(part, chapter->document, fleet_lines_before);
    add_lines(part, chapter->document, fleet_lines_after);
    return 0;
}
