/* open_loop.c - steady or not, kept or not: of queues whose answer is known, many times. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "bench/findings/kinship.h"
#include "bench/findings/open_loop.h"
#include "bench/findings/slo_judge.h"
#include "bench/models/queue_simulation.h"
#include "tests/core/open_trial.h"

#define US 1e3
#define MS 1e6

/* `rounds` rounds of such a queue. */
static json_t *rounds_of(struct erlang_queue *queue, int rounds, double warm_ns, double length_ns, double lost)
{
    json_t *configuration = open_configuration(queue->c, "block");
    for (int i = 0; i < rounds; i++)
        json_array_append_new(json_object_get(configuration, "trials"), open_trial(queue, warm_ns, length_ns, lost));
    return configuration;
}

static struct erlang_queue queue_of(int c, double load, double service, int seed)
{
    return (struct erlang_queue){c, load * c / service, service, (uint64_t)seed * 7919 + 1};
}

/* How often each state is found in so many runs. */
static void count_states(struct erlang_queue like, int runs, int rounds, double warm_ns, double length_ns, int found[5])
{
    memset(found, 0, 5 * sizeof *found);
    for (int i = 0; i < runs; i++) {
        struct erlang_queue queue = like;
        json_t *configuration;
        queue.random += (uint64_t)i * 104729;
        configuration = rounds_of(&queue, rounds, warm_ns, length_ns, 0);
        found[open_loop_of(configuration).state]++;
        json_decref(configuration);
    }
}

Test(open_loop, what_keeps_up_is_not_overloaded, .timeout = 60)
{
    static const double loads[] = {0.3, 0.7, 0.9, 0.97};
    static const int servers[] = {1, 4, 16};
    int found[5];
    for (size_t l = 0; l < sizeof loads / sizeof *loads; l++)
        for (size_t c = 0; c < sizeof servers / sizeof *servers; c++) {
            count_states(queue_of(servers[c], loads[l], 100 * US, 1), 200, 5, 3 * MS, 10 * MS, found);
            cr_assert(found[OPEN_LOOP_OVERLOADED] <= 1, "%d servers, load %g: %d of 200 overloaded", servers[c],
                      loads[l], found[OPEN_LOOP_OVERLOADED]);
        }
}

Test(open_loop, where_it_was_watched_for_long_enough_it_is_steady, .timeout = 60)
{
    int found[5];
    /* A relaxation time is 0.3 ms, of 0.1 ms a service. */
    count_states(queue_of(4, 0.67, 100 * US, 2), 200, 5, 5 * MS, 50 * MS, found);
    cr_assert(found[OPEN_LOOP_STEADY] >= 190, "%d of 200 steady, %d drift, %d short", found[OPEN_LOOP_STEADY],
              found[OPEN_LOOP_DRIFTS], found[OPEN_LOOP_SHORT]);
}

/* One round of five in which nobody ran at the end: a moment of the machine's. */
Test(open_loop, one_round_that_stood_still_is_no_overload, .timeout = 60)
{
    for (int seed = 1; seed <= 50; seed++) {
        struct erlang_queue queue = queue_of(2, 0.3, 100 * US, seed);
        json_t *configuration = rounds_of(&queue, 5, 10 * MS, 60 * MS, 0), *window;
        window = json_object_get(
            json_array_get(
                json_object_get(json_array_get(json_object_get(configuration, "trials"), seed % 5), "slices"), 0),
            "window");
        json_object_set_new(window, "backlog_end", json_integer(300));
        json_object_set_new(window, "done", json_integer(json_integer_value(json_object_get(window, "done")) - 300));
        cr_assert(open_loop_of(configuration).state != OPEN_LOOP_OVERLOADED, "seed %d", seed);
        json_array_clear(json_object_get(configuration, "trials"));
        json_decref(configuration);
    }
}

/* The only round stands still at its end, and services that it hit were as long: no overload.
 * Where three times as much comes as can be done: one. */
