/* clock.c - a wall clock that jumps by an hour at each look, back and forth, harms no
 * measurement, and clocks of two CPUs that are out of step give none: build/plugins/clock.so is loaded before the
 * program's own libraries. */
#include <jansson.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/cli/program.h"

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Runs the program with the clock in its way. */
static int run_jumping(const char *arguments)
{
    return run_beside("clock.so", arguments);
}

/* That it was in the way shows in the date, the only use of the wall clock. */
static bool date_is_wrong(const json_t *result)
{
    struct tm utc = {0};
    time_t said;
    cr_assert(strptime(json_string_value(json_object_get(result, "date")), "%Y-%m-%dT%H:%M:%SZ", &utc));
    said = timegm(&utc);
    return labs((long)(said - time(NULL))) > 1800;
}

CLI_TEST(clock, that_jumps_harms_no_measurement)
{
    json_t *result, *configuration, *trial, *slice;
    int64_t begin = now_ns(), took;
    size_t i, j, k, trials = 0;
    cr_assert(
        run_jumping(
            "run -p mutex,textbook,ring -w empty -w slow-consumer:size=10us,take=10us,pause=1ms -w wakeup:idle=1ms "
            "-w burst:rate=50k,of=empty -t 2 --capacity 8 --full timeout --full-timeout 1ms --rounds 2 "
            "--budget 20ms --no-figures -o x.json") == 0,
        "%s%s", out, err);
    took = now_ns() - begin;
    result = json_load_file("x.json", 0, NULL);
    cr_assert(result && date_is_wrong(result), "the clock did not jump");
    json_array_foreach (json_object_get(result, "configurations"), i, configuration)
        json_array_foreach (json_object_get(configuration, "trials"), j, trial) {
            cr_assert(!strcmp(json_string_value(json_object_get(trial, "verdict")), "ok"));
            trials++;
            json_array_foreach (json_object_get(trial, "slices"), k, slice) {
                double wall = json_number_value(json_object_get(slice, "wall_ns"));
                cr_assert(wall > 0 && wall <= (double)took, "%g ns of %g", wall, (double)took);
            }
        }
    cr_assert(trials > 0);
    json_decref(result);
}

CLI_TEST(clock, that_jumps_harms_no_check)
{
    cr_assert(run_jumping("check -p mutex,textbook") == 0, "%s%s", out, err);
}

static bool has_cpus_0_and_1(void)
{
    cpu_set_t set;
    return !sched_getaffinity(0, sizeof set, &set) && CPU_ISSET(0, &set) && CPU_ISSET(1, &set);
}

/* CPU 1 behind, and ahead: neither way is there a figure. */
CLI_TEST(clocks, out_of_step_are_no_measure)
{
    static const char *const skews[] = {"5000000", "1099511627776000", "-5000000"};
    if (!has_cpus_0_and_1())
        cr_skip("needs CPUs 0 and 1");
    for (size_t i = 0; i < sizeof skews / sizeof *skews; i++) {
        setenv("KIT_CLOCK_SKEW", skews[i], 1);
        cr_assert(run_jumping("run -p mutex -w cpu:size=1us -t 1 --rounds 1 --budget 10ms --no-figures -o x.json") == 3,
                  "%s%s", out, err);
        cr_assert(strstr(err, "clocks of CPU 0 and CPU 1") && strstr(err, "out of step") && !*out, "%s", err);
        cr_assert(run_jumping("limits --format json") == 3 && strstr(err, "out of step") && !*out, "%s", err);
    }
    cr_assert(files_here() == 0);
    unsetenv("KIT_CLOCK_SKEW");
}

/* A host that moves the clock of one CPU under way: the round cannot be measured. */
CLI_TEST(clocks, that_fall_out_of_step_are_noticed)
{
    static const char *const skews[] = {"5000000000", "-5000000000", "5000000000"}, *const pin[] = {"core", "core",
                                                                                                    "0"};
    char words[512];
    if (!has_cpus_0_and_1())
        cr_skip("needs CPUs 0 and 1");
    setenv("KIT_CLOCK_SKEW_AFTER", "3000", 1);
    for (size_t i = 0; i < sizeof skews / sizeof *skews; i++) {
        json_t *result;
        setenv("KIT_CLOCK_SKEW", skews[i], 1);
        snprintf(words, sizeof words,
                 "run -p mutex -w cpu:size=2us -t 1 --pin %s --rounds 1 --budget 10ms --no-figures "
                 "-o x.json",
                 pin[i]);
        cr_assert(run_jumping(words) == 3, "%s%s", out, err);
        result = json_load_file("x.json", 0, NULL);
        cr_assert(result && strstr(out, "out of step"), "%s", out);
        json_decref(result);
        unlink("x.json");
    }
    unsetenv("KIT_CLOCK_SKEW");
    unsetenv("KIT_CLOCK_SKEW_AFTER");
}
