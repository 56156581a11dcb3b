/* changes.c - see changes.h. */
#include "bench/statistics/changes.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/statistics/edivisive.h"
#include "bench/statistics/stats.h"

/* Ranks. */

/* From 1; equal values share the mean of theirs. Returns whether there are equal ones. */
static bool rank(const double *values, int n, double *ranks)
{
    size_t order[CHANGES_VALUES_MAX];
    bool ties = false;
    gsl_sort_index(order, values, 1, (size_t)n);
    for (int i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && values[order[end]] == values[order[i]]; end++)
            ties = true;
        for (int k = i; k < end; k++)
            ranks[order[k]] = 0.5 * (i + 1 + end);
    }
    return ties;
}

/* Logarithms, each cut at three standard deviations (by the MAD of all) from the median of
 * its seven neighbours: Hampel's filter. An outlier says which side it is on, and no more; a step
 * or a slope stays what it is. */
static void clip(const double *values, int n, double *clipped)
{
    enum { REACH = 3 };
    static const double wide = 3 * 1.4826;
    double y[CHANGES_VALUES_MAX], middle[CHANGES_VALUES_MAX], off[CHANGES_VALUES_MAX] = {0}, most;
    for (int i = 0; i < n; i++)
        y[i] = log(values[i]);
    for (int i = 0; i < n; i++) {
        int from = i > REACH ? i - REACH : 0, to = i + REACH < n ? i + REACH + 1 : n;
        middle[i] = stats_median(y + from, to - from).median;
        off[i] = fabs(y[i] - middle[i]);
    }
    most = wide * stats_median(off, n).median;
    for (int i = 0; i < n; i++)
        clipped[i] = most > 0 ? fmin(fmax(y[i], middle[i] - most), middle[i] + most) : y[i];
}

/* The best hinge: level up to a value, from there on a line to the end. *gain: the share of the variance that it
 * takes away; rest (NULL: not asked for): what it leaves. Returns the last value before the line. */
static int hinge_of(const double *y, int n, double *gain, double *rest)
{
    double mean = gsl_stats_mean(y, 1, (size_t)n), square = 0, slope = 0, centre = 0, tail = 0, sum = 0;
    int best = 0;
    *gain = 0;
    for (int i = 0; i < n; i++)
        square += (y[i] - mean) * (y[i] - mean);
    for (int knot = n - 2; knot >= 0 && square > 0; knot--) { /* x = 0 up to the knot, then 1, 2, ... k */
        double k = n - 1 - knot, x = k * (k + 1) / 2, xx = k * (k + 1) * (2 * k + 1) / 6 - x * x / n;
        sum += y[knot + 1] - mean;
        tail += sum; /* of x times y */
        if (k < CHANGES_LEVEL || tail * tail / xx / square <= *gain)
            continue;
        *gain = tail * tail / xx / square;
        slope = tail / xx;
        centre = x / n;
        best = knot;
    }
    for (int i = 0; i < n && rest; i++)
        rest[i] = y[i] - mean - slope * ((i > best ? i - best : 0) - centre);
    return best;
}

/* Autocorrelation. */

/* Of the ranks on each side of a split, together. */
static double side_correlation(const double *values, int n, int split)
{
    const int sides[][2] = {{0, split}, {split, n}};
    double with_next = 0, square = 0, r, ranks[CHANGES_VALUES_MAX];
    int used = 0;
    for (int s = 0; s < 2; s++) {
        int from = sides[s][0], count = sides[s][1] - from;
        if (count < 2)
            continue;
        rank(values + from, count, ranks);
        for (int i = 0; i < count; i++) {
            double d = ranks[i] - 0.5 * (count + 1);
            square += d * d / ((double)count * count);
            if (i + 1 < count)
                with_next += d * (ranks[i + 1] - 0.5 * (count + 1)) / ((double)count * count);
        }
        used += count;
    }
    r = square > 0 ? with_next / square : 0;
    /* Two means were taken away, each of which takes (1 + 3 r) / n (Kendall, Biometrika 41, 1954). */
    return used > 12 ? (r + 2.0 / used) / (1 - 6.0 / used) : r;
}

