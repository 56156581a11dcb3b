/* course_show.h - a change of a series, in a line and as JSON. */
#ifndef COURSE_SHOW_H
#define COURSE_SHOW_H

#include <jansson.h>
#include <stdio.h>

#include "bench/findings/course.h"

/* `ring/empty/t2  -6.1%  from a1b2c3d (2026-11-02, "claim in batches"), 71.0 M/s -> 66.7 M/s, p < 0.001`; the change is
 * that of speed, so that less than nothing is worse. `subject`: what the revision's message says, or "". The name is
 * `width` letters wide. */
void course_show_line(const struct series *series, const struct course_change *change, const char *subject, int width,
                      FILE *out);

/* Owner: the caller. */
json_t *course_show_json(const struct series *series, const struct course_change *change, const char *subject);

/* A series run by run, with its changes between the runs; the same as JSON. */
void course_show_table(const struct series *series, const struct course *course, FILE *out);
json_t *course_show_points_json(const struct series *series, const struct course *course);

/* What is said of a step within the runs of one revision. */
extern const char *const course_show_within;

/* "71.0 M/s", "14.2 us": a value of the series. Returns text. */
const char *course_show_value(const struct series *series, double value, char *text, size_t size);

#endif
