/* little.c - Little's law on queues whose number of jobs is known. */
#include "bench/measure/little.h"

#include <criterion/criterion.h>
#include <math.h>

/* The edges of the stretch, in which it fills and drains, take a part of it. */
static void expect_places(const struct little *little, double jobs_each)
{
    double jobs = little_in_system(little, jobs_each);
    cr_assert(jobs > 58 && jobs <= 64, "%g", jobs);
}

Test(little, of_a_full_queue_is_its_places, .timeout = 20)
{
    /* 64 jobs are always in the system, one leaves each 1000 ns: each stays 64,000 ns. */
    struct little little = {0};
    for (int i = 0; i < 1000; i++)
        little_add(&little, i * 1000, i * 1000 + 64000);
    expect_places(&little, 1);
}

Test(little, samples_stand_for_others, .timeout = 20)
{
    struct little little = {0};
    for (int i = 0; i < 1000; i++) /* one in 64 of the same queue */
        little_add(&little, i * 64000, i * 64000 + 64000);
    expect_places(&little, 64);
}

Test(little, stays_that_are_too_long_are_more_than_there_can_be, .timeout = 20)
{
    struct little little = {0};
    for (int i = 0; i < 1000; i++) /* of the same queue, each said to stay twice as long */
        little_add(&little, i * 1000, i * 1000 + 128000);
    cr_assert(little_in_system(&little, 1) > 64 * LITTLE_TOLERANCE, "%g", little_in_system(&little, 1));
}

/* A producer that stood still fills the whole queue at a stroke, and nothing is wrong: by its submits alone that would
 * be a rate of millions a second, and as many jobs in the system. */
Test(little, of_jobs_that_come_at_a_stroke_is_no_more_than_there_were, .timeout = 20)
{
    struct little little = {0};
    for (int i = 0; i < 60; i++)
        little_add(&little, i, (i + 1) * 10000);
    cr_assert(little_in_system(&little, 1) > 28 && little_in_system(&little, 1) < 33, "%g",
              little_in_system(&little, 1));
}

Test(little, of_few_or_of_no_time_is_unknown, .timeout = 20)
{
    struct little little = {0};
    for (int i = 0; i < LITTLE_SAMPLES_MIN - 1; i++)
        little_add(&little, i * 1000, i * 1000 + 5);
    cr_assert(isnan(little_in_system(&little, 1)));
    little = (struct little){0};
    for (int i = 0; i < 1000; i++)
        little_add(&little, 7, 7);
    cr_assert(isnan(little_in_system(&little, 1)));
}
