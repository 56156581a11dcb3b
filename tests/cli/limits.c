/* limits.c - `poolbench limits` from outside. No figure is judged but by its sign:
 * how fast a machine is, is no matter of right and wrong. */
#include <jansson.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/program.h"

static const char *const names[] = {"clock", "syscall", "add",    "atomic-add", "contended-add",
                                    "fence", "line",    "switch", "wake"};

CLI_TEST(limits, are_all_measured_and_kept)
{
    json_t *document, *limits;
    cr_assert(run("limits -o limits.json") == 0, "%s", err);
    document = json_load_file("limits.json", 0, NULL);
    limits = json_object_get(document, "limits");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const json_t *limit = json_object_get(limits, names[i]);
        char line[64];
        snprintf(line, sizeof line, "\n%s ", names[i]);
        cr_assert(strstr(out, line), "%s is not in the table: %s", names[i], out);
        cr_assert(limit, "%s is not in the file", names[i]);
        if (json_is_null(limit))
            continue; /* one CPU */
        cr_assert(json_number_value(json_object_get(limit, "low_ns")) > 0);
        cr_assert(json_number_value(json_object_get(limit, "low_ns")) <=
                  json_number_value(json_object_get(limit, "high_ns")));
    }
    json_decref(document);
}

/* Of a list as in "0-3,8". */
static void cpus_of(const char *list, cpu_set_t *set)
{
    int first, last, length;
    CPU_ZERO(set);
    for (; list && sscanf(list, "%d%n", &first, &length) == 1; list += *list == ',') {
        last = first;
        list += length;
        if (sscanf(list, "-%d%n", &last, &length) == 1)
            list += length;
        while (first <= last)
            CPU_SET(first++, set);
    }
}

/* With the table, and of two CPUs and more the map. */
CLI_TEST(limits, have_a_page)
{
    static char page[PROGRAM_OUTPUT];
    json_t *document;
    cr_assert(run("limits -o limits.json --no-figures") == 0 && run("report limits.json") == 0, "%s", err);
    slurp("limits.html", page, sizeof page);
    cr_assert(strstr(page, "What does this machine allow?") && strstr(page, "contended-add"), "%s", page);
    document = json_load_file("limits.json", 0, NULL);
    if (json_array_size(json_object_get(document, "lines")) && system("command -v gnuplot >/dev/null") == 0)
        cr_assert(strstr(page, "<svg") && strstr(page, "How far is it from one CPU to another?"), "no map");
    cr_assert(!strstr(page, "How it was measured"), "a chapter of nothing");
    json_object_set_new(document, "lines",
                        json_pack("[{s:f, s:f, s:f, s:i, s:[i,i]}]", "median_ns", 1.0, "low_ns", 1.0, "high_ns", 1.0,
                                  "epochs", 1, "cpus", 3, 3));
    json_dump_file(document, "bad.json", 0);
    json_decref(document);
    cr_assert(run("report bad.json") == 2 && lines(err) == 1 && strstr(err, "line 0 is not of two CPUs"), "%s", err);
}

CLI_TEST(limits, go_to_stdout_as_json)
{
    json_t *document;
    cpu_set_t mine, said;
    cr_assert(run("limits --format json") == 0);
    document = json_loads(out, 0, NULL);
    cr_assert(document && json_object_get(document, "machine"));
    /* The CPUs that could be used, not the one on which the last step was measured. */
    cr_assert(!sched_getaffinity(0, sizeof mine, &mine));
    cpus_of(json_string_value(json_object_get(json_object_get(document, "machine"), "affinity")), &said);
    cr_assert(CPU_EQUAL(&mine, &said), "%s",
              json_string_value(json_object_get(json_object_get(document, "machine"), "affinity")));
    json_decref(document);
    EXPECT_BAD({"what is", "limits extra"}, {"--rounds", "limits --rounds 3"});
}

/* The N-th call of the kind fails. Returns the exit status. */
static int with_a_fault(const char *call, int number)
{
    FILE *counter = fopen("counter", "w");
    char at[16];
    int status;
    fwrite(&(unsigned long){0}, sizeof(unsigned long), 1, counter);
    fclose(counter);
    snprintf(at, sizeof at, "%d", number);
    setenv("FAULT_CALL", call, 1);
    setenv("FAULT_AT", at, 1);
    setenv("FAULT_COUNTER", "counter", 1);
    status = run_beside("../faults-in.so", "limits -o limits.json --no-figures");
    unsetenv("FAULT_COUNTER");
    return status;
}

/* jemalloc crashes where it cannot map the memory for a new thread's first allocation. */
CLI_TEST(limits, are_no_crash_where_memory_is_refused_once)
{
    for (int number = 1; number <= 4; number++) {
        int status = with_a_fault("mmap", number);
        cr_assert(status == 0 || (status == 3 && strstr(err, "memory")), "%d: %d, %s", number, status, err);
    }
}

CLI_TEST(limits, over_a_quota_spare_the_earlier_file)
{
    char before[32768], after[32768];
    cr_assert_eq(run("limits -o limits.json --no-figures"), 0);
    slurp("limits.json", before, sizeof before);
    for (int number = 1; number <= 4; number++) {
        cr_assert_eq(with_a_fault("quota", number), 2, "%s", err);
        cr_assert(strstr(err, "could not write limits.json: Disk quota exceeded\n"), "%s", err);
        slurp("limits.json", after, sizeof after);
        cr_assert_str_eq(after, before);
    }
}
