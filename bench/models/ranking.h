/* ranking.h - which of many machines has the fewest requests: kept in order while counts go up
 * and down by one, in a step each, however many machines there are.
 *
 * The machines stand in the order of their counts; a count that changes by one moves its
 * machine to the border of its group, and the border past it. Source: the bucket array of V.
 * Batagelj and M. Zaversnik (2003), for cores of graphs. Inline: a fleet does it for each request. */
#ifndef RANKING_H
#define RANKING_H

#include <stdint.h>
#include <stdlib.h>

struct ranking {
    int machines;
    int32_t *order;  /* machines, by their counts upwards */
    int32_t *place;  /* of each machine in it */
    int32_t *counts; /* of each machine */
    int32_t *begin;  /* of the machines with a count of at least i; [0] is 0 */
    int levels;      /* begin[0..levels - 1] are kept; beyond there is nobody */
};

static inline void ranking_destroy(struct ranking *ranking)
{
    free(ranking->order);
    free(ranking->place);
    free(ranking->counts);
    free(ranking->begin);
}

/* All counts are 0. Returns 0 or -1 (no memory); destroy it in both cases. */
static inline int ranking_init(struct ranking *ranking, int machines)
{
    size_t size = (size_t)machines;
    *ranking = (struct ranking){.machines = machines,
                                .order = malloc(size * sizeof *ranking->order),
                                .place = malloc(size * sizeof *ranking->place),
                                .counts = calloc(size, sizeof *ranking->counts),
                                .begin = malloc(64 * sizeof *ranking->begin),
                                .levels = 64};
    if (!ranking->order || !ranking->place || !ranking->counts || !ranking->begin)
        return -1;
    for (int i = 0; i < machines; i++)
        ranking->order[i] = ranking->place[i] = i;
    for (int i = 0; i < ranking->levels; i++)
        ranking->begin[i] = i ? machines : 0;
    return 0;
}

static inline void ranking_move(struct ranking *ranking, int machine, int to)
{
    int from = ranking->place[machine], other = ranking->order[to];
    ranking->order[from] = other;
    ranking->place[other] = from;
    ranking->order[to] = machine;
    ranking->place[machine] = to;
}

/* One request more. Returns 0 or -1 (no memory). */
static inline int ranking_more(struct ranking *ranking, int machine)
{
    int count = ranking->counts[machine]++;
    if (count + 2 >= ranking->levels) {
        int32_t *begin = realloc(ranking->begin, 2 * (size_t)ranking->levels * sizeof *begin);
        if (!begin)
            return -1;
        for (int i = ranking->levels; i < 2 * ranking->levels; i++)
            begin[i] = ranking->machines;
        ranking->begin = begin;
        ranking->levels *= 2;
    }
    ranking_move(ranking, machine, --ranking->begin[count + 1]);
    return 0;
}

static inline void ranking_less(struct ranking *ranking, int machine)
{
    int count = ranking->counts[machine]--;
    ranking_move(ranking, machine, ranking->begin[count]++);
}

/* How many have the least count: order[0..n - 1]. */
static inline int ranking_least(const struct ranking *ranking)
{
    return ranking->begin[ranking->counts[ranking->order[0]] + 1];
}

#endif
