/* trace.c - recorded loads: what is read, exactly; what is refused, by its line. */
#include "workloads/core/trace.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static char root[64], path[96];

static void begin(void)
{
    strcpy(root, "/tmp/poolbench-trace-XXXXXX");
    cr_assert(mkdtemp(root));
    snprintf(path, sizeof path, "%s/day.csv", root);
}

static void end(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", root);
    cr_assert(system(command) == 0);
}

static void put(const char *text, size_t length)
{
    FILE *file = fopen(path, "wb");
    cr_assert(file && fwrite(text, 1, length, file) == length && !fclose(file));
}

static void put_gzipped(const char *text, size_t length)
{
    gzFile file = gzopen(path, "wb");
    cr_assert(file && gzwrite(file, text, (unsigned)length) == (int)length && gzclose(file) == Z_OK);
}

/* Reads it all; returns what ended it, and how many jobs came before. */
static int read_all(struct trace_job *jobs, int *count, char *text, size_t size)
{
    struct trace_reader *reader;
    struct why why = {text, size};
    int got;
    *count = 0;
    *text = '\0';
    got = trace_open(&reader, path, why);
    if (got)
        return got;
    while ((got = trace_next(reader, &jobs[*count], why)) == 1)
        (*count)++;
    trace_close(reader);
    return got;
}

Test(trace, is_read_to_the_nanosecond, .timeout = 10, .init = begin, .fini = end)
{
    static const char text[] = "arrival_s,service_s,class\n"
                               "0,0.000212400,read\n"
                               "0.000000001,2.1e-05,write\r\n"
                               "0.9999999999,0\n"
                               "1700000000.123456789,86400,with blanks in it\n";
    static const struct trace_job wanted[] = {{0, 212400, "read"}, {1, 21000, "write"}, {1000000000, 0, ""}};
    struct trace_job jobs[8];
    char why[256];
    int count;
    put(text, sizeof text - 1);
    /* The last one is too long after the first. */
    cr_assert(read_all(jobs, &count, why, sizeof why) == -EINVAL && count == 3 && strstr(why, "line 5"), "%s", why);
    for (int i = 0; i < count; i++)
        cr_assert(jobs[i].arrival_ns == wanted[i].arrival_ns && jobs[i].service_ns == wanted[i].service_ns &&
                      !strcmp(jobs[i].class, wanted[i].class),
                  "%d: %lld %lld %s", i, (long long)jobs[i].arrival_ns, (long long)jobs[i].service_ns, jobs[i].class);
    put("1700000000.123456789,86400,with blanks in it\n", 45);
    cr_assert(read_all(jobs, &count, why, sizeof why) == 0 && count == 1, "%s", why);
    cr_assert(jobs[0].arrival_ns == INT64_C(1700000000123456789) && jobs[0].service_ns == INT64_C(86400000000000));
}

/* As spreadsheets and other programs write it: a mark of UTF-8 at the begin, names with blanks and capitals, CR LF. */
Test(trace, a_first_line_of_names_may_look_otherwise, .timeout = 10, .init = begin, .fini = end)
{
    static const char *const texts[] = {"\xef\xbb\xbf"
                                        "arrival_s,service_s\r\n0,0.5\r\n",
                                        "\xef\xbb\xbf"
                                        "0,0.5\n",
                                        "Arrival_s, Service_s, Class\n0,0.5,read\n", "ARRIVAL_S,SERVICE_S\n0,0.5\n"};
    static const char *const wrong[] = {"arrival,service\n0,0.5\n", "time_s,service_s\n", "arrival_s\n",
                                        "0,0.5\narrival_s,service_s\n",
                                        "0,0.5\n\xef\xbb\xbf"
                                        "1,0.5\n"};
    struct trace_job jobs[8];
    char why[256];
    int count;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        put(texts[i], strlen(texts[i]));
        cr_assert(read_all(jobs, &count, why, sizeof why) == 0 && count == 1, "%zu: %s", i, why);
        cr_assert(jobs[0].arrival_ns == 0 && jobs[0].service_ns == 500000000);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        put(wrong[i], strlen(wrong[i]));
        cr_assert(read_all(jobs, &count, why, sizeof why) == -EINVAL, "%zu", i);
        cr_assert(i > 2 || strstr(why, "; a first line of names is arrival_s,service_s,class"), "%zu: %s", i, why);
    }
}

Test(trace, may_be_gzipped_in_parts, .timeout = 10, .init = begin, .fini = end)
{
    struct trace_job jobs[8];
    char why[256], bytes[512];
    int count;
    size_t length;
    FILE *file;
    put_gzipped("1,0.5\n2,0.25\n", 13);
    cr_assert(read_all(jobs, &count, why, sizeof why) == 0 && count == 2 && jobs[1].service_ns == 250000000, "%s", why);
    file = fopen(path, "rb");
    length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    for (size_t cut = 3; cut < length; cut++) {
        put(bytes, cut);
        cr_assert(read_all(jobs, &count, why, sizeof why) == -EINVAL && strstr(why, "trace "), "cut at %zu: %s", cut,
                  why);
    }
    bytes[length - 6] ^= 1; /* of the checksum */
    put(bytes, length);
    cr_assert(read_all(jobs, &count, why, sizeof why) == -EINVAL, "%s", why);
}

