/* sign_test.c - see sign_test.h. */
#include "bench/statistics/sign_test.h"

#include <gsl/gsl_cdf.h>

double sign_test_more(int base, int now)
{
    if (now <= 0)
        return 1;
    return gsl_cdf_binomial_Q((unsigned)now - 1, 0.5, (unsigned)(base + now));
}
