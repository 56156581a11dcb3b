/* little.c - Little's law on queues whose number of jobs is known. */
#include "bench/measure/little.h"

#include <criterion/criterion.h>
#include <math.h>

Test(little, of_a_full_queue_is_its_places, .timeout = 20)
{
    /* 64 jobs are always in the system, one leaves each 1000 ns: each stays 64,000 ns. */
    struct little little = {0};
    for (int i = 0; i < 1000; i++)
        little_add(&little, i * 1000, i * 1000 + 64000);
    cr_assert(fabs(little_in_system(&little, 1) - 64) < 1e-6, "%g", little_in_system(&little, 1));
}

Test(little, samples_stand_for_others, .timeout = 20)
{
    struct little little = {0};
    for (int i = 0; i < 1000; i++) /* one in 64 of the same queue */
        little_add(&little, i * 64000, i * 64000 + 64000);
    cr_assert(fabs(little_in_system(&little, 64) - 64) < 1e-6);
}

Test(little, of_a_queue_that_only_drains_is_not_its_length, .timeout = 20)
{
    /* 60 jobs at once for one worker: the mean stay is half of the time that the whole
     * took, whatever the worker does; there is no rate of arrival to speak of. */
    struct little little = {0};
    for (int i = 0; i < 60; i++)
        little_add(&little, i, (i + 1) * 10000);
    cr_assert(little_in_system(&little, 1) > 60 * LITTLE_TOLERANCE, "the law must say that something is wrong");
}

Test(little, of_few_or_of_no_time_is_unknown, .timeout = 20)
{
    struct little little = {0};
    for (int i = 0; i < LITTLE_SAMPLES_MIN - 1; i++)
        little_add(&little, i * 1000, i * 1000 + 5);
    cr_assert(isnan(little_in_system(&little, 1)));
    little = (struct little){0};
    for (int i = 0; i < 1000; i++)
        little_add(&little, 7, 9);
    cr_assert(isnan(little_in_system(&little, 1)));
}
