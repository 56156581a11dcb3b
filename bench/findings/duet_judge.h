/* duet_judge.h - what a duet's document says of each benchmark: trials of two sessions in,
 * a "finding" out (fields: results/README.md). The rule itself is statistics/duet_rule.h. */
#ifndef DUET_JUDGE_H
#define DUET_JUDGE_H

#include <jansson.h>
#include <stdbool.h>

#include "bench/statistics/duet_rule.h"

enum { DUET_VALUES_MAX = 4096 }; /* processes of a session */

/* A number of each good trial of a session ("first", "second"). Returns how many. */
int duet_judge_values(const json_t *benchmark, const char *session, const char *key, double *values, int max);

/* How far two copies of the base read apart (NaN: not measured), and certainly are, as
 * shares; and the floor, as a logarithm. */
double duet_judge_again(const json_t *benchmark, double *certain);
double duet_judge_floor(const json_t *benchmark);

/* A look at the first session. Threads: not for several at once, as all below. */
struct duet_finding duet_judge_look(const json_t *benchmark);

/* What one suspicion became. `suspicion`: as the last look of the first session said;
 * `suspects` of that direction were measured again. process_s: what a further process of this
 * benchmark takes. Writes "finding" and "costs"; where something failed, what came of that (duet_failures.h). */
struct duet_suspicion {
    enum duet_verdict verdict; /* DUET_SLOWER or DUET_FASTER; else there was none */
    int suspects;
    int benchmarks;  /* of the whole duet, among which some fail by chance; 0: this one */
    bool unfinished; /* the second session was interrupted: how many processes it has was not fixed before */
};
void duet_judge_write(json_t *benchmark, const struct duet_suspicion *suspicion, double threshold, double process_s);

/* Of all findings: how many have that verdict ("slower", ...); and what decides the exit status: how many are a
 * regression, how many failed on the new side, maybe by chance, and how many could not be measured. */
int duet_judge_count(const json_t *benchmarks, const char *verdict);
int duet_judge_regressions(const json_t *benchmarks);
int duet_judge_fails(const json_t *benchmarks);
int duet_judge_cannot(const json_t *benchmarks);

#endif
