/* figure_finding.h - what is to be seen on a figure, in a line: what a screen reader says of it. */
#ifndef PAGE_FIGURE_FINDING_H
#define PAGE_FIGURE_FINDING_H

#include <jansson.h>
#include <stddef.h>

/* Of a workload's figure by its script ("latency", "workers", "stretches", "course"), from what was measured with the
 * most workers; "" of another script, or where there is nothing. Numbers, and no verdict. Returns text. */
const char *figure_finding(const json_t *result, const char *spec, const char *script, char *text, size_t size);

#endif
