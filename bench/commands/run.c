/* run.c - see run.h: a plan is measured, and what came of it is kept and shown. */
#include "bench/commands/run.h"
#include "bench/commands/before.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/commands/changed.h"
#include "bench/commands/kept.h"
#include "bench/commands/recorded.h"
#include "bench/commands/report_page.h"
#include "bench/commands/suite.h"
#include "bench/commands/sweep.h"
#include "bench/commands/target.h"
#include "bench/figures/figures.h"
#include "bench/findings/answer.h"
#include "bench/findings/granularity.h"
#include "bench/findings/judged.h"
#include "bench/findings/kinship_figures.h"
#include "bench/findings/limit_share.h"
#include "bench/findings/noise.h"
#include "bench/findings/open_loop.h"
#include "bench/findings/placement.h"
#include "bench/findings/slo_judge.h"
#include "bench/findings/speedup.h"
#include "bench/json/must.h"
#include "bench/machine/interrupts.h"
#include "bench/machine/machine.h"
#include "bench/machine/probe.h"
#include "bench/measure/estimate.h"
#include "bench/measure/instrument.h"
#include "bench/measure/plugin.h"
#include "bench/measure/round.h"
#include "bench/results/result.h"
#include "bench/results/save.h"
#include "bench/show/progress.h"
#include "bench/show/run_show.h"
#include "bench/show/search_show.h"
#include "bench/show/terminal.h"
#include "pools/core/topology.h"
#include "workloads/core/units.h"

enum {
    PROBE_MS = 150, /* how long the machine is watched before a run */
};

static void on_interrupt(int number)
{
    (void)number;
    round_interrupted = round_interrupted + 1;
}

/* Says once for each pool and workload what will not be measured. */
static void say_skipped(const struct plan *plan)
{
    for (int i = 0; i < plan->skipped_count; i++) {
        const struct plan_entry *entry = &plan->skipped[i];
        bool said = false;
        for (int j = 0; j < i; j++)
            said =
                said || (plan->skipped[j].pool == entry->pool && plan->skipped[j].workload.ops == entry->workload.ops);
        if (!said)
            fprintf(stderr, "poolbench: %s/%s: %s%s\n", entry->pool->name, entry->workload.ops->name,
                    entry->floor ? "" : "not supported: ", plan_unsupported(entry));
    }
}

/* Says once for each workload what the user should know of it. */
static void say_warnings(const struct plan *plan)
{
    for (int i = 0; i < plan->count; i++) {
        const struct workload_spec *spec = &plan->entries[i].workload;
        char text[512];
        bool said = false;
        for (int j = 0; j < i; j++)
            said = said || !strcmp(plan->entries[j].workload.text, spec->text);
        if (!said && spec->ops->warn && spec->ops->warn(spec, text, sizeof text))
            fprintf(stderr, "poolbench: note: %s\n", text);
    }
}

/* How many of the configurations were asked for. */
static int asked(const struct plan *plan)
{
    int count = 0;
    for (int i = 0; i < plan->count; i++)
        count += !plan->entries[i].floor;
    return count;
}

/* "about 12 s", before anything has run. */
static const char *time_text(const struct options *options, const struct plan *plan, char *text, size_t size)
{
    if (options->search)
        snprintf(text, size, "at most about %.0f s", sweep_estimate_s(plan));
    else
        snprintf(text, size, "%sabout %.0f s%s", options->until > 0 ? "up to " : "", round_estimate_s(plan),
                 estimate_is_least(plan) ? ", or more: nobody timed these jobs of a plug-in" : "");
    return text;
}

static void dry_run(const struct options *options, const struct plan *plan)
{
    unsigned long long seed = plan->seed;
    char name[192], time[96];
    for (int i = 0; i < plan->count; i++)
        if (!options->search || !plan->entries[i].floor)
            printf("%s%s\n", plan_name(&plan->entries[i], name, sizeof name),
                   plan->entries[i].floor ? "  (floor)" : "");
    time_text(options, plan, time, sizeof time);
    if (options->search)
        printf("%d searches, %d rounds a probe, seed %llu: %s\n", asked(plan), plan->rounds, seed, time);
    else
        printf("%d configurations, %d rounds, seed %llu: %s\n", plan->count, plan->rounds, seed, time);
}

