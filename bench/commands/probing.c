/* probing.c - see probing.h. */
#include "bench/commands/probing.h"

#include <math.h>
#include <stdio.h>

#include "bench/measure/round.h"
#include "bench/results/result.h"
#include "bench/show/progress.h"

static void on_trial(void *context, json_t *trial)
{
    struct probing *probing = context;
    json_int_t index = result_integer(trial, "configuration");
    const char *why = json_string_value(json_object_get(trial, "failure"));
    char name[192];
    json_object_set_new(trial, "configuration", json_integer(probing->configurations[index]));
    json_object_set_new(trial, "round", json_integer(probing->rounds + result_integer(trial, "round")));
    result_add_trial(probing->result, trial);
    if (!why)
        return;
    progress_end();
    fprintf(stderr, "poolbench: %s: %s\n", plan_name(&probing->entries[index], name, sizeof name), why);
}

static void on_round(void *context, json_t *noise)
{
    struct probing *probing = context;
    json_object_set_new(noise, "round", json_integer(probing->rounds + result_integer(noise, "round")));
    result_add_round(probing->result, noise);
}

static void on_running(void *context, int configuration, int round, int rounds, double left_s)
{
    struct probing *probing = context;
    (void)round, (void)rounds, (void)left_s;
    if (probing->running)
        probing->running(probing->context, configuration);
}

/* Time enough for one slice of the longest. */
static int64_t budget_ns(const struct probing *probing, const struct plan *plan)
{
    static const double room = 1.2; /* for a slice, and what is around it */
    int64_t most = probing->budget_ns;
    for (int i = 0; i < probing->count; i++) {
        double each = workload_job_ns(&probing->entries[i].workload);
        double slice_ns = each * (double)plan_slice_jobs(plan, &probing->entries[i], each);
        most = (int64_t)fmax((double)most, room * slice_ns);
    }
    return most;
}

int probing_run(struct probing *probing, int rounds, double *each_s)
{
    struct round_events events = {.trial = on_trial, .round = on_round, .running = on_running, .context = probing};
    struct plan plan = {.entries = (struct plan_entry *)(uintptr_t)probing->entries,
                        .count = probing->count,
                        .rounds = 1,
                        .budget_ns = probing->budget_ns};
    json_t *all = json_object_get(probing->result, "rounds");
    int64_t begin = workload_now_ns();
    int error = 0;
    plan.budget_ns = budget_ns(probing, &plan);
    for (int i = 0; i < rounds && !error && probing->count; i++) {
        size_t before = json_array_size(all);
        plan.seed = probing->seed + (uint64_t)probing->rounds;
        error = round_run(&plan, &events);
        before = json_array_size(all) - before;
        probing->rounds += before ? (int)before : 1;
    }
    *each_s = probing->count ? (double)(workload_now_ns() - begin) / 1e9 / probing->count : 0;
    return error;
}
