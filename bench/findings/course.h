/* course.h - what a series of the history says: where it changed, by how much for the
 * better or the worse, and what crept. */
#ifndef COURSE_H
#define COURSE_H

#include "bench/history/series.h"
#include "bench/statistics/changes.h"

/* A change is of this much at least when nothing is said: what moving code about makes. */
#define COURSE_LEAST 0.015

struct course_change {
    int at;               /* the first point after it; of a creep the one with which it begins */
    int end;              /* the first point that is no longer its level */
    double before, after; /* levels; of a creep the best one before its end, and that of its end */
    double speed;         /* times as good: < 1 is slower */
    double p;
    bool within; /* its revision was measured before it, too: that is no change of the revision */
    bool creeps;
    int best;         /* of a creep: the middle of its best level, a point; of one for the better where it begins */
    int since;        /* of a creep: the last point before it goes on and on; not before that level */
    double per_point; /* of a creep: by how much a point, as a share, on average */
};

struct course {
    int first; /* the first point that was looked at: the newest CHANGES_VALUES_MAX are */
    struct course_change changes[CHANGES_FOUND_MAX];
    int count;
};

/* Finds the changes of at least `least`. A step is said to be at the beginning of a revision where one is near, and the
 * runs between do not speak against it. */
void course_find(const struct series *series, double least, struct course *course);

/* Whether there are points enough to say anything. */
bool course_can_tell(const struct series *series);

#endif
