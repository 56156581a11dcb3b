/* answers_check.h - what a check comes to, in sentences. */
#ifndef PAGE_ANSWERS_CHECK_H
#define PAGE_ANSWERS_CHECK_H

#include <jansson.h>

#include <stdbool.h>

#include "bench/page/answers.h"

/* Of a document of `poolbench check` (results/read_matrix.h). */
void answers_check(const json_t *document, struct answers *answers);

/* Whether it is one of `check --contract`: its cells are promises, and no bugs. */
bool answers_check_is_contract(const json_t *document);

#endif
