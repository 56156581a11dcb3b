/* duet_rule.c - see duet_rule.h. */
#include "bench/statistics/duet_rule.h"

#include <math.h>

#define SUSPECT_TAIL 0.025 /* of the first session: whom it suspects costs time, and nothing else */
#define SAME_TAIL 0.005    /* "same" is said at any of several looks */
#define SHOWN_TAIL 0.025

double duet_rule_again(const double *again, int count)
{
    struct stats_shift shift = stats_shift(again, count, SAME_TAIL);
    return shift.known && (shift.low > 0 || shift.high < 0) ? fabs(shift.estimate) : 0;
}

double duet_rule_floor(const double *again, int count)
{
    return fmax(log1p(DUET_RULE_FLOOR), duet_rule_again(again, count));
}

double duet_rule_margin(double floor)
{
    return fmin(floor, log1p(DUET_RULE_SAME_MOST));
}

/* Intervals narrow with the root of the number of values: it has to leave 0, with an
 * estimate beyond the floor, or to fit within the margin. Where they are too few for the
 * interval that decides, a less certain one (`shown`) says how they scatter; a look of
 * DUET_RULE_FIRST processes it takes at least. */
static int more_needed(const struct stats_shift *wide, const struct stats_shift *shown, double floor)
{
    const struct stats_shift *used = wide->known ? wide : shown;
    double size = fabs(used->estimate), half = (used->high - used->low) / 2, needed;
    double inside = duet_rule_margin(floor) - size, away = size >= floor ? size : 0, room = fmax(inside, away);
    int least = wide->known || wide->count >= DUET_RULE_FIRST ? DUET_RULE_STEP : DUET_RULE_FIRST - wide->count;
    if (!used->known)
        return least;
    needed = room > 0 ? ceil(used->count * pow(half / room, 2)) - used->count : INFINITY;
    return needed < least ? least : needed > DUET_RULE_MORE_MOST ? DUET_RULE_MORE_MOST : (int)needed;
}

struct duet_finding duet_rule_look(const double *values, int count, double floor)
{
    struct duet_finding found = {.verdict = DUET_UNDECIDED, .change = stats_shift(values, count, SHOWN_TAIL)};
    struct stats_shift wide = stats_shift(values, count, SAME_TAIL), apart = stats_shift(values, count, SUSPECT_TAIL);
    double margin = duet_rule_margin(floor);
    if (apart.known && apart.low > 0 && apart.estimate >= floor)
        found.verdict = DUET_SLOWER;
    else if (apart.known && apart.high < 0 && apart.estimate <= -floor)
        found.verdict = DUET_FASTER;
    else if (wide.known && wide.low > -margin && wide.high < margin)
        found.verdict = DUET_SAME;
    else
        found.more = more_needed(&wide, &found.change, floor);
    return found;
}

struct duet_finding duet_rule_confirm(const double *values, int count, double floor, enum duet_verdict suspicion,
                                      int suspects)
{
    struct duet_finding found = {.verdict = DUET_UNDECIDED, .change = stats_shift(values, count, SHOWN_TAIL)};
    struct stats_shift strict = stats_shift(values, count, DUET_RULE_RUN / suspects);
    if (suspicion == DUET_SLOWER && strict.known && strict.low > 0 && strict.estimate >= floor)
        found.verdict = DUET_SLOWER;
    else if (suspicion == DUET_FASTER && strict.known && strict.high < 0 && strict.estimate <= -floor)
        found.verdict = DUET_FASTER;
    else
        found.more = more_needed(&strict, &found.change, floor);
    return found;
}

int duet_rule_second_least(int suspects)
{
    int count = (int)ceil(log2(suspects / DUET_RULE_RUN)); /* all on one side: 1 of 2^count */
    return count > DUET_RULE_SECOND_LEAST ? count : DUET_RULE_SECOND_LEAST;
}
