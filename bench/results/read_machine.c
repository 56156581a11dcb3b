/* read_machine.c - see read_machine.h. */
#include "bench/results/read_machine.h"

#include <stdlib.h>
#include <string.h>

#include "bench/results/result.h"
#include "workloads/core/why.h"

enum { LIMITS_FORMAT = 1, NAMES_MAX = 64, NAME_MAX_LETTERS = 40 };

#define NS_MAX 1e18

bool read_machine_is(const json_t *document)
{
    return json_is_object(document) && json_object_get(document, "limits_format");
}

/* A median with its interval. */
static bool is_time(const json_t *one)
{
    static const char *const keys[] = {"median_ns", "low_ns", "high_ns", "epochs"};
    for (int i = 0; i < 4; i++) {
        const json_t *value = json_object_get(one, keys[i]);
        if (!json_is_number(value) || !(json_number_value(value) >= 0 && json_number_value(value) <= NS_MAX))
            return false;
    }
    return true;
}

static int first_cpu(const json_t *line, int which)
{
    const json_t *cpu = json_array_get(json_object_get(line, "cpus"), (size_t)which);
    return json_is_integer(cpu) && json_integer_value(cpu) >= 0 && json_integer_value(cpu) < READ_MACHINE_CPUS_MAX
               ? (int)json_integer_value(cpu)
               : -1;
}

static const char *wrong_with(const json_t *line)
{
    if (!is_time(line))
        return "has no time";
    return first_cpu(line, 0) < 0 || first_cpu(line, 1) < 0 || first_cpu(line, 0) == first_cpu(line, 1)
               ? "is not of two CPUs"
               : NULL;
}

int read_machine_check(const json_t *document, char *text, size_t size)
{
    struct why why = {text, size};
    json_t *limits = json_object_get(document, "limits"), *lines = json_object_get(document, "lines"), *one;
    const char *name;
    size_t i;
    if (strcmp(result_string(document, "program"), "poolbench"))
        return why_wrong(why, "not a result of poolbench");
    if (result_integer(document, "limits_format") != LIMITS_FORMAT)
        return why_wrong(why, "limits of format %lld (this program reads format %d)",
                         (long long)result_integer(document, "limits_format"), LIMITS_FORMAT);
    if (!json_is_object(limits) || json_object_size(limits) > NAMES_MAX || !json_is_array(lines) ||
        json_array_size(lines) > (size_t)READ_MACHINE_CPUS_MAX * READ_MACHINE_CPUS_MAX / 2)
        return why_wrong(why, "no limits, or too many");
    json_object_foreach (limits, name, one)
        if (strlen(name) > NAME_MAX_LETTERS || (!json_is_null(one) && !is_time(one)))
            return why_wrong(why, "limit %.40s: has no time", name);
    json_array_foreach (lines, i, one)
        if (wrong_with(one))
            return why_wrong(why, "line %zu %s", i, wrong_with(one));
    return 0;
}

int read_machine_cpus(const json_t *document, int cpus[READ_MACHINE_CPUS_MAX])
{
    static bool seen[READ_MACHINE_CPUS_MAX]; /* this runs in one thread only */
    json_t *line;
    size_t i;
    int count = 0;
    memset(seen, 0, sizeof seen);
    json_array_foreach (json_object_get(document, "lines"), i, line)
        for (int which = 0; which < 2; which++)
            seen[first_cpu(line, which)] = true;
    for (int cpu = 0; cpu < READ_MACHINE_CPUS_MAX; cpu++)
        if (seen[cpu])
            cpus[count++] = cpu;
    return count;
}
