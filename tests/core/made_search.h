/* made_search.h - whole searches for the highest rate (bench/commands/rate_search.h), on queues
 * that are made up and whose answer is known: no machine is in their way, and their seconds are
 * those of the queue. */
#ifndef TESTS_MADE_SEARCH_H
#define TESTS_MADE_SEARCH_H

#include <jansson.h>

/* M/M/c, of whose p99 something is promised. */
struct sought {
    int c;
    double service, limit;     /* ns */
    double budget_s;           /* of the search */
    double still, still_every; /* as of erlang_queue (tests/core/erlang.h) */
};

/* 1, 4 and 16 workers, services of 20 us, 500 us and 2 ms; each with the time that it takes. */
enum { SOUGHT_GRID = 9 };
extern const struct sought sought_grid[SOUGHT_GRID];

/* What the search says. Owner: the caller. */
json_t *sought_once(const struct sought *sought, int seed);

/* Of many searches: what they kept, as a multiple of the rate that Erlang C allows (1: the same);
 * and how many kept none, of which the others say nothing. */
struct sought_runs {
    double mean, least, most;
    int none;
};

struct sought_runs sought_often(const struct sought *sought, int count);

/* Jobs per ns that keep the promise, by Erlang C; and that so many workers have time for, as a multiple of it. */
double sought_rate(const struct sought *sought);
double sought_saturation(const struct sought *sought);

#endif
