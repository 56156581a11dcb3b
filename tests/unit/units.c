/* units.c - numbers as people write them, and the nearest name. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "workloads/core/units.h"
#include "workloads/core/workload.h"

Test(units, counts, .timeout = 10)
{
    static const struct {
        const char *text;
        int error;
        int64_t value;
    } cases[] = {{"0", 0, 0},           {"12", 0, 12},       {"64k", 0, 64000},   {"1.5M", 0, 1500000},
                 {"2G", 0, 2000000000}, {"-1", 0, -1},       {"", -EINVAL, 0},    {"k", -EINVAL, 0},
                 {"12x", -EINVAL, 0},   {"1.5", -EINVAL, 0}, {"nan", -EINVAL, 0}, {"inf", -EINVAL, 0},
                 {"0x10", -EINVAL, 0},  {" 5", -EINVAL, 0},  {"5 ", -EINVAL, 0},  {"99999999999999999999", -ERANGE, 0},
                 {"banana", -EINVAL, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t value = 0;
        int error = units_count(cases[i].text, &value);
        cr_assert(error == cases[i].error, "\"%s\": %d", cases[i].text, error);
        cr_assert(error || value == cases[i].value, "\"%s\": %lld", cases[i].text, (long long)value);
    }
}

Test(units, times, .timeout = 10)
{
    static const struct {
        const char *text;
        int error;
        int64_t ns;
    } cases[] = {{"500ns", 0, 500},       {"5ns", 0, 5},         {"0ns", 0, 0},
                 {"-1us", 0, -1000},      {"-nan", -EINVAL, 0},  {"10us", 0, 10000},
                 {"1.5ms", 0, 1500000},   {"2s", 0, 2000000000}, {"1min", 0, 60000000000},
                 {"2m", 0, 120000000000}, {"10", -EINVAL, 0},    {"us", -EINVAL, 0},
                 {"10 us", -EINVAL, 0},   {"10usx", -EINVAL, 0}, {"", -EINVAL, 0},
                 {"1e30s", -ERANGE, 0},   {"0", 0, 0},           {"00", -EINVAL, 0},
                 {"0.5", -EINVAL, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ns = 0;
        int error = units_time(cases[i].text, &ns);
        cr_assert(error == cases[i].error, "\"%s\": %d", cases[i].text, error);
        cr_assert(error || ns == cases[i].ns, "\"%s\": %lld", cases[i].text, (long long)ns);
    }
}

Test(units, say_three_digits, .timeout = 10)
{
    char text[32];
    cr_assert_str_eq(units_time_text(18, text, sizeof text), "18.0 ns");
    cr_assert_str_eq(units_time_text(9100, text, sizeof text), "9.10 us");
    cr_assert_str_eq(units_time_text(999999, text, sizeof text), "1.00 ms");
    cr_assert_str_eq(units_count_text(1960000, text, sizeof text), "1.96 M");
    cr_assert_str_eq(units_bytes_text(24117248, text, sizeof text), "23.0 MiB");
    cr_assert_str_eq(units_time_text(0.0 / 0.0, text, sizeof text), "-");
}

Test(units, nearest_name, .timeout = 10)
{
    static const char *const names[] = {"mutex", "ring", "steal", "textbook"};
    cr_assert_str_eq(units_nearest("stael", names, 4), "steal");
    cr_assert_str_eq(units_nearest("Ring", names, 4), "ring");
    cr_assert_str_eq(units_nearest("texbook", names, 4), "textbook");
    cr_assert_null(units_nearest("nosuchpool", names, 4));
    cr_assert_null(units_nearest("", names, 4));
}

static void expect_wrong(const char *text, const char *word)
{
    struct workload_spec spec;
    char why[512] = "";
    cr_assert(workload_parse(text, &spec, why, sizeof why) == -EINVAL, "\"%s\" was taken", text);
    cr_assert(strstr(why, word) && !strchr(why, '\n'), "\"%s\": %s", text, why);
}

Test(workload, parameters_that_are_wrong_are_named, .timeout = 10)
{
    expect_wrong("nosuch", "nosuch");
    expect_wrong("", "\"\"");
    expect_wrong("cpu:size=banana", "banana");
    expect_wrong("cpu:nosuch=1", "nosuch");
    expect_wrong("cpu:sise=1us", "did you mean \"size\"");
    expect_wrong("cpu:size", "size");
    expect_wrong("cpu:size=", "size");
    expect_wrong("cpu:size=0ns", "0ns");
    expect_wrong("cpu:dist=normal", "normal");
    expect_wrong("empty:batch=0", "0");
    expect_wrong("empty:batch=1000", "1000");
    expect_wrong("empty:batch=-3", "-3");
}

/* As a plug-in's may be: there is no table to look at. */
Test(workload, without_parameters_takes_none, .timeout = 10)
{
    static const struct workload_ops bare = {.abi = WORKLOAD_ABI, .name = "bare"};
    struct workload_spec spec;
    char why[512];
    cr_assert(workload_add(&bare) == 0);
    expect_wrong("bare:size=1us", "bare: it has no parameters (\"size=1us\")");
    expect_wrong("bare:fast", "bare: it has no parameters (\"fast\")");
    cr_assert(workload_parse("bare", &spec, why, sizeof why) == 0 && spec.ops == &bare);
}

