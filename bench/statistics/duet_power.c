/* duet_power.c - see duet_power.h. */
#include "bench/statistics/duet_power.h"

#include "bench/statistics/duet_rule.h"

enum { VALUES_MAX = 1024 };

/* xorshift64*. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

static void draw(double *out, int wanted, const double *values, int count, double centre, double shift, uint64_t *state)
{
    for (int i = 0; i < wanted; i++) {
        uint64_t random = next_random(state);
        double value = values[(random >> 8) % (uint64_t)count] - centre;
        out[i] = shift + (random >> 60 & 1 ? value : -value);
    }
}

double duet_power(const double *values, int count, double shift, const struct duet_power *power, int runs)
{
    double drawn[VALUES_MAX], centre = stats_shift(values, count, 0.025).estimate;
    uint64_t state = power->seed ? power->seed : 1;
    int first = power->first < VALUES_MAX ? power->first : VALUES_MAX;
    int second = power->second < VALUES_MAX ? power->second : VALUES_MAX, accused = 0;
    for (int i = 0; i < runs; i++) {
        draw(drawn, first, values, count, centre, shift, &state);
        if (duet_rule_look(drawn, first, power->floor).verdict != DUET_SLOWER)
            continue;
        draw(drawn, second, values, count, centre, shift, &state);
        accused += duet_rule_confirm(drawn, second, power->floor, DUET_SLOWER, power->suspects).verdict == DUET_SLOWER;
    }
    return runs > 0 ? (double)accused / runs : 0;
}
