/* compare.c - see compare.h. */
#include "bench/commands/compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commands/kept.h"
#include "bench/commands/refuse.h"
#include "bench/figures/figures_compared.h"
#include "bench/findings/comparison.h"
#include "bench/findings/comparison_identity.h"
#include "bench/findings/noise.h"
#include "bench/results/read.h"
#include "bench/results/read_duet.h"
#include "bench/results/result.h"
#include "bench/show/comparison_show.h"
#include "bench/show/junit.h"
#include "bench/show/markdown.h"
#include "bench/show/noise_show.h"

/* Reading, and whether the two can be compared. */

/* A file, or @NAME: a baseline of the history. */
static int load(const struct options *options, struct comparison *comparison, int which)
{
    char why[1024];
    if (comparison->paths[which][0] == '@') {
        int status = kept_load(options, comparison->paths[which] + 1, &comparison->documents[which]);
        if (status != EXIT_GOOD)
            return status;
        if (read_check(comparison->documents[which], why, sizeof why))
            return refuse("%s: %s", comparison->paths[which], why);
    } else if (read_result(comparison->paths[which], &comparison->documents[which], why, sizeof why))
        return refuse("%s", why);
    if (!json_is_object(json_object_get(comparison->documents[which], "machine")))
        return refuse("%s: not a result of poolbench run", comparison->paths[which]);
    if (read_duet_is(comparison->documents[which]))
        return refuse("%s: a duet, which has set two builds against each other itself: poolbench export %s --format "
                      "markdown says how",
                      comparison->paths[which], comparison->paths[which]);
    return EXIT_GOOD;
}

/* The processor, the CPUs and the quota decide; what the host is called, and which of its
 * CPUs a container got, changes from run to run where CI runs. */
static int same_machine(const struct comparison *comparison, FILE *notes)
{
    static const char *const keys[] = {"cpu_model", "architecture", "cpus", "cores", "cgroup_quota_cpus", NULL};
    char text[512];
    const char *key =
        comparison_identity_differs(json_object_get(comparison->documents[0], "machine"),
                                    json_object_get(comparison->documents[1], "machine"), keys, text, sizeof text);
    if (key && comparison->force)
        fprintf(notes, "poolbench: note: another machine: %s: %s (compared all the same: --force)\n", key, text);
    else if (key)
        return refuse("not comparable: another machine: %s: %s (--force compares all the same)", key, text);
    return EXIT_GOOD;
}

/* What may differ, but should be known. */
static void note_differences(const struct comparison *comparison, FILE *out)
{
    static const char *const build[] = {"compiler", "flags", NULL}, *const name[] = {"host", NULL},
                             *const machine[] = {"kernel", "governor", NULL}, *const cpus[] = {"affinity", NULL};
    static const char *const run[] = {"budget_ns", "rounds_wanted", NULL};
    const json_t *a = comparison->documents[0], *b = comparison->documents[1];
    const json_t *ours = json_object_get(a, "machine"), *theirs = json_object_get(b, "machine");
    const json_t *left[] = {json_object_get(a, "build"), ours, ours, ours, a},
                 *right[] = {json_object_get(b, "build"), theirs, theirs, theirs, b};
    const char *const *keys[] = {build, name, machine, cpus, run};
    char text[4096];
    for (int i = 0; i < 5; i++) {
        const char *key = comparison_identity_differs(left[i], right[i], keys[i], text, sizeof text);
        if (key && strlen(text) > 120)
            fprintf(out, "poolbench: note: %s differ\n", key);
        else if (key)
            fprintf(out, "poolbench: note: another %s: %s\n", key, text);
    }
}

