/* rate_doubt.c - see rate_doubt.h. */
#include "bench/commands/rate_doubt.h"

#include <math.h>
#include <stdio.h>

static const json_t *configuration_of(const json_t *result, const struct rate_probe *probe)
{
    return json_array_get(json_object_get(result, "configurations"), (size_t)probe->configuration);
}

void rate_doubt_look(struct rate_search *one, struct rate_probe *probe, const struct slo_list *promises,
                     const json_t *result)
{
    one->promises = promises;
    for (int i = 0; i < promises->count; i++)
        probe->met[i] = standstills_of(configuration_of(result, probe), &promises->items[i]);
}

bool rate_doubt_of(const struct rate_search *one, const struct rate_probe *probe, char *why, size_t size)
{
    for (int s = 0; one->promises && s < one->promises->count; s++) {
        struct standstills all = {0};
        for (int i = 0; i < one->search.count; i++)
            standstills_add(&all, &one->probes[i].met[s]);
        if (probe == &one->probes[one->search.count])
            standstills_add(&all, &probe->met[s]);
        if (standstills_may_break(&all, &probe->met[s], &one->promises->items[s], why, size))
            return true;
    }
    return false;
}

/* Whether the interval keeps it; doubted or not. */
static bool is_plainly_kept(const struct rate_search *one, int index)
{
    const struct slo_judgement *judged = &one->probes[index].judged;
    double broken = search_broken(&one->search);
    return (judged->verdict == SLO_KEPT || judged->reason == SLO_SELDOM) &&
           one->search.probes[index].answer == SEARCH_KEPT && (!(broken > 0) || one->probes[index].rate < broken);
}

/* The highest rate of which the whole interval keeps the promise, below the lowest that
 * breaks it, and of which nobody doubts that, or that is doubted; NULL: none. */
static const struct rate_probe *highest(const struct rate_search *one, bool doubted, char *why, size_t size)
{
    const struct rate_probe *best = NULL;
    char text[192];
    for (int i = 0; i < one->search.count; i++) {
        const struct rate_probe *probe = &one->probes[i];
        if (!is_plainly_kept(one, i) || rate_doubt_of(one, probe, text, sizeof text) != doubted ||
            (best && probe->rate <= best->rate))
            continue;
        best = probe;
        if (doubted)
            snprintf(why, size, "%s", text);
    }
    return best;
}

const struct rate_probe *rate_doubt_proved(const struct rate_search *one)
{
    return highest(one, false, NULL, 0);
}

const struct rate_probe *rate_doubt_best(const struct rate_search *one, char *why, size_t size)
{
    const struct rate_probe *best = highest(one, true, why, size), *proved = rate_doubt_proved(one);
    return best && (!proved || proved->rate < best->rate) ? best : NULL;
}

/* Whether the value keeps to the limit, of a queue that was steady, and that is all that is known. */
static bool seems_kept(const struct rate_search *one, int index)
{
    const struct rate_probe *probe = &one->probes[index];
    enum search_answer answer = one->search.probes[index].answer;
    if (answer == SEARCH_KEPT)
        return true;
    return (answer == SEARCH_UNKNOWN || answer == SEARCH_SHORT) && probe->judged.reason == SLO_SAMPLES &&
           slo_judgement_held(&probe->judged, probe->promise->kind) && !probe->promise->kind->is_loss &&
           probe->judged.value <= (double)probe->promise->limit_ns &&
           (probe->loop.state == OPEN_LOOP_STEADY || probe->loop.state == OPEN_LOOP_RECORDED);
}

double rate_doubt_seen(const struct rate_search *one)
{
    double most = 0, broken = search_broken(&one->search);
    for (int i = 0; i < one->search.count; i++)
        if (seems_kept(one, i) && (!(broken > 0) || one->probes[i].rate <= broken))
            most = fmax(most, one->search.probes[i].rate);
    return most;
}
