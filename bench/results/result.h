/* result.h - the document of a run: gathered trial by trial, summarised, and
 * written to one JSON file. Its fields are described in results/README.md. */
#ifndef RESULT_H
#define RESULT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#define RESULT_FORMAT 1

/* A new document: of this machine and program, at this moment, without configurations
 * or trials; `wanted` are fields that say what the run was to be, and is taken over. Owner: the caller (json_decref).
 */
json_t *result_new(int argc, char **argv, json_t *wanted);

/* One configuration more (measure/plan.h makes its fields; the object is taken over).
 * Returns its index, by which trials go. */
int result_add_configuration(json_t *result, json_t *configuration);

/* Adds what a round told; the objects are borrowed. */
void result_add_trial(json_t *result, json_t *trial);
void result_add_round(json_t *result, json_t *noise);

/* Fills "summary" of each configuration and "failures", from the trials. Call
 * once, at the end. Returns how many trials failed. */
int result_summarise(json_t *result, bool interrupted);

/* Takes the buckets out of the trials' histograms; those of all trials together stay in the
 * summary. They would be nine tenths of the file. Once all is judged that needs them. */
void result_drop_buckets(json_t *result);

/* The median of a metric over the good trials; NaN where it has none. */
double result_median(const json_t *configuration, const char *metric);

/* A text or a number of an object; "" and 0 when it has none. Borrowed. */
const char *result_string(const json_t *object, const char *key);
json_int_t result_integer(const json_t *object, const char *key);

/* How a search's `rate_kept` is to be read: "" where the promise ended the search; else ">= " where that rate is proved
 * itself, "~" where it is reckoned, from latencies that prove nothing yet. */
const char *result_rate_bound(const json_t *search);

/* Whether a configuration is a floor: it has no workers, or was not asked for. */
bool result_is_floor(const json_t *configuration);

/* Whether no job of a closed loop met a full queue, so that there is no latency: what jobs wait is the length of the
 * slice then. `latency` is of a trial, or of a summary. */
/* What a search came to: "kept": a rate was found; "broken": its lowest one breaks the promises, for certain;
 * "generator": that is the limit; "cannot tell". */
const char *result_search_verdict(const json_t *search);

bool result_is_unfilled(const json_t *latency);

/* How many of the failed trials this machine is to blame for, not a pool. */
int result_cannot(const json_t *result);

/* A metric's value in a trial or a summary: "busy", or down into objects by dots,
 * "figures.quiet_ns", "latency.submit_to_end.p99.9_ns"; NULL: it has none. Borrowed. */
const json_t *result_value(const json_t *object, const char *metric);

/* A configuration's summary: median, low, high of a metric; false if none.
 * "figures.quiet_ns" is a figure of the workload's. Of one that is a quantile `median` is
 * that of all rounds' samples together, and so is the interval (an end that so many samples
 * cannot have is NaN); of a floor, and of quotients, the interval is of the rounds' own. */
bool result_metric(const json_t *configuration, const char *metric, double *median, double *low, double *high);

/* The probability that its interval holds the true median; 0: there is none. */
double result_coverage(const json_t *configuration, const char *metric);

/* The values of a metric, as above, trial by trial, in the order of rounds;
 * rounds of failed trials are left out. rounds[] receives their numbers. Returns how many. */
int result_values(const json_t *configuration, const char *metric, double *values, int *rounds, int max);

/* One row per trial, with a header line. */
void result_csv(const json_t *result, FILE *out);

#endif