/* Of what a hinge leaves over, which takes three. */
static double hinge_correlation(const double *clipped, int n)
{
    double rest[CHANGES_VALUES_MAX], gain, r;
    hinge_of(clipped, n, &gain, rest);
    r = gsl_stats_lag1_autocorrelation(rest, 1, (size_t)n);
    return n > 18 ? (r + 3.0 / n) / (1 - 9.0 / n) : r;
}

/* From the differences: their first autocorrelation is -(1 - phi)/2. */
static double difference_correlation(const double *values, int n)
{
    double d[CHANGES_VALUES_MAX], mean, square = 0, with_next = 0, median, wide;
    for (int i = 0; i + 1 < n; i++)
        d[i] = log(values[i + 1] / values[i]);
    median = stats_median(d, n - 1).median;
    wide = 3 * 1.4826 * stats_mad(d, n - 1);
    for (int i = 0; i + 1 < n && wide > 0; i++)
        d[i] = fmin(fmax(d[i], median - wide), median + wide);
    mean = gsl_stats_mean(d, 1, (size_t)n - 1);
    for (int i = 0; i + 1 < n; i++) {
        square += (d[i] - mean) * (d[i] - mean);
        if (i + 2 < n)
            with_next += (d[i] - mean) * (d[i + 1] - mean);
    }
    return square > 0 ? 1 + 2 * with_next / square : 0;
}

/* In standard errors: to take too little for the machine's mood accuses, and of a short series nobody
 * knows it well. */
static double own_margin(int n)
{
    return fmin(fmax(40.0 / n, 0.25), 1.5);
}

static const double difference_margin = 1;

static double with_margin(double own, const double *values, int n)
{
    double difference = difference_correlation(values, n) + difference_margin * 2 * sqrt(0.9 / n);
    own += own_margin(n) * sqrt(fmax(0.1, 1 - own * own) / n);
    return fmin(fmax(fmin(own, difference), 0), 0.95);
}

/* What is looked for in a series: a step, by Q, or a creep. */
enum shape { SHAPE_STEP, SHAPE_JUMP, SHAPE_CREEP };

static double correlation(const double *values, int n, enum shape shape)
{
    double clipped[CHANGES_VALUES_MAX], q, own;
    clip(values, n, clipped);
    if (shape == SHAPE_CREEP) {
        own = hinge_correlation(clipped, n); /* a slope makes the differences alike: they say nothing here */
        return fmin(fmax(own + own_margin(n) * sqrt(fmax(0.1, 1 - own * own) / n), 0), 0.95);
    }
    return with_margin(side_correlation(values, n, edivisive_split(clipped, n, CHANGES_SIDE, &q)), values, n);
}

/* The best step in an AR(1) process of that coefficient, by generalised least squares: what is
 * left of each value when so much of the one before it is taken away (prewhitening) has the step as a jump, at
 * its first value, and then as a level. *gain: the share of the variance that it takes away. Returns the first
 * value after it; 0: there is none. */
static int jump_of(const double *y, int n, double phi, double *gain)
{
    double u[CHANGES_VALUES_MAX] = {0}, mean, square = 0, tail = 0;
    int best = 0, m = n - 1;
    *gain = 0;
    for (int i = 0; i < m; i++)
        u[i] = y[i + 1] - phi * y[i];
    mean = gsl_stats_mean(u, 1, (size_t)m);
    for (int i = 0; i < m; i++)
        square += (u[i] - mean) * (u[i] - mean);
    for (int at = n - 1; at >= CHANGES_SIDE && square > 0; at--) { /* u[at - 1] is the jump, what follows the level */
        double after = n - 1 - at, x = 1 + after * (1 - phi), xx = 1 + after * (1 - phi) * (1 - phi) - x * x / m;
        double xy = (u[at - 1] - mean) + (1 - phi) * tail;
        tail += u[at - 1] - mean;
        if (n - at < CHANGES_SIDE || xy * xy / xx / square <= *gain)
            continue;
        *gain = xy * xy / xx / square;
        best = at;
    }
    return best;
}

