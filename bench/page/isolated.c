/* isolated.c - see isolated.h. */
#include "bench/page/isolated.h"

#include <stdbool.h>
#include <stdio.h>

#define FIRST_STRONG "\xe2\x81\xa8"
#define POP "\xe2\x81\xa9"

/* Hebrew, Arabic and their neighbours (U+0590 to U+08FF, presentation forms), marks, embeddings, overrides, isolates.
 */
static bool turns(const unsigned char *c)
{
    if (c[0] >= 0xd6 && c[0] <= 0xdf)
        return true;
    if (c[0] == 0xe0)
        return c[1] >= 0xa0 && c[1] <= 0xa3;
    if (c[0] == 0xe2 && c[1] == 0x80)
        return c[2] == 0x8e || c[2] == 0x8f || (c[2] >= 0xaa && c[2] <= 0xae);
    if (c[0] == 0xe2 && c[1] == 0x81)
        return c[2] >= 0xa6 && c[2] <= 0xa9;
    return c[0] == 0xef && c[1] >= 0xac && c[1] <= 0xbb;
}

const char *isolated(const char *name, char *text, size_t size)
{
    bool some = false;
    for (const unsigned char *c = (const unsigned char *)name; *c && !some; c++)
        some = turns(c);
    snprintf(text, size, some ? FIRST_STRONG "%s" POP : "%s", name);
    return text;
}
