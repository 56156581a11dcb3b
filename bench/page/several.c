/* several.c - see several.h. */
#include "bench/page/several.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench/figures/figures_compared.h"
#include "bench/findings/comparison.h"
#include "bench/findings/comparison_identity.h"
#include "bench/json/must.h"
#include "bench/page/answers_verdicts.h"
#include "bench/page/several_label.h"
#include "bench/page/several_warn.h"
#include "bench/page/side_by_side.h"
#include "bench/page/tables.h"
#include "bench/page/tree.h"
#include "bench/page/verdicts_chapter.h"
#include "bench/results/label.h"
#include "bench/results/result.h"
#include "bench/show/comparison_show.h"

/* One document of them for the figures. */

static void add_renamed(json_t *list, const json_t *from, const char *label)
{
    char pool[128];
    json_t *one;
    size_t i;
    json_array_foreach (from, i, one) {
        json_t *copy;
        if (result_is_floor(one) || *result_string(one, "unsupported"))
            continue;
        copy = must_have(json_copy(one));
        snprintf(pool, sizeof pool, "%.64s@%s", result_string(one, "pool"), label);
        json_object_set_new(copy, "pool", must_text(pool));
        json_array_append_new(list, copy);
    }
}

json_t *several_merged(const struct document *documents, int count)
{
    json_t *merged = NULL, *configurations = json_array(), *metg = json_array();
    char label[16];
    int drawn = 0;
    for (int i = 0; i < count; i++) {
        const json_t *json = documents[i].json;
        if (!several_label_is_run(&documents[i]) || drawn == SEVERAL_DRAWN)
            continue;
        drawn++;
        several_label(documents, count, i, label);
        add_renamed(configurations, json_object_get(json, "configurations"), label);
        add_renamed(metg, json_object_get(json, "metg"), label);
        if (!merged)
            merged = must_have(json_copy((json_t *)(uintptr_t)json));
        else if (json_array_size(json_object_get(json, "rounds")) < json_array_size(json_object_get(merged, "rounds")))
            json_object_set(merged, "rounds", json_object_get(json, "rounds"));
    }
    if (drawn < 2) {
        json_decref(merged);
        merged = NULL;
    } else {
        json_object_set(merged, "configurations", configurations);
        json_object_set(merged, "metg", metg);
    }
    json_decref(configurations);
    json_decref(metg);
    return merged;
}

/* Two runs of one machine, judged. */

static bool same_machine(const struct document *documents, char *text, size_t size)
{
    static const char *const keys[] = {"cpu_model", "architecture", "cpus", "cores", "cgroup_quota_cpus", NULL};
    return !comparison_identity_differs(json_object_get(documents[0].json, "machine"),
                                        json_object_get(documents[1].json, "machine"), keys, text, size);
}

static int draw_changes(struct chapter *chapter, const struct comparison *comparison)
{
    struct drawing_taker taker = figures_kept_taker(&chapter->figures);
    int error = figures_kept_open(&chapter->figures, chapter->log);
    if (error)
        return error;
    error = figures_compared(comparison, chapter->figures.folder, &taker, chapter->log);
    figures_kept_close(&chapter->figures);
    return error;
}

/* Returns 0; 1 where they cannot be judged, and says why on the page; or -errno. */
static int judge(struct chapter *chapter, const struct document *documents, struct answers *answers)
{
    struct comparison comparison = {.paths = {documents[0].path, documents[1].path},
                                    .documents = {documents[0].json, documents[1].json},
                                    .threshold = 0.03};
    static const char known[] = "not comparable: ";
    char why[1024];
    json_t *verdicts;
    int error = 0;
    if (!same_machine(documents, why, sizeof why)) {
        tree_say(chapter->parent, "notice", "They are of different machines (%s): side by side, and not judged.", why);
        return 1;
    }
    if (comparison_make(&comparison, why, sizeof why)) {
        free(comparison.rows);
        tree_say(chapter->parent, "notice", "They are not judged: %s.",
                 !strncmp(why, known, strlen(known)) ? why + strlen(known) : why);
        return 1;
    }
    verdicts = comparison_show_verdicts(&comparison);
    error = draw_changes(chapter, &comparison);
    if (!error) {
        verdicts_chapter(chapter, verdicts);
        answers_verdicts(verdicts, answers);
    }
    json_decref(verdicts);
    free(comparison.rows);
    return error;
}

/* The figures that all runs share. */

static bool is_of(const struct figure_kept *figure, const char *spec)
{
    char word[300];
    size_t length = strlen(figure->name), ending = strlen(label_word(spec, word, sizeof word));
    return length > ending + 1 && figure->name[length - ending - 1] == '-' &&
           !strcmp(figure->name + length - ending, word);
}

static bool is_linked(const struct chapter *chapter, const char *spec)
{
    for (const xmlNode *link = chapter->workloads->children; link; link = link->next)
        if (link->children && link->children->content && !strcmp((const char *)link->children->content, spec))
            return true;
    return false;
}

static int add_figures(struct chapter *chapter, const struct document *documents, int count)
{
    json_t *merged = several_merged(documents, count), *one;
    const json_t *list = json_object_get(merged, "configurations");
    struct figure_words words = {.finding = ""};
    xmlNode *part;
    size_t i;
    int error = merged ? chapter_draw(chapter, merged) : 0;
    if (!merged || error)
        return json_decref(merged), error;
    part = chapter_part(chapter, chapter->parent, "figures", "Figures with all of them");
    if (several_label_runs(documents, count) > SEVERAL_DRAWN)
        tree_say(part, "text", "Only the first %d runs are drawn.", SEVERAL_DRAWN);
    for (int f = 0; f < chapter->figures.count; f++) {
        struct figure_kept *figure = &chapter->figures.all[f];
        if (figure->placed)
            continue;
        figures_kept_place(&chapter->figures, figure, part, &words);
        json_array_foreach (list, i, one)
            if (is_of(figure, result_string(one, "spec")) && !is_linked(chapter, result_string(one, "spec"))) {
                char id[400];
                snprintf(id, sizeof id, "figure-%s", figure->name);
                chapter_link(chapter, chapter->workloads, id, result_string(one, "spec"));
            }
    }
    json_decref(merged);
    return 0;
}

int several_add(struct chapter *chapter, const struct document *documents, int count, struct answers *answers)
{
    bool judged = false;
    int error = 0;
    if (count == 2 && several_label_runs(documents, count) == 2) {
        error = judge(chapter, documents, answers);
        judged = !error;
        error = error > 0 ? 0 : error;
    }
    if (!error && several_label_runs(documents, count) > 1 && !judged)
        side_by_side(chapter, documents, count, answers);
    if (!error)
        error = add_figures(chapter, documents, count);
    side_by_side_facts(chapter, documents, count);
    several_warn_answer(documents, count, answers);
    return error;
}
