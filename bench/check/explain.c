/* explain.c - see explain.h. */
#include "bench/check/explain.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/check/check.h"
#include "bench/check/program.h"
#include "bench/check/scratch.h"
#include "bench/commands/options.h"
#include "bench/commands/options_set.h"
#include "bench/json/utf8.h"
#include "bench/machine/tool.h"
#include "bench/show/help_text.h"
#include "bench/show/progress.h"
#include "workloads/core/units.h"

enum { ANSWER = 256, RUN, UNDER, REPEAT, LIMIT, FORMAT, REPEAT_MAX = 10000, PATH = 4400, WIDTH = 96, OUTPUT = 32768 };

struct explain {
    const struct fault *fault; /* NULL: the list */
    bool help, answer, run, tsv;
    enum program_tool tool;
    int repeat;
    int64_t limit_ns;
    char sources[PATH]; /* the folder */
};

static const struct option longs[] = {
    {"answer", no_argument, NULL, ANSWER},     {"run", no_argument, NULL, RUN},
    {"under", required_argument, NULL, UNDER}, {"repeat", required_argument, NULL, REPEAT},
    {"limit", required_argument, NULL, LIMIT}, {"format", required_argument, NULL, FORMAT},
    {"help", no_argument, NULL, 'h'},          {0}};

static void help(FILE *out)
{
    help_text(
        out,
        "poolbench explain [BUG] [options]: the known bugs of worker pools, to read and to run\n\n"
        "Each is a small C program in two versions, wrong and right: pthreads and a small bounded\n"
        "channel, no pool of ours. Read the wrong one, guess what is seen of it, then look.\n\n"
        "  poolbench explain                            the bugs, a line each\n"
        "  poolbench explain late-add                   the wrong program, and a question\n"
        "  poolbench explain late-add --answer          symptom, diagnosis, and the fix as a diff\n"
        "  poolbench explain late-add --run             runs both versions here, and says what was seen\n"
        "  poolbench explain late-add --under helgrind  the same, under a detector\n\n"
        "Exit status: 0 good; 2 wrong usage, or stdout could not be written; 3 no compiler, or no such detector here; "
        "130 interrupted.\n\n"
        "      --answer         what is seen, why, and what helps\n"
        "      --run            compile both versions and run them, in bounds\n"
        "      --under TOOL     as --run, under tsan, asan, helgrind or drd\n"
        "      --repeat N       run each N times, and count what was seen (default: 1)\n"
        "      --limit TIME     of a run that neither ends nor is proved to hang (default: 5s)\n"
        "      --format FORMAT  of the counts: text or tsv (default: text)\n"
        "  -h, --help           this help\n");
}

/* The command line. */

static int set_under(struct explain *explain, const char *text, struct why why)
{
    for (int i = PROGRAM_TSAN; i < PROGRAM_TOOLS; i++) {
        if (!strcmp(text, program_tool_name((enum program_tool)i))) {
            explain->tool = (enum program_tool)i;
            explain->run = true;
            return 0;
        }
    }
    return why_wrong(why, "--under \"%s\": must be tsan, asan, helgrind or drd", text);
}

static int set(struct explain *explain, int letter, const char *value, struct why why)
{
    static const int64_t least_ns = 50000000, most_ns = 600000000000;
    int64_t number;
    switch (letter) {
    case ANSWER:
        explain->answer = true;
        return 0;
    case RUN:
        explain->run = true;
        return 0;
    case UNDER:
        return set_under(explain, value, why);
    case REPEAT:
        if (units_count(value, &number) || number < 1 || number > REPEAT_MAX)
            return why_wrong(why, "--repeat \"%s\": must be a number from 1 to %d", value, REPEAT_MAX);
        explain->repeat = (int)number;
        return 0;
    case LIMIT:
        if (units_time(value, &explain->limit_ns) || explain->limit_ns < least_ns || explain->limit_ns > most_ns)
            return why_wrong(why, "--limit \"%s\": must be a time from 50ms to 10min", value);
        return 0;
    case FORMAT:
        explain->tsv = !strcmp(value, "tsv");
        return explain->tsv || !strcmp(value, "text") ? 0
                                                      : why_wrong(why, "--format \"%s\": must be text or tsv", value);
    default:
        explain->help = true;
        return 0;
    }
}

static int set_fault(struct explain *explain, const char *name, struct why why)
{
    const char *names[CHECK_FAULTS_MAX];
    int count = 0;
    for (int i = 0; i < fault_count(); i++)
        if (fault_is_known(fault_at(i)))
            names[count++] = fault_at(i)->name;
    if (explain->fault)
        return why_wrong(why, "explain: what is \"%s\"? (one bug at a time)", name);
    explain->fault = fault_find(name);
    if (explain->fault && !fault_is_known(explain->fault))
        return why_wrong(why, "explain: \"%s\" has no program; poolbench check -f %s -v explains it", name, name);
    return explain->fault ? 0 : why_wrong_name(why, "no bug", name, "bugs: ", names, count);
}

