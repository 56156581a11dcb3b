/* result.c - a result file: what read_check lets through, the comparison must be able to
 * work on, and to show; and each format of an export to write; of a duet, too. */
#include <stdio.h>
#include <stdlib.h>

#include "bench/findings/comparison.h"
#include "bench/results/read.h"
#include "bench/results/read_duet.h"
#include "bench/show/comparison_show.h"
#include "bench/show/duet_show.h"
#include "bench/show/exported.h"
#include "bench/show/junit.h"
#include "bench/show/markdown.h"
#include "tests/fuzz/fuzz.h"

static void show(json_t *verdicts, FILE *out)
{
    markdown_write(verdicts, out);
    junit_write(verdicts, out);
    json_decref(verdicts);
}

static void compare(json_t *result, FILE *out)
{
    struct comparison comparison = {.paths = {"a", "b"}, .documents = {result, result}, .threshold = 0.03};
    char why[1024];
    if (!comparison_make(&comparison, why, sizeof why)) {
        comparison_show_table(&comparison, out);
        show(comparison_show_verdicts(&comparison), out);
        comparison_show_json(&comparison, out);
    }
    free(comparison.rows);
}

static void export(const json_t *result, FILE *out)
{
    for (int i = 0; exported_formats[i].name; i++)
        if (!exported_refusal(&exported_formats[i], result))
            exported_formats[i].write(result, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *result = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    FILE *out = fopen("/dev/null", "w");
    char why[512];
    if (out && result && read_duet_is(result) && !read_duet_check(result, why, sizeof why)) {
        show(duet_show_verdicts(result), out);
        duet_show(result, "x.json", "", out);
        export(result, out);
    } else if (out && result && !read_duet_is(result) && !read_check(result, why, sizeof why)) {
        compare(result, out);
        export(result, out);
    }
    json_decref(result);
    if (out)
        fclose(out);
    return 0;
}
