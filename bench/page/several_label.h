/* several_label.h - how documents are called beside each other. */
#ifndef PAGE_SEVERAL_LABEL_H
#define PAGE_SEVERAL_LABEL_H

#include <stdbool.h>

#include "bench/page/documents.h"

/* "before" and "after" where there are two runs, else "A", "B", ... Returns text. */
const char *several_label(const struct document *documents, int count, int which, char text[16]);

/* Whether it is a run whose configurations are benchmarks: no search, whose are probes. */
bool several_label_is_run(const struct document *document);

/* How many of them are. */
int several_label_runs(const struct document *documents, int count);

#endif
