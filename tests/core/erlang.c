/* erlang.c - see erlang.h. */
#include "tests/core/erlang.h"

#include <math.h>
#include <stdlib.h>

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
