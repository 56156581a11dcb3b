/* arrival.c - see arrival.h. */
#include "bench/models/arrival.h"

#include <math.h>

#include "bench/models/soonest.h"

/* With an overload: as many are expected in a shorter time. */
static double through_surge(const struct queue_surge *surge, double steady)
{
    double length = surge->end_ns - surge->begin_ns;
    if (length <= 0 || steady <= surge->begin_ns)
        return steady;
    if (steady <= surge->begin_ns + length * surge->times)
        return surge->begin_ns + (steady - surge->begin_ns) / surge->times;
    return steady - length * (surge->times - 1);
}

/* On and off: all of a cycle's arrivals come in its first part. */
static double through_bursts(const struct queue_simulation *simulation, double steady)
{
    double cycle = simulation->on_ns + simulation->off_ns, begun = floor(steady / cycle) * cycle;
    return begun + (steady - begun) * simulation->on_ns / cycle;
}

double arrival_time(const struct queue_simulation *simulation, double expected)
{
    double time = through_surge(&simulation->surge, expected / simulation->rate);
    return simulation->arrivals == QUEUE_ONOFF ? through_bursts(simulation, time) : time;
}

static int producers_of(const struct queue_simulation *simulation)
{
    return simulation->producers > 0 ? simulation->producers : 1;
}

void arrival_begin(struct arrival *arrival, const struct queue_simulation *simulation, int producer)
{
    int producers = producers_of(simulation);
    *arrival = (struct arrival){.of = simulation,
                                .next = producer,
                                .left = simulation->jobs / producers + (producer < simulation->jobs % producers),
                                .random = random_mix(simulation->seed * 64 + (uint64_t)producer)};
    /* So that the first of them comes a step after this. */
    arrival->expected = simulation->arrivals == QUEUE_PACED ? producer + 1 - producers : 0;
}

double arrival_next(struct arrival *arrival, int64_t *job)
{
    const struct queue_simulation *simulation = arrival->of;
    int producers = producers_of(simulation);
    if (arrival->left-- <= 0)
        return INFINITY;
    *job = arrival->next;
    arrival->next += producers;
    if (simulation->arrivals == QUEUE_RECORDED)
        return simulation->times_ns[*job] / (simulation->stretch > 0 ? simulation->stretch : 1);
    arrival->expected += producers * (simulation->arrivals == QUEUE_PACED ? 1 : soonest_exponential(&arrival->random));
    return arrival_time(simulation, arrival->expected);
}
