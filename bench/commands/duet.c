/* duet.c - see duet.h: what is to be measured, and what came of it. */
#include "bench/commands/duet.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commands/before.h"
#include "bench/commands/duet_files.h"
#include "bench/commands/duet_rates.h"
#include "bench/commands/duet_session.h"
#include "bench/commands/kept.h"
#include "bench/commands/refuse.h"
#include "bench/commands/target.h"
#include "bench/figures/figures.h"
#include "bench/findings/duet_judge.h"
#include "bench/findings/slo_judge.h"
#include "bench/json/must.h"
#include "bench/machine/interrupts.h"
#include "bench/machine/machine.h"
#include "bench/machine/probe.h"
#include "bench/measure/duet_rate.h"
#include "bench/measure/duet_round.h"
#include "bench/measure/round.h"
#include "bench/measure/sides.h"
#include "bench/results/result.h"
#include "bench/results/save.h"
#include "bench/show/duet_show.h"
#include "bench/show/junit.h"
#include "bench/show/markdown.h"
#include "bench/statistics/duet_power.h"
#include "pools/core/topology.h"
#include "workloads/core/units.h"

enum { BENCHMARKS_MAX = 4096, PROBE_MS = 150 };

/* Without -w: about twenty benchmarks of our six pools. */
static const struct {
    const char *workload;
    int workers;
} suite[] = {{"empty", 2}, {"cpu:size=1us", 2}, {"wakeup", 2}, {"empty", 1}};
enum { SUITE = sizeof suite / sizeof *suite };

static const char *const self_test_pools[] = {"mutex", "ring", "steal"};

/* The plan. */

static bool is_named(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (!strncmp(at, name, length) && (at[length] == ',' || !at[length]))
            return true;
    return false;
}

/* Whether a pool of the base's is to be measured; it has to be on both sides. */
static bool is_wanted(const struct options *options, const struct pool_ops *pool)
{
    size_t self_tests = sizeof self_test_pools / sizeof *self_test_pools;
    bool own = !options->self_test;
    for (size_t i = 0; i < self_tests && options->self_test; i++)
        own = own || !sides_find(SIDE_BASE, self_test_pools[i]) || !strcmp(pool->name, self_test_pools[i]);
    return sides_find(SIDE_NEW, pool->name) && (options->duet_pools ? is_named(options->duet_pools, pool->name) : own);
}

/* Each word of -p is a pool on both sides. Returns a status. */
static int check_pools(const struct options *options)
{
    char word[64], line[256];
    const char *names[SIDES_POOLS_MAX];
    int count = 0;
    for (const struct pool_ops *pool; (pool = sides_at(SIDE_BASE, count)); count++)
        names[count] = pool->name;
    for (const char *at = options->duet_pools; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        snprintf(word, sizeof word, "%.*s", (int)strcspn(at, ","), at);
        if (!sides_find(SIDE_BASE, word)) {
            why_wrong_name((struct why){line, sizeof line}, "-p: --base has no pool", word, "its pools: ", names,
                           count);
            return refuse("%s", line);
        }
        if (!sides_find(SIDE_NEW, word)) {
            return refuse("-p: --new has no pool \"%s\" (only --base has it)", word);
        }
    }
    return EXIT_GOOD;
}

static void add(const struct options *options, struct plan *plan, const struct pool_ops *pool,
                const struct workload_spec *workload, int workers)
{
    struct plan_entry *entry = &plan->entries[plan->count];
    const char *unsupported;
    *entry = (struct plan_entry){.pool = pool,
                                 .workload = *workload,
                                 .workers = workers,
                                 .producers = 1,
                                 .full = POOL_BLOCK,
                                 .full_timeout_ns = 1000000,
                                 .spin_ns = options->spin_ns,
                                 .apart = true};
    entry->capacity = options->capacity_count ? (size_t)options->capacities[0] : workload_capacity(workload);
    if (workload->ops->consume) {
        entry->results = POOL_RESULTS_BLOCK;
        entry->results_capacity = entry->capacity;
    }
    snprintf(entry->pin, sizeof entry->pin, "%s", options->pins[0]);
    for (int i = 0; i < plan->count; i++) /* a pool without workers knows no number of them */
        if (plan->entries[i].pool == pool && !strcmp(plan->entries[i].workload.text, workload->text) &&
            (plan->entries[i].workers == workers || !(pool->can & POOL_CAN_RUN_APART)))
            return;
    unsupported = duet_unsupported(entry);
    if (unsupported && options->workload_count)
        fprintf(stderr, "poolbench: %s/%s: not measured: %s\n", pool->name, workload->text, unsupported);
    plan->count += !unsupported;
}

