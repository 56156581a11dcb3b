/* slo_judge.h - whether a configuration keeps what was promised: the one rule, of `run`
 * and of `sweep`.
 *
 * A promise is about all jobs that were submitted, in all good rounds together; what got
 * no service is infinitely late. Its interval is statistics/pooled.h's: samples count for
 * as many as the rounds' differences say that they are worth; for the upper end, which is
 * what says "kept", for no more than such a queue lets them be worth (kinship.h). Under an
 * open loop a promise is of a rate, too. Where more comes than is done it is broken, however short the
 * latencies still are; where the queue was not steady, or not watched for long enough,
 * nobody can say that it is kept, and what broke it broke it all the same. Where the
 * generator is late, a long latency may be the generator's. Of one round nobody knows how
 * rounds vary: a quantile is broken there only where not one job was in time, or workers had no time for what came. */
#ifndef SLO_JUDGE_H
#define SLO_JUDGE_H

#include <jansson.h>
#include <stdbool.h>

#include "bench/statistics/slo.h"

enum slo_verdict { SLO_KEPT, SLO_BROKEN, SLO_CANNOT_TELL };

enum slo_reason {
    SLO_PLAIN,      /* the interval says it all */
    SLO_STRADDLES,  /* it holds the limit */
    SLO_SAMPLES,    /* too few for this quantile */
    SLO_GENERATOR,  /* the generator is the limit */
    SLO_OVERLOAD,   /* more comes than is done */
    SLO_NOT_STEADY, /* it would be kept, had it been the steady state */
    SLO_LOST,       /* jobs got no service, and that was not allowed */
    SLO_NO_ROUNDS,  /* no trial was good */
    SLO_ONE_ROUND,  /* it would be broken, were it known of more than one round, or two */
    SLO_SELDOM,     /* of a search: it would be kept, were it not for what other rates met, and it may not have */
};

struct slo_judgement {
    enum slo_verdict verdict;
    enum slo_reason reason;
    /* Of all samples, and the ends of the 95% interval: ns, or a share of `loss`. INFINITY: a
     * job that got no service, or, of `high`, too few samples for an end. */
    double value, low, high;
    int rounds;                /* 0: there is no value */
    double samples;            /* of all rounds */
    double worth, worth_above; /* of so many independent ones, for the value and the low end; for the high end */
    char why[192]; /* the reason in words, of all that nobody can tell or that is sure of few rounds; "" where the
                      interval says it all */
};

/* Judges the promise `which` of the list from the trials of a configuration, which have
 * their histograms' buckets still (result_drop_buckets). */
struct slo_judgement slo_judge(const json_t *configuration, const struct slo_list *list, int which);

/* Judges all of them: of the one that is nearest to being broken, which it is, and how. */
int slo_judge_all(const json_t *configuration, const struct slo_list *list, struct slo_judgement *found);

/* Whether the value may be told: a quantile of fewer samples than it needs is their maximum by
 * another name, and what got no service has no time. */
bool slo_judgement_held(const struct slo_judgement *found, const struct slo_kind *kind);

/* "kept", "broken", "cannot tell". */
const char *slo_verdict_name(enum slo_verdict verdict);

/* Adds "slo" to the document, to its searches, and to the summary of each configuration
 * that was asked for. Call once, after result_summarise. */
void slo_summarise(json_t *result, const struct slo_list *list);

/* Promises as results have them ("slo"). Owner: the caller. */
json_t *slo_promises_json(const struct slo_list *list);

/* A promise as the document or a judgement of it has it; kind NULL: of a later version. */
struct slo slo_from_json(const json_t *promise);

/* Of all of a result's "slo": "p99 <= 5 ms and mean <= 1 ms". */
void slo_promises_text(const json_t *promises, char *text, size_t size);

/* The "value", "low" or "high" of a judgement, ns or a share; where it is null INFINITY, or
 * NaN of a value for which the samples are too few. */
double slo_value_of(const json_t *judged, const char *which);

/* How many promises have that verdict in a summarised document. */
int slo_count(const json_t *result, const char *verdict);

#endif
