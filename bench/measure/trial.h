/* trial.h - what one configuration gathered in one round, and what that says.
 *
 * A trial is the median over its slices; the raw values of the slices stay
 * beside it. Latencies are merged over the slices, counts are summed. */
#ifndef TRIAL_H
#define TRIAL_H

#include "bench/measure/slice.h"

struct trial {
    int64_t jobs;         /* of each slice */
    double slice_ns;      /* how long one is expected to take */
    int count, room;      /* slices run, and wanted */
    struct slice *slices; /* [room] */
    struct slice_samples samples;
    bool ended;           /* a slice failed: no more of them */
    bool hung;            /* it never came to quiet */
    bool cannot;          /* this machine's fault */
    int descriptors_left; /* also of warm-ups */
    char failure[SLICE_FAILURE_MAX];
};

/* The trial as results/README.md describes it, but for "configuration" and
 * "round". Owner: the caller. Threads: any; not while a slice runs. */
json_t *trial_json(const struct plan_entry *entry, const struct trial *trial);

#endif
