/* answers_run.h - what a run, a sweep or a search comes to, in sentences. */
#ifndef PAGE_ANSWERS_RUN_H
#define PAGE_ANSWERS_RUN_H

#include <jansson.h>

#include "bench/page/answers.h"

/* Of a document of `poolbench run` or `sweep`. */
void answers_run(const json_t *result, struct answers *answers);

#endif
