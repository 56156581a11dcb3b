/* read_sound.c - what no run can have counted, and that a result which says so is refused. */
#include "bench/results/read_sound.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/read.h"
#include "bench/results/read_duet.h"
#include "bench/results/read_limits.h"

/* Two rounds of one configuration, and all that is looked at. */
static const char good[] =
    "{\"program\": \"poolbench\", \"format\": 1, \"rounds_wanted\": 2, \"budget_ns\": 1000000,"
    " \"machine\": {\"host\": \"h\", \"cpus\": 2, \"cores\": 2, \"cgroup_quota_cpus\": 1.5},"
    " \"rounds\": [{\"round\": 0, \"steal_share\": 0.0, \"others_share\": null, \"line_ns\": 60.5}],"
    " \"noise\": {\"rounds\": 2, \"disturbed_rounds\": 1, \"steal_most\": 0.0}, \"failures\": [],"
    " \"configurations\": [{\"pool\": \"ring\", \"spec\": \"empty\", \"workers\": 2, \"cpus\": 2.0, \"spin_ns\": 0,"
    " \"full\": \"block\", \"trials\": [{\"round\": 0, \"verdict\": \"ok\", \"jobs_per_s\": 1e6, \"accepted\": 10,"
    " \"done\": 9, \"failed\": 0, \"cancelled\": 1, \"dropped\": 0, \"refused\": 0, \"lost_share\": 0.0,"
    " \"fairness\": 1.0, \"slices\": [{\"wall_ns\": 5.0, \"jobs\": 9, \"window\": {\"offered\": 9, \"lost\": 0}}],"
    " \"latency\": {\"submit_to_end\": {\"count\": 3, \"min_ns\": 5, \"max_ns\": 9, \"mean_ns\": 7.0,"
    " \"p50_ns\": 8.5, \"p99_ns\": null}}}, {\"round\": 1, \"verdict\": \"failed\", \"refused\": 3}],"
    " \"summary\": {\"jobs_per_s\": {\"median\": 1e6, \"low\": 1e6, \"high\": 1e6, \"coverage\": 0.0, \"count\": 1},"
    " \"lost_share\": {\"median\": 0.0, \"low\": 0.0, \"high\": 0.0}, \"disturbed_trials\": 0}}]}";

static json_t *document(void)
{
    json_error_t error;
    json_t *result = json_loads(good, 0, &error);
    cr_assert(result, "%s", error.text);
    return result;
}

/* Follows keys, and numbers of an array, to the object that has the last one. */
static json_t *at(json_t *value, const char *path, char *last)
{
    char word[64];
    while (sscanf(path, "%63[^/]", word) == 1 && strchr(path, '/')) {
        value = json_is_array(value) ? json_array_get(value, (size_t)atoi(word)) : json_object_get(value, word);
        path += strlen(word) + 1;
    }
    strcpy(last, word);
    return value;
}

static void set(json_t *result, const char *path, const char *json)
{
    char last[64];
    json_t *object = at(result, path, last);
    cr_assert(object && json_object_set_new(object, last, json_loads(json, JSON_DECODE_ANY, NULL)) == 0, "%s", path);
}

static void refuses(const char *path, const char *json, const char *says)
{
    json_t *result = document();
    char why[400] = "";
    set(result, path, json);
    cr_assert(read_check(result, why, sizeof why) == -EINVAL, "%s of %s was taken", json, path);
    cr_assert(strstr(why, says) && !strchr(why, '\n'), "%s of %s: %s", json, path, why);
    json_decref(result);
}

Test(read_sound, takes_what_goes_together, .timeout = 20)
{
    json_t *result = document();
    char why[400] = "";
    cr_assert(read_check(result, why, sizeof why) == 0, "%s", why);
    set(result, "configurations/0/full", "\"reject\"");
    set(result, "configurations/0/trials/0/refused", "7");
    cr_assert(read_check(result, why, sizeof why) == 0, "%s", why);
    json_decref(result);
}

#define TRIAL "configurations/0/trials/0/"

Test(read_sound, refuses_counts_that_no_run_has, .timeout = 20)
{
    refuses(TRIAL "refused", "1000000000000000000", "ring/empty, round 0: refused is 1000000000000000000");
    refuses(TRIAL "refused", "1", "full=block");
    refuses(TRIAL "refused", "\"NaN\"", "refused");
    refuses(TRIAL "accepted", "11", "accepted is 11; done, failed, cancelled and dropped are 10");
    refuses(TRIAL "done", "-9", "done is -9");
    refuses(TRIAL "done", "9.5", "done is 9.5 (a whole number");
    refuses(TRIAL "steals", "-1", "steals");
    refuses(TRIAL "lost_share", "1.5", "lost_share is 1.5 (a number from 0 to 1)");
    refuses(TRIAL "lost_share", "\"NaN\"", "lost_share");
    refuses(TRIAL "fairness", "-0.5", "fairness");
    refuses(TRIAL "slices/0/wall_ns", "-5", "wall_ns");
    refuses(TRIAL "slices/0/window/lost", "10", "10 of 9 jobs are lost");
    refuses("configurations/0/summary/lost_share/high", "2", "lost_share: high is 2");
    refuses("configurations/0/summary/jobs_per_s/low", "-1", "jobs_per_s: low is -1");
    refuses("configurations/0/summary/jobs_per_s/count", "-3", "jobs_per_s: count is -3");
    refuses("configurations/0/summary/disturbed_trials", "-3", "disturbed_trials is -3");
    refuses("configurations/0/spin_ns", "-1", "spin_ns");
}

