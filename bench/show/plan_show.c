/* plan_show.c - see plan_show.h. Lines (plan_lines.h) and tables are printed as text or as Markdown
 * (plan_table.h). */
#include "bench/show/plan_show.h"

#include <math.h>
#include <string.h>

#include "bench/results/result.h"
#include "bench/show/noise_show.h"
#include "bench/show/plan_lines.h"
#include "bench/show/plan_max_show.h"
#include "bench/show/plan_table.h"
#include "bench/statistics/slo.h"
#include "workloads/core/units.h"

static const char *count_text(double value, char *text, size_t size)
{
    return units_count_text(value, text, size);
}

static void print_service(const json_t *service, FILE *out, bool markdown)
{
    char text[256], mean[32], p99[32], cpu[32], made[32];
    if (!json_is_object(service))
        return;
    snprintf(text, sizeof text, "service %s (cv %.2g, p99 %s)",
             units_time_text(plan_table_number(service, "mean_ns"), mean, sizeof mean),
             sqrt(plan_table_number(service, "variation")),
             units_time_text(plan_table_number(service, "p99_ns"), p99, sizeof p99));
    if (plan_table_number(service, "cpu_ns") > 0)
        snprintf(text + strlen(text), sizeof text - strlen(text), ", of it CPU %s",
                 units_time_text(plan_table_number(service, "cpu_ns"), cpu, sizeof cpu));
    else
        snprintf(text + strlen(text), sizeof text - strlen(text), ", replayed as waits");
    if (plan_table_number(service, "generator_per_s") > 0)
        snprintf(text + strlen(text), sizeof text - strlen(text), "     generator can make %s/s: not the limit",
                 count_text(plan_table_number(service, "generator_per_s"), made, sizeof made));
    plan_table_line(out, markdown, result_integer(service, "configuration") < 0 ? "as recorded" : "measured here",
                    text);
}

void plan_show_service(const json_t *service, FILE *out)
{
    print_service(service, out, false);
}

/* Sizes. */

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
    plan_table_measured(size_json, cells[3], PLAN_TABLE_CELL);
    snprintf(cells[4], PLAN_TABLE_CELL, "%s", verdict_text(size_json));
    plan_table_model(size_json, cells[5], PLAN_TABLE_CELL);
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
        if (isnan(recovery))
            snprintf(cells[6], PLAN_TABLE_CELL, "not known");
        else
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

/* The command knows of no quota but the one that it runs under. */
static const char *verify_where(const json_t *plan)
{
    const char *group = result_string(json_object_get(plan, "quota"), "group");
    return !strcmp(group, "made") ? "in a container of that quota: " : "";
}

static void overload_line(const json_t *plan, char *text, size_t size)
{
    const json_t *overload = json_object_get(plan, "overload");
    char rate[32], limit[32], asked[32], recovers[64] = "";
    double after = plan_table_number(json_array_get(json_object_get(overload, "policies"), 0), "after_s");
    if (json_is_true(json_object_get(overload, "recorded"))) /* which has no one rate */
        snprintf(recovers, sizeof recovers, "; recovers: while %s/s go on",
                 count_text(plan_table_number(plan, "rate"), asked, sizeof asked));
    snprintf(text, size, "%s/s, %.2g times what it holds as far as is known, for %.2g s (in time: within %s%s):",
             count_text(plan_table_number(overload, "rate_per_s"), rate, sizeof rate),
             plan_table_number(overload, "times"), after,
             slo_limit_text(plan_table_number(overload, "limit_ns"), limit, sizeof limit), recovers);
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
    plan_lines_print(result, out, markdown);
    fill_sizes(&table, plan);
    if (!markdown && table.rows)
        fputc('\n', out);
    if (table.rows)
        plan_table_print(&table, out, markdown, colour);
    if (json_is_object(overload)) {
        overload_line(plan, text, sizeof text);
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
    char noise[800];
    fprintf(out, "### Plan: %s\n\n", result_string(plan, "workload"));
    print_service(json_object_get(plan, "service"), out, true);
    plan_table_line(out, true, "noise", noise_show(result, noise, sizeof noise));
    print_plan(result, out, true, false);
}
