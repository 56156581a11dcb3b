/* words.c - specs, promises, counts and times, and whole command lines (ranges, lists,
 * numbers). The first letter says which, the rest is the text; of a command line each
 * line is a word. */
#include <stdlib.h>
#include <string.h>

#include "bench/commands/command_line.h"
#include "bench/statistics/slo.h"
#include "tests/fuzz/fuzz.h"
#include "workloads/core/units.h"
#include "workloads/core/workload.h"

enum { WORDS_MAX = 32 };

static void expect(int holds)
{
    if (!holds)
        abort();
}

/* What was understood is said in words that are understood again. */
static void parse_workload(const char *text, char *why, size_t size)
{
    struct workload_spec spec, again;
    if (!workload_parse(text, &spec, why, size))
        expect(!workload_parse(spec.text, &again, why, size) && !strcmp(spec.text, again.text));
}

static void parse_units(const char *text)
{
    int64_t value;
    char said[32];
    if (!units_count(text, &value))
        units_count_text((double)value, said, sizeof said);
    if (!units_time(text, &value))
        units_time_text((double)value, said, sizeof said);
}

static void parse_promises(const char *text, char *why, size_t size)
{
    struct slo_list list;
    char said[256];
    if (!slo_parse(text, &list, why, size)) {
        expect(list.count >= 0 && list.count <= SLO_MAX);
        slo_list_text(&list, said, sizeof said);
    }
}

/* Plug-ins are loaded, and a machine that is not there stays: not here. */
static int is_left_out(const char *word)
{
    return strstr(word, "--plugin") || strstr(word, "--peers") || strstr(word, "--synthetic");
}

static void parse_command_line(char *text, char *why, size_t size)
{
    static struct options options;
    char program[] = "poolbench", *words[WORDS_MAX + 2] = {program}, *rest = text, *word;
    int count = 1;
    while (count <= WORDS_MAX && (word = strsep(&rest, "\n")))
        if (!is_left_out(word))
            words[count++] = word;
    if (!command_line_parse(&options, count, words, why, size)) {
        expect(options.pool_count <= OPTIONS_POOLS_MAX && options.workload_count <= OPTIONS_WORKLOADS_MAX);
        expect(options.worker_count <= OPTIONS_WORKERS_MAX && options.capacity_count <= OPTIONS_COUNTS_MAX);
        expect(options.producer_count <= OPTIONS_COUNTS_MAX && options.pin_count <= OPTIONS_PINS_MAX);
        for (int i = 0; i < options.worker_count; i++)
            expect(options.workers[i] >= 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), why[256] = "";
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (size > 0 && text[0] == 'w')
        parse_workload(text + 1, why, sizeof why);
    else if (size > 0 && text[0] == 'u')
        parse_units(text + 1);
    else if (size > 0 && text[0] == 's')
        parse_promises(text + 1, why, sizeof why);
    else if (size > 0)
        parse_command_line(text + 1, why, sizeof why);
    expect(strlen(why) < sizeof why);
    free(text);
    return 0;
}
