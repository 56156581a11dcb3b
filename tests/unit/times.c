/* Times, sorted, and their quantiles. */
#include "workloads/core/times.h"

#include <criterion/criterion.h>

Test(times, are_sorted_upwards_beyond_32_bits, .timeout = 5)
{
    int64_t times[] = {3, INT64_MAX, -1, INT64_C(1) << 40, 3, INT64_MIN};
    times_sort(times, 6);
    for (int i = 1; i < 6; i++)
        cr_assert(times[i - 1] <= times[i]);
    cr_assert(times[0] == INT64_MIN && times[5] == INT64_MAX);
}

Test(times, quantile_is_the_smallest_that_so_many_do_not_exceed, .timeout = 10)
{
    static const int64_t sorted[] = {10, 20, 30, 40};
    cr_assert(times_quantile(sorted, 4, 0.25) == 10 && times_quantile(sorted, 4, 0.26) == 20);
    cr_assert(times_quantile(sorted, 4, 0.5) == 20 && times_quantile(sorted, 4, 0.99) == 40);
    cr_assert(times_quantile(sorted, 4, 1) == 40 && times_quantile(sorted, 1, 0.01) == 10);
}
