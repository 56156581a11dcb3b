/* slo.c - promises as people write and say them. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "bench/statistics/slo.h"

Test(slo, promises_are_read_in_their_order, .timeout = 10)
{
    struct slo_list list;
    char why[512] = "", text[256];
    cr_assert(slo_parse("p99=5ms,p99.9=20ms", &list, why, sizeof why) == 0, "%s", why);
    cr_assert(list.count == 2 && list.items[0].limit_ns == 5000000 && list.items[1].limit_ns == 20000000);
    cr_assert(list.items[0].kind->quantile == 0.99 && list.items[1].kind->quantile == 0.999);
    cr_assert(list.items[0].kind->samples_min == 100 && list.items[1].kind->samples_min == 1000);
    cr_assert_str_eq(slo_list_text(&list, text, sizeof text), "p99 <= 5 ms, p99.9 <= 20 ms");
    cr_assert(slo_parse("p50=1ns,p90=1us,p95=1.5ms,p99=1s,p99.9=1min,p99.99=60min,mean=2us,max=3us", &list, why,
                        sizeof why) == 0,
              "%s", why);
    cr_assert(list.count == 8 && !strcmp(list.items[7].kind->field, "max_ns"));
}

Test(slo, what_is_wrong_is_named, .timeout = 10)
{
    static const struct {
        const char *text, *word;
    } cases[] = {{"", "\"\""},
                 {"p99", "p99=5ms"},
                 {"p99=", "no limit"},
                 {"p99=0", "p99=0"},
                 {"p99=0ms", "out of range"},
                 {"p99=-1ms", "out of range"},
                 {"p99=61min", "out of range"},
                 {"p99=1e30s", "out of range"},
                 {"p99=5", "\"5\" is not a time"},
                 {"p99=soon", "\"soon\""},
                 {"q7=1ms", "no latency \"q7\""},
                 {"p98=1ms", "p99.9"},
                 {"p99=1ms,p99=2ms", "twice"},
                 {"p99=1ms,", "\"\""},
                 {"p99==1ms", "\"=1ms\""},
                 {"meen=1ms", "did you mean \"mean\""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slo_list list;
        char why[512] = "";
        cr_assert(slo_parse(cases[i].text, &list, why, sizeof why) == -EINVAL, "\"%s\" was taken", cases[i].text);
        cr_assert(strstr(why, cases[i].word) && !strchr(why, '\n'), "\"%s\": %s", cases[i].text, why);
    }
}

Test(slo, limits_are_said_as_typed, .timeout = 10)
{
    char text[32];
    cr_assert_str_eq(slo_limit_text(5e6, text, sizeof text), "5 ms");
    cr_assert_str_eq(slo_limit_text(1.5e9, text, sizeof text), "1.5 s");
    cr_assert_str_eq(slo_limit_text(1, text, sizeof text), "1 ns");
    cr_assert_str_eq(slo_limit_text(100e9, text, sizeof text), "100 s");
}

/* The low end of what a few lost jobs say has no digits that mean anything. */
Test(slo, a_tiny_share_has_no_exponent, .timeout = 10)
{
    char text[32];
    cr_assert_str_eq(slo_value_text(slo_kind("loss"), 6.7e-9, text, sizeof text), "<0.0001%");
    cr_assert_str_eq(slo_value_text(slo_kind("loss"), 6.3e-4, text, sizeof text), "0.063%");
    cr_assert_str_eq(slo_value_text(slo_kind("loss"), 0, text, sizeof text), "0%");
    cr_assert_str_eq(slo_value_text(slo_kind("loss"), 0.589, text, sizeof text), "58.9%");
}
