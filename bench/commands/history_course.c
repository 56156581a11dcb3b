/* history_course.c - see history_course.h. */
#include "bench/commands/history_course.h"

#include <string.h>

#include "bench/commands/history_changes.h"
#include "bench/commands/kept.h"
#include "bench/figures/figures_history.h"
#include "bench/findings/course.h"
#include "bench/json/must.h"
#include "bench/show/course_show.h"

/* The folder that is called as the database, without its ending. */
static void folder_of(const char *path, char *folder, size_t size)
{
    size_t length = strlen(path), ending = strlen(".db");
    if (length > ending && !strcmp(path + length - ending, ".db"))
        snprintf(folder, size, "%.*s", (int)(length - ending), path);
    else
        snprintf(folder, size, "%s-figures", path);
}

/* Figures that cannot be drawn lose nothing; figures_history says why. Of several machines each has a folder. */
static void draw(const struct options *options, const struct series_list *list, int at, const struct course *course)
{
    char folder[4200], name[RECORD_NAME];
    int number = 0;
    folder_of(kept_path(options), folder, sizeof folder);
    for (int i = 1; i <= at; i++)
        number += strcmp(list->all[i].machine, list->all[i - 1].machine) ||
                  strcmp(list->all[i].hardware, list->all[i - 1].hardware);
    if (number)
        snprintf(folder + strlen(folder), sizeof folder - strlen(folder), "-%d", number + 1);
    if (!figures_history(folder, &list->all[at], course, stderr, name, sizeof name))
        printf("figure   %s/%s.svg, .png\n", folder, name);
}

int history_course(const struct options *options, struct store *store)
{
    struct series_list list;
    json_t *all = json_array();
    int status = history_series(options, store, options->words[1], &list);
    for (int i = 0; i < list.count && status == EXIT_GOOD; i++) {
        struct course course;
        course_find(&list.all[i], options->least > 0 ? options->least : COURSE_LEAST, &course);
        if (options->format == OPTIONS_JSON) {
            json_array_append_new(all, course_show_points_json(&list.all[i], &course));
            continue;
        }
        course_show_table(&list.all[i], &course, stdout);
        fflush(stdout);
        if (!options->no_figures)
            draw(options, &list, i, &course);
    }
    if (status == EXIT_GOOD && options->format == OPTIONS_JSON) {
        json_dumpf(all, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
        putchar('\n');
    }
    json_decref(all);
    series_free(&list);
    return status;
}
