/* answers.c - see answers.h. */
#include "bench/page/answers.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void answers_add(struct answers *answers, const char *state, const char *to, const char *or_to, const char *format, ...)
{
    struct answer *answer = &answers->all[answers->count];
    va_list arguments;
    if (answers->count == ANSWERS_ROOM)
        return;
    answers->count++;
    answer->aside = false;
    answer->state = state;
    snprintf(answer->to[0], sizeof answer->to[0], "%s", to);
    snprintf(answer->to[1], sizeof answer->to[1], "%s", or_to);
    va_start(arguments, format);
    vsnprintf(answer->text, sizeof answer->text, format, arguments);
    va_end(arguments);
}

const char *answers_at(const struct answers *answers, const char *id, char *text, size_t size)
{
    *text = '\0';
    for (int i = 0; i < answers->count; i++)
        if (!strncmp(id, answers->all[i].to[0], strlen(answers->all[i].to[0])))
            snprintf(text + strlen(text), size - strlen(text), "%s%s", *text ? " " : "", answers->all[i].text);
    return text;
}
