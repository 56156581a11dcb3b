/* run_chapter.c - see run_chapter.h. */
#include "bench/page/run_chapter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/page/answers_run.h"
#include "bench/page/figure_finding.h"
#include "bench/page/repeat.h"
#include "bench/page/tables.h"
#include "bench/page/tree.h"
#include "bench/results/label.h"
#include "bench/results/result.h"
#include "bench/show/exported_rows.h"
#include "bench/show/metg_show.h"
#include "bench/show/placement_show.h"
#include "bench/show/report.h"
#include "bench/show/search_show.h"
#include "bench/show/speedup_show.h"
#include "workloads/core/units.h"

enum { NAMES_MAX = 128, WORD = 300, FINDING = 4096 };

/* The different values of a text in the configurations that were measured, in their order. */
static int names_of(const json_t *result, const char *key, const char **names)
{
    json_t *configuration;
    size_t i;
    int count = 0;
    json_array_foreach (json_object_get(result, "configurations"), i, configuration) {
        const char *name = result_string(configuration, key);
        bool known = *result_string(configuration, "unsupported");
        for (int n = 0; n < count && !known; n++)
            known = !strcmp(names[n], name);
        if (!known && count < NAMES_MAX)
            names[count++] = name;
    }
    return count;
}

/* Whether a figure is one of that workload: its name ends with the workload's. */
static bool is_of(const struct figure_kept *figure, const char *spec)
{
    char word[WORD];
    size_t length = strlen(figure->name), ending;
    label_word(spec, word, sizeof word);
    ending = strlen(word);
    return length > ending + 1 && figure->name[length - ending - 1] == '-' &&
           !strcmp(figure->name + length - ending, word);
}

/* One workload. */

static void workload_part(struct chapter *chapter, const char *spec)
{
    char word[WORD], id[WORD + 8], finding[FINDING], *command = repeat_command(chapter->document, spec);
    struct blocks blocks;
    struct figure_words words = {.command = command};
    xmlNode *part;
    report_table_of(chapter->document, spec, blocks_begin(&blocks));
    blocks_end(&blocks);
    snprintf(id, sizeof id, "w-%s", label_word(spec, word, sizeof word));
    part = chapter_part(chapter, chapter->parent, id, spec);
    chapter_link(chapter, chapter->workloads, id, spec);
    words.finding = finding;
    for (int f = 0; f < chapter->figures.count; f++) {
        struct figure_kept *figure = &chapter->figures.all[f];
        if (figure->placed || !is_of(figure, spec))
            continue;
        if (!*figure_finding(chapter->document, spec, figure->script, finding, sizeof finding) &&
            strcmp(figure->script, "latency")) /* of which the table's speeds say nothing */
            tables_finding(&blocks, spec, finding, sizeof finding);
        figures_kept_place(&chapter->figures, figure, part, &words);
    }
    tables_add(part, &blocks, spec);
    tree_set(tree_add_text(part, "command", command), "what", "Measure it again:");
    blocks_free(&blocks);
    free(command);
}

/* All workloads. */

static void hear(xmlNode *part, const json_t *result, void (*show)(const json_t *result, FILE *out, bool colour),
                 const char *caption)
{
    struct blocks blocks;
    show(result, blocks_begin(&blocks), false);
    blocks_end(&blocks);
    tables_add(part, &blocks, caption);
    blocks_free(&blocks);
}

/* What is said of a figure of all; of a price per depth what its table says. */
static const char *finding_at(const struct chapter *chapter, const struct answers *answers, const char *name,
                              char *text, size_t size)
{
    const char *specs[NAMES_MAX];
    char id[ANSWERS_PLACE];
    int count = names_of(chapter->document, "spec", specs);
    snprintf(id, sizeof id, "figure-%s", name);
    answers_at(answers, id, text, size);
    for (int s = 0; s < count && !*text; s++)
        if (!strncmp(specs[s], name, strlen(name))) {
            struct blocks blocks;
            report_table_of(chapter->document, specs[s], blocks_begin(&blocks));
            blocks_end(&blocks);
            tables_finding(&blocks, specs[s], text, size);
            blocks_free(&blocks);
        }
    return text;
}

