/* result.c - the program from outside: what a run prints, writes and draws. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/cli/program.h"

/* Whatever the machine does, it says what came of it. */
CLI_TEST(result, until_says_how_narrow_the_intervals_are)
{
    cr_assert(run("run -p mutex -w empty -t 1 --until 100% --budget 2s --no-figures -o a.json") == 0, "%s", err);
    cr_assert(strstr(err, "\nuntil    "), "%s", err);
    cr_assert(run("run -p mutex -w empty -t 1 --until 0.0001% --rounds 7 --budget 2s --no-figures -o b.json") == 0);
    cr_assert(strstr(err, "\nuntil    not reached: ") || strstr(err, "\nuntil    cannot tell: "), "%s", err);
}

static json_t *parse(const char *text)
{
    json_error_t error;
    json_t *json = json_loads(text, 0, &error);
    cr_assert(json, "not JSON: %s at line %d", error.text, error.line);
    return json;
}

static long long counter(const json_t *trial, const char *name)
{
    cr_assert(json_is_integer(json_object_get(trial, name)), "no %s", name);
    return json_integer_value(json_object_get(trial, name));
}

CLI_TEST(result, json_on_stdout_is_the_file_and_obeys_the_law)
{
    static char file[PROGRAM_OUTPUT];
    json_t *printed, *saved, *configuration, *trial;
    size_t i, j, trials = 0;
    cr_assert(run("run -p ring,textbook -w empty -w cpu:size=2us -t 2 --rounds 2 --budget 100ms --seed 5 --format json "
                  "--no-figures -o here.json") == 0,
              "%s", err);
    printed = parse(out);
    slurp("here.json", file, sizeof file);
    saved = parse(file);
    cr_assert(json_equal(printed, saved));
    cr_assert(json_integer_value(json_object_get(printed, "seed")) == 5);
    json_array_foreach (json_object_get(printed, "configurations"), i, configuration) {
        json_array_foreach (json_object_get(configuration, "trials"), j, trial) {
            trials++;
            cr_assert(counter(trial, "accepted") > 0);
            cr_assert(counter(trial, "accepted") == counter(trial, "done") + counter(trial, "failed") +
                                                        counter(trial, "cancelled") + counter(trial, "dropped"));
        }
    }
    cr_assert(trials >= 6, "%zu trials", trials);
    cr_assert(files_here() == 1); /* no temporary file is left */
    json_decref(printed);
    json_decref(saved);
}

CLI_TEST(result, says_how_noisy_it_was_and_quiet_may_be_required)
{
    int status = run("run -p ring -w empty -t 1 --rounds 1 --budget 20ms --no-figures --require quiet -o a.json");
    json_t *result = json_load_file("a.json", 0, NULL);
    const json_t *noise = json_object_get(result, "noise");
    const char *verdict = json_string_value(json_object_get(noise, "verdict"));
    char line[64];
    cr_assert(result && verdict, "%s", err);
    snprintf(line, sizeof line, "\nnoise    %s", verdict);
    cr_assert(strstr(out, line), "%s", out);
    cr_assert(status == (strcmp(verdict, "quiet") ? 3 : 0), "%s: %d", verdict, status);
    cr_assert(json_object_get(noise, "others_most") && json_object_get(noise, "rounds"));
    cr_assert(json_object_get(json_array_get(json_object_get(result, "rounds"), 0), "others_share"));
    json_decref(result);
}

CLI_TEST(result, policies_keep_the_law)
{
    static const char *const policies[] = {"reject", "timeout", "caller-runs", "drop-oldest"};
    for (int i = 0; i < 4; i++) {
        char arguments[256];
        snprintf(
            arguments, sizeof arguments,
            "run -p ring,mutex,steal,textbook -w cpu:size=2us -t 2 --capacity 8 --full %s --rounds 1 --budget 40ms "
            "--no-figures -o x.json",
            policies[i]);
        cr_assert(run(arguments) == 0, "%s: %s", policies[i], err);
    }
}

/* Which pool may say of which workload that it cannot; all others must. */
CLI_TEST(result, every_pool_runs_every_workload_but_these)
{
    static const char *const pools[] = {"inline", "mutex", "ring", "spawn", "steal", "textbook"};
    static const char *const workloads[] = {"empty",      "cpu",         "io:op=file",    "io:op=socket",
                                            "io:op=pipe", "io:op=sleep", "slow-consumer", "cancel"};
    static const struct {
        const char *pool, *workload;
    } cannot[] = {{"inline", "cancel"}};
    for (int p = 0; p < 6; p++) {
        for (int w = 0; w < 8; w++) {
            char arguments[256];
            int status, wanted = 0;
            for (size_t i = 0; i < sizeof cannot / sizeof *cannot; i++)
                if (!strcmp(cannot[i].pool, pools[p]) && !strcmp(cannot[i].workload, workloads[w]))
                    wanted = 3;
            snprintf(arguments, sizeof arguments,
                     "run -p %s -w %s -t 2 --rounds 1 --budget 20ms --no-figures -o x.json", pools[p], workloads[w]);
            status = run(arguments);
            cr_assert(status == wanted, "%s: exit %d, not %d: %s", arguments, status, wanted, err);
            cr_assert(wanted == 0 || (strstr(err, "not supported") && strstr(err, pools[p])), "%s", err);
        }
    }
}

