/* rate_probe.h - what a search for the highest rate knows: of each rate, and of all. */
#ifndef RATE_PROBE_H
#define RATE_PROBE_H

#include "bench/findings/open_loop.h"
#include "bench/findings/slo_judge.h"
#include "bench/findings/standstills.h"
#include "bench/measure/plan.h"
#include "bench/statistics/search.h"

/* What is known of one rate: its latest probe. A longer one takes the place of one whose
 * slices were too short. */
struct rate_probe {
    double rate, slice_ns, spent_s;
    int configuration;           /* in the document */
    struct slo_judgement judged; /* the promise that is nearest to being broken */
    const struct slo *promise;
    struct open_loop loop;
    struct standstills met[SLO_MAX]; /* by promise */
};

struct rate_search {
    const struct plan_entry *entry;
    double budget_s, spent_s;
    struct search search;
    const struct slo_list *promises;             /* as they were asked last */
    bool watching;                               /* what was found is watched for longer, before it is believed */
    struct rate_probe probes[SEARCH_PROBES_MAX]; /* of search.probes, and the one that is asked */
    json_t *configurations;                      /* in the document, of all probes; owner: this */
    struct rate_probe *at;                       /* the probe that is asked; NULL: the search is over */
    struct plan_entry running;                   /* the entry at its rate */
};

#endif
