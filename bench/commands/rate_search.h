/* rate_search.h - one search for the highest rate, of one configuration: where it begins, how
 * long a probe is, how it is judged, and what came of it. */
#ifndef RATE_SEARCH_H
#define RATE_SEARCH_H

#include "bench/commands/rate_probe.h"

enum {
    RATE_SEARCH_PROBES = 20,     /* of one search, at most */
    RATE_SEARCH_SLICE_TIMES = 16 /* so many relaxation times a slice is to last */
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
void rate_search_know(struct rate_search *one, const struct rate_probe *kept, const struct slo_list *promises,
                      const json_t *result);

/* Chooses what is asked next, and the configuration of the document: a new one unless the rate
 * was asked before. What was found is watched for as long as there is time where probes met what comes
 * too seldom for one of them (standstills.h). Returns false when the search is over. */
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
