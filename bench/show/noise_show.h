/* noise_show.h - the noise of a run in a line. */
#ifndef NOISE_SHOW_H
#define NOISE_SHOW_H

#include <jansson.h>
#include <stddef.h>

/* "quiet", or the verdict and what it comes from: "unusable (before: unusable, something
 * else keeps the CPUs 100% busy; during: noisy, 2 of 12 rounds disturbed, ...)"; "not known"
 * of a result that does not say. Returns text. */
const char *noise_show(const json_t *result, char *text, size_t size);

#endif
