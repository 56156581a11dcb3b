/* suite.h - which configurations a run has: the default suite, or the product of
 * what was asked for. */
#ifndef SUITE_H
#define SUITE_H

#include "bench/commands/options.h"

/* Fills a plan. The floor, `inline`, knows no workers: it is measured once for
 * each workload that needs no ability of a pool, asked for or not. What a pool
 * cannot do is in plan->skipped. Returns 0 or -ENOMEM. Owner of entries and
 * skipped: the caller (suite_free). */
int suite_plan(const struct options *options, struct plan *plan);
void suite_free(struct plan *plan);

#endif
