/* plugin_words.c - see plugin_words.h. */
#include "bench/measure/plugin_words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/utf8.h"

/* Letters, digits and `more`. */
static bool is_made_of(const char *text, const char *more)
{
    size_t length = text ? strlen(text) : 0;
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)text[i]) && !strchr(more, text[i]))
            return false;
    return length && length <= PLUGIN_WORDS_NAME;
}

bool plugin_words_are_name(const char *text)
{
    return is_made_of(text, "-_") && isalnum((unsigned char)*text);
}

bool plugin_words_are_key(const char *text)
{
    return is_made_of(text, "-_.%");
}

bool plugin_words_are_line(const char *text)
{
    char *copy = text ? strdup(text) : NULL;
    bool is = copy && !strcmp(utf8_plain(copy, false), text);
    free(copy);
    return is;
}

const char *plugin_words_line(const char *text)
{
    char *copy = strdup(text);
    return copy ? utf8_plain(copy, false) : "";
}
