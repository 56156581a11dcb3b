/* backlog.h - whether an open loop falls behind: the one rule, for the line under a
 * table and for promises. */
#ifndef BACKLOG_H
#define BACKLOG_H

#include <stdbool.h>

/* An open loop's figures: rates per second, jobs of a slice, times in ns. */
struct backlog {
    double offered, done, jobs, p50_ns, p99_ns, run_ns;
};

/* Whether the backlog grows: whether the last job ends much later than the last
 * arrival. Its own run is allowed for, and that what comes at random comes in numbers
 * that vary by their square root. Where the backlog grows the last latency is as good
 * as the longest; a queue that is only long now and then has that somewhere in
 * between, and one that stood still at the end, once, a small median. Not for bursts,
 * which end with a backlog by their nature. */
bool backlog_grows(const struct backlog *backlog);

#endif
