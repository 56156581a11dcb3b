/* comparison_row.c - see comparison_row.h. */
#include "bench/findings/comparison_row.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/statistics/fisher.h"
#include "workloads/core/units.h"

static const struct {
    const char *name, *same, *better, *worse;
} kinds[COMPARISON_KINDS] = {
    [COMPARISON_SPEED] = {"speed", "same", "faster", "slower"},
    [COMPARISON_RATE] = {"rate", "same", "higher", "lower"},
    [COMPARISON_CPU] = {"CPU time", "same", "less", "more"},
    [COMPARISON_MEMORY] = {"memory", "same", "less", "more"},
    [COMPARISON_LATENCY] = {"latency", "same", "less", "more"},
    [COMPARISON_WAKES] = {"wakes", "same", "less", "more"},
    [COMPARISON_LOST] = {"lost jobs", "same", "fewer", "more"},
};

const char *comparison_row_kind(enum comparison_kind kind)
{
    return kinds[kind].name;
}

const char *comparison_row_verdict(const struct comparison_row *row)
{
    const char *const texts[] = {kinds[row->kind].same,
                                 kinds[row->kind].better,
                                 kinds[row->kind].worse,
                                 "cannot tell",
                                 "FAILED",
                                 "fails",
                                 "MISSING",
                                 "NO FIGURE"};
    return texts[row->verdict];
}

/* How many rounds would decide: the interval narrows with the root of their number, and
 * has to leave 1, or to fit between the thresholds. */
static double rounds_needed(const struct stats_ratio *change, double threshold, int rounds)
{
    double off = fmax(log(change->high / change->ratio), log(change->ratio / change->low));
    double away = fabs(log(change->ratio)), inside = -log1p(-threshold) - away;
    double needed = ceil(rounds * pow(off / fmax(away, inside), 2));
    return isfinite(needed) ? fmax(needed, rounds + 1) : INFINITY;
}

/* The median of a side, and what is known of it. */
static double describe(struct comparison_row *row, int side, const double *values, int count)
{
    struct stats_median median = {.median = NAN};
    if (count)
        median = stats_median(values, count);
    row->rounds[side] = count;
    row->noise[side] = count >= STATS_ENOUGH ? (median.high - median.low) / 2 / median.median : NAN;
    return median.median;
}

void comparison_row_judge(struct comparison_row *row, const double *base, int base_count, const double *now,
                          int now_count, double threshold)
{
    struct stats_ratio *change = &row->change;
    int rounds = base_count < now_count ? base_count : now_count;
    *change = row->is_rate ? stats_ratio_unpaired(now, now_count, base, base_count, row->tail)
                           : stats_ratio_unpaired(base, base_count, now, now_count, row->tail);
    row->base = describe(row, 0, base, base_count);
    row->new = describe(row, 1, now, now_count);
    row->verdict = COMPARISON_UNDECIDED;
    if (!change->known)
        row->rounds_needed = fmax(STATS_ENOUGH, stats_rank_sum_least(row->tail));
    else if (change->low > 1)
        row->verdict = COMPARISON_FASTER;
    else if (change->high < 1)
        row->verdict = COMPARISON_SLOWER;
    else if (change->low > 1 - threshold && change->high < 1 + threshold)
        row->verdict = COMPARISON_SAME;
    else
        row->rounds_needed = rounds_needed(change, threshold, rounds);
    row->regression = row->verdict == COMPARISON_SLOWER && change->ratio < 1 - threshold;
}

void comparison_row_nothing(struct comparison_row *row, const double *base, int base_count)
{
    row->base = describe(row, 0, base, base_count);
    row->new = describe(row, 1, NULL, 0);
    row->verdict = COMPARISON_NOTHING;
    row->regression = true;
    snprintf(row->note, sizeof row->note, "no round has that figure");
}

/* How far apart two searches may end that ask the same of the same: by the step between
 * what was kept and what was broken. */
static double grid_of(struct comparison_rate rate)
{
    static const double least = 0.04, most = 0.25;
    return rate.broken > rate.kept ? fmin(fmax(rate.broken / rate.kept - 1, least), most) : least;
}

static enum comparison_verdict verdict_closed(struct comparison_rate base, struct comparison_rate now, double much)
{
    if (!(base.kept > 0) && !(now.kept > 0))
        return COMPARISON_SAME; /* none then, none now */
    if (!(base.kept > 0) || now.kept / base.kept > 1 + much)
        return COMPARISON_FASTER;
    return !(now.kept > 0) || now.kept / base.kept < 1 - much ? COMPARISON_SLOWER : COMPARISON_SAME;
}

/* By the ends of both: what one kept against what the other broke. */
static enum comparison_verdict verdict_open(struct comparison_rate base, struct comparison_rate now, double much)
{
    if (now.kept > base.broken * (1 + much))
        return COMPARISON_FASTER;
    if (now.broken < base.kept * (1 - much))
        return COMPARISON_SLOWER;
    return base.kept > 0 && !(now.kept > 0) ? COMPARISON_NOTHING : COMPARISON_UNDECIDED;
}

void comparison_row_judge_rates(struct comparison_row *row, struct comparison_rate base, struct comparison_rate now,
                                double threshold)
{
    struct stats_ratio *change = &row->change;
    double much = threshold + grid_of(base);
    *change = (struct stats_ratio){
        .ratio = now.kept / base.kept, .low = now.kept / base.broken, .high = now.broken / base.kept};
    change->known = base.kept > 0 && base.broken > base.kept && isfinite(base.broken) && now.kept > 0 &&
                    now.broken > now.kept && isfinite(now.broken);
    row->base = base.kept > 0 ? base.kept : NAN;
    row->new = now.kept > 0 ? now.kept : NAN;
    row->verdict = base.open || now.open ? verdict_open(base, now, much) : verdict_closed(base, now, much);
    row->regression = row->verdict == COMPARISON_SLOWER || row->verdict == COMPARISON_NOTHING;
}

bool comparison_row_fails_more(int base_failed, int base_all, int now_failed, int now_all, double level)
{
    static const double hair = 1e-9; /* 1 of 20 is 5%, whatever its last digit is */
    return now_failed && fisher_more(base_failed, base_all, now_failed, now_all) <= level * (1 + hair);
}

const char *comparison_row_value(const struct comparison_row *row, double value, char *text, size_t size)
{
    if (isnan(value))
        return snprintf(text, size, "-"), text;
    if (row->is_rate)
        units_count_text(value, text, size);
    else if (row->unit == WORKLOAD_NS)
        units_time_text(value, text, size);
    else if (row->unit == WORKLOAD_BYTES)
        units_bytes_text(value, text, size);
    else if (row->unit == WORKLOAD_SHARE)
        units_share_text(value, text, size);
    else
        snprintf(text, size, "%.3g", value);
    if (row->is_rate)
        snprintf(text + strlen(text), size - strlen(text), "/s");
    return text;
}
