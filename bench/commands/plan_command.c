/* plan_command.c - see plan_command.h: the phases of a planning (plan_session.h) in their order,
 * and what becomes of what they found. */
#include "bench/commands/plan_command.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/commands/before.h"
#include "bench/commands/changed.h"
#include "bench/commands/kept.h"
#include "bench/commands/plan_fleet.h"
#include "bench/commands/plan_group.h"
#include "bench/commands/plan_session.h"
#include "bench/commands/plan_trace.h"
#include "bench/commands/target.h"
#include "bench/figures/figures.h"
#include "bench/findings/kinship_figures.h"
#include "bench/findings/noise.h"
#include "bench/json/must.h"
#include "bench/machine/interrupts.h"
#include "bench/machine/machine.h"
#include "bench/machine/probe.h"
#include "bench/measure/instrument.h"
#include "bench/measure/round.h"
#include "bench/results/result.h"
#include "bench/results/save.h"
#include "bench/show/noise_show.h"
#include "bench/show/plan_show.h"
#include "bench/show/progress.h"
#include "bench/show/terminal.h"
#include "pools/core/topology.h"
#include "workloads/core/trace_part.h"
#include "workloads/core/units.h"

enum { PROBE_MS = 150 /* how long the machine is watched before */ };

static void on_interrupt(int number)
{
    (void)number;
    round_interrupted = round_interrupted + 1;
}

double plan_left_s(const struct plan_session *session)
{
    return session->budget_s - (double)(workload_now_ns() - session->begin_ns) / 1e9;
}

double plan_spare_s(const struct plan_session *session)
{
    static const double easy_load = 0.5, share = 0.33, least = 0.04;
    double left_s = plan_left_s(session), spent_s = session->budget_s - left_s;
    if (!session->answer || !(session->answer->loop.load < easy_load))
        return left_s;
    return fmin(left_s, fmax(least * session->budget_s, share * session->budget_s - spent_s));
}

void plan_tell(const struct plan_session *session, const char *what)
{
    double left_s = fmax(0, plan_left_s(session));
    progress_tell(what, (int)(session->budget_s - left_s), (int)session->budget_s, left_s);
}

const struct slo *plan_time_promise(const struct plan_session *session)
{
    const struct slo_list *promises = &session->options->slo;
    int i = 0;
    while (i < promises->count - 1 && promises->items[i].kind->is_loss)
        i++;
    return &promises->items[i];
}

static void on_running(void *context, int index)
{
    const struct plan_session *session = context;
    char name[192];
    plan_tell(session, plan_name(&session->probing.entries[index], name, sizeof name));
}

void plan_tell_begin(struct plan_session *session)
{
    session->probing.running = on_running;
    session->probing.context = session;
    progress_begin("second");
}

void plan_tell_end(struct plan_session *session)
{
    progress_end();
    session->probing.running = NULL;
}

/* Of a recording the rate is known once it was read. */
static int begin_trace(struct plan_session *session, const struct options *options)
{
    static struct options own;
    char why[512] = "";
    own = *options;
    session->options = &own;
    return plan_trace_begin(session, &own, (struct why){why, sizeof why})
               ? (fprintf(stderr, "poolbench: plan: %s\n", why), EXIT_USAGE)
               : EXIT_GOOD;
}

/* What all that is measured has in common. Returns an exit status. */
static int begin(struct plan_session *session, const struct options *options)
{
    char text[256], why[256];
    const char *cannot;
    *session = (struct plan_session){
        .options = options, .budget_s = (double)options->budget_ns / 1e9, .begin_ns = workload_now_ns(), .advised = -1};
    session->base = (struct plan_entry){.pool = options->pools[0],
                                        .workload = options->workloads[0],
                                        .workers = 1,
                                        .producers = options->producers[0],
                                        .capacity = workload_capacity(&options->workloads[0]),
                                        .full = options->full_given ? options->full : POOL_BLOCK,
                                        .full_timeout_ns = options->full_timeout_ns,
                                        .spin_ns = options->spin_ns};
    snprintf(session->base.pin, sizeof session->base.pin, "%s", options->pins[0]);
    session->cpus = topology_cpus_of(options->pins[0]);
    for (int i = 0; i < PLAN_POLICIES; i++)
        session->overloads[i].configuration = -1;
    if (trace_is(&options->workloads[0]))
        return begin_trace(session, options);
    snprintf(text, sizeof text, "burst:of=%s", options->workloads[0].text);
    if (workload_parse(text, &session->open, why, sizeof why))
        return fprintf(stderr, "poolbench: plan: %s\n", why), EXIT_USAGE;
    cannot = plan_unsupported(&session->base);
    if (cannot)
        return fprintf(stderr, "poolbench: plan: %s cannot do this: %s\n", session->base.pool->name, cannot),
               EXIT_CANNOT;
    return EXIT_GOOD;
}

