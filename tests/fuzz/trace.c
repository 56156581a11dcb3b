/* trace.c - a recorded load, plain or gzipped: what the reader gives out is in order and in
 * range, and what it refuses it refuses in one line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "workloads/core/trace.h"

static void check(const struct trace_job *job, int64_t before_ns)
{
    if (job->arrival_ns < before_ns || job->arrival_ns > TRACE_ARRIVAL_MAX_S * 1000000000 || job->service_ns < 0 ||
        job->service_ns > TRACE_SERVICE_MAX_S * 1000000000 || strlen(job->class) > TRACE_CLASS_MAX ||
        strpbrk(job->class, "\r\n,\""))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int file = -1;
    static char path[32];
    struct trace_reader *reader;
    struct trace_job job;
    int64_t before = 0, jobs = 0;
    char text[256] = "";
    struct why why = {text, sizeof text};
    int got;
    if (file < 0) {
        file = memfd_create("trace", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    if (ftruncate(file, 0) || pwrite(file, data, size, 0) != (ssize_t)size || trace_open(&reader, path, why))
        abort();
    while ((got = trace_next(reader, &job, why)) == 1) {
        check(&job, before);
        before = job.arrival_ns;
        jobs++;
    }
    trace_close(reader);
    if ((got == 0) != (*text == '\0') || (got == 0 && !jobs) || strpbrk(text, "\n\r"))
        abort();
    return 0;
}
