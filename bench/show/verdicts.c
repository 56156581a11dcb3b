/* verdicts.c - see verdicts.h. */
#include "bench/show/verdicts.h"

#include <string.h>

#include "bench/json/must.h"
#include "bench/results/result.h"

const char *const verdicts_state_names[] = {"regression", "fails", "worse", "undecided", "better", "same"};

json_t *verdicts_new(const char *of, const json_t *document)
{
    const json_t *machine = json_object_get(document, "machine");
    json_t *verdicts =
        must_pack("{s:s, s:s, s:s, s:s, s:{}, s:[]}", "of", of, "line", "", "date", result_string(document, "date"),
                  "host", result_string(machine, "host"), "facts", "rows");
    return verdicts;
}

void verdicts_set(json_t *object, const char *key, const char *text)
{
    json_object_set_new(object, key, must_text(strcmp(text, "-") ? text : ""));
}

json_t *verdicts_row(json_t *verdicts, const char *name, const char *pool, enum verdicts_state state,
                     const char *verdict)
{
    json_t *row = must_pack("{s:o, s:o, s:s, s:o}", "name", must_text(name), "pool", must_text(pool), "state",
                            verdicts_state_names[state], "verdict", must_text(verdict));
    json_array_append_new(json_object_get(verdicts, "rows"), row);
    return row;
}

enum verdicts_state verdicts_state(const json_t *row)
{
    int state = 0;
    while (state < VERDICTS_SAME && strcmp(result_string(row, "state"), verdicts_state_names[state]))
        state++;
    return (enum verdicts_state)state;
}

int verdicts_count(const json_t *verdicts, enum verdicts_state state)
{
    json_t *row;
    size_t i;
    int count = 0;
    json_array_foreach (json_object_get(verdicts, "rows"), i, row)
        count += verdicts_state(row) == state;
    return count;
}
