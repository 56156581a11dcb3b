/* recorded.c - recorded loads for the simulation: against what can be counted by hand. */
#include "bench/models/recorded.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[64];

/* 1,000 jobs of 5 ms, one every 10 ms; from 3 s to 4 s they take 25 ms. */
static void begin(void)
{
    FILE *file;
    strcpy(path, "/tmp/poolbench-recorded-XXXXXX");
    file = fdopen(mkstemp(path), "w");
    cr_assert(file);
    for (int i = 0; i < 1000; i++)
        fprintf(file, "%d.%02d,%s\n", 100 + i / 100, i % 100, i >= 300 && i < 400 ? "0.025" : "0.005");
    cr_assert(fclose(file) == 0);
}

static void end(void)
{
    unlink(path);
}

static struct recorded read_it(void)
{
    struct recorded recorded;
    char text[256] = "";
    cr_assert(recorded_read(&recorded, path, (struct why){text, sizeof text}) == 0, "%s", text);
    return recorded;
}

static struct slo_list promises(const char *text)
{
    struct slo_list list;
    char why[256];
    cr_assert(slo_parse(text, &list, why, sizeof why) == 0, "%s", why);
    return list;
}

Test(recorded, is_what_the_file_says, .timeout = 10, .init = begin, .fini = end)
{
    struct recorded recorded = read_it();
    int64_t first, count;
    cr_assert(recorded.jobs == 1000 && recorded.times_ns[0] == 0 && recorded.times_ns[999] == 9.99e9);
    cr_assert(recorded.services_ns[300] == 25e6 && recorded.services_ns[400] == 5e6);
    cr_assert_float_eq(recorded.service.mean_ns, 7e6, 1);
    first = recorded_between(&recorded, 3e9, 1e9, &count);
    cr_assert(first == 300 && count == 100, "%lld, %lld", (long long)first, (long long)count);
    cr_assert_float_eq(recorded_work(&recorded, first, count, 1), 2.5 / 0.99, 1e-6);
    cr_assert_float_eq(recorded_work(&recorded, 0, 100, 2), 1.0 / 0.99, 1e-6);
    recorded_destroy(&recorded);
}

Test(recorded, the_busiest_stretch_is_found, .timeout = 10, .init = begin, .fini = end)
{
    struct recorded recorded = read_it();
    cr_assert(recorded_busiest(&recorded, 1e9) == 3e9, "%g", recorded_busiest(&recorded, 1e9));
    cr_assert(recorded_busiest(&recorded, 2e9) >= 2e9 && recorded_busiest(&recorded, 2e9) <= 3e9,
              "all of it is inside");
    cr_assert(recorded_busiest(&recorded, 20e9) == 0, "no more than there is");
    recorded_destroy(&recorded);
}

/* At an even pace three workers are never all busy with jobs of 25 ms; of those of 5 ms one does. */
Test(recorded, sizes_follow_from_it, .timeout = 20, .init = begin, .fini = end)
{
    struct recorded recorded = read_it();
    struct slo_list list = promises("p99=30ms");
    struct forecast_load load = recorded_load(&recorded, 300, 100, 1);
    struct forecast forecast;
    cr_assert(forecast_workers(&load, &list, 16) == 3);
    cr_assert(forecast_at(&forecast, &load, 3, &list) == 0 && fabs(forecast.values[0] / 25e6 - 1) < 0.01);
    load = recorded_load(&recorded, 0, 300, 1);
    cr_assert(forecast_workers(&load, &list, 16) == 1);
    load = recorded_load(&recorded, 0, 300, 4);
    cr_assert(forecast_workers(&load, &list, 16) == 2, "twice as much as one can do");
    recorded_destroy(&recorded);
}

Test(recorded, what_is_no_load_is_refused, .timeout = 10, .init = begin, .fini = end)
{
    struct recorded recorded;
    char text[256] = "";
    FILE *file = fopen(path, "w");
    fputs("0,0\n1,0\n", file);
    fclose(file);
    cr_assert(recorded_read(&recorded, path, (struct why){text, sizeof text}) < 0 && strstr(text, "takes any time"),
              "%s", text);
}
