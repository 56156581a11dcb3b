/* history.c - how often the history's change points are wrong: series that are made up, a thousand of
 * each kind, as a table. Exit status: 1 where a quiet series is accused more often than it may be. */
#include <stdio.h>
#include <stdlib.h>

#include "bench/statistics/changes.h"
#include "tests/core/made.h"

enum { SERIES = 1000 };
static const double least = 0.015;

struct tally {
    int accused, found, off, creeps;
};

/* One series: what was found near what was put in, and what was found elsewhere. */
static void look(const struct made *made, const double *values, struct tally *tally)
{
    enum { NEAR = 2, AROUND = 5 };
    struct changes_found found[CHANGES_FOUND_MAX];
    int changes = changes_find(values, made->n, least, found);
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

static struct tally try(const struct made *made)
{
    uint64_t state = 1;
    double values[CHANGES_VALUES_MAX];
    struct tally tally = {0};
    for (int s = 0; s < SERIES; s++) {
        made_series(&state, made, values);
        look(made, values, &tally);
    }
    return tally;
}

static double percent(int count)
{
    return 100.0 * count / SERIES;
}

int main(void)
{
    static const int lengths[] = {30, 60, 120};
    static const double steps[] = {1.5, 3};
    bool bad = false;
    puts("| noise | points | quiet: accused | step of 1.5 sd: found within 2 | accused elsewhere | step of 3 sd: found "
         "within 2 | "
         "3 to 5 off | accused elsewhere | creep of 1% a point for 16 points: found |");
    puts("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
    for (int noise = 0; noise < MADE_NOISES; noise++)
        for (int l = 0; l < 3; l++) {
            struct made made = {.noise = (enum made_noise)noise, .n = lengths[l]};
            struct tally quiet = try(&made), step[2], creep;
            for (int s = 0; s < 2; s++) {
                made.at = made.n / 2;
                made.step = steps[s];
                step[s] = try(&made);
            }
            made = (struct made){.noise = made.noise, .n = made.n, .creep_at = made.n - 17, .creep = 0.01};
            creep = try(&made);
            printf("| %s | %d | %.2f%% | %.1f%% | %.2f%% | %.1f%% | %.2f%% | %.2f%% | %.1f%% |\n",
                   made_noise_name(made.noise), made.n, percent(quiet.accused), percent(step[0].found),
                   percent(step[0].accused), percent(step[1].found), percent(step[1].off), percent(step[1].accused),
                   percent(creep.creeps));
            fflush(stdout);
            bad = bad || percent(quiet.accused) > 1;
        }
    return bad;
}
