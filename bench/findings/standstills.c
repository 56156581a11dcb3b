/* standstills.c - see standstills.h. */
#include "bench/findings/standstills.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/hist_json.h"
#include "bench/results/result.h"
#include "workloads/core/units.h"

enum { ROUNDS_MIN = 3 };

struct round {
    double late, all, share, window_s; /* jobs; late: or lost */
    double longest_ns, latest_ns;      /* service; latency */
};

static double most_late(const struct slo *slo)
{
    return slo->kind->is_loss ? slo->limit_share : 1 - slo->kind->quantile;
}

static double window_s(const json_t *trial)
{
    double ns = 0;
    json_t *slice;
    size_t i;
    json_array_foreach (json_object_get(trial, "slices"), i, slice)
        ns += json_number_value(json_object_get(json_object_get(slice, "window"), "length_ns"));
    return ns / 1e9;
}

static bool read_round(const json_t *trial, const struct slo *slo, struct round *out)
{
    static struct hist hist; /* large; this runs in one thread only */
    double longest_ns = 0;
    hist = (struct hist){0};
    if (!hist_json_read(&hist, json_object_get(json_object_get(trial, "latency"), "start_to_end")))
        longest_ns = (double)hist.max;
    hist = (struct hist){0};
    if (strcmp(result_string(trial, "verdict"), "ok") ||
        hist_json_read(&hist, json_object_get(json_object_get(trial, "latency"), "submit_to_end")))
        return false;
    *out = (struct round){.late = (double)(slo->kind->is_loss ? hist.lost : hist_later(&hist, (double)slo->limit_ns)),
                          .all = (double)(hist.count + hist.lost),
                          .window_s = window_s(trial),
                          .longest_ns = longest_ns,
                          .latest_ns = hist.lost ? 0 : (double)hist.max};
    out->share = out->all > 0 ? out->late / out->all : 0;
    return out->all > 0 && out->window_s > 0;
}

static int by_share(const void *left, const void *right)
{
    double a = ((const struct round *)left)->share, b = ((const struct round *)right)->share;
    return (a > b) - (a < b);
}

static int by_longest(const void *left, const void *right)
{
    double a = ((const struct round *)left)->longest_ns, b = ((const struct round *)right)->longest_ns;
    return (a > b) - (a < b);
}

/* Rounds of a queue that is near its limit differ, too, by themselves; but no service is longer then than in other
 * rounds, where a standstill is as long as one, and of a tail that falls as a queue's does, so that one of a hundred
 * is at the limit, one of a hundred million is at four times that. */
static bool is_struck(const struct round *round, double longest_ns, const struct slo *slo)
{
    static const double many = 5, longer = 3, later = 4;
    return round->share > many * most_late(slo) &&
           (round->longest_ns > longer * longest_ns ||
            (!slo->kind->is_loss && round->latest_ns > later * (double)slo->limit_ns));
}

static struct standstills count(struct round *rounds, int count, const struct slo *slo)
{
    struct standstills found = {0};
    double usual, longest_ns, late = 0, all = 0;
    qsort(rounds, (size_t)count, sizeof *rounds, by_longest);
    longest_ns = rounds[count / 2].longest_ns;
    qsort(rounds, (size_t)count, sizeof *rounds, by_share);
    usual = rounds[count / 2].share;
    if (count < ROUNDS_MIN || usual > most_late(slo))
        return found;
    found.rounds = count;
    for (int i = 0; i < count; i++) {
        bool struck = is_struck(&rounds[i], longest_ns, slo);
        late += rounds[i].late;
        all += rounds[i].all;
        found.watched_s += rounds[i].window_s;
        found.struck += struck;
        found.late_s += struck ? rounds[i].share * rounds[i].window_s : 0;
    }
    found.share = late / all;
    return found;
}

struct standstills standstills_of(const json_t *configuration, const struct slo *slo)
{
    const json_t *trials = json_object_get(configuration, "trials");
    struct standstills found = {0};
    struct round *rounds = calloc(json_array_size(trials) + 1, sizeof *rounds);
    json_t *trial;
    size_t i;
    int good = 0;
    json_array_foreach (trials, i, trial)
        good += rounds && (slo->kind->is_loss || slo->kind->quantile > 0) && read_round(trial, slo, &rounds[good]);
    if (good)
        found = count(rounds, good, slo);
    free(rounds);
    return found;
}

void standstills_add(struct standstills *sum, const struct standstills *one)
{
    sum->rounds += one->rounds;
    sum->struck += one->struck;
    sum->watched_s += one->watched_s;
    sum->late_s += one->late_s;
}

bool standstills_may_break(const struct standstills *all, const struct standstills *one, const struct slo *slo,
                           char *why, size_t size)
{
    static const double met = 3, likely = 0.95; /* e^-3 is a twentieth */
    char late[32], watched[32], needed[32];
    double each_s, upper;
    if (!all->struck)
        return false;
    each_s = all->watched_s / all->struck;
    upper = gsl_cdf_chisq_Pinv(likely, 2.0 * (all->struck + 1)) / 2; /* so many may have been to come */
    if (one->watched_s >= met * each_s ||
        one->share + upper * all->late_s / all->struck / all->watched_s <= most_late(slo))
        return false;
    snprintf(why, size,
             "many jobs were late at once in %d of %d rounds, of %s each; %s at this rate are too few to have met "
             "that: %s would tell",
             all->struck, all->rounds, units_time_text(all->late_s / all->struck * 1e9, late, sizeof late),
             units_time_text(one->watched_s * 1e9, watched, sizeof watched),
             units_time_text(met * each_s * 1e9, needed, sizeof needed));
    return true;
}
