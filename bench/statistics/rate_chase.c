/* rate_chase.c - see rate_chase.h. */
#include "bench/statistics/rate_chase.h"

#include <math.h>
#include <string.h>

static void sort(struct rate_chase_probe *probes, int count)
{
    for (int i = 1; i < count; i++)
        for (int j = i; j > 0 && probes[j].rate < probes[j - 1].rate; j--) {
            struct rate_chase_probe one = probes[j];
            probes[j] = probes[j - 1];
            probes[j - 1] = one;
        }
}

/* Probes by rate, without those that kept it no better than one at a higher rate did. Returns
 * how many. */
static int believed(const struct rate_chase *chase, struct rate_chase_probe *probes)
{
    int count = 0;
    memcpy(probes, chase->probes, sizeof chase->probes);
    sort(probes, chase->count);
    for (int i = 0; i < chase->count; i++) {
        while (count && probes[count - 1].kept <= probes[i].kept)
            count--;
        probes[count++] = probes[i];
    }
    return count;
}

/* How many of them keep it. */
static int keeping(const struct rate_chase_probe *probes, int count)
{
    int keep = 0;
    while (keep < count && probes[keep].kept >= 1)
        keep++;
    return keep;
}

static double between(const struct rate_chase_probe *low, const struct rate_chase_probe *high)
{
    return low->rate + (high->rate - low->rate) * (low->kept - 1) / (low->kept - high->kept);
}

/* How many probes there were above one rate, and up to another. */
static int asked(const struct rate_chase *chase, double above, double to)
{
    static const double hair = 1.001;
    int count = 0;
    for (int i = 0; i < chase->count; i++)
        count += chase->probes[i].rate > above && chase->probes[i].rate <= hair * to;
    return count;
}

/* All on one side: away from them, in steps that grow with each rate. */
static double step(const struct rate_chase *chase)
{
    static const double first = 1.1, most = 4;
    int rates = 0;
    for (int i = 0; i < chase->count; i++) {
        int j = 0;
        while (chase->probes[j].rate != chase->probes[i].rate)
            j++;
        rates += j == i;
    }
    return fmin(most, pow(first, ldexp(1, rates - 1)));
}

static double choose(const struct rate_chase *chase)
{
    static const double near = 1.3;
    struct rate_chase_probe probes[RATE_CHASE_MAX];
    int count = believed(chase, probes), keep = keeping(probes, count);
    if (!count)
        return chase->start;
    if (keep == count)
        return probes[count - 1].rate * step(chase);
    if (!keep)
        return asked(chase, 0, probes[0].rate) < 2 ? probes[0].rate : probes[0].rate / step(chase);
    if (asked(chase, probes[keep - 1].rate, probes[keep].rate) < 2 && probes[keep].rate < near * probes[keep - 1].rate)
        return probes[keep].rate; /* a second time, before it is believed */
    return between(&probes[keep - 1], &probes[keep]);
}

double rate_chase_next(const struct rate_chase *chase)
{
    return fmin(fmax(choose(chase), chase->lowest), chase->highest);
}

void rate_chase_tell(struct rate_chase *chase, double rate, double kept)
{
    static const double far = 4; /* how well a far too low rate keeps it says nothing of where it is broken */
    if (chase->count < RATE_CHASE_MAX && rate > 0 && kept >= 0)
        chase->probes[chase->count++] = (struct rate_chase_probe){rate, fmin(kept, far)};
}

double rate_chase_found(const struct rate_chase *chase)
{
    struct rate_chase_probe probes[RATE_CHASE_MAX];
    int count = believed(chase, probes), keep = keeping(probes, count);
    double rate;
    if (!keep || keep == count)
        return NAN;
    rate = between(&probes[keep - 1], &probes[keep]);
    return chase->capacity > 0 ? fmin(rate, chase->capacity) : rate;
}
