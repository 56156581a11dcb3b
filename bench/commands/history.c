/* history.c - see history.h: which word does what; the list of runs. */
#include "bench/commands/history.h"

#include <errno.h>
#include <string.h>

#include "bench/commands/history_changes.h"
#include "bench/commands/history_course.h"
#include "bench/commands/history_import.h"
#include "bench/commands/history_move.h"
#include "bench/commands/kept.h"
#include "bench/commands/refuse.h"
#include "bench/history/store.h"
#include "bench/show/history_show.h"
#include "workloads/core/why.h"

typedef int history_fn(const struct options *options, struct store *store);

static int list(const struct options *options, struct store *store)
{
    char why[1024];
    struct history_runs *runs = history_runs_begin();
    int count = store_runs(store, options->machine, history_runs_add, runs, why, sizeof why);
    if (count > 0 && options->format == OPTIONS_JSON)
        history_runs_json(runs, stdout);
    else if (count > 0)
        history_runs_table(runs, stdout);
    history_runs_end(runs);
    if (count == 0)
        snprintf(why, sizeof why, "there is no run%s%s in the history", options->machine ? " of machine " : "",
                 options->machine ? options->machine : "");
    if (count <= 0)
        return refuse("%s", why);
    return EXIT_GOOD;
}

static const struct verb {
    const char *name, *arguments;
    int least, most; /* words after it */
    history_fn *act;
    int (*check)(const struct options *options); /* then the database is made where there is none; NULL */
} verbs[] = {
    {"show", "BENCHMARK", 1, 1, history_course, NULL},
    {"changes", "[BENCHMARK]", 0, 1, history_changes, NULL},
    {"baseline", "NAME [RUN]", 1, 2, history_baseline, NULL},
    {"import", "FILE...", 1, OPTIONS_WORDS_MAX, history_import, history_import_check},
    {"export", "", 0, 0, history_export, NULL},
    {"prune", "", 0, 0, history_prune, NULL},
};
enum { VERBS = sizeof verbs / sizeof *verbs };

const char *const history_words[] = {"show", "changes", "baseline", "import", "export", "prune", NULL};

static const struct verb *verb_of(const struct options *options)
{
    for (int i = 0; i < VERBS && options->word_count; i++)
        if (!strcmp(options->words[0], verbs[i].name))
            return &verbs[i];
    return NULL;
}

/* Options that would be ignored. Of the list of runs the word is none. */
static int check_options(const struct options *options, const char *word, struct why why)
{
    const struct {
        const char *option, *words[3], *goes_with;
        bool given;
    } only[] = {{"--keep", {"prune"}, "prune", options->keep >= 0},
                {"--before", {"prune"}, "prune", options->before != NULL},
                {"--revision", {"import"}, "import", options->revision != NULL},
                {"--threshold", {"show", "changes"}, "show and changes", options->least > 0},
                {"--no-figures", {"show"}, "show", options->no_figures},
                {"--format", {"", "show", "changes"}, "show, changes and the list", options->format != OPTIONS_TABLE}};
    for (size_t i = 0; i < sizeof only / sizeof *only; i++) {
        bool fits = !only[i].given;
        for (int w = 0; w < 3 && only[i].words[w]; w++)
            fits = fits || !strcmp(only[i].words[w], word);
        if (!fits)
            return why_wrong(why, "history%s%s: %s goes with %s", *word ? " " : "", word, only[i].option,
                             only[i].goes_with);
    }
    return 0;
}

int history_check(const struct options *options, char *text, size_t size)
{
    const struct verb *verb = verb_of(options);
    int given = options->word_count - 1;
    struct why why = {text, size};
    if (check_options(options, verb ? verb->name : "", why))
        return -EINVAL;
    if (!verb)
        return 0;
    if (given < verb->least)
        return why_wrong(why, "history %s wants %s", verb->name, verb->arguments);
    if (given > verb->most)
        return why_wrong(why, "history %s: what is \"%.60s\"? (usage: poolbench history %s%s%s)", verb->name,
                         options->words[1 + verb->most], verb->name, *verb->arguments ? " " : "", verb->arguments);
    return 0;
}

int history_command(const struct options *options)
{
    const struct verb *verb = verb_of(options);
    const char *path = kept_path(options);
    struct store *store = NULL;
    char why[1024];
    bool create = verb && verb->check;
    int error, status;
    if (!path)
        return refuse("POOLBENCH_HISTORY is empty: there is no history");
    status = create ? verb->check(options) : EXIT_GOOD;
    if (status == EXIT_GOOD && create)
        status = kept_folder(path);
    if (status != EXIT_GOOD)
        return status;
    error = store_open(&store, path, create, why, sizeof why);
    if (error)
        return refuse("%s", why);
    status = verb ? verb->act(options, store) : list(options, store);
    store_close(store);
    return status;
}
