/* search.c - see search.h. */
#include "bench/statistics/search.h"

#include <math.h>
#include <stddef.h>

/* A rate as a person would write it. */
static double three_digits(const struct search *search, double rate)
{
    double unit = pow(10, floor(log10(rate)) - 2);
    return rate < 100 && !search->fractions ? fmax(1, round(rate)) : round(rate / unit) * unit;
}

static const struct search_probe *kept(const struct search *search)
{
    const struct search_probe *best = NULL;
    for (int i = 0; i < search->count; i++)
        if (search->probes[i].answer == SEARCH_KEPT && (!best || search->probes[i].rate > best->rate))
            best = &search->probes[i];
    return best;
}

static const struct search_probe *broken(const struct search *search)
{
    const struct search_probe *low = kept(search), *least = NULL;
    for (int i = 0; i < search->count; i++) {
        const struct search_probe *probe = &search->probes[i];
        bool above = probe->answer == SEARCH_BROKEN || probe->answer == SEARCH_CANNOT || probe->answer == SEARCH_SHORT;
        if (above && (!low || probe->rate > low->rate) && (!least || probe->rate < least->rate))
            least = probe;
    }
    return least;
}

double search_kept(const struct search *search)
{
    const struct search_probe *probe = kept(search);
    return probe ? probe->rate : 0;
}

double search_broken(const struct search *search)
{
    const struct search_probe *probe = broken(search);
    return probe ? probe->rate : 0;
}

/* Down in growing steps, to 1/2, 1/8, 1/128: most searches begin near the answer. */
static double lower(const struct search *search, double rate)
{
    int below = 0;
    for (int i = 0; i < search->count; i++)
        below += search->probes[i].rate > rate;
    return fmax(search->lowest, rate / (below == 0 ? 2 : below == 1 ? 4 : 16));
}

/* Up by doubling, and in larger steps where the start was far too low; in growing small
 * ones where a rate near by was taken for broken. */
static double higher(const struct search *search, double rate)
{
    double before = 0, step;
    int below = 0;
    for (int i = 0; i < search->count; i++) {
        const struct search_probe *probe = &search->probes[i];
        if (probe->rate >= rate)
            continue;
        below++;
        if (probe->answer == SEARCH_KEPT)
            before = fmax(before, probe->rate);
    }
    step = before > 0 && rate / before < 1.9 ? fmax(search->fine, rate / before) : 2;
    return fmin(search->highest, fmax(search->fractions ? 0 : rate + 1, rate * (step < 2    ? step * step
                                                                                : below < 2 ? 2
                                                                                            : 4)));
}

/* Upwards no further than where the answer is believed to be. */
static double no_further(const struct search *search, double low, double rate)
{
    return search->hint > low && search->hint < rate ? search->hint : rate;
}

/* Where the answer is believed to be if that is between the bounds, but a step away from
 * both: they have to come near each other. */
static double inside(const struct search *search, double low, double high)
{
    double step = sqrt(search->fine), middle = sqrt(low * high);
    if (!(search->hint > low && search->hint < high) || low * step >= high / step)
        return middle;
    return fmin(fmax(search->hint, low * step), high / step);
}

/* The next rate between the two bounds; that of a bound when there is none. */
static double between(const struct search *search, const struct search_probe *low, const struct search_probe *high)
{
    double rate;
    if (!low && !high)
        return three_digits(search, fmin(fmax(search->start, search->lowest), search->highest));
    if (!high)
        rate = low->rate >= search->highest ? low->rate : no_further(search, low->rate, higher(search, low->rate));
    else if (!low)
        rate = high->rate <= search->lowest ? high->rate : lower(search, high->rate);
    else
        rate = high->rate / low->rate > search->fine ? inside(search, low->rate, high->rate) : high->rate;
    return three_digits(search, rate);
}

double search_next(const struct search *search)
{
    const struct search_probe *low = kept(search), *high = broken(search);
    double rate;
    if (search->given_up || search->asked >= search->probes_max)
        return 0;
    rate = between(search, low, high);
    if (high && (rate >= high->rate || (low && rate <= low->rate)))
        return high->times > 1 ? 0 : high->rate;
    return low && rate <= low->rate ? 0 : rate;
}

void search_tell(struct search *search, double rate, enum search_answer answer)
{
    struct search_probe *probe = search->probes;
    while (probe < search->probes + search->count && probe->rate != rate)
        probe++;
    search->asked++;
    if (probe == search->probes + SEARCH_PROBES_MAX)
        return search_give_up(search);
    if (probe == search->probes + search->count)
        *probe = (struct search_probe){.rate = rate}, search->count++;
    probe->answer = answer;
    probe->times++;
    if (answer == SEARCH_UNKNOWN)
        search_give_up(search);
}

void search_give_up(struct search *search)
{
    search->given_up = true;
}

/* Whether the bounds are as near as they are going to be, given up or not. */
static bool narrow(const struct search *search, const struct search_probe *low, const struct search_probe *high)
{
    double rate = between(search, low, high);
    return rate >= high->rate || (low && rate <= low->rate);
}

enum search_limit search_limit(const struct search *search)
{
    const struct search_probe *low = kept(search), *high = broken(search);
    for (int i = 0; i < search->count; i++)
        if (search->probes[i].answer == SEARCH_UNKNOWN)
            return SEARCH_BY_UNKNOWN;
    if (!high)
        return low && low->rate >= search->highest ? SEARCH_BY_RANGE : SEARCH_BY_PROBES;
    if (!narrow(search, low, high))
        return SEARCH_BY_PROBES;
    return high->answer == SEARCH_CANNOT  ? SEARCH_BY_GENERATOR
           : high->answer == SEARCH_SHORT ? SEARCH_BY_SHORT
                                          : SEARCH_BY_PROMISE;
}
