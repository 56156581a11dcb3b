/* ci_kit.h - a pool of somebody's in a repository, for the tests of what docs/ci gives to it. */
#ifndef CI_KIT_H
#define CI_KIT_H

/* The pool of docs/plugins.md in `repo`, with two revisions, and an environment in which docs/ci/duet.sh measures it in
 * 0.3 s, into `kept`. */
void ci_kit_repository(void);

/* The comment that was written into this folder; until the next call. */
const char *ci_kit_page(const char *where);

#endif
