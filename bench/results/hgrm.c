/* hgrm.c - see hgrm.h.
 *
 * Format: HdrHistogram's outputPercentileDistribution. Its plotter joins files by the
 * number of a row, so that rows are not our buckets but the percentiles at which the
 * C library's iterator (hdr_iter_percentile_init) stops, with as many ticks to each
 * half of the distance to 100% as its tools have by default: 0, 10, .. 50, 55, .. 75,
 * 77.5, .. to the first that only the largest value holds, and 100. Percentiles are of all
 * jobs, as everywhere: where some got no service, the rows end with those that did. */
#include "bench/results/hgrm.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/results/label.h"
#include "bench/results/result.h"

static const double ticks_per_half = 5;

static double standard_deviation(const json_t *buckets, double mean, double count)
{
    double squares = 0;
    json_t *bucket;
    size_t i;
    json_array_foreach (buckets, i, bucket)
        squares += (double)json_integer_value(json_array_get(bucket, 1)) *
                   pow(json_number_value(json_array_get(bucket, 0)) / 1e3 - mean, 2);
    return sqrt(squares / count);
}

/* The percentile after this one, as the library reckons it. */
static double next_percentile(double percentile)
{
    double halves = floor(log(100 / (100 - percentile)) / log(2)) + 1;
    return percentile + 100 / (ticks_per_half * exp2(halves));
}

/* The rows at which a bucket's value is the answer; `seen` has those of the bucket.
 * Returns the percentile that comes next. */
static double write_bucket(double value, json_int_t seen, json_int_t count, double percentile, FILE *out)
{
    while (100.0 * (double)seen / (double)count >= percentile && percentile < 100) {
        double next = next_percentile(percentile);
        fprintf(out, "%12.3f %2.12f %10lld %14.2f\n", value, percentile / 100, (long long)seen,
                1 / (1 - percentile / 100));
        if (seen == count || !(next > percentile)) /* of 1e15 jobs it steps no more */
            return 100;
        percentile = next;
    }
    return percentile;
}

static void write_rows(const json_t *histogram, FILE *out)
{
    const json_t *buckets = json_object_get(histogram, "buckets");
    json_int_t count = result_integer(histogram, "count"), lost = result_integer(histogram, "lost"), seen = 0;
    double mean = json_number_value(json_object_get(histogram, "mean_ns")) / 1e3, percentile = 0, value = 0;
    json_t *bucket;
    size_t i;
    fprintf(out, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
    json_array_foreach (buckets, i, bucket) {
        value = json_number_value(json_array_get(bucket, 0)) / 1e3;
        seen += json_integer_value(json_array_get(bucket, 1));
        percentile = write_bucket(value, seen, count + lost, percentile, out);
    }
    if (!lost)
        fprintf(out, "%12.3f %2.12f %10lld %14s\n", value, 1.0, (long long)seen, "inf");
    fprintf(out, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n", mean,
            standard_deviation(buckets, mean, (double)count));
    fprintf(out, "#[Max     = %12.3f, Total count    = %12lld]\n",
            json_number_value(json_object_get(histogram, "max_ns")) / 1e3, (long long)count);
    if (lost)
        fprintf(out, "#[Lost    = %12lld of all %lld jobs: infinitely late]\n", (long long)lost,
                (long long)(count + lost));
    fprintf(out, "#[Buckets = %12zu, SubBuckets     = %12d]\n", json_array_size(buckets), 1);
}

/* What tells configurations apart beyond pool, workload and workers, where it is not
 * the usual. All of it is from a file, which anybody may have written. */
static void file_name(const json_t *configuration, char *name, size_t size)
{
    char pool[40], spec[128], word[40];
    snprintf(name, size, "%s-%s-t%lld-p%lld-c%lld-%s",
             label_word(result_string(configuration, "pool"), pool, sizeof pool),
             label_word(result_string(configuration, "spec"), spec, sizeof spec),
             (long long)result_integer(configuration, "workers"), (long long)result_integer(configuration, "producers"),
             (long long)result_integer(configuration, "capacity"),
             label_word(result_string(configuration, "pin"), word, sizeof word));
    if (strcmp(result_string(configuration, "results"), "none"))
        snprintf(name + strlen(name), size - strlen(name), "-%s-%lld",
                 label_word(result_string(configuration, "results"), word, sizeof word),
                 (long long)result_integer(configuration, "results_capacity"));
    strcat(name, ".hgrm");
}

/* A new file of that name: whatever had it before, a link too, is gone. Or NULL, and errno. */
static FILE *create(int folder, const char *name)
{
    int descriptor;
    FILE *file;
    if (unlinkat(folder, name, 0) && errno != ENOENT)
        return NULL;
    descriptor = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (!file && descriptor >= 0)
        close(descriptor);
    return file;
}

/* Returns 0 or -errno. */
static int write_file(const json_t *histogram, int folder, const char *name)
{
    FILE *file = create(folder, name);
    int error;
    if (!file)
        return -errno;
    write_rows(histogram, file);
    error = fflush(file) ? -errno : ferror(file) ? -EIO : 0;
    if (fclose(file) && !error)
        error = -errno;
    return error;
}

/* The folder FOLDER/hgrm, which may be there, but is no link. Returns its descriptor or -errno. */
static int open_folder(int folder)
{
    int inner;
    if (mkdirat(folder, "hgrm", 0755) && errno != EEXIST)
        return -errno;
    inner = openat(folder, "hgrm", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return inner < 0 ? -errno : inner;
}

int hgrm_write(const json_t *result, int folder, FILE *log)
{
    json_t *configuration;
    size_t i;
    int error = 0, inner = open_folder(folder);
    if (inner < 0)
        return fprintf(log, "poolbench: cannot make the folder hgrm: %s\n", strerror(-inner)), inner;
    json_array_foreach (json_object_get(result, "configurations"), i, configuration) {
        const json_t *latency = json_object_get(json_object_get(configuration, "summary"), "latency"),
                     *histogram = json_object_get(latency, "submit_to_end");
        char name[384];
        if (error || result_integer(histogram, "count") <= 0)
            continue;
        file_name(configuration, name, sizeof name - sizeof ".hgrm");
        error = write_file(histogram, inner, name);
        if (error)
            fprintf(log, "poolbench: cannot write hgrm/%s: %s\n", name, strerror(-error));
    }
    close(inner);
    return error;
}
