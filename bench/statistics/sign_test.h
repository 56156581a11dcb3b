/* sign_test.h - whether of two that are asked together one fails first too often. */
#ifndef SIGN_TEST_H
#define SIGN_TEST_H

/* The sign test, one-sided: of base + now processes that a failure of one side ended, how likely it is that at least
 * `now` ended on the second side, where each side is the first to fail as often as the other. Sides of one process
 * are no two samples: only one of them can end it, so that with many failures Fisher's test would take too little for
 * proof. Counts are >= 0. Pure. Source: Dixon and Mood, "The statistical sign test", J. Am. Stat. Assoc. 41 (1946). */
double sign_test_more(int base, int now);

#endif
