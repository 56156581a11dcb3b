/* series.h - the points of the history, gathered by series: one benchmark on one machine, in
 * the order of dates. */
#ifndef SERIES_H
#define SERIES_H

#include "bench/history/store.h"

enum { SERIES_REVISION = 104 };

struct series_point {
    long long run;
    char date[32], revision[SERIES_REVISION];
    double value, low, high;
    bool noisy; /* the machine was not quiet, or the run was interrupted */
    int rounds, failed;
};

struct series {
    char *machine, *hardware;
    char benchmark[RECORD_NAME];
    enum workload_unit unit;
    bool more_is_better, is_floor;
    struct series_point *points; /* [count] */
    int count;
};

struct series_list {
    struct series *all; /* [count] */
    int count;
};

/* As store_points, whose errors it returns; else how many series. Owner of what the list holds: the caller
 * (series_free, also after an error). */
int series_read(struct store *store, const char *machine, const char *pattern, struct series_list *list, char *why,
                size_t size);
void series_free(struct series_list *list);

#endif
