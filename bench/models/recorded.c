/* recorded.c - see recorded.h. */
#include "bench/models/recorded.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "workloads/core/trace.h"

static int grow(struct recorded *recorded, int64_t *room)
{
    int64_t more = *room ? 2 * *room : 4096;
    double *times = realloc(recorded->times_ns, (size_t)more * sizeof *times), *services;
    recorded->times_ns = times ? times : recorded->times_ns;
    services = realloc(recorded->services_ns, (size_t)more * sizeof *services);
    recorded->services_ns = services ? services : recorded->services_ns;
    if (!times || !services)
        return -ENOMEM;
    *room = more;
    return 0;
}

static int read_jobs(struct recorded *recorded, struct trace_reader *reader, struct why why)
{
    struct trace_job job;
    int64_t room = 0, first_ns = 0;
    int got, error;
    while ((got = trace_next(reader, &job, why)) == 1) {
        if (recorded->jobs == RECORDED_JOBS_MAX)
            return why_wrong(why, "the recording has more than %d jobs (plan for a part of the file)",
                             RECORDED_JOBS_MAX);
        error = recorded->jobs == room ? grow(recorded, &room) : 0;
        if (error)
            return why_wrong(why, "out of memory, at %lld jobs of the recording", (long long)recorded->jobs), error;
        first_ns = recorded->jobs ? first_ns : job.arrival_ns;
        recorded->times_ns[recorded->jobs] = (double)(job.arrival_ns - first_ns);
        recorded->services_ns[recorded->jobs++] = (double)job.service_ns;
    }
    return got;
}

int recorded_read(struct recorded *out, const char *path, struct why why)
{
    struct trace_reader *reader;
    int error = trace_open(&reader, path, why);
    *out = (struct recorded){0};
    if (error)
        return error;
    error = read_jobs(out, reader, why);
    trace_close(reader);
    if (!error) {
        out->span_ns = out->times_ns[out->jobs - 1];
        error = service_from_times(&out->service, out->services_ns, out->jobs);
        if (error)
            why_wrong(why, error == -EINVAL ? "no job of the recording takes any time" : "out of memory");
    }
    if (error)
        recorded_destroy(out);
    return error;
}

void recorded_destroy(struct recorded *recorded)
{
    free(recorded->times_ns);
    free(recorded->services_ns);
    if (recorded->service.count)
        service_destroy(&recorded->service);
    *recorded = (struct recorded){0};
}

double recorded_busiest(const struct recorded *recorded, double length_ns)
{
    double work = 0, most = -1, from = 0;
    int64_t last = 0;
    if (length_ns >= recorded->span_ns)
        return 0;
    for (int64_t first = 0; first < recorded->jobs; first++) {
        while (last < recorded->jobs && recorded->times_ns[last] < recorded->times_ns[first] + length_ns)
            work += recorded->services_ns[last++];
        if (work > most) {
            most = work;
            from = recorded->times_ns[first];
        }
        work -= recorded->services_ns[first];
    }
    return from;
}

/* The first job at or after that time. */
static int64_t first_at(const struct recorded *recorded, double ns)
{
    int64_t low = 0, high = recorded->jobs;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (recorded->times_ns[middle] < ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t recorded_between(const struct recorded *recorded, double from_ns, double length_ns, int64_t *count)
{
    int64_t first = first_at(recorded, from_ns);
    *count = first_at(recorded, from_ns + length_ns) - first;
    return first;
}

struct forecast_load recorded_load(const struct recorded *recorded, int64_t first, int64_t count, double times)
{
    return (struct forecast_load){.service = &recorded->service,
                                  .arrivals = QUEUE_RECORDED,
                                  .times_ns = recorded->times_ns + first,
                                  .services_ns = recorded->services_ns + first,
                                  .recorded = count,
                                  .stretch = times,
                                  .seed = 1};
}

double recorded_work(const struct recorded *recorded, int64_t first, int64_t count, double times)
{
    double work = 0, span;
    for (int64_t i = 0; i < count; i++)
        work += recorded->services_ns[first + i];
    if (count < 1 || !(work > 0))
        return 0;
    span = (recorded->times_ns[first + count - 1] - recorded->times_ns[first]) / times;
    return span > 0 ? work / span : INFINITY;
}
