/* chapter.c - see chapter.h. */
#include "bench/page/chapter.h"

#include <stdio.h>

#include "bench/figures/figures.h"
#include "bench/page/tree.h"

xmlNode *chapter_part(const struct chapter *chapter, xmlNode *parent, const char *id, const char *title)
{
    xmlNode *part = tree_add(parent, "part");
    tree_setf(part, "id", "%s%s", chapter->prefix, id);
    tree_set(part, "title", title);
    return part;
}

void chapter_link(const struct chapter *chapter, xmlNode *group, const char *id, const char *text)
{
    const char *label = chapter->label;
    xmlNode *link;
    if (chapter->without_figures && group == chapter->workloads) /* those that all share are linked */
        return;
    link = *label ? tree_say(group, "link", "%s (%s)", text, label) : tree_add_text(group, "link", text);
    tree_setf(link, "to", "%s%s", chapter->prefix, id);
}

void chapter_answers(const struct chapter *chapter, xmlNode *page, const struct answers *answers, int most)
{
    char begin[ANSWERS_PLACE + 64];
    int shown = 0;
    for (int i = 0; i < answers->count; i++) {
        const struct answer *answer = &answers->all[i];
        const char *id = NULL;
        xmlNode *node;
        if (answer->aside || shown++ >= most)
            continue;
        node = tree_add_text(page, "answer", answer->text);
        for (int t = 0; t < 2 && !id; t++) {
            snprintf(begin, sizeof begin, "%s%s", chapter->prefix, answer->to[t]);
            id = tree_find_id(page, begin);
        }
        tree_set(node, "state", answer->state);
        if (id)
            tree_set(node, "to", id);
    }
}

int chapter_draw(struct chapter *chapter, const json_t *result)
{
    struct drawing_taker taker = figures_kept_taker(&chapter->figures);
    int error = chapter->without_figures ? 0 : figures_kept_open(&chapter->figures, chapter->log);
    if (error || chapter->without_figures)
        return error;
    error = figures_give(result, chapter->figures.folder, &taker, chapter->log);
    figures_kept_close(&chapter->figures);
    return error;
}
