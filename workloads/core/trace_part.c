/* trace_part.c - see trace_part.h. */
#include "workloads/core/trace_part.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/core/kinds.h"
#include "workloads/core/paced.h"
#include "workloads/core/units.h"

static const double COUNTED_MIN_NS = 1e6; /* of a part that has one job */

/* In times of the recording, since its first arrival. */
struct bounds {
    double begin_ns, from_ns, to_ns;
    double times;
};

bool trace_is(const struct workload_spec *spec)
{
    return spec->ops && !strcmp(spec->ops->name, "trace") && spec->ops->param_count == TRACE_PARAMS;
}

static struct bounds bounds_of(const struct workload_spec *spec)
{
    static const double warm_share = 1.0 / 3;
    const int64_t *values = spec->values;
    struct bounds bounds = {.times = (double)values[TRACE_TIMES] / WORKLOAD_FACTOR_ONE,
                            .from_ns = (double)values[TRACE_FROM]};
    double counted = values[TRACE_FOR] ? (double)values[TRACE_FOR] : INFINITY,
           warm = workload_gives(spec, "warm") || isinf(counted) ? (double)values[TRACE_WARM] : warm_share * counted;
    bounds.to_ns = bounds.from_ns + counted * bounds.times;
    bounds.begin_ns = fmax(0, bounds.from_ns - warm * bounds.times);
    return bounds;
}

/* The jobs of the part so far. */
struct reading {
    struct trace_replayed *jobs; /* of times of the recording; NULL: none are kept */
    int64_t count, room;
    double sum_ns, longest_ns; /* of services */
    double last_ns;            /* arrival */
};

static int keep(struct reading *reading, double at_ns, int64_t service_ns, bool all)
{
    if (all && reading->count == reading->room) {
        int64_t room = reading->room ? 2 * reading->room : 1024;
        struct trace_replayed *grown = realloc(reading->jobs, (size_t)room * sizeof *grown);
        if (!grown)
            return -ENOMEM;
        reading->jobs = grown;
        reading->room = room;
    }
    if (all)
        reading->jobs[reading->count] = (struct trace_replayed){at_ns, service_ns};
    reading->count++;
    reading->sum_ns += (double)service_ns;
    reading->longest_ns = fmax(reading->longest_ns, (double)service_ns);
    reading->last_ns = at_ns;
    return 0;
}

/* Up to the first job behind the part. Returns 1 where there is one, 0 at the end of the
 * trace, else an error. */
static int read_part(struct trace_reader *reader, const struct bounds *bounds, bool all, struct reading *reading,
                     struct why why)
{
    struct trace_job job;
    int64_t first_ns = 0;
    int got, error;
    for (bool first = true; (got = trace_next(reader, &job, why)) == 1; first = false) {
        double at_ns;
        first_ns = first ? job.arrival_ns : first_ns;
        at_ns = (double)(job.arrival_ns - first_ns);
        if (at_ns < bounds->begin_ns)
            continue;
        if (at_ns >= bounds->to_ns || reading->count == PACED_JOBS_MAX)
            return 1;
        error = keep(reading, at_ns, job.service_ns, all);
        if (error)
            return why_wrong(why, "trace: out of memory"), error;
    }
    return got;
}

/* Counted until the part's end, or the last job where the trace ends before; all that fits
 * where a slice holds no more. */
static void reckon(const struct bounds *bounds, const struct reading *reading, bool more, struct trace_part *part)
{
    bool full = more && reading->count == PACED_JOBS_MAX;
    double end_ns = more && !full ? bounds->to_ns : reading->last_ns;
    part->jobs = reading->count;
    part->warm_ns = (bounds->from_ns - bounds->begin_ns) / bounds->times;
    part->counted_ns = fmax(COUNTED_MIN_NS, (end_ns - bounds->from_ns) / bounds->times + 1);
    part->service_ns = reading->sum_ns / (double)reading->count;
    part->longest_ns = reading->longest_ns;
    part->whole = !more && bounds->from_ns <= 0;
    part->length_ns = more ? NAN : reading->last_ns / bounds->times;
}

int trace_part_read(const struct workload_spec *spec, struct trace_part *part, struct trace_replayed **replayed,
                    struct why why)
{
    struct bounds bounds = bounds_of(spec);
    struct reading reading = {0};
    struct trace_reader *reader;
    char path[sizeof spec->text], from[32];
    int got = trace_open(&reader, workload_text(spec, "file", path, sizeof path), why);
    *part = (struct trace_part){0};
    if (got)
        return got;
    got = read_part(reader, &bounds, replayed != NULL, &reading, why);
    trace_close(reader);
    if (got >= 0 && (!reading.count || reading.last_ns < bounds.from_ns))
        got = why_wrong(why, "trace %s: no job comes from %s on, for as long as it is to be replayed (from=, for=)",
                        path, units_time_text(bounds.from_ns, from, sizeof from));
    if (got < 0) {
        free(reading.jobs);
        return got;
    }
    reckon(&bounds, &reading, got == 1, part);
    for (int64_t i = 0; replayed && i < reading.count; i++)
        reading.jobs[i].due_ns = (reading.jobs[i].due_ns - bounds.begin_ns) / bounds.times;
    if (replayed)
        *replayed = reading.jobs;
    return 0;
}

struct trace_part trace_part_of(const struct workload_spec *spec)
{
    static struct workload_spec known;
    static struct trace_part part;
    char text[256];
    if (known.ops == spec->ops && !memcmp(known.values, spec->values, sizeof known.values) &&
        !strcmp(known.text, spec->text))
        return part;
    known = *spec;
    if (trace_part_read(spec, &part, NULL, (struct why){text, sizeof text}))
        part = (struct trace_part){0};
    return part;
}

int trace_part_check(const struct workload_spec *spec, struct why why)
{
    struct trace_summary summary;
    struct trace_part part;
    char path[sizeof spec->text];
    int error;
    if (!trace_is(spec))
        return 0;
    error = trace_summarise(workload_text(spec, "file", path, sizeof path), &summary, why);
    return error ? error : trace_part_read(spec, &part, NULL, why);
}
