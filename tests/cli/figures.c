/* figures.c - what figures say beside their lines: what is missing, what all has in common, where a name belongs. */
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/program.h"

static void need_gnuplot(void)
{
    if (system("command -v gnuplot >/dev/null") != 0)
        cr_skip_test("no gnuplot here");
}

/* Whether a figure's text holds that. */
static bool says(const char *figure, const char *words)
{
    static char text[1 << 20];
    slurp(figure, text, sizeof text);
    cr_assert(*text, "no %s: %s", figure, err);
    return strstr(text, words);
}

/* A queue that slices do not fill has no latency; whoever sees the floor alone asks for the others. */
CLI_TEST(figures, of_latencies_say_whose_there_are_none)
{
    need_gnuplot();
    cr_assert(run("run -p mutex,ring -w cpu:size=100us -t 1 --capacity 4096 --rounds 1 --budget 20ms -o x.json") == 0,
              "%s", err);
    /* in the order of the table, the fastest first */
    cr_assert(says("x/latency-cpu-size-100us.svg", "no line where slices do not keep the queue full: mutex, ring<") ||
                  says("x/latency-cpu-size-100us.svg", "no line where slices do not keep the queue full: ring, mutex<"),
              "%s", out);
    cr_assert(says("x/latency-cpu-size-100us.svg", ">inline<") && !says("x/latency-cpu-size-100us.svg", ">ring<"),
              "the floor alone has a line");
    cr_assert(run("run -p mutex -w cpu:size=1us -t 1 --rounds 1 --budget 50ms -o y.json") == 0, "%s", err);
    cr_assert(!says("y/latency-cpu-size-1us.svg", "no line where"), "%s", out);
}

/* The line at the bottom holds for all that the figure shows, and for nothing else in the result. */
CLI_TEST(figures, say_below_what_all_that_they_show_has_in_common)
{
    need_gnuplot();
    cr_assert(run("run -p mutex -w cpu:size=1us -w slow-consumer:size=1us,take=1us -t 1 --rounds 1 --budget 20ms -o "
                  "x.json") == 0,
              "%s", err);
    cr_assert(says("x/throughput.svg", "pin core, capacity 1024, full block, 1 producer"));
    cr_assert(says("x/latency-cpu-size-1us.svg", "capacity 1024, "));
    cr_assert(says("x/course-slow-consumer-size-1us-take-1us.svg", "capacity 8, "));
    cr_assert(run("sweep -p mutex -w empty -t 1 --producers 1,2 --rounds 1 --budget 20ms -o y.json") == 0, "%s", err);
    cr_assert(says("y/producers-empty.svg", "capacity 1024, full block ") &&
              !says("y/producers-empty.svg", "1 producer"));
    cr_assert(run("sweep -p mutex -w empty -t 1 --capacity 4,64 --rounds 1 --budget 20ms -o z.json") == 0, "%s", err);
    cr_assert(says("z/capacity-empty.svg", "full block, 1 producer") &&
              !says("z/capacity-empty.svg", "pin core, capacity"));
    cr_assert(says("z/capacity-empty.svg", ">inline<"), "the floor is one mark, and has a name");
}

/* A plan measures services in a queue of its own, and sizes in others. */
CLI_TEST(figures, of_a_plan_say_no_queue_that_is_not_everywhere)
{
    char command[256];
    need_gnuplot();
    snprintf(command, sizeof command, "cp %s/tests/fuzz/corpus/page/plan plan.json", root);
    cr_assert(system(command) == 0 && run("plot plan.json") == 0, "%s", err);
    cr_assert(says("plan/plan-workers.svg", "pin core, full block, 1 producer "), "%s", out);
}

/* All pools of a result as fast as can be with one worker and jobs of 100 us. */
static void make_ideal(const char *path)
{
    json_t *document = json_load_file(path, 0, NULL), *one, *speed;
    size_t i;
    cr_assert(document);
    json_array_foreach (json_object_get(document, "configurations"), i, one) {
        speed = json_object_get(json_object_get(one, "summary"), "jobs_per_s");
        json_object_set_new(speed, "median", json_real(1e4));
        json_object_set_new(speed, "low", json_real(1e4));
        json_object_set_new(speed, "high", json_real(1e4));
    }
    cr_assert(!json_dump_file(document, path, 0));
    json_decref(document);
}

/* How high the ideal's name stands, and whether a dotted line ends there. */
static bool ideal_has_its_line(const char *figure)
{
    static char text[1 << 20];
    const char *name, *place = NULL, *line;
    double x, y, to;
    slurp(figure, text, sizeof text);
    name = strstr(text, "<text>ideal<");
    for (const char *at = text; name && (at = strstr(at, "translate(")) && at < name; at++)
        place = at;
    cr_assert(place && sscanf(place, "translate(%lf,%lf)", &x, &y) == 2, "%s", text);
    for (line = text; (line = strstr(line, "stroke-dasharray='1.2,2.4'  d='M")); line++)
        if (sscanf(line, "stroke-dasharray='1.2,2.4'  d='M%*[^L]L%*[^,],%lf", &to) == 1 && fabs(to - y) < 6)
            return true;
    return false;
}

/* Names that stand closely push it away: its line goes with it. */
CLI_TEST(figures, the_ideal_keeps_its_name)
{
    need_gnuplot();
    cr_assert(run("run -p mutex,ring,steal -w cpu:size=100us -t 1 --no-floor --rounds 1 --budget 10ms --no-figures -o "
                  "x.json") == 0,
              "%s", err);
    make_ideal("x.json");
    cr_assert(run("plot x.json") == 0, "%s", err);
    cr_assert(ideal_has_its_line("x/workers-cpu-size-100us.svg"), "no line leads to it");
}

/* Whatever the range, an axis has three numbers at least, and never so many that they touch. */
CLI_TEST(figures, a_logarithmic_axis_has_three_ticks_at_least)
{
    char command[4096];
    need_gnuplot();
    snprintf(command, sizeof command,
             "gnuplot -e \"out='/dev/null'; kind='svg'; data='.'; name='x'; title=''; dim=''; dim_lines=1; foot=''; "
             "pools=''; "
             "name_length=5; load '%s/plot/style.gp'; do for [i = 0 : 60] { do for [k = 0 : 50] { low = 10.0 ** (-8 + "
             "i / 9.1); "
             "high = low * 1.17 * 1.31 ** k; n = ticks_in(digits_of(low, high), low, high); "
             "if (n < 3 || n > 22) { print sprintf('%%g..%%g: %%d', low, high, n) } } }\" 2>&1",
             root);
    cr_assert(program_shell(".", command) == 0 && !*out, "%s", out);
}
