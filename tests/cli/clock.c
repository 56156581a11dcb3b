/* clock.c - a wall clock that jumps by an hour at each look, back and forth, harms no
 * measurement: build/plugins/clock.so is loaded before the program's own libraries. */
#include <jansson.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
    char path[4096], library[4200];
    int status;
    snprintf(path, sizeof path, "%s", program);
    snprintf(library, sizeof library, "%s/build/plugins/clock.so", dirname(path));
    setenv("LD_PRELOAD", library, 1);
    status = run(arguments);
    unsetenv("LD_PRELOAD");
    return status;
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
