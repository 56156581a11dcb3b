/* side_by_side.c - see side_by_side.h. */
#include "bench/page/side_by_side.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/page/several_label.h"
#include "bench/page/side_by_side_rows.h"
#include "bench/page/tables.h"
#include "bench/page/tree.h"
#include "bench/results/result.h"
#include "workloads/core/units.h"

enum { SAID = 3, HEADS = SIDE_BY_SIDE_MAX + 3, HEAD = 16 };

/* What they measured. */

static const char *value_text(const struct side_by_side_row *row, double value, char text[48])
{
    if (!isfinite(value))
        snprintf(text, 48, "-");
    else if (row->metric.unit == WORKLOAD_NS)
        units_time_text(value, text, 48);
    else if (row->metric.unit == WORKLOAD_BYTES)
        units_bytes_text(value, text, 48);
    else if (row->metric.unit == WORKLOAD_SHARE)
        snprintf(text, 48, "%.3g%%", 100 * value);
    else if (row->metric.unit == WORKLOAD_RATE)
        snprintf(text, 48, "%s/s", units_count_text(value, (char[40]){""}, 40));
    else
        units_count_text(value, text, 48);
    return text;
}

/* "14.2 ns (14.0 ns .. 14.4 ns)" */
static const char *cell_text(const struct side_by_side_row *row, int which, char *text, size_t size)
{
    const struct side_by_side_value *is = &row->values[which];
    char value[48], low[48], high[48];
    if (!isfinite(is->value))
        snprintf(text, size, "-");
    else if (is->interval)
        snprintf(text, size, "%s (%s .. %s)", value_text(row, is->value, value), value_text(row, is->low, low),
                 value_text(row, is->high, high));
    else
        snprintf(text, size, "%s (no interval)", value_text(row, is->value, value));
    return text;
}

static void say(const struct side_by_side_rows *rows, const struct document *documents, int count,
                struct answers *answers)
{
    int apart = 0;
    char most[16], least[16], first[160], second[160];
    while (apart < rows->count && rows->all[apart].least >= 0)
        apart++;
    for (int r = 0; r < apart && r < SAID; r++) {
        const struct side_by_side_row *row = &rows->all[r];
        int low = row->least, high = row->most;
        answers_add(answers, "plain", "side-by-side", "facts",
                    "%.200s: %s in %s, and %s in %s: their intervals do not overlap.", row->name,
                    cell_text(row, low, first, sizeof first), several_label(documents, count, low, least),
                    cell_text(row, high, second, sizeof second), several_label(documents, count, high, most));
    }
    if (apart)
        answers_add(answers, "plain", "side-by-side", "facts",
                    "In %d of %d benchmarks that they share, intervals of two of them do not overlap.", apart,
                    rows->count);
    if (rows->count > apart)
        answers_add(answers, "open", "side-by-side", "facts",
                    "In %d of %d benchmarks that they share all intervals overlap: no difference is said.",
                    rows->count - apart, rows->count);
    if (!rows->count)
        answers_add(answers, "open", "side-by-side", "facts", "They have no benchmark in common.");
}

void side_by_side(struct chapter *chapter, const struct document *documents, int count, struct answers *answers)
{
    static char labels[SIDE_BY_SIDE_MAX][HEAD];
    const char *heads[HEADS] = {"benchmark", "difference"};
    struct side_by_side_rows rows;
    xmlNode *part, *table;
    char text[200];
    int columns = 2;
    side_by_side_rows(documents, count, &rows);
    for (int i = 0; i < count; i++)
        if (several_label_is_run(&documents[i]))
            heads[columns++] = several_label(documents, count, i, labels[i]);
    part = chapter_part(chapter, chapter->parent, "side-by-side", "Side by side");
    chapter_link(chapter, chapter->workloads, "side-by-side", "all of them, side by side");
    say(&rows, documents, count, answers);
    if (!rows.count) {
        tree_add_text(
            part, "text",
            "No pool ran the same workload with the same workers and parameters in two of them, so that nothing "
            "can stand side by side. What each says stands below.");
        return;
    }
    tree_add_text(part, "text",
                  "Medians with their 95% intervals. What was measured at different times, or by different machines, "
                  "is not paired: where intervals overlap, no difference is said.");
    table = tables_new(part, "Each benchmark in each result, those first that are farthest apart", heads, 2);
    for (int r = 0; r < rows.count; r++) {
        const struct side_by_side_row *is = &rows.all[r];
        xmlNode *row = tables_row(table);
        tables_cell(row, "%s", is->name);
        if (is->least >= 0)
            tables_cell(row, "%s more than %s, by %.3gx at least",
                        several_label(documents, count, is->most, (char[16]){""}),
                        several_label(documents, count, is->least, (char[16]){""}), exp(is->apart));
        else
            tables_cell(row, "they overlap");
        for (int i = 0; i < count; i++)
            if (several_label_is_run(&documents[i]))
                tables_cell(row, "%s", cell_text(is, i, text, sizeof text));
    }
    free(rows.all);
}

