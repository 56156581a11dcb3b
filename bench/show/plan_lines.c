/* plan_lines.c - see plan_lines.h. */
#include "bench/show/plan_lines.h"

#include <math.h>
#include <string.h>

#include "bench/findings/slo_judge.h"
#include "bench/results/result.h"
#include "bench/show/plan_table.h"
#include "bench/statistics/sizing.h"
#include "bench/statistics/slo.h"
#include "workloads/core/units.h"

static const char *count_text(double value, char *text, size_t size)
{
    return units_count_text(value, text, size);
}

static const json_t *chosen_size(const json_t *plan)
{
    const json_t *size_json;
    size_t i;
    json_array_foreach (json_object_get(plan, "sizes"), i, size_json)
        if (result_integer(size_json, "workers") == result_integer(json_object_get(plan, "answer"), "workers"))
            return size_json;
    return NULL;
}

static void answer_line(const json_t *plan, char *text, size_t size)
{
    const json_t *answer = json_object_get(plan, "answer");
    double cpus = plan_table_number(json_object_get(plan, "service"), "cpus");
    char used[32];
    if (!json_is_object(answer)) {
        snprintf(text, size, "none: %s", *result_string(plan, "why") ? result_string(plan, "why") : "it was not found");
        return;
    }
    snprintf(text, size, "%s%lld worker%s, ", json_is_true(json_object_get(answer, "fewest")) ? "" : "at most ",
             (long long)result_integer(answer, "workers"), result_integer(answer, "workers") > 1 ? "s" : "");
    if (json_is_true(json_object_get(answer, "unbounded"))) /* whatever it is asked for */
        snprintf(text + strlen(text), size - strlen(text), "a queue without bound (that pool has no other)");
    else
        snprintf(text + strlen(text), size - strlen(text), "queue %lld, full=%s",
                 (long long)result_integer(answer, "capacity"), result_string(answer, "full"));
    if (isnan(plan_table_number(answer, "cpus")))
        snprintf(text + strlen(text), size - strlen(text), "; how much it computes was not recorded");
    else
        snprintf(text + strlen(text), size - strlen(text), "; %s of %.3g CPUs",
                 units_rough_text(plan_table_number(answer, "cpus"), used, sizeof used), cpus);
}

/* "M/G/c", or "11.0 ms .. 16.9 ms, M/G/c": what the services that were measured leave open. */
static void span_text(const json_t *chosen, char *text, size_t size)
{
    const json_t *model = json_object_get(chosen, "model");
    const struct slo_kind *kind = slo_kind(result_string(chosen, "name"));
    double low, high;
    char from[32], to[32];
    snprintf(text, size, "%s", result_string(model, "name"));
    if (!kind || !json_object_get(model, kind->is_loss ? "high_share" : "high_ns"))
        return;
    low = plan_table_number(model, kind->is_loss ? "low_share" : "low_ns");
    high = plan_table_number(model, kind->is_loss ? "high_share" : "high_ns");
    snprintf(text, size, "%s .. %s, %s", slo_value_text(kind, low, from, sizeof from),
             isnan(high) ? "no end" : slo_value_text(kind, high, to, sizeof to), result_string(model, "name"));
}

/* ", or 36.4 ms with services 4.8% longer, as they were then": where that is more than chance. "": it is not. */
static void served_text(const json_t *chosen, char *text, size_t size)
{
    static const double much = 0.01;
    const json_t *model = json_object_get(chosen, "model");
    const struct slo_kind *kind = slo_kind(result_string(chosen, "name"));
    double times = plan_table_number(model, "served_times"), value;
    char number[32], percent[32];
    *text = '\0';
    if (!kind || !(fabs(times - 1) >= much))
        return;
    value = plan_table_number(model, kind->is_loss ? "served_share" : "served_ns");
    snprintf(text, size, ", or %s with services %s%% %s, as they were then",
             isnan(value) ? "no end" : slo_value_text(kind, value, number, sizeof number),
             units_rough_text(100 * fabs(times - 1), percent, sizeof percent), times > 1 ? "longer" : "shorter");
}

static void promise_line(const json_t *result, const json_t *plan, char *text, size_t size)
{
    const json_t *chosen = chosen_size(plan);
    char rate[32], measured[PLAN_TABLE_CELL], model[PLAN_TABLE_CELL], span[PLAN_TABLE_CELL], served[128];
    plan_table_promises(result, text, size);
    snprintf(text + strlen(text), size - strlen(text), " at %s/s",
             count_text(plan_table_number(plan, "rate"), rate, sizeof rate));
    if (!chosen || !json_is_object(json_object_get(plan, "answer")))
        return;
    plan_table_measured(chosen, measured, sizeof measured);
    plan_table_model(chosen, model, sizeof model);
    span_text(chosen, span, sizeof span);
    served_text(chosen, served, sizeof served);
    snprintf(text + strlen(text), size - strlen(text), "     measured %s %s   model %s (%s)%s",
             result_string(chosen, "name"), measured, model, span, served);
}