static void add_workload(const struct options *options, struct plan *plan, const struct workload_spec *workload,
                         int workers)
{
    const struct pool_ops *pool;
    for (int i = 0; (pool = sides_at(SIDE_BASE, i)); i++) {
        for (int t = 0; is_wanted(options, pool) && plan->count < BENCHMARKS_MAX; t++) {
            if (t >= options->worker_count && (t || options->worker_count))
                break;
            add(options, plan, pool, workload, options->worker_count ? options->workers[t] : workers);
        }
    }
}

int duet_plan(const struct options *options, struct plan *plan)
{
    struct workload_spec spec;
    char why[256];
    int cpus = topology_cpus_worth();
    plan->entries = calloc(BENCHMARKS_MAX + 1, sizeof *plan->entries);
    if (!plan->entries)
        return -ENOMEM;
    for (int i = 0; i < options->workload_count; i++)
        add_workload(options, plan, &options->workloads[i], cpus > 1 ? 2 : 1);
    for (int i = 0; i < SUITE && !options->workload_count; i++) {
        if (options->self_test && strncmp(suite[i].workload, "cpu", 3))
            continue; /* a delay of its own only shows where workers are the limit */
        if (!workload_parse(suite[i].workload, &spec, why, sizeof why))
            add_workload(options, plan, &spec, suite[i].workers < cpus ? suite[i].workers : cpus);
    }
    return 0;
}

/* The document. */

/* The pools that one side has and another has not: nobody asked for less, and they are not measured. */
static json_t *only_of(const struct options *options, enum side side, enum side other)
{
    const struct pool_ops *pool;
    json_t *names = json_array();
    for (int i = 0; !options->duet_pools && (pool = sides_at(side, i)); i++)
        if (!sides_find(other, pool->name))
            json_array_append_new(names, must_text(pool->name));
    return names;
}

static const char *unit_of(const struct plan_entry *entry)
{
    const char *figure = duet_figure(entry);
    const struct workload_ops *ops = entry->workload.ops;
    for (int i = 0; figure && i < ops->figure_count; i++)
        if (!strcmp(ops->figures[i].name, figure))
            return ops->figures[i].unit == WORKLOAD_NS ? "ns" : ops->figures[i].unit == WORKLOAD_BYTES ? "bytes" : "";
    return "ns";
}

static json_t *new_document(const struct options *options, const struct plan *plan, const struct duet_sums *sums,
                            int argc, char **argv)
{
    const struct plan_duet *duet = &plan->duet;
    json_t *benchmarks = json_array(), *result;
    char name[192];
    for (int i = 0; i < plan->count; i++) {
        json_t *benchmark = plan_entry_json(&plan->entries[i]);
        const char *figure = duet->slo.count ? DUET_RATE_FIGURE : duet_figure(&plan->entries[i]);
        if (duet->slo.count)
            json_object_set_new(benchmark, "slo", slo_promises_json(&duet->slo));
        json_object_set_new(benchmark, "name", must_text(plan_name(&plan->entries[i], name, sizeof name)));
        json_object_set_new(benchmark, "figure", must_text(figure ? figure : "ns_per_job"));
        json_object_set_new(benchmark, "figure_unit", must_text(duet->slo.count ? "ns" : unit_of(&plan->entries[i])));
        json_object_set_new(benchmark, "first", json_array());
        json_object_set_new(benchmark, "second", json_array());
        json_array_append_new(benchmarks, benchmark);
    }
    result = result_new(
        argc, argv,
        must_pack("{s:i, s:I, s:I, s:o}", "duet_format", 1, "seed", (json_int_t)plan->seed, "budget_ns",
                  (json_int_t)plan->budget_ns, "duet",
                  must_pack("{s:o, s:o, s:s, s:s, s:o, s:o, s:f, s:f, s:f}", "base", must_text(duet->base), "new",
                            must_text(duet->new), "base_sha256", sums->of[0], "new_sha256", sums->of[1], "only_base",
                            only_of(options, SIDE_BASE, SIDE_NEW), "only_new", only_of(options, SIDE_NEW, SIDE_BASE),
                            "threshold", options->threshold, "level", DUET_RULE_RUN, "slowed", duet->slowed)));
    json_object_set_new(result, "benchmarks", benchmarks);
    kept_names(options, result);
    return result;
}

