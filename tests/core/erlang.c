/* erlang.c - see erlang.h. */
#include "tests/core/erlang.h"

#include <math.h>
#include <stdlib.h>

static double draw(struct erlang_queue *queue)
{
    queue->random = queue->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return -log(((double)(queue->random >> 11) + 1) / 9007199254740993.0);
}

/* The standstill that is next, or that is now. */
struct standstill {
    uint64_t random;
    double from, to;
};

static void next_standstill(struct erlang_queue *queue, struct standstill *next, double after)
{
    struct erlang_queue draws = {.random = next->random};
    next->from = after + draw(&draws) * queue->still_every;
    next->to = next->from + queue->still;
    next->random = draws.random;
}

/* When so much work is done that begins at that time; of one server, whose work comes in the order of time. */
static double end_of(struct erlang_queue *queue, struct standstill *next, double begin, double work)
{
    struct standstill at;
    if (!(queue->still > 0))
        return begin + work;
    while (next->to <= begin)
        next_standstill(queue, next, next->to);
    begin = fmax(begin, next->from <= begin ? next->to : begin);
    for (at = *next; at.to <= begin || at.from < begin + work; next_standstill(queue, &at, at.to))
        begin += at.to <= begin ? 0 : queue->still;
    return begin + work;
}

void erlang_simulate(struct erlang_queue *queue, double *came, double *ended, double *served, int count)
{
    double *free_at = calloc((size_t)queue->c, sizeof *free_at), now = 0;
    struct standstill next = {.random = queue->random ^ UINT64_C(0x9e3779b97f4a7c15)};
    if (!free_at)
        abort();
    next_standstill(queue, &next, 0);
    for (int i = 0; i < count; i++) {
        int first = 0;
        for (int s = 1; s < queue->c; s++)
            first = free_at[s] < free_at[first] ? s : first;
        now += draw(queue) / queue->rate;
        came[i] = now;
        served[i] = draw(queue) * queue->service;
        ended[i] = end_of(queue, &next, fmax(now, free_at[first]), served[i]);
        served[i] = ended[i] - fmax(now, free_at[first]);
        free_at[first] = ended[i];
    }
    free(free_at);
}
