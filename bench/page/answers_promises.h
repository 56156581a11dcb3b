/* answers_promises.h - which promises were kept, and up to which rate, in sentences. */
#ifndef PAGE_ANSWERS_PROMISES_H
#define PAGE_ANSWERS_PROMISES_H

#include <jansson.h>

#include "bench/page/answers.h"

/* Of a run with --slo, and of a search for a rate; nothing where nothing was promised. */
void answers_promises(const json_t *result, struct answers *answers);

#endif
