/* rate_search.h - one search for the highest rate, of one configuration: where it begins, how
 * long a probe is, how it is judged, and what came of it. */
#ifndef RATE_SEARCH_H
#define RATE_SEARCH_H

#include "bench/findings/open_loop.h"
#include "bench/findings/slo_judge.h"
#include "bench/measure/plan.h"
#include "bench/statistics/search.h"

enum { RATE_SEARCH_PROBES = 20 }; /* of one search, at most */

/* What is known of one rate: its latest probe. A longer one takes the place of one whose
 * slices were too short. */
struct rate_probe {
    double rate, slice_ns, spent_s;
    int configuration;           /* in the document */
    struct slo_judgement judged; /* the promise that is nearest to being broken */
    const struct slo *promise;
    struct open_loop loop;
};

struct rate_search {
    const struct plan_entry *entry;
    double budget_s, spent_s;
    struct search search;
    struct rate_probe probes[SEARCH_PROBES_MAX]; /* of search.probes, and the one that is asked */
    json_t *configurations;                      /* in the document, of all probes; owner: this */
    struct rate_probe *at;                       /* the probe that is asked; NULL: the search is over */
    struct plan_entry running;                   /* the entry at its rate */
};

/* Begins one for an entry whose workload comes at a rate that is not given. */
void rate_search_begin(struct rate_search *one, const struct plan_entry *entry, double budget_s);
void rate_search_end(struct rate_search *one);

/* Chooses what is asked next, and the configuration of the document: a new one unless the rate
 * was asked before. Returns false when the search is over. */
bool rate_search_choose(struct rate_search *one, const struct slo_list *promises, json_t *result);

/* Judges the probe by all its rounds so far. Returns whether further rounds could decide
 * more, and there is time for them; where the slices were too short it has another
 * configuration then, of longer ones. */
bool rate_search_judge(struct rate_search *one, const struct slo_list *promises, json_t *result);

/* Gives the search its answer, as it was judged. */
enum search_answer rate_search_answer(struct rate_search *one);

/* What was found, as in results/README.md but for "slo". Owner: the caller. */
json_t *rate_search_json(const struct rate_search *one);

#endif
