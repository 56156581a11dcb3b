/* duet_round.c - see duet_round.h. */
#include "bench/measure/duet_round.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/measure/duet_rate.h"
#include "bench/measure/slowed.h"
#include "bench/statistics/rates.h"
#include "bench/statistics/stats.h"

enum {
    SLICE_NS = 5000000,
    SLICE_LONG_NS = 20000000, /* of long jobs, and at least LONG_JOBS of them */
    LONG_JOB_NS = 10000,
    LONG_JOBS = 50,
    SLICE_JOBS_MAX = 1 << 22,
    SLOW_MOST = 8,      /* a slice of the new side may take so many times what one is to take */
    LOOK_NS = 20000000, /* several turns of a scheduler */
    WARM_NS = 2000000,
    WARM_RUNS = 8,
    WARM_JOBS = 4096,
    PASSES_MAX = 32, /* of two pairs each */
    SHAKES = 32,     /* blocks that are held between slices */
    SHAKE_BYTES = 1 << 16,
};

/* What a side gathered. */
struct gathered {
    double value[2 * PASSES_MAX], cpu_ns[2 * PASSES_MAX]; /* of pair i; NaN: none */
    double bytes;                                         /* that its pool takes; NaN: not measured */
    double wakes, jobs;
};

struct benchmark {
    struct plan_entry entry[SIDES];
    struct gathered side[SIDES];
    int64_t jobs;
    double slice_ns, each_ns; /* a slice; with all that is around it */
    double delay_ns;          /* on the new side, on purpose */
    int passes;
    int done;               /* passes */
    struct duet_rate *rate; /* it is a search for the rate that is kept; else NULL */
    bool ended, hung, cannot;
    char failure[SLICE_FAILURE_MAX + 16];
};

struct state {
    const struct plan *plan;
    const struct duet_host *host;
    struct benchmark *all; /* [plan->count] */
    int *order;
    bool over;
    void *held[SHAKES];
};

static bool word_is(const struct workload_spec *spec, const char *name, const char *word)
{
    for (int i = 0; i < spec->ops->param_count; i++)
        if (!strcmp(spec->ops->params[i].name, name) && spec->ops->params[i].kind == WORKLOAD_CHOICE)
            return !strcmp(spec->ops->params[i].choices[spec->values[i]], word);
    return false;
}

/* Whether its jobs call their pool. */
static bool asks(const struct workload_spec *spec)
{
    const char *rest = workload_rest(spec);
    return !strcmp(spec->ops->name, "tree") || (rest && !strncmp(rest, "tree", 4)) ||
           (!strcmp(spec->ops->name, "cancel") && !word_is(spec, "jobs", "never"));
}

const char *duet_unsupported(const struct plan_entry *entry)
{
    if (asks(&entry->workload) && (!sides_job_calls(SIDE_BASE) || !sides_job_calls(SIDE_NEW)))
        return "its jobs fork or ask for a cancel, and both plug-ins would have to export poolbench_job_calls for that "
               "(our own pools do: make pools.so)";
    return plan_unsupported(entry);
}

const char *duet_figure(const struct plan_entry *entry)
{
    const struct workload_ops *ops = entry->workload.ops;
    /* Its jobs per second are the consumer's; a pool shows in how long a job has to wait. */
    return ops->judged_by ? ops->judged_by : !strcmp(ops->name, "slow-consumer") ? "oldest_ns" : NULL;
}

/* The figure of one slice; NaN: it has none. */
static double figure_of(const struct workload_ops *ops, const struct slice *slice, const struct slice_samples *samples,
                        const char *name)
{
    for (int i = 0; i < ops->figure_count; i++) {
        const struct workload_figure *figure = &ops->figures[i];
        if (strcmp(figure->name, name))
            continue;
        if (figure->divisor)
            return slice->figures[figure->quotient - 1] / slice->figures[figure->divisor - 1];
        if (figure->quantile > 0 && isnan(slice->figures[i]))
            return hist_held(&samples->own[figure->sample], figure->quantile);
        return slice->figures[i];
    }
    return NAN;
}

