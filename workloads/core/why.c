/* why.c - see why.h. */
#include "workloads/core/why.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "workloads/core/units.h"

int why_wrong(struct why why, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why.text, why.size, format, arguments);
    va_end(arguments);
    return -EINVAL;
}

int why_wrong_name(struct why why, const char *lead, const char *word, const char *head, const char *const *names,
                   int count)
{
    const char *nearest = units_nearest(word, names, count);
    char list[512] = "", hint[96] = "";
    for (int i = 0; i < count; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", names[i]);
    if (nearest)
        snprintf(hint, sizeof hint, "; did you mean \"%s\"?", nearest);
    return why_wrong(why, "%s \"%.60s\"%s (%s%s)", lead, word, hint, head, list);
}
