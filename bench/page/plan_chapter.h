/* plan_chapter.h - a capacity plan: how many workers, how long a queue. */
#ifndef PAGE_PLAN_CHAPTER_H
#define PAGE_PLAN_CHAPTER_H

#include "bench/page/chapter.h"

/* Adds its parts. Returns 0 or -errno, and says on the log what failed. */
int plan_chapter(struct chapter *chapter, struct answers *answers);

#endif
