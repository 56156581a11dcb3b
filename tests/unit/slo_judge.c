/* slo_judge.c - promises held against trials that are made up. (Of queues whose answer is
 * known: open_loop.c.) */
#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "bench/findings/slo_judge.h"
#include "bench/results/hist_json.h"

static struct slo_list promises(const char *text)
{
    struct slo_list list;
    char why[256];
    cr_assert(slo_parse(text, &list, why, sizeof why) == 0, "%s", why);
    return list;
}

/* `samples` times of a mean, in ms, as evenly as an exponential distribution has them: their
 * 99th percentile is 4.6 times the mean. */
static json_t *latency(double mean_ms, int samples)
{
    static struct hist hist;
    hist = (struct hist){0};
    for (int i = 0; i < samples; i++)
        hist_record(&hist, (uint64_t)(-log(1 - (i + 0.5) / samples) * mean_ms * 1e6));
    return json_pack("{s:o}", "submit_to_end", hist_json(&hist));
}

static json_t *closed_loop(const double *means_ms, int rounds, int samples)
{
    json_t *trials = json_array();
    for (int i = 0; i < rounds; i++)
        json_array_append_new(trials, json_pack("{s:s, s:i, s:i, s:i, s:o}", "verdict", "ok", "accepted", samples,
                                                "refused", 0, "dropped", 0, "latency", latency(means_ms[i], samples)));
    return json_pack("{s:s, s:s, s:s, s:o}", "workload", "cpu", "spec", "cpu", "role", "asked", "trials", trials);
}

static struct slo_judgement judge(json_t *configuration, const char *text)
{
    struct slo_list list = promises(text);
    struct slo_judgement found = slo_judge(configuration, &list, 0);
    json_decref(configuration);
    return found;
}

Test(slo_judge, the_interval_of_all_samples_decides, .timeout = 10)
{
    static const double even[] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    struct slo_judgement found = judge(closed_loop(even, 9, 1000), "p99=5.2ms");
    cr_assert(found.verdict == SLO_KEPT && found.reason == SLO_PLAIN && !*found.why, "%s", found.why);
    cr_assert(fabs(found.value - 4.605e6) < 0.05e6 && found.samples == 9000 && found.rounds == 9, "%g", found.value);
    cr_assert(found.low < found.value && found.high > found.value && found.worth < 9000 && found.worth > 5000);
    found = judge(closed_loop(even, 9, 1000), "p99=4.2ms");
    cr_assert(found.verdict == SLO_BROKEN && found.reason == SLO_PLAIN);
    found = judge(closed_loop(even, 9, 1000), "p99=4.6ms");
    cr_assert(found.verdict == SLO_CANNOT_TELL && found.reason == SLO_STRADDLES);
    cr_assert_str_eq(found.why,
                     "the limit lies within the interval: more rounds, or a longer --budget, would narrow it");
}

/* Rounds that differ make samples worth less: one that is bad is in the value, and in the
 * interval. */
Test(slo_judge, what_varies_from_round_to_round_is_worth_less, .timeout = 10)
{
    static const double even[] = {1, 1, 1, 1, 1, 1}, one_bad[] = {1, 1, 1, 4, 1, 1};
    struct slo_judgement good = judge(closed_loop(even, 6, 2000), "p99=5ms"),
                         bad = judge(closed_loop(one_bad, 6, 2000), "p99=5ms");
    cr_assert(good.verdict == SLO_KEPT, "%g..%g", good.low, good.high);
    cr_assert(bad.value > 8e6 && bad.worth < good.worth / 10, "%g, worth %g of %g", bad.value, bad.worth, good.worth);
    cr_assert(bad.verdict == SLO_CANNOT_TELL, "one bad round does not break it, nor is it kept");
}

