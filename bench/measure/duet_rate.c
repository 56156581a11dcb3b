/* duet_rate.c - see duet_rate.h. */
#include "bench/measure/duet_rate.h"

#include <math.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/statistics/rates.h"

void duet_rate_begin(struct duet_rate *rate, const struct plan_entry *entry, const struct slo_list *promises,
                     uint64_t seed)
{
    *rate = (struct duet_rate){.promises = promises, .entry = *entry, .seed = seed};
    for (int side = 0; side < SIDES; side++) {
        rate->chase[side] =
            (struct rate_chase){.start = 1e9 / workload_job_ns(&entry->workload), .lowest = 1, .highest = RATES_MAX};
        rate->late_from[side] = INFINITY;
    }
}

void duet_rate_put(struct duet_rate *rate, enum side side, struct plan_entry *entry)
{
    double next = floor(rate_chase_next(&rate->chase[side]));
    if (rates_put(&rate->entry.workload, next, 0, &entry->workload))
        entry->workload = rate->entry.workload;
    entry->seed = rate->seed;
    rate->asked[side] = 1e9 / workload_job_ns(&entry->workload);
}

/* The figure of that name; NaN: it has none. */
static double figure(const struct plan_entry *entry, const struct slice *slice, const char *name)
{
    const struct workload_ops *ops = entry->workload.ops;
    for (int i = 0; i < ops->figure_count; i++)
        if (!strcmp(ops->figures[i].name, name))
            return slice->figures[i];
    return NAN;
}

static double value_of(const struct slo_kind *kind, const struct hist *latency)
{
    if (kind->quantile > 0)
        return hist_quantile(latency, kind->quantile);
    return latency->lost ? INFINITY : hist_mean(latency);
}

/* What the pool took of the latency: the rest is the generator's being late. */
static double of_pool(const struct duet_rate *rate, const struct slice *slice, const struct slo_kind *kind,
                      double value)
{
    double late = figure(&rate->entry, slice, "generator_ns");
    if (kind->quantile > 0.99)
        late = figure(&rate->entry, slice, "latency_p999_ns") - figure(&rate->entry, slice, "pool_p999_ns");
    else if (kind->quantile == 0.99)
        late = figure(&rate->entry, slice, "latency_p99_ns") - figure(&rate->entry, slice, "pool_p99_ns");
    return isfinite(late) ? value - late : value;
}

void duet_rate_take(struct duet_rate *rate, enum side side, const struct slice *slice,
                    const struct slice_samples *samples)
{
    double least = INFINITY, least_of_pool = INFINITY;
    for (int i = 0; i < rate->promises->count; i++) {
        const struct slo *slo = &rate->promises->items[i];
        double value = value_of(slo->kind, &samples->submit_to_end), limit = (double)slo->limit_ns;
        double pool = of_pool(rate, slice, slo->kind, value);
        least = fmin(least, limit / value);
        least_of_pool = fmin(least_of_pool, pool > 0 ? limit / pool : INFINITY);
    }
    rate_chase_tell(&rate->chase[side], rate->asked[side], least);
    if (least < 1 && least_of_pool >= 1)
        rate->late_from[side] = fmin(rate->late_from[side], rate->asked[side]);
    if (slice->window.service_ns > 0) {
        rate->service_ns[side] += slice->window.service_ns;
        rate->slices[side]++;
        rate->chase[side].capacity = plan_workers(&rate->entry) * 1e9 * rate->slices[side] / rate->service_ns[side];
    }
}

double duet_rate_ns(const struct duet_rate *rate, enum side side)
{
    static const double near = 1.02;
    double found = rate_chase_found(&rate->chase[side]);
    return rate->late_from[side] <= near * found ? NAN : 1e9 / found;
}

json_t *duet_rate_json(const struct duet_rate *rate, enum side side)
{
    const struct rate_chase *chase = &rate->chase[side];
    json_t *asked = json_array();
    double found = rate_chase_found(chase);
    for (int i = 0; i < chase->count; i++)
        json_array_append_new(asked, must_pack("[f, f]", chase->probes[i].rate, chase->probes[i].kept));
    return must_pack(
        "{s:o, s:o, s:o, s:o}", "asked", asked, "rate", isfinite(found) ? json_real(found) : json_null(), "service_ns",
        rate->slices[side] ? json_real(rate->service_ns[side] / rate->slices[side]) : json_null(), "generator_from",
        isfinite(rate->late_from[side]) ? json_real(rate->late_from[side]) : json_null());
}
