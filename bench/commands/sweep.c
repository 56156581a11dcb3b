/* sweep.c - see sweep.h. */
#include "bench/commands/sweep.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commands/rate_search.h"
#include "bench/measure/round.h"
#include "bench/results/result.h"
#include "bench/show/progress.h"
#include "workloads/core/units.h"

struct searches {
    const struct plan *plan;
    const struct slo_list *promises;
    json_t *result;
    struct rate_search *all; /* [count] */
    int count;
    int rounds; /* in the document */
    /* Of the rounds that run: */
    struct plan_entry *entries; /* [count] */
    struct rate_search **of;    /* [count]: whose entries these are */
    int running;
};

/* Rounds. */

static void on_trial(void *context, json_t *trial)
{
    struct searches *searches = context;
    struct rate_search *one = searches->of[result_integer(trial, "configuration")];
    const char *why = json_string_value(json_object_get(trial, "failure"));
    char name[192];
    json_object_set_new(trial, "configuration", json_integer(one->at->configuration));
    json_object_set_new(trial, "round", json_integer(searches->rounds + result_integer(trial, "round")));
    result_add_trial(searches->result, trial);
    if (!why)
        return;
    progress_end();
    fprintf(stderr, "poolbench: %s: %s\n", plan_name(&one->running, name, sizeof name), why);
}

static void on_round(void *context, json_t *noise)
{
    struct searches *searches = context;
    json_object_set_new(noise, "round", json_integer(searches->rounds + result_integer(noise, "round")));
    result_add_round(searches->result, noise);
}

static void on_running(void *context, int configuration, int round, int rounds, double left_s)
{
    struct searches *searches = context;
    const struct rate_search *one = searches->of[configuration];
    double left = 0;
    char name[192];
    (void)round, (void)rounds, (void)left_s;
    for (int i = 0; i < searches->count; i++)
        if (searches->all[i].at)
            left += fmax(0, (double)searches->plan->budget_ns / 1e9 - searches->all[i].spent_s);
    progress_tell(plan_name(&one->running, name, sizeof name), one->search.asked, RATE_SEARCH_PROBES, left);
}

/* One round after the other, each of one slice or a few: what a probe takes is known
 * beforehand, and no round is left out because others took long. */
static int run_rounds(struct searches *searches, int rounds)
{
    static const double room = 1.2; /* for a slice, and what is around it */
    struct round_events events = {.trial = on_trial, .round = on_round, .running = on_running, .context = searches};
    struct plan plan = {.entries = searches->entries, .count = searches->running, .rounds = 1};
    int error = 0;
    for (int i = 0; i < searches->running; i++) {
        double each = workload_job_ns(&searches->entries[i].workload);
        double slice_ns = each * (double)plan_slice_jobs(&plan, &searches->entries[i], each);
        plan.budget_ns = (int64_t)fmax((double)plan.budget_ns, room * slice_ns);
    }
    for (int i = 0; i < rounds && !error && searches->running; i++) {
        int64_t begin = workload_now_ns();
        size_t before = json_array_size(json_object_get(searches->result, "rounds"));
        plan.seed = searches->plan->seed + (uint64_t)searches->rounds;
        error = round_run(&plan, &events);
        before = json_array_size(json_object_get(searches->result, "rounds")) - before;
        searches->rounds += before ? (int)before : 1;
        for (int h = 0; h < searches->running; h++) {
            double took_s = (double)(workload_now_ns() - begin) / 1e9 / searches->running;
            searches->of[h]->spent_s += took_s;
            searches->of[h]->at->spent_s += took_s;
        }
    }
    return error;
}

static void add_running(struct searches *searches, struct rate_search *one)
{
    searches->entries[searches->running] = one->running;
    searches->of[searches->running++] = one;
}

/* Probes. */

static void tell(const struct rate_search *one, enum search_answer answer)
{
    static const char *const words[] = {"kept", "BROKEN", "cannot be made", "too short", "cannot tell"};
    const struct slo_judgement *judged = &one->at->judged;
    char name[192], rate[32], value[32], low[32], high[32];
    bool straddles = judged->reason == SLO_STRADDLES;
    progress_end();
    fprintf(stderr, "%-34s %9s/s  %s %9s (%s .. %s)  %s%s%s%s\n", plan_name(one->entry, name, sizeof name),
            units_count_text(one->at->rate, rate, sizeof rate), one->at->promise->kind->name,
            slo_value_text(one->at->promise->kind, judged->value, value, sizeof value),
            slo_value_text(one->at->promise->kind, judged->low, low, sizeof low),
            isinf(judged->high) ? "no end" : slo_value_text(one->at->promise->kind, judged->high, high, sizeof high),
            words[answer], straddles ? ", by its value" : "", *judged->why ? ": " : "", judged->why);
}

/* A probe of each search that is not over. Returns an error; *more: whether there was
 * one. */
static int probe_all(struct searches *searches, bool *more)
{
    int error;
    searches->running = 0;
    for (int i = 0; i < searches->count; i++)
        if (rate_search_choose(&searches->all[i], searches->promises, searches->result))
            add_running(searches, &searches->all[i]);
    *more = searches->running > 0;
    error = run_rounds(searches, searches->plan->rounds);
    while (searches->running && !error) {
        searches->running = 0;
        for (int i = 0; i < searches->count; i++) {
            struct rate_search *one = &searches->all[i];
            if (one->at && rate_search_judge(one, searches->promises, searches->result))
                add_running(searches, one);
        }
        error = run_rounds(searches, searches->plan->rounds);
    }
    return error;
}

static void take_answers(struct searches *searches)
{
    for (int i = 0; i < searches->count; i++) {
        struct rate_search *one = &searches->all[i];
        if (!one->at)
            continue;
        tell(one, rate_search_answer(one));
        if (one->spent_s >= (double)searches->plan->budget_ns / 1e9)
            search_give_up(&one->search);
    }
}

int sweep_search(const struct plan *plan, const struct slo_list *promises, json_t *result)
{
    struct searches searches = {.plan = plan, .promises = promises, .result = result};
    json_t *found = json_array();
    bool more = true;
    int error = 0;
    searches.all = calloc((size_t)plan->count + 1, sizeof *searches.all);
    searches.entries = calloc((size_t)plan->count + 1, sizeof *searches.entries);
    searches.of = calloc((size_t)plan->count + 1, sizeof *searches.of);
    if (!searches.all || !searches.entries || !searches.of)
        error = -ENOMEM;
    for (int i = 0; i < plan->count && !error; i++)
        if (!plan->entries[i].floor)
            rate_search_begin(&searches.all[searches.count++], &plan->entries[i], (double)plan->budget_ns / 1e9);
    progress_begin("probe");
    while (more && !error) {
        error = probe_all(&searches, &more);
        if (!error)
            take_answers(&searches);
    }
    progress_end();
    for (int i = 0; i < searches.count && searches.all; i++) {
        search_give_up(&searches.all[i].search);
        json_array_append_new(found, rate_search_json(&searches.all[i]));
        rate_search_end(&searches.all[i]);
    }
    json_object_set_new(result, "searches", found);
    free(searches.all);
    free(searches.entries);
    free(searches.of);
    return error;
}
