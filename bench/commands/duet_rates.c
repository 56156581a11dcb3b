/* duet_rates.c - see duet_rates.h. */
#include "bench/commands/duet_rates.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/commands/rate_search.h"
#include "bench/json/must.h"
#include "bench/measure/duet_rate.h"
#include "bench/measure/round.h"
#include "bench/results/result.h"
#include "bench/show/progress.h"
#include "bench/statistics/duet_rule.h"
#include "workloads/core/units.h"

enum {
    TRIES = 12,
    LEAST_NS = 30000000, /* no slice is shorter */
    /* Of a benchmark, in all processes of both sessions, at least. */
    SLICES = DUET_RATE_PASSES * (DUET_RULE_FIRST * SIDES + DUET_RULE_SECOND_LEAST * (SIDES - 1)),
};
/* A pool is opened and freed, and the last jobs come home. */
static const double around = 1.1, around_s = 0.005;

/* What is known of one benchmark. */
struct pilot {
    double rate, slice_ns;
    double needed_ns; /* of a slice, by the latest process */
    bool found, settled, too_long;
    char why[200];
};

struct pilots {
    struct plan *plan;
    struct workload_spec *asked; /* [plan->count]: as they were named */
    struct pilot *all;           /* [plan->count] */
    int *which;                  /* of the processes that run */
};

double duet_rates_slice_ns(const struct slo_list *promises, double rate, double service_ns, double servers)
{
    static const double usual_ns = 50e6, warm = 0.25, times = 5, longest_ns = 60e9;
    struct rate_search_lengths lengths = {.usual_ns = usual_ns, .longest_ns = longest_ns};
    double load = servers > 0 ? rate * service_ns / 1e9 / servers : 0, samples = 0;
    static const double full = 0.995; /* a load beyond which nobody keeps a promise */
    if (service_ns > 0)
        lengths.relaxation_ns = service_ns / servers / pow(1 - sqrt(fmin(load, full)), 2);
    for (int i = 0; i < promises->count; i++)
        samples = fmax(samples, times * promises->items[i].kind->samples_min);
    return fmin(longest_ns, fmax(rate_search_slice_ns(promises, rate, &lengths), samples / rate * 1e9 / (1 - warm)));
}

static int put(const struct pilots *pilots, int index)
{
    const struct pilot *pilot = &pilots->all[index];
    return rate_search_put(&pilots->asked[index], floor(pilot->rate), pilot->slice_ns,
                           &pilots->plan->entries[index].workload);
}

static double real_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* The rate that was asked for last. */
static double last_of(const json_t *search)
{
    const json_t *asked = json_object_get(search, "asked");
    size_t count = json_array_size(asked);
    return count ? json_number_value(json_array_get(json_array_get(asked, count - 1), 0)) : NAN;
}

static void tell(const struct pilots *pilots, int index)
{
    const struct pilot *pilot = &pilots->all[index];
    char name[192], rate[32], slice[32];
    progress_end();
    fprintf(stderr, "%-34s %9s/s  %s, slices of %s\n", plan_name(&pilots->plan->entries[index], name, sizeof name),
            units_count_text(pilot->rate, rate, sizeof rate),
            pilot->settled ? "it is here"
            : pilot->found ? "it is near here"
                           : "not yet found",
            units_time_text(pilot->slice_ns, slice, sizeof slice));
}

/* A slice for which the budget has room. */
static double longest_ns(const struct plan *plan)
{
    return fmax(0, ((double)plan->budget_ns / 1e9 / plan->count / SLICES - around_s) / around) * 1e9;
}

/* Where the next process begins; or that this one began near enough. */
static void take(void *context, json_t *trial)
{
    static const double near = 0.15, enough = 0.8;
    static const double growth = 4; /* what short slices say of a queue is too good */
    struct pilots *pilots = context;
    double longest = longest_ns(pilots->plan);
    int index = pilots->which[json_integer_value(json_object_get(trial, "configuration"))];
    struct pilot *pilot = &pilots->all[index];
    const json_t *search = json_object_get(json_object_get(trial, "base"), "search");
    const struct plan_entry *entry = &pilots->plan->entries[index];
    double found = real_of(search, "rate"), service_ns = real_of(search, "service_ns"), began = pilot->rate;
    if (*result_string(trial, "failure")) {
        snprintf(pilot->why, sizeof pilot->why, "%.180s", result_string(trial, "failure"));
        return;
    }
    *pilot->why = '\0';
    if (isfinite(real_of(search, "generator_from")) && real_of(search, "generator_from") <= 1.02 * found)
        snprintf(pilot->why, sizeof pilot->why, "the generator is the limit, from %.3g jobs per second on",
                 real_of(search, "generator_from"));
    pilot->rate = isfinite(found) ? found : last_of(search);
    pilot->rate = pilot->rate >= 1 ? pilot->rate : 1;
    pilot->found = isfinite(found);
    pilot->needed_ns = duet_rates_slice_ns(&pilots->plan->duet.slo, pilot->rate,
                                           pilot->found && service_ns > 0 ? service_ns : 0, plan_workers(entry));
    pilot->settled =
        pilot->found && fabs(log(found / began)) < near && !*pilot->why && pilot->slice_ns >= enough * pilot->needed_ns;
    pilot->too_long = pilot->found && pilot->slice_ns >= longest && enough * pilot->needed_ns > longest;
    pilot->slice_ns = fmin(longest, fmax(pilot->slice_ns, fmin(pilot->needed_ns, growth * pilot->slice_ns)));
    tell(pilots, index);
}

