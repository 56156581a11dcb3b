/* answers_noise.h - how quiet the machine was, in a sentence. */
#ifndef PAGE_ANSWERS_NOISE_H
#define PAGE_ANSWERS_NOISE_H

#include <jansson.h>

#include "bench/page/answers.h"

/* Of any document with "noise". `before`: what stands before the sentence, as "A: "; or "". */
void answers_noise(const json_t *document, const char *before, struct answers *answers);

#endif
