/* read_duet.c - see read_duet.h. */
#include "bench/results/read_duet.h"

#include <ctype.h>
#include <string.h>

#include "bench/json/utf8.h"
#include "bench/results/read_limits.h"
#include "bench/results/read_sound.h"
#include "bench/results/result.h"
#include "workloads/core/why.h"

#define CHANGE_MOST 1e6 /* a share; the least is -1 */
#define TIME_MOST 1e18

static bool is_name(const json_t *value, size_t most)
{
    const char *text = json_string_value(value);
    return text && *text && strlen(text) <= most && utf8_is(text);
}

/* A number of that range, null, or not there. */
static bool is_number(const json_t *object, const char *key, double low, double high)
{
    const json_t *value = json_object_get(object, key);
    double number = json_number_value(value);
    return !value || json_is_null(value) || (json_is_number(value) && number >= low && number <= high);
}

static bool is_verdict(const char *text)
{
    static const char *const verdicts[] = {"same", "faster", "slower", "cannot tell", "FAILED", "fails"};
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
        if (!strcmp(text, verdicts[i]))
            return true;
    return false;
}

/* Letters, digits and `more`; absent where it need not be there. */
static bool is_word(const json_t *object, const char *key, const char *more, size_t most, bool must)
{
    const json_t *value = json_object_get(object, key);
    const char *text = json_string_value(value);
    if (!must && (!value || json_is_null(value)))
        return true;
    if (!text || !*text || strlen(text) != json_string_length(value) || strlen(text) > most)
        return false;
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && !strchr(more, *text))
            return false;
    return true;
}

/* What a benchmark is called by (benchmark.h), and judged by. */
static bool is_benchmark(const json_t *one)
{
    static const char names[] = "-_", words[] = "-_:=,./+%", pins[] = "-_:,.";
    return is_word(one, "pool", names, READ_NAME_MAX, true) && is_word(one, "spec", words, READ_SPEC_MAX, true) &&
           is_word(one, "full", names, READ_NAME_MAX, false) && is_word(one, "results", names, READ_NAME_MAX, false) &&
           is_word(one, "pin", pins, 63, false) && is_word(one, "figure", "-_.", 63, false) &&
           is_number(one, "workers", 0, READ_WORKERS_MAX);
}

/* The first field of a finding that is none; NULL: all are good. */
static const char *wrong_in(const json_t *finding)
{
    static const struct {
        const char *key;
        double low, high;
    } numbers[] = {{"change", -1, CHANGE_MOST},     {"low", -1, CHANGE_MOST}, {"high", -1, CHANGE_MOST},
                   {"base", 0, TIME_MOST},          {"new", 0, TIME_MOST},    {"floor", 0, CHANGE_MOST},
                   {"again", -1, CHANGE_MOST},      {"more_s", 0, TIME_MOST}, {"processes", 0, TIME_MOST},
                   {"more_processes", 0, TIME_MOST}};
    static const char *const texts[] = {"verdict", "session", "note"};
    const json_t *low = json_object_get(finding, "low"), *high = json_object_get(finding, "high");
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!is_number(finding, numbers[i].key, numbers[i].low, numbers[i].high))
            return numbers[i].key;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const json_t *value = json_object_get(finding, texts[i]);
        if (value && !(json_is_string(value) && utf8_is(json_string_value(value))))
            return texts[i];
    }
    if (json_is_number(low) && json_is_number(high) && json_number_value(low) > json_number_value(high))
        return "low";
    return !json_object_get(finding, "verdict") || is_verdict(result_string(finding, "verdict")) ? NULL : "verdict";
}

bool read_duet_is(const json_t *document)
{
    return json_object_get(document, "duet_format") != NULL;
}

int read_duet_check(const json_t *document, char *text, size_t size)
{
    const json_t *benchmarks = json_object_get(document, "benchmarks");
    struct why why = {text, size};
    json_t *one;
    size_t i;
    if (result_integer(document, "duet_format") != 1 || !json_is_array(benchmarks))
        return why_wrong(why, "a duet of another format than this program's (1)");
    if (json_array_size(benchmarks) > READ_CONFIGURATIONS_MAX)
        return why_wrong(why, "benchmarks: too many");
    json_array_foreach (benchmarks, i, one) {
        const json_t *finding = json_object_get(one, "finding"), *name = json_object_get(one, "name");
        const char *wrong = wrong_in(finding);
        if (!is_benchmark(one) || (name && !is_name(name, READ_SPEC_MAX)) || (finding && !json_is_object(finding)))
            return why_wrong(why, "benchmark %zu: not what a duet writes", i);
        if (wrong)
            return why_wrong(why, "benchmark %zu: its finding's %s is not what a duet writes", i, wrong);
    }
    return read_sound_document(document, text, size);
}
