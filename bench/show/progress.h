/* progress.h - says on stderr how far a long run is: one line that updates on
 * a terminal, a line now and then in a log. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>

/* What the steps are called: "round". */
void progress_begin(const char *unit);

/* What runs, which step of how many, seconds left (NAN or < 0: not known). Where that would be more than was
 * said before, what was said before is said again: the time left never rises. */
void progress_tell(const char *what, int step, int steps, double left_s);

/* Clears the line. */
void progress_end(void);

#endif
