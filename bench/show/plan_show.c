/* plan_show.c - see plan_show.h. Lines and tables are printed as text or as Markdown
 * (plan_table.h). */
#include "bench/show/plan_show.h"

#include <math.h>
#include <string.h>

#include "bench/findings/slo_judge.h"
#include "bench/results/result.h"
#include "bench/show/plan_max_show.h"
#include "bench/show/plan_table.h"
#include "workloads/core/units.h"

static const char *count_text(double value, char *text, size_t size)
{
    return units_count_text(value, text, size);
}

void plan_show_service(const json_t *service, FILE *out)
{
    char mean[32], p99[32], cpu[32], made[32];
    if (!json_is_object(service))
        return;
    fprintf(out, "%s service %s (cv %.2g, p99 %s), of it CPU %s",
            result_integer(service, "configuration") < 0 ? "as recorded    " : "measured here  ",
            units_time_text(plan_table_number(service, "mean_ns"), mean, sizeof mean),
            sqrt(plan_table_number(service, "variation")),
            units_time_text(plan_table_number(service, "p99_ns"), p99, sizeof p99),
            units_time_text(plan_table_number(service, "cpu_ns"), cpu, sizeof cpu));
    if (plan_table_number(service, "generator_per_s") > 0)
        fprintf(out, "     generator can make %s/s: not the limit",
                count_text(plan_table_number(service, "generator_per_s"), made, sizeof made));
    fputc('\n', out);
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
    else
        snprintf(text, size,
                 "%s jobs in %s%s: %s %s on are replayed, where most work comes; all of it is in the simulation only",
                 jobs, span, faster, part, from);
}

/* Sizes. */

static const struct slo_kind *kind_of(const json_t *judged)
{
    return slo_kind(result_string(judged, "name"));
}

static void value_text(const json_t *judged, const char *which, char *text, size_t size)
{
    const struct slo_kind *kind = kind_of(judged);
    snprintf(text, size, "-");
    if (kind)
        slo_value_text(kind, slo_value_of(judged, which), text, size);
}

/* "1.9 ms (1.7 ms .. 2.2 ms)", or "overloaded". */
static void measured_text(const json_t *size_json, char *text, size_t size)
{
    char value[32], low[32], high[32];
    if (!strcmp(result_string(size_json, "state"), "overloaded")) {
        snprintf(text, size, "overloaded");
        return;
    }
    if (!result_integer(size_json, "rounds")) {
        snprintf(text, size, "-");
        return;
    }
    value_text(size_json, "value", value, sizeof value);
    value_text(size_json, "low", low, sizeof low);
    value_text(size_json, "high", high, sizeof high);
    snprintf(text, size, "%s (%s .. %s)", value, low, strcmp(high, "never") ? high : "no end");
}

static void model_text(const json_t *size_json, char *text, size_t size)
{
    const json_t *model = json_object_get(size_json, "model");
    const struct slo_kind *kind = kind_of(size_json);
    char value[32];
    snprintf(text, size, "-");
    if (!json_is_object(model) || !kind)
        return;
    if (json_is_true(json_object_get(model, "overloaded")) && !kind->is_loss) {
        snprintf(text, size, "overloaded");
        return;
    }
    slo_value_text(kind, plan_table_number(model, kind->is_loss ? "value_share" : "value_ns"), value, sizeof value);
    snprintf(text, size, "%s", value);
}

static const char *verdict_text(const json_t *size_json)
{
    const char *verdict = result_string(size_json, "verdict");
    return strcmp(verdict, "broken") ? verdict : "BROKEN";
}

static void add_size(struct plan_table *table, const json_t *plan, const json_t *size_json)
{
    const json_t *answer = json_object_get(plan, "answer"), *held = json_object_get(plan, "held");
    char(*cells)[PLAN_TABLE_CELL] = table->cells[table->rows];
    bool chosen = json_is_object(answer) && result_integer(answer, "workers") == result_integer(size_json, "workers");
    double rate = plan_table_number(json_object_get(size_json, "model"), "rate_per_s");
    char text[32];
    snprintf(cells[0], PLAN_TABLE_CELL, "%lld", (long long)result_integer(size_json, "workers"));
    snprintf(cells[1], PLAN_TABLE_CELL, "%lld", (long long)result_integer(size_json, "capacity"));
    snprintf(cells[2], PLAN_TABLE_CELL, "%s", result_string(size_json, "name"));
    measured_text(size_json, cells[3], PLAN_TABLE_CELL);
    snprintf(cells[4], PLAN_TABLE_CELL, "%s", verdict_text(size_json));
    model_text(size_json, cells[5], PLAN_TABLE_CELL);
    snprintf(cells[6], PLAN_TABLE_CELL, "%s", rate > 0 ? count_text(rate, text, sizeof text) : "-");
    snprintf(cells[7], PLAN_TABLE_CELL, "%s",
             chosen && plan_table_number(held, "rate_kept") > 0
                 ? count_text(plan_table_number(held, "rate_kept"), text, sizeof text)
                 : "-");
    snprintf(table->notes[table->rows], sizeof table->notes[0], "%s%s",
             chosen ? json_is_true(json_object_get(answer, "fewest")) ? "<- fewest that keep the promises"
                                                                      : "<- keeps the promises; fewer may, too"
                    : "",
             chosen ? "" : result_string(size_json, "why"));
    table->rows++;
}

