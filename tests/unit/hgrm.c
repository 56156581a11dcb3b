/* hgrm.c - .hgrm files of known histograms, read as HdrHistogram's plotter reads them. */
#include "bench/results/hgrm.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];

static void begin(void)
{
    strcpy(root, "/tmp/poolbench-hgrm-XXXXXX");
    cr_assert(mkdtemp(root));
}

static void end(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", root);
    cr_assert(system(command) == 0);
}

/* buckets: [[ns, times], ...]. Owner: the caller. */
static json_t *configuration(const char *pool, const char *pin, json_t *buckets)
{
    json_t *bucket;
    size_t i;
    json_int_t count = 0, max = 0;
    double sum = 0;
    json_array_foreach (buckets, i, bucket) {
        json_int_t times = json_integer_value(json_array_get(bucket, 1));
        max = json_integer_value(json_array_get(bucket, 0));
        count += times;
        sum += (double)max * (double)times;
    }
    return json_pack("{s:s, s:s, s:i, s:i, s:i, s:s, s:s, s:{s:{s:{s:I, s:f, s:I, s:o}}}}", "pool", pool, "spec",
                     "cpu:size=1us", "workers", 2, "producers", 1, "capacity", 1024, "pin", pin, "results", "none",
                     "summary", "latency", "submit_to_end", "count", count, "mean_ns", sum / (double)count, "max_ns",
                     max, "buckets", buckets);
}

static int write_all(json_t *configurations)
{
    json_t *result = json_pack("{s:o}", "configurations", configurations);
    int folder = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC), error;
    FILE *log = fopen("/dev/null", "w");
    cr_assert(result && folder >= 0 && log);
    error = hgrm_write(result, folder, log);
    fclose(log);
    close(folder);
    json_decref(result);
    return error;
}

