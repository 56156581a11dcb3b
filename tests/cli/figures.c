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

/* One speed for each of five panels, of one pool whose name has so many letters: throughput.svg. */
static void draw_speeds(double speed, const char *workload, int name_length)
{
    char command[4096];
    FILE *file = fopen("throughput.tsv", "w");
    cr_assert(file);
    fprintf(file, "panel\trow\tpool\tworkers\tmost_workers\tjobs_per_s\tlow\thigh\ttext\tworkload\n");
    for (int panel = 1; panel <= 5; panel++)
        fprintf(file, "%d\t1\tring\t1\t1\t%g\t%g\t%g\tso many\t%s\n", panel, speed, speed, speed, workload);
    fclose(file);
    snprintf(
        command, sizeof command,
        "gnuplot -e \"out='throughput.svg'; kind='svg'; data='.'; name='throughput'; title=''; dim=''; dim_lines=1; "
        "foot=''; pools='ring'; name_length=%d; style='%s/plot/style.gp'; height=300; rows=1; panel_count=5; "
        "panel_rows=1; array panels[5]; do for [i=1:5] { panels[i]='%s' }; few='1 1 1 1 1'; many=few; "
        "lows='%g %g %g %g %g'; highs=lows; load '%s/plot/throughput.gp'\" 2>&1",
        name_length, root, workload, speed, speed, speed, speed, speed, root);
    cr_assert(program_shell(".", command) == 0, "%s", out);
}

/* One number alone is no scale. */
CLI_TEST(figures, of_one_speed_have_two_ticks)
{
    static char text[1 << 20];
    need_gnuplot();
    for (double speed = 1.1e5; speed < 1.1e6; speed *= 1.26) {
        int ticks = 0;
        draw_speeds(speed, "empty", 5);
        slurp("throughput.svg", text, sizeof text);
        for (const char *at = text; (at = strchr(at, '>')); at++) { /* ">200k</tspan>" */
            size_t digits = strspn(at + 1, "0123456789"), unit = digits ? strspn(at + 1 + digits, "kM") : 0;
            ticks += digits && !strncmp(at + 1 + digits + unit, "</tspan>", 8);
        }
        cr_assert(ticks >= 2 * 5, "%g: %d ticks in five panels", speed, ticks);
    }
}

/* A panel is narrow beside long names: what stands over it is written as small as that takes. */
CLI_TEST(figures, a_workload_is_not_cut_beside_long_names)
{
    static const char workload[] = "io:op=sleep,wait=200us,cpu=20us";
    static char text[1 << 20];
    const char *name, *last = NULL, *place = NULL;
    double x, font;
    need_gnuplot();
    draw_speeds(1e5, workload, 31);
    slurp("throughput.svg", text, sizeof text);
    for (name = text; (name = strstr(name, workload)); name++)
        last = name;
    for (const char *at = text; last && (at = strstr(at, "translate(")) && at < last; at++)
        place = at;
    cr_assert(place && sscanf(place, "translate(%lf", &x) == 1 && (place = strstr(place, "font-size=\"")) &&
                  place < last && sscanf(place, "font-size=\"%lf", &font) == 1,
              "%s", text);
    cr_assert(x + 0.7 * font * (double)strlen(workload) < 1200, "%g letters of %g from %g on", (double)strlen(workload),
              font, x);
}
