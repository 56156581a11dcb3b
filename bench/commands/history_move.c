/* history_move.c - see history_move.h. */
#include "bench/commands/history_move.h"

#include <stdlib.h>
#include <string.h>

#include "bench/commands/refuse.h"
#include "bench/json/must.h"
#include "workloads/core/why.h"

/* Names. */

/* No number, which a run could have, and one word everywhere. */
bool history_is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
    enum { LETTERS = 60 };
    size_t length = strlen(name);
    return length && length <= LETTERS && strspn(name, letters) == length && strspn(name, "0123456789") < length;
}

/* Export. */

struct exporting {
    struct {
        long long id;
        char *baselines;
    } * runs;
    int count, room;
};

static void note_run(void *context, const struct store_run *run)
{
    struct exporting *exporting = context;
    if (exporting->count == exporting->room) {
        exporting->room = exporting->room ? 2 * exporting->room : 64;
        exporting->runs = realloc(exporting->runs, (size_t)exporting->room * sizeof *exporting->runs);
        must_memory(exporting->runs);
    }
    exporting->runs[exporting->count].id = run->id;
    exporting->runs[exporting->count++].baselines = strdup(run->baselines);
}

static void print_line(json_t *document, char *baselines)
{
    json_t *names = json_array(), *line;
    char *name, *text;
    while (baselines && *baselines && (name = strsep(&baselines, ",")))
        json_array_append_new(names, must_text(name));
    line = must_pack("{s:i, s:o, s:o}", "poolbench_history", HISTORY_LINE, "baselines", names, "document", document);
    text = json_dumps(line, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(9));
    puts(text ? text : "");
    free(text);
    json_decref(line);
}

int history_export(const struct options *options, struct store *store)
{
    struct exporting exporting = {0};
    char why[1024];
    int error = store_look(store, why, sizeof why);
    if (!error)
        error = store_runs(store, options->machine, note_run, &exporting, why, sizeof why);
    for (int i = 0; i < exporting.count; i++) {
        json_t *document;
        if (error >= 0)
            error = store_document(store, exporting.runs[i].id, &document, why, sizeof why);
        if (error >= 0)
            print_line(document, exporting.runs[i].baselines);
        free(exporting.runs[i].baselines);
    }
    free(exporting.runs);
    if (error >= 0)
        error = store_commit(store, why, sizeof why);
    return error < 0 ? refuse("%s", why) : EXIT_GOOD;
}

/* Baselines. */

struct looked_for {
    long long run;
    bool found;
};

static void look_at(void *context, const struct store_run *run)
{
    struct looked_for *looked_for = context;
    looked_for->found = looked_for->found || run->id == looked_for->run;
}

/* A run that is named must be one of --machine. */
static int find_of_machine(const struct options *options, struct store *store, long long *run, struct why why)
{
    struct looked_for looked_for = {0};
    int error = store_find(store, options->words[2], run, why.text, why.size), count;
    if (error || !options->machine)
        return error;
    looked_for.run = *run;
    count = store_runs(store, options->machine, look_at, &looked_for, why.text, why.size);
    if (count < 0)
        return count;
    return looked_for.found
               ? 0
               : why_wrong(why, "history baseline: run %lld is not of machine %s (poolbench history lists them)", *run,
                           options->machine);
}

int history_baseline(const struct options *options, struct store *store)
{
    const char *name = options->words[1];
    char why[1024];
    long long run;
    int error;
    if (!history_is_name(name)) {
        return refuse("history baseline: \"%.60s\" is no name (" HISTORY_NAMES ")", name);
    }
    if (options->words[2])
        error = find_of_machine(options, store, &run, (struct why){why, sizeof why});
    else
        error = store_newest(store, options->machine, &run, why, sizeof why);
    if (!error)
        error = store_baseline(store, name, run, why, sizeof why);
    if (error)
        return refuse("%s", why);
    printf("%s is run %lld\n", name, run);
    return EXIT_GOOD;
}

/* Pruning. */

int history_prune(const struct options *options, struct store *store)
{
    const struct store_prune prune = {options->machine, options->keep, options->before};
    char why[1024];
    int count;
    if (options->keep < 0 && !options->before)
        return refuse("history prune: what may go? (--keep N: all but the newest N of each machine, --before DATE)");
    count = store_prune(store, &prune, why, sizeof why);
    if (count < 0)
        return refuse("%s", why);
    printf("%d run%s removed\n", count, count == 1 ? "" : "s");
    return EXIT_GOOD;
}
