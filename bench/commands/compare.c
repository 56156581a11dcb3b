/* compare.c - see compare.h. */
#include "bench/commands/compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/findings/comparison.h"
#include "bench/results/result.h"
#include "bench/show/comparison_show.h"

/* Reading, and whether the two can be compared. */

static int refuse(const char *format, const char *a, const char *b, const char *c)
{
    fprintf(stderr, "poolbench: ");
    fprintf(stderr, format, a, b, c);
    fputc('\n', stderr);
    return EXIT_USAGE;
}

static int load(struct comparison *comparison, int which)
{
    const char *path = comparison->paths[which];
    json_error_t error;
    json_t *document = comparison->documents[which] = json_load_file(path, 0, &error);
    if (!document && error.line <= 0)
        return refuse("%s: cannot be read: %s%s", path, strerror(errno), "");
    if (!document)
        return refuse("%s: damaged, or no result of poolbench run: %s%s", path, error.text, "");
    if (strcmp(result_string(document, "program"), "poolbench") || !json_object_get(document, "configurations"))
        return refuse("%s: not a result of poolbench run%s%s", path, "", "");
    if (result_integer(document, "format") != RESULT_FORMAT)
        return refuse("%s: written in another format than this program's%s%s", path, "", "");
    return EXIT_GOOD;
}

static int same_machine(const struct comparison *comparison)
{
    static const char *const keys[] = {"host",  "cpu_model", "architecture",      "cpus",
                                       "cores", "affinity",  "cgroup_quota_cpus", NULL};
    char text[512];
    const char *key = comparison_differs(json_object_get(comparison->documents[0], "machine"),
                                         json_object_get(comparison->documents[1], "machine"), keys, text, sizeof text);
    return key ? refuse("not comparable: another machine: %s: %s%s", key, text, "") : EXIT_GOOD;
}

/* What may differ, but should be known. */
static void note_differences(const struct comparison *comparison, FILE *out)
{
    static const char *const build[] = {"compiler", "flags", NULL}, *const machine[] = {"kernel", "governor", NULL};
    static const char *const run[] = {"budget_ns", "rounds_wanted", NULL};
    const json_t *a = comparison->documents[0], *b = comparison->documents[1];
    const json_t *left[] = {json_object_get(a, "build"), json_object_get(a, "machine"), a},
                 *right[] = {json_object_get(b, "build"), json_object_get(b, "machine"), b};
    const char *const *keys[] = {build, machine, run};
    char text[4096];
    for (int i = 0; i < 3; i++) {
        const char *key = comparison_differs(left[i], right[i], keys[i], text, sizeof text);
        if (key && strlen(text) > 120)
            fprintf(out, "poolbench: note: %s differ\n", key);
        else if (key)
            fprintf(out, "poolbench: note: another %s: %s\n", key, text);
    }
}

/* Compares, and says what is in one of them only. */
static int compare(struct comparison *comparison)
{
    char why[1024];
    if (comparison_make(comparison, why, sizeof why))
        return fprintf(stderr, "poolbench: %s\n", why), EXIT_USAGE;
    for (int side = 0; side < 2; side++)
        if (comparison->only[side])
            fprintf(stderr, "poolbench: note: %zu benchmarks are only in %s\n", comparison->only[side],
                    comparison->paths[side]);
    return EXIT_GOOD;
}

int compare_command(const struct options *options)
{
    struct comparison comparison = {.paths = {options->words[0], options->words[1]}, .threshold = options->threshold};
    int status = load(&comparison, 0);
    if (status == EXIT_GOOD)
        status = load(&comparison, 1);
    if (status == EXIT_GOOD)
        status = same_machine(&comparison);
    if (status == EXIT_GOOD)
        status = compare(&comparison);
    if (status == EXIT_GOOD) {
        note_differences(&comparison, stderr);
        if (options->compare_format == OPTIONS_MARKDOWN)
            comparison_show_markdown(&comparison, stdout);
        else if (options->compare_format == OPTIONS_COMPARE_JSON)
            comparison_show_json(&comparison, stdout);
        else
            comparison_show_table(&comparison, stdout);
        status = comparison.regressions ? EXIT_BAD : EXIT_GOOD;
        if (fflush(stdout) || ferror(stdout))
            status = (fprintf(stderr, "poolbench: could not write to stdout\n"), EXIT_BAD);
    }
    free(comparison.rows);
    json_decref(comparison.documents[0]);
    json_decref(comparison.documents[1]);
    return status;
}
