/* run.c - see run.h: from options to a plan, from trials to a result. */
#include "bench/run.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench/figures.h"
#include "bench/machine.h"
#include "bench/progress.h"
#include "bench/report.h"
#include "bench/result.h"
#include "bench/round.h"

/* Where the result goes. */
struct target {
    char path[4096];
    char figures[4096]; /* the folder */
};

static void on_interrupt(int number)
{
    (void)number;
    round_interrupted = round_interrupted + 1;
}

/* The product of pools, workloads and workers. The floor knows no workers, so
 * that it is measured once for each workload, asked for or not. */
static int plan_make(const struct options *options, struct plan *plan)
{
    const struct pool_ops *floor = pool_find("inline");
    int most = options->workload_count * (options->worker_count * options->pool_count + 1);
    *plan = (struct plan){.rounds = options->rounds, .budget_ns = options->budget_ns, .seed = (uint64_t)options->seed};
    plan->entries = calloc((size_t)most, sizeof *plan->entries);
    if (!plan->entries)
        return -ENOMEM;
    for (int w = 0; w < options->workload_count; w++) {
        for (int t = 0; t < options->worker_count; t++) {
            bool floor_asked = false;
            for (int p = 0; p <= options->pool_count; p++) {
                const struct pool_ops *pool = p < options->pool_count ? options->pools[p] : floor;
                struct plan_entry *entry = &plan->entries[plan->count];
                if (pool == floor && (t > 0 || floor_asked || !floor))
                    continue;
                floor_asked = floor_asked || pool == floor;
                *entry = (struct plan_entry){
                    .pool = pool, .workload = options->workloads[w], .workers = options->workers[t],
                    .producers = options->producers, .capacity = (size_t)options->capacity, .full = options->full,
                    .full_timeout_ns = options->full_timeout_ns, .spin_ns = options->spin_ns,
                    .floor = p == options->pool_count,
                };
                snprintf(entry->pin, sizeof entry->pin, "%s", options->pin);
                if (entry->floor && entry->full == POOL_DROP_OLDEST)
                    entry->full = POOL_BLOCK; /* nothing is ever full there */
                plan->count++;
            }
        }
    }
    return 0;
}

/* Refuses to measure what a pool cannot do, and says so. Returns how many of
 * the asked-for configurations are left. */
static int plan_drop_unsupported(struct plan *plan)
{
    int kept = 0, asked = 0;
    for (int i = 0; i < plan->count; i++) {
        const char *why = plan_unsupported(&plan->entries[i]);
        char name[192];
        if (why) {
            fprintf(stderr, "poolbench: %s: not supported: %s\n", plan_name(&plan->entries[i], name, sizeof name), why);
            continue;
        }
        asked += !plan->entries[i].floor;
        plan->entries[kept++] = plan->entries[i];
    }
    plan->count = kept;
    return asked;
}

static void dry_run(const struct plan *plan)
{
    char name[192];
    for (int i = 0; i < plan->count; i++)
        printf("%s%s\n", plan_name(&plan->entries[i], name, sizeof name), plan->entries[i].floor ? "  (floor)" : "");
    printf("%d configurations, %d rounds, seed %llu: about %.0f s\n", plan->count, plan->rounds,
           (unsigned long long)plan->seed, round_estimate_s(plan));
}

/* Chooses names, and sees to it that they can be written before time is spent. */
static int target_choose(const struct options *options, struct target *target)
{
    if (options->out) {
        snprintf(target->path, sizeof target->path, "%s", options->out);
    } else {
        char date[32], names[64] = "", *end;
        time_t now = time(NULL);
        struct tm utc;
        if (mkdir("results", 0755) && errno != EEXIST)
            return fprintf(stderr, "poolbench: cannot make the folder results here: %s (choose a file with -o)\n",
                           strerror(errno)), EXIT_USAGE;
        if (access("results", W_OK | X_OK))
            return fprintf(stderr, "poolbench: cannot write to the folder results: %s (choose a file with -o)\n",
                           strerror(errno)), EXIT_USAGE;
        strftime(date, sizeof date, "%Y-%m-%dT%H-%M-%SZ", gmtime_r(&now, &utc));
        for (int i = 0; i < options->workload_count; i++)
            if (!strstr(names, options->workloads[i].ops->name) && strlen(names) < 40)
                snprintf(names + strlen(names), sizeof names - strlen(names), "-%s", options->workloads[i].ops->name);
        snprintf(target->path, sizeof target->path, "results/%s%s.json", date, names);
        end = target->path + strlen(target->path) - strlen(".json");
        for (int n = 2; !access(target->path, F_OK) && n < 1000; n++) /* never over another run's */
            sprintf(end, "-%d.json", n);
    }
    snprintf(target->figures, sizeof target->figures, "%s", target->path);
    if (strlen(target->figures) > 5 && !strcmp(target->figures + strlen(target->figures) - 5, ".json"))
        target->figures[strlen(target->figures) - 5] = '\0';
    else
        strcat(target->figures, "-figures");
    return EXIT_GOOD;
}

