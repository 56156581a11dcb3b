/* recorded.c - see recorded.h. */
#include "bench/commands/recorded.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/results/result.h"
#include "workloads/core/trace.h"
#include "workloads/core/units.h"

const char *recorded_path(const struct options *options, char *path, size_t size)
{
    const char *slash = strrchr(options->record, '/'), *base = slash ? slash + 1 : options->record;
    snprintf(path, size, "%.*s.recording-%ld-%s", (int)(base - options->record), options->record, (long)getpid(), base);
    return path;
}

/* Jobs of the first round that got no service. */
static json_int_t lost(const json_t *result)
{
    const json_t *trial =
        json_array_get(json_object_get(json_array_get(json_object_get(result, "configurations"), 0), "trials"), 0);
    return result_integer(trial, "refused") + result_integer(trial, "dropped");
}

static void say(const char *path, const struct trace_summary *summary, json_int_t missing, FILE *out)
{
    char length[32], service[32];
    fprintf(out, "recorded %s: %lld jobs in %s, mean service %s (the first slice of the first round)\n", path,
            (long long)summary->jobs,
            units_time_text((double)(summary->last_ns - summary->first_ns), length, sizeof length),
            units_time_text(summary->service_mean_ns, service, sizeof service));
    if (missing)
        fprintf(out, "         jobs that got no service (%lld in that round) are not in it: more came than it says\n",
                (long long)missing);
}

void recorded_drop(const struct options *options)
{
    char path[4200];
    if (options->record)
        unlink(recorded_path(options, path, sizeof path));
}

int recorded_keep(const struct options *options, const json_t *result, FILE *out)
{
    struct trace_summary summary;
    char path[4200], text[512] = "";
    int error;
    if (!options->record)
        return EXIT_GOOD;
    recorded_path(options, path, sizeof path);
    if (access(path, F_OK)) {
        fprintf(stderr, "poolbench: nothing was recorded: no slice ended well\n");
        return EXIT_BAD;
    }
    error = trace_summarise(path, &summary, (struct why){text, sizeof text});
    if (!error && rename(path, options->record)) {
        error = -errno;
        snprintf(text, sizeof text, "%s: %s", options->record, strerror(errno));
    }
    if (error) {
        unlink(path);
        fprintf(stderr, "poolbench: could not keep what was recorded: %s\n", text);
        return EXIT_UNWRITTEN;
    }
    say(options->record, &summary, lost(result), out);
    return EXIT_GOOD;
}
