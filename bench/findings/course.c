/* course.c - see course.h. */
#include "bench/findings/course.h"

#include <math.h>
#include <string.h>

#include "bench/statistics/stats.h"

bool course_can_tell(const struct series *series)
{
    return series->count >= CHANGES_LEAST;
}

/* How many times as good. */
static double speed_of(const struct series *series, double before, double after)
{
    return series->more_is_better ? after / before : before / after;
}

/* The best level of the values [from, to): of CHANGES_LEVEL in a row, the latest of equal ones. */
static double best_level(const struct series *series, const double *values, int from, int to, int *middle)
{
    double best = NAN;
    for (int i = from; i + CHANGES_LEVEL <= to; i++) {
        double level = stats_median(values + i, CHANGES_LEVEL).median;
        if (!(speed_of(series, level, best) > 1)) {
            best = level;
            *middle = i + CHANGES_LEVEL / 2;
        }
    }
    return best;
}

/* What goes down is held against the best level of before, what goes up against the one where it began. */
static void judge_creep(const struct series *series, const double *values, const struct changes_found *found,
                        struct course_change *change)
{
    int level = found->end - found->begin < CHANGES_LEVEL ? found->end - found->begin : CHANGES_LEVEL, runs;
    change->after = stats_median(values + found->end - level, level).median;
    change->before = found->before;
    change->best = found->since;
    if (speed_of(series, found->before, change->after) < 1)
        change->before = best_level(series, values, found->begin, found->end, &change->best);
    change->speed = speed_of(series, change->before, change->after);
    change->since = found->since > change->best ? found->since : change->best;
    runs = found->end - 1 - level / 2 - change->since;
    change->per_point = runs > 0 ? fabs(pow(change->speed, 1.0 / runs) - 1) : 0;
}

/* Of that point a revision is measured that was not before; where nobody said which, that may be. */
static bool begins_revision(const struct series *series, int at)
{
    const char *revision = series->points[at].revision;
    return at == 0 || !*revision || strcmp(revision, series->points[at - 1].revision) != 0;
}

/* Whether the values [from, to) may be of a level: no further off than chance puts values of either level. */
static bool may_be_of(const double *values, int from, int to, double level, const struct changes_found *found)
{
    static const double wide = 3.5 * 1.4826;
    double before = stats_mad(values + found->begin, found->at - found->begin),
           after = stats_mad(values + found->at, found->end - found->at);
    for (int i = from; i < to; i++)
        if (!(fabs(values[i] - level) <= wide * fmax(before, after)))
            return false;
    return true;
}

/* Where a step is, is known to a point or two, and sources change between revisions. */
static int to_revision(const struct series *series, int first, const double *values, const struct changes_found *found)
{
    enum { REACH = 2 };
    for (int off = 0; off <= REACH; off++) {
        int early = found->at - off, late = found->at + off;
        if (early > found->begin && begins_revision(series, first + early) &&
            may_be_of(values, early, found->at, found->after, found))
            return early;
        if (late < found->end && begins_revision(series, first + late) &&
            may_be_of(values, found->at, late, found->before, found))
            return late;
    }
    return found->at;
}

/* What ended where the step was, or began there, does so where it is now. */
static void move(struct changes_found *found, int count, int i, int at)
{
    if (i > 0 && found[i - 1].end == found[i].at)
        found[i - 1].end = at;
    if (i + 1 < count && found[i + 1].begin == found[i].at)
        found[i + 1].begin = at;
    found[i].at = at;
}

void course_find(const struct series *series, double least, struct course *course)
{
    double values[CHANGES_VALUES_MAX];
    struct changes_found found[CHANGES_FOUND_MAX];
    int count = series->count < CHANGES_VALUES_MAX ? series->count : CHANGES_VALUES_MAX;
    course->first = series->count - count;
    for (int i = 0; i < count; i++)
        values[i] = series->points[course->first + i].value;
    course->count = changes_find(values, count, least, found);
    for (int i = 0; i < course->count; i++)
        if (!found[i].creeps)
            move(found, course->count, i, to_revision(series, course->first, values, &found[i]));
    for (int i = 0; i < course->count; i++) {
        struct course_change *change = &course->changes[i];
        *change = (struct course_change){
            .before = found[i].before, .after = found[i].after, .p = found[i].p, .creeps = found[i].creeps};
        if (change->creeps)
            judge_creep(series, values, &found[i], change);
        else
            change->speed = speed_of(series, change->before, change->after);
        change->at = course->first + found[i].at;
        change->within = !change->creeps && !begins_revision(series, change->at);
        change->end = course->first + found[i].end;
        change->best += course->first;
        change->since += course->first;
    }
}