/* What makes a side less than it was to be. */
static void note_sides(const struct comparison *comparison, FILE *out)
{
    for (int side = 0; side < 2; side++) {
        const json_t *document = comparison->documents[side], *rounds = json_object_get(document, "rounds");
        char noise[800];
        size_t i, disturbed = 0;
        json_t *round;
        json_array_foreach (rounds, i, round)
            disturbed += json_is_true(json_object_get(round, "disturbed"));
        if (json_is_true(json_object_get(document, "interrupted")))
            fprintf(out, "poolbench: note: %s: interrupted after %zu of %lld rounds\n", comparison->paths[side],
                    json_array_size(rounds), (long long)result_integer(document, "rounds_wanted"));
        if (json_object_get(document, "noise") && !noise_is_quiet(document))
            fprintf(out, "poolbench: note: %s: %s\n", comparison->paths[side],
                    noise_show(document, noise, sizeof noise));
        else if (disturbed)
            fprintf(out, "poolbench: note: %s: %zu of %zu rounds disturbed\n", comparison->paths[side], disturbed,
                    json_array_size(rounds));
    }
}

/* Said aloud where one was not. */
static bool both_quiet(const struct comparison *comparison)
{
    bool quiet = true;
    for (int side = 0; side < 2; side++) {
        if (noise_is_quiet(comparison->documents[side]))
            continue;
        fprintf(stderr, "poolbench: %s: the machine was not quiet, or it is not known (--require quiet)\n",
                comparison->paths[side]);
        quiet = false;
    }
    return quiet;
}

/* Compares, and says what is in one of them only. */
static int compare(struct comparison *comparison)
{
    char why[1024];
    if (comparison_make(comparison, why, sizeof why))
        return refuse("%s", why);
    if (comparison->only_new)
        say_line("note: %zu benchmark%s only in %s", comparison->only_new, comparison->only_new == 1 ? " is" : "s are",
                 comparison->paths[1]);
    return EXIT_GOOD;
}

/* What cannot be drawn is a failure only where nothing worse was found. */
static int draw(const struct comparison *comparison, const struct options *options)
{
    FILE *out = options->compare_format == OPTIONS_COMPARE_TABLE ? stdout : stderr;
    int error = figures_compared(comparison, options->plot, NULL, stderr);
    if (!error)
        fprintf(out, "figure   %s/changes.svg, .png\n", options->plot);
    return !error ? EXIT_GOOD : error == -ENOENT ? EXIT_CANNOT : EXIT_UNWRITTEN;
}

static void show_page(const struct comparison *comparison, void (*write)(const json_t *verdicts, FILE *out))
{
    json_t *verdicts = comparison_show_verdicts(comparison);
    write(verdicts, stdout);
    json_decref(verdicts);
}

static void show(const struct comparison *comparison, const struct options *options)
{
    if (options->compare_format == OPTIONS_MARKDOWN)
        show_page(comparison, markdown_write);
    else if (options->compare_format == OPTIONS_JUNIT)
        show_page(comparison, junit_write);
    else if (options->compare_format == OPTIONS_COMPARE_JSON)
        comparison_show_json(comparison, stdout);
    else
        comparison_show_table(comparison, stdout);
}

int compare_command(const struct options *options)
{
    struct comparison comparison = {
        .paths = {options->words[0], options->words[1]}, .threshold = options->threshold, .force = options->force};
    int status = load(options, &comparison, 0);
    if (status == EXIT_GOOD)
        status = load(options, &comparison, 1);
    if (status == EXIT_GOOD)
        status = same_machine(&comparison, stderr);
    if (status == EXIT_GOOD)
        status = compare(&comparison);
    if (status == EXIT_GOOD) {
        note_differences(&comparison, stderr);
        note_sides(&comparison, stderr);
        show(&comparison, options);
        if (options->plot)
            status = draw(&comparison, options);
        if (comparison.regressions)
            status = EXIT_BAD;
        else if (comparison_failing(&comparison))
            status = EXIT_FAILING;
        else if (status == EXIT_GOOD && options->undecided_fails && comparison_undecided(&comparison))
            status = EXIT_UNDECIDED;
        if (options->require_quiet && !both_quiet(&comparison))
            status = EXIT_CANNOT;
    }
    free(comparison.rows);
    json_decref(comparison.documents[0]);
    json_decref(comparison.documents[1]);
    return status;
}
