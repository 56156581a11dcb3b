/* sampling.c - which jobs stamp their times: at random, so that nothing beats in step. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "workloads/core/workload.h"

enum { JOBS = 1 << 20, EVERY = 64, BATCH = 32 };

static struct workload_slice sampled(int64_t jobs, int64_t every, uint64_t seed)
{
    struct workload_slice slice = {.jobs = jobs, .seed = seed, .producers = 1};
    cr_assert(workload_stamp(&slice, every) == 0);
    return slice;
}

Test(sampling, has_the_mean_that_was_asked_for, .timeout = 10)
{
    struct workload_slice slice = sampled(JOBS, EVERY, 7);
    /* The sum of 2^14 distances with a deviation of 37 each: five of its deviations. */
    cr_assert(fabs((double)slice.stamp_count * EVERY / JOBS - 1) < 0.025, "%ld", (long)slice.stamp_count);
    for (int64_t i = 1; i < slice.stamp_count; i++)
        cr_assert(slice.stamped[i] > slice.stamped[i - 1] && slice.stamped[i] < JOBS);
    workload_forget(&slice);
}

/* Each place in a batch is met as often: every 64th job would meet one only. */
Test(sampling, does_not_beat_with_batches, .timeout = 10)
{
    struct workload_slice slice = sampled(JOBS, EVERY, 11);
    int64_t met[BATCH] = {0};
    double expected = (double)slice.stamp_count / BATCH, chi = 0;
    for (int64_t i = 0; i < slice.stamp_count; i++)
        met[slice.stamped[i] % BATCH]++;
    for (int i = 0; i < BATCH; i++)
        chi += ((double)met[i] - expected) * ((double)met[i] - expected) / expected;
    cr_assert(chi < 80, "chi squared of 31 degrees of freedom: %g", chi); /* one in 10^5 */
    workload_forget(&slice);
}

Test(sampling, depends_on_the_seed_only, .timeout = 10)
{
    struct workload_slice first = sampled(4096, EVERY, 3), again = sampled(4096, EVERY, 3),
                          other = sampled(4096, EVERY, 4);
    cr_assert(first.stamp_count == again.stamp_count);
    cr_assert(!memcmp(first.stamped, again.stamped, (size_t)first.stamp_count * sizeof *first.stamped));
    cr_assert(first.stamp_count != other.stamp_count ||
              memcmp(first.stamped, other.stamped, (size_t)first.stamp_count * sizeof *first.stamped));
    workload_forget(&first);
    workload_forget(&again);
    workload_forget(&other);
}

Test(sampling, each_producer_finds_the_jobs_of_its_range, .timeout = 10)
{
    struct workload_slice slice = sampled(10007, 5, 9);
    int64_t found = 0;
    slice.producers = 7;
    for (int p = 0; p < slice.producers; p++) {
        int64_t first, last;
        struct workload_sampling next;
        workload_range(&slice, p, &first, &last);
        next.at = workload_stamp_from(&slice, first);
        next.job = workload_stamp_job(&slice, next.at);
        for (; first < last; first++) {
            struct workload_stamp *stamp = workload_stamp_of(&slice, first, &next);
            cr_assert(!stamp || slice.stamped[stamp - slice.stamps] == first);
            found += stamp != NULL;
        }
    }
    cr_assert(found == slice.stamp_count, "%ld of %ld", (long)found, (long)slice.stamp_count);
    workload_forget(&slice);
}

Test(sampling, of_all_is_all, .timeout = 10)
{
    struct workload_slice slice = sampled(100, 1, 5);
    cr_assert(slice.stamp_count == 100 && !slice.stamped && workload_stamp_job(&slice, 42) == 42);
    cr_assert(workload_stamp_from(&slice, 42) == 42 && workload_stamp_job(&slice, 100) == INT64_MAX);
    workload_forget(&slice);
}