static double positive(double value)
{
    return isfinite(value) && value > 0 ? value : NAN;
}

static double ran(const struct slice *slice)
{
    return (double)(slice->stats.done + slice->stats.failed);
}

/* Frees and allocates something of a random size: the next pool lies elsewhere. */
static void shake(struct state *state)
{
    uint64_t random = state->host->random(state->host->context);
    void **block = &state->held[random % SHAKES];
    size_t size = 64 + (random >> 8) % SHAKE_BYTES;
    free(*block);
    *block = malloc(size);
    if (*block)
        memset(*block, 1, size);
}

static void take_failure(struct benchmark *benchmark, enum side side, const struct slice *slice)
{
    benchmark->ended = true;
    benchmark->hung = slice->hung;
    benchmark->cannot = slice->cannot;
    snprintf(benchmark->failure, sizeof benchmark->failure, "%s: %s", side_name(side), slice->failure);
}

/* One slice of a side. Returns false when it is not to be counted. */
static bool run(struct state *state, int index, enum side side, struct slice *slice, struct slice_samples *samples)
{
    struct benchmark *benchmark = &state->all[index];
    struct plan_entry entry = benchmark->entry[side];
    bool slows = state->plan->duet.slowed > 0, goes_on;
    shake(state);
    memset(samples, 0, sizeof *samples);
    if (slows) {
        entry.pool = slowed_begin(entry.pool, benchmark->jobs, side == SIDE_NEW ? benchmark->delay_ns : 0);
        if (!entry.pool)
            return state->over = true, false;
    }
    job_calls = sides_job_calls(side) ? sides_job_calls(side) : &poolbench_job_calls;
    goes_on = state->host->run(state->host->context, index, side, &entry, benchmark->jobs, benchmark->slice_ns, slice,
                               samples);
    if (slows && !slice->hung && !slice->stopped)
        slowed_end();
    state->over = state->over || !goes_on;
    if (*slice->failure)
        take_failure(benchmark, side, slice);
    return !*slice->failure && !slice->stopped;
}

static bool is_long(const struct plan_entry *entry, double ns_per_job)
{
    return ns_per_job * plan_workers(entry) >= LONG_JOB_NS;
}

static int64_t least_jobs(const struct plan_entry *entry, double ns_per_job)
{
    return is_long(entry, ns_per_job) ? LONG_JOBS : 5 * (int64_t)entry->capacity;
}

static int64_t slice_jobs(const struct plan *plan, const struct plan_entry *entry, double ns_per_job)
{
    double ns = ns_per_job > 1 ? ns_per_job : 1;
    int64_t jobs, least = least_jobs(entry, ns);
    if (entry->workload.ops->jobs)
        return plan_slice_jobs(plan, entry, ns_per_job);
    jobs = (int64_t)((is_long(entry, ns) ? SLICE_LONG_NS : SLICE_NS) / ns);
    jobs = jobs < least ? least : jobs;
    return jobs > SLICE_JOBS_MAX ? SLICE_JOBS_MAX : jobs;
}

/* What makes a slice of a search: its rate does. */
static void put_rate(struct state *state, int index, enum side side)
{
    struct benchmark *benchmark = &state->all[index];
    struct plan_entry *entry = &benchmark->entry[side];
    double each;
    duet_rate_put(benchmark->rate, side, entry);
    each = workload_job_ns(&entry->workload);
    benchmark->jobs = plan_slice_jobs(state->plan, entry, each);
    benchmark->slice_ns = (double)benchmark->jobs * each;
}

/* Each slice of a search warms up itself. How much longer jobs take on purpose is a share of the
 * CPU time of one. */
static void begin_rate(struct state *state, int index, struct slice *slice, struct slice_samples *samples)
{
    struct benchmark *benchmark = &state->all[index];
    duet_rate_begin(benchmark->rate, &state->plan->entries[index], &state->plan->duet.slo,
                    state->host->random(state->host->context) | 1);
    benchmark->passes = DUET_RATE_PASSES;
    if (!(state->plan->duet.slowed > 0))
        return;
    put_rate(state, index, SIDE_BASE);
    if (run(state, index, SIDE_BASE, slice, samples))
        benchmark->delay_ns = state->plan->duet.slowed * slice->window.service_ns;
}