static void fill_sizes(struct plan_table *table, const json_t *plan)
{
    static const char *const heads[] = {"workers", "queue", "promise",       "measured",
                                        "verdict", "model", "model holds/s", "holds/s"};
    const json_t *size_json;
    size_t i;
    *table = (struct plan_table){.columns = 8};
    memcpy(table->heads, heads, sizeof heads);
    json_array_foreach (json_object_get(plan, "sizes"), i, size_json)
        if (table->rows < PLAN_TABLE_ROWS)
            add_size(table, plan, size_json);
}

/* Policies. */

static void share_text(double share, char *text, size_t size)
{
    snprintf(text, size, isnan(share) ? "-" : "%.3g%%", 100 * share);
}

static void add_policy(struct plan_table *table, const json_t *overload, const json_t *policy)
{
    char(*cells)[PLAN_TABLE_CELL] = table->cells[table->rows];
    double recovery = plan_table_number(policy, "recovery_s"), fairness = plan_table_number(policy, "fairness");
    bool measured = json_is_integer(json_object_get(policy, "configuration"));
    snprintf(cells[0], PLAN_TABLE_CELL, "%s", result_string(policy, "full"));
    for (int i = 1; i < table->columns; i++)
        snprintf(cells[i], PLAN_TABLE_CELL, "-");
    snprintf(table->notes[table->rows], sizeof table->notes[0], "%s",
             !measured ? result_string(policy, "unsupported")
             : !strcmp(result_string(overload, "advised"), result_string(policy, "full")) ? "<- advised"
                                                                                          : "");
    if (measured) {
        count_text(plan_table_number(policy, "done_per_s"), cells[1], PLAN_TABLE_CELL);
        share_text(plan_table_number(policy, "in_time_share"), cells[2], PLAN_TABLE_CELL);
        share_text(plan_table_number(policy, "lost_share"), cells[3], PLAN_TABLE_CELL);
        units_time_text(plan_table_number(policy, "accepted_ns"), cells[4], PLAN_TABLE_CELL);
        if (!isnan(fairness))
            snprintf(cells[5], PLAN_TABLE_CELL, "%.3f", fairness);
        if (isnan(recovery) && !json_is_true(json_object_get(overload, "recorded")))
            snprintf(cells[6], PLAN_TABLE_CELL, "never");
        else if (!isnan(recovery))
            units_time_text(1e9 * recovery, cells[6], PLAN_TABLE_CELL);
    }
    table->rows++;
}

static void fill_policies(struct plan_table *table, const json_t *overload)
{
    static const char *const heads[] = {"full", "done/s", "in time", "lost", "", "fairness", "recovers in"};
    const json_t *policy;
    size_t i;
    *table = (struct plan_table){.columns = 7};
    memcpy(table->heads, heads, sizeof heads);
    table->heads[4] = result_string(overload, "name");
    json_array_foreach (json_object_get(overload, "policies"), i, policy)
        if (table->rows < PLAN_TABLE_ROWS)
            add_policy(table, overload, policy);
}

/* Lines. */

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
    if (json_is_object(answer))
        snprintf(text, size, "%s%lld worker%s, queue %lld, full=%s; %.2g of %.3g CPUs",
                 json_is_true(json_object_get(answer, "fewest")) ? "" : "at most ",
                 (long long)result_integer(answer, "workers"), result_integer(answer, "workers") > 1 ? "s" : "",
                 (long long)result_integer(answer, "capacity"), result_string(answer, "full"),
                 plan_table_number(answer, "cpus"), cpus);
    else
        snprintf(text, size, "none: %s", *result_string(plan, "why") ? result_string(plan, "why") : "it was not found");
}

