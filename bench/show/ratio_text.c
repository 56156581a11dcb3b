/* ratio_text.c - see ratio_text.h. */
#include "bench/show/ratio_text.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "bench/statistics/difference.h"

enum { DIGITS_MOST = 4 };

/* How many decimals a number of its size has: two, and as many more as tell it from 1, which else it would be said to
 * be; fewer where it is large, and where it is small as many as make two digits. */
static int decimals_of(double value)
{
    int digits = 2;
    if (value >= 99.95 || !(value > 0))
        return value > 0 ? 0 : digits;
    if (value >= 9.995)
        return 1;
    if (value < 0.095)
        return value < 1e-8 ? 9 : 1 - (int)floor(log10(value * 1.005));
    while (digits < DIGITS_MOST && value != 1 && fabs(value - 1) < pow(10, -digits) / 2)
        digits++;
    return fabs(value - 1) < pow(10, -digits) / 2 ? 2 : digits; /* as good as 1 */
}

/* Both ends of an interval have as many as one of them needs, but where they are of different sizes: "0.05..642". */
static void decimals_of_ends(const struct stats_ratio *ratio, int *low, int *high)
{
    static const double near = 10;
    *low = decimals_of(ratio->low);
    *high = decimals_of(ratio->high);
    if (!(ratio->high < near * ratio->low))
        return;
    if (ratio->high >= 9.995 && ratio->low >= 2)
        *low = *high;
    else
        *low = *high = *low > *high ? *low : *high;
}

static void number(double value, int decimals, char *text)
{
    snprintf(text, RATIO_TEXT, "%.*f", decimals, value);
}

void ratio_text_digits(const struct stats_ratio *ratio, char *middle, char *low, char *high)
{
    int of_low, of_high;
    decimals_of_ends(ratio, &of_low, &of_high);
    number(ratio->ratio, decimals_of(ratio->ratio), middle);
    number(ratio->low, of_low, low);
    number(ratio->high, of_high, high);
}

/* Whether the table's two figures say another thing: they lie outside the interval; where there is none, on the other
 * side of 1, or further from the ratio than what is called alike. */
static bool columns_differ(const struct stats_ratio *ratio, double of_columns)
{
    static const double rounding = 0.005, alike = 0.03;
    double apart = fabs(log(of_columns / ratio->ratio));
    if (ratio->known)
        return of_columns < ratio->low * (1 - rounding) || of_columns > ratio->high * (1 + rounding);
    return apart > log1p(alike) || (apart > rounding && (of_columns - 1) * (ratio->ratio - 1) < 0);
}

const char *ratio_text_sentence(const struct stats_ratio *ratio, double of_columns, const char *one, const char *other,
                                char *text, size_t size)
{
    char middle[RATIO_TEXT], low[RATIO_TEXT], high[RATIO_TEXT], shown[RATIO_TEXT], columns[64] = "";
    ratio_text_digits(ratio, middle, low, high);
    if (of_columns > 0 && columns_differ(ratio, of_columns)) {
        number(of_columns, decimals_of(of_columns), shown);
        snprintf(columns, sizeof columns, "; of the columns %sx", shown);
    }
    switch (difference_of(ratio)) {
    case DIFFERENCE_UNKNOWN:
        snprintf(text, size, "%s is %sx %s (%d round%s: no interval%s)", one, middle, other, ratio->pairs,
                 ratio->pairs == 1 ? "" : "s", columns);
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
