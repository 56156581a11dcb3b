/* figures_plan_course.h - the queue over time: of what a planning recommends, and when more
 * comes. */
#ifndef FIGURES_PLAN_COURSE_H
#define FIGURES_PLAN_COURSE_H

#include "bench/figures/planned.h"

/* Draws plan-queue, where a course was measured. Returns 0 or -errno. */
int figures_plan_course(const struct planned *planned);

#endif