Test(workload, parameters_have_their_defaults, .timeout = 10)
{
    struct workload_spec spec;
    char why[512];
    cr_assert(workload_parse("cpu:size=10us,dist=exp", &spec, why, sizeof why) == 0, "%s", why);
    cr_assert(spec.ops->work_ns(&spec) == 10000);
    cr_assert_str_eq(spec.text, "cpu:size=10us,dist=exp");
    cr_assert(workload_parse("cpu", &spec, why, sizeof why) == 0 && spec.ops->work_ns(&spec) == 1000);
}

/* One benchmark has one name, whatever a script leaves empty; a recording's name is a file's, and stays. */
Test(workload, empty_words_are_no_other_name, .timeout = 10)
{
    static const char *const cases[][2] = {
        {"cpu:", "cpu"},
        {"cpu:,", "cpu"},
        {"cpu:,size=2us,,dist=exp,", "cpu:size=2us,dist=exp"},
        {"tree:fib,", "tree:fib"},
        {"burst:,rate=2k,,of=cpu:,size=2us,", "burst:rate=2k,of=cpu:size=2us"},
        {"burst:of=io:", "burst:of=io"},
        {"trace:file=a:,times=2,of=empty:", "trace:file=a:,times=2,of=empty"},
    };
    struct workload_spec spec;
    char why[512];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert(workload_parse(cases[i][0], &spec, why, sizeof why) == 0, "%s: %s", cases[i][0], why);
        cr_assert_str_eq(spec.text, cases[i][1]);
    }
}

Test(workload, table_is_in_the_order_of_names, .timeout = 10)
{
    cr_assert(workload_count() >= 2);
    for (int i = 1; i < workload_count(); i++)
        cr_assert(strcmp(workload_at(i - 1)->name, workload_at(i)->name) < 0);
    cr_assert_null(workload_at(workload_count()));
}

/* All is 100%, and nothing else is. */
Test(units, a_share_is_all_or_it_is_not, .timeout = 10)
{
    char text[32];
    cr_assert_str_eq(units_share_text(0, text, sizeof text), "0%");
    cr_assert_str_eq(units_share_text(0.33, text, sizeof text), "33%");
    cr_assert_str_eq(units_share_text(0.996, text, sizeof text), "99.6%");
    cr_assert_str_eq(units_share_text(0.99996, text, sizeof text), ">99.9%");
    cr_assert_str_eq(units_share_text(1, text, sizeof text), "100%");
    cr_assert_str_eq(units_share_text(NAN, text, sizeof text), "-");
}
