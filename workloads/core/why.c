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

enum { MORE = sizeof ", and 2147483647 more" };

/* Names by comma; of more than there is room for it is said how many more there are. */
static void names_join(const char *const *names, int count, char *list, size_t size)
{
    size_t used = 0;
    *list = '\0';
    for (int i = 0; i < count; i++) {
        size_t needed = strlen(names[i]) + (i ? 2 : 0);
        if (used + needed + (i + 1 < count ? MORE : 1) > size) {
            snprintf(list + used, size - used, "%s%d more", i ? ", and " : "", count - i);
            return;
        }
        used += (size_t)snprintf(list + used, size - used, "%s%s", i ? ", " : "", names[i]);
    }
}

int why_wrong_name(struct why why, const char *lead, const char *word, const char *head, const char *const *names,
                   int count)
{
    const char *nearest = units_nearest(word, names, count);
    char list[512], hint[96] = "";
    size_t others, room;
    if (nearest)
        snprintf(hint, sizeof hint, "; did you mean \"%.60s\"?", nearest);
    others = strlen(lead) + strnlen(word, 60) + strlen(hint) + strlen(head) + sizeof " \"\" ()";
    room = why.size > others + MORE ? why.size - others : MORE;
    names_join(names, count, list, room < sizeof list ? room : sizeof list);
    return why_wrong(why, "%s \"%.60s\"%s (%s%s)", lead, word, hint, head, list);
}
