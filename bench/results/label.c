/* label.c - see label.h. */
#include "bench/results/label.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "bench/results/result.h"

bool label_same(const json_t *a, const json_t *b, const char *const *keys)
{
    for (; *keys; keys++)
        if (!json_equal(json_object_get(a, *keys), json_object_get(b, *keys)))
            return false;
    return true;
}

/* Whether the value is another one somewhere under the same workload. */
static bool varies(const json_t *list, const json_t *one, const char *key)
{
    static const char *const spec[] = {"spec", NULL};
    const char *const keys[] = {key, NULL};
    json_t *other;
    size_t i;
    json_array_foreach (list, i, other)
        if (label_same(other, one, spec) && !label_same(other, one, keys))
            return true;
    return false;
}

const char *label_of(const json_t *list, const json_t *one, char *text, size_t size)
{
    static const struct {
        const char *key, *before, *after;
    } parts[] = {{"producers", "", " producer"}, {"capacity", "capacity ", ""},       {"full", "full ", ""},
                 {"results", "results ", ""},    {"results_capacity", "places ", ""}, {"pin", "pin ", ""}};
    snprintf(text, size, "%s", result_string(one, "pool"));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const json_t *value = json_object_get(one, parts[i].key);
        size_t used = strlen(text);
        if (!value || !varies(list, one, parts[i].key))
            continue;
        if (json_is_string(value))
            snprintf(text + used, size - used, ", %s%s", parts[i].before, json_string_value(value));
        else
            snprintf(text + used, size - used, ", %s%lld%s%s", parts[i].before, (long long)json_integer_value(value),
                     parts[i].after, *parts[i].after && json_integer_value(value) != 1 ? "s" : "");
    }
    return text;
}

const char *label_word(const char *spec, char *word, size_t size)
{
    size_t i = 0;
    for (; spec[i] && i + 1 < size; i++)
        word[i] = isalnum((unsigned char)spec[i]) || (i && strchr("._", spec[i])) ? spec[i] : '-';
    word[i] = '\0';
    return word;
}