/* The other promises of the answer, one after the other: which is nearest to being broken has a line already. */
static void others_line(const json_t *result, const json_t *plan, char *text, size_t size)
{
    const json_t *chosen = chosen_size(plan), *configuration, *judged;
    char measured[PLAN_TABLE_CELL], promise[64];
    size_t i;
    *text = '\0';
    if (!chosen || !json_is_object(json_object_get(plan, "answer")))
        return;
    configuration =
        json_array_get(json_object_get(result, "configurations"), (size_t)result_integer(chosen, "configuration"));
    json_array_foreach (json_object_get(json_object_get(configuration, "summary"), "slo"), i, judged) {
        struct slo slo = slo_from_json(judged);
        if (!slo.kind || !strcmp(slo.kind->name, result_string(chosen, "name")))
            continue;
        plan_table_measured(judged, measured, sizeof measured);
        snprintf(text + strlen(text), size - strlen(text), "%smeasured %s %s, promised %s", *text ? "; " : "",
                 slo.kind->name, measured, strstr(slo_text(&slo, promise, sizeof promise), "<="));
    }
}

static const json_t *fewer_size(const json_t *plan)
{
    const json_t *fewer = json_object_get(json_object_get(plan, "answer"), "fewer"), *size_json;
    size_t i;
    json_array_foreach (json_object_get(plan, "sizes"), i, size_json)
        if (json_is_integer(fewer) && result_integer(size_json, "workers") == json_integer_value(fewer))
            return size_json;
    return NULL;
}

/* Where sizes were named, the next smaller one may not be one worker fewer. */
static const char *fewer_word(const json_t *plan)
{
    const json_t *answer = json_object_get(plan, "answer");
    return result_integer(answer, "fewer") == result_integer(answer, "workers") - 1 ? "one fewer" : "fewer";
}

static void fewer_line(const json_t *plan, char *text, size_t size)
{
    const json_t *fewer = fewer_size(plan);
    const char *verdict = result_string(fewer, "verdict"), *why = result_string(fewer, "why");
    char measured[PLAN_TABLE_CELL];
    *text = '\0';
    if (!fewer)
        return;
    plan_table_measured(fewer, measured, sizeof measured);
    snprintf(text, size, "%lld worker%s: %s %s, ", (long long)result_integer(fewer, "workers"),
             result_integer(fewer, "workers") > 1 ? "s" : "", result_string(fewer, "name"), measured);
    if (!strcmp(verdict, "broken"))
        snprintf(text + strlen(text), size - strlen(text), "broken");
    else if (!strcmp(verdict, "kept")) /* of a recording: the simulation plays all of it */
        snprintf(text + strlen(text), size - strlen(text),
                 "kept in what was replayed; over the whole recording, simulated, it is broken");
    else
        snprintf(text + strlen(text), size - strlen(text), "nobody can tell%s%s", *why ? ": " : "", why);
}

/* What is known of the rates above. */
static void above_text(const json_t *held, char *text, size_t size)
{
    const char *limit = result_string(held, "limited_by");
    char rate[32];
    *text = '\0';
    if (!(plan_table_number(held, "rate_broken") > 0))
        return;
    count_text(plan_table_number(held, "rate_broken"), rate, sizeof rate);
    if (!strcmp(limit, "generator"))
        snprintf(text, size, "; the generator cannot make %s/s here", rate);
    else if (!strcmp(limit, "time"))
        snprintf(text, size, "; %s/s would have to be watched for longer", rate);
    else if (!strcmp(limit, "promise"))
        snprintf(text, size, "; %s/s breaks it", rate);
    else if (!strcmp(limit, "budget"))
        snprintf(text, size,
                 json_is_true(json_object_get(held, "broken_short"))
                     ? "; %s/s would have to be watched for longer, and the time ended there"
                     : "; at %s/s it was broken, and the time ended there",
                 rate);
    else
        snprintf(text, size, "; at %s/s nobody can tell in the time that there was", rate);
}

static void room_line(const json_t *plan, char *text, size_t size)
{
    const json_t *held = json_object_get(plan, "held");
    char kept[32], proved[32], above[128];
    *text = '\0';
    if (!(plan_table_number(held, "rate_kept") > 0))
        return;
    above_text(held, above, sizeof above);
    count_text(plan_table_number(held, "rate_proved"), proved, sizeof proved);
    if (plan_table_number(held, "times") <= 1)
        snprintf(text, size, "none that is known: holds the %s/s that were asked for%s",
                 count_text(plan_table_number(plan, "rate"), proved, sizeof proved), above);
    else
        snprintf(text, size, "holds about %s/s, %.3g times what was asked for (certainly %s/s%s)",
                 count_text(plan_table_number(held, "rate_kept"), kept, sizeof kept), plan_table_number(held, "times"),
                 proved, above);
}

