/* contract.h - `poolbench check --contract`: the promises of pool.h on any pool, a test each.
 *
 * The tests are those that our own pools pass (tests/contract/). They interpose what a cell
 * of the check does not, so they are a program of their own, poolbench-contract, that lies
 * beside this one. Each test is a process of it, started anew: a plug-in may have threads
 * from when it is loaded. The judge is here: it sees crashes, proves hangs, and ends what
 * takes too long.
 *
 * A suite of tests looks like a fault, a test like one of its cells: so all that prints a
 * matrix prints this one, too. */
#ifndef CHECK_CONTRACT_H
#define CHECK_CONTRACT_H

#include "bench/check/check.h"
#include "workloads/core/why.h"

/* The tests as faults, from poolbench-contract. Returns 0, or -EINVAL with one line in `why`. */
int contract_find(struct why why);
int contract_count(void);
const struct fault *contract_at(int index);

/* As judge_run, of a cell that is a test. */
int contract_run(const struct judge_setup *setup, const struct judge_case *what, struct judge_result *result);

/* What people see of it. */
void contract_print(const struct check_matrix *matrix, FILE *out);

#endif
