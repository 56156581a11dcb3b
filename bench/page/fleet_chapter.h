/* fleet_chapter.h - a forecast for a fleet of machines (`poolbench plan --from -o`) as a chapter. */
#ifndef PAGE_FLEET_CHAPTER_H
#define PAGE_FLEET_CHAPTER_H

#include "bench/page/chapter.h"

/* Returns 0. */
int fleet_chapter(struct chapter *chapter, struct answers *answers);

#endif
