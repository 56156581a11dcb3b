/* answers_noise.h - how quiet the machine was, in a sentence. */
#ifndef PAGE_ANSWERS_NOISE_H
#define PAGE_ANSWERS_NOISE_H

#include <jansson.h>

#include "bench/page/answers.h"

/* Of any document with "noise". */
void answers_noise(const json_t *document, struct answers *answers);

#endif