/* How and on what. */

static const struct fact {
    const char *name, *of, *key; /* of: an object of the document; NULL: the document itself */
} facts[] = {
    {"file", NULL, NULL},
    {"date", NULL, "date"},
    {"revision", "build", "revision"},
    {"revision of what was measured", NULL, "revision"},
    {"host", "machine", "host"},
    {"processor", "machine", "cpu_model"},
    {"CPUs", "machine", "cpus"},
    {"CPUs that the cgroup grants", "machine", "cgroup_quota_cpus"},
    {"kind of guest", "machine", "virtualisation"},
    {"kernel", "machine", "kernel"},
    {"frequency governor", "machine", "governor"},
    {"compiler", "build", "compiler"},
    {"flags", "build", "flags"},
    {"version", "build", "version"},
    {"noise", "noise", "verdict"},
    {"seed", NULL, "seed"},
};
enum { FACTS = sizeof facts / sizeof *facts };

/* Where its configurations ran: their placements. */
static void pins_text(const json_t *document, char *text, size_t size)
{
    const json_t *one;
    size_t i;
    *text = '\0';
    json_array_foreach (json_object_get(document, "configurations"), i, one) {
        const char *pin = result_string(one, "pin");
        if (*pin && !strstr(text, pin))
            snprintf(text + strlen(text), size - strlen(text), "%s%s", *text ? ", " : "", pin);
    }
}

static void fact_text(const struct fact *fact, const struct document *document, char *text, size_t size)
{
    const json_t *object = fact->of ? json_object_get(document->json, fact->of) : document->json,
                 *value = fact->key ? json_object_get(object, fact->key) : NULL;
    if (!fact->key)
        snprintf(text, size, "%s", document->path);
    else if (json_is_string(value))
        snprintf(text, size, "%s", json_string_value(value));
    else if (json_is_number(value))
        snprintf(text, size, "%.10g", json_number_value(value));
    else
        snprintf(text, size, "-");
}

/* A row of the table; whether all have the same. */
static bool fill(char texts[][300], const struct fact *fact, const struct document *documents, int count)
{
    bool same = true;
    for (int i = 0; i < count; i++) {
        if (fact)
            fact_text(fact, &documents[i], texts[i], 300);
        else
            pins_text(documents[i].json, texts[i], 300);
        same = same && !strcmp(texts[i], texts[0]);
    }
    return same;
}

static void add_fact(xmlNode *table, const char *name, char texts[][300], int count)
{
    xmlNode *row = tables_row(table);
    tables_cell(row, "%s", name);
    for (int i = 0; i < count; i++)
        tables_cell(row, "%s", texts[i]);
}

void side_by_side_facts(struct chapter *chapter, const struct document *documents, int count)
{
    static char labels[SIDE_BY_SIDE_MAX][HEAD], texts[SIDE_BY_SIDE_MAX][300];
    const char *heads[HEADS] = {"what"};
    xmlNode *part = chapter_part(chapter, chapter->parent, "facts", "The results side by side"), *table;
    for (int i = 0; i < count; i++)
        heads[1 + i] = several_label(documents, count, i, labels[i]);
    table = tables_new(part, "What is different between them", heads, HEADS);
    for (int f = 0; f < FACTS; f++)
        if (!fill(texts, &facts[f], documents, count))
            add_fact(table, facts[f].name, texts, count);
    if (!fill(texts, NULL, documents, count))
        add_fact(table, "placement", texts, count);
    table = tables_new(part, "What is the same in all", heads, HEADS);
    for (int f = 0; f < FACTS; f++)
        if (fill(texts, &facts[f], documents, count) && strcmp(texts[0], "-"))
            add_fact(table, facts[f].name, texts, count);
    if (fill(texts, NULL, documents, count) && *texts[0])
        add_fact(table, "placement", texts, count);
}
