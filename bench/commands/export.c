/* export.c - see export.h. */
#include "bench/commands/export.h"

#include <string.h>

#include "bench/results/read.h"
#include "bench/results/read_duet.h"
#include "bench/results/result.h"
#include "bench/show/exported.h"

/* What has no time of a job that could be compared: a duet says what it found; a search has probes, each at a rate
 * of its own. */
static const char *refusal(const json_t *result)
{
    json_t *one;
    size_t i;
    if (read_duet_is(result))
        return "a duet, of which only junit and markdown can say what it found";
    if (json_array_size(json_object_get(result, "searches")))
        return "a search for a rate, of which only junit and markdown can say what it found";
    json_array_foreach (json_object_get(result, "configurations"), i, one)
        if (result_values(one, "ns_per_job", (double[1]){0}, NULL, 1))
            return NULL;
    return "nothing was measured: no benchmark has a time";
}

int export_command(const struct options *options)
{
    const char *path = options->words[0], *why_not;
    json_t *result;
    char why[1024];
    if (!options->export_to)
        return fprintf(stderr, "poolbench: export: which format? (--format gbench, benchstat, bencher, github-action, "
                               "hyperfine, csv, openmetrics, junit, markdown)\n"),
               EXIT_USAGE;
    if (read_any(path, &result, why, sizeof why))
        return fprintf(stderr, "poolbench: %s\n", why), EXIT_USAGE;
    why_not = exported_is_page(options->export_to) ? NULL : refusal(result);
    if (why_not)
        fprintf(stderr, "poolbench: %s: %s\n", path, why_not);
    for (int i = 0; exported_names[i] && !why_not; i++)
        if (!strcmp(options->export_to, exported_names[i]))
            exported_writers[i](result, stdout);
    json_decref(result);
    return why_not ? EXIT_USAGE : EXIT_GOOD;
}