static void normal_scores(const double *ranks, int n, double *scores)
{
    for (int i = 0; i < n; i++)
        scores[i] = gsl_cdf_ugaussian_Pinv((ranks[i] - 0.375) / (n + 0.25));
}

/* How much there is of it in ranks. */
static double measure(const double *ranks, int n, enum shape shape, double phi)
{
    double much, scores[CHANGES_VALUES_MAX];
    if (shape == SHAPE_JUMP) {
        normal_scores(ranks, n, scores);
        jump_of(scores, n, phi, &much);
        return much;
    }
    if (shape == SHAPE_STEP)
        edivisive_split(ranks, n, CHANGES_SIDE, &much);
    else
        hinge_of(ranks, n, &much, NULL);
    return much;
}

/* The distribution of that where there is none. */

struct null {
    int n, step; /* values, coefficient in steps */
    enum shape shape;
    double much[CHANGES_TRIALS];
    struct null *next;
};
#define PHI_STEP 0.05

/* Of CHANGES_TRIALS orders of the sorted ranks. */
static void permute(const double *sorted, struct null *null)
{
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    double z[CHANGES_VALUES_MAX], ranks[CHANGES_VALUES_MAX], phi = null->step * PHI_STEP;
    size_t order[CHANGES_VALUES_MAX];
    must_memory(random);
    gsl_rng_set(random, 1);
    for (int t = 0; t < CHANGES_TRIALS; t++) {
        for (int i = 0; i < null->n; i++) {
            double noise = gsl_ran_gaussian_ziggurat(random, 1);
            z[i] = i ? phi * z[i - 1] + sqrt(1 - phi * phi) * noise : noise;
        }
        gsl_sort_index(order, z, 1, (size_t)null->n);
        for (int i = 0; i < null->n; i++)
            ranks[order[i]] = sorted[i];
        null->much[t] = measure(ranks, null->n, null->shape, phi);
    }
    gsl_rng_free(random);
}

/* Of ranks without ties, remembered. */
static const struct null *null_of(const double *sorted, const struct null *wanted)
{
    static struct null *all;
    struct null *null = all;
    while (null && (null->n != wanted->n || null->step != wanted->step || null->shape != wanted->shape))
        null = null->next;
    if (null)
        return null;
    null = malloc(sizeof *null);
    must_memory(null);
    *null = *wanted;
    null->next = all;
    permute(sorted, null);
    return all = null;
}

/* In steps. */
static int coefficient(double correlation)
{
    return (int)ceil(correlation / PHI_STEP - 0.5);
}

/* The probability of as much of it where there is none. */
static double probability(const double *values, int n, enum shape shape)
{
    static struct null own;
    double ranks[CHANGES_VALUES_MAX], sorted[CHANGES_VALUES_MAX], much;
    const struct null *null = &own;
    bool ties = rank(values, n, ranks);
    int more = 0;
    own.n = n;
    own.shape = shape;
    own.step = coefficient(correlation(values, n, shape));
    memcpy(sorted, ranks, (size_t)n * sizeof *sorted);
    gsl_sort(sorted, 1, (size_t)n);
    much = measure(ranks, n, shape, own.step * PHI_STEP);
    if (!(much > 0))
        return 1;
    if (ties)
        permute(sorted, &own);
    else
        null = null_of(sorted, &own);
    for (int t = 0; t < CHANGES_TRIALS; t++)
        more += null->much[t] >= much * (1 - 1e-9);
    return (more + 1.0) / (CHANGES_TRIALS + 1.0);
}

/* Of a change, by either test: what E-divisive sees is the level, what prewhitening sees is the jump, too, and
 * that is most of what is left of a step where the machine has moods. Each is taken at its own level: that whole
 * series are accused in at most 1% is counted (docs/history.md). */
