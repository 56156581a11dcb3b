/* made_result.c - see made_result.h. */
#include "tests/core/made_result.h"

#include <math.h>
#include <stdio.h>

#include "tests/core/made.h"

const char *made_rounds_name(enum made_rounds kind)
{
    static const char *const names[] = {"normal", "heavy-tailed", "bimodal", "tied", "shared"};
    return names[kind];
}

/* By what a round's time is multiplied; `mood` is that of all benchmarks of the round. */
static double noise(uint64_t *state, enum made_rounds kind, double mood)
{
    static const double spread = 0.02, tail = 1.2;
    switch (kind) {
    case MADE_ROUNDS_HEAVY:
        return 1 + spread * pow(made_uniform(state), -1 / tail);
    case MADE_ROUNDS_BIMODAL:
        return (1 + 0.8 * (made_uniform(state) < 0.4)) * exp(spread / 2 * made_normal(state));
    case MADE_ROUNDS_TIED:
        return 1 + 0.02 * round(made_normal(state));
    case MADE_ROUNDS_SHARED:
        return exp(spread * (0.9 * mood + 0.44 * made_normal(state)));
    default:
        return exp(spread * made_normal(state));
    }
}

static json_t *made_configuration(uint64_t *state, const struct made_result *made, int which, const double *moods)
{
    json_t *trials = json_array();
    char pool[32];
    double slower = which < made->slow ? 1 + made->by : 1;
    snprintf(pool, sizeof pool, "p%d", which);
    for (int r = 0; r < made->rounds; r++) {
        double ns = 1000 * slower * noise(state, made->kind, moods[r]);
        json_array_append_new(trials, json_pack("{s:i, s:s, s:f, s:f, s:f, s:{s:f}}", "round", r, "verdict", "ok",
                                                "jobs_per_s", 1e9 / ns, "ns_per_job", ns, "cpu_ns_per_job",
                                                2000 * noise(state, made->kind, moods[r]), "memory", "pool_bytes",
                                                50000 * noise(state, made->kind, moods[r])));
    }
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:s, s:s, s:s, s:s, s:i, s:o}", "pool", pool, "spec",
                     "cpu:size=1us", "workload", "cpu", "workers", 2, "producers", 1, "capacity", 1024, "full", "block",
                     "pin", "core", "role", "asked", "results", "none", "results_capacity", 0, "trials", trials);
}

json_t *made_result(uint64_t *state, const struct made_result *made)
{
    enum { ROUNDS = 64 };
    double moods[ROUNDS] = {0};
    json_t *configurations = json_array();
    for (int r = 0; r < made->rounds && r < ROUNDS; r++)
        moods[r] = made_normal(state);
    for (int i = 0; i < made->benchmarks; i++)
        json_array_append_new(configurations, made_configuration(state, made, i, moods));
    return json_pack("{s:s, s:i, s:s, s:{s:s, s:i}, s:o}", "program", "poolbench", "format", 1, "date",
                     "2026-11-29T12:00:00Z", "machine", "cpu_model", "made up", "cpus", 2, "configurations",
                     configurations);
}
