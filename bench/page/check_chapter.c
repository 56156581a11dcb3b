/* check_chapter.c - see check_chapter.h. */
#include "bench/page/check_chapter.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/page/answers_check.h"
#include "bench/page/tables.h"
#include "bench/page/tree.h"
#include "bench/results/result.h"
#include "bench/show/shell_word.h"
#include "workloads/core/units.h"

enum { NAMES_MAX = 128, REPORTS_MAX = 20 };

static bool is_bad(const json_t *cell)
{
    const char *verdict = result_string(cell, "verdict");
    return !strcmp(verdict, "FAILS") || !strcmp(verdict, "missed") || !strcmp(verdict, "STALLED");
}

static void add_row(xmlNode *table, const json_t *cell)
{
    xmlNode *row = tables_row(table);
    char time[32];
    double ns = json_number_value(json_object_get(cell, "took_median_ns"));
    if (is_bad(cell))
        tree_set(row, "state", "regression");
    tables_cell(row, "%s", result_string(cell, "fault"));
    tables_cell(row, "%s%s%s", result_string(cell, "kind"), *result_string(cell, "cell") ? ", " : "",
                result_string(cell, "cell"));
    tables_cell(row, "%s", result_string(cell, "verdict"));
    tables_cell(row, "%s", result_string(cell, "finding"));
    tables_cell(row, "%lld of %lld", (long long)result_integer(cell, "passed"),
                (long long)result_integer(cell, "runs"));
    tables_cell(row, "%s", ns > 0 ? units_time_text(ns, time, sizeof time) : "-");
    tables_cell(row, "%s", result_string(cell, "source"));
}

/* What was seen, line by line. */
static void add_report(xmlNode *part, const json_t *cell)
{
    xmlNode *lines;
    if (!*result_string(cell, "report"))
        return;
    tree_say(part, "text", "%s, %s: what was seen", result_string(cell, "fault"), result_string(cell, "kind"));
    lines = tree_add_text(part, "lines", result_string(cell, "report"));
    tree_setf(lines, "label", "what was seen of %s", result_string(cell, "fault"));
}

static void pool_part(struct chapter *chapter, xmlNode *parent, const char *pool)
{
    static const char *const heads[] = {"bug",  "how it was asked", "verdict", "finding", "passed",
                                        "took", "reported in",      NULL};
    const json_t *cells = json_object_get(chapter->document, "cells"), *cell;
    xmlNode *part, *table;
    char id[300], caption[300];
    size_t i;
    int reports = 0;
    snprintf(id, sizeof id, "p-%.250s", pool);
    snprintf(caption, sizeof caption, "%.250s, bug by bug", pool);
    part = chapter_part(chapter, parent, id, pool);
    chapter_link(chapter, chapter->pools, id, pool);
    table = tables_new(part, caption, heads, 4);
    for (int bad = 1; bad >= 0; bad--)
        json_array_foreach (cells, i, cell)
            if (!strcmp(result_string(cell, "pool"), pool) && is_bad(cell) == (bad == 1))
                add_row(table, cell);
    json_array_foreach (cells, i, cell)
        if (!strcmp(result_string(cell, "pool"), pool) && is_bad(cell) && reports++ < REPORTS_MAX)
            add_report(part, cell);
}

/* The different texts of a key, by comma, as one word. */
static void put_names(FILE *out, const json_t *cells, const char *key)
{
    char *names = NULL;
    size_t length, i, j;
    FILE *list = must_memory(open_memstream(&names, &length));
    for (i = 0; i < json_array_size(cells); i++) {
        const char *name = result_string(json_array_get(cells, i), key);
        for (j = 0; j < i && strcmp(result_string(json_array_get(cells, j), key), name);)
            j++;
        if (j == i)
            fprintf(list, "%s%s", i ? "," : "", name);
    }
    fclose(list);
    shell_word(out, must_memory(names));
    free(names);
}

static void add_number(FILE *out, const json_t *document, const char *key, const char *option, long long usual)
{
    long long value = result_integer(document, key);
    if (value > 0 && value != usual)
        fprintf(out, " %s %lld", option, value);
}

/* "poolbench check -p ring,mutex -f late-add": the same pools and bugs. Owner: the caller (free). */
static char *command_of(const json_t *document)
{
    enum { WORKERS = 3 }; /* of which -t says nothing */
    const json_t *cells = json_object_get(document, "cells"), *plugin;
    size_t i;
    char *text = NULL;
    size_t length;
    FILE *out = must_memory(open_memstream(&text, &length));
    fputs(answers_check_is_contract(document) ? "poolbench check --contract" : "poolbench check", out);
    json_array_foreach (json_object_get(document, "plugins"), i, plugin)
        if (json_is_string(plugin)) {
            fputs(" --plugin", out);
            shell_word(out, json_string_value(plugin));
        }
    add_number(out, document, "workers", "-t", WORKERS);
    add_number(out, document, "repeat", "--repeat", 1);
    add_number(out, document, "at_once_asked", "--at-once", 0);
    fputs(" -p", out);
    put_names(out, cells, "pool");
    fputs(" -f", out);
    put_names(out, cells, "fault");
    fclose(out);
    return must_memory(text);
}

/* What the figure shows, in a line. */
static void finding_of(const json_t *document, char *text, size_t size)
{
    const json_t *summary = json_object_get(document, "summary");
    if (answers_check_is_contract(document)) {
        snprintf(text, size, "%lld promises were seen to be kept, %lld are broken, %lld are stalled",
                 (long long)result_integer(summary, "holds"), (long long)result_integer(summary, "fails"),
                 (long long)result_integer(summary, "stalled"));
        return;
    }
    snprintf(text, size,
             "%lld cells hold, %lld misuses were named, %lld armed bugs were caught and %lld missed; %lld fail, "
             "%lld are stalled",
             (long long)result_integer(summary, "holds"), (long long)result_integer(summary, "named"),
             (long long)result_integer(summary, "caught"), (long long)result_integer(summary, "missed"),
             (long long)result_integer(summary, "fails"), (long long)result_integer(summary, "stalled"));
}

int check_chapter(struct chapter *chapter, struct answers *answers)
{
    const json_t *cells = json_object_get(chapter->document, "cells"), *cell;
    const char *pools[NAMES_MAX];
    char finding[300], *command;
    struct figure_words words = {.finding = finding};
    xmlNode *part;
    size_t i;
    int count = 0, error = chapter_draw(chapter, chapter->document);
    if (error)
        return error;
    words.command = command = command_of(chapter->document);
    finding_of(chapter->document, finding, sizeof finding);
    part = chapter_part(chapter, chapter->parent, "all",
                        answers_check_is_contract(chapter->document) ? "All pools and promises" : "All pools and bugs");
    for (int f = 0; f < chapter->figures.count; f++)
        figures_kept_place(&chapter->figures, &chapter->figures.all[f], part, &words);
    free(command);
    part = chapter_part(chapter, chapter->parent, "pools", "Pool by pool");
    json_array_foreach (cells, i, cell) {
        int known = 0;
        while (known < count && strcmp(pools[known], result_string(cell, "pool")))
            known++;
        if (known == count && count < NAMES_MAX) {
            pools[count++] = result_string(cell, "pool");
            pool_part(chapter, part, pools[known]);
        }
    }
    answers_check(chapter->document, answers);
    return 0;
}