static double change_probability(const double *values, int n)
{
    return fmin(probability(values, n, SHAPE_STEP), probability(values, n, SHAPE_JUMP));
}

static double most_of(int n)
{
    return n < CHANGES_SHORT ? CHANGES_P_SHORT : CHANGES_P;
}

/* Segments. */

struct search {
    const double *values;
    int n;
    int at[CHANGES_FOUND_MAX]; /* in order */
    int count;
};

static int split_of(const double *values, int n)
{
    double clipped[CHANGES_VALUES_MAX], q;
    clip(values, n, clipped);
    return edivisive_split(clipped, n, CHANGES_SIDE, &q);
}

/* The first value after the change, as the test says that shows more of it. */
static int place_of(const double *values, int n)
{
    double clipped[CHANGES_VALUES_MAX], gain, phi;
    int at;
    if (probability(values, n, SHAPE_JUMP) > probability(values, n, SHAPE_STEP))
        return split_of(values, n);
    clip(values, n, clipped);
    phi = coefficient(correlation(values, n, SHAPE_JUMP));
    at = jump_of(clipped, n, phi * PHI_STEP, &gain);
    return at ? at : split_of(values, n);
}

static void insert(struct search *search, int at)
{
    int i = search->count++;
    for (; i > 0 && search->at[i - 1] > at; i--)
        search->at[i] = search->at[i - 1];
    search->at[i] = at;
}

/* The part [begin, end): its change, then those on either side of it. Of several changes the first split shows
 * little, so that much is let through here; what is kept is decided by refine. */
static void divide(struct search *search, int begin, int end)
{
    static const double candidate = 0.02;
    int n = end - begin, split;
    if (n < 2 * CHANGES_SIDE || search->count == CHANGES_FOUND_MAX ||
        change_probability(search->values + begin, n) > candidate)
        return;
    split = place_of(search->values + begin, n);
    if (!split)
        return;
    insert(search, begin + split);
    divide(search, begin, begin + split);
    divide(search, begin + split, end);
}

static int begin_of(const struct search *search, int i)
{
    return i > 0 ? search->at[i - 1] : 0;
}

static int end_of(const struct search *search, int i)
{
    return i + 1 < search->count ? search->at[i + 1] : search->n;
}

static void leave_out(struct search *search, int i)
{
    search->count--;
    memmove(&search->at[i], &search->at[i + 1], (size_t)(search->count - i) * sizeof *search->at);
}

/* Each between its neighbours, where it is best seen: moved to where it is, and left out where
 * it is none. */
static void refine(struct search *search)
{
    bool again = true;
    while (again) {
        again = false;
        for (int i = 0; i < search->count && !again; i++) {
            int begin = begin_of(search, i), end = end_of(search, i);
            search->at[i] = begin + place_of(search->values + begin, end - begin);
            again = change_probability(search->values + begin, end - begin) > most_of(end - begin);
            if (again)
                leave_out(search, i);
        }
    }
}

/* What a fit leaves over, squared; of an outlier no more than of what lies at `wide`. */
static double cost(const double *y, int n, double level, double wide)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += pow(fmin(fabs(y[i] - level), wide), 2);
    return sum;
}

/* Whether a hinge fits better than a step at `at`, by more than chance. *knot: its last value before the line. */
static bool is_creep(const double *values, int n, int at, int *knot)
{
    static const double much = 4, outlier = 2.5 * 1.4826;
    double y[CHANGES_VALUES_MAX], rest[CHANGES_VALUES_MAX], gain, wide, hinge;
    clip(values, n, y);
    *knot = hinge_of(y, n, &gain, rest);
    wide = outlier * stats_mad(rest, n);
    hinge = cost(rest, n, 0, wide);
    return cost(y, at, stats_median(y, at).median, wide) +
               cost(y + at, n - at, stats_median(y + at, n - at).median, wide) - hinge >
           much * hinge / n;
}

