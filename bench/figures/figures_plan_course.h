/* figures_plan_course.h - the queue over time: of what a planning recommends, and when more
 * comes. */
#ifndef FIGURES_PLAN_COURSE_H
#define FIGURES_PLAN_COURSE_H

#include <stdbool.h>

#include "bench/figures/planned.h"

/* Draws plan-queue, where a course was measured. Returns 0 or -errno. */
int figures_plan_course(const struct planned *planned);

/* Where on the line of the queue's places their number stands, so that the curve stays furthest from it: at which share
 * of a panel of that range it begins. Pure. */
double figures_plan_course_at(const double *values, int count, double places, double range);

#endif