Test(open_loop, the_only_round_has_to_show_it_by_itself, .timeout = 60)
{
    struct slo_list list;
    char why[256];
    slo_parse("p99=60min", &list, why, sizeof why);
    for (int seed = 1; seed <= 50; seed++) {
        struct erlang_queue still = queue_of(2, 0.3, 100 * US, seed), full = queue_of(2, 3, 100 * US, seed);
        json_t *one = rounds_of(&still, 1, 10 * MS, 60 * MS, 0), *other = rounds_of(&full, 1, 10 * MS, 60 * MS, 0);
        json_t *slices = json_object_get(json_array_get(json_object_get(one, "trials"), 0), "slices");
        json_t *window = json_object_get(json_array_get(slices, 0), "window");
        json_object_set_new(window, "backlog_end", json_integer(300));
        json_object_set_new(window, "done", json_integer(json_integer_value(json_object_get(window, "done")) - 300));
        json_object_set_new(window, "service_ns", json_real(2 * MS));
        cr_assert(open_loop_of(one).state == OPEN_LOOP_DRIFTS && strstr(open_loop_of(one).why, "only round"), "%s",
                  open_loop_of(one).why);
        cr_assert(slo_judge(one, &list, 0).verdict == SLO_CANNOT_TELL);
        cr_assert(open_loop_of(other).state == OPEN_LOOP_OVERLOADED, "seed %d", seed);
        cr_assert(slo_judge(other, &list, 0).verdict == SLO_BROKEN);
        json_decref(one);
        json_decref(other);
    }
}

/* Where the limit lies within the interval of a rate that was watched for too short a time, both are said. */
Test(open_loop, nobody_can_tell_without_a_reason, .timeout = 60)
{
    struct slo_list list;
    char why[256];
    int straddles = 0;
    slo_parse("p50=60min", &list, why, sizeof why);
    for (int seed = 1; seed <= 20; seed++) {
        struct erlang_queue queue = queue_of(2, 0.9, 100 * US, seed);
        json_t *configuration = rounds_of(&queue, 5, 10 * MS, 60 * MS, 0);
        struct slo_judgement found;
        list.items[0].limit_ns = (int64_t)slo_judge(configuration, &list, 0).value;
        found = slo_judge(configuration, &list, 0);
        json_decref(configuration);
        if (found.reason != SLO_STRADDLES)
            continue;
        straddles++;
        cr_assert(strstr(found.why, "the limit lies within the interval; not steady: "), "%s", found.why);
    }
    cr_assert(straddles >= 5, "%d of 20", straddles);
}

/* Empty jobs, 20 ns each, but for some in whose midst the worker lost its CPU: 3 M/s came, half a million
 * got done, and a variation of services of 150,000 is no reason to call that chance. */
static json_t *few_long_among_short(int rounds)
{
    json_t *configuration = open_configuration(1, "block");
    for (int i = 0; i < rounds; i++) {
        json_t *window = json_pack("{s:f, s:f, s:i, s:i, s:i, s:i, s:i, s:f, s:f}", "warm_ns", 80 * MS, "length_ns",
                                   260 * MS, "offered", 780000, "lost", 0, "done", 60000, "backlog_begin", 220000,
                                   "backlog_end", 940000, "service_ns", 97.0, "service_variation", 150000.0);
        json_array_append_new(json_object_get(configuration, "trials"),
                              json_pack("{s:s, s:i, s:i, s:[{s:o}], s:{s:{s:f}}}", "verdict", "ok", "round", i,
                                        "servers", 1, "slices", "window", window, "latency", "start_to_end", "p50_ns",
                                        20.0));
    }
    return configuration;
}

Test(open_loop, few_long_services_are_no_reason_for_a_backlog, .timeout = 10)
{
    for (int rounds = 1; rounds <= 6; rounds++) {
        json_t *configuration = few_long_among_short(rounds);
        struct open_loop loop = open_loop_of(configuration);
        cr_expect(loop.state == (rounds == 1 ? OPEN_LOOP_DRIFTS : OPEN_LOOP_OVERLOADED), "%d rounds: %s, %s", rounds,
                  open_loop_name(loop.state), loop.why);
        json_decref(configuration);
    }
}

