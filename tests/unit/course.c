/* course.c - jobs that wait and run over time, against what can be counted by hand. */
#include "workloads/core/course.h"

#include <criterion/criterion.h>

static double waiting[WORKLOAD_COURSE], running[WORKLOAD_COURSE];

/* 160 steps of 100 ns: a job a step, from 1000 on. */
Test(course, is_exact, .timeout = 10)
{
    enum { JOBS = 161 };
    struct workload_stamp stamps[JOBS];
    for (int i = 0; i < JOBS; i++) {
        int64_t submitted = 1000 + 100 * i;
        /* Each waits for half a step, and runs for a quarter of one; the first for two, and five. */
        stamps[i] = (struct workload_stamp){submitted, submitted + 50, submitted + 75, 0};
    }
    stamps[0].started = 1200;
    stamps[0].ended = 1700;
    cr_assert_float_eq(course_of(stamps, JOBS, waiting, running), 100, 1e-9);
    for (int i = 0; i < WORKLOAD_COURSE; i++) {
        cr_assert_float_eq(waiting[i], i == 0 ? 1 : i == 1 ? 1.5 : 0.5, 1e-9, "step %d: %g", i, waiting[i]);
        cr_assert_float_eq(running[i],
                           i < 2   ? (i ? 0.25 : 0)
                           : i < 7 ? 1.25
                                   : 0.25,
                           1e-9, "step %d: %g", i, running[i]);
    }
}

Test(course, lost_jobs_are_in_none, .timeout = 10)
{
    struct workload_stamp stamps[] = {{1000, 0, 0, 0}, {1080, 1090, 99999, 0}, {1160, 0, 0, 0}, {0, 0, 0, 0}};
    cr_assert_float_eq(course_of(stamps, 4, waiting, running), 1, 1e-9);
    cr_assert(waiting[79] == 0 && waiting[80] == 1 && waiting[89] == 1 && waiting[90] == 0);
    cr_assert(running[89] == 0 && running[90] == 1 && running[159] == 1, "it runs on");
    cr_assert(course_of(stamps, 1, waiting, running) == 0 && course_of(stamps, 0, waiting, running) == 0, "no time");
}