static void all_part(struct chapter *chapter, const struct answers *answers)
{
    const json_t *result = chapter->document;
    xmlNode *part = chapter_part(chapter, chapter->parent, "all", "All workloads");
    char finding[FINDING], *command = repeat_whole(result, false);
    struct figure_words words = {.finding = finding, .command = command};
    for (int f = 0; f < chapter->figures.count; f++) {
        if (chapter->figures.all[f].placed)
            continue;
        finding_at(chapter, answers, chapter->figures.all[f].name, finding, sizeof finding);
        figures_kept_place(&chapter->figures, &chapter->figures.all[f], part, &words);
    }
    free(command);
    if (json_array_size(json_object_get(result, "searches")))
        hear(part, result, search_show, "The highest rate that keeps the promises");
    hear(part, result, metg_show, "The smallest job worth it");
    hear(part, result, speedup_show, "Speed-up over one worker");
    hear(part, result, placement_show, "Placements");
}

/* One pool. */

static const char *row_text(const struct exported_row *row, double value, char *text, size_t size)
{
    if (!isfinite(value))
        snprintf(text, size, "-");
    else if (row->unit == WORKLOAD_NS)
        units_time_text(value, text, size);
    else if (row->unit == WORKLOAD_BYTES)
        units_bytes_text(value, text, size);
    else if (row->unit == WORKLOAD_SHARE)
        snprintf(text, size, "%.3g%%", 100 * value);
    else
        units_count_text(value, text, size);
    return text;
}

static bool is_pools(const struct exported_row *row, const char *pool)
{
    size_t length = strlen(pool);
    return !strncmp(row->benchmark, pool, length) && row->benchmark[length] == '/';
}

static void pool_part(struct chapter *chapter, xmlNode *pools, const struct exported_rows *rows, const char *pool)
{
    static const char *const heads[] = {"benchmark", "figure", "median", "95% from", "to", "rounds", NULL};
    char id[WORD], caption[WORD], text[64];
    xmlNode *part, *table, *row;
    snprintf(id, sizeof id, "p-%s", pool);
    snprintf(caption, sizeof caption, "What was measured of %s", pool);
    part = chapter_part(chapter, pools, id, pool);
    chapter_link(chapter, chapter->pools, id, pool);
    table = tables_new(part, caption, heads, 2);
    for (int i = 0; i < rows->count; i++) {
        const struct exported_row *one = &rows->all[i];
        if (!is_pools(one, pool))
            continue;
        row = tables_row(table);
        tables_cell(row, "%s", one->benchmark + strlen(pool) + 1);
        tables_cell(row, "%s", one->metric);
        tables_cell(row, "%s", row_text(one, one->value, text, sizeof text));
        tables_cell(row, "%s", row_text(one, one->low, text, sizeof text));
        tables_cell(row, "%s", row_text(one, one->high, text, sizeof text));
        if (one->samples)
            tables_cell(row, "%d", one->samples);
        else
            tables_cell(row, "-");
    }
}

static void pool_parts(struct chapter *chapter)
{
    const char *pools[NAMES_MAX];
    int count = names_of(chapter->document, "pool", pools);
    struct exported_rows rows;
    xmlNode *part = chapter_part(chapter, chapter->parent, "pools", "Pool by pool");
    tree_add_text(
        part, "text",
        "time: wall time from the producers' start to quiet, divided by the jobs that ran; cpu-time: of all "
        "threads, divided likewise; latency-p99: within that long 99% of the jobs are done, from the submit, or of "
        "jobs that come at a rate from their plan, to the end. Others are a workload's own.");
    exported_rows_make(chapter->document, &rows);
    for (int p = 0; p < count; p++)
        pool_part(chapter, part, &rows, pools[p]);
    exported_rows_free(&rows);
}

int run_chapter(struct chapter *chapter, struct answers *answers)
{
    const char *specs[NAMES_MAX];
    int count = names_of(chapter->document, "spec", specs), error = chapter_draw(chapter, chapter->document);
    xmlNode *all = NULL;
    if (error)
        return error;
    answers_run(chapter->document, answers);
    if (json_array_size(json_object_get(chapter->document, "searches")))
        count = 0; /* probes are no workloads that anybody asked for */
    for (int s = 0; s < count; s++)
        workload_part(chapter, specs[s]);
    all_part(chapter, answers);
    all = chapter->parent->last;
    for (xmlNode *node = chapter->parent->children; count && node; node = node->next)
        if (!strcmp((const char *)node->name, "part")) { /* found first */
            xmlAddPrevSibling(node, all);
            break;
        }
    pool_parts(chapter);
    return 0;
}
