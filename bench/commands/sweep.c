/* sweep.c - see sweep.h. */
#include "bench/commands/sweep.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commands/probing.h"
#include "bench/commands/rate_search.h"
#include "bench/measure/estimate.h"
#include "bench/results/result.h"
#include "bench/show/progress.h"
#include "bench/statistics/rates.h"
#include "workloads/core/units.h"

struct searches {
    const struct plan *plan;
    const struct slo_list *promises;
    json_t *result;
    struct rate_search *all; /* [count] */
    int count;
    struct probing probing;
    /* Of the rounds that run: */
    struct plan_entry *entries; /* [count] */
    int *configurations;        /* [count] */
    struct rate_search **of;    /* [count]: whose entries these are */
    int running;
};

/* Rounds. */

static void on_running(void *context, int index)
{
    struct searches *searches = context;
    const struct rate_search *one = searches->of[index];
    double left = 0;
    char name[192];
    for (int i = 0; i < searches->count; i++)
        if (searches->all[i].at)
            left += fmax(0, (double)searches->plan->budget_ns / 1e9 - searches->all[i].spent_s);
    progress_tell(plan_name(&one->running, name, sizeof name), one->search.asked, RATE_SEARCH_PROBES, left);
}

static int run_rounds(struct searches *searches, int rounds)
{
    double each_s;
    int error;
    for (int i = 0; i < searches->running; i++)
        searches->configurations[i] = searches->of[i]->at->configuration;
    searches->probing.count = searches->running;
    error = probing_run(&searches->probing, rounds, &each_s);
    for (int i = 0; i < searches->running; i++) {
        searches->of[i]->spent_s += each_s;
        searches->of[i]->at->spent_s += each_s;
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
    /* A search goes on by the value where the interval decides nothing; proved is only what the interval says. */
    bool by_value = judged->verdict == SLO_CANNOT_TELL && (answer == SEARCH_KEPT || answer == SEARCH_BROKEN);
    progress_end();
    fprintf(stderr, "%-34s %9s/s  %s %9s (%s .. %s)  %s%s%s%s\n", plan_name(one->entry, name, sizeof name),
            units_count_text(one->at->rate, rate, sizeof rate), one->at->promise->kind->name,
            slo_value_text(one->at->promise->kind, judged->value, value, sizeof value),
            slo_value_text(one->at->promise->kind, judged->low, low, sizeof low),
            isinf(judged->high) ? "no end" : slo_value_text(one->at->promise->kind, judged->high, high, sizeof high),
            words[answer], by_value ? ", by its value" : "", *judged->why ? ": " : "", judged->why);
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

double sweep_estimate_s(const struct plan *plan)
{
    double budget_s = (double)plan->budget_ns / 1e9, sum_s = 0;
    for (int i = 0; i < plan->count; i++) {
        const struct plan_entry *entry = &plan->entries[i];
        double probe_s = plan->rounds * estimate_slice_ns(plan, entry) / 1e9;
        bool is_given = rates_given(entry->workload.text, "for");
        if (!entry->floor)
            sum_s += is_given ? ceil(budget_s / probe_s) * probe_s : budget_s;
    }
    return sum_s;
}

int sweep_search(const struct plan *plan, const struct slo_list *promises, json_t *result)
{
    return sweep_search_on(plan, promises, NULL, result);
}

int sweep_search_on(const struct plan *plan, const struct slo_list *promises, const struct rate_probe *known,
                    json_t *result)
{
    struct searches searches = {.plan = plan, .promises = promises, .result = result};
    json_t *found = json_array();
    bool more = true;
    int error = 0;
    searches.all = calloc((size_t)plan->count + 1, sizeof *searches.all);
    searches.entries = calloc((size_t)plan->count + 1, sizeof *searches.entries);
    searches.of = calloc((size_t)plan->count + 1, sizeof *searches.of);
    searches.configurations = calloc((size_t)plan->count + 1, sizeof *searches.configurations);
    if (!searches.all || !searches.entries || !searches.of || !searches.configurations)
        error = -ENOMEM;
    searches.probing = (struct probing){.result = result,
                                        .seed = plan->seed,
                                        .rounds = (int)json_array_size(json_object_get(result, "rounds")),
                                        .entries = searches.entries,
                                        .configurations = searches.configurations,
                                        .running = on_running,
                                        .context = &searches};
    for (int i = 0; i < plan->count && !error; i++) {
        struct rate_search *one = &searches.all[searches.count];
        if (plan->entries[i].floor)
            continue;
        rate_search_begin(one, &plan->entries[i], (double)plan->budget_ns / 1e9);
        if (known)
            rate_search_know(one, &known[i], promises, result);
        searches.count++;
    }
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
    free(searches.configurations);
    free(searches.of);
    return error;
}