Test(trace, wrong_lines_are_named, .timeout = 10, .init = begin, .fini = end)
{
    static const struct {
        const char *text;
        int jobs;
        const char *line, *says;
    } cases[] = {
        {"", 0, "", "no jobs in it"},
        {"arrival_s,service_s\n", 0, "", "no jobs in it"},
        {"time,service\n1,1\n", 0, "line 1", "not a number of seconds"},
        {"1,1\narrival_s,service_s\n", 1, "line 2", "\"arrival_s\" is not a number of seconds"},
        {"1,1\n2\n", 1, "line 2", "has no service"},
        {"1,1\n2,\n", 1, "line 2", "the service is missing"},
        {"1,1\n,1\n", 1, "line 2", "the arrival is missing"},
        {"1,1\n\n2,1\n", 1, "line 2", "is empty"},
        {"1,1\n-2,1\n", 1, "line 2", "-2 is out of range (0 to"},
        {"1,-1e-9\n", 0, "line 1", "out of range"},
        {"1,nan\n", 0, "line 1", "not a number"},
        {"1,inf\n", 0, "line 1", "not a number"},
        {"1,0x10\n", 0, "line 1", "not a number"},
        {"1, 1\n", 0, "line 1", "not a number"},
        {"1,1s\n", 0, "line 1", "not a number"},
        {"+1,1\n", 0, "line 1", "not a number"},
        {"1,1.2.3\n", 0, "line 1", "not a number"},
        {"1,99999999999999999999999999999999999999999999999999\n", 0, "line 1", "out of range (0 to 86400 s)"},
        {"1e400,1\n", 0, "line 1", "out of range"},
        {"1,86400.000000001\n", 0, "line 1", "out of range"},
        {"2,1\n1.999999999,1\n", 1, "line 2", "before the job above"},
        {"0,1\n31622400.000000001,1\n", 1, "line 2", "366 days"},
        {"1,1\n2,1", 1, "line 2", "no newline"},
        {"1,1,\"a\"\n", 0, "line 1", "a class is a word"},
        {"1,1,a,b\n", 0, "line 1", "a class is a word"},
        {"1,1,a\tb\n", 0, "line 1", "a class is a word"},
        {"1,1,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", 0, "line 1", "longer than 63"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct trace_job jobs[8];
        char why[256];
        int count;
        put(cases[i].text, strlen(cases[i].text));
        cr_assert(read_all(jobs, &count, why, sizeof why) == -EINVAL && count == cases[i].jobs && *why,
                  "\"%s\": %d jobs", cases[i].text, count);
        cr_assert(strstr(why, cases[i].line) && strstr(why, cases[i].says) && strstr(why, path) && !strchr(why, '\n'),
                  "\"%s\": %s", cases[i].text, why);
    }
}

Test(trace, long_and_strange_lines_are_refused, .timeout = 10, .init = begin, .fini = end)
{
    enum { LONG = 200000 };
    char *text = malloc(LONG), why[256];
    struct trace_job jobs[4];
    int count;
    memset(text, 'x', LONG);
    memcpy(text, "1,1,", 4);
    put(text, LONG);
    cr_assert(read_all(jobs, &count, why, sizeof why) == -EINVAL && strstr(why, "line 1: is longer than 255"), "%s",
              why);
    put("1,1,a\0b\n", 8);
    cr_assert(read_all(jobs, &count, why, sizeof why) == -EINVAL && strstr(why, "line 1: a class"), "%s", why);
    put("1\0,1\n", 5);
    cr_assert(read_all(jobs, &count, why, sizeof why) == -EINVAL && strstr(why, "line 1: "), "%s", why);
    free(text);
}

Test(trace, what_is_no_file_is_refused, .timeout = 10, .init = begin, .fini = end)
{
    struct trace_job jobs[1];
    char why[256];
    int count;
    cr_assert(read_all(jobs, &count, why, sizeof why) == -EINVAL && strstr(why, "No such file"), "%s", why);
    cr_assert(mkfifo(path, 0600) == 0 && read_all(jobs, &count, why, sizeof why) == -EINVAL &&
                  strstr(why, "no plain file"),
              "%s", why);
    unlink(path);
    cr_assert(mkdir(path, 0700) == 0 && read_all(jobs, &count, why, sizeof why) == -EINVAL &&
                  strstr(why, "is a folder"),
              "%s", why);
}

Test(trace, summary_is_of_all, .timeout = 20, .init = begin, .fini = end)
{
    enum { JOBS = 100000 };
    struct trace_summary summary;
    char text[256];
    struct why why = {text, sizeof text};
    FILE *file = fopen(path, "w");
    fputs("arrival_s,service_s\n", file);
    for (int i = 0; i < JOBS; i++)
        fprintf(file, "%d.%06d,0.00%d\n", 100 + i / 1000, i % 1000 * 1000, i % 2 ? 1 : 3);
    fclose(file);
    cr_assert(trace_summarise(path, &summary, why) == 0, "%s", text);
    cr_assert(summary.jobs == JOBS && summary.first_ns == INT64_C(100000000000) &&
              summary.last_ns == INT64_C(199999000000) && summary.service_max_ns == 3000000);
    cr_assert_float_eq(summary.service_mean_ns, 2e6, 1e-3);
    cr_assert_float_eq(summary.service_variation, 0.25, 1e-9);
}
