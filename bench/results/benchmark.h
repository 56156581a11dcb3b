/* benchmark.h - what a configuration is called among all results, and by which of its
 * figures it is judged. */
#ifndef BENCHMARK_H
#define BENCHMARK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "workloads/core/workload.h"

enum { BENCHMARK_NAME = 512 };

/* "ring/cpu:size=1us/t2", and "/producers=2", "/capacity=64", ... for each parameter that is
 * not what a run has when nothing is said: the same for the same setting in every result.
 * Also of a search. Returns text. */
const char *benchmark_name(const json_t *configuration, char *text, size_t size);

struct benchmark_metric {
    char name[96]; /* as result_metric takes it: "jobs_per_s", "figures.start_p50_ns" */
    enum workload_unit unit;
    bool more_is_better;
};

/* By what its workload is judged. Of one that is not known here, as a plug-in's in another process, by
 * what the result says; where it says nothing, jobs per second. */
void benchmark_metric(const json_t *configuration, struct benchmark_metric *metric);

/* Says in the configuration by what its workload is judged, where that is a figure of its own. */
void benchmark_put_judged(json_t *configuration, const struct workload_ops *ops);

/* One side of a duet's benchmark, "base" or "new": "14.1 ns"; "-" where it has none. Returns text. */
const char *benchmark_side(const json_t *benchmark, const char *side, char *text, size_t size);

#endif
