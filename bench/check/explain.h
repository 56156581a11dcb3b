/* explain.h - `poolbench explain`: the known bugs, to read and to run. */
#ifndef EXPLAIN_H
#define EXPLAIN_H

/* argv begins with "explain". Returns an exit status. */
int explain_command(int argc, char **argv);

#endif
