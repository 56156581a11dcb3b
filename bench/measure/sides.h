/* sides.h - two builds of the same pools in one process, each with its own copy of
 * everything, and the older one once more.
 *
 * Every side is loaded from a copy of its file in memory: a loader that is given the same
 * file twice hands out the same object twice. The symbols of one are not seen by the other
 * (RTLD_LOCAL). What they share is the harness, the allocator, and the libraries that both
 * name; pools whose code lies in such a library are refused, since they would be compared
 * with themselves. */
#ifndef SIDES_H
#define SIDES_H

#include "pools/core/pool.h"
#include "workloads/core/job_calls.h"
#include "workloads/core/why.h"

/* AGAIN is the base in a copy of its own: what it differs by from the base is this
 * machine's doing. */
enum side { SIDE_BASE, SIDE_NEW, SIDE_AGAIN, SIDES };

enum { SIDES_POOLS_MAX = 64 };

const char *side_name(enum side side); /* "base", "new", "base again" */

/* Looks at both files, each in a process of its own first, then loads them here, once (as plugin_load_here does).
 * Returns 0, or -EINVAL with one line in `why` that names the file and what is wrong.
 * Threads: before others are started. */
int sides_check(const char *base, const char *new, struct why why);

/* In which order round number `round` loads them: of six in a row each side is first, second
 * and last twice, and those of even rounds have the base before the new. Pure. */
void sides_order(int round, enum side order[SIDES]);

/* In the process of a round: loads all sides in that order. They were checked before. Returns 0, or -EINVAL with a line
 * in `why`. */
int sides_load(const char *base, const char *new, int round, struct why why);

/* The pools of a side, in its own order; NULL beyond the last, or of no such name. */
const struct pool_ops *sides_at(enum side side, int index);
const struct pool_ops *sides_find(enum side side, const char *name);

/* What jobs on that side's pools call; NULL: it exports none (of this version), and its jobs can
 * neither fork nor ask for a cancel. */
const struct job_calls *sides_job_calls(enum side side);

#endif