static void announce(const struct plan_session *session, struct probe *probe)
{
    char machine[512], promises[256], rate[32];
    probe_machine("", PROBE_MS, true, probe);
    fprintf(stderr, "machine  %s   seed %llu\n", machine_text(machine, sizeof machine),
            (unsigned long long)session->options->seed);
    if (session->options->max)
        snprintf(rate, sizeof rate, "the highest rate");
    else
        snprintf(rate, sizeof rate, "%s/s", units_count_text((double)session->options->rate, machine, sizeof machine));
    fprintf(stderr, "plan     %s at %s, %s: at most about %.0f s\n", session->options->workloads[0].text, rate,
            slo_list_text(&session->options->slo, promises, sizeof promises), session->budget_s);
    probe_print(probe, stderr);
}

static void new_document(struct plan_session *session, const struct probe *probe, int argc, char **argv)
{
    struct instrument instrument;
    instrument_measure(&instrument);
    session->result = result_new(argc, argv,
                                 must_pack("{s:I, s:i, s:I}", "seed", (json_int_t)session->options->seed,
                                           "rounds_wanted", 3, "budget_ns", (json_int_t)session->options->budget_ns));
    kept_names(session->options, session->result);
    json_object_set_new(session->result, "before", probe_json(probe));
    json_object_set_new(session->result, "harness", instrument_json(&instrument));
    session->probing = (struct probing){.result = session->result, .seed = (uint64_t)session->options->seed};
}

static void tell_service(const struct plan_session *session)
{
    json_t *service = plan_service_json(session);
    plan_show_service(service, stderr);
    json_decref(service);
}

/* What the answer holds, and what becomes of it when more comes. */
static int measure_answer(struct plan_session *session)
{
    int error = plan_held(session);
    error = error ? error : plan_overload(session);
    return error ? error : plan_shorten(session);
}

/* With what is left one worker fewer is decided, if it is not yet; where that becomes the answer, what was measured of
 * the larger one is no part of it. */
static int settle_at_last(struct plan_session *session)
{
    static const double reserve = 0.12; /* of the budget: for measure_answer, in short */
    const struct plan_size *before = session->answer;
    int error = plan_settle(session, reserve);
    if (session->answer == before)
        return error;
    session->held_per_s = session->proved_per_s = session->broken_per_s = session->overload_per_s = 0;
    session->places_most = 0;
    session->shorter = (struct plan_shorter){.from = 0};
    session->advised = -1;
    json_object_del(session->result, "searches");
    return error ? error : measure_answer(session);
}

/* All phases, until one ends it. */
static int measure(struct plan_session *session, int *status)
{
    static const double reserve = 0.3, little = 0.03; /* of the budget: for what comes after the sizes; for the end */
    int error = 0;
    if (session->recorded.jobs)
        plan_trace_service(session);
    else
        error = plan_service(session, status);
    if (error || *status != EXIT_GOOD)
        return error;
    tell_service(session);
    if (session->options->max)
        return plan_max(session, status);
    error = plan_sizes(session, status);
    if (error || *status != EXIT_GOOD)
        return error;
    error = plan_settle(session, reserve);
    plan_quota_check(session, status);
    if (error || *status != EXIT_GOOD || *session->no_group) /* more of it would be measured without the quota */
        return error;
    error = session->recorded.jobs ? 0 : plan_quota(session);
    error = error ? error : measure_answer(session);
    error = error ? error : settle_at_last(session);
    return error ? error : plan_held_longer(session, little);
}

static void print_result(const struct plan_session *session)
{
    const struct options *options = session->options;
    bool colour = terminal_colour(stdout);
    char noise[800];
    if (options->compare_format == OPTIONS_COMPARE_JSON)
        return (void)save_print(session->result, stdout);
    if (options->compare_format == OPTIONS_MARKDOWN)
        return plan_show_markdown(session->result, stdout);
    plan_show(session->result, stdout, colour);
    terminal_line(stdout, 9, "noise    %s", noise_show(session->result, noise, sizeof noise));
    fflush(stdout);
}

