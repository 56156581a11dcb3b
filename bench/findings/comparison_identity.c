/* comparison_identity.c - see comparison_identity.h. */
#include "bench/findings/comparison_identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/result.h"

/* A field of an object as text, for comparison and for messages. Blanks at the end do not count: a processor's name
 * was once kept with them. */
static char *field_text(const json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    size_t length = text ? strlen(text) : 0;
    while (length > 2 && text[length - 1] == '"' && text[length - 2] == ' ')
        memcpy(text + --length - 1, "\"", 2);
    return text ? text : strdup("nothing");
}

const char *comparison_identity_differs(const json_t *a, const json_t *b, const char *const *keys, char *text,
                                        size_t size)
{
    for (; *keys; keys++) {
        char *left = field_text(a, *keys), *right = field_text(b, *keys);
        bool same = !strcmp(left, right);
        snprintf(text, size, "%s against %s", left, right);
        free(left);
        free(right);
        if (!same)
            return *keys;
    }
    return NULL;
}

const char *const comparison_identity_name_keys[] = {"pool", "spec", "workers", "results", "results_capacity", NULL};
const char *const comparison_identity_parameters[] = {"producers", "capacity", "full", "full_timeout_ns",
                                                      "spin_ns",   "pin",      NULL};

bool comparison_identity_same(const json_t *a, const json_t *b, const char *const *keys)
{
    for (; *keys; keys++) {
        const json_t *left = json_object_get(a, *keys), *right = json_object_get(b, *keys);
        if (left != right && !json_equal(left, right))
            return false;
    }
    return true;
}

const json_t *comparison_identity_partner(const json_t *list, const json_t *one, bool exact)
{
    json_t *other;
    size_t i;
    json_array_foreach (list, i, other)
        if (comparison_identity_same(one, other, comparison_identity_name_keys) &&
            (!exact || comparison_identity_same(one, other, comparison_identity_parameters)))
            return other;
    return NULL;
}

/* "/capacity=64" for each parameter in which another one of the same name differs. */
static void add_parameters(const json_t *list, const json_t *one, char *name, size_t size)
{
    for (const char *const *key = comparison_identity_parameters; *key; key++) {
        const char *const keys[] = {*key, NULL};
        bool varies = false;
        json_t *other;
        size_t i, used = strlen(name);
        json_array_foreach (list, i, other)
            varies = varies || (comparison_identity_same(one, other, comparison_identity_name_keys) &&
                                !comparison_identity_same(one, other, keys));
        if (!varies)
            continue;
        if (json_is_string(json_object_get(one, *key)))
            snprintf(name + used, size - used, "/%s=%s", *key, result_string(one, *key));
        else
            snprintf(name + used, size - used, "/%s=%lld", *key, (long long)result_integer(one, *key));
    }
}

void comparison_identity_name(const json_t *list, const json_t *one, char *name, size_t size)
{
    size_t used;
    snprintf(name, size, "%s/%s/t%lld", result_string(one, "pool"), result_string(one, "spec"),
             (long long)result_integer(one, "workers"));
    used = strlen(name);
    if (json_object_get(one, "results") && strcmp(result_string(one, "results"), "none"))
        snprintf(name + used, size - used, "/%s-%lld", result_string(one, "results"),
                 (long long)result_integer(one, "results_capacity"));
    add_parameters(list, one, name, size);
}
