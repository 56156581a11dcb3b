/* revision.h - what git says of a revision, where there is a repository here. */
#ifndef REVISION_H
#define REVISION_H

#include <stddef.h>

/* `ring: claim in batches of 16`: the first line of its message; "" where git, the repository or the revision is not
 * here. Starts git; the text is made safe to print. Returns text. */
const char *revision_subject(const char *revision, char *text, size_t size);

#endif