static int draw(const struct plan_session *session, const struct target *target, const char *history)
{
    FILE *say = session->options->compare_format == OPTIONS_COMPARE_TABLE ? stdout : stderr;
    int error;
    fprintf(say, "saved    %s\n%s", target->path, history);
    if (session->options->no_figures)
        return EXIT_GOOD;
    fflush(say);
    error = figures_write(target->path, target->figures, stderr); /* says why */
    if (!error)
        fprintf(say, "figures  %s/*.svg, *.png\n", target->figures);
    return !error || error == -ENOENT ? EXIT_GOOD : EXIT_UNWRITTEN;
}

/* Saved first, as a run is; then shown. Returns the exit status. */
static int conclude(struct plan_session *session, struct target *target, int status, int error)
{
    json_t *result = session->result;
    char history[4300] = "";
    int saved, kept = EXIT_GOOD, failed = result_summarise(result, error == -EINTR);
    /* Whoever lost jobs is recommended for nothing, whatever the other rounds say. */
    if (failed > result_cannot(result) && status == EXIT_GOOD) {
        status = EXIT_BAD;
        snprintf(session->why, sizeof session->why, "%s failed in %d trials", session->base.pool->name, failed);
        session->answer = NULL;
    }
    open_loop_add(result);
    kinship_figures_widen(result);
    slo_summarise(result, &session->options->slo);
    result_drop_buckets(result);
    noise_add(result);
    json_object_set_new(result, "plan", plan_session_json(session, error == -EINTR ? EXIT_INTERRUPTED : status));
    saved = target_save(target, result);
    if (saved == EXIT_GOOD)
        kept = kept_append(session->options, result, target->path, history, sizeof history);
    interrupts_leave(); /* all is kept: from here on they end the program */
    print_result(session);
    if (saved == EXIT_GOOD)
        saved = draw(session, target, history);
    saved = saved == EXIT_GOOD ? kept : saved;
    return exit_status(error == -EINTR ? EXIT_INTERRUPTED : status, saved);
}

static int plan_here(struct plan_session *session, struct target *target, int argc, char **argv)
{
    struct probe probe;
    int status = EXIT_GOOD, error;
    interrupts_take(on_interrupt);
    announce(session, &probe);
    new_document(session, &probe, argc, argv);
    error = measure(session, &status);
    if (changed_plugins()) {
        status = EXIT_CANNOT;
    } else if (error && error != -EINTR) {
        fprintf(stderr,
                "poolbench: could not start a round's process: %s (ulimit -u, -v, -n, pids.max or memory of a "
                "container)\n",
                strerror(-error));
        status = EXIT_CANNOT;
    } else if (status == EXIT_USAGE || (error && !session->size_count && !session->max_count)) {
        /* Nothing is written: there is no plan. */
        fprintf(stderr, "poolbench: %s\n", error ? "interrupted: nothing was measured" : session->why);
        status = error ? EXIT_INTERRUPTED : status;
    } else {
        status = conclude(session, target, status, error);
    }
    service_destroy(&session->service);
    plan_trace_end(session);
    json_decref(session->result);
    return status;
}

int plan_command(const struct options *options, int argc, char **argv)
{
    static struct plan_session session; /* large; this runs in one thread only */
    struct target target;
    bool had_folder = !access("results", F_OK);
    int status;
    char no_group[sizeof session.no_group];
    if (options->from)
        return plan_fleet(options, argc, argv);
    if (plan_group_run(options, argv, &status, (struct why){no_group, sizeof no_group}))
        return status;
    status = begin(&session, options);
    snprintf(session.no_group, sizeof session.no_group, "%s", no_group);
    if (*no_group) {
        session.cpus = fmin(session.cpus, options->quota);
        fprintf(stderr, "poolbench: note: --quota is simulated only: %s\n", no_group);
    }
    if (status == EXIT_GOOD)
        status = kept_ready(options);
    if (status == EXIT_GOOD)
        status = before_processes();
    if (status == EXIT_GOOD)
        status = before_clocks();
    if (status == EXIT_GOOD)
        status = target_choose(options, &target);
    if (status != EXIT_GOOD)
        return status;
    status = plan_here(&session, &target, argc, argv);
    if (!target.saved && !had_folder && !options->out) /* there is no plan, and nothing is left */
        rmdir("results");
    return status;
}
