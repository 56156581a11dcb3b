/* run_chapter.h - a run, a sweep, a search: what the page has of it. */
#ifndef PAGE_RUN_CHAPTER_H
#define PAGE_RUN_CHAPTER_H

#include "bench/page/chapter.h"

/* Adds the parts: all workloads, each workload, each pool. Returns 0 or -errno, and says on the log what
 * failed. */
int run_chapter(struct chapter *chapter, struct answers *answers);

#endif
