/* rate_search.h - one search for the highest rate, of one configuration: where it begins, how
 * a probe is judged, and what came of it. */
#ifndef RATE_SEARCH_H
#define RATE_SEARCH_H

#include "bench/findings/slo_judge.h"
#include "bench/measure/plan.h"
#include "bench/statistics/search.h"

enum { RATE_SEARCH_PROBES = 20 }; /* of one search, at most */

struct rate_search {
    const struct plan_entry *entry;
    struct search search;
    int configurations[SEARCH_PROBES_MAX]; /* in the document, of search.probes */
    double spent_s;
    /* Of the probe that is asked: */
    double rate; /* 0: none, the search is over */
    struct plan_entry at;
    int configuration;
    struct slo_judgement judged; /* the promise that is nearest to being broken */
    const struct slo *promise;
};

/* Begins one for an entry whose workload comes at a rate that is not given. */
void rate_search_begin(struct rate_search *one, const struct plan_entry *entry);

/* Chooses one->rate, and the configuration of the document: a new one unless the rate
 * was asked before. Returns false when the search is over. */
bool rate_search_choose(struct rate_search *one, const struct slo_list *promises, json_t *result);

/* Judges the probe by all its rounds so far. Returns whether they straddle the limit. */
bool rate_search_judge(struct rate_search *one, const struct slo_list *promises, const json_t *result);

/* Gives the search its answer, as it was judged. */
enum search_answer rate_search_answer(struct rate_search *one);

/* What was found, as in results/README.md but for "slo". Owner: the caller. */
json_t *rate_search_json(const struct rate_search *one);

#endif
