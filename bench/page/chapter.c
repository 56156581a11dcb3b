/* chapter.c - see chapter.h. */
#include "bench/page/chapter.h"

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
    xmlNode *link = tree_add_text(group, "link", text);
    tree_setf(link, "to", "%s%s", chapter->prefix, id);
}

int chapter_draw(struct chapter *chapter, const json_t *result)
{
    struct drawing_taker taker = figures_kept_taker(&chapter->figures);
    int error = figures_kept_open(&chapter->figures, chapter->log);
    if (error)
        return error;
    error = figures_give(result, chapter->figures.folder, &taker, chapter->log);
    figures_kept_close(&chapter->figures);
    return error;
}
