/* fleet_forecast.h - more than was measured: what to expect of so many machines of so many
 * workers, by the simulation of a fleet (bench/models/fleet.h), with its uncertainty.
 *
 * Everything is played three times: with the services as measured, and with the shortest and
 * the longest that the rounds and the scaling law leave open. A promise is `kept` where it
 * is with the longest, `broken` where it is with the shortest, and else nobody can tell; nor
 * where no law says what so many workers do to each other. */
#ifndef FLEET_FORECAST_H
#define FLEET_FORECAST_H

#include <jansson.h>

#include "bench/findings/measured_service.h"
#include "bench/statistics/slo.h"

enum {
    FLEET_SHAPES_MAX = 8,
    FLEET_WORKERS_MAX = 50000 /* of all machines; of more too few requests could be played */
};

struct fleet_question {
    const struct measured_service *measured;
    const struct scalability *law; /* NULL: not known */
    const char *law_why;           /* why not */
    int measured_workers_most;     /* the largest number of workers that was measured */

    double rate;                  /* jobs per ns, of all machines */
    int machines, workers;        /* machines 0: as many as the promise takes */
    int shapes[FLEET_SHAPES_MAX]; /* other numbers of workers to look at */
    int shape_count;
    int64_t places;                  /* of each machine's queue; 0: no bound */
    const struct slo_list *promises; /* empty: p50, p99 and p99.9 are shown, and nothing is judged */
    int64_t requests;                /* of each play; 0: 1 million, and more where there are many workers */
    uint64_t seed;
    void (*tell)(const char *what, int done, int all); /* NULL, or is called as it goes on */
};

/* The document's "fleet" (results/README.md), or NULL when out of memory. Blocks: some
 * seconds. Owner: the caller. */
json_t *fleet_forecast(const struct fleet_question *question);

/* "kept", "broken", "cannot tell", or "" where nothing was promised: of what it recommends. */
const char *fleet_forecast_verdict(const json_t *fleet);

#endif
