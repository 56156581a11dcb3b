/* history_course.c - at which revision a step of a series begins, where each was measured several times. */
#include "bench/findings/course.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { POINTS = 40 };

static struct series_point points[POINTS];
static struct series series = {.machine = "a", .hardware = "b", .benchmark = "x", .points = points, .count = POINTS};

/* `each` runs of each revision r0, r1, ..., and a step of 20% before run `step`. */
static void make(int each, int step)
{
    for (int i = 0; i < POINTS; i++) {
        points[i] = (struct series_point){.run = i + 1, .value = i < step ? 100 : 120};
        points[i].value *= 1 + 0.004 * ((i * 7) % 5 - 2);
        snprintf(points[i].revision, sizeof points[i].revision, "r%d", i / each);
    }
}

static struct course_change only_change(void)
{
    static struct course course;
    course_find(&series, COURSE_LEAST, &course);
    cr_assert(course.count == 1, "%d changes", course.count);
    return course.changes[0];
}

Test(history_course, a_step_begins_with_its_revision, .timeout = 60)
{
    struct course_change change;
    make(4, 20);
    change = only_change();
    cr_assert(change.at == 20 && !change.within, "%d", change.at);
    cr_assert_str_eq(points[change.at].revision, "r5");
}

/* One run that reads like those of the other side puts the step where the revision does not begin. */
Test(history_course, a_run_in_doubt_does_not_move_it, .timeout = 60)
{
    static const struct {
        int run;
        double value;
    } doubts[] = {{20, 109}, {19, 111}};
    for (size_t i = 0; i < sizeof doubts / sizeof *doubts; i++) {
        struct course_change change;
        make(4, 20);
        for (int k = 0; k < POINTS; k++)
            points[k].value *= 1 + 0.03 * ((k * 5) % 7 - 3) / 3.0;
        points[doubts[i].run].value = doubts[i].value;
        change = only_change();
        cr_assert(change.at == 20 && !change.within, "%d%s", change.at, change.within ? ", within" : "");
    }
}

/* The same sources, measured before and after it: they are not what changed. */
Test(history_course, a_step_within_a_revision_is_said_to_be_one, .timeout = 60)
{
    struct course_change change;
    make(10, 26);
    change = only_change();
    cr_assert(change.at == 26 && change.within, "%d", change.at);
    make(POINTS, 20);
    change = only_change();
    cr_assert(change.at == 20 && change.within, "%d", change.at);
    make(10, 29); /* near r3, but the run between is clearly of the new level */
    change = only_change();
    cr_assert(change.at == 29 && change.within, "%d%s", change.at, change.within ? "" : ", not within");
}

/* Where nobody said which revision it was, nothing is said of it. */
Test(history_course, unknown_revisions_are_no_revision, .timeout = 60)
{
    struct course_change change;
    make(10, 26);
    for (int i = 0; i < POINTS; i++)
        *points[i].revision = '\0';
    change = only_change();
    cr_assert(change.at == 26 && !change.within, "%d", change.at);
}
