/* verdicts_chapter.h - a duet, or two runs that are compared: benchmark by benchmark. */
#ifndef PAGE_VERDICTS_CHAPTER_H
#define PAGE_VERDICTS_CHAPTER_H

#include "bench/page/chapter.h"

/* Adds the part with the verdicts (show/verdicts.h), those first that are no pass, and the chapter's figures that are
 * not placed yet. */
void verdicts_chapter(struct chapter *chapter, const json_t *verdicts);

/* A duet: draws, and adds the same. Returns 0 or -errno, and says on the log what failed. */
int verdicts_chapter_duet(struct chapter *chapter, struct answers *answers);

#endif