/* 100 k/s of empty jobs, twelve rounds of 80 ms: so many ended while the machine stood still for 10 ms. */
static enum open_loop_state state_of_still(int still)
{
    json_t *configuration = open_configuration(2, "block");
    enum open_loop_state state;
    for (int i = 0; i < 12; i++) {
        int waits = i < still ? 1000 : 0;
        json_t *window = json_pack("{s:f, s:f, s:i, s:i, s:i, s:i, s:i, s:f, s:f}", "warm_ns", 20 * MS, "length_ns",
                                   80 * MS, "offered", 8000, "lost", 0, "done", 8000 - waits, "backlog_begin", 0,
                                   "backlog_end", waits, "service_ns", 100.0, "service_variation", 10.0);
        json_array_append_new(json_object_get(configuration, "trials"),
                              json_pack("{s:s, s:i, s:i, s:[{s:o}], s:{s:{s:f}}}", "verdict", "ok", "round", i,
                                        "servers", 2, "slices", "window", window, "latency", "start_to_end", "p50_ns",
                                        80.0));
    }
    state = open_loop_of(configuration).state;
    json_decref(configuration);
    return state;
}

/* On a busy machine some rounds end so: that is no pool's overload. Where most do, more comes than is done. */
Test(open_loop, a_few_rounds_that_stood_still_are_no_overload, .timeout = 10)
{
    for (int still = 0; still <= 4; still++)
        cr_expect(state_of_still(still) != OPEN_LOOP_OVERLOADED, "%d of 12 rounds", still);
    cr_expect(state_of_still(12) == OPEN_LOOP_OVERLOADED);
}

Test(open_loop, a_tenth_too_much_is_an_overload, .timeout = 60)
{
    int found[5];
    count_states(queue_of(2, 1.1, 100 * US, 3), 200, 5, 10 * MS, 60 * MS, found); /* 6,600 jobs */
    cr_assert(found[OPEN_LOOP_OVERLOADED] >= 195, "%d of 200", found[OPEN_LOOP_OVERLOADED]);
}

/* Beyond saturation and near it: whatever else, never steady. */
Test(open_loop, saturation_is_never_steady, .timeout = 60)
{
    static const double loads[] = {0.99, 1, 1.02, 1.05};
    int found[5];
    for (size_t l = 0; l < sizeof loads / sizeof *loads; l++) {
        count_states(queue_of(1, loads[l], 100 * US, 4), 200, 3, 10 * MS, 100 * MS, found);
        cr_assert(found[OPEN_LOOP_STEADY] <= 1, "load %g: %d of 200 steady", loads[l], found[OPEN_LOOP_STEADY]);
    }
}

Test(open_loop, says_how_long_would_do, .timeout = 10)
{
    struct erlang_queue queue = queue_of(1, 0.9, 100 * US, 5);
    json_t *configuration = rounds_of(&queue, 3, 3 * MS, 10 * MS, 0);
    struct open_loop loop = open_loop_of(configuration);
    cr_assert(loop.state == OPEN_LOOP_SHORT || loop.state == OPEN_LOOP_DRIFTS, "%s", open_loop_name(loop.state));
    cr_assert(strstr(loop.why, "not steady"), "%s", loop.why);
    json_decref(configuration);
}

Test(open_loop, a_closed_loop_is_none, .timeout = 10)
{
    json_t *configuration = json_pack("{s:[{s:s, s:[{s:i}]}]}", "trials", "verdict", "ok", "slices", "jobs", 5);
    cr_assert(open_loop_of(configuration).state == OPEN_LOOP_NONE);
    json_decref(configuration);
}

/* The verdicts of many runs at the very mean. */
static int kept_at_the_mean(int c, double load, int rounds, double length_ns)
{
    enum { RUNS = 200 };
    struct erlang erlang = {.c = c, .rate = load * c / (100 * US), .service = 100 * US};
    double mean = erlang_wait_mean(&erlang) + 100 * US;
    struct slo_list list = {.count = 1, .items = {{.kind = slo_kind("mean"), .limit_ns = (int64_t)mean}}};
    int kept = 0;
    for (int i = 0; i < RUNS; i++) {
        struct erlang_queue queue = queue_of(c, load, 100 * US, i + 5000);
        json_t *configuration = rounds_of(&queue, rounds, 30 * MS, length_ns, 0);
        kept += slo_judge(configuration, &list, 0).verdict == SLO_KEPT;
        json_decref(configuration);
    }
    return kept;
}

/* Of a mean no run should be kept more often than by the 2.5%, too. */
Test(slo_judge, the_interval_of_a_mean_holds_near_saturation, .timeout = 120)
{
    int few = kept_at_the_mean(12, 0.93, 6, 60 * MS), many = kept_at_the_mean(12, 0.93, 12, 100 * MS),
        light = kept_at_the_mean(4, 0.5, 6, 60 * MS);
    cr_assert(few <= 10 && many <= 10 && light <= 10, "%d, %d and %d of 200 kept", few, many, light);
}

