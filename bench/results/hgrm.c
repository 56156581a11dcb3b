/* hgrm.c - see hgrm.h. Format: HdrHistogram's outputPercentileDistribution; a row for
 * each bucket that is not empty. */
#include "bench/results/hgrm.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/results/label.h"
#include "bench/results/result.h"

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

static void write_rows(const json_t *histogram, FILE *out)
{
    const json_t *buckets = json_object_get(histogram, "buckets");
    json_int_t count = result_integer(histogram, "count"), seen = 0;
    double mean = json_number_value(json_object_get(histogram, "mean_ns")) / 1e3;
    json_t *bucket;
    size_t i;
    fprintf(out, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
    json_array_foreach (buckets, i, bucket) {
        double value = json_number_value(json_array_get(bucket, 0)) / 1e3, share;
        seen += json_integer_value(json_array_get(bucket, 1));
        share = (double)seen / (double)count;
        if (seen < count)
            fprintf(out, "%12.3f %2.12f %10lld %14.2f\n", value, share, (long long)seen, 1 / (1 - share));
        else /* infinite: left out, as HdrHistogram does */
            fprintf(out, "%12.3f %2.12f %10lld\n", value, share, (long long)seen);
    }
    fprintf(out, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n", mean,
            standard_deviation(buckets, mean, (double)count));
    fprintf(out, "#[Max     = %12.3f, Total count    = %12lld]\n",
            json_number_value(json_object_get(histogram, "max_ns")) / 1e3, (long long)count);
    fprintf(out, "#[Buckets = %12zu, SubBuckets     = %12d]\n", json_array_size(buckets), 1);
}

/* What tells configurations apart beyond pool, workload and workers, where it is not
 * the usual. */
static void file_name(const json_t *configuration, char *name, size_t size)
{
    char word[128];
    snprintf(name, size, "%s-%s-t%lld-p%lld-c%lld-%s", result_string(configuration, "pool"),
             label_word(result_string(configuration, "spec"), word, sizeof word),
             (long long)result_integer(configuration, "workers"), (long long)result_integer(configuration, "producers"),
             (long long)result_integer(configuration, "capacity"), result_string(configuration, "pin"));
    if (strcmp(result_string(configuration, "results"), "none"))
        snprintf(name + strlen(name), size - strlen(name), "-%s-%lld", result_string(configuration, "results"),
                 (long long)result_integer(configuration, "results_capacity"));
}

int hgrm_write(const json_t *result, const char *folder, FILE *log)
{
    json_t *configuration;
    size_t i;
    json_array_foreach (json_object_get(result, "configurations"), i, configuration) {
        const json_t *latency = json_object_get(json_object_get(configuration, "summary"), "latency"),
                     *histogram = json_object_get(latency, "submit_to_end");
        char name[384], path[4600];
        FILE *file;
        bool failed;
        if (result_integer(histogram, "count") <= 0)
            continue;
        file_name(configuration, name, sizeof name);
        snprintf(path, sizeof path, "%.4000s/%s.hgrm", folder, name);
        file = fopen(path, "we");
        if (!file)
            return fprintf(log, "poolbench: cannot write %s: %s\n", path, strerror(errno)), -EIO;
        write_rows(histogram, file);
        failed = ferror(file);
        if (fclose(file) || failed)
            return fprintf(log, "poolbench: cannot write %s\n", path), -EIO;
    }
    return 0;
}
