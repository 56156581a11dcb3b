/* duet_rule.h - what is said of a change that was measured in pairs, and when.
 *
 * A value is ln(new/base) of what one process found, of a time (more is slower); a process
 * is one sample. Two sessions decide:
 *
 *   the first looks at all benchmarks, as often as there is time for. It may call "same",
 *   and it may suspect; it accuses nobody. Since what it suspects is measured again, it may
 *   look again and again without harm.
 *   the second has fresh processes, as many as were fixed before, of what is suspected
 *   only. It decides alone, by Wilcoxon's signed-rank test at DUET_RULE_RUN divided by the
 *   number of suspects of that direction (Bonferroni): so of whole runs in which nothing
 *   has changed at most that share accuses anything, however many benchmarks they have.
 *
 * A change counts from the floor on: DUET_RULE_FLOOR, or what two copies of the base
 * differed by where that is more, and no matter of chance (which the sessions see to). Sources: Hodges and Lehmann,
 * "Estimates of location based on rank tests" (1963); Hollander and Wolfe, "Nonparametric Statistical
 * Methods", 3.1-3.3; Dunn, "Multiple comparisons among means" (1961) for Bonferroni's division. That the second session
 * is independent of how the first one chose makes its level hold as it stands. */
#ifndef DUET_RULE_H
#define DUET_RULE_H

#include <stdbool.h>

#include "bench/statistics/stats.h"

#define DUET_RULE_RUN 0.01       /* of innocent runs, so many accuse; as many call something faster */
#define DUET_RULE_FLOOR 0.015    /* what is less is no change */
#define DUET_RULE_SAME_MOST 0.03 /* "same" is never a wider claim */

enum {
    DUET_RULE_FIRST = 12,  /* processes of all benchmarks */
    DUET_RULE_STEP = 6,    /* more of them, for the undecided, between two looks */
    DUET_RULE_SECOND = 24, /* of the second session; 12 where the budget is short of that */
    DUET_RULE_SECOND_LEAST = 12,
    DUET_RULE_MORE_MOST = 10000, /* "about so many more" ends there */
};

enum duet_verdict { DUET_SAME, DUET_FASTER, DUET_SLOWER, DUET_UNDECIDED };

/* What a session says of one benchmark. */
struct duet_finding {
    enum duet_verdict verdict; /* of the first session FASTER and SLOWER are suspicions */
    struct stats_shift change; /* with its 95% interval */
    int more;                  /* processes that would decide, about; 0: it is decided */
};

/* What two copies of the base certainly differ by, from values ln(base again/base): the
 * estimate where its 99% interval excludes 0, else 0. And the floor; both as logarithms. */
double duet_rule_again(const double *again, int count);
double duet_rule_floor(const double *again, int count);

/* The claim of "same": the interval lies within so much of 0. */
double duet_rule_margin(double floor);

/* A look of the first session. Pure. */
struct duet_finding duet_rule_look(const double *values, int count, double floor);

/* The second session on a suspicion, SLOWER or FASTER, one of `suspects` of that
 * direction. Confirms it, or is undecided. Pure. */
struct duet_finding duet_rule_confirm(const double *values, int count, double floor, enum duet_verdict suspicion,
                                      int suspects);

/* How many processes the second session needs at least, so that it can confirm at all. */
int duet_rule_second_least(int suspects);

#endif
