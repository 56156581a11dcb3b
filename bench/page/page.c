/* page.c - see page.h. */
#include "bench/page/page.h"

#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/machine/machine.h"
#include "bench/page/chapter.h"
#include "bench/page/facts.h"
#include "bench/page/run_chapter.h"
#include "bench/page/template.h"
#include "bench/page/tree.h"
#include "bench/results/result.h"

static void begin(xmlNode *page, const struct page_document *document)
{
    const json_t *machine = json_object_get(document->document, "machine");
    tree_setf(page, "generator", "poolbench %s (%s)", machine_release, machine_revision);
    tree_say(page, "title", "Worker pools under load: %s", document->path);
    tree_say(page, "lead", "%.10s, %s, %lld CPUs%s%s", result_string(document->document, "date"),
             result_string(machine, "cpu_model"), (long long)result_integer(machine, "cpus"),
             *result_string(machine, "virtualisation") ? ", " : "", result_string(machine, "virtualisation"));
}

static xmlNode *add_group(xmlNode *finder, const char *name)
{
    xmlNode *group = tree_add(finder, "group");
    tree_set(group, "name", name);
    return group;
}

/* The colours that its figures have. */
static void add_hues(xmlNode *page, const struct hues *hues)
{
    char *css = hues_css(hues);
    tree_add_text(page, "hues", css);
    free(css);
}

char *page_make(const struct page_document *documents, int count, FILE *log, size_t *length)
{
    static struct hues hues;
    static struct chapter chapter;
    xmlDoc *tree = tree_new("page");
    xmlNode *page = xmlDocGetRootElement(tree), *finder;
    char why[1024], *text = NULL;
    int error;
    (void)count;
    hues = (struct hues){.count = 0};
    chapter = (struct chapter){.path = documents->path,
                               .document = documents->document,
                               .prefix = "",
                               .parent = page,
                               .figures = {.prefix = "", .hues = &hues},
                               .log = log};
    begin(page, documents);
    facts_warn(&chapter, page);
    finder = tree_add(page, "finder");
    chapter.workloads = add_group(finder, "Workloads");
    chapter.pools = add_group(finder, "Pools");
    error = run_chapter(&chapter);
    facts_add(&chapter);
    facts_downloads(&chapter);
    add_hues(page, &hues);
    if (!error)
        text = template_render(tree, length, why, sizeof why);
    if (!error && !text)
        fprintf(log, "poolbench: the page's templates: %s\n", why);
    figures_kept_free(&chapter.figures);
    xmlFreeDoc(tree);
    return text;
}

bool page_is_ours(const char *path)
{
    static const char mark[] = "<meta name=\"generator\" content=\"poolbench ";
    char begin[4096];
    FILE *file = fopen(path, "re");
    size_t length = file ? fread(begin, 1, sizeof begin - 1, file) : 0;
    if (file)
        fclose(file);
    return length && memmem(begin, length, mark, strlen(mark));
}
