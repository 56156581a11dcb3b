/* plan_lines.c - what a plan says above its tables, of documents that are made up. */
#include "bench/show/plan_lines.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* Three workers are recommended for 457/s; configuration 0 is theirs. Promised: p99 and p99.9. */
static const char made[] =
    "{\"slo\": [{\"name\": \"p99\", \"limit_ns\": 50000000}, {\"name\": \"p99.9\", \"limit_ns\": 90000000}],"
    " \"configurations\": [{\"summary\": {\"slo\": ["
    "  {\"name\": \"p99\", \"limit_ns\": 50000000, \"value_ns\": 30e6, \"low_ns\": 29e6, \"high_ns\": 31e6, "
    "\"rounds\": 5},"
    "  {\"name\": \"p99.9\", \"limit_ns\": 90000000, \"value_ns\": 40e6, \"low_ns\": 38e6, \"high_ns\": null,"
    "   \"rounds\": 5}]}}],"
    " \"plan\": {\"rate\": 457, \"service\": {\"cpus\": 2, \"cpu_ns\": 1000},"
    "  \"sizes\": [{\"workers\": 2, \"name\": \"p99\", \"verdict\": \"broken\", \"value_ns\": null, \"low_ns\": null,"
    "    \"high_ns\": null, \"rounds\": 5},"
    "   {\"workers\": 3, \"capacity\": 49, \"configuration\": 0, \"name\": \"p99\", \"verdict\": \"kept\","
    "    \"value_ns\": 30e6, \"low_ns\": 29e6, \"high_ns\": 31e6, \"rounds\": 5, \"in_queue\": 2.5,"
    "    \"model\": {\"name\": \"M/G/c\", \"value_ns\": 28e6}}],"
    "  \"answer\": {\"workers\": 3, \"capacity\": 49, \"full\": \"block\", \"fewest\": true, \"fewer\": 2, \"cpus\": "
    "0.4},"
    "  \"held\": {\"rate_kept\": 457, \"rate_proved\": null, \"times\": 1.0},"
    "  \"overload\": {\"name\": \"p99\", \"limit_ns\": 50000000, \"policies\": ["
    "    {\"full\": \"block\", \"lost_share\": 0, \"accepted_ns\": 200e6},"
    "    {\"full\": \"reject\", \"lost_share\": 0.3, \"accepted_ns\": 45e6}]}}}";

static json_t *document(void)
{
    json_t *result = json_loads(made, 0, NULL);
    cr_assert(result);
    return result;
}

static json_t *in_plan(json_t *result, const char *key)
{
    return json_object_get(json_object_get(result, "plan"), key);
}

/* What is printed; taken over. */
static const char *said(json_t *result)
{
    static char text[8192];
    char *lines;
    size_t length;
    FILE *out = open_memstream(&lines, &length);
    plan_lines_print(result, out, true);
    fclose(out);
    cr_assert(length < sizeof text);
    memcpy(text, lines, length + 1);
    free(lines);
    json_decref(result);
    return text;
}

/* Each promise against what was measured, not only the one that is nearest to being broken. */
Test(plan_lines, each_promise_has_what_was_measured, .timeout = 10)
{
    const char *text = said(document());
    cr_assert(strstr(text, "**answer**: 3 workers, queue 49, full=block; 0.4 of 2 CPUs\n"), "%s", text);
    cr_assert(strstr(text, "measured p99 30.0 ms (29.0 ms .. 31.0 ms)   model 28.0 ms (M/G/c)"), "%s", text);
    cr_assert(strstr(text, "**others**: measured p99.9 40.0 ms (38.0 ms .. no end), promised <= 90 ms\n"), "%s", text);
    cr_assert(strstr(text, "**head-room**: none that is known: holds the 457/s that were asked for\n"), "%s", text);
}

/* A long queue, and a large machine. */
Test(plan_lines, many_are_written_as_they_are, .timeout = 10)
{
    json_t *result = document();
    const char *text;
    json_object_set_new(json_array_get(in_plan(result, "sizes"), 1), "in_queue", json_real(137.2));
    json_object_set_new(in_plan(result, "answer"), "cpus", json_real(120.3));
    text = said(result);
    cr_assert(strstr(text, "**queue**: 137 jobs waited on average, 49 may"), "%s", text);
    cr_assert(strstr(text, "; 120 of 2 CPUs\n"), "%s", text);
}

