/* run_verdicts.h - a finished run in words, for a page. */
#ifndef RUN_VERDICTS_H
#define RUN_VERDICTS_H

#include <jansson.h>

/* As show/verdicts.h describes it: no pass is what fails, and what broke a promise; undecided what
 * could not be measured here, or may or may not have kept its promises. Owner: the caller. */
json_t *run_verdicts(const json_t *result);

#endif
