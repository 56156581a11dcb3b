/* slo_judge.c - promises held against trials that are made up. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "bench/findings/slo_judge.h"

static struct slo promise(const char *text)
{
    struct slo_list list;
    char why[256];
    cr_assert(slo_parse(text, &list, why, sizeof why) == 0, "%s", why);
    return list.items[0];
}

/* A configuration whose rounds have these values of p99 (in ms), each of so many samples. */
static json_t *closed_loop(const double *p99_ms, int rounds, int samples)
{
    json_t *trials = json_array();
    for (int i = 0; i < rounds; i++)
        json_array_append_new(trials,
                              json_pack("{s:s, s:{s:{s:i, s:f, s:f}}}", "verdict", "ok", "latency", "submit_to_end",
                                        "count", samples, "p99_ns", p99_ms[i] * 1e6, "p99.9_ns", p99_ms[i] * 2e6));
    return json_pack("{s:s, s:s, s:s, s:o}", "workload", "cpu", "spec", "cpu", "role", "asked", "trials", trials);
}

static struct slo_judgement judge(json_t *configuration, const char *text)
{
    struct slo slo = promise(text);
    struct slo_judgement found = slo_judge(configuration, &slo);
    json_decref(configuration);
    return found;
}

Test(slo_judge, the_interval_decides, .timeout = 10)
{
    static const double p99[] = {4, 4.1, 4.2, 4.3, 4.4, 9, 4.6, 4.7, 4.8}; /* its interval is 4.1..4.8 */
    struct slo_judgement found = judge(closed_loop(p99, 9, 1000), "p99=5ms");
    cr_assert(found.verdict == SLO_KEPT && found.reason == SLO_PLAIN && !*found.why, "one bad round: %s", found.why);
    cr_assert(fabs(found.value.low - 4.1e6) < 1 && fabs(found.value.high - 4.8e6) < 1 && found.samples == 1000);
    found = judge(closed_loop(p99, 9, 1000), "p99=4ms");
    cr_assert(found.verdict == SLO_BROKEN && found.reason == SLO_PLAIN);
    found = judge(closed_loop(p99, 9, 1000), "p99=4.5ms");
    cr_assert(found.verdict == SLO_CANNOT_TELL && found.reason == SLO_STRADDLES);
    found = judge(closed_loop(p99, 3, 1000), "p99=4.1ms"); /* the range of few rounds */
    cr_assert(found.verdict == SLO_CANNOT_TELL && fabs(found.value.low - 4e6) < 1 &&
              fabs(found.value.high - 4.2e6) < 1);
}

Test(slo_judge, few_samples_cannot_tell, .timeout = 10)
{
    static const double p99[] = {1, 1, 1, 1, 1, 1};
    struct slo_judgement found = judge(closed_loop(p99, 6, 999), "p99.9=1s");
    cr_assert(found.verdict == SLO_CANNOT_TELL && found.reason == SLO_SAMPLES && strstr(found.why, "999"));
    found = judge(closed_loop(p99, 6, 1000), "p99.9=1s");
    cr_assert(found.verdict == SLO_KEPT);
    found = judge(closed_loop(p99, 6, 99), "p99=1s");
    cr_assert(found.verdict == SLO_CANNOT_TELL);
    found = judge(closed_loop(p99, 0, 0), "p99=1s");
    cr_assert(found.verdict == SLO_CANNOT_TELL && found.reason == SLO_NO_ROUNDS && found.value.count == 0);
}

/* What a slice of 100 ms with 1,000 jobs says of itself. */
struct loop {
    double done_per_s, p50_ms, p99_ms, pool_p99_ms, generator_ms;
    const char *spec;
};

static json_t *open_loop(struct loop loop)
{
    json_t *trials = json_array();
    for (int i = 0; i < 6; i++) {
        json_t *figures =
            json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "offered_per_s", 10000.0, "done_per_s",
                      loop.done_per_s, "latency_p50_ns", loop.p50_ms * 1e6, "latency_p99_ns", loop.p99_ms * 1e6,
                      "latency_p999_ns", loop.p99_ms * 1e6, "run_ns", 1e3, "generator_ns", loop.generator_ms * 1e6,
                      "pool_p99_ns", loop.pool_p99_ms * 1e6, "pool_p999_ns", loop.pool_p99_ms * 1e6);
        json_array_append_new(trials, json_pack("{s:s, s:o, s:[{s:i}], s:{s:{s:i, s:f}}}", "verdict", "ok", "figures",
                                                figures, "slices", "jobs", 1000, "latency", "submit_to_end", "count",
                                                2000, "p99_ns", loop.p99_ms * 1e6));
    }
    return json_pack("{s:s, s:s, s:s, s:o}", "workload", "burst", "spec",
                     loop.spec ? loop.spec : "burst:rate=10k,of=empty", "role", "asked", "trials", trials);
}

