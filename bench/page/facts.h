/* facts.h - how it was measured, on what, how quiet that was, and the numbers themselves. */
#ifndef PAGE_FACTS_H
#define PAGE_FACTS_H

#include "bench/page/chapter.h"

/* Adds the parts "how it was measured" and "machine" of a document that has rounds and a machine. */
void facts_add(const struct chapter *chapter);

/* Adds what a reader should be warned of, as `notice`s where the chapter is: of the page, or of its part. */
void facts_warn(const struct chapter *chapter);

/* Adds the part with the numbers: each as a file in the page. `csv` is its text, or NULL. */
void facts_downloads(const struct chapter *chapter);

#endif
