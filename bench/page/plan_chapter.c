/* plan_chapter.c - see plan_chapter.h. */
#include "bench/page/plan_chapter.h"

#include <stdio.h>
#include <string.h>

#include "bench/page/answers_noise.h"
#include "bench/page/answers_plan.h"
#include "bench/page/tables.h"
#include "bench/page/tree.h"
#include "bench/results/result.h"
#include "bench/show/plan_show.h"

int plan_chapter(struct chapter *chapter, struct answers *answers)
{
    const json_t *plan = json_object_get(chapter->document, "plan");
    char finding[2 * ANSWERS_TEXT], id[ANSWERS_PLACE];
    struct figure_words words = {.finding = finding};
    struct blocks blocks;
    xmlNode *part, *command;
    int error = chapter_draw(chapter, chapter->document);
    if (error)
        return error;
    words.command = *result_string(plan, "verify") ? result_string(plan, "verify") : NULL;
    part = chapter_part(chapter, chapter->parent, "all", "The plan");
    chapter_link(chapter, chapter->workloads, "all", result_string(plan, "workload"));
    chapter_link(chapter, chapter->pools, "all", result_string(plan, "pool"));
    answers_plan(chapter->document, answers);
    for (int f = 0; f < chapter->figures.count; f++) {
        snprintf(id, sizeof id, "figure-%.250s", chapter->figures.all[f].name);
        if (!*answers_at(answers, id, finding, sizeof finding) && answers->count)
            snprintf(finding, sizeof finding, "%s", answers->all[0].text);
        figures_kept_place(&chapter->figures, &chapter->figures.all[f], part, &words);
    }
    plan_show(chapter->document, blocks_begin(&blocks), false);
    blocks_end(&blocks);
    tables_add(part, &blocks, "The sizes that were measured");
    blocks_free(&blocks);
    if (words.command) {
        command = tree_add_text(part, "command", words.command);
        tree_set(command, "what", "Measure the answer again:");
    }
    answers_noise(chapter->document, answers);
    return 0;
}
