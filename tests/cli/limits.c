/* limits.c - `poolbench limits` from outside. No figure is judged but by its sign:
 * how fast a machine is, is no matter of right and wrong. */
#include <jansson.h>
#include <stdio.h>
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

CLI_TEST(limits, go_to_stdout_as_json)
{
    json_t *document;
    cr_assert(run("limits --format json") == 0);
    document = json_loads(out, 0, NULL);
    cr_assert(document && json_object_get(document, "machine"));
    json_decref(document);
    EXPECT_BAD({"what is", "limits extra"}, {"--rounds", "limits --rounds 3"});
}