/* Losses come together: of a queue that is bounded, by a simulation that knows nothing of it. */
Test(slo_judge, losses_come_together_as_often_as_is_said, .timeout = 60)
{
    enum { RUNS = 400, JOBS = 20000 };
    static const struct {
        int c, places;
        double load;
    } cases[] = {{1, 12, 0.7}, {2, 20, 0.8}, {4, 30, 0.9}};
    struct service service;
    cr_assert_eq(service_made(&service, SERVICE_EXPONENTIAL, 1e5, 1), 0);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        double sum = 0, squares = 0, share, effect, said;
        struct open_loop loop = {.state = OPEN_LOOP_STEADY, .load = cases[k].load, .relaxation_s = 1, .window_s = 1};
        for (int i = 0; i < RUNS; i++) {
            struct queue_simulation queue = {.workers = cases[k].c,
                                             .places = cases[k].places,
                                             .full = POOL_REJECT,
                                             .rate = cases[k].load * cases[k].c / 1e5,
                                             .service = &service,
                                             .jobs = JOBS,
                                             .seed = (uint64_t)i + 1};
            struct queue_outcome outcome;
            cr_assert_eq(queue_simulate(&queue, &outcome), 0);
            sum += outcome.loss;
            squares += outcome.loss * outcome.loss;
            queue_outcome_destroy(&outcome);
        }
        share = sum / RUNS;
        effect = (squares / RUNS - share * share) / (share * (1 - share) / JOBS);
        said = kinship_loss_effect(&loop, JOBS);
        cr_assert(effect < 1.3 * said && effect > 0.5 * said, "%g of a load of %g, said %g", effect, cases[k].load,
                  said);
    }
    service_destroy(&service);
}

/* The verdicts of many runs at a multiple of the rate at which p99 is just kept. */
static void count_verdicts_of(int c, double services, double times, int runs, int rounds, double length_ns,
                              int found[3])
{
    double service = 100 * US, limit = services * service, rate = erlang_rate(c, service, limit, 0.01);
    struct slo_list list = {.count = 1, .items = {{.kind = slo_kind("p99"), .limit_ns = (int64_t)limit}}};
    memset(found, 0, 3 * sizeof *found);
    for (int i = 0; i < runs; i++) {
        struct erlang_queue queue = queue_of(c, times * rate * service / c, service, i + 1000);
        json_t *configuration = rounds_of(&queue, rounds, 30 * MS, length_ns, 0);
        found[slo_judge(configuration, &list, 0).verdict]++;
        json_decref(configuration);
    }
}

static void count_verdicts(int c, double services, double times, int runs, int found[3])
{
    count_verdicts_of(c, services, times, runs, 4, 200 * MS, found);
}

/* At the very limit the upper end of a 95% interval is below it in 2.5% of runs, or in fewer. Near
 * saturation that takes more than what the rounds say themselves: they said it in a fifth. */
Test(slo_judge, an_interval_holds_near_saturation, .timeout = 120)
{
    static const struct {
        int c, rounds;
        double services, length_ns; /* loads of 93, 93, 94 and 65% */
    } cases[] = {{12, 6, 7.1, 60 * MS}, {12, 12, 7.1, 100 * MS}, {4, 6, 20, 100 * MS}, {1, 6, 13, 100 * MS}};
    int found[3], kept = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        count_verdicts_of(cases[i].c, cases[i].services, 1, 200, cases[i].rounds, cases[i].length_ns, found);
        cr_assert(found[SLO_KEPT] <= 10, "%d servers: %d of 200 kept, %d broken", cases[i].c, found[SLO_KEPT],
                  found[SLO_BROKEN]);
        kept += found[SLO_KEPT];
    }
    cr_assert(kept <= 24, "%d of 800", kept);
}

/* 5% beyond what Erlang allows: a wrong "kept" is the worst that can be said. */
Test(slo_judge, is_hardly_ever_kept_where_it_is_not, .timeout = 120)
{
    static const struct {
        int c;
        double services;
    } cases[] = {{1, 10}, {1, 30}, {4, 8}, {4, 20}, {16, 8}};
    int found[3], kept = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        count_verdicts(cases[i].c, cases[i].services, 1.05, 100, found);
        cr_assert(found[SLO_KEPT] <= 4, "%d servers, %g services: %d of 100 kept, %d broken", cases[i].c,
                  cases[i].services, found[SLO_KEPT], found[SLO_BROKEN]);
        kept += found[SLO_KEPT];
    }
    cr_assert(kept <= 8, "%d of 500", kept);
}

