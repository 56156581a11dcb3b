/* before.h - what must hold before a command measures anything. */
#ifndef BEFORE_H
#define BEFORE_H

/* Whether the clocks of the CPUs are in step (machine/clocks.h). Returns EXIT_GOOD, or
 * EXIT_CANNOT after a line on stderr that says which are not, and what helps. */
int before_clocks(void);

/* Whether this program can start itself, for the processes of rounds. Returns as above. */
int before_processes(void);

#endif
