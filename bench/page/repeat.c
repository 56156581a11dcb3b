/* repeat.c - see repeat.h. */
#include "bench/page/repeat.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/results/result.h"
#include "bench/show/shell_word.h"

static bool is_asked(const json_t *configuration, const char *spec)
{
    return strcmp(result_string(configuration, "role"), "floor") != 0 &&
           (!spec || !strcmp(result_string(configuration, "spec"), spec));
}

static bool same(const json_t *a, const json_t *b, const char *key)
{
    return json_equal(json_object_get(a, key), json_object_get(b, key));
}

/* The different values of a key, by comma: " -p ring,mutex". Says nothing where all are `usual`. */
static void add_values(FILE *out, const json_t *list, const char *spec, const char *option, const char *key,
                       const char *usual)
{
    size_t i, j;
    json_t *one, *other;
    bool said = false;
    json_array_foreach (list, i, one) {
        const json_t *value = json_object_get(one, key);
        bool before = !is_asked(one, spec) || !(json_is_string(value) || json_is_integer(value));
        for (j = 0; j < i && !before; j++) {
            other = json_array_get(list, j);
            before = is_asked(other, spec) && same(other, one, key);
        }
        if (before || (usual && json_is_string(value) && !strcmp(json_string_value(value), usual)) ||
            (usual && json_is_integer(value) && json_integer_value(value) == atoll(usual)))
            continue;
        fprintf(out, said ? "," : " %s ", option);
        if (json_is_string(value))
            fputs(json_string_value(value), out);
        else
            fprintf(out, "%lld", (long long)json_integer_value(value));
        said = true;
    }
}

char *repeat_command(const json_t *result, const char *spec)
{
    const json_t *list = json_object_get(result, "configurations");
    char *text = NULL;
    size_t length;
    FILE *out = must_memory(open_memstream(&text, &length));
    fputs("poolbench run", out);
    add_values(out, list, spec, "-p", "pool", NULL);
    if (spec)
        fprintf(out, " -w %s", spec);
    add_values(out, list, spec, "-t", "workers", NULL);
    add_values(out, list, spec, "--producers", "producers", "1");
    add_values(out, list, spec, "--capacity", "capacity", "1024");
    add_values(out, list, spec, "--full", "full", "block");
    add_values(out, list, spec, "--pin", "pin", "core");
    add_values(out, list, spec, "--results", "results", "none");
    fclose(out);
    return must_memory(text);
}

char *repeat_whole(const json_t *result, bool output)
{
    const json_t *command = json_object_get(result, "command"), *word;
    char *text = NULL;
    size_t length, i;
    FILE *out = must_memory(open_memstream(&text, &length));
    fputs("poolbench", out); /* wherever it lay */
    json_array_foreach (command, i, word) {
        const char *is = json_is_string(word) ? json_string_value(word) : "";
        if (!i)
            continue;
        if (!output && (!strcmp(is, "-o") || !strcmp(is, "--output")))
            i++; /* and its value */
        else if (output || (strncmp(is, "-o", 2) && strncmp(is, "--output=", 9)))
            shell_word(out, is);
    }
    fclose(out);
    return must_memory(text);
}
