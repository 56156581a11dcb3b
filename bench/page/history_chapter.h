/* history_chapter.h - the history: what became faster or slower, and when. */
#ifndef PAGE_HISTORY_CHAPTER_H
#define PAGE_HISTORY_CHAPTER_H

#include "bench/page/chapter.h"

/* Reads the database of the chapter's path; adds its changes, and each benchmark's course. Returns 0; -EINVAL where it
 * is no history, is damaged, or has no runs; or -errno; and says on the log what failed. */
int history_chapter(struct chapter *chapter, struct answers *answers);

#endif
