/* kinship.c - see kinship.h. */
#include "bench/findings/kinship.h"

#include <math.h>

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

double kinship_effect(const struct open_loop *loop, const struct hist *services, double samples, double ns)
{
    enum { STEPS = 200 };
    static const double full = 0.9999; /* a load of which no wait is known */
    int servers = (int)fmax(1, loop->servers);
    double load = fmin(loop->load, full) * servers, waits, wait_ns, share, squares, mean = 0;
    if (loop->state == OPEN_LOOP_NONE || loop->state == OPEN_LOOP_RECORDED || !services->count)
        return 1;
    if (isinf(loop->relaxation_s))
        return INFINITY;
    waits = erlang_c(servers, load);
    wait_ns = loop->service_ns * (1 + variation(services)) / 2 / (servers - load);
    share = longer(services, ns);
    squares = (1 - waits) * share * share;
    mean = (1 - waits) * share;
    for (int i = 0; i < STEPS; i++) {
        share = longer(services, ns + wait_ns * log(1 - (i + 0.5) / STEPS));
        squares += waits / STEPS * share * share;
        mean += waits / STEPS * share;
    }
    if (!(mean > 0 && mean < 1))
        return 1;
    return 1 + samples * loop->relaxation_s / loop->window_s * fmax(0, squares - mean * mean) / (mean * (1 - mean));
}
