/* untold.c - see untold.h. */
#include "bench/page/untold.h"

#include <string.h>

static const struct {
    const char *script, *text;
} all[] = {
    {"throughput", "how long a single job waits, nor how the pools do with jobs of other lengths than these, with more "
                   "producers, or on another machine."},
    {"efficiency", "how fast jobs of your own are: its jobs compute and share nothing. What they wait for, or bring "
                   "into a cache, is not in it."},
    {"latency", "how long jobs wait that come at a rate of their own: here a producer submits as soon as there is "
                "room, and the queue is full."},
    {"workers", "what more workers than these do, and whether the processor, its clock or the pool is what stops them "
                "from being faster."},
    {"spectrum", "where the time goes (the figure of stretches does, where there is one), and nothing of percentiles "
                 "that so few jobs cannot have."},
    {"stretches", "how these times spread: they are means, and a mean says little of the slowest jobs."},
    {"forks", "what trees of other shapes cost, and what jobs with work of their own between the forks do."},
    {"sweep", "what lies between the points that were measured, nor beyond them."},
    {"course",
     "how it went in the other rounds: it is one slice of one round, to see what happens; the table has all."},
    {"load", "what happens when arrivals come in bursts that these did not have, or when jobs are longer than these."},
    {"depth", "what the jobs' own data take: it is the pool's memory, and the price of a place in its queue."},
    {"buffer", "what your consumer does: how long it takes, and whether it pauses, decides which policy is right."},
    {"cancel", "how long jobs of your own go on: a running job ends when it looks whether it was cancelled."},
    {"changes", "why it changed. Machine code at another address alone can make some percent; beside the time look at "
                "CPU time and wake-ups."},
    {"history", "what else changed on the machine at that time: a level says when, not why."},
    {"matrix", "that there are no other bugs: these were asked for, and in so many runs these answers came."},
    {"limits", "how pools do on it: it is what no pool can be faster than."},
    {"plan-workers", "what happens when the services become longer than those measured, or one machine is lost "
                     "(poolbench plan --from)."},
    {"plan-load", "what a load of another shape does: arrivals are as random here as the plan says."},
    {"plan-rate", "what happens between these numbers of workers, nor beyond them."},
    {"plan-queue", "how it went at other times: each is one slice of one round, as is what came in it."},
};

const char *untold_of(const char *script)
{
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
        if (!strcmp(all[i].script, script))
            return all[i].text;
    return "";
}