static void promise_line(const json_t *result, const json_t *plan, char *text, size_t size)
{
    const json_t *chosen = chosen_size(plan);
    char rate[32], measured[PLAN_TABLE_CELL], model[PLAN_TABLE_CELL];
    plan_table_promises(result, text, size);
    snprintf(text + strlen(text), size - strlen(text), " at %s/s",
             count_text(plan_table_number(plan, "rate"), rate, sizeof rate));
    if (!chosen || !json_is_object(json_object_get(plan, "answer")))
        return;
    measured_text(chosen, measured, sizeof measured);
    model_text(chosen, model, sizeof model);
    snprintf(text + strlen(text), size - strlen(text), "     measured %s %s   model %s (%s)",
             result_string(chosen, "name"), measured, model, result_string(json_object_get(chosen, "model"), "name"));
}

static void fewer_line(const json_t *plan, char *text, size_t size)
{
    const json_t *answer = json_object_get(plan, "answer"), *size_json;
    size_t i;
    char measured[PLAN_TABLE_CELL];
    *text = '\0';
    json_array_foreach (json_object_get(plan, "sizes"), i, size_json) {
        if (!json_is_integer(json_object_get(answer, "fewer")) ||
            result_integer(size_json, "workers") != result_integer(answer, "fewer"))
            continue;
        measured_text(size_json, measured, sizeof measured);
        snprintf(text, size, "%lld worker%s: %s %s, %s%s", (long long)result_integer(size_json, "workers"),
                 result_integer(size_json, "workers") > 1 ? "s" : "", result_string(size_json, "name"), measured,
                 !strcmp(result_string(size_json, "verdict"), "broken") ? "broken" : "nobody can tell", "");
    }
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
    else
        snprintf(text, size, "; at %s/s nobody can tell in the time that there was", rate);
}

static void room_line(const json_t *plan, char *text, size_t size)
{
    const json_t *held = json_object_get(plan, "held");
    char kept[32], proved[32], above[96];
    *text = '\0';
    if (!(plan_table_number(held, "rate_kept") > 0))
        return;
    above_text(held, above, sizeof above);
    count_text(plan_table_number(held, "rate_proved"), proved, sizeof proved);
    if (plan_table_number(held, "times") <= 1)
        snprintf(text, size, "none that is known: holds the %s/s that were asked for%s", proved, above);
    else
        snprintf(text, size, "holds about %s/s, %.3g times what was asked for (certainly %s/s%s)",
                 count_text(plan_table_number(held, "rate_kept"), kept, sizeof kept), plan_table_number(held, "times"),
                 proved, above);
}