Test(slo_judge, a_late_generator_is_not_held_against_the_pool, .timeout = 10)
{
    struct loop late = {.done_per_s = 9990, .p50_ms = 0.1, .p99_ms = 6, .pool_p99_ms = 2, .generator_ms = 0.5};
    struct slo_judgement found = judge(open_loop(late), "p99=5ms");
    cr_assert(found.verdict == SLO_CANNOT_TELL && found.reason == SLO_GENERATOR && strstr(found.why, "generator"));
    cr_assert(judge(open_loop(late), "p99=1ms").verdict == SLO_BROKEN, "the pool's own part is too much");
    cr_assert(judge(open_loop(late), "p99=7ms").verdict == SLO_KEPT, "even so");
    late.pool_p99_ms = 5.9; /* its part would not have saved it */
    cr_assert(judge(open_loop(late), "p99=5ms").verdict == SLO_BROKEN);
}

Test(slo_judge, where_more_comes_than_is_done_it_is_broken, .timeout = 10)
{
    /* A tenth more than can be done: after 100 ms the last job waits for 10 ms. */
    struct loop more = {.done_per_s = 9091, .p50_ms = 5, .p99_ms = 9.9, .pool_p99_ms = 9.9};
    struct slo_judgement found = judge(open_loop(more), "p99=10s");
    cr_assert(found.verdict == SLO_BROKEN && found.reason == SLO_OVERLOAD, "%s", found.why);
    cr_assert(strstr(found.why, "9.09 k/s of 10.0 k/s"), "%s", found.why);
    more.pool_p99_ms = 1; /* it is the generator that is behind */
    cr_assert(judge(open_loop(more), "p99=10s").reason == SLO_GENERATOR);
}

Test(slo_judge, what_only_looks_like_overload_is_none, .timeout = 10)
{
    /* Long now and then; stood still at the end; the last burst's backlog. */
    static const struct loop cases[] = {
        {.done_per_s = 9600, .p50_ms = 3, .p99_ms = 9, .pool_p99_ms = 9},
        {.done_per_s = 9091, .p50_ms = 0.1, .p99_ms = 8, .pool_p99_ms = 8},
        {.done_per_s = 9091, .p50_ms = 5, .p99_ms = 9.9, .pool_p99_ms = 9.9, .spec = "burst:arrivals=onoff,of=empty"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slo_judgement found = judge(open_loop(cases[i]), "p99=10s");
        cr_assert(found.verdict == SLO_KEPT, "case %zu: %s", i, found.why);
    }
}

Test(slo_judge, the_document_says_it, .timeout = 10)
{
    static const double p99[] = {1, 1, 1, 1, 1, 1};
    json_t *configuration = closed_loop(p99, 6, 1000), *document, *judged;
    struct slo_list list;
    char why[256];
    json_object_set_new(configuration, "summary", json_object());
    document = json_pack("{s:[o]}", "configurations", configuration);
    cr_assert(slo_parse("p99=500us,p99.9=1s", &list, why, sizeof why) == 0);
    slo_summarise(document, &list);
    cr_assert(json_array_size(json_object_get(document, "slo")) == 2 && slo_broken(document) == 1);
    judged = json_object_get(json_object_get(configuration, "summary"), "slo");
    cr_assert_str_eq(json_string_value(json_object_get(json_array_get(judged, 0), "verdict")), "broken");
    cr_assert_str_eq(json_string_value(json_object_get(json_array_get(judged, 1), "verdict")), "kept");
    cr_assert(json_number_value(json_object_get(json_array_get(judged, 1), "median_ns")) == 2e6);
    json_object_set_new(configuration, "role", json_string("floor"));
    slo_summarise(document, &list);
    cr_assert(slo_broken(document) == 0, "the floor promised nothing");
    json_decref(document);
}
