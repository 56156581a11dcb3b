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
static double through_bursts(const struct arrival_plan *plan, double steady)
{
    double cycle = plan->on_ns + plan->off_ns, begun = floor(steady / cycle) * cycle;
    return begun + (steady - begun) * plan->on_ns / cycle;
}

double arrival_time(const struct arrival_plan *plan, double expected)
{
    double time;
    if (plan->kind == QUEUE_RECORDED)
        return plan->times_ns[plan->jobs - 1] / plan->stretch;
    time = through_surge(&plan->surge, expected / plan->rate);
    return plan->kind == QUEUE_ONOFF ? through_bursts(plan, time) : time;
}

void arrival_begin(struct arrival *arrival, const struct arrival_plan *plan, int producer)
{
    *arrival = (struct arrival){.plan = plan,
                                .next = producer,
                                .left = plan->jobs / plan->producers + (producer < plan->jobs % plan->producers),
                                .random = random_mix(plan->seed * 64 + (uint64_t)producer)};
    /* So that the first of them comes a step after this. */
    arrival->expected = plan->kind == QUEUE_PACED ? producer + 1 - plan->producers : 0;
}

double arrival_next(struct arrival *arrival, int64_t *job)
{
    const struct arrival_plan *plan = arrival->plan;
    if (arrival->left-- <= 0)
        return INFINITY;
    *job = arrival->next;
    arrival->next += plan->producers;
    if (plan->kind == QUEUE_RECORDED)
        return plan->times_ns[*job] / plan->stretch;
    arrival->expected += plan->producers * (plan->kind == QUEUE_PACED ? 1 : soonest_exponential(&arrival->random));
    return arrival_time(plan, arrival->expected);
}
