/* goetz.c - see goetz.h. */
#include "bench/models/goetz.h"

#include <limits.h>
#include <math.h>

/* Up, but 8.000000001 is 8. */
static int whole(double workers)
{
    double up = ceil(workers * (1 - 1e-9));
    return up >= INT_MAX ? INT_MAX : up < 1 ? 1 : (int)up;
}

int goetz_workers(const struct goetz *goetz)
{
    return goetz->cpu_share > 0 ? whole(goetz->cpus * goetz->utilisation / goetz->cpu_share) : INT_MAX;
}

int goetz_servers(double rate, double service, double utilisation)
{
    return whole(rate * service / utilisation);
}