/* Progress and gathering. */

struct gathering {
    const struct plan *plan;
    json_t *result;
};

static void on_trial(void *context, json_t *trial)
{
    struct gathering *gathering = context;
    const char *why = json_string_value(json_object_get(trial, "failure"));
    char name[192];
    result_add_trial(gathering->result, trial);
    if (!why)
        return;
    progress_end();
    fprintf(stderr, "poolbench: %s: %s\n",
            plan_name(&gathering->plan->entries[json_integer_value(json_object_get(trial, "configuration"))], name,
                      sizeof name),
            why);
}

static void on_round(void *context, json_t *noise)
{
    result_add_round(((struct gathering *)context)->result, noise);
}

static void on_running(void *context, int configuration, int round, int rounds, double left_s)
{
    struct gathering *gathering = context;
    char name[192];
    progress_tell(plan_name(&gathering->plan->entries[configuration], name, sizeof name), round, rounds, left_s);
}

static int measure(const struct plan *plan, json_t *result)
{
    struct gathering gathering = {plan, result};
    struct round_events events = {on_trial, on_round, on_running, &gathering};
    struct sigaction action = {.sa_handler = on_interrupt}, before;
    int error;
    sigaction(SIGINT, &action, &before);
    progress_begin();
    error = round_run(plan, &events);
    progress_end();
    sigaction(SIGINT, &before, NULL);
    return error;
}

/* How many configurations that were asked for have a trial. */
static int measured(const json_t *result)
{
    json_t *configuration;
    size_t i;
    int count = 0;
    json_array_foreach(json_object_get(result, "configurations"), i, configuration)
        count += json_array_size(json_object_get(configuration, "trials")) > 0;
    return count;
}

static void announce(const struct plan *plan)
{
    char machine[512];
    fprintf(stderr, "machine  %s   seed %llu\n", machine_text(machine, sizeof machine), (unsigned long long)plan->seed);
    fprintf(stderr, "plan     %d configurations x %d rounds, shuffled; about %.0f s\n", plan->count, plan->rounds,
            round_estimate_s(plan));
}

static void print_result(const struct options *options, const json_t *result)
{
    const char *no_colour = getenv("NO_COLOR");
    char noise[160];
    if (options->format == OPTIONS_JSON) {
        json_dumpf(result, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
        putchar('\n');
    } else if (options->format == OPTIONS_CSV) {
        result_csv(result, stdout);
    } else {
        putchar('\n');
        report_table(result, stdout, isatty(STDOUT_FILENO) && !(no_colour && *no_colour));
        printf("noise    %s\n", report_noise(result, noise, sizeof noise));
    }
}

/* Saves and draws; says where on stderr, or on stdout beside a table. */
static int keep(const struct options *options, const json_t *result, const struct target *target)
{
    FILE *say = options->format == OPTIONS_TABLE ? stdout : stderr;
    int error = result_write(result, target->path);
    if (error) {
        fprintf(stderr, "poolbench: could not write %s: %s\n", target->path, strerror(-error));
        return EXIT_BAD;
    }
    fprintf(say, "saved    %s\n", target->path);
    if (options->no_figures)
        return EXIT_GOOD;
    error = figures_write(target->path, target->figures, stderr);
    if (!error)
        fprintf(say, "figures  %s/*.svg, *.png\n", target->figures);
    return EXIT_GOOD; /* figures that cannot be drawn lose nothing; figures_write said why */
}

int run_command(const struct options *options, int argc, char **argv)
{
    struct plan plan;
    struct target target;
    json_t *result;
    int status, failed, error;

    if (plan_make(options, &plan))
        return fprintf(stderr, "poolbench: out of memory\n"), EXIT_BAD;
    if (!plan_drop_unsupported(&plan)) {
        free(plan.entries);
        return EXIT_CANNOT;
    }
    if (options->dry_run) {
        dry_run(&plan);
        free(plan.entries);
        return EXIT_GOOD;
    }
    status = target_choose(options, &target);
    if (status) {
        free(plan.entries);
        return status;
    }
    announce(&plan);
    result = result_new(&plan, argc, argv);
    error = measure(&plan, result);
    failed = result_summarise(result, error == -EINTR);
    if (error && error != -EINTR) {
        fprintf(stderr, "poolbench: could not start a round's process: %s\n", strerror(-error));
        status = EXIT_BAD;
    } else if (!measured(result)) {
        fprintf(stderr, "poolbench: nothing was measured\n");
        status = error ? EXIT_INTERRUPTED : EXIT_BAD;
    } else {
        print_result(options, result);
        status = keep(options, result, &target);
        if (!status && fflush(stdout))
            status = EXIT_BAD;
        if (failed)
            status = EXIT_BAD;
        if (error)
            status = EXIT_INTERRUPTED;
    }
    json_decref(result);
    free(plan.entries);
    return status;
}
