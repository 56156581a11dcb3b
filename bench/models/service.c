/* service.c - see service.h. */
#include "bench/models/service.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

/* A cell of the alias table: one number chooses a cell and, in it, one of two points.
 * Source: A. J. Walker (1977), M. D. Vose (1991). */
struct service_cell {
    double ns, other_ns;
    uint32_t first; /* of 2^32: how often it is the first of the two */
};

/* Which cells have less than their share, which more. */
static int alias_fill(struct service *service, double *share, int *small, int *large)
{
    int smalls = 0, larges = 0, n = service->count;
    for (int i = 0; i < n; i++) {
        share[i] = service->points[i].weight * n;
        service->cells[i] = (struct service_cell){service->points[i].ns, service->points[i].ns, UINT32_MAX};
        if (share[i] < 1)
            small[smalls++] = i;
        else
            large[larges++] = i;
    }
    while (smalls > 0 && larges > 0) {
        int less = small[--smalls], more = large[larges - 1];
        service->cells[less].other_ns = service->points[more].ns;
        service->cells[less].first = (uint32_t)(share[less] * 4294967295.0);
        share[more] -= 1 - share[less];
        if (share[more] < 1) {
            larges--;
            small[smalls++] = more;
        }
    }
    return 0;
}

static int alias_build(struct service *service)
{
    size_t n = (size_t)service->count;
    double *share = malloc(n * sizeof *share);
    int *small = malloc(n * sizeof *small), *large = malloc(n * sizeof *large), error = -ENOMEM;
    service->cells = malloc(n * sizeof *service->cells);
    if (share && small && large && service->cells)
        error = alias_fill(service, share, small, large);
    free(share);
    free(small);
    free(large);
    return error;
}

double service_draw(const struct service *service, uint64_t random)
{
    const struct service_cell *cell = &service->cells[(random >> 32) * (uint64_t)service->count >> 32];
    return (uint32_t)random <= cell->first ? cell->ns : cell->other_ns;
}

/* From sorted points, their weights of any sum: the rest of it. */
static int finish(struct service *out)
{
    double sum = 0, below = 0, square = 0;
    out->mean_ns = out->cv2 = 0;
    out->cpu_share = 1;
    for (int i = 0; i < out->count; i++)
        sum += out->points[i].weight;
    for (int i = 0; i < out->count; i++) {
        struct service_point *point = &out->points[i];
        point->weight /= sum;
        point->below = below += point->weight;
        out->mean_ns += point->weight * point->ns;
    }
    out->points[out->count - 1].below = 1;
    for (int i = 0; i < out->count; i++)
        square += out->points[i].weight * pow(out->points[i].ns - out->mean_ns, 2);
    if (!(out->mean_ns > 0) || !isfinite(out->mean_ns))
        return -EINVAL;
    out->cv2 = square / out->mean_ns / out->mean_ns;
    return alias_build(out);
}

static int begin(struct service *out, int points)
{
    *out = (struct service){.points = malloc((size_t)points * sizeof *out->points)};
    return out->points ? 0 : -ENOMEM;
}

static void add(struct service *out, double ns, double weight)
{
    out->points[out->count++] = (struct service_point){ns, weight, 0};
}

static int finish_or_free(struct service *out, int error)
{
    if (!error)
        error = out->count ? finish(out) : -EINVAL;
    if (error)
        service_destroy(out);
    return error;
}

