/* drawing.c - names at the ends of lines: none missing, none on another, a leader where
 * one had to move. */
#include "bench/figures/drawing.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void expect_apart(const struct drawing_label *labels, int count, double low, double high, double gap)
{
    for (int i = 0; i < count; i++) {
        cr_assert(labels[i].y >= low && labels[i].y <= high, "%d of %d stands at %g", i, count, labels[i].y);
        for (int j = 0; j < i; j++)
            cr_assert(fabs(labels[i].y - labels[j].y) > gap * (high - low), "%d and %d of %d", i, j, count);
    }
}

Test(drawing, names_that_end_together_stand_apart, .timeout = 20)
{
    struct drawing_label labels[DRAWING_POOLS_MAX];
    for (int count = 1; count <= DRAWING_POOLS_MAX; count++) {
        for (int i = 0; i < count; i++)
            labels[i] = (struct drawing_label){.pool = "p", .text = "p", .x = 8, .y = 50};
        drawing_spread(labels, count, 0, 100, false, 8.2);
        expect_apart(labels, count, 0, 100, count <= 16 ? 0.06 : 0.03);
    }
}

Test(drawing, names_at_both_ends_stay_inside, .timeout = 20)
{
    struct drawing_label labels[16];
    for (int i = 0; i < 16; i++)
        labels[i] = (struct drawing_label){.pool = "p", .text = "p", .x = 8, .y = i < 8 ? 0 : 100};
    drawing_spread(labels, 16, 0, 100, false, 8.2);
    expect_apart(labels, 16, 0, 100, 0.06);
}

Test(drawing, a_leader_begins_where_the_line_ends, .timeout = 20)
{
    struct drawing_label labels[] = {{.pool = "a", .x = 100, .y = 10}, {.pool = "b", .x = 9000, .y = 1e6}};
    drawing_spread(labels, 2, 1, 1e7, true, 10000);
    cr_assert(labels[0].moved && labels[0].from_x == 100 && labels[0].from_y == 10 && labels[0].x == 10000,
              "its line ends long before");
    cr_assert(!labels[1].moved && fabs(labels[1].y / 1e6 - 1) < 1e-9, "it stands beside its line");
}

/* Where the data could not be written, that has been said, and half of it is not drawn. */
Test(drawing, what_has_failed_is_said_once, .timeout = 20)
{
    char *said = NULL;
    size_t length = 0;
    bool failed = true;
    FILE *log = open_memstream(&said, &length);
    struct drawing drawing = {.folder_fd = -1, .failed = &failed, .log = log};
    cr_assert(log && drawing_draw(&drawing, &(struct drawing_figure){.script = "changes", .name = "changes"}) < 0);
    fclose(log);
    cr_assert(length == 0, "%s", said);
    free(said);
}

Test(drawing, beyond_is_a_little_further, .timeout = 20)
{
    cr_assert(drawing_beyond(1, 11, false) > 11 && drawing_beyond(1, 11, false) < 12);
    cr_assert(drawing_beyond(1, 1e4, true) > 1e4 && drawing_beyond(1, 1e4, true) < 2e4);
    cr_assert(drawing_beyond(2, 2, false) > 2 && drawing_beyond(2, 2, true) > 2, "one point only");
}
