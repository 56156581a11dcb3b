/* plan_verdicts.h - a capacity plan as a page says it (show/verdicts.h): one row, which is good when
 * what is recommended keeps the promises. */
#ifndef PLAN_VERDICTS_H
#define PLAN_VERDICTS_H

#include <jansson.h>

/* Of a finished document. Owner: the caller. */
json_t *plan_verdicts(const json_t *document);

#endif
