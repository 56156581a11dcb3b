/* search_run.c - see search_run.h. */
#include "bench/search_run.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/hunt.h"
#include "bench/progress.h"
#include "bench/result.h"
#include "bench/round.h"
#include "workloads/core/units.h"

struct hunters {
    const struct plan *plan;
    const struct slo_list *promises;
    json_t *result;
    struct hunt *hunts; /* [count] */
    int count;
    int rounds; /* in the document */
    /* Of the rounds that run: */
    struct plan_entry *entries; /* [count] */
    struct hunt **of;           /* [count]: whose entries these are */
    int running;
};

/* Rounds. */

static void on_trial(void *context, json_t *trial)
{
    struct hunters *hunters = context;
    struct hunt *hunt = hunters->of[result_integer(trial, "configuration")];
    const char *why = json_string_value(json_object_get(trial, "failure"));
    char name[192];
    json_object_set_new(trial, "configuration", json_integer(hunt->configuration));
    json_object_set_new(trial, "round", json_integer(hunters->rounds + result_integer(trial, "round")));
    result_add_trial(hunters->result, trial);
    if (!why)
        return;
    progress_end();
    fprintf(stderr, "poolbench: %s: %s\n", plan_name(&hunt->at, name, sizeof name), why);
}

static void on_round(void *context, json_t *noise)
{
    struct hunters *hunters = context;
    json_object_set_new(noise, "round", json_integer(hunters->rounds + result_integer(noise, "round")));
    result_add_round(hunters->result, noise);
}

static void on_running(void *context, int configuration, int round, int rounds, double left_s)
{
    struct hunters *hunters = context;
    const struct hunt *hunt = hunters->of[configuration];
    double left = 0;
    char name[192];
    (void)round, (void)rounds, (void)left_s;
    for (int i = 0; i < hunters->count; i++)
        if (hunters->hunts[i].rate > 0)
            left += fmax(0, (double)hunters->plan->budget_ns / 1e9 - hunters->hunts[i].spent_s);
    progress_tell(plan_name(&hunt->at, name, sizeof name), hunt->search.asked, HUNT_PROBES, left);
}

/* One round after the other, each of one pair of slices: what a probe takes is known
 * beforehand, and no round is left out because others took long. */
static int run_rounds(struct hunters *hunters, int rounds)
{
    static const double pair = 4;
    struct round_events events = {on_trial, on_round, on_running, hunters};
    struct plan plan = {.entries = hunters->entries, .count = hunters->running, .rounds = 1};
    int error = 0;
    for (int i = 0; i < hunters->running; i++) {
        double each = workload_job_ns(&hunters->entries[i].workload);
        double slice_ns = each * (double)plan_slice_jobs(&plan, &hunters->entries[i], each);
        plan.budget_ns = (int64_t)fmax((double)plan.budget_ns, pair * slice_ns);
    }
    for (int i = 0; i < rounds && !error && hunters->running; i++) {
        int64_t begin = workload_now_ns();
        size_t before = json_array_size(json_object_get(hunters->result, "rounds"));
        plan.seed = hunters->plan->seed + (uint64_t)hunters->rounds;
        error = round_run(&plan, &events);
        before = json_array_size(json_object_get(hunters->result, "rounds")) - before;
        hunters->rounds += before ? (int)before : 1;
        for (int h = 0; h < hunters->running; h++)
            hunters->of[h]->spent_s += (double)(workload_now_ns() - begin) / 1e9 / hunters->running;
    }
    return error;
}

static void add_running(struct hunters *hunters, struct hunt *hunt)
{
    hunters->entries[hunters->running] = hunt->at;
    hunters->of[hunters->running++] = hunt;
}

/* Probes. */

static void tell(const struct hunt *hunt, enum search_answer answer)
{
    static const char *const words[] = {"kept", "BROKEN", "cannot be made", "cannot tell"};
    char name[192], rate[32], value[32], low[32], high[32];
    bool explain = answer != SEARCH_KEPT && *hunt->judged.why;
    progress_end();
    fprintf(stderr, "%-34s %9s/s  %s %9s (%s .. %s)  %s%s%s\n", plan_name(hunt->entry, name, sizeof name),
            units_count_text(hunt->rate, rate, sizeof rate), hunt->promise->kind->name,
            units_time_text(hunt->judged.value.count ? hunt->judged.value.median : NAN, value, sizeof value),
            units_time_text(hunt->judged.value.count ? hunt->judged.value.low : NAN, low, sizeof low),
            units_time_text(hunt->judged.value.count ? hunt->judged.value.high : NAN, high, sizeof high), words[answer],
            explain ? ": " : "", explain ? hunt->judged.why : "");
}

/* A probe of each search that is not over. Returns an error; *more: whether there was
 * one. */
static int probe_all(struct hunters *hunters, bool *more)
{
    int error;
    hunters->running = 0;
    for (int i = 0; i < hunters->count; i++)
        if (hunt_choose(&hunters->hunts[i], hunters->promises, hunters->result))
            add_running(hunters, &hunters->hunts[i]);
    *more = hunters->running > 0;
    error = run_rounds(hunters, hunters->plan->rounds);
    hunters->running = 0;
    for (int i = 0; i < hunters->count && !error; i++) {
        struct hunt *hunt = &hunters->hunts[i];
        if (hunt->rate > 0 && hunt_judge(hunt, hunters->promises, hunters->result))
            add_running(hunters, hunt);
    }
    if (!error)
        error = run_rounds(hunters, SEARCH_ROUNDS_MORE);
    return error;
}

static void take_answers(struct hunters *hunters)
{
    for (int i = 0; i < hunters->count; i++) {
        struct hunt *hunt = &hunters->hunts[i];
        if (!(hunt->rate > 0))
            continue;
        hunt_judge(hunt, hunters->promises, hunters->result);
        tell(hunt, hunt_answer(hunt));
        if (hunt->spent_s >= (double)hunters->plan->budget_ns / 1e9)
            search_give_up(&hunt->search);
    }
}

int search_run(const struct plan *plan, const struct slo_list *promises, json_t *result)
{
    struct hunters hunters = {.plan = plan, .promises = promises, .result = result};
    json_t *searches = json_array();
    bool more = true;
    int error = 0;
    hunters.hunts = calloc((size_t)plan->count + 1, sizeof *hunters.hunts);
    hunters.entries = calloc((size_t)plan->count + 1, sizeof *hunters.entries);
    hunters.of = calloc((size_t)plan->count + 1, sizeof *hunters.of);
    if (!hunters.hunts || !hunters.entries || !hunters.of)
        error = -ENOMEM;
    for (int i = 0; i < plan->count && !error; i++)
        if (!plan->entries[i].floor)
            hunt_begin(&hunters.hunts[hunters.count++], &plan->entries[i]);
    progress_begin("probe");
    while (more && !error) {
        error = probe_all(&hunters, &more);
        if (!error)
            take_answers(&hunters);
    }
    progress_end();
    for (int i = 0; i < hunters.count && hunters.hunts; i++) {
        search_give_up(&hunters.hunts[i].search);
        json_array_append_new(searches, hunt_json(&hunters.hunts[i]));
    }
    json_object_set_new(result, "searches", searches);
    free(hunters.hunts);
    free(hunters.entries);
    free(hunters.of);
    return error;
}
