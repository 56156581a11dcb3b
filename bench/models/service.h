/* service.h - how long jobs take to be served, as it was measured: a distribution of points
 * with weights, its moments, and numbers drawn from it.
 *
 * Built once, then read only: threads: any. Times in ns. Memory: 40 bytes a point, and of
 * equal values one point is kept; of more than SERVICE_POINTS_MAX values neighbours are
 * merged into their mean, the longest last, so that tails stay. */
#ifndef SERVICE_H
#define SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/statistics/hist.h"

enum { SERVICE_POINTS_MAX = 1 << 16 };

struct service_point {
    double ns, weight; /* the weights sum to 1 */
    double below;      /* of this point and those before it */
};

struct service_cell; /* of the table that numbers are drawn from */

struct service {
    int count;
    struct service_point *points; /* sorted upwards */
    struct service_cell *cells;
    double mean_ns;
    double cv2;       /* the squared coefficient of variation: variance / mean^2 */
    double cpu_share; /* of the time, how much is computing, 0..1; the caller's, 1 until then */
    double samples;   /* how many it was made of; INFINITY for a made one */
};

/* From measured times >= 0; they are not changed. Returns 0, -EINVAL (none; negative; not a
 * number; all 0), -ENOMEM. Owner: the caller, by service_destroy. */
int service_from_times(struct service *out, const double *ns, int64_t count);

/* From the merged histogram of a result (within 0.4%; the mean is exact). The lost are no
 * part of it. */
int service_from_hist(struct service *out, const struct hist *hist);

/* Made ones, for models and tests: all alike; exponential; lognormal of that cv2 (1 and 0
 * for the first two). Within 0.01% of the true quantiles up to p99.9. */
enum service_kind { SERVICE_FIXED, SERVICE_EXPONENTIAL, SERVICE_LOGNORMAL };
int service_made(struct service *out, enum service_kind kind, double mean_ns, double cv2);

/* The same, each time multiplied. */
int service_scaled(struct service *out, const struct service *from, double times);

/* How far the mean may be off, as a share of it (half of a 95% interval): as much as that of so many drawn again.
 * 0 for a made one. Rounds that differ more than chance are no part of it. */
double service_mean_error(const struct service *service);

/* The share that takes at most so long. */
double service_cdf(const struct service *service, double ns);

/* The shortest time within which that share ends; 0 < q <= 1. */
double service_quantile(const struct service *service, double q);

/* One service, for a number out of random_mix (workloads/core/random.h). */
double service_draw(const struct service *service, uint64_t random);

/* Whether the tail is so heavy that no formula for the wait holds with few servers: cv2
 * above SERVICE_HEAVY. */
#define SERVICE_HEAVY 2.0
bool service_is_heavy(const struct service *service);

void service_destroy(struct service *service);

#endif
