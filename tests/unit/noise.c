/* noise.c - how far made-up runs can be believed: before, during, and by their intervals. */
#include "bench/findings/noise.h"

#include <criterion/criterion.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/machine/ticks.h"
#include "bench/measure/round_noise.h"
#include "bench/show/noise_show.h"

enum { ROUNDS = 6 };

static json_t *round_of(double steal, double others, double sentinel)
{
    json_t *round = json_pack("{s:f, s:f, s:f, s:f, s:f}", "steal_share", steal, "others_share", others,
                              "sentinel_before", 1.0, "sentinel_after", sentinel, "line_ns", 50.0);
    json_object_set_new(round, "disturbed", json_boolean(round_noise_disturbs(round)));
    return round;
}

/* Six rounds of one row, whose speeds go from 100 - spread to 100 + spread. */
static json_t *run_of(const char *before, json_t *(*round)(int), double spread)
{
    json_t *rounds = json_array(), *trials = json_array();
    for (int i = 0; i < ROUNDS; i++) {
        json_array_append_new(rounds, round(i));
        json_array_append_new(trials, json_pack("{s:i, s:s, s:f}", "round", i, "verdict", "ok", "jobs_per_s",
                                                100 + spread * (2.0 * i / (ROUNDS - 1) - 1)));
    }
    return json_pack("{s:{s:s, s:[{s:s}]}, s:o, s:[{s:s, s:s, s:s, s:i, s:s, s:o}]}", "before", "verdict", before,
                     "remarks", "what", "CPUs 100% busy", "rounds", rounds, "configurations", "pool", "ring",
                     "workload", "cpu", "spec", "cpu:size=1us", "workers", 2, "role", "asked", "trials", trials);
}

static json_t *still(int i)
{
    (void)i;
    return round_of(0, 0.01, 1);
}

static json_t *stolen(int i)
{
    (void)i;
    return round_of(0.188, 0.01, 1);
}

static json_t *visited_once(int i)
{
    return round_of(0, i == 3 ? 0.3 : 0.01, 1);
}

static json_t *crowded(int i)
{
    (void)i;
    return round_of(0, 0.6, 1);
}

static json_t *slow_once(int i)
{
    return round_of(0, 0.01, i == 3 ? 1.5 : 1);
}

static void expect(json_t *result, const char *verdict, const char *word)
{
    char text[800];
    noise_add(result);
    noise_show(result, text, sizeof text);
    cr_expect(!strncmp(text, verdict, strlen(verdict)) && strstr(text, word), "%s, %s: %s", verdict, word, text);
    cr_expect(noise_is_quiet(result) == !strcmp(verdict, "quiet"));
    json_decref(result);
}

Test(noise, is_the_worst_of_before_during_and_intervals, .timeout = 20)
{
    expect(run_of("quiet", still, 1), "quiet", "quiet");
    expect(run_of("noisy", still, 1), "noisy", "before: noisy, CPUs 100% busy");
    expect(run_of("unusable", still, 1), "unusable", "before: unusable");
    expect(run_of("quiet", visited_once, 1), "noisy", "1 of 6 rounds disturbed");
    expect(run_of("quiet", slow_once, 1), "noisy", "a fixed loop up to 1.50x");
    expect(run_of("quiet", stolen, 1), "unusable", "steal up to 18.8%");
    expect(run_of("quiet", crowded, 1), "unusable", "other programs up to 60%");
    expect(run_of("quiet", still, 40), "noisy", "1 of 1 rows wider than +-25%");
    expect(run_of("quiet", still, 80), "unusable", "the widest +-80% (ring/cpu:size=1us/t2)");
    expect(run_of("unusable", visited_once, 40), "unusable", "; intervals: noisy");
}

/* What disturbed nothing is no reason, and is not said. */
Test(noise, names_no_reason_that_is_none, .timeout = 20)
{
    static const char *const none[] = {"steal", "other programs", "fixed loop"};
    json_t *(*const rounds[])(int) = {stolen, visited_once, slow_once};
    for (int r = 0; r < 3; r++) {
        json_t *result = run_of("quiet", rounds[r], 1);
        char text[800];
        noise_add(result);
        noise_show(result, text, sizeof text);
        for (int n = 0; n < 3; n++)
            cr_expect((strstr(text, none[n]) != NULL) == (n == r), "%s", text);
        json_decref(result);
    }
}

Test(noise, of_a_file_that_does_not_say_is_not_known, .timeout = 20)
{
    json_t *old = json_object();
    char text[800];
    cr_assert(!noise_is_quiet(old) && !strcmp(noise_show(old, text, sizeof text), "not known"));
    json_object_set_new(old, "noise",
                        json_pack("{s:s, s:s, s:s, s:s}", "verdict", "noisy", "before", "quiet", "during", "noisy",
                                  "intervals", "noisy"));
    cr_assert(!strstr(noise_show(old, text, sizeof text), "nan"), "what it does not say is not shown: %s", text);
    json_decref(old);
}

/* One CPU of ours, one that is not, and all together. */
static void write_stat(const char *root, int ours, const char *of_ours)
{
    char path[128];
    FILE *file;
    snprintf(path, sizeof path, "%s/proc", root);
    mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/proc/stat", root);
    file = fopen(path, "w");
    cr_assert(file);
    fprintf(file, "cpu  9000 0 0 0 0 0 0 0 0 0\ncpu%d %s 0 0\ncpu99999 9000 0 0 0 0 0 0 0 0 0\nintr 1\n", ours,
            of_ours);
    fclose(file);
}

static int first_cpu(void)
{
    static cpu_set_t set[64]; /* 65,536 CPUs */
    int cpu = 0;
    cr_assert(sched_getaffinity(0, sizeof set, set) == 0);
    while (!CPU_ISSET_S(cpu, sizeof set, set))
        cpu++;
    return cpu;
}

Test(noise, what_others_did_is_all_work_but_ours_on_our_cpus, .timeout = 20)
{
    char root[] = "/tmp/poolbench-noise-XXXXXX", path[128];
    struct ticks before, after, between;
    double second = (double)sysconf(_SC_CLK_TCK);
    cr_assert(mkdtemp(root));
    write_stat(root, first_cpu(), "100 10 20 1000 5 3 2 50");
    ticks_read(root, &before);
    write_stat(root, first_cpu(), "160 10 40 1090 15 3 2 70");
    ticks_read(root, &after);
    between = ticks_between(&before, &after);
    cr_expect(between.cpus == 1 && between.all == 200 && between.work == 80 && between.idle == 100 &&
              between.steal == 20);
    cr_expect(fabs(ticks_others(&between, 30 / second) - 0.25) < 1e-9, "80 worked, 30 by us, of 200");
    cr_expect(ticks_others(&between, 90 / second) == 0, "a tick more of ours than was seen is none of others");
    between.all = 10;
    cr_expect(isnan(ticks_others(&between, 0)), "too short to tell");
    between = (struct ticks){.cpus = 0};
    cr_expect(isnan(ticks_others(&between, 0)), "nothing is known");
    snprintf(path, sizeof path, "%s/proc/stat", root);
    unlink(path);
    snprintf(path, sizeof path, "%s/proc", root);
    rmdir(path);
    rmdir(root);
}