CLI_TEST(result, what_is_not_supported_is_in_the_table_and_the_file)
{
    json_t *result;
    cr_assert(run("run -p inline,mutex -w cancel -t 1 --rounds 1 --budget 20ms --no-figures -o x.json") == 0, "%s",
              err);
    cr_assert(strstr(out, "inline") && strstr(out, "not supported: it has no queue"), "%s", out);
    result = parse((slurp("x.json", out, sizeof out), out));
    cr_assert(json_array_size(json_object_get(result, "configurations")) == 2);
    cr_assert(
        json_is_string(json_object_get(json_array_get(json_object_get(result, "configurations"), 1), "unsupported")));
    json_decref(result);
}

CLI_TEST(result, slow_consumers_are_told_apart_by_policy)
{
    static const char *const policies[] = {"block", "throttle", "drop"};
    json_t *result, *configuration, *figures;
    size_t i;
    cr_assert(run("run -p mutex -w slow-consumer -t 2 --results-capacity 4 --rounds 1 --budget 50ms --no-figures "
                  "--format json -o x.json") == 0,
              "%s", err);
    result = parse(out);
    cr_assert(json_array_size(json_object_get(result, "configurations")) == 3);
    json_array_foreach (json_object_get(result, "configurations"), i, configuration) {
        json_t *trial = json_array_get(json_object_get(configuration, "trials"), 0);
        cr_assert_str_eq(json_string_value(json_object_get(configuration, "results")), policies[i]);
        cr_assert(counter(trial, "received") + counter(trial, "lost") == counter(trial, "done"));
        cr_assert(i == 2 || counter(trial, "lost") == 0);
        figures = json_object_get(trial, "figures");
        cr_assert(json_is_real(json_object_get(figures, "producers_waiting")) &&
                  json_is_real(json_object_get(figures, "workers_blocked")));
        cr_assert(json_array_size(
                      json_object_get(json_object_get(json_object_get(trial, "course"), "series"), "queue")) == 160);
    }
    json_decref(result);
}

CLI_TEST(result, a_consumer_that_dies_is_a_failure_by_name)
{
    cr_assert(run("run -p mutex -w slow-consumer:dies=40,size=1us,take=1us --results block,throttle -t 2 --rounds 1 "
                  "--budget 20ms --no-figures -o x.json") == 1);
    cr_assert(strstr(err, "mutex/slow-consumer:dies=40,size=1us,take=1us/t2/block-8: the consumer ended after 40"),
              "%s", err);
    cr_assert(strstr(err, "throttle-8: the consumer ended after 40"), "%s", err);
}

CLI_TEST(result, a_refused_connection_is_said_and_is_nobodys_fault)
{
    cr_assert(run("run -p mutex -w io:op=socket,port=1 -t 1 --rounds 1 --budget 20ms --no-figures -o x.json") == 3);
    cr_assert(strstr(err, "127.0.0.1 port 1") && strstr(err, "refused"), "%s", err);
}

CLI_TEST(result, csv_has_a_header_and_a_row_per_trial)
{
    cr_assert(run("run -p mutex -w empty -t 1 --rounds 2 --budget 60ms --format csv --no-figures -o x.json") == 0);
    cr_assert(!strncmp(out, "pool,", 5) && strstr(out, ",accepted,") && lines(out) >= 3, "%s", out);
}

CLI_TEST(result, a_table_without_colour_for_no_color_and_pipes)
{
    cr_assert(run("run -p mutex -w empty -t 1 --rounds 1 --budget 50ms --no-figures") == 0);
    cr_assert(strstr(out, "mutex") && strstr(out, "inline") && strstr(out, "floor") && !strchr(out, '\033'));
    cr_assert(strstr(out, "saved") && access("results", F_OK) == 0);
}

CLI_TEST(result, figures_are_drawn_beside_it)
{
    struct stat info;
    cr_assert(run("run -p mutex,ring -w cpu:size=1us -t 1 --rounds 1 --budget 50ms -o one.json") == 0);
    if (system("command -v gnuplot >/dev/null") != 0)
        cr_skip_test("no gnuplot here");
    cr_assert(stat("one/throughput.svg", &info) == 0 && info.st_size > 2000, "%s", err);
    cr_assert(stat("one/efficiency.png", &info) == 0 && info.st_size > 2000);
    cr_assert(stat("one/workers-cpu-size-1us.png", &info) == 0 && info.st_size > 2000, "one worker count: %s", err);
    cr_assert(stat("one/latency-cpu-size-1us.svg", &info) == 0 && info.st_size > 2000);
    /* In one folder, and what other programs read of latencies below. */
    cr_assert(stat("one/hgrm", &info) == 0 && S_ISDIR(info.st_mode) && system("ls one/hgrm/*.hgrm >/dev/null") == 0 &&
              system("ls one/*.hgrm >/dev/null 2>&1") != 0);
    cr_assert(run("plot one.json") == 0 && strstr(out, "figures"));
}

