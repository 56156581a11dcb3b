/* cli.c - the program from outside: bad input for every option, what it prints,
 * what it writes, and what it leaves behind. Runs $POOLBENCH (./poolbench). */
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/cli/program.h"

CLI_TEST(bad_input, commands)
{
    EXPECT_BAD({"frobnicate", "frobnicate"}, {"no command", ""}, {"\"list\"", "lisst"}, {"list", "list"},
               {"nosuch", "list nosuch"}, {"extra", "list pools extra"}, {"extra", "run extra"},
               {"nosuch", "help nosuch"}, {"plot", "plot"}, {"nosuch", "plot nosuch"},
               {"nosuch.json", "plot nosuch.json"});
}

CLI_TEST(bad_input, unknown_options)
{
    EXPECT_BAD({"--frob", "run --frob"}, {"--rounds", "run --roundz 3"}, {"-x", "run -x"},
               {"--rounds", "list --rounds 3 pools"}, {"--dry-run", "run --dry-run=yes"}, {"-p", "run -p"},
               {"--rounds", "run --rounds"}, {"twice", "run --rounds 3 --rounds 4"});
}

CLI_TEST(bad_input, pools)
{
    EXPECT_BAD({"nosuch", "run -p nosuch"}, {"\"steal\"", "run -p stael"}, {"twice", "run -p ring,ring"},
               {"\"\"", "run -p ring,"}, {"\"\"", "run -p ''"});
}

CLI_TEST(bad_input, workloads)
{
    EXPECT_BAD({"nosuch", "run -w nosuch"}, {"banana", "run -w cpu:size=banana"}, {"nosuch", "run -w cpu:nosuch=1"},
               {"\"empty\"", "run -w empyt"}, {"normal", "run -w cpu:dist=normal"}, {"twice", "run -w cpu -w cpu"},
               {"0", "run -w empty:batch=0"}, {"99s", "run -w cpu:size=99s"});
}

CLI_TEST(bad_input, workers)
{
    EXPECT_BAD({"0", "run -t 0"}, {"-1", "run -t -1"}, {"99999999999999999999", "run -t 99999999999999999999"},
               {"1025", "run -t 1025"}, {"two", "run -t two"}, {"1.5", "run -t 1.5"}, {"twice", "run -t 1,1"},
               {"\"\"", "run -t 1,,2"});
}

CLI_TEST(bad_input, numbers)
{
    EXPECT_BAD({"0", "run --producers 0"}, {"x", "run --producers x"}, {"0", "run --capacity 0"},
               {"-5", "run --capacity -5"}, {"17M", "run --capacity 17M"}, {"1k1", "run --capacity 1k1"},
               {"0", "run --rounds 0"}, {"many", "run --rounds many"}, {"-1", "run --seed -1"},
               {"seed", "run --seed seed"}, {"10001", "run --rounds 10001"});
}

CLI_TEST(bad_input, times)
{
    EXPECT_BAD({"5", "run --budget 5"}, {"soon", "run --budget soon"}, {"0s", "run --budget 0s"},
               {"-1s", "run --budget -1s"}, {"1", "run --full-timeout 1"}, {"-1ms", "run --full-timeout -1ms"},
               {"2", "run --spin 2"}, {"2s", "run --spin 2s"});
}

CLI_TEST(bad_input, policies_placements_and_formats)
{
    EXPECT_BAD({"sideways", "run --full sideways"}, {"\"block\"", "run --full blok"}, {"nowhere", "run --pin nowhere"},
               {"4095", "run --pin 4095"}, {"numa:77", "run --pin numa:77"}, {"yaml", "run --format yaml"},
               {"\"json\"", "run --format jsn"});
}

CLI_TEST(bad_input, output_files)
{
    EXPECT_BAD({"/nonexistent/dir/x.json", "run -o /nonexistent/dir/x.json -p inline -w empty"},
               {"/tmp", "run -o /tmp"}, {"/tmp/", "run -o /tmp/"}, {"-o", "run -o ''"},
               {"/dev/null", "run -o /dev/null"});
}

CLI_TEST(bad_input, a_file_that_is_no_result_is_not_overwritten)
{
    char text[64] = "";
    cr_assert(system("echo 'my thesis' >thesis.txt; echo '{\"program\": \"other\"}' >other.json") == 0);
    cr_assert(run("run -p mutex -w empty -t 1 --rounds 1 --budget 10ms -o thesis.txt") == 2 && lines(err) == 1);
    cr_assert(strstr(err, "thesis.txt") && strstr(err, "no result of poolbench"), "%s", err);
    slurp("thesis.txt", text, sizeof text);
    cr_assert(!strcmp(text, "my thesis\n"));
    cr_assert(run("run -p mutex -w empty -t 1 --rounds 1 --budget 10ms -o other.json") == 2);
    cr_assert(run("limits -o thesis.txt") == 2 && run("check -p mutex -f late-add -o other.json") == 2);
    /* Its own, and what holds nothing, may be replaced. */
    cr_assert(system(": >empty.json") == 0);
    cr_assert(run("run -p mutex -w empty -t 1 --rounds 1 --budget 10ms --no-figures -o empty.json") == 0, "%s", err);
    cr_assert(run("run -p mutex -w empty -t 1 --rounds 1 --budget 10ms --no-figures -o empty.json") == 0, "%s", err);
    cr_assert(run("check -p mutex -f late-add -o check.json") == 0, "%s", err);
    cr_assert(run("check -p mutex -f late-add -o check.json") == 0, "%s", err);
}

