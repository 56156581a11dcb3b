/* plan_chapter.h - a capacity plan: how many workers, how long a queue. */
#ifndef PAGE_PLAN_CHAPTER_H
#define PAGE_PLAN_CHAPTER_H

#include <stdbool.h>

#include "bench/page/chapter.h"

/* Whether a run is a planning. */
bool plan_chapter_is(const json_t *document);

/* Adds its parts. Returns 0 or -errno, and says on the log what failed. */
int plan_chapter(struct chapter *chapter, struct answers *answers);

#endif
