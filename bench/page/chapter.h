/* chapter.h - what one document becomes: sections, figures, answers, links. */
#ifndef PAGE_CHAPTER_H
#define PAGE_CHAPTER_H

#include <jansson.h>
#include <libxml/tree.h>
#include <stdbool.h>
#include <stdio.h>

#include "bench/page/answers.h"
#include "bench/page/figures_kept.h"

/* One document of a page, and where its things go. */
struct chapter {
    const char *path; /* of its file, as it was given; for people */
    const json_t *document;
    const char *label;          /* how it is called beside others; "" where it is alone */
    const char *prefix;         /* of all its ids: "" or a word and "-" */
    xmlNode *parent;            /* of its parts: the page, or a part */
    xmlNode *workloads, *pools; /* of the finder: its groups */
    bool without_figures;       /* others of the page show the same */
    struct figures_kept figures;
    FILE *log;
};

/* A part with an id of the chapter's own. */
xmlNode *chapter_part(const struct chapter *chapter, xmlNode *parent, const char *id, const char *title);

/* A link of the finder to such an id, with the chapter's label behind its text. */
void chapter_link(const struct chapter *chapter, xmlNode *group, const char *id, const char *text);

/* Adds at most so many sentences to the page, as links to where the chapter shows them. */
void chapter_answers(const struct chapter *chapter, xmlNode *page, const struct answers *answers, int most);

/* Draws its figures. Returns 0 or -errno, and says on the log what failed. */
int chapter_draw(struct chapter *chapter, const json_t *result);

#endif
