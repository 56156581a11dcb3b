/* slo.h - promises (service level objectives): how they are written,
 * --slo p99=5ms,p99.9=20ms,loss=0.1%, and said. Pure functions.
 *
 * They are about all jobs that were submitted. One that got no service is infinitely
 * late, and breaks a promise, unless `loss` allows it. */
#ifndef SLO_H
#define SLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SLO_MAX = 9 };

/* What a promise may be about. */
struct slo_kind {
    const char *name;  /* "p99.9" */
    const char *field; /* of a histogram in a result: "p99.9_ns" */
    double quantile;   /* 0.999; 0: it is none (mean, max, loss) */
    int samples_min;   /* 1/(1-q): with fewer, the quantile lies beyond the largest sample */
    bool is_loss;      /* a share of the jobs, no time */
};

/* It is promised that `kind` of the latency is at most limit_ns, or the loss at most
 * limit_share. */
struct slo {
    const struct slo_kind *kind;
    int64_t limit_ns;
    double limit_share;
};

struct slo_list {
    struct slo items[SLO_MAX]; /* each kind at most once */
    int count;                 /* 0: nothing is promised */
};

/* Whether some loss was allowed. */
bool slo_allows_loss(const struct slo_list *list);

/* Reads p99=5ms,p99.9=20ms,loss=0.1%. Returns 0, or -EINVAL and one line in `why` that names
 * the wrong word and what is allowed. */
int slo_parse(const char *text, struct slo_list *list, char *why, size_t size);

/* The kind of that name, or NULL. */
const struct slo_kind *slo_kind(const char *name);

/* "5 ms"; "p99 <= 5 ms", "loss <= 0.1%"; all of them, by ", ". Return text. */
const char *slo_limit_text(double ns, char *text, size_t size);
const char *slo_text(const struct slo *slo, char *text, size_t size);
/* What was measured of that kind: "4.2 ms", "0.3%"; "lost" where a job got no service. */
const char *slo_value_text(const struct slo_kind *kind, double value, char *text, size_t size);
const char *slo_list_text(const struct slo_list *list, char *text, size_t size);

#endif
