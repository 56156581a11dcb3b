/* noise_show.c - see noise_show.h. */
#include "bench/show/noise_show.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench/machine/probe.h"
#include "bench/results/result.h"
#include "workloads/core/units.h"

__attribute__((format(printf, 3, 4))) static void append(char *text, size_t size, const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, size - used, format, arguments);
    va_end(arguments);
}

static double number(const json_t *noise, const char *key)
{
    const json_t *value = json_object_get(noise, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* The first remark is the probe's most telling one, for it looks at the frequency first. */
static void add_before(const json_t *result, char *text, size_t size)
{
    json_t *remark;
    size_t i;
    const json_t *before = json_object_get(result, "before");
    append(text, size, "before: %s", result_string(before, "verdict"));
    json_array_foreach (json_object_get(before, "remarks"), i, remark)
        append(text, size, ", %s", result_string(remark, "what"));
}

static void add_during(const json_t *noise, char *text, size_t size)
{
    char low[32], high[32];
    json_int_t far = result_integer(noise, "far_off_trials"), trials = result_integer(noise, "trials");
    append(text, size, "during: %s, %lld of %lld rounds disturbed", result_string(noise, "during"),
           (long long)result_integer(noise, "disturbed_rounds"), (long long)result_integer(noise, "rounds"));
    if (number(noise, "steal_most") > PROBE_STEAL) /* what is less disturbed nothing, and is no reason */
        append(text, size, ", steal up to %.1f%%", 100 * number(noise, "steal_most"));
    if (number(noise, "others_most") > PROBE_OTHERS)
        append(text, size, ", other programs up to %.0f%%", 100 * number(noise, "others_most"));
    if (number(noise, "sentinel_most") > PROBE_SLOW)
        append(text, size, ", a fixed loop up to %.2fx", number(noise, "sentinel_most"));
    if (far * 20 > trials)
        append(text, size, ", %lld of %lld trials far off the others", (long long)far, (long long)trials);
    if (!isnan(number(noise, "line_most_ns")))
        append(text, size, ", a cache line took %s to %s: the host moved the CPUs",
               units_time_text(number(noise, "line_least_ns"), low, sizeof low),
               units_time_text(number(noise, "line_most_ns"), high, sizeof high));
}

static void add_intervals(const json_t *noise, char *text, size_t size)
{
    append(text, size, "intervals: %s, %lld of %lld rows wider than +-25%%", result_string(noise, "intervals"),
           (long long)result_integer(noise, "wide_rows"), (long long)result_integer(noise, "rows"));
    if (!isnan(number(noise, "widest")))
        append(text, size, ", the widest +-%.0f%% (%s)", 100 * number(noise, "widest"),
               result_string(noise, "widest_row"));
}

const char *noise_show(const json_t *result, char *text, size_t size)
{
    const json_t *noise = json_object_get(result, "noise");
    const char *verdict = result_string(noise, "verdict"), *between = " (";
    static const char *const parts[] = {"before", "during", "intervals"};
    snprintf(text, size, "%s", *verdict ? verdict : "not known");
    for (int i = 0; i < 3 && *verdict; i++) {
        if (!strcmp(result_string(noise, parts[i]), "quiet"))
            continue;
        append(text, size, "%s", between);
        if (i == 0)
            add_before(result, text, size);
        else if (i == 1)
            add_during(noise, text, size);
        else
            add_intervals(noise, text, size);
        between = "; ";
    }
    if (*between == ';')
        append(text, size, ")");
    return text;
}
