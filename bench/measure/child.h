/* child.h - the process of one round: started afresh, holds slices of all
 * configurations, reports each trial, ends.
 *
 * Why a process: placement, layout and the allocator's state give a whole
 * process one bias, so that values from inside one process are no independent
 * samples. Protocol: the plan comes as JSON on one descriptor, reports go out
 * on another, one JSON object per line:
 *
 *     {"running": {...}}  a slice of "configuration" begins; it, or a hang of
 *                         it, is told of within "limit_s"
 *     {"trial": {...}}    one configuration's result of this round
 *     {"round": {...}}    noise of the whole round; the last line */
#ifndef CHILD_H
#define CHILD_H

#include <signal.h>

#define CHILD_ARGUMENT "--round-child"

/* Signals by which the parent ends it: after the slice that runs, or without it. Either way
 * the slices before are told of. */
#define CHILD_STOP SIGINT
#define CHILD_GIVE_UP SIGUSR1

/* The program's main when it was started as `poolbench --round-child PLAN OUT`
 * (descriptor numbers). Returns the exit status. */
int child_main(int plan_descriptor, int out_descriptor);

#endif
