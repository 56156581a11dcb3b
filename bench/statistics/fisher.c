/* fisher.c - see fisher.h. */
#include "bench/statistics/fisher.h"

#include <gsl/gsl_cdf.h>

double fisher_more(int base_failed, int base_all, int now_failed, int now_all)
{
    if (now_failed <= 0)
        return 1;
    return gsl_cdf_hypergeometric_Q((unsigned)now_failed - 1, (unsigned)(base_failed + now_failed),
                                    (unsigned)(base_all - base_failed + now_all - now_failed), (unsigned)now_all);
}
