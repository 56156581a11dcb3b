/* policy.c - see policy.h. */
#include "bench/results/policy.h"

const char *policy_full_name(enum pool_full full)
{
    static const char *const names[] = {"block", "reject", "timeout", "caller-runs", "drop-oldest"};
    return names[full];
}

const char *policy_results_name(enum pool_results results)
{
    static const char *const names[] = {"none", "block", "throttle", "drop"};
    return names[results];
}
