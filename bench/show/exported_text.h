/* exported_text.h - the figures of a document as lines of text: OpenMetrics, and a plain table. */
#ifndef EXPORTED_TEXT_H
#define EXPORTED_TEXT_H

#include <jansson.h>
#include <stdio.h>

/* OpenMetrics, in seconds, bytes and ratios; an interval is two further samples. */
void exported_openmetrics(const json_t *document, FILE *out);

/* CSV: benchmark, metric, unit, better, value, low, high, samples; empty where there is none. */
void exported_table(const json_t *document, FILE *out);

#endif
