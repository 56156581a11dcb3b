/* version.c - what the Makefile knows: version, revision and flags. Compiled with
 * POOLBENCH_VERSION, POOLBENCH_REVISION and POOLBENCH_FLAGS; alone, so that a new revision
 * compiles nothing else. */
#include "bench/machine/machine.h"

#ifndef POOLBENCH_VERSION
#define POOLBENCH_VERSION "unknown"
#endif
#ifndef POOLBENCH_REVISION
#define POOLBENCH_REVISION "unknown"
#endif
#ifndef POOLBENCH_FLAGS
#define POOLBENCH_FLAGS "unknown"
#endif

const char machine_release[] = POOLBENCH_VERSION;
const char machine_revision[] = POOLBENCH_REVISION;
const char machine_flags[] = POOLBENCH_FLAGS;
