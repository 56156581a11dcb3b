/* recording.c - see recording.h. */
#include "bench/measure/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "workloads/core/trace.h"

static const struct workload_stamp *stamps; /* qsort has no context */

static int by_plan(const void *a, const void *b)
{
    const struct workload_stamp *one = &stamps[*(const int64_t *)a], *other = &stamps[*(const int64_t *)b];
    return (one->submitted > other->submitted) - (one->submitted < other->submitted);
}

static bool write_job(gzFile file, int64_t arrival_ns, int64_t service_ns)
{
    return gzprintf(file, "%lld.%09lld,%lld.%09lld\n", (long long)(arrival_ns / 1000000000),
                    (long long)(arrival_ns % 1000000000), (long long)(service_ns / 1000000000),
                    (long long)(service_ns % 1000000000)) > 0;
}

/* The served jobs, in the order in which they were planned: producers' ranges lie one after
 * the other. */
static int write_jobs(gzFile file, const struct workload_slice *work, int64_t *order)
{
    int64_t count = 0;
    bool fine = gzprintf(file, "arrival_s,service_s\n") > 0;
    for (int64_t i = 0; i < work->stamp_count; i++)
        if (work->stamps[i].submitted && work->stamps[i].ended)
            order[count++] = i;
    stamps = work->stamps;
    qsort(order, (size_t)count, sizeof *order, by_plan);
    for (int64_t i = 0; i < count && fine; i++) {
        const struct workload_stamp *stamp = &stamps[order[i]];
        fine = write_job(file, stamp->submitted - stamps[order[0]].submitted,
                         stamp->ended > stamp->started ? stamp->ended - stamp->started : 0);
    }
    return fine ? 0 : -(errno ? errno : EIO);
}

int recording_write(const char *path, const struct workload_slice *work)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), error = -ENOMEM;
    int64_t *order = calloc((size_t)work->stamp_count + 1, sizeof *order);
    gzFile file = descriptor < 0 || !order ? NULL : gzdopen(descriptor, trace_is_gzipped(path) ? "wb" : "wbT");
    if (descriptor < 0) {
        error = errno == EEXIST ? 0 : -errno;
    } else if (file) {
        errno = 0;
        error = write_jobs(file, work, order);
        if (gzclose(file) != Z_OK && !error)
            error = -(errno ? errno : EIO);
    } else {
        close(descriptor);
    }
    if (descriptor >= 0 && error)
        unlink(path);
    free(order);
    return error;
}
