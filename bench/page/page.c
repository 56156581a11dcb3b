/* page.c - see page.h. */
#include "bench/page/page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/machine/machine.h"
#include "bench/page/answers_check.h"
#include "bench/page/chapter.h"
#include "bench/page/check_chapter.h"
#include "bench/page/explore_chapter.h"
#include "bench/page/facts.h"
#include "bench/page/fleet_chapter.h"
#include "bench/page/history_chapter.h"
#include "bench/page/limits_chapter.h"
#include "bench/page/plan_chapter.h"
#include "bench/page/run_chapter.h"
#include "bench/page/several.h"
#include "bench/page/several_label.h"
#include "bench/page/several_warn.h"
#include "bench/page/template.h"
#include "bench/page/tree.h"
#include "bench/page/verdicts_chapter.h"
#include "bench/results/result.h"

/* A page while it is made. */
struct making {
    xmlNode *page, *results, *workloads, *pools; /* of the finder: its groups */
    struct hues hues;
    FILE *log;
};

/* The head. */

static const char *question_of(const struct document *document)
{
    static const char *const questions[] = {[DOCUMENTS_RUN] = "Which pool for which load?",
                                            [DOCUMENTS_PLAN] = "How many workers, how long a queue?",
                                            [DOCUMENTS_DUET] = "Is the new build slower?",
                                            [DOCUMENTS_CHECK] = "Which known bugs does each pool have?",
                                            [DOCUMENTS_FLEET] = "How many machines, under which balancer?",
                                            [DOCUMENTS_LIMITS] = "What does this machine allow?",
                                            [DOCUMENTS_EXPLORE] = "Is there a schedule in which a pool fails?",
                                            [DOCUMENTS_HISTORY] = "What became faster or slower, and when?"};
    return document->kind == DOCUMENTS_CHECK && answers_check_is_contract(document->json)
               ? "Does each pool keep the contract?"
               : questions[document->kind];
}

static void lead_of(const struct document *document, char *text, size_t size)
{
    const json_t *machine = json_object_get(document->json, "machine");
    snprintf(text, size, "%.300s", document->path);
    if (*result_string(document->json, "date"))
        snprintf(text + strlen(text), size - strlen(text), ", %.10s", result_string(document->json, "date"));
    if (json_is_object(machine))
        snprintf(text + strlen(text), size - strlen(text), ", %.100s, %lld CPUs%s%.60s",
                 result_string(machine, "cpu_model"), (long long)result_integer(machine, "cpus"),
                 *result_string(machine, "virtualisation") ? ", " : "", result_string(machine, "virtualisation"));
}

static void begin(xmlNode *page, const struct document *documents, int count)
{
    char lead[700], label[16];
    bool compared = count == 2 && several_label_runs(documents, count) == 2;
    tree_setf(page, "generator", "poolbench %s (%s)", machine_release, machine_revision);
    tree_add_text(page, "title",
                  compared    ? "What changed between two runs?"
                  : count > 1 ? "Several results side by side"
                              : question_of(documents));
    for (int i = 0; i < count; i++) {
        lead_of(&documents[i], lead, sizeof lead);
        if (count > 1)
            tree_say(page, "lead", "%s: %s", several_label(documents, count, i, label), lead);
        else
            tree_add_text(page, "lead", lead);
    }
}

static xmlNode *add_group(xmlNode *finder, const char *name)
{
    xmlNode *group = tree_add(finder, "group");
    tree_set(group, "name", name);
    return group;
}

static void drop_if_empty(xmlNode *group)
{
    if (!group->children) {
        xmlUnlinkNode(group);
        xmlFreeNode(group);
    }
}

static void add_finder(struct making *making, enum documents_kind first)
{
    xmlNode *finder = tree_add(making->page, "finder");
    making->results = add_group(finder, "Results");
    making->workloads = add_group(finder, first == DOCUMENTS_HISTORY ? "Changes" : "By workload");
    making->pools = add_group(finder, first == DOCUMENTS_HISTORY ? "Benchmarks" : "By pool");
}

/* The colours that its figures have. */
static void add_hues(const struct making *making)
{
    char *css = hues_css(&making->hues);
    tree_add_text(making->page, "hues", css);
    free(css);
}

/* Chapters. */

static void begin_chapter(struct chapter *chapter, struct making *making, const struct document *document,
                          const char *label, const char *prefix, xmlNode *parent)
{
    *chapter = (struct chapter){.path = document->path,
                                .document = document->json,
                                .label = label,
                                .prefix = prefix,
                                .parent = parent,
                                .workloads = making->workloads,
                                .pools = making->pools,
                                .figures = {.prefix = prefix, .hues = &making->hues},
                                .log = making->log};
}

