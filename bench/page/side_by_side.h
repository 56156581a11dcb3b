/* side_by_side.h - what several runs measured, and how, in columns; what differs first. */
#ifndef PAGE_SIDE_BY_SIDE_H
#define PAGE_SIDE_BY_SIDE_H

#include "bench/page/chapter.h"
#include "bench/page/documents.h"

/* Adds a part with a row for each benchmark that two or more of the runs have: its figure in each, with its 95%
 * interval; those first whose intervals do not overlap. */
void side_by_side(struct chapter *chapter, const struct document *documents, int count, struct answers *answers);

/* Adds a part with dates, machines, builds: what is not the same in all first. */
void side_by_side_facts(struct chapter *chapter, const struct document *documents, int count);

#endif