CLI_TEST(bad_input, until)
{
    EXPECT_BAD({"--until x", "run --until x"}, {"--until 0", "run --until 0%"}, {"--until 101", "run --until 101%"},
               {"--until", "sweep --slo p99=5ms -w burst:of=cpu --until 2%"});
}

/* Whatever the machine does, it says what came of it. */
CLI_TEST(result, until_says_how_narrow_the_intervals_are)
{
    cr_assert(run("run -p mutex -w empty -t 1 --until 100% --budget 2s --no-figures -o a.json") == 0, "%s", err);
    cr_assert(strstr(err, "\nuntil    "), "%s", err);
    cr_assert(run("run -p mutex -w empty -t 1 --until 0.0001% --rounds 7 --budget 2s --no-figures -o b.json") == 0);
    cr_assert(strstr(err, "\nuntil    not reached: ") || strstr(err, "\nuntil    cannot tell: "), "%s", err);
}

CLI_TEST(bad_input, results)
{
    EXPECT_BAD(
        {"sideways", "run -w slow-consumer --results sideways"}, {"\"block\"", "run -w slow-consumer --results blok"},
        {"twice", "run -w slow-consumer --results drop,drop"}, {"slow-consumer", "run -w empty --results block"},
        {"slow-consumer", "run --results block"}, {"0", "run -w slow-consumer --results-capacity 0"},
        {"x", "run -w slow-consumer --results-capacity x"}, {"twice", "run -w slow-consumer --results-capacity 4,4"},
        {"--results-capacity", "run -w cpu --results-capacity 4"},
        {"throttle", "run -w slow-consumer --results throttle --full drop-oldest"});
}

CLI_TEST(bad_input, parameters_of_workloads)
{
    EXPECT_BAD({"\"file\"", "run -w io:op=fle"}, {"port", "run -w io:op=socket,port=65536"},
               {"writes", "run -w io:op=file,writes=101"}, {"cpu", "run -w io:cpu=20"},
               {"bytes", "run -w io:bytes=65537"}, {"take", "run -w slow-consumer:take=1"},
               {"dies", "run -w slow-consumer:dies=-1"}, {"jobs", "run -w cancel:jobs=deaf"},
               {"n=17", "run -w tree:op=queens,n=17"}, {"shape", "run -w tree:shape=T9"},
               {"\"fob\"", "run -w tree:fob"}, {"look", "run -w cancel:look=0ns"},
               {"\"pause\"", "run -w slow-consumer:paus=1ms"});
}

/* The man page is made of these. */
CLI_TEST(words, each_command_says_its_exit_statuses)
{
    static const char *const commands[] = {"run",  "sweep",   "check",  "explain", "list",
                                           "plot", "compare", "limits", "topology"};
    char command[64];
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        snprintf(command, sizeof command, "help %s", commands[i]);
        cr_assert(run(command) == 0 && strstr(out, "Exit status: "), "%s", commands[i]);
    }
}

CLI_TEST(words, list_names_what_there_is)
{
    static const char *const pools[] = {"inline", "mutex", "ring", "spawn", "steal", "textbook"};
    char *line = out;
    cr_assert(run("list pools") == 0);
    for (int i = 0; i < 6; i++) {
        cr_assert(!strncmp(line, pools[i], strlen(pools[i])) && line[strlen(pools[i])] == ' ', "%s", line);
        line = strchr(line, '\n') + 1;
    }
    cr_assert(run("list workloads") == 0);
    cr_assert(!strncmp(out, "burst ", 6) && strstr(out, "\ncancel ") && strstr(out, "\ncpu ") &&
              strstr(out, "\nempty ") && strstr(out, "\nio ") && strstr(out, "\nslow-consumer ") &&
              strstr(out, "\nmemory ") && strstr(out, "\ntree ") && strstr(out, "\nwakeup "));
}

CLI_TEST(words, help_and_version)
{
    cr_assert(run("--help") == 0 && strstr(out, "usage:") && !*err);
    cr_assert(run("help run") == 0 && strstr(out, "--rounds N") && strstr(out, "size=1us"));
    cr_assert(run("run --help") == 0 && strstr(out, "--dry-run"));
    cr_assert(run("list --help") == 0 && run("plot -h") == 0 && run("help") == 0);
    cr_assert(run("--version") == 0 && strstr(out, "poolbench ") && strstr(out, "hwloc ") && strstr(out, "flags"));
    cr_assert(files_here() == 0);
}

