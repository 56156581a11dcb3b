/* explore_chapter.h - what schedules were looked for and found (`poolbench explore -o`) as a chapter. */
#ifndef PAGE_EXPLORE_CHAPTER_H
#define PAGE_EXPLORE_CHAPTER_H

#include "bench/page/chapter.h"

/* Returns 0. */
int explore_chapter(struct chapter *chapter, struct answers *answers);

/* Its sentences alone: each pool that failed by its finding, the others by how many schedules were judged. */
void explore_chapter_say(const json_t *document, struct answers *answers);

#endif
