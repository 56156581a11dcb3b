/* actors.c - fairness between producers. */
#include <criterion/criterion.h>
#include <math.h>

#include "bench/measure/actors.h"

Test(actors, producers_at_one_rate_are_treated_alike, .timeout = 10)
{
    cr_assert(actors_fairness_of((double[]){10, 20, 30}, (double[]){1, 2, 3}, 3) == 1);
}

Test(actors, who_takes_twice_as_long_for_its_share_has_half_the_rate, .timeout = 10)
{
    /* Rates 1 and 1/2: (3/2)^2 / (2 * 5/4). */
    cr_assert(fabs(actors_fairness_of((double[]){8, 8}, (double[]){8, 16}, 2) - 0.9) < 1e-12);
}

Test(actors, one_that_gets_nothing_in_leaves_half, .timeout = 10)
{
    cr_assert(actors_fairness_of((double[]){8, 0}, (double[]){8, 8}, 2) == 0.5);
}

Test(actors, without_two_producers_or_time_there_is_no_index, .timeout = 10)
{
    cr_assert(isnan(actors_fairness_of((double[]){8}, (double[]){8}, 1)));
    cr_assert(isnan(actors_fairness_of((double[]){8, 8}, (double[]){8, 0}, 2)));
}
