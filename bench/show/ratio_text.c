/* ratio_text.c - see ratio_text.h. */
#include "bench/show/ratio_text.h"

#include <math.h>
#include <stdio.h>

#include "bench/statistics/difference.h"

enum { DIGITS_MOST = 4 };

/* As many digits as tell it from 1, which else it would be said to be. */
static void number(double value, char *text)
{
    int digits = 2;
    while (digits < DIGITS_MOST && value != 1 && fabs(value - 1) < pow(10, -digits) / 2)
        digits++;
    if (fabs(value - 1) < pow(10, -digits) / 2)
        digits = 2; /* as good as 1 */
    if (value >= 99.95)
        snprintf(text, RATIO_TEXT, "%.0f", value);
    else if (value >= 9.995)
        snprintf(text, RATIO_TEXT, "%.1f", value);
    else if (value < 0.095)
        snprintf(text, RATIO_TEXT, "%.2g", value);
    else
        snprintf(text, RATIO_TEXT, "%.*f", digits, value);
}

void ratio_text_digits(const struct stats_ratio *ratio, char *middle, char *low, char *high)
{
    number(ratio->ratio, middle);
    number(ratio->low, low);
    number(ratio->high, high);
}

const char *ratio_text_sentence(const struct stats_ratio *ratio, double of_columns, const char *one, const char *other,
                                char *text, size_t size)
{
    static const double rounding = 0.005;
    char middle[RATIO_TEXT], low[RATIO_TEXT], high[RATIO_TEXT], shown[RATIO_TEXT], columns[64] = "";
    ratio_text_digits(ratio, middle, low, high);
    if (ratio->known && of_columns > 0 &&
        (of_columns < ratio->low * (1 - rounding) || of_columns > ratio->high * (1 + rounding))) {
        number(of_columns, shown);
        snprintf(columns, sizeof columns, "; of the columns %sx", shown);
    }
    switch (difference_of(ratio)) {
    case DIFFERENCE_UNKNOWN:
        snprintf(text, size, "%s is %sx %s (%d round%s: no interval)", one, middle, other, ratio->pairs,
                 ratio->pairs == 1 ? "" : "s");
        break;
    case DIFFERENCE_ALIKE:
        snprintf(text, size, "%s = %s (%s..%s%s)", one, other, low, high, columns);
        break;
    case DIFFERENCE_UNDECIDED:
        snprintf(text, size, "%s ? %s (%s..%s%s)", one, other, low, high, columns);
        break;
    case DIFFERENCE_APART:
        snprintf(text, size, "%s is %sx %s (%s..%s%s)", one, middle, other, low, high, columns);
        break;
    }
    return text;
}
