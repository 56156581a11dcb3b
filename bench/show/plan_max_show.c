/* plan_max_show.c - see plan_max_show.h. */
#include "bench/show/plan_max_show.h"

#include <math.h>
#include <string.h>

#include "bench/results/result.h"
#include "bench/show/plan_table.h"
#include "workloads/core/units.h"

/* What the columns do not say. Where nothing is certain, what there was. */
static const char *held_note(const json_t *one, char *text, size_t size)
{
    const char *limit = result_string(one, "limited_by");
    char seen[32];
    if (!(plan_table_number(one, "rate_kept") > 0) && plan_table_number(one, "rate_seen") > 0) {
        units_count_text(plan_table_number(one, "rate_seen"), seen, sizeof seen);
        snprintf(text, size, "none is certain; %s/s seemed to keep it, which proves nothing", seen);
        return text;
    }
    if (!(plan_table_number(one, "rate_kept") > 0))
        return "none was found that is kept for certain";
    return !strcmp(limit, "promise")        ? ""
           : !strcmp(limit, "generator")    ? "then the generator is the limit"
           : !strcmp(limit, "range")        ? "the highest rate that there is"
           : *result_rate_bound(one) == '~' ? "about: nobody can tell, in the time that there was"
                                            : "at least: nobody can tell above, in the time that there was";
}

static void add_rate(struct plan_table *table, const json_t *one)
{
    static const char *const keys[] = {"rate_kept", "rate_proved", "rate_broken", "model_per_s"};
    char(*cells)[PLAN_TABLE_CELL] = table->cells[table->rows];
    double workers = plan_table_number(one, "workers");
    char note[128];
    snprintf(cells[0], PLAN_TABLE_CELL, "%.0f", workers);
    snprintf(cells[1], PLAN_TABLE_CELL, "%lld", (long long)result_integer(one, "capacity"));
    for (int i = 0; i < 4; i++) {
        double rate = plan_table_number(one, keys[i]);
        snprintf(cells[2 + i], PLAN_TABLE_CELL, "-");
        if (rate > 0)
            units_count_text(rate, cells[2 + i], PLAN_TABLE_CELL);
    }
    snprintf(cells[6], PLAN_TABLE_CELL, "-");
    if (plan_table_number(one, "rate_kept") > 0)
        units_count_text(plan_table_number(one, "rate_kept") / workers, cells[6], PLAN_TABLE_CELL);
    snprintf(table->notes[table->rows++], sizeof table->notes[0], "%s", held_note(one, note, sizeof note));
}

static void fill_rates(struct plan_table *table, const json_t *max)
{
    static const char *const heads[] = {"workers", "queue", "holds/s", "proved", "not kept", "model", "a worker"};
    const json_t *one;
    size_t i;
    *table = (struct plan_table){.columns = 7};
    memcpy(table->heads, heads, sizeof heads);
    json_array_foreach (json_object_get(max, "rates"), i, one)
        if (table->rows < PLAN_TABLE_ROWS)
            add_rate(table, one);
}

static void law_line(const json_t *law, char *text, size_t size)
{
    char beyond[32], low[32], high[32], peak[64] = "no peak (kappa at its bound)";
    *text = '\0';
    if (!json_is_object(law))
        return;
    if (plan_table_number(law, "peak") > 0)
        snprintf(peak, sizeof peak, "peak at %.0f workers", plan_table_number(law, "peak"));
    snprintf(
        text, size,
        "Universal Scalability Law: contention %.2g%s, coherency %.2g, %s; %lld workers would hold %s/s (%s .. %s)",
        plan_table_number(law, "sigma"), json_is_true(json_object_get(law, "sigma_bound")) ? " (at its bound)" : "",
        plan_table_number(law, "kappa"), peak, (long long)result_integer(law, "beyond_workers"),
        units_count_text(plan_table_number(law, "beyond_per_s"), beyond, sizeof beyond),
        units_count_text(plan_table_number(law, "beyond_low"), low, sizeof low),
        units_count_text(plan_table_number(law, "beyond_high"), high, sizeof high));
}

void plan_max_show(const json_t *result, FILE *out, bool markdown, bool colour)
{
    const json_t *plan = json_object_get(result, "plan");
    static struct plan_table table; /* large; this runs in one thread only */
    char text[256];
    plan_table_promises(result, text, sizeof text);
    plan_table_line(out, markdown, "promise", text);
    fill_rates(&table, json_object_get(plan, "max"));
    if (!markdown)
        fputc('\n', out);
    plan_table_print(&table, out, markdown, colour);
    law_line(json_object_get(json_object_get(plan, "max"), "law"), text, sizeof text);
    plan_table_line(out, markdown, "beyond", text);
    plan_table_line(out, markdown, "not found", result_string(plan, "why"));
}