static int parse(struct explain *explain, int argc, char **argv, struct why why)
{
    int letter;
    *explain = (struct explain){.repeat = 1, .limit_ns = 5000000000};
    opterr = 0;
    while ((letter = getopt_long(argc, argv, ":h", longs, NULL)) != -1) {
        if (letter == '?')
            return why_wrong(why, "explain has no option \"%.60s\" (see: poolbench explain --help)", argv[optind - 1]);
        if (letter == ':')
            return why_wrong(why, "explain: %.60s wants a value (see: poolbench explain --help)", argv[optind - 1]);
        if (set(explain, letter, optarg, why))
            return -EINVAL;
    }
    for (; optind < argc; optind++)
        if (set_fault(explain, argv[optind], why))
            return -EINVAL;
    if (!explain->fault && (explain->answer || explain->run))
        return why_wrong(why, "explain: which bug? (poolbench explain lists them)");
    return 0;
}

/* What is printed. */

static void paragraph(const char *name, const char *text)
{
    int used = 0;
    printf("%-10s ", name);
    while (*text) {
        int word = (int)strcspn(text, " ");
        if (used && used + 1 + word > WIDTH - 11) {
            printf("\n%11s", "");
            used = 0;
        }
        printf("%s%.*s", used ? " " : "", word, text);
        used += word + (used ? 1 : 0);
        text += word;
        text += strspn(text, " ");
    }
    putchar('\n');
}

static int print_source(const struct explain *explain, bool right)
{
    char path[PATH + 300], line[512];
    FILE *file;
    program_source(explain->fault, right, explain->sources, path, sizeof path);
    file = fopen(path, "re");
    if (!file)
        return fprintf(stderr, "poolbench: cannot read %s: %s\n", path, strerror(errno)), EXIT_CANNOT;
    while (fgets(line, sizeof line, file))
        printf("    %s", line);
    fclose(file);
    return EXIT_GOOD;
}

static int print_question(const struct explain *explain)
{
    const char *name = explain->fault->name;
    int status;
    printf("%s: %s\n\n", name, explain->fault->summary);
    status = print_source(explain, false);
    if (status == EXIT_GOOD)
        printf("\nIt is wrong. What is seen of it: a crash, a hang, a wrong answer, a leak, or nothing?\n"
               "What it is made of: %s/channel.h. Then:\n"
               "  poolbench explain %s --answer\n"
               "  poolbench explain %s --run\n",
               explain->sources, name, name);
    return status;
}

static int print_diff(const struct explain *explain)
{
    char wrong[PATH + 300], right[PATH + 300], labels[2][128], text[OUTPUT];
    char *const words[] = {"diff", "-u", "--label", labels[0], "--label", labels[1], wrong, right, NULL};
    struct tool diff = {.words = words, .stop = &check_stop};
    int status = 0, error;
    ssize_t length;
    program_source(explain->fault, false, explain->sources, wrong, sizeof wrong);
    program_source(explain->fault, true, explain->sources, right, sizeof right);
    snprintf(labels[0], sizeof labels[0], "%s-wrong.c", explain->fault->name);
    snprintf(labels[1], sizeof labels[1], "%s-right.c", explain->fault->name);
    diff.out = memfd_create("diff", MFD_CLOEXEC);
    error = diff.out < 0 ? -errno : tool_run(&diff, &status);
    length = error || !WIFEXITED(status) || WEXITSTATUS(status) > 1 ? -1 : pread(diff.out, text, sizeof text, 0);
    if (diff.out >= 0)
        close(diff.out);
    if (error == -EINTR)
        return EXIT_INTERRUPTED;
    if (error == -ENOENT)
        return fprintf(stderr, "poolbench: no diff here (apt-get install diffutils)\n"), EXIT_CANNOT;
    if (length < 0)
        return fprintf(stderr, "poolbench: diff failed: %s\n",
                       error ? strerror(-error) : "it could not read the programs"),
               EXIT_CANNOT;
    fwrite(text, 1, (size_t)length, stdout);
    return EXIT_GOOD;
}

static int print_answer(const struct explain *explain)
{
    const struct fault *fault = explain->fault;
    printf("%s: %s\n\n", fault->name, fault->summary);
    paragraph("symptom", fault->symptom);
    paragraph("the bug", fault->bug);
    paragraph("diagnosis", fault->diagnosis);
    paragraph("remedy", fault->remedy);
    printf("\nThe fix:\n\n");
    return print_diff(explain);
}

/* Runs. */

struct counts {
    int seen[PROGRAM_SEENS];
    struct program_run shown; /* the first run in which something was seen, else the first */
};