Test(read_sound, refuses_a_summary_of_other_trials, .timeout = 20)
{
    refuses("configurations/0/summary/jobs_per_s/count", "3", "jobs_per_s: count is 3, of 2 trials");
    refuses("configurations/0/summary/disturbed_trials", "3", "3 of 2 trials are disturbed");
}

/* Of a search that kept 20 k/s. */
static void refuses_search(const char *rates, const char *says)
{
    char search[400];
    snprintf(search, sizeof search, "[{\"pool\": \"ring\", \"spec\": \"burst:of=empty\", \"workers\": 2, %s}]", rates);
    refuses("searches", search, says);
}

Test(read_sound, refuses_rates_that_contradict_each_other, .timeout = 20)
{
    json_t *result = document();
    char why[400] = "";
    set(result, "searches",
        "[{\"pool\": \"ring\", \"spec\": \"burst:of=empty\", \"workers\": 2, \"rate_proved\": 9, \"rate_kept\": 10,"
        " \"rate_broken\": 10, \"proved_at\": 0, \"broken_at\": null, \"rate_seen\": null}]");
    cr_assert(read_check(result, why, sizeof why) == 0, "%s", why);
    json_decref(result);
    refuses_search("\"rate_kept\": 20, \"rate_broken\": 10",
                   "ring/burst:of=empty: rate_kept is 20, above rate_broken, 10");
    refuses_search("\"rate_proved\": 20, \"rate_kept\": 10", "rate_proved is 20, above rate_kept, 10");
    refuses_search("\"rate_proved\": 20, \"rate_broken\": 10", "rate_proved is 20, above rate_broken, 10");
    refuses_search("\"rate_seen\": 20, \"rate_broken\": 10", "rate_seen is 20, above rate_broken, 10");
    refuses_search("\"proved_at\": 1", "proved_at is 1 (one of the configurations)");
    refuses_search("\"broken_at\": -1", "broken_at is -1");
    refuses_search("\"watched_s\": -1", "watched_s is -1");
    refuses_search("\"probes\": 1.5", "probes is 1.5");
    refuses("searches", "{}", "searches: no list");
}

Test(read_sound, refuses_times_that_run_backwards, .timeout = 20)
{
    refuses(TRIAL "latency/submit_to_end/max_ns", "4", "p50_ns is 8.5");
    refuses(TRIAL "latency/submit_to_end/p50_ns", "3", "p50_ns is 3");
    refuses(TRIAL "latency/submit_to_end/p99_ns", "5", "p99_ns is 5");
    refuses(TRIAL "latency/submit_to_end/p99_ns", "\"8\"", "p99_ns");
    refuses(TRIAL "latency/submit_to_end/mean_ns", "10", "mean_ns is 10");
}

Test(read_sound, refuses_rounds_that_cannot_be, .timeout = 20)
{
    refuses("configurations/0/trials/1/round", "0", "ring/empty: round 0 is there twice");
    refuses("noise/disturbed_rounds", "3", "3 of 2 rounds are disturbed");
    refuses("noise/rounds", "-1", "rounds is -1");
    refuses("rounds/0/steal_share", "2", "steal_share");
    refuses("rounds/0/line_ns", "\"NaN\"", "line_ns");
    refuses("rounds", "{}", "rounds");
    refuses("rounds_wanted", "-2", "rounds_wanted");
    refuses("failures", "[1, 2, 3]", "more than the 2 trials");
}

Test(read_sound, refuses_machines_that_there_are_none_of, .timeout = 20)
{
    refuses("machine/cpus", "-3", "machine: cpus is -3");
    refuses("machine/cpus", "2.5", "machine: cpus");
    refuses("machine/cores", "1000000", "machine: cores");
    refuses("machine/cgroup_quota_cpus", "-1", "machine: cgroup_quota_cpus");
    refuses("machine", "[]", "machine");
}

/* A text of any place; also of a name. */
Test(read_sound, refuses_texts_without_end, .timeout = 20)
{
    json_t *result = document(), *duet = json_pack("{s:i, s:[]}", "duet_format", 1, "benchmarks");
    char *text = malloc(READ_TEXT_MAX + 3), why[400] = "";
    memset(text, 'x', READ_TEXT_MAX + 2);
    text[READ_TEXT_MAX + 2] = '\0';
    json_object_set_new(json_object_get(result, "machine"), "host", json_string(text));
    cr_assert(read_check(result, why, sizeof why) == -EINVAL && strstr(why, "host: a text of 131074 letters"), "%s",
              why);
    json_object_set_new(json_object_get(result, "machine"), "host", json_string(text + 2));
    cr_assert(read_check(result, why, sizeof why) == 0, "%s", why);
    json_object_set_new(json_object_get(result, "machine"), text, json_null());
    cr_assert(read_check(result, why, sizeof why) == -EINVAL && strlen(why) < 200, "%s", why);
    cr_assert(read_duet_check(duet, why, sizeof why) == 0, "%s", why);
    json_object_set_new(duet, "note", json_string(text));
    cr_assert(read_duet_check(duet, why, sizeof why) == -EINVAL && strstr(why, "note: a text"), "%s", why);
    json_decref(result);
    json_decref(duet);
    free(text);
}
