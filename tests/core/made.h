/* made.h - series that are made up: noise of a known kind, with a step or a creep in it. */
#ifndef MADE_H
#define MADE_H

#include <stdint.h>

enum made_noise {
    MADE_NORMAL,
    MADE_OUTLIERS, /* normal, and 5% of the values times 1.2 to 1.6 */
    MADE_MOODS,    /* AR(1), 0.6 */
    MADE_NOISES
};

/* The numbers that noise is made of: between 0 and 1, never either; of mean 0 and standard deviation 1.
 * *state: as below. */
double made_uniform(uint64_t *state);
double made_normal(uint64_t *state);

/* n values 1 + 0.02 z, with z of standard deviation 1; from values[at] on `step` standard deviations more;
 * from values[creep_at] on each `creep` less than the one before, as a share. *state: any number, which goes on: the
 * same one makes the same series. */
struct made {
    enum made_noise noise;
    int n, at, creep_at;
    double step, creep;
};
void made_series(uint64_t *state, const struct made *made, double *values);

/* "normal", "5% outliers", "AR(1) 0.6". */
const char *made_noise_name(enum made_noise noise);

#endif
