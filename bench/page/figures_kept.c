/* figures_kept.c - see figures_kept.h. */
#include "bench/page/figures_kept.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/json/must.h"
#include "bench/page/figure_table.h"
#include "bench/page/picture.h"
#include "bench/page/tree.h"
#include "bench/page/untold.h"

enum { DATA_BYTES_MAX = 1 << 20 };

/* Keeping. */

static char *copy(const char *text)
{
    return must_memory(strdup(text ? text : ""));
}

/* A file of the drawing's folder; NULL: there is none. */
static char *read_data(const struct drawing *drawing, const char *name)
{
    char file_name[300], *text;
    struct stat info;
    ssize_t length = 0;
    int file;
    snprintf(file_name, sizeof file_name, "%.250s.tsv", name);
    file = openat(drawing->folder_fd, file_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0)
        return NULL;
    if (fstat(file, &info) || info.st_size > DATA_BYTES_MAX) {
        close(file);
        return NULL;
    }
    text = must_memory(malloc((size_t)info.st_size + 1));
    length = read(file, text, (size_t)info.st_size);
    text[length > 0 ? length : 0] = '\0';
    close(file);
    return text;
}

static void take(void *context, const struct drawing *drawing, const struct drawing_figure *figure, const char *svg,
                 size_t length, const char *why)
{
    struct figures_kept *kept = context;
    struct figure_kept *one;
    if (kept->count == FIGURES_KEPT_MAX)
        return;
    one = &kept->all[kept->count++];
    *one = (struct figure_kept){.script = copy(figure->script),
                                .name = copy(figure->name),
                                .title = copy(figure->title),
                                .dim = copy(figure->dim),
                                .why = copy(why),
                                .data = read_data(drawing, figure->name),
                                .ranges = figure->ranges,
                                .length = length};
    if (svg)
        one->svg = must_memory(memcpy(must_memory(malloc(length + 1)), svg, length));
}

struct drawing_taker figures_kept_taker(struct figures_kept *kept)
{
    return (struct drawing_taker){.context = kept, .take = take};
}

void figures_kept_free(struct figures_kept *kept)
{
    for (int i = 0; i < kept->count; i++) {
        struct figure_kept *one = &kept->all[i];
        free(one->script);
        free(one->name);
        free(one->title);
        free(one->dim);
        free(one->svg);
        free(one->why);
        free(one->data);
    }
    kept->count = 0;
}

/* The folder. */

int figures_kept_open(struct figures_kept *kept, FILE *log)
{
    const char *place = getenv("TMPDIR");
    snprintf(kept->folder, sizeof kept->folder, "%.32s/poolbench-XXXXXX",
             place && *place && strlen(place) <= 32 ? place : "/tmp");
    if (mkdtemp(kept->folder))
        return 0;
    *kept->folder = '\0';
    return fprintf(log, "poolbench: cannot make a folder for the figures' data: %s (TMPDIR)\n", strerror(errno)), -EIO;
}

void figures_kept_close(struct figures_kept *kept)
{
    int folder = *kept->folder ? open(kept->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    DIR *entries = folder < 0 ? NULL : fdopendir(folder);
    struct dirent *entry;
    while (entries && (entry = readdir(entries)))
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            unlinkat(folder, entry->d_name, 0);
    if (entries)
        closedir(entries);
    else if (folder >= 0)
        close(folder);
    if (*kept->folder)
        rmdir(kept->folder);
    *kept->folder = '\0';
}

const char *figures_kept_id(const struct figures_kept *kept, const char *name, char *text, size_t size)
{
    snprintf(text, size, "%sfigure-%s", kept->prefix, name);
    return text;
}

/* Whether a whole table of what it shows stands right below, so that its data would only repeat it. */
static bool has_table(const char *script)
{
    return !strcmp(script, "changes") || !strcmp(script, "history");
}

void figures_kept_place(struct figures_kept *kept, struct figure_kept *figure, xmlNode *parent,
                        const struct figure_words *words)
{
    xmlNode *node = tree_add(parent, "figure"), *command;
    char id[400];
    const char *untold = untold_of(figure->script);
    struct picture_words says = {figures_kept_id(kept, figure->name, id, sizeof id), figure->title, words->finding};
    tree_set(node, "id", id);
    tree_set(node, "title", figure->title);
    tree_set(node, "finding", words->finding);
    tree_set(node, "dim", figure->dim);
    if (!*words->finding)
        says.finding = figure->dim;
    if (!figure->svg || picture_add(node, figure->svg, figure->length, &says, kept->hues))
        tree_say(node, "missing", "There is no picture: %s. The numbers are below.",
                 figure->svg ? "what gnuplot drew cannot be read" : figure->why);
    if (figure->data && strchr(figure->data, '\n') && !has_table(figure->script))
        figure_table(node, &(struct figure_data){figure->data, figure->name, figure->title, figure->ranges});
    if (words->command) {
        command = tree_add_text(node, "command", words->command);
        tree_set(command, "what", "Measure it again:");
    }
    if (*untold)
        tree_add_text(node, "untold", untold);
    figure->placed = true;
}
