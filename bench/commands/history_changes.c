/* history_changes.c - see history_changes.h. */
#include "bench/commands/history_changes.h"

#include <stdlib.h>
#include <string.h>

#include "bench/commands/refuse.h"
#include "bench/commands/revision.h"
#include "bench/findings/course.h"
#include "bench/history/series.h"
#include "bench/json/must.h"
#include "bench/show/course_show.h"
#include "workloads/core/why.h"

/* A benchmark of a name like that, in a line. */
static void say_none(const struct options *options, struct store *store, const char *pattern)
{
    struct series_list all;
    const char **names;
    char why[4096];
    int count = series_read(store, options->machine, NULL, &all, why, sizeof why), different = 0;
    names = calloc((size_t)(count > 0 ? count : 0) + 1, sizeof *names);
    for (int i = 0; names && i < count; i++)
        if (!different || strcmp(names[different - 1], all.all[i].benchmark))
            names[different++] = all.all[i].benchmark;
    if (pattern && different)
        why_wrong_name((struct why){why, sizeof why}, "the history has no benchmark", pattern, "benchmarks: ", names,
                       different);
    else
        snprintf(why, sizeof why, "there is no benchmark%s%s in the history", options->machine ? " of machine " : "",
                 options->machine ? options->machine : "");
    say_line("%s", why);
    free(names);
    series_free(&all);
}

int history_series(const struct options *options, struct store *store, const char *pattern, struct series_list *list)
{
    char why[1024];
    int count = series_read(store, options->machine, pattern, list, why, sizeof why);
    if (count > 0)
        return EXIT_GOOD;
    if (count < 0)
        say_line("%s", why);
    else
        say_none(options, store, pattern);
    return EXIT_USAGE;
}

struct tally {
    int changes, worse, series, short_ones, long_ones;
};

static void one_series(const struct options *options, const struct series *series, int width, json_t *list,
                       struct tally *tally)
{
    struct course course;
    course_find(series, options->least > 0 ? options->least : COURSE_LEAST, &course);
    tally->series++;
    tally->short_ones += !course_can_tell(series);
    tally->long_ones += course.first > 0;
    for (int i = 0; i < course.count; i++) {
        const struct course_change *change = &course.changes[i];
        char subject[200];
        revision_subject(series->points[change->creeps ? change->best : change->at].revision, subject, sizeof subject);
        if (options->format == OPTIONS_JSON)
            json_array_append_new(list, course_show_json(series, change, subject));
        else
            course_show_line(series, change, subject, width, stdout);
        tally->changes++;
        tally->worse += change->speed < 1;
    }
}

int history_changes(const struct options *options, struct store *store)
{
    struct series_list list;
    struct tally tally = {0};
    json_t *found = json_array();
    int status = history_series(options, store, options->words[1], &list), width = 0;
    for (int i = 0; i < list.count; i++)
        width = (int)strlen(list.all[i].benchmark) > width ? (int)strlen(list.all[i].benchmark) : width;
    for (int i = 0; i < list.count && status == EXIT_GOOD; i++) {
        const struct series *series = &list.all[i], *before = i ? series - 1 : NULL;
        bool other = !before || strcmp(before->machine, series->machine) || strcmp(before->hardware, series->hardware);
        if (other && options->format != OPTIONS_JSON)
            printf("%s%s: %s\n", i ? "\n" : "", series->machine, series->hardware);
        one_series(options, series, width, found, &tally);
    }
    if (status == EXIT_GOOD && options->format == OPTIONS_JSON) {
        json_dumpf(found, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
        putchar('\n');
    } else if (status == EXIT_GOOD) {
        printf("%d change%s in %d series, %d for the worse", tally.changes, tally.changes == 1 ? "" : "s", tally.series,
               tally.worse);
        if (tally.short_ones)
            printf("; %d %s fewer than %d points: nothing can be told of %s", tally.short_ones,
                   tally.short_ones == 1 ? "has" : "have", CHANGES_LEAST, tally.short_ones == 1 ? "it" : "them");
        if (tally.long_ones)
            printf("; of %d only the newest %d runs were looked at", tally.long_ones, CHANGES_VALUES_MAX);
        putchar('\n');
    }
    json_decref(found);
    series_free(&list);
    return status;
}
