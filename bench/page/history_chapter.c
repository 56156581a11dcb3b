/* history_chapter.c - see history_chapter.h. */
#include "bench/page/history_chapter.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/figures/figures_history.h"
#include "bench/findings/course.h"
#include "bench/history/series.h"
#include "bench/json/must.h"
#include "bench/page/tables.h"
#include "bench/page/tree.h"
#include "bench/results/label.h"
#include "bench/show/course_show.h"
#include "bench/show/history_show.h"
#include "bench/show/shell_word.h"

enum { SHOWN_MAX = 24, SAID = 4, ID = 600 };

/* A series with what was found of it. */
struct told {
    const struct series *series;
    struct course course;
    bool shown; /* has a part of its own */
};

struct all_told {
    struct told *all; /* [count] */
    int count, changes, worse, short_ones, long_ones;
};

static void find(const struct series_list *list, struct all_told *told)
{
    told->all = must_memory(calloc((size_t)list->count + 1, sizeof *told->all));
    told->count = list->count;
    for (int i = 0; i < list->count; i++) {
        struct told *one = &told->all[i];
        one->series = &list->all[i];
        course_find(one->series, COURSE_LEAST, &one->course);
        told->changes += one->course.count;
        told->short_ones += !course_can_tell(one->series);
        told->long_ones += one->course.first > 0;
        for (int c = 0; c < one->course.count; c++)
            told->worse += one->course.changes[c].speed < 1;
    }
}

/* How much there is to be seen of it: a change, runs enough to tell, some runs, one. */
static int rank_of(const struct told *one)
{
    return one->course.count ? 0 : course_can_tell(one->series) ? 1 : one->series->count > 1 ? 2 : 3;
}

/* As many as there is room for. */
static void choose(struct all_told *told)
{
    int shown = 0;
    for (int rank = 0; rank <= 3; rank++)
        for (int i = 0; i < told->count && shown < SHOWN_MAX; i++)
            if (rank_of(&told->all[i]) == rank) {
                told->all[i].shown = true;
                shown++;
            }
}

/* The point from which a change is. */
static const struct series_point *point_of(const struct series *series, const struct course_change *change)
{
    return &series->points[change->creeps ? change->best : change->at];
}

static void part_id(const struct series *series, int number, char id[ID])
{
    char word[400];
    snprintf(id, ID, "h%d-%s", number, label_word(series->benchmark, word, sizeof word));
}

/* All changes. */

static void add_change(xmlNode *table, const struct series *series, const struct course_change *change)
{
    const struct series_point *point = point_of(series, change);
    char before[64], after[64], revision[64];
    xmlNode *row = tables_row(table);
    if (change->speed < 1)
        tree_set(row, "state", "worse");
    tables_cell(row, "%s", series->benchmark);
    tables_cell(row, "%s",
                series->is_floor ? "no pool: the machine changed"
                : change->creeps ? "creeps"
                : change->within ? "step, not at a new revision"
                                 : "step");
    tables_cell(row, "%s", history_show_revision(point->revision, revision, sizeof revision));
    tables_cell(row, "%.10s", point->date);
    tables_cell(row, "%+.1f%%", 100 * (change->speed - 1));
    tables_cell(row, "%s", course_show_value(series, change->before, before, sizeof before));
    tables_cell(row, "%s", course_show_value(series, change->after, after, sizeof after));
    tables_cell(row, "%s %.3f", change->p < 0.001 ? "<" : "=", fmax(change->p, 0.001));
    tables_cell(row, "%s", series->machine);
}

static void changes_part(struct chapter *chapter, const struct all_told *told)
{
    static const char *const heads[] = {"benchmark", "what", "from revision", "of", "speed", "before",
                                        "after",     "p",    "machine",       NULL};
    xmlNode *part = chapter_part(chapter, chapter->parent, "all", "What changed"), *table;
    chapter_link(chapter, chapter->workloads, "all", "what changed");
    tree_say(part, "text",
             "%d change%s in %d series, %d for the worse. Of %d series with fewer than %d runs nothing can be told.",
             told->changes, told->changes == 1 ? "" : "s", told->count, told->worse, told->short_ones, CHANGES_LEAST);
    if (told->long_ones)
        tree_say(part, "text", "Of %d series only the newest %d runs were looked at.", told->long_ones,
                 CHANGES_VALUES_MAX);
    if (!told->changes)
        return;
    table = tables_new(part, "Changes, those for the worse first", heads, 4);
    for (int worse = 1; worse >= 0; worse--)
        for (int i = 0; i < told->count; i++)
            for (int c = 0; c < told->all[i].course.count; c++)
                if ((told->all[i].course.changes[c].speed < 1) == (worse == 1))
                    add_change(table, told->all[i].series, &told->all[i].course.changes[c]);
}

/* A benchmark. */

static void series_part(struct chapter *chapter, xmlNode *parent, const struct told *told, int number,
                        struct figure_kept *figure)
{
    struct figure_words words = {.finding = ""}; /* the title says it */
    struct blocks blocks;
    char id[ID], *command = NULL;
    size_t length;
    FILE *out = must_memory(open_memstream(&command, &length));
    xmlNode *part;
    part_id(told->series, number, id);
    part = chapter_part(chapter, parent, id, told->series->benchmark);
    chapter_link(chapter, chapter->pools, id, told->series->benchmark);
    fputs("poolbench history show", out);
    shell_word(out, told->series->benchmark);
    fclose(out);
    words.command = must_memory(command);
    if (figure)
        figures_kept_place(&chapter->figures, figure, part, &words);
    course_show_table(told->series, &told->course, blocks_begin(&blocks));
    blocks_end(&blocks);
    tables_add(part, &blocks, told->series->benchmark);
    blocks_free(&blocks);
    free(command);
}