static int run_version(const struct explain *explain, bool right, const char *folder, struct counts *counts)
{
    char source[PATH + 300], out[PATH], why[1024] = "";
    int error;
    program_source(explain->fault, right, explain->sources, source, sizeof source);
    snprintf(out, sizeof out, "%.4000s/%s", folder, right ? "right" : "wrong");
    error = program_compile(source, explain->tool, folder, out, why, sizeof why);
    if (error == -EINTR)
        return error;
    if (error)
        return fprintf(stderr, "poolbench: %s\n", why), error;
    for (int i = 0; i < explain->repeat; i++) {
        struct program_run run;
        error = program_run(out, explain->tool, folder, explain->limit_ns, &run);
        if (error)
            return error == -EINTR ? error
                                   : (fprintf(stderr, "poolbench: cannot run it: %s\n", strerror(-error)), error);
        if (!i || (run.seen != PROGRAM_NOTHING && counts->seen[PROGRAM_NOTHING] == i))
            counts->shown = run;
        counts->seen[run.seen]++;
        if (explain->repeat > 1)
            progress_tell(right ? "right" : "wrong", i + 1, explain->repeat, NAN);
    }
    return 0;
}

/* Some lines of what a program said. */
static void print_said(const char *text)
{
    enum { LINES = 14 };
    for (int i = 0; *text && i < LINES; i++) {
        int length = (int)strcspn(text, "\n");
        printf("      | %.*s\n", length < 110 ? length : 110, text);
        text += length + (text[length] == '\n');
    }
    if (*text)
        printf("      | ...\n");
}

static void print_counts(const struct explain *explain, bool right, const struct counts *counts)
{
    const struct program_run *run = &counts->shown;
    char time[32];
    printf("  %s  ", right ? "right" : "wrong");
    if (explain->repeat == 1) {
        printf("%s", program_seen_name(run->seen));
        if (run->seen == PROGRAM_CRASH)
            printf(": signal %d (%s)", run->signal, strsignal(run->signal));
        if (run->seen == PROGRAM_HANG)
            printf(": all its threads sleep, and nothing can wake one");
        if (run->seen == PROGRAM_REPORT)
            printf(" of %s", program_tool_name(explain->tool));
        printf(", after %s\n", units_time_text((double)run->took_ns, time, sizeof time));
    } else {
        printf("%d of %d show", explain->repeat - counts->seen[PROGRAM_NOTHING], explain->repeat);
        for (int i = PROGRAM_CRASH; i < PROGRAM_SEENS; i++)
            if (counts->seen[i])
                printf("; %s %d", program_seen_name((enum program_seen)i), counts->seen[i]);
        putchar('\n');
    }
    print_said(run->text);
}

static void print_tsv(const struct explain *explain, const struct counts *counts)
{
    for (int right = 0; right < 2; right++) {
        printf("%s\t%s\t%s\t%d\t%d", explain->fault->name, right ? "right" : "wrong", program_tool_name(explain->tool),
               explain->repeat - counts[right].seen[PROGRAM_NOTHING], explain->repeat);
        for (int i = PROGRAM_CRASH; i < PROGRAM_SEENS; i++)
            printf("\t%d", counts[right].seen[i]);
        putchar('\n');
    }
}

static int run_both(const struct explain *explain)
{
    struct counts counts[2] = {0};
    struct scratch scratch;
    int error = scratch_open(&scratch);
    if (error == -EAGAIN)
        return fprintf(stderr, "poolbench: no process for the programs (ulimit -u, or pids.max of a container)\n"),
               EXIT_CANNOT;
    if (error)
        return fprintf(stderr, "poolbench: no folder for the programs in %s (TMPDIR): %s\n",
                       getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", strerror(-error)),
               EXIT_CANNOT;
    progress_begin("run");
    for (int right = 0; right < 2 && !error; right++)
        error = run_version(explain, right, scratch.path, &counts[right]);
    progress_end();
    scratch_close(&scratch);
    if (error)
        return error == -EINTR ? EXIT_INTERRUPTED : EXIT_CANNOT;
    if (explain->tsv) {
        print_tsv(explain, counts);
        return EXIT_GOOD;
    }
    printf("%s, %s\n", explain->fault->name,
           explain->tool == PROGRAM_PLAIN ? "as it is" : program_tool_name(explain->tool));
    print_counts(explain, false, &counts[0]);
    print_counts(explain, true, &counts[1]);
    return EXIT_GOOD;
}

static int act(const struct explain *explain)
{
    int status = EXIT_GOOD;
    if (!explain->answer && !explain->run)
        return print_question(explain);
    if (explain->answer)
        status = print_answer(explain);
    if (explain->answer && explain->run)
        putchar('\n');
    return status == EXIT_GOOD && explain->run ? run_both(explain) : status;
}

int explain_command(int argc, char **argv)
{
    struct explain explain;
    char text[1024] = "";
    if (parse(&explain, argc, argv, (struct why){text, sizeof text}))
        return fprintf(stderr, "poolbench: %s\n", utf8_plain(text, false)), EXIT_USAGE;
    if (explain.help)
        return help(stdout), EXIT_GOOD;
    if (!explain.fault)
        return check_list_known(stdout), EXIT_GOOD;
    if (program_find(explain.sources, sizeof explain.sources))
        return fprintf(stderr, "poolbench: the programs were not found: %s\n", explain.sources), EXIT_CANNOT;
    return act(&explain);
}