CLI_TEST(words, dry_run_measures_and_writes_nothing)
{
    cr_assert(run("run --dry-run") == 0);
    cr_assert(strstr(out, "ring/empty/t1") && strstr(out, "textbook/cpu:size=1us/") && strstr(out, "about"), "%s", out);
    cr_assert(strstr(out, "steal/io:op=file/") && strstr(out, "spawn/slow-consumer:") && strstr(out, "/throttle-8") &&
              strstr(out, "mutex/cancel:jobs=poll/"));
    cr_assert(files_here() == 0);
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

/* What a folder for temporary files holds. */
static int files_in(const char *path)
{
    DIR *there = opendir(path);
    int count = -2;
    cr_assert(there);
    while (readdir(there))
        count++;
    closedir(there);
    return count;
}

CLI_TEST(temporary_files, a_full_disk_is_said_and_nothing_stays)
{
    int status;
    cr_assert(mkdir("tmp", 0700) == 0);
    snprintf(out, sizeof out,
             "ulimit -f 512; TMPDIR=$PWD/tmp %s run -p mutex -w io:op=file -t 1 --rounds 1 --budget 20ms --no-figures "
             "-o r.json >out 2>err",
             program);
    status = system(out);
    slurp("err", err, sizeof err);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 3, "%x: %s", status, err);
    cr_assert(strstr(err, "/tmp") && strstr(err, "TMPDIR") && strstr(err, "too large"), "%s", err);
    cr_assert(files_in("tmp") == 0);
}

CLI_TEST(temporary_files, a_folder_that_is_not_there_is_said)
{
    cr_assert(setenv("TMPDIR", "/nonexistent/folder", 1) == 0);
    cr_assert(run("run -p mutex -w io:op=file -t 1 --rounds 1 --budget 20ms --no-figures -o x.json") == 3);
    cr_assert(strstr(err, "/nonexistent/folder") && strstr(err, "TMPDIR"), "%s", err);
}

CLI_TEST(temporary_files, are_gone_after_an_interrupt_and_after_a_kill)
{
    static const int signals[] = {SIGINT, SIGKILL};
    cr_assert(mkdir("tmp", 0700) == 0);
    for (int i = 0; i < 2; i++) {
        int status;
        pid_t child = fork();
        if (child == 0) {
            cr_assert(freopen("/dev/null", "w", stdout) && freopen("/dev/null", "w", stderr));
            setenv("TMPDIR", "tmp", 1);
            execl(program, "poolbench", "run", "-p", "mutex", "-w", "io:op=file", "-t", "1", "--rounds", "1000",
                  "--budget", "1000s", "--no-figures", "-o", "kept.json", NULL);
            _exit(127);
        }
        sleep(2);
        kill(child, signals[i]);
        cr_assert(waitpid(child, &status, 0) == child);
        cr_assert(signals[i] == SIGKILL || (WIFEXITED(status) && WEXITSTATUS(status) == 130), "status %x", status);
        cr_assert(files_in("tmp") == 0);
    }
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
    cr_assert(system("bash run.sh 3>status 2>/dev/null") == 0 || true);
    FILE *answer = fopen("status", "r");
    cr_assert(answer && fscanf(answer, "%d", &status) == 1);
    fclose(answer);
    snprintf(shell, sizeof shell, "/tmp/%s.err", folder + 5);
    slurp(shell, err, sizeof err);
    unlink(shell);
    cr_assert(status == 1 && strstr(err, "r.json"), "status %d: %s", status, err);
    cr_assert(stat("r.json", &info) != 0 && errno == ENOENT);
    cr_assert(files_here() == 2, "something is left"); /* run.sh and status */
}

CLI_TEST(result, ctrl_c_keeps_what_was_measured)
{
    int status;
    struct stat info;
    pid_t child = fork();
    if (child == 0) {
        cr_assert(freopen("/dev/null", "w", stdout) && freopen("/dev/null", "w", stderr));
        setpgid(0, 0);
        execl(program, "poolbench", "run", "-p", "mutex", "-w", "cpu:size=1us", "-t", "1", "--rounds", "1000",
              "--budget", "1000s", "--no-figures", "-o", "kept.json", NULL);
        _exit(127);
    }
    sleep(4);
    kill(child, SIGINT);
    cr_assert(waitpid(child, &status, 0) == child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 130, "status %x", status);
    cr_assert(stat("kept.json", &info) == 0 && info.st_size > 500);
    cr_assert(files_here() == 1);
}

/* bash completes commands, and what can be named. */
CLI_TEST(completion, names_what_there_is)
{
    char command[16384];
    snprintf(command, sizeof command,
             "cp $(dirname %s)/docs/poolbench.bash . && bash -c '. ./poolbench.bash; t() { COMP_WORDS=(\"$@\"); "
             "COMP_CWORD=$(($#-1)); "
             "_poolbench; echo \"${COMPREPLY[*]}\"; }; t %s li; t %s run -p ri; t %s run -p ring,mu; t %s check -f "
             "late' >o; "
             "rm poolbench.bash",
             program, program, program, program, program);
    cr_assert(system(command) == 0);
    slurp("o", out, sizeof out);
    cr_assert(!strcmp(out, "list limits\nring\nring,mutex\nlate-add\n"), "%s", out);
    remove("o");
}
