/* limits_chapter.h - what a machine allows (`poolbench limits -o`) as a chapter. */
#ifndef PAGE_LIMITS_CHAPTER_H
#define PAGE_LIMITS_CHAPTER_H

#include "bench/page/chapter.h"

/* Returns 0, or -errno as chapter_draw. */
int limits_chapter(struct chapter *chapter, struct answers *answers);

#endif