/* The largest A/A difference of all benchmarks, and what there is around the findings. */
static void complete(json_t *result, const struct duet_sessions *sessions, double took_s, bool interrupted)
{
    json_t *duet = json_object_get(result, "duet"), *benchmark;
    double most = 0, floor = DUET_RULE_FLOOR;
    size_t i;
    json_array_foreach (sessions->benchmarks, i, benchmark) {
        double certain, again = duet_judge_again(benchmark, &certain);
        floor = fmax(floor, certain);
        most = isfinite(again) ? fmax(most, again) : most;
    }
    json_object_set_new(result, "interrupted", json_boolean(interrupted));
    json_object_update_new(duet, must_pack("{s:f, s:f, s:i, s:i, s:i, s:f}", "again_most", most, "floor", floor,
                                           "first_processes_most", sessions->first_processes, "second_processes",
                                           sessions->second_most, "regressions",
                                           duet_judge_regressions(sessions->benchmarks), "took_s", took_s));
}

/* What a run of two minutes and twenty benchmarks of this kind would see here. */
static void add_power(json_t *result)
{
    static const double shifts[] = {0.015, 0.02, 0.03, 0.05, 0.1};
    static double values[2 * DUET_VALUES_MAX], spare[DUET_VALUES_MAX];
    enum { RUNS = 1000 };
    json_t *sees = json_array(), *benchmark;
    for (size_t s = 0; s < sizeof shifts / sizeof *shifts; s++) {
        double least = 1;
        size_t i;
        json_array_foreach (json_object_get(result, "benchmarks"), i, benchmark) {
            struct duet_power power = {
                .first = DUET_RULE_FIRST, .second = DUET_RULE_SECOND, .suspects = 2, .seed = 7 + i};
            int count = duet_judge_values(benchmark, "first", "log_ratio", values, DUET_VALUES_MAX);
            int more = duet_judge_values(benchmark, "second", "log_ratio", spare, DUET_VALUES_MAX);
            memcpy(values + count, spare, (size_t)more * sizeof *values);
            power.floor = duet_judge_floor(benchmark);
            if (count)
                least = fmin(least, duet_power(values, count + more, log1p(shifts[s]), &power, RUNS));
        }
        json_array_append_new(sees, must_pack("{s:f, s:f}", "slower_by", shifts[s], "found", least));
    }
    json_object_set_new(result, "sees", sees);
}

static int verdict_of(const struct options *options, const json_t *benchmarks)
{
    if (options->self_test)
        return duet_judge_count(benchmarks, "slower") ? EXIT_GOOD : EXIT_BAD;
    if (duet_judge_regressions(benchmarks))
        return EXIT_BAD;
    if (duet_judge_fails(benchmarks))
        return EXIT_FAILING;
    if (duet_judge_cannot(benchmarks))
        return EXIT_CANNOT;
    return options->undecided_fails && duet_judge_count(benchmarks, "cannot tell") ? EXIT_UNDECIDED : EXIT_GOOD;
}

static int status_of(const struct options *options, const json_t *result, int error, int saved)
{
    return exit_status(error ? EXIT_INTERRUPTED : verdict_of(options, json_object_get(result, "benchmarks")), saved);
}

/* The changes as a figure. One that cannot be drawn is said, and changes no verdict. */
static void draw(const struct options *options, const struct target *target)
{
    FILE *say = options->compare_format == OPTIONS_COMPARE_TABLE ? stdout : stderr;
    if (options->no_figures)
        return;
    fflush(say);
    if (!figures_write(target->path, target->figures, stderr))
        fprintf(say, "figure   %s/changes.svg, .png\n", target->figures);
}

static void print(const struct options *options, const json_t *result, const struct target *target, const char *history)
{
    json_t *verdicts = duet_show_verdicts(result);
    if (options->compare_format == OPTIONS_COMPARE_JSON)
        save_print(result, stdout);
    else if (options->compare_format == OPTIONS_MARKDOWN)
        markdown_write(verdicts, stdout);
    else if (options->compare_format == OPTIONS_JUNIT)
        junit_write(verdicts, stdout);
    else
        duet_show(result, target->saved ? target->path : NULL, history, stdout);
    json_decref(verdicts);
}

/* Saved before anything is printed: whoever reads stdout may have gone. */
static int conclude(const struct options *options, json_t *result, struct target *target, int error)
{
    char history[4300] = "";
    int saved;
    if (error && error != -EINTR)
        return fprintf(stderr, "poolbench: could not start a process: %s\n", strerror(-error)), EXIT_CANNOT;
    if (!json_array_size(json_object_get(result, "rounds")) && error)
        return fprintf(stderr, "poolbench: nothing was measured\n"), EXIT_INTERRUPTED;
    if (options->self_test)
        add_power(result);
    saved = target_save(target, result);
    if (saved == EXIT_GOOD && !options->self_test)
        saved = kept_append(options, result, target->path, history, sizeof history);
    interrupts_leave();
    print(options, result, target, history);
    if (target->saved)
        draw(options, target);
    return status_of(options, result, error, saved);
}