/* The overload in which the queue was full, that of the answer's policy or, where that one loses nothing, of those
 * that turn jobs away: what is accepted waits in the same queue. NULL: it was not full. */
static const json_t *when_full(const json_t *plan)
{
    const json_t *policy, *answer = json_object_get(plan, "answer");
    bool blocks = !strcmp(result_string(answer, "full"), "block");
    static const double full = 0.05; /* lost so many, it was so most of the time */
    size_t i;
    json_array_foreach (json_object_get(json_object_get(plan, "overload"), "policies"), i, policy)
        if (!strcmp(result_string(policy, "full"), blocks ? "reject" : result_string(answer, "full")) &&
            plan_table_number(policy, "lost_share") >= full && plan_table_number(policy, "accepted_ns") > 0)
            return policy;
    return NULL;
}

/* That it was longer once, or that a shorter one breaks a promise. */
static void shorter_text(const json_t *shorter, char *text, size_t size)
{
    char accepted[32], rate[32];
    json_int_t from = result_integer(shorter, "from"), to = result_integer(shorter, "to");
    if (!json_is_object(shorter))
        return;
    units_time_text(plan_table_number(shorter, "accepted_ns"), accepted, sizeof accepted);
    count_text(plan_table_number(shorter, "rate_per_s"), rate, sizeof rate);
    if (to < from)
        snprintf(text + strlen(text), size - strlen(text), "; with %lld places what was accepted at %s/s took %s",
                 (long long)from, rate, accepted);
    if (to > result_integer(shorter, "asked"))
        snprintf(text + strlen(text), size - strlen(text), "; with %lld the promises are not kept for certain",
                 (long long)result_integer(shorter, "asked"));
}

/* Whether what was accepted was in time; else how much shorter the queue would have to be, unless a shorter one was
 * tried. */
static void late_text(const json_t *plan, const json_t *full, char *text, size_t size)
{
    const json_t *answer = json_object_get(plan, "answer");
    double accepted = plan_table_number(full, "accepted_ns"),
           limit = plan_table_number(json_object_get(plan, "overload"), "limit_ns");
    int64_t fewer = sizing_fewer_places(result_integer(answer, "capacity"), (int)result_integer(answer, "workers"),
                                        accepted, limit);
    if (accepted <= limit)
        snprintf(text, size, "in time");
    else if (fewer && !json_is_object(json_object_get(plan, "shorter")))
        snprintf(text, size, "too late: take a shorter one (by that %lld; there was no time to measure it)",
                 (long long)fewer);
    else
        snprintf(text, size, "too late");
}

static void queue_line(const json_t *plan, char *text, size_t size)
{
    const json_t *chosen = chosen_size(plan), *full = when_full(plan), *overload = json_object_get(plan, "overload"),
                 *shorter = json_object_get(plan, "shorter");
    double depth = plan_table_number(chosen, "in_queue");
    bool as_asked = !strcmp(result_string(full, "full"), result_string(json_object_get(plan, "answer"), "full"));
    char accepted[32], waited[32], late[80];
    *text = '\0';
    if (!chosen || !json_is_object(json_object_get(plan, "answer")))
        return;
    if (json_is_true(json_object_get(json_object_get(plan, "answer"), "unbounded")))
        snprintf(text, size, "%s jobs waited on average; nothing bounds it",
                 units_rough_text(depth, waited, sizeof waited));
    else if (isnan(depth)) /* of a recording: it has no steady state */
        snprintf(text, size, "%lld jobs may wait", (long long)result_integer(chosen, "capacity"));
    else
        snprintf(text, size, "%s jobs waited on average, %lld may", units_rough_text(depth, waited, sizeof waited),
                 (long long)result_integer(chosen, "capacity"));
    if (full) {
        late_text(plan, full, late, sizeof late);
        snprintf(text + strlen(text), size - strlen(text), "; when it is full%s%s%s %s of what is accepted is %s, %s",
                 as_asked ? "" : ", under full=", as_asked ? "" : result_string(full, "full"), as_asked ? "" : ",",
                 result_string(overload, "name"),
                 units_time_text(plan_table_number(full, "accepted_ns"), accepted, sizeof accepted), late);
    }
    shorter_text(shorter, text, size);
}

