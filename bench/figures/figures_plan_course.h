/* figures_plan_course.h - the queue over time: of what a planning recommends, and when more
 * comes. */
#ifndef FIGURES_PLAN_COURSE_H
#define FIGURES_PLAN_COURSE_H

#include <stdbool.h>

#include "bench/figures/planned.h"

/* Draws plan-queue, where a course was measured. Returns 0 or -errno. */
int figures_plan_course(const struct planned *planned);

/* How far a curve stays from a label that stands on the line of the queue's places, at the right or the left
 * end of a panel of that range; below 0: it meets it. Pure. */
double figures_plan_course_clear(const double *values, int count, double places, double range, bool right);

#endif
