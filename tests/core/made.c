/* made.c - see made.h. */
#include "tests/core/made.h"

#include <math.h>

#include "workloads/core/random.h"

const char *made_noise_name(enum made_noise noise)
{
    static const char *const names[] = {"normal", "5% outliers", "AR(1) 0.6"};
    return names[noise];
}

double made_uniform(uint64_t *state)
{
    return ((double)(random_mix((*state)++) >> 11) + 0.5) * 0x1p-53;
}

/* Box and Muller. */
double made_normal(uint64_t *state)
{
    double radius = sqrt(-2 * log(made_uniform(state)));
    return radius * cos(2 * M_PI * made_uniform(state));
}

void made_series(uint64_t *state, const struct made *made, double *values)
{
    static const double mood = 0.6;
    double z = 0;
    for (int i = 0; i < made->n; i++) {
        double fresh = made_normal(state);
        z = made->noise == MADE_MOODS && i ? mood * z + sqrt(1 - mood * mood) * fresh : fresh;
        values[i] = 1 + 0.02 * (z + (i >= made->at ? made->step : 0));
        if (made->noise == MADE_OUTLIERS && made_uniform(state) < 0.05)
            values[i] *= 1.2 + 0.4 * made_uniform(state);
        values[i] *= exp(-made->creep * fmax(0, i - made->creep_at));
    }
}
