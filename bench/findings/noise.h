/* noise.h - how far a run's figures can be believed: the worst of what was seen before it,
 * during it, and in the intervals of its rows. */
#ifndef NOISE_H
#define NOISE_H

#include <jansson.h>

/* Sets "noise" of a summarised result, as results/README.md describes it. */
void noise_add(json_t *result);

/* Whether a result says that it was quiet throughout; not where it says nothing. */
int noise_is_quiet(const json_t *result);

#endif