/* The overload under the answer's policy, where the queue was full; NULL: it was not. */
static const json_t *when_full(const json_t *plan)
{
    const json_t *policy, *answer = json_object_get(plan, "answer");
    static const double full = 0.05; /* lost so many, it was so most of the time */
    size_t i;
    json_array_foreach (json_object_get(json_object_get(plan, "overload"), "policies"), i, policy)
        if (!strcmp(result_string(policy, "full"), result_string(answer, "full")) &&
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

static void queue_line(const json_t *plan, char *text, size_t size)
{
    const json_t *chosen = chosen_size(plan), *full = when_full(plan), *overload = json_object_get(plan, "overload");
    double depth = plan_table_number(chosen, "in_queue");
    char accepted[32];
    *text = '\0';
    if (!chosen || !json_is_object(json_object_get(plan, "answer")) || isnan(depth))
        return;
    snprintf(text, size, "%.2g jobs waited on average, %lld may", depth, (long long)result_integer(chosen, "capacity"));
    if (full)
        snprintf(text + strlen(text), size - strlen(text), "; when it is full %s of what is accepted is %s, %s",
                 result_string(overload, "name"),
                 units_time_text(plan_table_number(full, "accepted_ns"), accepted, sizeof accepted),
                 plan_table_number(full, "accepted_ns") <= plan_table_number(overload, "limit_ns")
                     ? "in time"
                     : "too late: take a shorter one");
    shorter_text(json_object_get(plan, "shorter"), text, size);
}

/* The command knows of no quota but the one that it runs under. */
static const char *verify_where(const json_t *plan)
{
    const char *group = result_string(json_object_get(plan, "quota"), "group");
    return !strcmp(group, "made") ? "in a container of that quota: " : "";
}

/* No cgroup could be made: what was measured knows of no quota. */
static void simulated_line(const json_t *quota, char *text, size_t size)
{
    const json_t *answer = json_object_get(quota, "simulated_answer");
    char value[32];
    snprintf(
        text, size,
        "%.3g of %.3g CPUs, simulated only (%s): what was measured knows of no quota; under it %lld workers: %s %s "
        "(%.2g%% of the periods run out)",
        plan_table_number(quota, "cpus"), plan_table_number(quota, "host_cpus"), result_string(quota, "why"),
        (long long)result_integer(answer, "workers"), result_string(quota, "name"),
        units_time_text(plan_table_number(answer, "value_ns"), value, sizeof value),
        100 * plan_table_number(answer, "throttled"));
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
        measured_text(measured, model, sizeof model);
        snprintf(value, sizeof value, "%s %s measured in %s", result_string(measured, "name"), model,
                 strcmp(result_string(quota, "group"), "made") ? "this cgroup" : "a cgroup that was made");
    }
    snprintf(text, size, "%.3g of %.3g CPUs are granted, and planned for; sized for the host (%lld workers): %s",
             plan_table_number(quota, "cpus"), plan_table_number(quota, "host_cpus"),
             (long long)result_integer(quota, "host_workers"), value);
    if (json_is_object(simulated))
        snprintf(text + strlen(text), size - strlen(text), ", %s %s simulated (%.2g%% of the periods run out)", name,
                 units_time_text(plan_table_number(simulated, "value_ns"), model, sizeof model),
                 100 * plan_table_number(simulated, "throttled"));
}

static void overload_line(const json_t *overload, char *text, size_t size)
{
    char rate[32], limit[32];
    double after = plan_table_number(json_array_get(json_object_get(overload, "policies"), 0), "after_s");
    snprintf(text, size, "%s/s, %.2g times what it holds as far as is known, for %.2g s (in time: within %s):",
             count_text(plan_table_number(overload, "rate_per_s"), rate, sizeof rate),
             plan_table_number(overload, "times"), after,
             slo_limit_text(plan_table_number(overload, "limit_ns"), limit, sizeof limit));
}

static void print_lines(const json_t *result, const json_t *plan, FILE *out, bool markdown)
{
    static void (*const lines[])(const json_t *, char *, size_t) = {fewer_line, queue_line, room_line, quota_line,
                                                                    recording_line};
    static const char *const words[] = {"one fewer", "queue", "head-room", "quota", "recording"};
    char text[512];
    answer_line(plan, text, sizeof text);
    plan_table_line(out, markdown, "answer", text);
    promise_line(result, plan, text, sizeof text);
    plan_table_line(out, markdown, "promise", text);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        lines[i](plan, text, sizeof text);
        plan_table_line(out, markdown, words[i], text);
    }
}

static void print_plan(const json_t *result, FILE *out, bool markdown, bool colour)
{
    static struct plan_table table; /* large; this runs in one thread only */
    const json_t *plan = json_object_get(result, "plan"), *overload = json_object_get(plan, "overload");
    char text[256];
    if (json_is_object(json_object_get(plan, "max"))) {
        plan_max_show(result, out, markdown, colour);
        return;
    }
    print_lines(result, plan, out, markdown);
    fill_sizes(&table, plan);
    if (!markdown && table.rows)
        fputc('\n', out);
    if (table.rows)
        plan_table_print(&table, out, markdown, colour);
    if (json_is_object(overload)) {
        overload_line(overload, text, sizeof text);
        if (!markdown)
            fputc('\n', out);
        plan_table_line(out, markdown, "overload", text);
        fill_policies(&table, overload);
        plan_table_print(&table, out, markdown, colour);
    }
    plan_table_line(out, markdown, "advice", result_string(plan, "advice"));
    if (*result_string(plan, "verify"))
        fprintf(out, markdown ? "\n%s%s    %s\n" : "%scheck it again with:%s  %s\n", verify_where(plan),
                markdown && *verify_where(plan) ? "\n\n" : "", result_string(plan, "verify"));
}

void plan_show(const json_t *result, FILE *out, bool colour)
{
    const json_t *service = json_object_get(json_object_get(result, "plan"), "service");
    fputc('\n', out);
    plan_show_service(service, out);
    print_plan(result, out, false, colour);
}

void plan_show_markdown(const json_t *result, FILE *out)
{
    const json_t *plan = json_object_get(result, "plan");
    fprintf(out, "### Plan: %s\n\n", result_string(plan, "workload"));
    print_plan(result, out, true, false);
}
