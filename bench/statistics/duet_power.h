/* duet_power.h - how often the rule of a duet finds a change of a given size on this
 * machine, by drawing its processes again. */
#ifndef DUET_POWER_H
#define DUET_POWER_H

#include <stdint.h>

/* Of what a run of one benchmark has. */
struct duet_power {
    int first, second; /* processes of the sessions */
    int suspects;      /* that share the level of the second */
    double floor;      /* as a logarithm */
    uint64_t seed;
};

/* values: ln(new/base) of `count` >= 1 processes. They are centred, drawn with replacement,
 * each with a random sign, because base and new are alike but for the change; and `shift`
 * (a logarithm) is added. Returns the share of `runs` runs that are accused. Source: Efron's
 * bootstrap (1979). Pure. */
double duet_power(const double *values, int count, double shift, const struct duet_power *power, int runs);

#endif
