/* stack.h - room for our stacks, whatever limit we were started with. */
#ifndef STACK_H
#define STACK_H

#include <stdbool.h>

/* First thing in main, in a frame that is small: a limit on the stack (RLIMIT_STACK, ulimit -s)
 * below 256 KiB, of which twice as much as our commands were seen to use, is raised to 8 MiB or
 * to what is allowed, for this thread and for those that begin later with no size of their own.
 * Returns false, with a line on stderr, where that is still too little: a crash would follow. */
bool stack_open(void);

#endif
