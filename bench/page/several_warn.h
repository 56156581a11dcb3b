/* several_warn.h - how quiet the machine was, of several documents at once: a page that begins with the notes of each
 * would bury what it says. */
#ifndef PAGE_SEVERAL_WARN_H
#define PAGE_SEVERAL_WARN_H

#include "bench/page/answers.h"
#include "bench/page/documents.h"
#include "bench/page/tree.h"

/* Adds at most a `notice` of each kind to the page, which names the documents; their own stand with them (facts.h). */
void several_warn(xmlNode *page, const struct document *documents, int count);

/* Of runs that have no such notice: that all were quiet, or of which it is not known. */
void several_warn_answer(const struct document *documents, int count, struct answers *answers);

#endif