/* In the only round a third of all jobs came while the machine stood still. */
Test(slo_judge, one_round_is_broken_only_where_no_job_was_in_time, .timeout = 10)
{
    static const double mean[] = {10, 10, 10};
    struct slo_judgement found = judge(closed_loop(mean, 1, 20000), "p99=5ms");
    cr_assert(found.verdict == SLO_CANNOT_TELL && found.reason == SLO_ONE_ROUND && strstr(found.why, "one round"));
    cr_assert(found.low > 5e6, "it is the round that cannot tell, not the interval");
    cr_assert(judge(closed_loop(mean, 1, 20000), "p50=1ms").verdict == SLO_CANNOT_TELL);
    found = judge(closed_loop(mean, 1, 20000), "p99=200ns");
    cr_assert(found.verdict == SLO_BROKEN && strstr(found.why, "not one of 20000 jobs was in time, in the only round"),
              "%s", found.why);
    found = judge(closed_loop(mean, 2, 20000), "p50=200ns");
    cr_assert(found.verdict == SLO_BROKEN && strstr(found.why, "in two rounds"), "%s", found.why);
    found = judge(closed_loop(mean, 3, 20000), "p50=200ns");
    cr_assert(found.verdict == SLO_BROKEN && !*found.why, "%s", found.why);
    cr_assert(judge(closed_loop(mean, 3, 20000), "p99=5ms").verdict == SLO_BROKEN, "three say it");
}

/* Of two rounds one may have been a standstill's; where each says it, it is so. */
Test(slo_judge, two_rounds_are_broken_only_where_both_are, .timeout = 10)
{
    static const double one[] = {0.1, 50}, both[] = {40, 50}, three[] = {0.1, 50, 45};
    struct slo_judgement found = judge(closed_loop(one, 2, 20000), "p99=5ms");
    cr_assert(found.verdict == SLO_CANNOT_TELL && found.reason == SLO_ONE_ROUND && strstr(found.why, "one of two"),
              "%s", found.why);
    cr_assert(found.low > 5e6, "by all samples together it would be broken");
    cr_assert(judge(closed_loop(both, 2, 20000), "p99=5ms").verdict == SLO_BROKEN);
    cr_assert(judge(closed_loop(three, 3, 20000), "p50=100us").verdict != SLO_KEPT);
}

/* The same of what is lost. */
Test(slo_judge, a_share_is_lost_in_each_of_two_rounds, .timeout = 10)
{
    static const double even[] = {1, 1};
    json_t *one = closed_loop(even, 2, 20000), *both = closed_loop(even, 2, 20000), *trial;
    for (size_t i = 0; i < 2; i++) {
        trial = json_array_get(json_object_get(both, "trials"), i);
        json_object_set_new(trial, "refused", json_integer(4000));
        json_object_set_new(json_object_get(json_object_get(trial, "latency"), "submit_to_end"), "lost",
                            json_integer(4000));
    }
    trial = json_array_get(json_object_get(one, "trials"), 0);
    json_object_set_new(trial, "refused", json_integer(8000));
    json_object_set_new(json_object_get(json_object_get(trial, "latency"), "submit_to_end"), "lost",
                        json_integer(8000));
    cr_assert(judge(one, "loss=1%").verdict == SLO_CANNOT_TELL);
    cr_assert(judge(both, "loss=1%").verdict == SLO_BROKEN);
}

Test(slo_judge, few_samples_cannot_tell, .timeout = 10)
{
    static const double even[] = {1, 1, 1, 1, 1, 1};
    struct slo_judgement found = judge(closed_loop(even, 6, 400), "p99.9=10ms");
    cr_assert(found.verdict == SLO_CANNOT_TELL && found.reason == SLO_SAMPLES && strstr(found.why, "2400"), "%s",
              found.why);
    cr_assert(isinf(found.high) && strstr(found.why, "p99.9 needs 3688"), "%s", found.why);
    cr_assert(judge(closed_loop(even, 6, 4000), "p99.9=10ms").verdict == SLO_KEPT);
    cr_assert(judge(closed_loop(even, 6, 50), "p99=1ms").verdict == SLO_BROKEN, "few are enough to break it");
    found = judge(closed_loop(even, 0, 0), "p99=1s");
    cr_assert(found.verdict == SLO_CANNOT_TELL && found.reason == SLO_NO_ROUNDS && found.rounds == 0);
}

/* Where not one of some hundreds comes near, two rounds are enough; where one does, not. */
Test(slo_judge, a_limit_that_is_far_away_needs_no_interval, .timeout = 10)
{
    static const double even[] = {1, 1};
    cr_assert(judge(closed_loop(even, 2, 200), "p99=10s").verdict == SLO_KEPT);
    cr_assert(judge(closed_loop(even, 2, 200), "p99=20ms").verdict == SLO_CANNOT_TELL);
    cr_assert(judge(closed_loop(even, 2, 100), "p99=10s").verdict == SLO_CANNOT_TELL, "200 are too few");
}