/* Services alone are not what they are under load: what the model says by those is beside it. */
Test(plan_lines, the_model_by_services_as_they_were_then, .timeout = 10)
{
    json_t *result = document(), *model = json_object_get(json_array_get(in_plan(result, "sizes"), 1), "model");
    const char *text;
    json_object_set_new(model, "served_times", json_real(0.953));
    json_object_set_new(model, "served_ns", json_real(24.2e6));
    text = said(result);
    cr_assert(strstr(text, "model 28.0 ms (M/G/c), or 24.2 ms with services 4.7% shorter, as they were then\n"), "%s",
              text);
    result = document();
    model = json_object_get(json_array_get(in_plan(result, "sizes"), 1), "model");
    json_object_set_new(model, "served_times", json_real(1.06));
    json_object_set_new(model, "served_ns", json_null());
    text = said(result);
    cr_assert(strstr(text, "(M/G/c), or no end with services 6% longer, as they were then\n"), "%s", text);
    result = document();
    model = json_object_get(json_array_get(in_plan(result, "sizes"), 1), "model");
    json_object_set_new(model, "served_times", json_real(1.004));
    json_object_set_new(model, "served_ns", json_real(28.2e6));
    cr_assert(strstr(said(result), "model 28.0 ms (M/G/c)\n"), "the same");
}

/* Whoever is told to take a shorter queue does not read in the same line that a shorter one breaks the promise. */
Test(plan_lines, a_shorter_queue_is_advised_where_none_was_tried, .timeout = 10)
{
    json_t *result = document(), *reject = json_array_get(json_object_get(in_plan(result, "overload"), "policies"), 1);
    const char *text;
    json_object_set_new(reject, "accepted_ns", json_real(60e6));
    json_object_set_new(in_plan(result, "answer"), "capacity", json_integer(3));
    cr_assert(strstr(said(json_incref(result)), "is 60.0 ms, too late\n"), "it has a place for each worker only");
    json_object_set_new(in_plan(result, "answer"), "capacity", json_integer(49));
    text = said(json_incref(result));
    cr_assert(strstr(text, "is 60.0 ms, too late: take a shorter one (by that 36; there was no time to measure it)\n"),
              "%s", text);
    json_object_set_new(json_object_get(result, "plan"), "shorter",
                        json_pack("{s:i, s:i, s:i, s:f, s:f}", "from", 49, "asked", 36, "to", 49, "accepted_ns", 60e6,
                                  "rate_per_s", 700.0));
    text = said(result);
    cr_assert(strstr(text, "is 60.0 ms, too late; with 36 the promises are not kept for certain\n"), "%s", text);
}

/* A search that ran out of time may have ended at a rate that was watched for too short a time: it is not accused. */
Test(plan_lines, what_was_not_watched_for_long_is_not_said_to_be_broken, .timeout = 10)
{
    json_t *result = document(), *held = in_plan(result, "held");
    const char *text;
    json_object_set_new(held, "rate_broken", json_integer(551));
    json_object_set_new(held, "limited_by", json_string("budget"));
    json_object_set_new(held, "broken_short", json_true());
    text = said(result);
    cr_assert(strstr(text, "; 551/s would have to be watched for longer, and the time ended there\n"), "%s", text);
}

/* Of the model it is said what the measured services leave open. */
Test(plan_lines, the_model_has_its_uncertainty, .timeout = 10)
{
    json_t *result = document(), *model = json_object_get(json_array_get(in_plan(result, "sizes"), 1), "model");
    const char *text;
    json_object_set_new(model, "low_ns", json_real(25e6));
    json_object_set_new(model, "high_ns", json_null());
    text = said(result);
    cr_assert(strstr(text, "model 28.0 ms (25.0 ms .. no end, M/G/c)"), "%s", text);
    result = document();
    model = json_object_get(json_array_get(in_plan(result, "sizes"), 1), "model");
    json_object_set_new(model, "value_ns", json_null());
    json_object_set_new(model, "never", json_true());
    text = said(result);
    cr_assert(strstr(text, "model never (M/G/c)"), "%s", text);
}

