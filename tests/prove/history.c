/* history.c - how often the history's change points are wrong: series that are made up, a thousand of
 * each kind, as a table; and what E-divisive alone makes of the same series. Exit status: 1 where a quiet series
 * is accused more often than it may be. */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/statistics/changes.h"
#include "bench/statistics/edivisive.h"
#include "tests/core/made.h"

enum { SERIES = 1000 };
static const double least = 0.015;

/* Fills found, of which `at` and `creeps` are looked at. Returns how many. */
typedef int finder_fn(const double *values, int n, struct changes_found found[CHANGES_FOUND_MAX]);

static int ours(const double *values, int n, struct changes_found found[CHANGES_FOUND_MAX])
{
    return changes_find(values, n, least, found);
}

/* E-divisive alone (Matteson and James 2014), on the values as they are, at 1%. */

/* Whether so much of it comes in at most one of 199 orders: (1 + 1) / (199 + 1). */
static bool is_change(const double *values, int n, double q)
{
    enum { ORDERS = 199, MOST = 1 };
    static gsl_rng *random;
    double order[CHANGES_VALUES_MAX], much;
    int more = 0;
    if (!random)
        random = must_memory(gsl_rng_alloc(gsl_rng_mt19937));
    memcpy(order, values, (size_t)n * sizeof *order);
    for (int i = 0; i < ORDERS && more <= MOST; i++) {
        gsl_ran_shuffle(random, order, (size_t)n, sizeof *order);
        edivisive_split(order, n, CHANGES_SIDE, &much);
        more += much >= q;
    }
    return more <= MOST;
}

static int divide(const double *values, int begin, int end, struct changes_found *found, int count)
{
    double q;
    int n = end - begin, at = n < 2 * CHANGES_SIDE ? 0 : edivisive_split(values + begin, n, CHANGES_SIDE, &q);
    if (!at || count == CHANGES_FOUND_MAX || !is_change(values + begin, n, q))
        return count;
    found[count++] = (struct changes_found){.at = begin + at};
    count = divide(values, begin, begin + at, found, count);
    return divide(values, begin + at, end, found, count);
}

static int alone(const double *values, int n, struct changes_found found[CHANGES_FOUND_MAX])
{
    return divide(values, 0, n, found, 0);
}

/* The tally. */

struct tally {
    int accused, found, off, creeps;
};

/* One series: what was found near what was put in, and what was found elsewhere. */
static void look(const struct made *made, const double *values, finder_fn *find, struct tally *tally)
{
    enum { NEAR = 2, AROUND = 5 };
    struct changes_found found[CHANGES_FOUND_MAX];
    int changes = find(values, made->n, found);
    bool hit = false, off = false, wrong = false, creep = false;
    for (int i = 0; i < changes; i++) {
        int away = abs(found[i].at - made->at);
        creep = creep || found[i].creeps;
        if (made->step > 0 && away <= NEAR && !found[i].creeps)
            hit = true;
        else if (made->step > 0 && away <= AROUND)
            off = true;
        else if (!(made->creep > 0))
            wrong = true;
    }
    tally->found += hit;
    tally->off += off && !hit;
    tally->accused += wrong;
    tally->creeps += creep;
}

static struct tally try(const struct made *made, finder_fn *find)
{
    uint64_t state = 1;
    double values[CHANGES_VALUES_MAX];
    struct tally tally = {0};
    for (int s = 0; s < SERIES; s++) {
        made_series(&state, made, values);
        look(made, values, find, &tally);
    }
    return tally;
}

static double percent(int count)
{
    return 100.0 * count / SERIES;
}

/* Quiet, and with a step in the middle of either size. */
enum { QUIET, SMALL, LARGE, SIZES };

static void try_sizes(struct made made, finder_fn *find, struct tally tallies[SIZES])
{
    static const double steps[] = {[QUIET] = 0, [SMALL] = 1.5, [LARGE] = 3};
    for (int s = 0; s < SIZES; s++) {
        made.step = steps[s];
        made.at = s ? made.n / 2 : 0;
        tallies[s] = try(&made, find);
    }
}

int main(void)
{
    static const int lengths[] = {30, 60, 120};
    bool bad = false;
    puts("| noise | points | quiet: accused | step of 1.5 sd: found within 2 | accused elsewhere | step of 3 sd: found "
         "within 2 | 3 to 5 off | accused elsewhere | creep of 1% a point for 16 points: found | E-divisive alone: "
         "quiet "
         "accused | 1.5 sd found | 3 sd found |");
    puts("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for (int noise = 0; noise < MADE_NOISES; noise++)
        for (int l = 0; l < 3; l++) {
            struct made made = {.noise = (enum made_noise)noise, .n = lengths[l]}, creeping = made;
            struct tally of[SIZES], old[SIZES], creep;
            creeping.creep_at = made.n - 17;
            creeping.creep = 0.01;
            try_sizes(made, ours, of);
            try_sizes(made, alone, old);
            creep = try(&creeping, ours);
            printf("| %s | %d | %.2f%% | %.1f%% | %.2f%% | %.1f%% | %.2f%% | %.2f%% | %.1f%% | %.2f%% | %.1f%% | "
                   "%.1f%% |\n",
                   made_noise_name(made.noise), made.n, percent(of[QUIET].accused), percent(of[SMALL].found),
                   percent(of[SMALL].accused), percent(of[LARGE].found), percent(of[LARGE].off),
                   percent(of[LARGE].accused), percent(creep.creeps), percent(old[QUIET].accused),
                   percent(old[SMALL].found), percent(old[LARGE].found));
            fflush(stdout);
            bad = bad || percent(of[QUIET].accused) > 1;
        }
    return bad;
}
