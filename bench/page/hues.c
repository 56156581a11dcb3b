/* hues.c - see hues.h. */
#include "bench/page/hues.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"

enum { PAPER = 0xffffff, BLACK = 0 };

static const struct fixed {
    unsigned colour;
    const char *name;
} fixed[] = {{0xffffff, "var(--paper)"}, {0x1f2933, "var(--ink)"},  {0x000000, "var(--ink)"},
             {0x7b8794, "var(--grey)"},  {0x808080, "var(--grey)"}, {0xe4e7eb, "var(--faint)"}};

/* "#0072B2", "rgb(  0, 114, 178)", "white", "black", "gray". */
static bool read_colour(const char *value, unsigned *colour)
{
    unsigned r, g, b;
    char end;
    if (sscanf(value, "rgb( %u , %u , %u %c", &r, &g, &b, &end) == 4 && end == ')' && r < 256 && g < 256 && b < 256)
        *colour = r << 16 | g << 8 | b;
    else if (*value == '#' && strlen(value) == 7 && strspn(value + 1, "0123456789abcdefABCDEF") == 6)
        *colour = (unsigned)strtoul(value + 1, NULL, 16);
    else if (!strcmp(value, "white"))
        *colour = 0xffffff;
    else if (!strcmp(value, "black"))
        *colour = 0;
    else if (!strcmp(value, "gray") || !strcmp(value, "grey"))
        *colour = 0x808080;
    else
        return false;
    return true;
}

static bool add(struct hues *hues, unsigned colour)
{
    for (int i = 0; i < hues->count; i++)
        if (hues->all[i] == colour)
            return true;
    if (hues->count == HUES_MAX)
        return false;
    hues->all[hues->count++] = colour;
    return true;
}

/* The page's own names for what most of a drawing is in. Black text is text on an area. */
static const char *fixed_name(unsigned colour, enum hues_use use)
{
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (fixed[i].colour == colour && !(colour == BLACK && use == HUES_TEXT))
            return fixed[i].name;
    return NULL;
}

const char *hues_variable(struct hues *hues, const char *value, enum hues_use use, char *out, size_t size)
{
    unsigned colour;
    if (!read_colour(value, &colour))
        snprintf(out, size, "%s", strcmp(value, "none") ? "currentColor" : "none");
    else if (fixed_name(colour, use))
        snprintf(out, size, "%s", fixed_name(colour, use));
    else if (use == HUES_AREA || colour == BLACK)
        snprintf(out, size, "#%06x", colour);
    else if (add(hues, colour))
        snprintf(out, size, "var(--%c%06x)", use == HUES_TEXT ? 't' : 'h', colour);
    else
        snprintf(out, size, "currentColor"); /* so many can nobody tell apart */
    return out;
}

static double linear(unsigned part)
{
    double share = part / 255.0;
    return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4);
}

static double luminance(unsigned colour)
{
    return 0.2126 * linear(colour >> 16) + 0.7152 * linear(colour >> 8 & 255) + 0.0722 * linear(colour & 255);
}

double hues_contrast(unsigned a, unsigned b)
{
    double la = luminance(a), lb = luminance(b);
    return (fmax(la, lb) + 0.05) / (fmin(la, lb) + 0.05);
}

/* Mixed with black until it stands out. */
static unsigned stand_out(unsigned colour, double least)
{
    enum { STEPS = 50 };
    unsigned mixed = colour;
    for (int step = 0; step <= STEPS && hues_contrast(mixed, PAPER) < least; step++) {
        mixed = 0;
        for (int shift = 16; shift >= 0; shift -= 8)
            mixed |= (colour >> shift & 255) * (unsigned)(STEPS - step) / STEPS << shift;
    }
    return mixed;
}

char *hues_css(const struct hues *hues)
{
    static const double mark = 3.1, text = 4.6; /* rounding must not take it below */
    char *css = NULL;
    size_t length;
    FILE *out = must_memory(open_memstream(&css, &length));
    fputs(":root{", out);
    for (int i = 0; i < hues->count; i++)
        fprintf(out, "--h%06x:#%06x;--t%06x:#%06x;", hues->all[i], stand_out(hues->all[i], mark), hues->all[i],
                stand_out(hues->all[i], text));
    fputs("}\n", out);
    fclose(out);
    return must_memory(css);
}
