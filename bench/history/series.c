/* series.c - see series.h. */
#include "bench/history/series.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"

/* Room for one more, at powers of two. */
static void *grown(void *list, int count, size_t size)
{
    if (count & (count - 1))
        return list;
    list = realloc(list, (size_t)(count ? 2 * count : 1) * size);
    must_memory(list);
    return list;
}

static char *copy_of(const char *text)
{
    char *copy = strdup(text);
    must_memory(copy);
    return copy;
}

static struct series *series_for(struct series_list *list, const struct store_run *run,
                                 const struct record_point *point)
{
    struct series *last = list->count ? &list->all[list->count - 1] : NULL;
    if (last && !strcmp(last->machine, run->machine) && !strcmp(last->hardware, run->hardware) &&
        !strcmp(last->benchmark, point->benchmark))
        return last;
    list->all = grown(list->all, list->count, sizeof *list->all);
    last = &list->all[list->count++];
    *last = (struct series){.machine = copy_of(run->machine), .hardware = copy_of(run->hardware)};
    snprintf(last->benchmark, sizeof last->benchmark, "%s", point->benchmark);
    return last;
}

static void add_point(void *context, const struct store_run *run, const struct record_point *point)
{
    struct series *series = series_for(context, run, point);
    struct series_point *added;
    series->unit = point->unit;
    series->more_is_better = point->more_is_better;
    series->is_floor = point->is_floor;
    series->points = grown(series->points, series->count, sizeof *series->points);
    added = &series->points[series->count++];
    *added = (struct series_point){.run = run->id,
                                   .value = point->value,
                                   .low = point->low,
                                   .high = point->high,
                                   .rounds = point->rounds,
                                   .failed = point->failed,
                                   .noisy = run->interrupted || (*run->noise && strcmp(run->noise, "quiet"))};
    snprintf(added->date, sizeof added->date, "%s", run->date);
    snprintf(added->revision, sizeof added->revision, "%s", run->revision);
}

int series_read(struct store *store, const char *machine, const char *pattern, struct series_list *list, char *why,
                size_t size)
{
    int error;
    *list = (struct series_list){.count = 0};
    error = store_points(store, machine, pattern, add_point, list, why, size);
    return error < 0 ? error : list->count;
}

void series_free(struct series_list *list)
{
    for (int i = 0; i < list->count; i++) {
        free(list->all[i].machine);
        free(list->all[i].hardware);
        free(list->all[i].points);
    }
    free(list->all);
    *list = (struct series_list){.count = 0};
}
