/* ratio_text.h - a ratio with its interval in words. */
#ifndef RATIO_TEXT_H
#define RATIO_TEXT_H

#include <stddef.h>

#include "bench/statistics/stats.h"

/* "steal = ring (0.98..1.02)": alike within 3%; "steal ? ring (0.51..1.39)": nobody can
 * tell; "mutex is 0.93x ring (0.91..0.95)"; "mutex is 0.93x ring (3 rounds: no
 * interval)". `of_columns` is the ratio of what two rows of the table show (NaN: there
 * is none); where it lies outside the interval it is named, because the reader sees it,
 * too. Returns text. */
const char *ratio_text_sentence(const struct stats_ratio *ratio, double of_columns, const char *one, const char *other,
                                char *text, size_t size);

/* "1.93", "0.0017", "12.3", "642"; as many digits as it takes to tell each of the
 * three from 1, four at most after the point; the two ends with the same number of decimals where they are
 * of a size. Each text has 24 places. */
enum { RATIO_TEXT = 24 };
void ratio_text_digits(const struct stats_ratio *ratio, char *middle, char *low, char *high);

#endif
