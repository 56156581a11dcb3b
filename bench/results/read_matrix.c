/* read_matrix.c - see read_matrix.h. */
#include "bench/results/read_matrix.h"

#include <string.h>

#include "bench/json/utf8.h"
#include "bench/results/read_limits.h"
#include "bench/results/result.h"
#include "workloads/core/why.h"

enum { MATRIX_FORMAT = 1 };

bool read_matrix_is(const json_t *document)
{
    return json_is_object(document) && json_object_get(document, "check_format");
}

/* Text of any characters, of which some is there where it must be. */
static bool is_text(const json_t *object, const char *key, bool must)
{
    const json_t *value = json_object_get(object, key);
    const char *text = json_string_value(value);
    if (!value || json_is_null(value))
        return !must;
    return text && strlen(text) == json_string_length(value) && utf8_is(text) && (!must || *text);
}

static bool is_time(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return !value || (json_is_number(value) && json_number_value(value) >= 0 && json_number_value(value) <= 1e18);
}

static const char *wrong_with(const json_t *cell)
{
    static const char *const texts[] = {"finding", "report", "cell", "pool_version", NULL};
    if (!json_is_object(cell))
        return "it is no object";
    if (!is_text(cell, "pool", true) || strlen(result_string(cell, "pool")) > READ_NAME_MAX)
        return "its pool is no name";
    if (!is_text(cell, "fault", true) || !is_text(cell, "kind", true) || !is_text(cell, "verdict", true))
        return "its fault, kind or verdict is no text";
    for (int i = 0; texts[i]; i++)
        if (!is_text(cell, texts[i], false))
            return "a text of it is none";
    if (!is_time(cell, "took_median_ns") || !is_time(cell, "took_most_ns") || !is_time(cell, "runs") ||
        !is_time(cell, "passed"))
        return "a time or a count of it is none";
    return NULL;
}

int read_matrix_check(const json_t *document, char *text, size_t size)
{
    struct why why = {text, size};
    const json_t *cells = json_object_get(document, "cells"), *cell;
    size_t i;
    if (strcmp(result_string(document, "program"), "poolbench"))
        return why_wrong(why, "not a result of poolbench");
    if (result_integer(document, "check_format") != MATRIX_FORMAT)
        return why_wrong(why, "a check of format %lld (this program reads format %d)",
                         (long long)result_integer(document, "check_format"), MATRIX_FORMAT);
    if (!json_is_array(cells) || json_array_size(cells) > READ_MATRIX_CELLS_MAX)
        return why_wrong(why, "a check without cells, or with more than %d", READ_MATRIX_CELLS_MAX);
    json_array_foreach (cells, i, cell)
        if (wrong_with(cell))
            return why_wrong(why, "cell %zu: %s", i, wrong_with(cell));
    return 0;
}
