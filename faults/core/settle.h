/* settle.h - the threads of this process, from within: do they sleep, and what did
 * they use?
 *
 * A heuristic and no proof: it decides when a scenario goes on, never what it says. */
#ifndef SETTLE_H
#define SETTLE_H

#include <stdint.h>
#include <sys/types.h>

/* Naps until every other thread of this process is asleep in two looks and did not run
 * between them, or until the limit. */
void settle(int64_t limit_ns);

/* What a thread of this process has used, in ns; -1: it is gone, or hidden. */
int64_t settle_run_ns(pid_t thread);

#endif
