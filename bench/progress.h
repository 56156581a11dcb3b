/* progress.h - says on stderr how far a long run is: one line that updates on
 * a terminal, a line now and then in a log. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>

void progress_begin(void);

/* What runs, which round of how many, seconds left. */
void progress_tell(const char *what, int round, int rounds, double left_s);

/* Clears the line. */
void progress_end(void);

#endif
