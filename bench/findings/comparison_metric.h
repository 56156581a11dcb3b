/* comparison_metric.h - by what a benchmark is compared. */
#ifndef COMPARISON_METRIC_H
#define COMPARISON_METRIC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "bench/findings/comparison_row.h"

/* Whether a configuration tells what came through; older files do not. */
bool comparison_metric_delivered(const json_t *configuration);

/* Writes the metric as result_values takes it, and fills the row's unit and is_rate: by what the
 * workload is judged; of jobs that can be lost what came through; jobs per second where the
 * workload is not known here. */
void comparison_metric(struct comparison_row *row, const json_t *configuration, char *metric, size_t size);

#endif
