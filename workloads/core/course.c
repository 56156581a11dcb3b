/* course.c - see course.h. Each moment at which a number rises or falls adds its share of
 * the step it lies in, and all of the steps after that: no matter how long a job waits. */
#include "workloads/core/course.h"

#include <string.h>

struct axis {
    int64_t begin;
    double step_ns;
};

/* values: shares of steps; later: what is added to every step from there on. */
static void change(const struct axis *axis, int64_t at, double by, double *values, double *later)
{
    double steps = (double)(at - axis->begin) / axis->step_ns;
    int step = steps < WORKLOAD_COURSE ? (int)steps : WORKLOAD_COURSE;
    if (step >= WORKLOAD_COURSE)
        return;
    values[step] += by * (step + 1 - steps);
    later[step + 1] += by;
}

static void sum_up(double *values, const double *later)
{
    double sum = 0;
    for (int i = 0; i < WORKLOAD_COURSE; i++) {
        sum += later[i];
        values[i] += sum;
    }
}

double course_of(const struct workload_stamp *stamps, int64_t count, double *waiting, double *running)
{
    double later[2][WORKLOAD_COURSE + 1] = {{0}};
    struct axis axis = {.begin = INT64_MAX};
    int64_t last = INT64_MIN;
    memset(waiting, 0, WORKLOAD_COURSE * sizeof *waiting);
    memset(running, 0, WORKLOAD_COURSE * sizeof *running);
    for (int64_t i = 0; i < count; i++) {
        if (!stamps[i].submitted)
            continue;
        axis.begin = stamps[i].submitted < axis.begin ? stamps[i].submitted : axis.begin;
        last = stamps[i].submitted > last ? stamps[i].submitted : last;
    }
    if (last <= axis.begin)
        return 0;
    axis.step_ns = (double)(last - axis.begin) / WORKLOAD_COURSE;
    for (int64_t i = 0; i < count; i++) {
        const struct workload_stamp *stamp = &stamps[i];
        if (!stamp->submitted || !stamp->ended || stamp->started < stamp->submitted)
            continue;
        change(&axis, stamp->submitted, 1, waiting, later[0]);
        change(&axis, stamp->started, -1, waiting, later[0]);
        change(&axis, stamp->started, 1, running, later[1]);
        change(&axis, stamp->ended, -1, running, later[1]);
    }
    sum_up(waiting, later[0]);
    sum_up(running, later[1]);
    return axis.step_ns;
}
