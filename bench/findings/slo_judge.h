/* slo_judge.h - whether a configuration keeps what was promised of its latency.
 *
 * Judged by the values of the rounds, each a process and one sample: by the exact
 * interval of their median, or below 6 rounds by their whole range. Under an open
 * loop a promise is of a rate, too: where more comes than is done the latency is
 * only a matter of how long one waits, and the promise is broken; where the
 * generator is late, a long latency may be the generator's. */
#ifndef SLO_JUDGE_H
#define SLO_JUDGE_H

#include <jansson.h>
#include <stdbool.h>

#include "bench/statistics/slo.h"
#include "bench/statistics/stats.h"

enum slo_verdict { SLO_KEPT, SLO_BROKEN, SLO_CANNOT_TELL };

enum slo_reason {
    SLO_PLAIN,     /* the interval says it all */
    SLO_STRADDLES, /* it holds the limit */
    SLO_SAMPLES,   /* too few for this quantile */
    SLO_GENERATOR, /* the generator is the limit */
    SLO_OVERLOAD,  /* more comes than is done */
    SLO_NO_ROUNDS, /* no trial was good */
};

struct slo_judgement {
    enum slo_verdict verdict;
    enum slo_reason reason;
    struct stats_median value; /* of the rounds, ns; count 0: there are none */
    double samples;            /* of a round, the fewest */
    char why[160];             /* the reason in words; "" where the interval says it all */
};

/* Judges one promise from the trials of a configuration, summarised or not. */
struct slo_judgement slo_judge(const json_t *configuration, const struct slo *slo);

/* "kept", "broken", "cannot tell". */
const char *slo_verdict_name(enum slo_verdict verdict);

/* Adds "slo" to the document, to its searches, and to the summary of each configuration
 * that was asked for. Call once, after result_summarise. */
void slo_summarise(json_t *result, const struct slo_list *list);

/* How many promises are broken in a summarised document. */
int slo_broken(const json_t *result);

#endif
