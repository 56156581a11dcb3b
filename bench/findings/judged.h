/* judged.h - by what a configuration is judged: its workload's own figure, or jobs
 * per second; where jobs or their results can be lost, by what came through. */
#ifndef JUDGED_H
#define JUDGED_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Whether jobs are refused or dropped when the queue is full, or results lost. */
bool judged_may_lose(const json_t *configuration);

/* The share of all jobs that got no service, of all good rounds together: of those that are counted, in an
 * open loop. The rounds' median may be nothing where a third of them lost many. NaN: no round was good. */
double judged_lost_share(const json_t *configuration);

/* Writes the metric as result_values takes it. Returns whether less is better: a time,
 * where jobs per second are a rate. */
bool judged_metric(const json_t *configuration, char *metric, size_t size);

/* Half the width of the exact 95% interval of its median over the good rounds so far,
 * relative to the median. NaN: there are too few rounds for an interval, or nothing to
 * judge by. */
double judged_width(const json_t *configuration, int *rounds);

/* The widest of all configurations that were asked for and ran: NaN as soon as one is;
 * *which is its index, -1 where there are none. */
double judged_widest(const json_t *result, int *which, int *rounds);

#endif
