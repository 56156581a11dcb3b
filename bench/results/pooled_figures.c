/* pooled_figures.c - see pooled_figures.h. Reads the histograms of the summaries, in
 * which the rounds are together already. */
#include "bench/results/pooled_figures.h"

#include <math.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/results/hist_json.h"
#include "bench/statistics/pooled.h"
#include "workloads/core/workload.h"

static const struct workload_ops *ops_of(const json_t *configuration)
{
    const char *name = json_string_value(json_object_get(configuration, "workload"));
    for (int i = 0; name && i < workload_count(); i++)
        if (!strcmp(workload_at(i)->name, name))
            return workload_at(i);
    return NULL;
}

static void add_samples(struct hist *hist, const json_t *configuration, const char *name)
{
    const json_t *summary = json_object_get(configuration, "summary");
    hist_json_read(hist, json_object_get(json_object_get(summary, "samples"), name));
}

/* Whether two configurations differ in the pool only, but for what becomes of results. */
static bool same_setting(const json_t *a, const json_t *b)
{
    static const char *const setting[] = {"spec", "workers", "producers", "capacity", "full", "pin"};
    for (size_t i = 0; i < sizeof setting / sizeof *setting; i++)
        if (!json_equal(json_object_get(a, setting[i]), json_object_get(b, setting[i])))
            return false;
    return true;
}

/* All samples that a figure is made of. */
static void gather(const json_t *result, const json_t *configuration, const struct workload_figure *figure,
                   const char *name, struct hist *hist)
{
    json_t *other;
    size_t i;
    *hist = (struct hist){0};
    if (!figure->shared)
        add_samples(hist, configuration, name);
    else
        json_array_foreach (json_object_get(result, "configurations"), i, other)
            if (same_setting(other, configuration))
                add_samples(hist, other, name);
}

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* The figure's object in the summary; one whose rounds hold nothing by themselves gets
 * an empty one. */
static json_t *object_of(json_t *figures, const char *name)
{
    json_t *object = json_object_get(figures, name);
    if (json_is_object(object))
        return object;
    json_object_set_new(figures, name,
                        must_pack("{s:n, s:n, s:n, s:f, s:i}", "median", "low", "high", "coverage", 0.0, "count", 0));
    return json_object_get(figures, name);
}

/* How many samples of a round are beyond that value. */
static struct pooled_round beyond(const json_t *trial, const char *name, double ns)
{
    static struct hist one; /* large; this runs in one thread only */
    const char *verdict = json_string_value(json_object_get(trial, "verdict"));
    one = (struct hist){0};
    if (!verdict || strcmp(verdict, "ok") ||
        hist_json_read(&one, json_object_get(json_object_get(trial, "samples"), name)))
        return (struct pooled_round){0};
    return (struct pooled_round){(double)hist_later(&one, ns), (double)(one.count + one.lost)};
}

/* How many independent samples its rounds say that a quantile's are worth; *count: how many rounds. */
static double worth_of(const json_t *configuration, const char *name, double value, int *count)
{
    enum { ROUNDS_MAX = 10000 };
    static struct pooled_round rounds[ROUNDS_MAX];
    json_t *trial;
    size_t i;
    *count = 0;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial) {
        if (*count == ROUNDS_MAX)
            break;
        rounds[*count] = beyond(trial, name, value);
        *count += rounds[*count].all > 0;
    }
    return pooled_worth(rounds, *count);
}

static double upper_end(const struct hist *hist, double quantile, double worth)
{
    struct pooled_levels levels = pooled_levels(worth, quantile);
    return fmax(levels.high <= 1 ? hist_quantile(hist, levels.high) : INFINITY, hist_quantile(hist, quantile));
}

/* The 95% interval of a quantile of a configuration's own samples, as a promise's. An end
 * that so many cannot have, or that is among the lost, is null; both are where too few rounds
 * say nothing of how they differ, however many samples they have. */
static void add_interval(json_t *figure, const json_t *configuration, const char *name, double quantile,
                         const struct hist *hist)
{
    enum { ROUNDS_MIN = 3 };
    int rounds;
    double value = hist_quantile(hist, quantile), worth = worth_of(configuration, name, value, &rounds), low;
    struct pooled_levels levels = pooled_levels(worth, quantile);
    if (rounds < ROUNDS_MIN) {
        json_object_update_new(figure, must_pack("{s:n, s:n}", "pooled_low", "pooled_high"));
        return;
    }
    low = levels.low > 0 ? hist_quantile(hist, levels.low) : (double)hist->min;
    json_object_update_new(figure, must_pack("{s:o, s:o}", "pooled_low", number(fmin(low, value)), "pooled_high",
                                             number(upper_end(hist, quantile, worth))));
}

static void add_to(const json_t *result, const json_t *configuration, const struct workload_ops *ops)
{
    static struct hist hist; /* large; this runs in one thread only */
    json_t *figures = json_object_get(json_object_get(configuration, "summary"), "figures");
    double found[WORKLOAD_FIGURES_MAX];
    for (int f = 0; f < ops->figure_count; f++) {
        const struct workload_figure *figure = &ops->figures[f];
        found[f] = NAN;
        if (!(figure->quantile > 0))
            continue;
        gather(result, configuration, figure, ops->samples[figure->sample], &hist);
        found[f] = hist_held(&hist, figure->quantile);
        if (hist.count + hist.lost)
            json_object_update_new(object_of(figures, figure->name),
                                   must_pack("{s:o, s:I, s:f}", "pooled", number(found[f]), "samples",
                                             (json_int_t)(hist.count + hist.lost), "needed",
                                             hist_needed(figure->quantile)));
        if (!figure->shared && isfinite(found[f]))
            add_interval(object_of(figures, figure->name), configuration, ops->samples[figure->sample],
                         figure->quantile, &hist);
    }
    for (int f = 0; f < ops->figure_count; f++) {
        const struct workload_figure *figure = &ops->figures[f];
        double value = figure->divisor ? found[figure->quotient - 1] / found[figure->divisor - 1] : NAN;
        if (isfinite(value))
            json_object_set_new(object_of(figures, figure->name), "pooled", json_real(value));
    }
}

void pooled_figures_add(json_t *result)
{
    json_t *configuration;
    size_t i;
    json_array_foreach (json_object_get(result, "configurations"), i, configuration) {
        const struct workload_ops *ops = ops_of(configuration);
        if (ops && json_object_get(configuration, "summary"))
            add_to(result, configuration, ops);
    }
}

void pooled_figures_widen(const json_t *configuration, pooled_figures_worth_fn *worth, void *context)
{
    static struct hist hist; /* large; this runs in one thread only */
    const struct workload_ops *ops = ops_of(configuration);
    json_t *figures = json_object_get(json_object_get(configuration, "summary"), "figures");
    for (int f = 0; ops && f < ops->figure_count; f++) {
        const struct workload_figure *figure = &ops->figures[f];
        json_t *found = json_object_get(figures, figure->name);
        double value, above;
        int rounds;
        if (!json_is_number(json_object_get(found, "pooled_high")))
            continue;
        hist = (struct hist){0};
        add_samples(&hist, configuration, ops->samples[figure->sample]);
        value = hist_quantile(&hist, figure->quantile);
        above = fmin(worth(context, (double)(hist.count + hist.lost), value),
                     worth_of(configuration, ops->samples[figure->sample], value, &rounds));
        if (hist.count && isfinite(value))
            json_object_set_new(found, "pooled_high", number(upper_end(&hist, figure->quantile, above)));
    }
}