/* Progress and gathering. */

struct gathering {
    const struct plan *plan;
    json_t *result;
    double until; /* the width that is wanted, as a share; 0: none */
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

static bool is_enough(void *context)
{
    const struct gathering *gathering = context;
    int which, rounds;
    return plugin_changed() ||
           (gathering->until > 0 && judged_widest(gathering->result, &which, &rounds) <= gathering->until);
}

/* Whether the intervals are as narrow as was wanted; else how many rounds would do. */
static void say_until(const struct gathering *gathering)
{
    int which, rounds;
    double widest = judged_widest(gathering->result, &which, &rounds), needed;
    char name[192];
    if (which < 0)
        return;
    needed = ceil(rounds * pow(widest / gathering->until, 2)); /* widths shrink with the root */
    plan_name(&gathering->plan->entries[which], name, sizeof name);
    if (isnan(widest))
        fprintf(stderr, "until    cannot tell: %s has %d good rounds, an interval wants 6\n", name, rounds);
    else if (widest <= gathering->until)
        fprintf(stderr, "until    all intervals are within +-%.3g%% (the widest: %s, %.2g%%)\n", 100 * gathering->until,
                name, 100 * widest);
    else
        fprintf(stderr, "until    not reached: %s is +-%.3g%% after %d rounds; about %.0f would do%s\n", name,
                100 * widest, rounds, fmin(OPTIONS_ROUNDS_MAX, needed),
                needed > OPTIONS_ROUNDS_MAX ? ", or more: this machine is too noisy now" : " (--budget, --rounds)");
}

/* Fewer rounds than were wanted: why, and what helps. A round may take longer than its share of the
 * budget: what these took says what all will. */
static void say_stopped(const struct plan *plan, int rounds, double took_ns, int error)
{
    double budget_ns = fmax((double)plan->budget_ns, took_ns / plan->count);
    char budget[32];
    if (error == -EINTR)
        fprintf(stderr, "stopped  interrupted after %d of %d rounds; what was measured is kept\n", rounds,
                plan->rounds);
    else if (!error && rounds < plan->rounds && rounds)
        fprintf(stderr, "stopped  after %d of %d rounds: the budget is spent; --budget %s would do for all\n", rounds,
                plan->rounds,
                units_time_text(ceil(budget_ns / 1e9 * plan->rounds / rounds) * 1e9, budget, sizeof budget));
}

static int measure(const struct options *options, const struct plan *plan, json_t *result)
{
    struct gathering gathering = {plan, result, options->until};
    struct round_events events = {
        .trial = on_trial, .round = on_round, .running = on_running, .enough = is_enough, .context = &gathering};
    int64_t began_ns = workload_now_ns();
    int error;
    if (options->search)
        return sweep_search(plan, &options->slo, result);
    progress_begin("round");
    error = round_run(plan, &events);
    progress_end();
    if (plugin_changed())
        return error;
    if (options->until > 0 && !error)
        say_until(&gathering);
    else
        say_stopped(plan, (int)json_array_size(json_object_get(result, "rounds")),
                    (double)(workload_now_ns() - began_ns), error);
    return error;
}

/* How many configurations that were asked for have a trial. */
static int measured(const json_t *result)
{
    json_t *configuration;
    size_t i;
    int count = 0;
    json_array_foreach (json_object_get(result, "configurations"), i, configuration)
        count += json_array_size(json_object_get(configuration, "trials")) > 0;
    return count;
}

/* "over     workers 1, 2, 4": what a range was taken to be. */
static void announce_range(const char *what, const int64_t *numbers, int count)
{
    if (count < 2)
        return;
    fprintf(stderr, "over     %s ", what);
    for (int i = 0; i < count; i++)
        fprintf(stderr, "%s%lld", i ? ", " : "", (long long)numbers[i]);
    fputc('\n', stderr);
}

static void announce_ranges(const struct options *options)
{
    int64_t workers[OPTIONS_WORKERS_MAX], producers[OPTIONS_COUNTS_MAX];
    for (int i = 0; i < options->worker_count; i++)
        workers[i] = options->workers[i];
    for (int i = 0; i < options->producer_count; i++)
        producers[i] = options->producers[i];
    announce_range("workers", workers, options->worker_count);
    announce_range("producers", producers, options->producer_count);
    announce_range("capacity", options->capacities, options->capacity_count);
}

static void announce(const struct options *options, const struct plan *plan)
{
    char machine[512], time[96];
    time_text(options, plan, time, sizeof time);
    fprintf(stderr, "machine  %s   seed %llu\n", machine_text(machine, sizeof machine), (unsigned long long)plan->seed);
    if (options->search)
        fprintf(stderr, "plan     %d search%s; %s\n", asked(plan), asked(plan) == 1 ? "" : "es side by side", time);
    else
        fprintf(stderr, "plan     %d configuration%s x up to %d round%s, shuffled; %s\n", plan->count,
                plan->count == 1 ? "" : "s", plan->rounds, plan->rounds == 1 ? "" : "s", time);
    announce_ranges(options);
}

static void print_result(const struct options *options, const json_t *result)
{
    bool colour = terminal_colour(stdout);
    if (options->format == OPTIONS_JSON) {
        save_print(result, stdout);
    } else if (options->format == OPTIONS_CSV) {
        result_csv(result, stdout);
    } else {
        putchar('\n');
        run_show(result, stdout, colour);
        fflush(stdout); /* before what others print */
    }
}

/* What `make bench` runs: it is read, not looked up. */
static bool is_suite(const struct options *options)
{
    return options->command == OPTIONS_RUN && !options->workload_count;
}

static int page(const struct target *target, FILE *say)
{
    char path[4300];
    snprintf(path, sizeof path, "%s/index.html", target->figures);
    if (mkdir(target->figures, 0755) && errno != EEXIST) /* without gnuplot there is none */
        return fprintf(stderr, "poolbench: cannot make the folder %s: %s\n", target->figures, strerror(errno)),
               EXIT_UNWRITTEN;
    return report_page_of_run(target->path, path, say);
}

/* Draws; says where all is, on stdout beside a table, else on stderr. Returns the exit
 * status: figures that nobody can draw here (no gnuplot) are none that failed. */
static int draw(const struct options *options, const struct target *target, const char *history)
{
    FILE *say = options->format == OPTIONS_TABLE ? stdout : stderr;
    fprintf(say, "saved    %s\n%s", target->path, history);
    int error;
    if (options->no_figures)
        return EXIT_GOOD;
    fflush(say);
    error = figures_write(target->path, target->figures, stderr); /* says why */
    if (!error)
        fprintf(say, "figures  %s/*.svg, *.png; latencies hgrm/*.hgrm\n", target->figures);
    if (error && error != -ENOENT)
        return EXIT_UNWRITTEN;
    return is_suite(options) ? page(target, say) : EXIT_GOOD;
}

/* What follows from the trials. */
static void add_findings(json_t *result)
{
    speedup_add(result);
    placement_add(result);
    limit_share_add(result);
    granularity_add(result);
    answer_add(result);
    noise_add(result);
}

/* That most probes of a search break the promise is how it works; what was asked for is a rate. */
static int searches_status(const json_t *result)
{
    return search_show_count(result, "broken")        ? EXIT_BAD
           : search_show_count(result, "generator")   ? EXIT_CANNOT
           : search_show_count(result, "cannot tell") ? EXIT_UNDECIDED
                                                      : EXIT_GOOD;
}

static int promises_status(const struct options *options, const json_t *result)
{
    if (slo_count(result, "broken"))
        return EXIT_BAD;
    return options->undecided_fails && slo_count(result, "cannot tell") ? EXIT_UNDECIDED : EXIT_GOOD;
}

/* What is said of it: an exit status. */
static int verdict_of(const struct options *options, const json_t *result, int failed)
{
    if (failed > result_cannot(result))
        return EXIT_BAD;
    if (options->require_quiet && !noise_is_quiet(result))
        return fprintf(stderr, "poolbench: the machine was not quiet (--require quiet)\n"), EXIT_CANNOT;
    if (failed)
        return EXIT_CANNOT;
    return options->search ? searches_status(result) : promises_status(options, result);
}

/* Saved first: what was measured took hours, maybe, and nothing that is reckoned from
 * it may lose it; and whoever reads stdout may have gone. Returns the exit status. */
static int conclude(const struct options *options, json_t *result, struct target *target, int error)
{
    int failed = result_summarise(result, error == -EINTR), saved, kept = EXIT_GOOD, drawn = EXIT_GOOD,
        recorded = recorded_keep(options, result, stderr), status;
    char history[4300] = "";
    if (error && error != -EINTR)
        return fprintf(stderr,
                       "poolbench: could not start a round's process: %s (ulimit -u, -v, -n, pids.max or memory of a "
                       "container)\n",
                       strerror(-error)),
               EXIT_CANNOT;
    if (!measured(result)) {
        fprintf(stderr, "poolbench: nothing was measured\n");
        return error ? EXIT_INTERRUPTED : EXIT_BAD;
    }
    open_loop_add(result);
    kinship_figures_widen(result);
    slo_summarise(result, &options->slo);
    result_drop_buckets(result);
    saved = target_save(target, result);
    add_findings(result);
    if (saved == EXIT_GOOD)
        saved = target_save(target, result);
    if (saved == EXIT_GOOD)
        kept = kept_append(options, result, target->path, history, sizeof history);
    interrupts_leave(); /* all is kept: from here on they end the program */
    print_result(options, result);
    if (saved == EXIT_GOOD)
        drawn = draw(options, target, history);
    saved = saved != EXIT_GOOD ? saved : recorded != EXIT_GOOD ? recorded : kept != EXIT_GOOD ? kept : drawn;
    status = error ? EXIT_INTERRUPTED : verdict_of(options, result, failed);
    return exit_status(status, saved);
}

/* The document of a plan. The configurations of a search are its probes, and come one
 * by one. */
static json_t *new_result(const struct options *options, const struct plan *plan, int argc, char **argv)
{
    json_t *result = result_new(argc, argv,
                                must_pack("{s:I, s:i, s:I}", "seed", (json_int_t)plan->seed, "rounds_wanted",
                                          plan->rounds, "budget_ns", (json_int_t)plan->budget_ns));
    kept_names(options, result);
    for (int i = 0; i < plan->count && !options->search; i++)
        result_add_configuration(result, plan_configuration(&plan->entries[i]));
    for (int i = 0; i < plan->skipped_count; i++)
        result_add_configuration(result, plan_configuration(&plan->skipped[i]));
    return result;
}

int run_command(const struct options *options, int argc, char **argv)
{
    struct plan plan;
    struct target target;
    struct probe probe;
    struct instrument instrument;
    json_t *result;
    char recording[4200];
    int status = EXIT_GOOD, error;

    if (suite_plan(options, &plan))
        return fprintf(stderr, "poolbench: out of memory\n"), EXIT_CANNOT;
    say_skipped(&plan);
    if (!asked(&plan))
        status = EXIT_CANNOT;
    else if (options->dry_run)
        dry_run(options, &plan);
    else if ((status = before_processes()) == EXIT_GOOD && (status = before_clocks()) == EXIT_GOOD &&
             (status = kept_ready(options)) == EXIT_GOOD)
        status = target_choose(options, &target);
    if (status == EXIT_GOOD && !options->dry_run) {
        if (options->record)
            plan.entries[0].record = recorded_path(options, recording, sizeof recording);
        interrupts_take(on_interrupt);
        say_warnings(&plan);
        probe_machine("", PROBE_MS, false, &probe);
        announce(options, &plan);
        probe_print(&probe, stderr);
        instrument_measure(&instrument);
        fprintf(stderr, "harness  %.1f ns of each job are its own, %.0f ns of each whose latency is sampled\n",
                instrument.job_ns, instrument.sampled_ns);
        result = new_result(options, &plan, argc, argv);
        json_object_set_new(result, "before", probe_json(&probe));
        json_object_set_new(result, "harness", instrument_json(&instrument));
        error = measure(options, &plan, result);
        if (changed_plugins()) {
            recorded_drop(options);
            interrupts_leave();
            status = EXIT_CANNOT;
        } else {
            status = conclude(options, result, &target, error);
        }
        json_decref(result);
    }
    suite_free(&plan);
    return status;
}
