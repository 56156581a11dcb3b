/* kinship.c - see kinship.h. */
#include "bench/findings/kinship.h"

#include <math.h>
#include <stdbool.h>

#include "bench/models/erlang.h"

/* The squared coefficient of variation; 1 where there are too few to say. */
static double variation(const struct hist *services)
{
    enum { FEW = 100 };
    double squares = 0, mean = hist_mean(services);
    if (services->count < FEW || !(mean > 0))
        return 1;
    for (unsigned i = 0; i < HIST_BUCKETS; i++)
        if (services->buckets[i])
            squares += (double)services->buckets[i] * pow(hist_bucket_ns(i) / mean - 1, 2);
    return squares / (double)services->count;
}

static double longer(const struct hist *services, double ns)
{
    return ns <= 0 ? 1 : (double)hist_later(services, ns) / (double)services->count;
}

/* Who waits, and how long those on average, in M/G/c. */
struct wait {
    double share, ns;
};

static struct wait wait_of(const struct open_loop *loop, const struct hist *services)
{
    static const double full = 0.9999; /* a load of which no wait is known */
    int servers = (int)fmax(1, loop->servers);
    double load = fmin(loop->load, full) * servers;
    return (struct wait){erlang_c(servers, load), loop->service_ns * (1 + variation(services)) / 2 / (servers - load)};
}

static bool is_queue(const struct open_loop *loop)
{
    return loop->state != OPEN_LOOP_NONE && loop->state != OPEN_LOOP_RECORDED;
}

/* Samples that come within one relaxation time. */
static double kin(const struct open_loop *loop, double samples)
{
    return samples * loop->relaxation_s / loop->window_s;
}

double kinship_effect(const struct open_loop *loop, const struct hist *services, double samples, double ns)
{
    enum { STEPS = 200 };
    struct wait wait;
    double share, squares, mean;
    if (!is_queue(loop) || !services->count)
        return 1;
    if (isinf(loop->relaxation_s))
        return INFINITY;
    wait = wait_of(loop, services);
    share = longer(services, ns);
    squares = (1 - wait.share) * share * share;
    mean = (1 - wait.share) * share;
    for (int i = 0; i < STEPS; i++) {
        share = longer(services, ns + wait.ns * log(1 - (i + 0.5) / STEPS));
        squares += wait.share / STEPS * share * share;
        mean += wait.share / STEPS * share;
    }
    if (!(mean > 0 && mean < 1))
        return 1;
    return 1 + kin(loop, samples) * fmax(0, squares - mean * mean) / (mean * (1 - mean));
}

double kinship_mean_error(const struct open_loop *loop, const struct hist *services, double samples)
{
    struct wait wait;
    double of_waits, of_services;
    if (!is_queue(loop) || !services->count)
        return 0;
    if (isinf(loop->relaxation_s))
        return INFINITY;
    wait = wait_of(loop, services);
    of_waits = wait.share * (2 - wait.share) * wait.ns * wait.ns;
    of_services = variation(services) * loop->service_ns * loop->service_ns;
    return sqrt((of_services + (1 + kin(loop, samples)) * of_waits) / samples);
}

double kinship_loss_effect(const struct open_loop *loop, double samples)
{
    double most = fmax(1, kin(loop, samples));
    if (!is_queue(loop))
        return 1;
    return loop->load < 1 ? fmin(most, (1 + loop->load) / (1 - loop->load)) : most;
}