/* Looks at the new side with few jobs first: what is many times slower would take its time from the processes that are
 * to say so, and gets fewer in a slice, if not fewer than jobs of its length may have; both sides do. That makes the
 * base look slower, if anything. A short look may have met a neighbour's turn on its CPU: then a longer one is taken,
 * until it is one for which such a turn means little. Returns false where there is nothing to go on with. */
static bool shorten(struct state *state, int index, struct slice *slice, struct slice_samples *samples)
{
    struct benchmark *benchmark = &state->all[index];
    const int64_t jobs = benchmark->jobs;
    int64_t few = jobs / SLOW_MOST < WARM_JOBS ? jobs / SLOW_MOST + 1 : WARM_JOBS, fit, least;
    double most = SLOW_MOST * benchmark->slice_ns, each = INFINITY;
    do {
        benchmark->jobs = few < jobs ? few : jobs;
        if (!run(state, index, SIDE_NEW, slice, samples) || state->over)
            return false;
        each = slice->wall_ns / (double)benchmark->jobs;
        few *= 4;
    } while (each * (double)jobs > most && slice->wall_ns < LOOK_NS && benchmark->jobs < jobs);
    least = least_jobs(&benchmark->entry[SIDE_BASE], each);
    fit = (int64_t)fmax(most / each, (double)least);
    benchmark->jobs = each * (double)jobs > most && fit < jobs ? fit : jobs;
    return true;
}

/* How many jobs make a slice, from the base; then once each on the other sides. */
static void warm_up(struct state *state, int index, struct slice *slice, struct slice_samples *samples)
{
    struct benchmark *benchmark = &state->all[index];
    const struct plan_entry *entry = &benchmark->entry[SIDE_BASE];
    double each = workload_job_ns(&entry->workload);
    bool fixed = entry->workload.ops->jobs != NULL;
    int64_t began = workload_now_ns(), last = began;
    double left_ns;
    if (benchmark->rate)
        return begin_rate(state, index, slice, samples);
    benchmark->jobs = fixed      ? slice_jobs(state->plan, entry, each)
                      : each > 0 ? (int64_t)(WARM_NS / each) + 1
                                 : WARM_JOBS;
    if (benchmark->jobs > WARM_JOBS && !fixed)
        benchmark->jobs = WARM_JOBS;
    for (int i = 0; i < WARM_RUNS; i++) {
        if (!run(state, index, SIDE_BASE, slice, samples) || state->over)
            return;
        each = slice->wall_ns / (double)benchmark->jobs;
        if (fixed || slice->wall_ns >= WARM_NS)
            break;
        benchmark->jobs *= 4;
    }
    benchmark->jobs = slice_jobs(state->plan, entry, each);
    benchmark->slice_ns = (double)benchmark->jobs * each;
    if (!fixed && !shorten(state, index, slice, samples))
        return;
    for (int side = SIDE_BASE; side <= (state->plan->duet.again ? SIDE_AGAIN : SIDE_NEW) && !state->over; side++) {
        last = workload_now_ns();
        if (!run(state, index, (enum side)side, slice, samples))
            return;
        if (side == SIDE_BASE) /* where CPUs are the limit, the same share of wall time */
            benchmark->delay_ns = state->plan->duet.slowed * slice->cpu_ns / (double)benchmark->jobs;
    }
    benchmark->each_ns = (double)(workload_now_ns() - last);
    left_ns = state->plan->duet.share_ns - (double)(workload_now_ns() - began);
    benchmark->passes =
        (int)fmin(PASSES_MAX, fmax(1, left_ns / ((state->plan->duet.again ? 5 : 4) * benchmark->each_ns)));
}

