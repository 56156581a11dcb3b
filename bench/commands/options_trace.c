/* options_trace.c - see options_trace.h. */
#include "bench/commands/options_trace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/statistics/rates.h"
#include "pools/core/topology.h"
#include "workloads/core/trace.h"

static const int64_t RECORD_BUDGET_NS = INT64_C(10000000000);

int options_set_trace(struct options *options, const char *value, struct why why)
{
    if (!*value || strchr(value, ','))
        return why_wrong(why, "--trace \"%.60s\": not a name that a recording can have here (one without a comma)",
                         value);
    options->trace = value;
    return 0;
}

int options_set_times(struct options *options, const char *value, struct why why)
{
    if (!*value || strchr(value, ','))
        return why_wrong(why, "--times \"%.60s\": not a number (as in 2 or 0.25; 0.001 to 1000)", value);
    options->times = value;
    return 0;
}

/* A file that could be made, over nothing but an earlier recording. */
int options_set_record(struct options *options, const char *value, struct why why)
{
    char folder[4096], text[256];
    const char *slash = strrchr(value, '/');
    struct stat found;
    struct trace_summary summary;
    if (!*value || strlen(value) >= sizeof folder - 64 || (slash && !slash[1]))
        return why_wrong(why, "--record \"%.60s\": not the name of a file (as in trace.csv or trace.csv.gz)", value);
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - value) + 1 : 1, slash ? value : ".");
    if (access(folder, W_OK | X_OK))
        return why_wrong(why, "--record %s: cannot write to its folder: %s (choose one that can be written)", value,
                         strerror(errno));
    if (!stat(value, &found) && (!S_ISREG(found.st_mode) ||
                                 (found.st_size && trace_summarise(value, &summary, (struct why){text, sizeof text}))))
        return why_wrong(
            why, "--record %s: there is something of that name which is no recording (choose another name)", value);
    options->record = value;
    return 0;
}

/* `jobs`: whose they are, NULL: as recorded. */
static int add(struct options *options, const char *jobs, struct why why)
{
    char text[1024];
    size_t most = sizeof options->workloads->text - 1;
    snprintf(text, sizeof text, "trace:file=%.500s%s%.64s%s%s", options->trace, options->times ? ",times=" : "",
             options->times ? options->times : "", jobs ? ",of=" : "", jobs ? jobs : "");
    if (strlen(text) > most)
        return why_wrong(
            why, "--trace %.60s...: the name is too long (all of %.20s... has %zu letters at most; go to its folder)",
            options->trace, text, most);
    return options_set_workload(options, text, why);
}

static int apply_trace(struct options *options, struct why why)
{
    static struct workload_spec jobs[OPTIONS_WORKLOADS_MAX];
    int count = options->workload_count, error = 0;
    if (!options->trace)
        return options->times ? why_wrong(why, "--times: of which recording? (it goes with --trace FILE)") : 0;
    memcpy(jobs, options->workloads, (size_t)count * sizeof *jobs);
    options->workload_count = 0;
    for (int i = 0; i < count && !error; i++)
        error = add(options, jobs[i].text, why);
    return count || error ? error : add(options, NULL, why);
}

/* One stretch of time, of one configuration, with nothing else beside it. */
static int apply_record(struct options *options, struct why why)
{
    const struct workload_spec *spec = options->workloads;
    if (!options->record)
        return 0;
    if (options->workload_count != 1)
        return why_wrong(
            why, "--record: of one workload, whose jobs come when they are due (as in -w burst:rate=2k,of=cpu)");
    if (!rates_has(spec->ops))
        return why_wrong(
            why,
            "--record: the jobs of %s come when the pool lets them, which is no load to record (burst:of=%s "
            "has them come at a rate)",
            spec->text, spec->text);
    if (!options->pool_count)
        options->pools[options->pool_count++] = pool_find("ring");
    if (!options->worker_count)
        options->workers[options->worker_count++] = topology_cpus_worth();
    if (options->pool_count > 1 || options->worker_count > 1 || options->producer_count > 1 ||
        options->capacity_count > 1 || options->pin_count > 1)
        return why_wrong(
            why, "--record: of one configuration (one pool, one number of workers and of producers, one capacity, one "
                 "placement)");
    options->no_floor = true;
    options->rounds = options->rounds ? options->rounds : 1;
    options->budget_ns = options->budget_ns ? options->budget_ns : RECORD_BUDGET_NS;
    return 0;
}

int options_trace_apply(struct options *options, struct why why)
{
    int error = apply_trace(options, why);
    return error ? error : apply_record(options, why);
}