/* A queue that blocks loses nothing, so that the one that rejects says whether it is short enough. */
Test(plan_lines, a_queue_that_blocks_is_verified_by_the_one_that_rejects, .timeout = 10)
{
    json_t *result = document();
    const char *text = said(result);
    cr_assert(strstr(text, "49 may; when it is full, under full=reject, p99 of what is accepted is 45.0 ms, in time"),
              "%s", text);
    result = document();
    json_object_set_new(in_plan(result, "answer"), "full", json_string("reject"));
    text = said(result);
    cr_assert(strstr(text, "49 may; when it is full p99 of what is accepted is 45.0 ms, in time"), "%s", text);
    result = document(); /* a recording has no steady state */
    json_object_set_new(json_array_get(in_plan(result, "sizes"), 1), "in_queue", json_null());
    text = said(result);
    cr_assert(strstr(text, "**queue**: 49 jobs may wait; when it is full, under full=reject, p99"), "%s", text);
}

Test(plan_lines, why_not_fewer, .timeout = 10)
{
    json_t *result = document(), *size;
    const char *text = said(document());
    cr_assert(strstr(text, "**one fewer**: 2 workers: p99 never, broken\n"), "%s", text);
    size = json_array_get(in_plan(result, "sizes"), 0);
    json_object_set_new(size, "verdict", json_string("cannot tell"));
    json_object_set_new(size, "why", json_string("the generator is the limit"));
    json_object_set_new(in_plan(result, "answer"), "fewest", json_false());
    text = said(result);
    cr_assert(strstr(text, "**answer**: at most 3 workers") &&
                  strstr(text, ", nobody can tell: the generator is the limit\n"),
              "%s", text);
    result = document(); /* of a list: what lies between was not asked */
    json_object_set_new(json_array_get(in_plan(result, "sizes"), 0), "workers", json_integer(1));
    json_object_set_new(in_plan(result, "answer"), "fewer", json_integer(1));
    text = said(result);
    cr_assert(strstr(text, "**fewer**: 1 worker: p99 never, broken\n"), "%s", text);
}

/* A recording that is replayed as waits does not say what its jobs compute: no number is made up. */
Test(plan_lines, what_nobody_knows_has_no_number, .timeout = 10)
{
    json_t *result = document(), *quota;
    const char *text;
    json_object_set_new(in_plan(result, "answer"), "cpus", json_null());
    text = said(result);
    cr_assert(strstr(text, "full=block; how much it computes was not recorded\n") && !strstr(text, "CPUs"), "%s", text);
    result = document();
    quota = json_pack("{s:s, s:s, s:f, s:f, s:i, s:{s:n, s:f}}", "group", "here", "name", "p99", "cpus", 1.0,
                      "host_cpus", 2.0, "host_workers", 2, "simulated_host", "value_ns", "throttled", 1.0);
    json_object_set_new(json_object_get(result, "plan"), "quota", quota);
    text = said(result);
    cr_assert(strstr(text, "p99 without bound simulated (100% of the periods run out)"), "%s", text);
}

/* What the search saw last stands there, also where its time was over: broken is not "nobody can tell". */
Test(plan_lines, a_rate_that_was_broken_is_said_to_be, .timeout = 10)
{
    static const char *const words[][2] = {
        {"promise", "(certainly 457/s; 514/s breaks it)"},
        {"budget", "(certainly 457/s; at 514/s it was broken, and the time ended there)"},
        {"unknown", "(certainly 457/s; at 514/s nobody can tell in the time that there was)"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        json_t *result = document(), *held;
        const char *text;
        held = json_pack("{s:i, s:i, s:i, s:f, s:s}", "rate_kept", 493, "rate_proved", 457, "rate_broken", 514, "times",
                         1.08, "limited_by", words[i][0]);
        json_object_set_new(json_object_get(result, "plan"), "held", held);
        text = said(result);
        cr_assert(strstr(text, words[i][1]), "%s", text);
    }
}

/* Whatever places were asked for: that pool has no bound. */
Test(plan_lines, a_queue_without_bound, .timeout = 10)
{
    json_t *result = document();
    const char *text;
    json_object_set_new(in_plan(result, "answer"), "unbounded", json_true());
    json_object_del(in_plan(result, "overload"), "policies");
    text = said(result);
    cr_assert(strstr(text, "**queue**: 2.5 jobs waited on average; nothing bounds it\n"), "%s", text);
    cr_assert(strstr(text, "**answer**: 3 workers, a queue without bound (that pool has no other); 0.4 of 2 CPUs\n"),
              "%s", text);
}
