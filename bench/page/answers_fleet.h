/* answers_fleet.h - what a forecast for a fleet (`poolbench plan --from -o`) says. */
#ifndef PAGE_ANSWERS_FLEET_H
#define PAGE_ANSWERS_FLEET_H

#include <jansson.h>

#include "bench/page/answers.h"

/* By the model, and as such: whether the promise is kept, with all machines well, one slow, one lost; how many machines
 * it takes; what nobody measured. Of a checked document (read_fleet.h). */
void answers_fleet(const json_t *document, struct answers *answers);

#endif