static int upwards(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorted values into points: equal ones into one; where they are too many, neighbours of
 * the lower 99% by groups, and those above one by one as far as there is room. */
static void gather(struct service *out, const double *sorted, int64_t count)
{
    int64_t room = SERVICE_POINTS_MAX / 2, tail = count <= SERVICE_POINTS_MAX ? 0 : count - room;
    int64_t group = count <= SERVICE_POINTS_MAX ? 1 : (tail + room - 1) / room;
    for (int64_t i = 0; i < count;) {
        int64_t end = i < tail ? (i + group < tail ? i + group : tail) : i + 1;
        double sum = 0;
        for (int64_t k = i; k < end; k++)
            sum += sorted[k];
        sum /= (double)(end - i);
        if (out->count && out->points[out->count - 1].ns == sum)
            out->points[out->count - 1].weight += (double)(end - i);
        else
            add(out, sum, (double)(end - i));
        i = end;
    }
}

int service_from_times(struct service *out, const double *ns, int64_t count)
{
    double *sorted;
    int error;
    *out = (struct service){0};
    if (count < 1)
        return -EINVAL;
    for (int64_t i = 0; i < count; i++)
        if (!(ns[i] >= 0) || !isfinite(ns[i]))
            return -EINVAL;
    sorted = malloc((size_t)count * sizeof *sorted);
    error = !sorted || begin(out, (int)(count < SERVICE_POINTS_MAX ? count : SERVICE_POINTS_MAX) + 1) ? -ENOMEM : 0;
    if (!error) {
        memcpy(sorted, ns, (size_t)count * sizeof *sorted);
        qsort(sorted, (size_t)count, sizeof *sorted, upwards);
        gather(out, sorted, count);
    }
    free(sorted);
    error = finish_or_free(out, error);
    out->samples = error ? 0 : (double)count;
    return error;
}

int service_from_hist(struct service *out, const struct hist *hist)
{
    double sum = 0, times;
    int error = begin(out, HIST_BUCKETS);
    for (unsigned i = 0; !error && i < HIST_BUCKETS; i++) {
        if (hist->buckets[i] == 0)
            continue;
        add(out, hist_bucket_ns(i), (double)hist->buckets[i]);
        sum += hist_bucket_ns(i) * (double)hist->buckets[i];
    }
    times = sum > 0 ? hist->sum / sum : 1;
    for (int i = 0; i < out->count; i++)
        out->points[i].ns *= times;
    error = finish_or_free(out, error);
    out->samples = error ? 0 : (double)hist->count;
    return error;
}

/* The mean over the slice of probability from..to (0..1, counted from above) of an
 * exponential of mean 1, and of a lognormal of mean 1: integrals of the quantile function. */
static double exponential_over(double above_low, double above_high)
{
    double low = above_low > 0 ? above_low * (1 - log(above_low)) : 0;
    return (above_high * (1 - log(above_high)) - low) / (above_high - above_low);
}

static double lognormal_over(double above_low, double above_high, double sigma)
{
    double low = above_low > 0 ? gsl_cdf_ugaussian_Q(gsl_cdf_ugaussian_Qinv(above_low) - sigma) : 0;
    double high = above_high < 1 ? gsl_cdf_ugaussian_Q(gsl_cdf_ugaussian_Qinv(above_high) - sigma) : 1;
    return (high - low) / (above_high - above_low);
}

/* Slices of equal probability, 128 to each halving of what lies above: fine in the tail. */
enum { SLICES = 128, OCTAVES = 40, BODY = 4096 };

static void add_slice(struct service *out, enum service_kind kind, double sigma, double low, double high)
{
    double mean = kind == SERVICE_EXPONENTIAL ? exponential_over(low, high) : lognormal_over(low, high, sigma);
    add(out, mean, high - low);
}

static void add_slices(struct service *out, enum service_kind kind, double sigma)
{
    double high = 1;
    for (int i = 0; i < BODY / 2; i++, high = 1 - 0.5 * i / (BODY / 2))
        add_slice(out, kind, sigma, 1 - 0.5 * (i + 1) / (BODY / 2), 1 - 0.5 * i / (BODY / 2));
    high = 0.5;
    for (int octave = 1; octave < OCTAVES; octave++, high /= 2)
        for (int i = 0; i < SLICES; i++)
            add_slice(out, kind, sigma, high * (1 - 0.5 * (i + 1) / SLICES), high * (1 - 0.5 * i / SLICES));
    add_slice(out, kind, sigma, 0, high);
}

int service_made(struct service *out, enum service_kind kind, double mean_ns, double cv2)
{
    int error = begin(out, BODY + OCTAVES * SLICES + 1);
    if (!error && (kind == SERVICE_FIXED || (kind == SERVICE_LOGNORMAL && cv2 == 0)))
        add(out, 1, 1);
    else if (!error && cv2 >= 0)
        add_slices(out, kind, sqrt(log1p(cv2)));
    for (int i = 0; i < out->count; i++)
        out->points[i].ns *= mean_ns;
    error = finish_or_free(out, error);
    out->samples = error ? 0 : INFINITY;
    return error;
}

int service_scaled(struct service *out, const struct service *from, double times)
{
    int error = begin(out, from->count);
    for (int i = 0; !error && i < from->count; i++)
        add(out, from->points[i].ns * times, from->points[i].weight);
    error = finish_or_free(out, error);
    out->samples = from->samples;
    out->cpu_share = from->cpu_share;
    return error;
}

double service_mean_error(const struct service *service)
{
    static const double sigmas = 1.96;
    return service->samples > 0 && isfinite(service->samples) ? sigmas * sqrt(service->cv2 / service->samples) : 0;
}

/* How many points are at most ns. */
static int points_within(const struct service *service, double ns)
{
    int low = 0, high = service->count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (service->points[middle].ns <= ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

double service_cdf(const struct service *service, double ns)
{
    int within = points_within(service, ns);
    return within ? service->points[within - 1].below : 0;
}

double service_quantile(const struct service *service, double q)
{
    int low = 0, high = service->count - 1;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (service->points[middle].below >= q * (1 - 1e-12))
            high = middle;
        else
            low = middle + 1;
    }
    return service->points[low].ns;
}

bool service_is_heavy(const struct service *service)
{
    return service->cv2 > SERVICE_HEAVY;
}

void service_destroy(struct service *service)
{
    free(service->points);
    free(service->cells);
    *service = (struct service){0};
}