Test(slo_judge, means_and_the_longest, .timeout = 10)
{
    static const double even[] = {1, 1.01, 0.99, 1, 1.02, 0.98};
    struct slo_judgement found = judge(closed_loop(even, 6, 1000), "mean=1.1ms");
    cr_assert(found.verdict == SLO_KEPT && fabs(found.value / 1e6 - 1) < 0.01, "%g", found.value);
    cr_assert(judge(closed_loop(even, 6, 1000), "mean=900us").verdict == SLO_BROKEN);
    cr_assert(judge(closed_loop(even, 6, 1000), "mean=1ms").verdict == SLO_CANNOT_TELL);
    cr_assert(judge(closed_loop(even, 2, 1000), "mean=1.1ms").verdict == SLO_CANNOT_TELL, "two rounds");
    cr_assert(judge(closed_loop(even, 6, 1000), "max=8ms").verdict == SLO_KEPT);
    cr_assert(judge(closed_loop(even, 6, 1000), "max=7ms").verdict == SLO_BROKEN);
}

/* An open loop of 6 rounds that is steady, or of which a tenth piles up; the generator's
 * part of p99. */
static json_t *open_loop(double mean_ms, int growth, double generator_ms)
{
    json_t *trials = json_array();
    double p99 = 4.605e6 * mean_ms;
    for (int i = 0; i < 6; i++) {
        json_t *window = json_pack("{s:f, s:f, s:i, s:i, s:i, s:i, s:i, s:f, s:f}", "warm_ns", 1e9, "length_ns", 1e9,
                                   "offered", 10000, "lost", 0, "done", 10000 - growth, "backlog_begin", 3,
                                   "backlog_end", 3 + growth, "service_ns", 1e4, "service_variation", 1.0);
        json_t *figures =
            json_pack("{s:f, s:f, s:f, s:f, s:f}", "generator_ns", generator_ms * 1e6, "latency_p99_ns", p99,
                      "latency_p999_ns", p99 * 1.5, "pool_p99_ns", p99 - generator_ms * 1e6, "pool_p999_ns", p99);
        json_array_append_new(trials,
                              json_pack("{s:s, s:f, s:i, s:i, s:i, s:[{s:o}], s:o, s:o}", "verdict", "ok", "servers",
                                        4.0, "accepted", 10000, "refused", 0, "dropped", 0, "slices", "window", window,
                                        "figures", figures, "latency", latency(mean_ms, 10000)));
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:o}", "workload", "burst", "spec", "burst:rate=10k,of=empty", "full",
                     "block", "role", "asked", "trials", trials);
}

Test(slo_judge, a_late_generator_is_not_held_against_the_pool, .timeout = 10)
{
    struct slo_judgement found = judge(open_loop(1.3, 0, 4), "p99=5ms");
    cr_assert(found.verdict == SLO_CANNOT_TELL && found.reason == SLO_GENERATOR && strstr(found.why, "generator"));
    cr_assert(judge(open_loop(1.3, 0, 4), "p99=1ms").verdict == SLO_BROKEN, "the pool's own part is too much");
    cr_assert(judge(open_loop(1.3, 0, 4), "p99=7ms").verdict == SLO_KEPT, "even so");
    cr_assert(judge(open_loop(1.3, 0, 0.1), "p99=5ms").verdict == SLO_BROKEN, "its part would not have saved it");
    /* Nor where the value keeps the limit and only the interval does not. */
    found = judge(open_loop(1, 0, 0), "p99=4.62ms");
    cr_assert(found.verdict == SLO_CANNOT_TELL && found.reason == SLO_STRADDLES && found.value < 4.62e6, "%s",
              found.why);
    found = judge(open_loop(1, 0, 1), "p99=4.62ms");
    cr_assert(found.verdict == SLO_CANNOT_TELL && found.reason == SLO_GENERATOR,
              "here it is what makes the difference");
}

