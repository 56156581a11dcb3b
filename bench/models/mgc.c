/* mgc.c - see mgc.h. */
#include "bench/models/mgc.h"

#include <math.h>
#include <stdio.h>

#include "bench/models/erlang.h"

enum { HALVINGS = 60, FEW = 2 };

static struct erlang markov(const struct mgc *queue)
{
    return (struct erlang){queue->c, queue->rate, queue->service->mean_ns};
}

static double arrivals_cv2(const struct mgc *queue)
{
    return queue->arrivals_cv2 > 0 ? queue->arrivals_cv2 : 1;
}

double mgc_wait_mean(const struct mgc *queue)
{
    struct erlang like = markov(queue);
    double mean = erlang_wait_mean(&like);
    return isinf(mean) ? mean : mean * (arrivals_cv2(queue) + queue->service->cv2) / 2;
}

/* The wait: 0, or with probability c exponential of that rate; rate 0: without end;
 * INFINITY: nobody waits. */
struct wait {
    double c, rate;
};

static struct wait wait_of(const struct mgc *queue)
{
    double mean = mgc_wait_mean(queue), c = erlang_c(queue->c, queue->rate * queue->service->mean_ns);
    if (isinf(mean))
        return (struct wait){1, 0};
    return (struct wait){c, mean > 0 ? c / mean : INFINITY};
}

double mgc_wait_later(const struct mgc *queue, double ns)
{
    struct wait wait = wait_of(queue);
    return ns < 0 ? 1 : isinf(wait.rate) ? 0 : wait.c * exp(-wait.rate * ns);
}

/* Over the measured services: each of them leaves ns minus itself for the wait. */
static double later(const struct mgc *queue, const struct wait *wait, double ns)
{
    const struct service *service = queue->service;
    double sum = 0;
    if (wait->rate == 0)
        return 1;
    for (int i = 0; i < service->count && service->points[i].ns <= ns; i++)
        sum += service->points[i].weight *
               (isinf(wait->rate) ? 0 : wait->c * exp(wait->rate * (service->points[i].ns - ns)));
    return sum + 1 - service_cdf(service, ns);
}

double mgc_later(const struct mgc *queue, double ns)
{
    struct wait wait = wait_of(queue);
    return later(queue, &wait, ns);
}

double mgc_quantile(const struct mgc *queue, double q)
{
    struct wait wait = wait_of(queue);
    double low = 0, high = queue->service->mean_ns;
    if (wait.rate == 0)
        return INFINITY;
    while (later(queue, &wait, high) > 1 - q)
        high *= 2;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        *(later(queue, &wait, middle) > (1 - q) * (1 + 1e-12) ? &low : &high) = middle;
    }
    return high;
}

bool mgc_holds(const struct mgc *queue, char *why, size_t size)
{
    double ca2 = arrivals_cv2(queue);
    *why = '\0';
    if (ca2 < 0.8 || ca2 > 1.25)
        snprintf(why, size, "arrivals are not random (ca2 %.2g, random ones have 1)", ca2);
    else if (service_is_heavy(queue->service) && queue->c <= FEW)
        snprintf(why, size, "services vary too much (cv2 %.2g) for a formula with %d worker%s", queue->service->cv2,
                 queue->c, queue->c == 1 ? "" : "s");
    return *why == '\0';
}
