/* erlang.c - see erlang.h. */
#include "tests/core/erlang.h"

#include <math.h>
#include <stdlib.h>

double erlang_c(int c, double a)
{
    double b = 1;
    for (int k = 1; k <= c; k++)
        b = a * b / (k + a * b);
    return b / (1 - a / c * (1 - b));
}

double erlang_later(int c, double rate, double service, double t)
{
    double out = 1 / service, spare = c / service - rate, waits, both;
    if (spare <= 0)
        return 1;
    waits = erlang_c(c, rate * service);
    /* Wait and service, one after the other; alike they are one distribution's limit. */
    both = fabs(out - spare) < 1e-6 * out ? (1 + out * t) * exp(-out * t)
                                          : (out * exp(-spare * t) - spare * exp(-out * t)) / (out - spare);
    return (1 - waits) * exp(-out * t) + waits * both;
}

double erlang_rate(int c, double service, double t, double share)
{
    double low = 0, high = c / service;
    if (erlang_later(c, 0, service, t) > share)
        return 0;
    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;
        *(erlang_later(c, middle, service, t) <= share ? &low : &high) = middle;
    }
    return low;
}

static double draw(struct erlang_queue *queue)
{
    queue->random = queue->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return -log(((double)(queue->random >> 11) + 1) / 9007199254740993.0);
}

void erlang_simulate(struct erlang_queue *queue, double *came, double *ended, double *served, int count)
{
    double *free_at = calloc((size_t)queue->c, sizeof *free_at), now = 0;
    if (!free_at)
        abort();
    for (int i = 0; i < count; i++) {
        int first = 0;
        for (int s = 1; s < queue->c; s++)
            first = free_at[s] < free_at[first] ? s : first;
        now += draw(queue) / queue->rate;
        came[i] = now;
        served[i] = draw(queue) * queue->service;
        ended[i] = free_at[first] = fmax(now, free_at[first]) + served[i];
    }
    free(free_at);
}
