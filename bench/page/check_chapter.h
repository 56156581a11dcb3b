/* check_chapter.h - a check: which known bugs each pool has. */
#ifndef PAGE_CHECK_CHAPTER_H
#define PAGE_CHECK_CHAPTER_H

#include "bench/page/chapter.h"

/* Adds the matrix and a part for each pool. Returns 0 or -errno, and says on the log what failed. */
int check_chapter(struct chapter *chapter, struct answers *answers);

#endif