/* Names of figures are of benchmarks, and several machines may have the same: numbers tell them apart. */
static int draw_all(struct chapter *chapter, const struct all_told *told)
{
    struct drawing_taker taker = figures_kept_taker(&chapter->figures);
    int error = figures_kept_open(&chapter->figures, chapter->log);
    if (error)
        return error;
    for (int i = 0; i < told->count && !error; i++) {
        struct figures_kept *kept = &chapter->figures;
        int before = kept->count;
        if (!told->all[i].shown)
            continue;
        error = figures_history_give(kept->folder, told->all[i].series, &told->all[i].course, &taker, chapter->log);
        if (kept->count > before) {
            char *name;
            must_memory(asprintf(&name, "%d-%s", i, kept->all[before].name) < 0 ? NULL : name);
            free(kept->all[before].name);
            kept->all[before].name = name;
        }
    }
    figures_kept_close(&chapter->figures);
    return error;
}

/* Sentences. */

static void say_change(const struct series *series, const struct course_change *change, int number,
                       struct answers *answers)
{
    const struct series_point *point = point_of(series, change);
    char id[ID], before[64], after[64], revision[64];
    bool worse = change->speed < 1;
    part_id(series, number, id);
    answers_add(
        answers, worse ? "bad" : "good", id, "all", "%.150s is %.1f%% %s %s%s (%.10s%s): %s, now %s (p %s %.3f)%s.",
        series->benchmark, 100 * fabs(change->speed - 1), worse ? "worse" : "better",
        change->creeps ? "by creeping, against its level at " : "since ",
        history_show_revision(point->revision, revision, sizeof revision), point->date,
        change->within ? course_show_within : "", course_show_value(series, change->before, before, sizeof before),
        course_show_value(series, change->after, after, sizeof after), change->p < 0.001 ? "<" : "=",
        fmax(change->p, 0.001), series->is_floor ? "; it has no pool: the machine changed" : "");
}

/* The last change of each series, those for the worse first. */
static void say_changes(const struct all_told *told, struct answers *answers)
{
    int said = 0;
    for (int worse = 1; worse >= 0; worse--)
        for (int i = 0; i < told->count && said < SAID; i++) {
            const struct course *course = &told->all[i].course;
            const struct course_change *last = course->count ? &course->changes[course->count - 1] : NULL;
            if (!last || (last->speed < 1) != (worse == 1))
                continue;
            say_change(told->all[i].series, last, i, answers);
            said++;
        }
}

static void say(const struct all_told *told, struct answers *answers)
{
    int quiet = 0;
    say_changes(told, answers);
    answers_add(answers, "plain", "all", "all", "%d change%s in %d series, %d for the worse.", told->changes,
                told->changes == 1 ? "" : "s", told->count, told->worse);
    for (int i = 0; i < told->count; i++)
        quiet += course_can_tell(told->all[i].series) && !told->all[i].course.count;
    if (quiet)
        answers_add(answers, "good", "all", "all", "In %d of %d series no change was found.", quiet, told->count);
    if (told->short_ones)
        answers_add(answers, "open", "all", "all",
                    "Of %d of %d series nothing can be told: they have fewer than %d runs.", told->short_ones,
                    told->count, CHANGES_LEAST);
}

static void add_parts(struct chapter *chapter, struct all_told *told)
{
    xmlNode *part;
    int figure = 0, left_out = 0;
    changes_part(chapter, told);
    part = chapter_part(chapter, chapter->parent, "benchmarks", "Benchmark by benchmark");
    for (int i = 0; i < told->count; i++) {
        struct figure_kept *drawn =
            told->all[i].shown && figure < chapter->figures.count ? &chapter->figures.all[figure++] : NULL;
        if (told->all[i].shown)
            series_part(chapter, part, &told->all[i], i, drawn);
        else
            left_out++;
    }
    if (left_out)
        tree_say(part, "text", "%d more series are in the history; poolbench history show 'NAME' prints them.",
                 left_out);
}

static int read_all(struct chapter *chapter, struct series_list *list)
{
    char why[1024];
    struct store *store = NULL;
    int count, error = store_open(&store, chapter->path, false, why, sizeof why);
    if (error)
        return fprintf(chapter->log, "poolbench: %s\n", why), error;
    count = series_read(store, NULL, NULL, list, why, sizeof why);
    store_close(store);
    if (count < 0)
        return fprintf(chapter->log, "poolbench: %s\n", why), count;
    if (!count)
        return fprintf(chapter->log, "poolbench: %s: there is no benchmark in the history\n", chapter->path), -EINVAL;
    return 0;
}

int history_chapter(struct chapter *chapter, struct answers *answers)
{
    struct series_list list = {.count = 0};
    struct all_told told = {.count = 0};
    int error = read_all(chapter, &list);
    if (!error) {
        find(&list, &told);
        choose(&told);
        error = draw_all(chapter, &told);
    }
    if (!error) {
        add_parts(chapter, &told);
        say(&told, answers);
    }
    free(told.all);
    series_free(&list);
    return error;
}