static void take(struct benchmark *benchmark, enum side side, int pair, const struct slice *slice,
                 const struct slice_samples *samples)
{
    struct gathered *gathered = &benchmark->side[side];
    const char *figure = duet_figure(&benchmark->entry[side]);
    double value = slice->wall_ns / ran(slice);
    if (figure)
        value = figure_of(benchmark->entry[side].workload.ops, slice, samples, figure);
    if (benchmark->rate)
        duet_rate_take(benchmark->rate, side, slice, samples);
    gathered->value[pair] = benchmark->rate ? NAN : positive(value);
    gathered->cpu_ns[pair] = positive(slice->cpu_ns / ran(slice));
    gathered->bytes = slice->pool_bytes < 0 ? NAN : (double)slice->pool_bytes;
    gathered->wakes += (double)slice->stats.wakes;
    gathered->jobs += ran(slice);
}

/* Both sides in random order, then mirrored: two pairs. Of a search once each. */
static void run_pass(struct state *state, int index, struct slice *slice, struct slice_samples *samples)
{
    struct benchmark *benchmark = &state->all[index];
    int pass = benchmark->done, count = state->plan->duet.again && (benchmark->rate || pass % 2 == 0) ? 3 : 2;
    int slices = benchmark->rate ? count : 2 * count; /* of a search the next rate follows from this one */
    enum side order[SIDES] = {SIDE_BASE, SIDE_NEW, SIDE_AGAIN};
    for (int i = count - 1; i > 0; i--) {
        int j = (int)((state->host->random(state->host->context) >> 16) % (uint64_t)(i + 1));
        enum side kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
    for (int i = 0; i < slices; i++) {
        enum side side = order[i < count ? i : 2 * count - 1 - i];
        if (benchmark->rate)
            put_rate(state, index, side);
        if (!run(state, index, side, slice, samples))
            return;
        take(benchmark, side, 2 * pass + (i >= count), slice, samples);
        if (state->over && i < slices - 1)
            return;
    }
    benchmark->done++;
}

static void shuffle(struct state *state)
{
    int count = state->plan->count;
    for (int i = 0; i < count; i++)
        state->order[i] = i;
    for (int i = count - 1; i > 0; i--) {
        int j = (int)((state->host->random(state->host->context) >> 16) % (uint64_t)(i + 1)), kept = state->order[i];
        state->order[i] = state->order[j];
        state->order[j] = kept;
    }
}

/* Passes over all; where slices take longer than they did in the warm-up, as many as
 * there is time for. */
static void run_all(struct state *state, struct slice *slice, struct slice_samples *samples)
{
    static const double patience = 1.5;
    double until = (double)workload_now_ns() + patience * state->plan->duet.share_ns * state->plan->count;
    bool more = true;
    for (int pass = 0; more && !state->over; pass++) {
        more = false;
        shuffle(state);
        for (int i = 0; i < state->plan->count && !state->over; i++) {
            int index = state->order[i];
            struct benchmark *benchmark = &state->all[index];
            if (benchmark->ended || benchmark->done >= benchmark->passes || (pass && (double)workload_now_ns() > until))
                continue;
            run_pass(state, index, slice, samples);
            more = true;
        }
    }
}

/* The median over pairs of ln(of a side/of the base); null: there is none. */
static json_t *ratio_json(const double *of, const double *base, int pairs)
{
    double logs[2 * PASSES_MAX];
    int count = 0;
    for (int i = 0; i < pairs; i++)
        if (isfinite(of[i]) && isfinite(base[i]))
            logs[count++] = log(of[i] / base[i]);
    return count ? json_real(stats_median(logs, count).median) : json_null();
}

static json_t *list_json(const double *values, int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(list, isfinite(values[i]) ? json_real(values[i]) : json_null());
    return list;
}

static json_t *side_json(const struct gathered *side, int pairs, bool counts_wakes)
{
    return must_pack("{s:o, s:o, s:o, s:o}", "values", list_json(side->value, pairs), "cpu_ns_per_job",
                     list_json(side->cpu_ns, pairs), "pool_bytes",
                     isfinite(side->bytes) ? json_real(side->bytes) : json_null(), "wakes_per_job",
                     side->jobs > 0 && counts_wakes ? json_real(side->wakes / side->jobs) : json_null());
}

/* Which side was loaded first, second, last. */
static json_t *loaded_json(int round)
{
    enum side order[SIDES];
    json_t *names = json_array();
    sides_order(round, order);
    for (int i = 0; i < SIDES; i++)
        json_array_append_new(names, must_text(side_name(order[i])));
    return names;
}

/* What a search found is the value of its one pair. */
static void take_rates(struct benchmark *benchmark)
{
    for (int side = 0; benchmark->rate && side < SIDES; side++)
        benchmark->side[side].value[0] = duet_rate_ns(benchmark->rate, (enum side)side);
}

static json_t *trial_of(const struct state *state, int index)
{
    const struct benchmark *benchmark = &state->all[index];
    const struct gathered *sides = benchmark->side;
    int pairs = 2 * benchmark->done;
    json_t *trial = must_pack("{s:i, s:s, s:o, s:i, s:I, s:o, s:o, s:o}", "configuration", index, "verdict",
                              benchmark->hung       ? "hang"
                              : benchmark->cannot   ? "cannot"
                              : *benchmark->failure ? "failed"
                                                    : "ok",
                              "failure", *benchmark->failure ? must_text(benchmark->failure) : json_null(), "pairs",
                              pairs, "jobs", (json_int_t)benchmark->jobs, "log_ratio",
                              ratio_json(sides[SIDE_NEW].value, sides[SIDE_BASE].value, pairs), "log_ratio_again",
                              ratio_json(sides[SIDE_AGAIN].value, sides[SIDE_BASE].value, pairs), "log_ratio_cpu",
                              ratio_json(sides[SIDE_NEW].cpu_ns, sides[SIDE_BASE].cpu_ns, pairs));
    for (int side = 0; side < (state->plan->duet.again ? SIDES : SIDE_AGAIN); side++) {
        json_object_set_new(trial, side_name((enum side)side),
                            side_json(&sides[side], pairs, !(benchmark->entry[side].pool->declares & POOL_NO_COUNTS)));
        if (benchmark->rate)
            json_object_set_new(json_object_get(trial, side_name((enum side)side)), "search",
                                duet_rate_json(benchmark->rate, (enum side)side));
    }
    json_object_set_new(trial, "loaded", loaded_json(state->plan->duet.round));
    return trial;
}

static bool begin(struct state *state)
{
    state->all = calloc((size_t)state->plan->count, sizeof *state->all);
    state->order = calloc((size_t)state->plan->count, sizeof *state->order);
    for (int i = 0; state->all && i < state->plan->count; i++) {
        if (state->plan->duet.slo.count)
            state->all[i].rate = must_memory(calloc(1, sizeof *state->all[i].rate));
        for (int side = 0; side < SIDES; side++) {
            state->all[i].entry[side] = state->plan->entries[i];
            state->all[i].entry[side].pool = sides_find((enum side)side, state->plan->entries[i].pool->name);
            for (int pair = 0; pair < 2 * PASSES_MAX; pair++)
                state->all[i].side[side].value[pair] = state->all[i].side[side].cpu_ns[pair] = NAN;
            state->all[i].side[side].bytes = NAN;
        }
    }
    return state->all && state->order;
}

void duet_round(const struct plan *plan, const struct duet_host *host, bool (*whole)(void *context))
{
    struct state state = {.plan = plan, .host = host};
    struct slice *slice = calloc(1, sizeof *slice);
    struct slice_samples *samples = calloc(1, sizeof *samples);
    if (!slice || !samples || !begin(&state))
        _Exit(1);
    shuffle(&state);
    for (int i = 0; i < plan->count && !state.over; i++)
        warm_up(&state, state.order[i], slice, samples);
    run_all(&state, slice, samples);
    for (int i = 0; i < plan->count; i++)
        take_rates(&state.all[i]);
    for (int i = 0; i < plan->count; i++)
        if (*state.all[i].failure || (state.all[i].done && whole(host->context)))
            host->tell(host->context, trial_of(&state, i));
}
