/* planned.h - a planning as its figures need it: sizes, what was measured of each, and what
 * the model says. */
#ifndef PLANNED_H
#define PLANNED_H

#include "bench/figures/drawing.h"
#include "bench/models/service.h"
#include "bench/statistics/slo.h"

enum { PLANNED_SIZES_MAX = 32, PLANNED_POINTS_MAX = 64 };

/* What was promised, at one rate with one number of workers. */
struct planned_point {
    double rate, ns, low_ns, high_ns; /* high_ns INFINITY: it has no end */
    double samples;
    char verdict[16]; /* "kept", "broken", "cannot tell" */
};

struct planned_size {
    int workers;
    struct planned_point at_rate;
    double model_ns, model_rate; /* NaN: none */
    const json_t *curve;         /* of a recording: pairs of times as dense, and ns; NULL */
};

struct planned {
    const struct drawing *drawing;
    const json_t *plan;
    char rest[160];     /* the workload without its rate */
    struct slo slo;     /* the promise of time that the sizes were judged by */
    double rate;        /* asked for; 0: the rate of each size is what was looked for */
    bool recorded;      /* a recorded load: its model is in the document */
    double scale;       /* rates of the plan in those that were offered: of a recording the plan's have its warm-up */
    int answer;         /* workers that are recommended; 0: none */
    const char *policy; /* of a full queue, of the answer or of the sizes */
    struct planned_size sizes[PLANNED_SIZES_MAX]; /* by workers */
    int size_count;
    struct service service; /* count 0: no model is drawn */
};

/* A number of an object; NaN: none. */
double planned_number(const json_t *object, const char *key);

/* Returns 0; -EINVAL: there is nothing to draw. planned_end in any case. */
int planned_begin(struct planned *planned, const struct drawing *drawing);
void planned_end(struct planned *planned);

/* All points of so many workers, in the order of the rate; of one rate that was measured more
 * than once the one with most samples. Returns how many. */
int planned_points(const struct planned *planned, int workers, struct planned_point *points);

/* What the model says of the promise; INFINITY: overloaded; NaN: nothing. */
double planned_model_ns(const struct planned *planned, int workers, double rate);

#endif
