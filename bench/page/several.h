/* several.h - several documents on one page: what is different between them, first. */
#ifndef PAGE_SEVERAL_H
#define PAGE_SEVERAL_H

#include "bench/page/chapter.h"
#include "bench/page/documents.h"

enum { SEVERAL_DRAWN = 4 }; /* runs that share a figure */

/* The runs among them as one document for figures: each pool once for each run, as "ring@after"; NULL: there are less
 * than two. Owner: the caller. */
json_t *several_merged(const struct document *documents, int count);

/* Adds the parts that compare: the documents side by side, and of two runs or more what they measured. `chapter` is
 * that of the comparison. Returns 0 or -errno, and says on the log what failed. */
int several_add(struct chapter *chapter, const struct document *documents, int count, struct answers *answers);

#endif
