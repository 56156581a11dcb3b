/* shadow.h - functions and data that a library has and this program has, too, under one name.
 *
 * The dynamic loader looks in the program first, for the library's own uses as well: a library
 * that calls its pool_finish() then calls this program's, and crashes, or worse. That is a mistake of
 * neither, and would look like one of the pool. */
#ifndef SHADOW_H
#define SHADOW_H

#include "workloads/core/why.h"

/* Whether that befalls the object (of dlopen), or a library that was loaded along with it.
 * Returns 0, or -EINVAL with the reason: which name, and how to build it. */
int shadow_check(void *object, const char *path, struct why why);

#endif