static void on_interrupt(int number)
{
    (void)number;
    round_interrupted = round_interrupted + 1;
}

/* What is searched for begins where a few processes found it. Returns a status. */
static int find_rates(struct plan *plan, double *share_s)
{
    char why[400] = "";
    int error = plan->duet.slo.count ? duet_rates_find(plan, share_s, (struct why){why, sizeof why}) : 0;
    if (!error)
        return EXIT_GOOD;
    if (error == -EINTR)
        return fprintf(stderr, "poolbench: nothing was measured\n"), EXIT_INTERRUPTED;
    if (*why)
        return fprintf(stderr, "poolbench: %s\n", why), error == -ETIME ? EXIT_USAGE : EXIT_CANNOT;
    return fprintf(stderr, "poolbench: could not start a process: %s\n", strerror(-error)), EXIT_CANNOT;
}

static int measure_in(const struct options *options, struct plan *plan, const struct duet_sums *sums,
                      struct target *target, json_t *result)
{
    struct duet_sessions sessions = {.plan = plan,
                                     .benchmarks = json_object_get(result, "benchmarks"),
                                     .rounds = json_object_get(result, "rounds"),
                                     .budget_s = (double)plan->budget_ns / 1e9,
                                     .threshold = options->threshold};
    int64_t began = workload_now_ns();
    int status = find_rates(plan, &sessions.share_s), error;
    if (status != EXIT_GOOD)
        return interrupts_leave(), status;
    if (plan->duet.slo.count)
        fprintf(stderr, "rates    found where to look, in %.0f s; a process takes %.1f s\n",
                (double)(workload_now_ns() - began) / 1e9, sessions.share_s * plan->count);
    error = duet_sessions_run(&sessions);
    complete(result, &sessions, (double)(workload_now_ns() - began) / 1e9, error == -EINTR);
    if (duet_files_changed(&plan->duet, sums))
        return interrupts_leave(), EXIT_CANNOT;
    return conclude(options, result, target, error);
}

static int measure(const struct options *options, struct plan *plan, const struct duet_sums *sums,
                   struct target *target, int argc, char **argv)
{
    struct probe probe;
    char machine[512];
    json_t *result;
    int status;
    interrupts_take(on_interrupt);
    probe_machine("", PROBE_MS, false, &probe);
    fprintf(stderr, "machine  %s   seed %llu\n", machine_text(machine, sizeof machine), (unsigned long long)plan->seed);
    fprintf(stderr, "plan     %d benchmark%s, both sides in every process; about %.0f s\n", plan->count,
            plan->count == 1 ? "" : "s", (double)plan->budget_ns / 1e9);
    probe_print(&probe, stderr);
    if (!options->self_test && !strcmp(sums->of[0], sums->of[1]))
        fprintf(stderr, "note     both files are the same bytes: what differs is chance\n");
    result = new_document(options, plan, sums, argc, argv);
    json_object_set_new(result, "before", probe_json(&probe));
    status = measure_in(options, plan, sums, target, result);
    json_decref(result);
    return status;
}

int duet_command(const struct options *options, int argc, char **argv)
{
    struct plan plan = {.budget_ns = options->budget_ns, .seed = (uint64_t)options->seed, .rounds = DUET_RULE_FIRST};
    struct target target;
    struct duet_sums sums;
    int status = duet_files_choose(options, &plan.duet, &sums);
    plan.duet.slo = options->slo;
    plan.duet.slo_text = options->slo_text;
    if (status == EXIT_GOOD)
        status = check_pools(options);
    if (status != EXIT_GOOD)
        return status;
    if (duet_plan(options, &plan))
        return fprintf(stderr, "poolbench: out of memory\n"), EXIT_CANNOT;
    if (!plan.count)
        status = refuse("duet: no benchmark is left: no pool that both sides have can run these workloads");
    if (status == EXIT_GOOD && !options->self_test)
        status = kept_ready(options);
    if (status == EXIT_GOOD)
        status = before_processes();
    if (status == EXIT_GOOD)
        status = before_clocks();
    if (status == EXIT_GOOD)
        status = target_choose(options, &target);
    if (status == EXIT_GOOD)
        status = measure(options, &plan, &sums, &target, argc, argv);
    free(plan.entries);
    return status;
}