Test(slo_judge, where_more_comes_than_is_done_it_is_broken, .timeout = 10)
{
    struct slo_judgement found = judge(open_loop(1, 1000, 0), "p99=10s");
    cr_assert(found.verdict == SLO_BROKEN && found.reason == SLO_OVERLOAD, "%s", found.why);
    cr_assert(strstr(found.why, "9.00 k/s of 10.0 k/s"), "%s", found.why);
    cr_assert(strstr(found.why, "by the rate, not by what was seen"), "its value keeps to the limit: %s", found.why);
    found = judge(open_loop(1, 1000, 0), "loss=60%");
    cr_assert(found.verdict == SLO_BROKEN && strstr(found.why, "by the rate, not by what was seen"), "%s", found.why);
    found = judge(open_loop(1, 1000, 0), "p99=1us");
    cr_assert(found.verdict == SLO_BROKEN && !strstr(found.why, "not by"), "this one is late, too: %s", found.why);
    cr_assert(judge(open_loop(1, 1000, 4), "p99=10s").reason == SLO_GENERATOR, "it is the generator that is behind");
    cr_assert(judge(open_loop(1, 0, 0), "p99=10s").verdict == SLO_KEPT);
}

/* Of a recording nobody knows what came after it: its latencies say it all. */
Test(slo_judge, a_recorded_load_is_judged_by_its_latencies, .timeout = 10)
{
    json_t *recorded = open_loop(1, 1000, 0), *late = open_loop(1, 1000, 0);
    json_object_set_new(recorded, "workload", json_string("trace"));
    json_object_set_new(late, "workload", json_string("trace"));
    cr_assert(judge(recorded, "p99=10s").verdict == SLO_KEPT);
    cr_assert(judge(late, "p99=1ms").verdict == SLO_BROKEN);
}

/* The largest of 49 is no 99th percentile: not in the document, nor in what is shown of it. */
Test(slo_judge, a_percentile_that_the_samples_cannot_hold_is_not_told, .timeout = 10)
{
    static const double even[] = {1, 1, 1};
    json_t *configuration = closed_loop(even, 3, 33), *judged;
    json_t *document = json_pack("{s:[o]}", "configurations", configuration);
    struct slo_list list = promises("p99=5ms,p95=5ms,max=1s");
    char text[32];
    json_object_set_new(configuration, "summary", json_object());
    slo_summarise(document, &list);
    judged = json_object_get(json_object_get(configuration, "summary"), "slo");
    cr_assert(json_is_null(json_object_get(json_array_get(judged, 0), "value_ns")), "99 samples, and p99 takes 100");
    cr_assert_str_eq(slo_value_text(slo_kind("p99"), slo_value_of(json_array_get(judged, 0), "value"), text, 32), "-");
    cr_assert(isinf(slo_value_of(json_array_get(judged, 0), "high")), "no end is another thing");
    cr_assert(slo_value_of(json_array_get(judged, 1), "value") > 0 &&
              isfinite(slo_value_of(json_array_get(judged, 1), "value")));
    cr_assert(isfinite(slo_value_of(json_array_get(judged, 2), "value")), "the maximum is what was seen");
    json_decref(document);
}

Test(slo_judge, the_document_says_it, .timeout = 10)
{
    static const double even[] = {1, 1, 1, 1, 1, 1};
    json_t *configuration = closed_loop(even, 6, 1000), *document, *judged, *first;
    struct slo_list list = promises("p99=500us,max=1s,loss=0.1%");
    json_object_set_new(configuration, "summary", json_object());
    document = json_pack("{s:[o]}", "configurations", configuration);
    slo_summarise(document, &list);
    cr_assert(json_array_size(json_object_get(document, "slo")) == 3 && slo_count(document, "broken") == 1);
    cr_assert(slo_from_json(json_array_get(json_object_get(document, "slo"), 2)).limit_share == 0.001);
    judged = json_object_get(json_object_get(configuration, "summary"), "slo");
    first = json_array_get(judged, 0);
    cr_assert_str_eq(json_string_value(json_object_get(first, "verdict")), "broken");
    cr_assert_str_eq(json_string_value(json_object_get(json_array_get(judged, 1), "verdict")), "kept");
    cr_assert_str_eq(json_string_value(json_object_get(json_array_get(judged, 2), "verdict")), "kept");
    cr_assert(fabs(slo_value_of(first, "value") - 4.6e6) < 0.1e6 && slo_value_of(first, "low") < 4.6e6);
    cr_assert(json_number_value(json_object_get(json_array_get(judged, 2), "value_share")) == 0);
    json_object_set_new(configuration, "role", json_string("floor"));
    slo_summarise(document, &list);
    cr_assert(slo_count(document, "broken") == 0, "the floor promised nothing");
    json_decref(document);
}
