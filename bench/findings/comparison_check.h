/* comparison_check.h - whether two documents can be compared. */
#ifndef COMPARISON_CHECK_H
#define COMPARISON_CHECK_H

#include <jansson.h>

#include "workloads/core/why.h"

/* All return 0, or -EINVAL and what is wrong in `why`. The first: whether a document, that
 * of this path, holds a figure that no run has. */
int comparison_check_figures(const json_t *document, const char *path, struct why why);

/* Whether each benchmark, or search, is in a document once: of two nobody knows which is meant. Of a plan, whose
 * sizes are no benchmarks, nothing is asked. */
int comparison_check_twins(const json_t *document, const char *path, struct why why);

/* Of a benchmark of the base that is not in the new one: where it is there again, but with other
 * parameters, somebody meant to compare what cannot be compared. */
int comparison_check_parameters(const json_t *base_document, const json_t *new_document, const json_t *one,
                                struct why why);

/* What a rate was to keep must be the same, and whether one was searched for. */
int comparison_check_promises(const json_t *base, const json_t *new, const char *const paths[2], struct why why);

#endif
