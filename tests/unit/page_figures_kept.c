/* page_figures_kept.c - figures that are kept for a page: what their bars are is in their data, and not in their words.
 */
#include "bench/page/figures_kept.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/page/tree.h"

static const char picture[] = "<svg viewBox=\"0 0 10 10\"><path d=\"M0,0\"/></svg>";

/* The heads of a figure's table, with that flag and these words below its title. */
static void place(bool ranges, const char *dim, char *text, size_t size)
{
    static struct hues hues;
    struct figures_kept kept = {.prefix = "", .hues = &hues};
    struct drawing_taker taker = figures_kept_taker(&kept);
    char folder[] = "/tmp/figures-kept-XXXXXX", path[64];
    struct drawing drawing = {.taker = &taker, .folder = folder};
    struct drawing_figure figure = {
        .script = "workers", .name = "one", .title = "one bar: range of 3 rounds", .dim = dim, .ranges = ranges};
    xmlDoc *tree = tree_new("page");
    xmlChar *dumped;
    int length;
    FILE *data;
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/one.tsv", folder);
    data = fopen(path, "w");
    fputs("pool\tjobs_per_s\tlow\thigh\nring\t10\t9\t12\n", data);
    fclose(data);
    drawing.folder_fd = open(folder, O_RDONLY | O_DIRECTORY);
    taker.take(taker.context, &drawing, &figure, picture, strlen(picture), "");
    figures_kept_place(&kept, &kept.all[0], xmlDocGetRootElement(tree), &(struct figure_words){"", NULL});
    xmlDocDumpMemory(tree, &dumped, &length);
    snprintf(text, size, "%s", (const char *)dumped);
    xmlFree(dumped);
    xmlFreeDoc(tree);
    figures_kept_free(&kept);
    close(drawing.folder_fd);
    unlink(path);
    rmdir(folder);
}

Test(page_figures_kept, ranges_are_told_by_the_figure, .timeout = 20)
{
    char text[1 << 14];
    place(true, "bar: 95% interval", text, sizeof text);
    cr_assert(strstr(text, "least") && !strstr(text, "95% from"), "%s", text);
    place(false, "jobs of a workload called bar: range of 3 rounds", text, sizeof text);
    cr_assert(strstr(text, "95% from") && !strstr(text, "least"), "%s", text);
}