Test(slo_judge, keeps_and_breaks_what_is_clear, .timeout = 120)
{
    int found[3];
    count_verdicts(4, 20, 0.75, 50, found);
    cr_assert(found[SLO_KEPT] >= 40 && !found[SLO_BROKEN], "%d kept, %d broken of 50", found[SLO_KEPT],
              found[SLO_BROKEN]);
    count_verdicts(4, 20, 1.1, 50, found);
    cr_assert(found[SLO_BROKEN] >= 40 && !found[SLO_KEPT], "%d kept, %d broken of 50", found[SLO_KEPT],
              found[SLO_BROKEN]);
    count_verdicts(4, 8, 1.4, 50, found); /* beyond saturation */
    cr_assert(found[SLO_BROKEN] == 50, "%d broken of 50", found[SLO_BROKEN]);
}

/* Beyond saturation no limit is too far away: more comes than is done. */
Test(slo_judge, an_hour_does_not_help, .timeout = 60)
{
    struct slo_list list = {.count = 1, .items = {{.kind = slo_kind("p99"), .limit_ns = INT64_C(3600000000000)}}};
    int found[3] = {0};
    for (int i = 0; i < 100; i++) {
        struct erlang_queue queue = queue_of(2, i % 2 ? 1.1 : 1.01, 100 * US, i);
        json_t *configuration = rounds_of(&queue, 3, 10 * MS, 50 * MS, 0);
        found[slo_judge(configuration, &list, 0).verdict]++;
        json_decref(configuration);
    }
    cr_assert(!found[SLO_KEPT] && found[SLO_BROKEN] >= 40, "%d kept, %d broken of 100", found[SLO_KEPT],
              found[SLO_BROKEN]);
}

static struct slo_judgement judge_lost(const char *text, double lost, int which)
{
    struct erlang_queue queue = queue_of(4, 0.5, 100 * US, 17);
    json_t *configuration = rounds_of(&queue, 5, 10 * MS, 100 * MS, lost); /* 10,000 jobs */
    struct slo_judgement found;
    struct slo_list list;
    char why[256];
    cr_assert(slo_parse(text, &list, why, sizeof why) == 0, "%s", why);
    found = slo_judge(configuration, &list, which);
    json_decref(configuration);
    return found;
}

Test(slo_judge, a_job_that_got_no_service_breaks_a_promise, .timeout = 10)
{
    struct slo_judgement found = judge_lost("p99=5ms", 0.002, 0);
    cr_assert(found.verdict == SLO_BROKEN && found.reason == SLO_LOST && strstr(found.why, "no service"), "%s",
              found.why);
    cr_assert(judge_lost("p99=5ms", 0, 0).verdict == SLO_KEPT);
    cr_assert(judge_lost("p99=5ms,loss=1%", 0.002, 0).verdict == SLO_KEPT, "some was allowed");
    cr_assert(judge_lost("p99=5ms,loss=1%", 0.002, 1).verdict == SLO_KEPT);
    cr_assert(judge_lost("p99=5ms,loss=0.1%", 0.01, 1).verdict == SLO_BROKEN);
    cr_assert(judge_lost("p99=5ms,loss=0.2%", 0.002, 1).verdict == SLO_CANNOT_TELL);
    cr_assert(judge_lost("p99=5ms,loss=0.001%", 0, 1).verdict == SLO_CANNOT_TELL, "10,000 jobs cannot show it");
    cr_assert(judge_lost("p99=5ms,loss=0", 0, 1).verdict == SLO_KEPT, "what was seen");
    /* Allowed or not, who is lost is infinitely late. */
    found = judge_lost("p99=5ms,loss=50%", 0.02, 0);
    cr_assert(found.verdict == SLO_BROKEN && isinf(found.value) && isinf(found.low));
    cr_assert(judge_lost("mean=5ms,loss=50%", 0.02, 0).verdict == SLO_BROKEN);
    cr_assert(judge_lost("max=5s,loss=50%", 0.0005, 0).verdict == SLO_BROKEN);
}