CLI_TEST(result, no_line_of_a_figure_of_more_workers_than_cpus_begins_at_the_edge_of_the_paper)
{
    char line[256];
    snprintf(line, sizeof line, "run -p mutex -w cpu:size=1us -t %ld --rounds 1 --budget 50ms --no-floor -o one.json",
             sysconf(_SC_NPROCESSORS_ONLN) + 2);
    cr_assert(run(line) == 0, "%s", err);
    if (system("command -v gnuplot >/dev/null") != 0)
        cr_skip_test("no gnuplot here");
    cr_assert(system("grep -q '>ideal<' one/workers-cpu-size-1us.svg") == 0, "%s", err);
    cr_assert(system("grep -q \"d='M0[.]\" one/workers-cpu-size-1us.svg") != 0, "a line leaves its axes");
}

CLI_TEST(result, plot_refuses_what_is_no_result)
{
    FILE *file = fopen("x.json", "w");
    fputs("{\"format\": 77}", file);
    fclose(file);
    cr_assert(run("plot x.json") == 2 && strstr(err, "x.json") && lines(err) == 1, "%s", err);
}

CLI_TEST(result, a_full_disk_is_said_and_leaves_nothing)
{
    struct stat info;
    char shell[8300];
    /* A limit of 4 KiB on files stands for the disk. */
    snprintf(shell, sizeof shell,
             "trap '' XFSZ; ulimit -f 4; %s run -p mutex -w empty -t 1 --rounds 1 --budget 50ms --no-figures -o r.json "
             ">/dev/null 2>/tmp/%s.err; echo $? >&3",
             program, folder + 5);
    FILE *script = fopen("run.sh", "w");
    int status = -1;
    fprintf(script, "%s\n", shell);
    fclose(script);
    cr_assert(system("bash run.sh 3>status 2>/dev/null") == 0);
    FILE *answer = fopen("status", "r");
    cr_assert(answer && fscanf(answer, "%d", &status) == 1);
    fclose(answer);
    snprintf(shell, sizeof shell, "/tmp/%s.err", folder + 5);
    slurp(shell, err, sizeof err);
    unlink(shell);
    cr_assert(status == 2 && strstr(err, "r.json"), "status %d: %s", status, err);
    cr_assert(stat("r.json", &info) != 0 && errno == ENOENT);
    cr_assert(files_here() == 2, "something is left"); /* run.sh and status */
}

/* The round that a run has told of last, in its stderr. */
static int round_told(void)
{
    int number = 0;
    slurp("err", err, sizeof err);
    for (const char *line = err; (line = strstr(line, "round ")); line++)
        sscanf(line, "round %d of", &number);
    return number;
}

CLI_TEST(result, ctrl_c_keeps_what_was_measured)
{
    int status;
    struct stat info;
    pid_t child = fork();
    if (child == 0) {
        cr_assert(freopen("/dev/null", "w", stdout) && freopen("err", "w", stderr));
        setpgid(0, 0);
        execl(program, "poolbench", "run", "-p", "mutex", "-w", "cpu:size=1us", "-t", "1", "--rounds", "1000",
              "--budget", "1000s", "--no-figures", "-o", "kept.json", NULL);
        _exit(127);
    }
    while (round_told() < 2)
        poll(NULL, 0, 20);
    kill(child, SIGINT);
    cr_assert(waitpid(child, &status, 0) == child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 130, "status %x", status);
    cr_assert(stat("kept.json", &info) == 0 && info.st_size > 500);
    cr_assert(files_here() == 2); /* and err */
}

/* Of two slices that a busy machine drew apart the mean of two speeds is not the speed of both. */
CLI_TEST(result, busy_and_delivered_agree_with_the_speed)
{
    json_t *document, *configuration, *trial;
    size_t i, k;
    cr_assert(run("run -p mutex,textbook -w cpu:size=2us -t 1 --rounds 3 --budget 60ms --no-figures -o x.json") == 0,
              "%s", err);
    document = json_load_file("x.json", 0, NULL);
    json_array_foreach (json_object_get(document, "configurations"), i, configuration)
        json_array_foreach (json_object_get(configuration, "trials"), k, trial) {
            double busy = json_number_value(json_object_get(trial, "busy")),
                   ns = json_number_value(json_object_get(trial, "ns_per_job"));
            double work =
                json_number_value(json_object_get(json_array_get(json_object_get(trial, "slices"), 0), "work_ns"));
            double speed = json_number_value(json_object_get(trial, "jobs_per_s")),
                   delivered = json_number_value(json_object_get(trial, "delivered_per_s"));
            cr_assert(fabs(busy * ns / work - 1) < 1e-6, "busy %g, %g ns for jobs of %g ns", busy, ns, work);
            cr_assert(fabs(delivered / speed - 1) < 1e-6, "%g of %g delivered, and nothing was lost", delivered, speed);
        }
    json_decref(document);
}