static char *text_of(const char *name)
{
    static char text[65536];
    char path[256];
    FILE *file;
    snprintf(path, sizeof path, "%s/hgrm/%s", root, name);
    file = fopen(path, "r");
    cr_assert(file, "%s", path);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

/* Four samples: 1, 2, 2 and 4 us. What HdrHistogram_c's hdr_iter_percentiles of 5 ticks
 * visits: the bucket of 1 us answers up to 25%, that of 2 us up to 75%, the last once. */
Test(hgrm, has_the_rows_of_the_library, .timeout = 20, .init = begin, .fini = end)
{
    static const char wanted[] = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
                                 "       1.000 0.000000000000          1           1.00\n"
                                 "       1.000 0.100000000000          1           1.11\n"
                                 "       1.000 0.200000000000          1           1.25\n"
                                 "       2.000 0.300000000000          3           1.43\n"
                                 "       2.000 0.400000000000          3           1.67\n"
                                 "       2.000 0.500000000000          3           2.00\n"
                                 "       2.000 0.550000000000          3           2.22\n"
                                 "       2.000 0.600000000000          3           2.50\n"
                                 "       2.000 0.650000000000          3           2.86\n"
                                 "       2.000 0.700000000000          3           3.33\n"
                                 "       2.000 0.750000000000          3           4.00\n"
                                 "       4.000 0.775000000000          4           4.44\n"
                                 "       4.000 1.000000000000          4            inf\n"
                                 "#[Mean    =        2.250, StdDeviation   =        1.090]\n"
                                 "#[Max     =        4.000, Total count    =            4]\n";
    const char *text;
    json_t *buckets = json_pack("[[i,i],[i,i],[i,i]]", 1000, 1, 2000, 2, 4000, 1);
    cr_assert(write_all(json_pack("[o]", configuration("ring", "core", buckets))) == 0);
    text = text_of("ring-cpu-size-1us-t2-p1-c1024-core.hgrm");
    cr_assert(!strncmp(text, wanted, strlen(wanted)), "%s", text);
}

/* Of ten jobs three got no service: the seventh of ten is the last that has a time, and the table's
 * p99 is none either. */
Test(hgrm, ends_where_the_lost_begin, .timeout = 20, .init = begin, .fini = end)
{
    static const char wanted[] = "       1.000 0.500000000000          5           2.00\n"
                                 "       2.000 0.550000000000          7           2.22\n"
                                 "       2.000 0.600000000000          7           2.50\n"
                                 "       2.000 0.650000000000          7           2.86\n"
                                 "       2.000 0.700000000000          7           3.33\n"
                                 "#[Mean    =        1.286, StdDeviation   =        0.452]\n"
                                 "#[Max     =        2.000, Total count    =            7]\n"
                                 "#[Lost    =            3 of all 10 jobs: infinitely late]\n";
    json_t *one = configuration("ring", "core", json_pack("[[i,i],[i,i]]", 1000, 5, 2000, 2)), *summary;
    summary = json_object_get(json_object_get(one, "summary"), "latency");
    json_object_set_new(json_object_get(summary, "submit_to_end"), "lost", json_integer(3));
    cr_assert(write_all(json_pack("[o]", one)) == 0);
    cr_assert(strstr(text_of("ring-cpu-size-1us-t2-p1-c1024-core.hgrm"), wanted), "%s",
              text_of("ring-cpu-size-1us-t2-p1-c1024-core.hgrm"));
}

/* A file may say so: one of 10^18 is beyond what a percentile can tell from 100. */
Test(hgrm, ends_of_any_number_of_jobs, .timeout = 20, .init = begin, .fini = end)
{
    json_t *buckets = json_pack("[[i,I],[i,i]]", 1000, (json_int_t)1000000000000000000, 2000, 1);
    cr_assert(write_all(json_pack("[o]", configuration("ring", "core", buckets))) == 0);
    cr_assert(strstr(text_of("ring-cpu-size-1us-t2-p1-c1024-core.hgrm"), "#[Max     =        2.000"));
}

struct row {
    double value, share;
};

static int rows_of(const char *name, struct row *rows, int most)
{
    int count = 0;
    for (char *line = strtok(text_of(name), "\n"); line && count < most; line = strtok(NULL, "\n"))
        count += sscanf(line, "%lf %lf", &rows[count].value, &rows[count].share) == 2;
    return count;
}

/* The plotter takes the percentile of the first file's row, and the values of all files'
 * rows of that number. One pool has few different values, the other a thousand. */
Test(hgrm, of_two_pools_can_be_joined_by_row, .timeout = 20, .init = begin, .fini = end)
{
    enum { MOST = 400, VALUES = 1000 };
    static struct row few[MOST], many[MOST];
    json_t *steps = json_array();
    int count, more;
    for (int i = 1; i <= VALUES; i++)
        json_array_append_new(steps, json_pack("[i, i]", 735000 + 1000 * (i - VALUES / 2), 10));
    cr_assert(
        write_all(json_pack("[o, o]", configuration("mutex", "core", json_pack("[[i,i],[i,i]]", 1000, 600, 9000, 400)),
                            configuration("ring", "core", steps))) == 0);
    count = rows_of("mutex-cpu-size-1us-t2-p1-c1024-core.hgrm", few, MOST);
    more = rows_of("ring-cpu-size-1us-t2-p1-c1024-core.hgrm", many, MOST);
    cr_assert(count == 10 && more > 40, "%d and %d rows", count, more);
    for (int i = 0; i + 1 < count; i++)
        cr_expect(few[i].share == many[i].share, "row %d: %g and %g", i, few[i].share, many[i].share);
    cr_expect(few[5].share == 0.5 && few[5].value == 1 && many[5].value == 735, "the median is %g", many[5].value);
}

Test(hgrm, follows_no_link_and_stays_in_its_folder, .timeout = 20, .init = begin, .fini = end)
{
    char path[256], target[128];
    struct stat status;
    json_t *one = json_pack("[[i,i]]", 1000, 1);
    snprintf(target, sizeof target, "%s/precious", root);
    cr_assert(mkdir(target, 0755) == 0);
    snprintf(path, sizeof path, "%s/hgrm", root);
    cr_assert(symlink(target, path) == 0);
    cr_assert(write_all(json_pack("[o]", configuration("ring", "core", one))) < 0, "through a link");
    cr_assert(rmdir(target) == 0, "it is still empty");
    cr_assert(unlink(path) == 0 && mkdir(path, 0755) == 0);

    snprintf(path, sizeof path, "%s/hgrm/ring-cpu-size-1us-t2-p1-c1024-core.hgrm", root);
    cr_assert(symlink(target, path) == 0);
    one = json_pack("[[i,i]]", 1000, 1);
    cr_assert(write_all(json_pack("[o]", configuration("ring", "core", one))) == 0);
    cr_assert(stat(target, &status) < 0 && errno == ENOENT, "nothing was written where the link pointed");
    cr_assert(lstat(path, &status) == 0 && S_ISREG(status.st_mode));

    one = json_pack("[[i,i]]", 1000, 1);
    cr_assert(write_all(json_pack("[o]", configuration("../../ring", "../x", one))) == 0);
    cr_assert(strstr(text_of("-.-..-ring-cpu-size-1us-t2-p1-c1024--.-x.hgrm"), "Percentile"));
}

Test(hgrm, says_that_it_could_not_write, .timeout = 20, .init = begin, .fini = end)
{
    char path[256];
    json_t *one = json_pack("[[i,i]]", 1000, 1);
    snprintf(path, sizeof path, "%s/hgrm", root);
    cr_assert(mkdir(path, 0755) == 0);
    snprintf(path, sizeof path, "%s/hgrm/ring-cpu-size-1us-t2-p1-c1024-core.hgrm", root);
    cr_assert(mkdir(path, 0755) == 0); /* in the way */
    cr_assert(write_all(json_pack("[o]", configuration("ring", "core", one))) < 0);
}
