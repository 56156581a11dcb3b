/* wall.h - the wall clock of this process, which can be set: clock_gettime, gettimeofday, time and
 * timespec_get are interposed in this program as births.h interposes pthread_create. The kernel does not know:
 * sleeps until a moment of CLOCK_REALTIME end when they would. */
#ifndef WALL_H
#define WALL_H

#include <stdbool.h>
#include <stdint.h>

/* From now on it is so much later than the kernel says. */
void wall_shift(int64_t ns);

/* Whether it can be set here: not in a sanitizer's program. */
bool wall_possible(void);

#endif
