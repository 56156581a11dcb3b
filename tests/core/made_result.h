/* made_result.h - results of runs that are made up: rounds of a known distribution, with
 * benchmarks in them that are slower by a known factor. */
#ifndef MADE_RESULT_H
#define MADE_RESULT_H

#include <jansson.h>
#include <stdint.h>

/* A spread of about 2% where nothing else is said. */
enum made_rounds {
    MADE_ROUNDS_NORMAL,
    MADE_ROUNDS_HEAVY,   /* Pareto's tail of 1.2: a few rounds are several times slower */
    MADE_ROUNDS_BIMODAL, /* two of five are slower by 80%, as by where memory lies */
    MADE_ROUNDS_TIED,    /* in steps of 2%: most values are there several times */
    MADE_ROUNDS_SHARED,  /* most of what disturbs a round disturbs all benchmarks in it */
    MADE_ROUNDS_KINDS
};

struct made_result {
    enum made_rounds kind;
    int benchmarks, rounds;
    int slow; /* benchmarks, the first ones, that are slower, by `by` of their time */
    double by;
};

/* As `poolbench run` writes it: pools p0, p1, ... under cpu:size=1us, with a speed and the
 * costs of CPU time and memory. *state: any number, which goes on: the same one makes the same
 * result. Owner: the caller. */
json_t *made_result(uint64_t *state, const struct made_result *made);

/* "normal", "heavy-tailed", "bimodal", "tied", "shared". */
const char *made_rounds_name(enum made_rounds kind);

#endif
