/* little.c - see little.h. */
#include "bench/measure/little.h"

#include <math.h>

void little_add(struct little *little, int64_t submitted_ns, int64_t ended_ns)
{
    if (!little->count || submitted_ns < little->first_ns)
        little->first_ns = submitted_ns;
    if (!little->count || ended_ns > little->last_ns)
        little->last_ns = ended_ns;
    little->count++;
    little->sum_ns += (double)(ended_ns - submitted_ns);
}

double little_in_system(const struct little *little, double jobs_each)
{
    double took_ns = (double)(little->last_ns - little->first_ns);
    if (little->count < LITTLE_SAMPLES_MIN || !(took_ns > 0))
        return NAN;
    return jobs_each * little->sum_ns / took_ns;
}