/* The level at which a creep's line begins: of what fits best, as the values of the line say as much of it as those
 * before it, of which there may be one. */
static double creep_begin(const double *values, const struct changes_found *creep)
{
    double clipped[CHANGES_VALUES_MAX], rest[CHANGES_VALUES_MAX], gain;
    int since = creep->since - creep->begin;
    clip(values + creep->begin, creep->end - creep->begin, clipped);
    hinge_of(clipped, creep->end - creep->begin, &gain, rest);
    return exp(clipped[since] - rest[since]);
}

/* The steps of values[begin..end) into found, of which there are `room`. Returns how many. */
static int find_steps(const double *all, int begin_all, int end_all, double least, struct changes_found *found,
                      int room)
{
    const double *values = all + begin_all;
    struct search search = {.values = values, .n = end_all - begin_all};
    int count = 0;
    if (search.n < CHANGES_LEAST)
        return 0;
    divide(&search, 0, search.n);
    refine(&search);
    for (int i = 0; i < search.count && count < room; i++) {
        int begin = begin_of(&search, i), end = end_of(&search, i), at = search.at[i];
        struct changes_found *one = &found[count];
        *one = (struct changes_found){.at = begin_all + at,
                                      .begin = begin_all + begin,
                                      .end = begin_all + end,
                                      .before = stats_median(values + begin, at - begin).median,
                                      .after = stats_median(values + at, end - at).median,
                                      .p = change_probability(values + begin, end - begin)};
        one->creeps = is_creep(values + begin, end - begin, at - begin, &one->since);
        one->since += begin_all + begin;
        count += fabs(log(one->after / one->before)) >= log1p(least);
        if (one->creeps)
            one->before = creep_begin(all, one);
    }
    return count;
}

/* What creeps from somewhere after `begin` to the end. */
static bool find_creep(const double *values, int begin, int n, double least, struct changes_found *found)
{
    double clipped[CHANGES_VALUES_MAX], gain, p;
    int knot;
    if (n - begin < CHANGES_LEAST)
        return false;
    p = probability(values + begin, n - begin, SHAPE_CREEP);
    clip(values + begin, n - begin, clipped);
    knot = begin + hinge_of(clipped, n - begin, &gain, NULL);
    *found = (struct changes_found){.at = knot, .begin = begin, .end = n, .p = p, .creeps = true, .since = knot};
    found->before = stats_median(values + begin, knot - begin + 1).median;
    found->after = stats_median(values + n - CHANGES_LEVEL, CHANGES_LEVEL).median;
    return p <= CHANGES_P && fabs(log(found->after / found->before)) >= log1p(least);
}

/* The creep, and the steps before it, which it had hidden. Returns how many there are now. */
static int add_creep(const double *values, const struct changes_found *creep, double least, struct changes_found *found,
                     int count)
{
    int all = count +
              find_steps(values, creep->begin, creep->at + 1, least, &found[count], CHANGES_FOUND_MAX - 1 - count),
        begin = all ? found[all - 1].at : 0;
    if (count && all > count)
        found[count - 1].end = found[count].at;
    if (all)
        found[all - 1].end = creep->at > begin ? creep->at : begin + 1;
    found[all] = *creep;
    found[all].begin = begin;
    found[all].before = creep_begin(values, &found[all]);
    return all + 1;
}

int changes_find(const double *values, int n, double least, struct changes_found found[CHANGES_FOUND_MAX])
{
    struct changes_found creep;
    int count;
    if (n < CHANGES_LEAST || n > CHANGES_VALUES_MAX)
        return 0;
    count = find_steps(values, 0, n, least, found, CHANGES_FOUND_MAX);
    if (count < CHANGES_FOUND_MAX && (!count || !found[count - 1].creeps) &&
        find_creep(values, count ? found[count - 1].at : 0, n, least, &creep))
        count = add_creep(values, &creep, least, found, count);
    return count;
}
