/* rate_search.h - one search for the highest rate, of one configuration: where it begins, how
 * long a probe is, how it is judged, and what came of it. */
#ifndef RATE_SEARCH_H
#define RATE_SEARCH_H

#include "bench/findings/open_loop.h"
#include "bench/findings/slo_judge.h"
#include "bench/measure/plan.h"
#include "bench/statistics/search.h"

enum {
    RATE_SEARCH_PROBES = 20,     /* of one search, at most */
    RATE_SEARCH_SLICE_TIMES = 16 /* so many relaxation times a slice is to last */
};

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

/* How long a slice may be, and how long the queue takes to forget how it began (INFINITY at
 * saturation; 0: not known). ns. */
struct rate_search_lengths {
    double usual_ns, relaxation_ns, longest_ns;
};

/* How long a slice of a probe has to be, warm-up included: long enough for the samples that
 * the promises need, for a backlog to grow beyond the limit, and against the relaxation time;
 * and not longer than the longest. */
double rate_search_slice_ns(const struct slo_list *promises, double rate, const struct rate_search_lengths *lengths);

/* Half of what the workers could do if pools cost nothing, in jobs per second: where a search
 * begins, within what there is. */
double rate_search_start(const struct plan_entry *entry);

/* A workload at a rate, in slices of that length. Returns 0 or -EINVAL, as rates_put. */
int rate_search_put(const struct workload_spec *spec, double rate, double slice_ns, struct workload_spec *out);

/* Begins one for an entry whose workload comes at a rate that is not given. */
void rate_search_begin(struct rate_search *one, const struct plan_entry *entry, double budget_s);
void rate_search_end(struct rate_search *one);

/* Takes a rate that was measured before, into the same document, and kept. Once, first. */
void rate_search_know(struct rate_search *one, const struct rate_probe *kept);

/* Chooses what is asked next, and the configuration of the document: a new one unless the rate
 * was asked before. Returns false when the search is over. */
bool rate_search_choose(struct rate_search *one, const struct slo_list *promises, json_t *result);

/* The same of a rate that the caller chooses; relaxation_ns as above. Returns false where it cannot
 * be made. */
bool rate_search_ask(struct rate_search *one, const struct slo_list *promises, double rate, double relaxation_ns,
                     json_t *result);

/* Judges the probe by all its rounds so far. Returns whether further rounds could decide
 * more, and there is time for them; where the slices were too short it has another
 * configuration then, of longer ones. */
bool rate_search_judge(struct rate_search *one, const struct slo_list *promises, json_t *result);

/* Gives the search its answer, as it was judged. */
enum search_answer rate_search_answer(struct rate_search *one);

/* What was found, as in results/README.md but for "slo". Owner: the caller. */
json_t *rate_search_json(const struct rate_search *one);

#endif