static double slice_s(const struct pilot *pilot)
{
    return around * pilot->slice_ns / 1e9 + around_s;
}

static int too_long(const struct pilots *pilots, struct why why)
{
    char needs[32], has[32];
    double slices_s = 0;
    bool any = longest_ns(pilots->plan) < LEAST_NS;
    for (int i = 0; i < pilots->plan->count; i++) {
        any = any || pilots->all[i].too_long;
        slices_s += around * fmax(LEAST_NS, fmax(pilots->all[i].needed_ns, pilots->all[i].slice_ns)) / 1e9 + around_s;
    }
    if (!any)
        return 0;
    units_time_text(slices_s * SLICES * 1e9, needs, sizeof needs);
    units_time_text((double)pilots->plan->budget_ns, has, sizeof has);
    why_wrong(why,
              "duet --slo: %d processes of these searches take %s at least, and --budget is %s (a slice has to be long "
              "against the limit and the queue's memory)",
              DUET_RULE_FIRST + DUET_RULE_SECOND_LEAST, needs, has);
    return -ETIME;
}

/* One more process of those that are not settled. */
static int look(struct pilots *pilots, int try)
{
    struct plan part = *pilots->plan;
    struct round_events events = {.trial = take, .context = pilots};
    int error = 0;
    part.count = 0;
    part.entries = calloc((size_t)pilots->plan->count + 1, sizeof *part.entries);
    if (!part.entries)
        return -ENOMEM;
    for (int i = 0; i < pilots->plan->count && !error; i++) {
        if (pilots->all[i].settled)
            continue;
        error = put(pilots, i);
        pilots->which[part.count] = i;
        part.entries[part.count++] = pilots->plan->entries[i];
    }
    part.rounds = 1;
    part.seed += (uint64_t)try * 7919;
    part.duet.again = false;
    part.duet.share_ns = 1e12; /* as many passes as there are */
    if (part.count && !error)
        error = round_run(&part, &events);
    free(part.entries);
    return error;
}

static int search(struct pilots *pilots, struct why why)
{
    char name[192];
    int error = 0;
    for (int try = 0; try < TRIES && !error; try++) {
        error = too_long(pilots, why);
        if (!error)
            error = look(pilots, try);
    }
    if (!error)
        error = too_long(pilots, why);
    for (int i = 0; i < pilots->plan->count && !error; i++) {
        if (pilots->all[i].settled)
            error = put(pilots, i);
        else
            error = why_wrong(why, "duet --slo: %s: no rate was found that keeps it: %s",
                              plan_name(&pilots->plan->entries[i], name, sizeof name),
                              *pilots->all[i].why ? pilots->all[i].why
                                                  : "from one process to the next it lies elsewhere, or nowhere");
    }
    return error;
}

int duet_rates_find(struct plan *plan, double *share_s, struct why why)
{
    size_t room = (size_t)plan->count + 1;
    struct pilots pilots = {.plan = plan,
                            .asked = must_memory(calloc(room, sizeof *pilots.asked)),
                            .all = must_memory(calloc(room, sizeof *pilots.all)),
                            .which = must_memory(calloc(room, sizeof *pilots.which))};
    int error;
    for (int i = 0; i < plan->count; i++) {
        struct pilot *pilot = &pilots.all[i];
        pilots.asked[i] = plan->entries[i].workload;
        pilot->rate = rate_search_start(&plan->entries[i]);
        pilot->slice_ns = fmin(longest_ns(plan), duet_rates_slice_ns(&plan->duet.slo, pilot->rate, 0, 0));
    }
    progress_begin("process");
    error = search(&pilots, why);
    progress_end();
    *share_s = 0;
    for (int i = 0; i < plan->count; i++)
        *share_s += DUET_RATE_PASSES * SIDES * slice_s(&pilots.all[i]) / plan->count;
    free(pilots.asked);
    free(pilots.all);
    free(pilots.which);
    return error;
}
