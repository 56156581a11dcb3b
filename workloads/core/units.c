/* units.c - see units.h. */
#include "workloads/core/units.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    double factor;
};

static const struct unit counts[] = {{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}};
static const struct unit times[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"min", 60e9}};

static int parse(const char *text, const struct unit *units, size_t count, int64_t *value)
{
    char *end;
    double number;
    const char *digits = *text == '-' ? text + 1 : text;
    /* strtod would take "inf", "-nan", "0x1p3" and leading blanks. */
    if ((!isdigit((unsigned char)*digits) && *digits != '.') || strpbrk(text, "pPxX"))
        return -EINVAL;
    number = strtod(text, &end);
    if (end == text)
        return -EINVAL;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(end, units[i].name))
            continue;
        number *= units[i].factor;
        if (!(fabs(number) < 9e18))
            return -ERANGE;
        if (number != floor(number) && units[i].factor == 1)
            return -EINVAL;
        *value = (int64_t)llround(number);
        return 0;
    }
    return -EINVAL;
}

int units_count(const char *text, int64_t *count)
{
    return parse(text, counts, sizeof counts / sizeof *counts, count);
}

int units_time(const char *text, int64_t *ns)
{
    if (!strcmp(text, "0")) /* of any unit */
        return *ns = 0;
    return parse(text, times, sizeof times / sizeof *times, ns);
}

/* Three significant digits, in the largest unit that keeps them >= 1. */
static const char *say(double value, const struct unit *units, size_t count, char *text, size_t size)
{
    size_t i = 0;
    double scaled;
    if (!isfinite(value)) {
        snprintf(text, size, "-");
        return text;
    }
    while (i + 1 < count && fabs(value) >= units[i + 1].factor * 0.9995)
        i++;
    scaled = value / units[i].factor;
    snprintf(text, size, "%.*f%s%s",
             fabs(scaled) >= 99.95   ? 0
             : fabs(scaled) >= 9.995 ? 1
                                     : 2,
             scaled, *units[i].name ? " " : "", units[i].name);
    return text;
}

const char *units_time_text(double ns, char *text, size_t size)
{
    return say(ns, times, 4, text, size);
}

const char *units_count_text(double count, char *text, size_t size)
{
    if (fabs(count) < 1000 && count == floor(count)) { /* a whole number, as it is */
        snprintf(text, size, "%.0f", count);
        return text;
    }
    return say(count, counts, 4, text, size);
}

const char *units_bytes_text(double bytes, char *text, size_t size)
{
    static const struct unit units[] = {{"B", 1}, {"KiB", 1024.0}, {"MiB", 1048576.0}, {"GiB", 1073741824.0}};
    return say(bytes, units, 4, text, size);
}

const char *units_rough_text(double value, char *text, size_t size)
{
    if (isnan(value))
        snprintf(text, size, "-");
    else
        snprintf(text, size, fabs(value) < 99.5 ? "%.2g" : "%.0f", value);
    return text;
}

const char *units_share_text(double share, char *text, size_t size)
{
    static const double nearly_all = 0.9995; /* with three digits that would be 100% */
    if (isnan(share))
        snprintf(text, size, "-");
    else if (share >= nearly_all && share < 1)
        snprintf(text, size, ">99.9%%");
    else
        snprintf(text, size, "%.3g%%", 100 * share);
    return text;
}

const char *units_share_rough(double share, char *text, size_t size)
{
    if (isnan(share) || (share >= 0.995 && share < 1))
        return units_share_text(share, text, size);
    if (share > 0 && share < 0.0005)
        snprintf(text, size, "<0.1%%");
    else
        snprintf(text, size, share > 0 && share < 0.1 ? "%.1f%%" : "%.0f%%", 100 * share);
    return text;
}

/* Damerau's distance: letters changed, left out, added, or two that changed places. */
static size_t distance(const char *a, const char *b)
{
    enum { MOST = 64 };
    size_t rows[3][MOST], *before = rows[0], *last = rows[1], *row = rows[2], length = strlen(b);
    if (length >= MOST - 1)
        return 99;
    for (size_t j = 0; j <= length; j++)
        last[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t *oldest = before;
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            bool same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j - 1]);
            size_t change = last[j - 1] + !same;
            size_t best = last[j] < row[j - 1] ? last[j] + 1 : row[j - 1] + 1;
            row[j] = change < best ? change : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        before = last;
        last = row;
        row = oldest;
    }
    return last[length];
}

const char *units_nearest(const char *word, const char *const *names, int count)
{
    const char *nearest = NULL;
    size_t least = 0;
    for (int i = 0; i < count; i++) {
        size_t d = distance(word, names[i]),
               longest = strlen(names[i]) > strlen(word) ? strlen(names[i]) : strlen(word);
        if (d * 5 <= longest * 2 && (!nearest || d < least)) {
            nearest = names[i];
            least = d;
        }
    }
    return nearest;
}
