/* asleep.h - the scenario of an idle pool that is freed, whose workers are all asleep.
 *
 * Two kinds are told apart where free does not return: what its workers wait for then. */
#ifndef ASLEEP_H
#define ASLEEP_H

#include "faults/core/fault.h"

void asleep_play(void);

/* Whether free does not return, and all jobs had ended. */
bool asleep_hangs(const struct outcome *outcome);

/* Of its workers then, as far as they are known: how many are left, and how many of them wait for a lock. */
int asleep_left(const struct record *record);
int asleep_locked(const struct record *record);

#endif