/* Of a recording: how much of it was replayed. */
static void recording_line(const json_t *plan, char *text, size_t size)
{
    const json_t *trace = json_object_get(plan, "trace");
    double times = plan_table_number(trace, "times");
    char jobs[32], span[32], part[32], from[48] = "from its begin", faster[32] = "";
    *text = '\0';
    if (!json_is_object(trace))
        return;
    count_text(plan_table_number(trace, "jobs"), jobs, sizeof jobs);
    units_time_text(plan_table_number(trace, "part_for_ns"), part, sizeof part);
    if (plan_table_number(trace, "part_from_ns") > 0)
        snprintf(from, sizeof from, "from %s",
                 units_time_text(plan_table_number(trace, "part_from_ns"), span, sizeof span));
    units_time_text(plan_table_number(trace, "span_ns"), span, sizeof span);
    if (times != 1)
        snprintf(faster, sizeof faster, ", at %.3g times its rate", times);
    if (json_is_true(json_object_get(trace, "whole")))
        snprintf(text, size, "%s jobs in %s%s: all of it is replayed", jobs, span, faster);
    else if (json_is_true(json_object_get(trace, "asked")))
        snprintf(text, size, "%s jobs in %s%s: planned for are %s %s on, as was asked", jobs, span, faster, part, from);
    else
        snprintf(text, size, "%s jobs in %s%s: %s %s on are replayed%s; all of it is in the simulation only", jobs,
                 span, faster, part, from,
                 json_is_false(json_object_get(trace, "busiest")) ? "" : ", where most work comes");
}

static const char *simulated_text(const json_t *simulated, char *text, size_t size)
{
    if (isnan(plan_table_number(simulated, "value_ns")))
        return snprintf(text, size, "without bound"), text;
    return units_time_text(plan_table_number(simulated, "value_ns"), text, size);
}

/* No cgroup could be made: what was measured knows of no quota. */
static void simulated_line(const json_t *quota, char *text, size_t size)
{
    const json_t *answer = json_object_get(quota, "simulated_answer");
    char value[32];
    snprintf(
        text, size,
        "%.3g of %.3g CPUs, simulated only (%s): what was measured knows of no quota; under it %lld workers: %s %s "
        "(%.3g%% of the periods run out)",
        plan_table_number(quota, "cpus"), plan_table_number(quota, "host_cpus"), result_string(quota, "why"),
        (long long)result_integer(answer, "workers"), result_string(quota, "name"),
        simulated_text(answer, value, sizeof value), 100 * plan_table_number(answer, "throttled"));
}

/* What sizing for the host would do under the quota. */
static void quota_line(const json_t *plan, char *text, size_t size)
{
    const json_t *quota = json_object_get(plan, "quota"), *measured = json_object_get(quota, "measured"),
                 *simulated = json_object_get(quota, "simulated_host");
    const char *name = result_string(quota, "name");
    char value[PLAN_TABLE_CELL] = "not measured", model[32];
    *text = '\0';
    if (!json_is_object(quota))
        return;
    if (!strcmp(result_string(quota, "group"), "none"))
        return simulated_line(quota, text, size);
    if (json_is_object(measured)) {
        plan_table_measured(measured, model, sizeof model);
        snprintf(value, sizeof value, "%s %s measured in %s", result_string(measured, "name"), model,
                 strcmp(result_string(quota, "group"), "made") ? "this cgroup" : "a cgroup that was made");
    }
    snprintf(text, size, "%.3g of %.3g CPUs are granted, and planned for; sized for the host (%lld workers): %s",
             plan_table_number(quota, "cpus"), plan_table_number(quota, "host_cpus"),
             (long long)result_integer(quota, "host_workers"), value);
    if (json_is_object(simulated))
        snprintf(text + strlen(text), size - strlen(text), ", %s %s simulated (%.3g%% of the periods run out)", name,
                 simulated_text(simulated, model, sizeof model), 100 * plan_table_number(simulated, "throttled"));
}

void plan_lines_print(const json_t *result, FILE *out, bool markdown)
{
    const json_t *plan = json_object_get(result, "plan");
    void (*const lines[])(const json_t *, char *, size_t) = {fewer_line, queue_line, room_line, quota_line,
                                                             recording_line};
    const char *const words[] = {fewer_word(plan), "queue", "head-room", "quota", "recording"};
    char text[1024];
    answer_line(plan, text, sizeof text);
    plan_table_line(out, markdown, "answer", text);
    promise_line(result, plan, text, sizeof text);
    plan_table_line(out, markdown, "promise", text);
    others_line(result, plan, text, sizeof text);
    plan_table_line(out, markdown, "others", text);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        lines[i](plan, text, sizeof text);
        plan_table_line(out, markdown, words[i], text);
    }
}
