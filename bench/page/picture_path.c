/* picture_path.c - see picture_path.h. */
#include "bench/page/picture_path.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEAR 0.5 /* points: a fifth of a line's width */

const char *picture_path_number(double value, char *text, size_t size)
{
    size_t length;
    snprintf(text, size, "%.1f", value);
    length = strlen(text);
    if (length > 2 && !strcmp(text + length - 2, ".0"))
        text[length - 2] = '\0';
    if (!strcmp(text, "-0"))
        strcpy(text, "0");
    return text;
}

/* One command with its point. */
struct step {
    char command; /* M, L, z; 0: the end; ?: something else */
    double x, y;
};

static const char *read_step(const char *d, struct step *step)
{
    char *end;
    d += strspn(d, " \t\n\r,");
    *step = (struct step){.command = *d};
    if (!*d || *d == 'z' || *d == 'Z')
        return *d ? d + 1 : d;
    if (*d != 'M' && *d != 'L')
        return step->command = '?', d;
    step->x = strtod(d + 1, &end);
    if (end == d + 1)
        return step->command = '?', d;
    d = end + strspn(end, " \t\n\r,");
    step->y = strtod(d, &end);
    if (end == d || !isfinite(step->x) || !isfinite(step->y) || fabs(step->x) > 1e5 || fabs(step->y) > 1e5)
        return step->command = '?', d;
    return end;
}

static char *put(char *out, const struct step *step)
{
    char x[32], y[32];
    return out + sprintf(out, "%c%s %s", step->command, picture_path_number(step->x, x, sizeof x),
                         picture_path_number(step->y, y, sizeof y));
}

void picture_path(const char *d, char *out, struct picture_extent *extent)
{
    const char *at = d;
    char *to = out;
    struct step step, kept = {0}, skipped = {0};
    while ((at = read_step(at, &step)), step.command && step.command != '?') {
        bool near = step.command == 'L' && hypot(step.x - kept.x, step.y - kept.y) < NEAR;
        if (step.command == 'M' || step.command == 'L') {
            extent->top = fmin(extent->top, step.y);
            extent->bottom = fmax(extent->bottom, step.y);
        }
        if (near) {
            skipped = step;
            continue;
        }
        if (skipped.command && step.command != 'L') /* a line ends where it ended */
            to = put(to, &skipped);
        skipped.command = 0;
        if (step.command == 'z' || step.command == 'Z')
            *to++ = 'z';
        else
            to = put(to, &step);
        kept = step;
    }
    if (skipped.command)
        to = put(to, &skipped);
    *to = '\0';
    if (step.command == '?')
        strcpy(out, d);
}
