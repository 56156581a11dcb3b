/* answers_plan.h - what a capacity plan comes to, in sentences. */
#ifndef PAGE_ANSWERS_PLAN_H
#define PAGE_ANSWERS_PLAN_H

#include <jansson.h>

#include "bench/page/answers.h"

/* Of a document with "plan" (results/README.md). */
void answers_plan(const json_t *result, struct answers *answers);

#endif
