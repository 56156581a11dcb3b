/* answers_verdicts.h - what a duet or a comparison comes to, in sentences. */
#ifndef PAGE_ANSWERS_VERDICTS_H
#define PAGE_ANSWERS_VERDICTS_H

#include <jansson.h>

#include "bench/page/answers.h"

/* Of verdicts (show/verdicts.h): what was judged there is said, and nothing else. */
void answers_verdicts(const json_t *verdicts, struct answers *answers);

#endif
