/* rates.c - the rate in the text of an open-loop workload. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/statistics/rates.h"
#include "workloads/core/trace_part.h"

static struct workload_spec parsed(const char *text)
{
    struct workload_spec spec;
    char why[256];
    cr_assert(workload_parse(text, &spec, why, sizeof why) == 0, "%s", why);
    return spec;
}

Test(rates, are_seen_only_where_they_are_the_bursts_own, .timeout = 10)
{
    cr_assert(rates_given("burst:rate=1k", "rate") && rates_given("burst:for=1ms,rate=1k,of=empty", "rate"));
    cr_assert(!rates_given("burst", "rate") && !rates_given("burst:of=empty", "rate"));
    cr_assert(!rates_given("burst:of=mine:rate=5", "rate") && !rates_given("burst:of=mine:a=1,rate=5", "rate"));
    cr_assert(rates_given("burst:for=1ms,of=empty", "for") && !rates_given("burst:rate=1k", "for"));
}

Test(rates, are_put_in, .timeout = 10)
{
    struct workload_spec spec = parsed("burst:of=cpu:size=5us"), out;
    cr_assert(rates_put(&spec, 182000, 30e6, &out) == 0);
    cr_assert_str_eq(out.text, "burst:rate=182000,for=30000us,of=cpu:size=5us");
    cr_assert_str_eq(workload_rest(&out), "cpu:size=5us");
    spec = parsed("burst");
    cr_assert(rates_put(&spec, 50, 1, &out) == -22, "a slice of 1 us is refused");
    cr_assert(rates_put(&spec, 50, 1e9, &out) == 0);
    cr_assert_str_eq(out.text, "burst:rate=50,for=1000000us");
    spec = parsed("burst:arrivals=constant,for=5ms,of=empty");
    cr_assert(rates_put(&spec, 1e8, 1e9, &out) == 0);
    cr_assert_str_eq(out.text, "burst:rate=100000000,arrivals=constant,for=5ms,of=empty");
}

Test(rates, are_left_out, .timeout = 10)
{
    static const char *const cases[][2] = {{"burst", "burst"},
                                           {"burst:rate=1k", "burst"},
                                           {"burst:rate=1k,for=5ms,of=cpu:size=5us", "burst:of=cpu:size=5us"},
                                           {"burst:arrivals=onoff,rate=1k,on=1ms", "burst:arrivals=onoff,on=1ms"},
                                           {"burst:of=mine:rate=5,for=1ms", "burst:of=mine:rate=5,for=1ms"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[160];
        rates_left_out(cases[i][0], out, sizeof out);
        cr_assert_str_eq(out, cases[i][1]);
    }
}

/* Of a recording the same stretch, as much faster: 100 jobs in a second, of which half are counted. */
Test(rates, of_a_recording_are_how_dense_it_is, .timeout = 10)
{
    char path[64] = "/tmp/poolbench-rates-XXXXXX", text[160];
    struct workload_spec spec, twice, again;
    struct trace_part part;
    int descriptor = mkstemp(path);
    FILE *file = fdopen(descriptor, "w");
    cr_assert(file);
    for (int i = 0; i <= 100; i++)
        fprintf(file, "%.2f,0.001\n", i / 100.0);
    cr_assert(fclose(file) == 0);
    snprintf(text, sizeof text, "trace:file=%s,as=sleep,from=495ms,for=400ms,warm=200ms", path);
    spec = parsed(text);
    cr_assert(fabs(rates_per_s(&spec) - 100) < 2, "%g", rates_per_s(&spec));
    cr_assert(rates_put(&spec, 2 * rates_per_s(&spec), 1e9, &twice) == 0);
    cr_assert(fabs(rates_times(&spec, 2 * rates_per_s(&spec)) - 2) < 1e-9);
    part = trace_part_of(&twice);
    cr_assert(part.jobs == trace_part_of(&spec).jobs, "%lld", (long long)part.jobs);
    cr_assert(fabs(part.warm_ns - 1e8) < 1e4 && fabs(part.counted_ns - 2e8) < 1e4, "%s", twice.text);
    cr_assert(strstr(twice.text, "times=2,") && strstr(twice.text, "as=sleep") && strstr(twice.text, "from=495ms"));
    cr_assert(rates_put(&twice, rates_per_s(&twice) / 4, 1e9, &again) == 0 && strstr(again.text, "times=0.5,"), "%s",
              again.text);
    cr_assert(rates_put(&spec, 1e9, 1e9, &again) != 0, "denser than a trace may be");
    unlink(path);
}