static int fill(struct chapter *chapter, enum documents_kind kind, struct answers *answers)
{
    switch (kind) {
    case DOCUMENTS_DUET:
        return verdicts_chapter_duet(chapter, answers);
    case DOCUMENTS_CHECK:
        return check_chapter(chapter, answers);
    case DOCUMENTS_PLAN:
        return plan_chapter(chapter, answers);
    case DOCUMENTS_FLEET:
        return fleet_chapter(chapter, answers);
    case DOCUMENTS_LIMITS:
        return limits_chapter(chapter, answers);
    case DOCUMENTS_EXPLORE:
        return explore_chapter(chapter, answers);
    case DOCUMENTS_HISTORY:
        return history_chapter(chapter, answers);
    default:
        return run_chapter(chapter, answers);
    }
}

static int add_document(struct making *making, const struct document *document, const char *label, const char *prefix,
                        xmlNode *parent, bool figures, int answers_most)
{
    static struct chapter chapter; /* one after the other */
    static struct answers answers;
    int error;
    begin_chapter(&chapter, making, document, label, prefix, parent);
    chapter.without_figures = !figures;
    answers.count = 0;
    facts_warn(&chapter);
    error = fill(&chapter, document->kind, &answers);
    if (!error && document->kind != DOCUMENTS_HISTORY) {
        facts_add(&chapter);
        facts_downloads(&chapter);
    }
    if (!error)
        chapter_answers(&chapter, making->page, &answers, answers_most);
    figures_kept_free(&chapter.figures);
    return error;
}

/* First what is between them, then each. */
static int add_documents(struct making *making, const struct document *documents, int count)
{
    static struct chapter chapter;
    static struct answers answers;
    static char prefixes[PAGE_DOCUMENTS_MAX][8];
    char id[16], title[400], label[16];
    bool drawn = several_label_runs(documents, count) > 1;
    int error, each = 2;
    begin_chapter(&chapter, making, documents, "", "", making->page);
    answers.count = 0;
    error = several_add(&chapter, documents, count, &answers);
    several_warn(making->page, documents, count);
    if (!error)
        chapter_answers(&chapter, making->page, &answers, ANSWERS_MOST);
    figures_kept_free(&chapter.figures);
    if (answers.count)
        each = 0;
    for (int i = 0; i < count && !error; i++) {
        xmlNode *part = tree_add(making->page, "part"), *link;
        bool run = several_label_is_run(&documents[i]);
        snprintf(prefixes[i], sizeof prefixes[i], "r%d-", i + 1);
        snprintf(id, sizeof id, "r%d", i + 1);
        snprintf(title, sizeof title, "%s: %.300s", several_label(documents, count, i, label), documents[i].path);
        tree_set(part, "id", id);
        tree_set(part, "title", title);
        link = tree_add_text(making->results, "link", title);
        tree_set(link, "to", id);
        error = add_document(making, &documents[i], label, prefixes[i], part, !(drawn && run), drawn && run ? each : 3);
    }
    return error;
}

/* At most ANSWERS_MOST sentences; the most important came first. */
static void cut_answers(xmlNode *page)
{
    int count = 0;
    for (xmlNode *node = page->children, *next; node; node = next) {
        next = node->next;
        if (strcmp((const char *)node->name, "answer") || ++count <= ANSWERS_MOST)
            continue;
        xmlUnlinkNode(node);
        xmlFreeNode(node);
    }
}

int page_make(const struct document *documents, int count, FILE *log, char **text, size_t *length)
{
    static struct making making;
    xmlDoc *tree = tree_new("page");
    char why[1024];
    int error;
    making = (struct making){.page = xmlDocGetRootElement(tree), .log = log};
    *text = NULL;
    begin(making.page, documents, count);
    add_finder(&making, documents->kind);
    error = count == 1 ? add_document(&making, documents, "", "", making.page, true, ANSWERS_MOST)
                       : add_documents(&making, documents, count);
    drop_if_empty(making.results);
    drop_if_empty(making.workloads);
    drop_if_empty(making.pools);
    cut_answers(making.page);
    add_hues(&making);
    if (!error && !(*text = template_render(tree, length, why, sizeof why))) {
        fprintf(log, "poolbench: the page's templates: %s\n", why);
        error = -EIO;
    }
    xmlFreeDoc(tree);
    return error;
}
