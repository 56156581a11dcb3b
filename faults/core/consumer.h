/* consumer.h - the scenario of a consumer that stops receiving, or never began.
 *
 * A producer submits jobs whose results the consumer takes, or some of them; then
 * the pool is freed with what is left. How the client stops is the fault's. */
#ifndef CONSUMER_H
#define CONSUMER_H

#include <stdbool.h>

#include "faults/core/fault.h"

/* Notes: what free returned, and that it did; those of the fault follow. */
enum { CONSUMER_GIVEN_UP, CONSUMER_FREED, CONSUMER_NOTES };

/* Opens the cell's pool with so many places for results. The consumer takes `takes`
 * of the results of jobs 0..jobs-1; if it leaves before the end the pool is freed
 * once `left` and then `named` are so. */
struct consumer {
    int jobs, takes, places;
    bool (*left)(void);  /* all jobs are where they stay, as nobody receives */
    bool (*named)(void); /* the pool says so */
};
void consumer_play(const struct consumer *consumer);

/* For judges: whether the call that does not return is the free. */
bool consumer_frees(const struct outcome *outcome);

#endif
