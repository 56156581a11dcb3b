/* cell_process.h - the process of one cell of a foreign pool: this program again, by exec,
 * which loads the plug-ins and plays the scenario. A child of a fork would lack what their
 * objects made when they were loaded: threads, timers, rings. */
#ifndef CELL_PROCESS_H
#define CELL_PROCESS_H

#include <stdbool.h>

#include "faults/core/judge.h"

/* For judge_setup. */
int cell_process_become(const struct judge_case *what, const struct cell_start *cell, int record);

/* Whether this program was started as one; then cell_process_main is its main. */
bool cell_process_is(int argc, char **argv);
int cell_process_main(int argc, char **argv);

#endif
