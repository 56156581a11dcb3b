/* backlog.c - see backlog.h. */
#include "workloads/core/backlog.h"

#include <math.h>

bool backlog_grows(const struct backlog *b)
{
    static const double much = 0.03, very_much = 0.25, longest = 1.15, evenly = 0.25;
    double slice_ns = b->jobs / b->offered * 1e9, backlog_ns = (b->offered / b->done - 1) * slice_ns;
    double share = (backlog_ns - b->run_ns) / slice_ns;
    return share > fmax(much, 1 / sqrt(b->jobs)) && b->p50_ns > evenly * backlog_ns &&
           (share > very_much || b->p99_ns < longest * backlog_ns);
}
