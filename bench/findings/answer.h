/* answer.h - what a run of several workloads comes to: a line for each kind of work,
 * in which the pools are told apart by intervals.
 *
 * Kinds of work: each workload is one (but depth, which is none), cpu jobs are two (up
 * to 1 us; longer); of jobs with results only the policy `block` counts. A pool's value
 * in a round is the mean over the kind's configurations of the logarithm of its speed
 * there, by what the workload is judged by (a rate, or the inverse of a time). Each
 * pool is set against the best, over the rounds that both have; the best is the one
 * whose median has the highest lower end of its interval. The ratio is Hodges and
 * Lehmann's estimate with the exact 95% interval of Wilcoxon's signed-rank test
 * (statistics/stats.h). */
#ifndef ANSWER_H
#define ANSWER_H

#include <jansson.h>

/* The array, also where there is but one kind of work. Owner: the caller. */
json_t *answer_find(const json_t *result);

/* Sets "answer" of a summarised result with "metg", an array as results/README.md
 * describes it; empty where there are less than two kinds of work or two pools. */
void answer_add(json_t *result);

#endif
