/* history_move.c - see history_move.h. */
#include "bench/commands/history_move.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/commands/kept.h"
#include "bench/json/must.h"
#include "bench/results/read.h"
#include "bench/results/read_duet.h"
#include "bench/results/result.h"
#include "workloads/core/why.h"

static int failed(int error, const char *why)
{
    fprintf(stderr, "poolbench: %s\n", why);
    return error == -EIO ? EXIT_BAD : EXIT_USAGE;
}

/* Import. */

struct importing {
    const struct options *options;
    struct store *store; /* NULL: files are only looked at */
    const char *path;
    int added, known;
    char why[1024];
};

/* What a run, a sweep or a duet writes, which has no configurations and is never compared. */
static int check_document(const json_t *document, char *why, size_t size)
{
    return read_duet_is(document) ? read_duet_check(document, why, size) : read_check(document, why, size);
}

static int add_document(struct importing *importing, json_t *document, long long *run)
{
    char what[900];
    int added = 0;
    if (!json_object_get(document, "revision"))
        kept_names(importing->options, document);
    else if (importing->options->machine)
        json_object_set_new(json_object_get(document, "machine"), "name", must_text(importing->options->machine));
    if (importing->store) {
        added = store_append(importing->store, document, run, what, sizeof what);
    } else {
        struct record record;
        added = record_begin(&record, document, what, sizeof what);
        record_end(&record);
    }
    if (added < 0) {
        snprintf(importing->why, sizeof importing->why, "%s: %s", importing->path, what);
        return added;
    }
    importing->added += added;
    importing->known += !added;
    return 0;
}

/* A line that export wrote. */
static int add_line(struct importing *importing, const json_t *line, long number)
{
    json_t *document = json_object_get(line, "document"), *name;
    struct why why = {importing->why, sizeof importing->why};
    long long run;
    char what[900];
    size_t i;
    int error;
    if (check_document(document, what, sizeof what))
        return why_wrong(why, "%s, line %ld: %s", importing->path, number, what);
    error = add_document(importing, document, &run);
    json_array_foreach (json_object_get(line, "baselines"), i, name)
        if (!error && json_is_string(name) && importing->store)
            error = store_baseline(importing->store, json_string_value(name), run, why.text, why.size);
    return error;
}

/* A file of one document, or of lines. */
static int add_file(struct importing *importing)
{
    struct why why = {importing->why, sizeof importing->why};
    FILE *file = fopen(importing->path, "re");
    json_error_t wrong = {.line = 0};
    long number = 0;
    int error = file ? 0 : why_wrong(why, "%s: cannot be read: %s", importing->path, strerror(errno)), c;
    while (!error && (c = getc(file)) != EOF) {
        json_t *value;
        if (strchr(" \t\r\n", c))
            continue;
        ungetc(c, file);
        value = json_loadf(file, JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &wrong);
        number++;
        if (!value)
            error = why_wrong(why, "%s: damaged, or no result of poolbench run: %s", importing->path, wrong.text);
        else if (json_object_get(value, "poolbench_history"))
            error = add_line(importing, value, number);
        else if (number > 1 || check_document(value, wrong.text, sizeof wrong.text))
            error = why_wrong(why, "%s: %s", importing->path, number > 1 ? "more than one result in it" : wrong.text);
        else
            error = add_document(importing, value, &(long long){0});
        json_decref(value);
    }
    if (!error && ferror(file))
        error = why_wrong(why, "%s: cannot be read: %s", importing->path, strerror(errno));
    if (!error && !number)
        error = why_wrong(why, "%s: empty", importing->path);
    if (file)
        fclose(file);
    return error;
}

static int add_files(struct importing *importing)
{
    int error = 0;
    for (int i = 1; i < importing->options->word_count && !error; i++) {
        importing->path = importing->options->words[i];
        error = add_file(importing);
    }
    return error;
}

int history_import_check(const struct options *options)
{
    struct importing importing = {.options = options};
    int error = add_files(&importing);
    return error ? failed(error, importing.why) : EXIT_GOOD;
}

int history_import(const struct options *options, struct store *store)
{
    struct importing importing = {.options = options, .store = store};
    int error = store_begin(store, importing.why, sizeof importing.why);
    if (!error)
        error = add_files(&importing);
    if (!error)
        error = store_commit(store, importing.why, sizeof importing.why);
    if (error)
        return failed(error, importing.why);
    printf("%d added, %d already there\n", importing.added, importing.known);
    return EXIT_GOOD;
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
    line = must_pack("{s:i, s:o, s:o}", "poolbench_history", 1, "baselines", names, "document", document);
    text = json_dumps(line, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(9));
    puts(text ? text : "");
    free(text);
    json_decref(line);
}

int history_export(const struct options *options, struct store *store)
{
    struct exporting exporting = {0};
    char why[1024];
    int error = store_runs(store, options->machine, note_run, &exporting, why, sizeof why);
    for (int i = 0; i < exporting.count; i++) {
        json_t *document;
        if (error >= 0)
            error = store_document(store, exporting.runs[i].id, &document, why, sizeof why);
        if (error >= 0)
            print_line(document, exporting.runs[i].baselines);
        free(exporting.runs[i].baselines);
    }
    free(exporting.runs);
    return error < 0 ? failed(error, why) : EXIT_GOOD;
}

/* Names. */

/* No number, which a run could have, and one word everywhere. */
static bool is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
    enum { LETTERS = 60 };
    size_t length = strlen(name);
    return length && length <= LETTERS && strspn(name, letters) == length && strspn(name, "0123456789") < length;
}

int history_baseline(const struct options *options, struct store *store)
{
    const char *name = options->words[1];
    char why[1024];
    long long run;
    int error;
    if (!is_name(name)) {
        snprintf(why, sizeof why,
                 "history baseline: \"%.60s\" is no name (1 to 60 letters, digits and -_./, not digits only)", name);
        return failed(-EINVAL, why);
    }
    error = store_find(store, options->words[2], &run, why, sizeof why);
    if (!error)
        error = store_baseline(store, name, run, why, sizeof why);
    if (error)
        return failed(error, why);
    printf("%s is run %lld\n", name, run);
    return EXIT_GOOD;
}

/* Pruning. */

int history_prune(const struct options *options, struct store *store)
{
    char why[1024];
    int count;
    if (options->keep < 0 && !options->before)
        return failed(-EINVAL,
                      "history prune: what may go? (--keep N: all but the newest N of each machine, --before DATE)");
    count = store_prune(store, options->keep, options->before, why, sizeof why);
    if (count < 0)
        return failed(count, why);
    printf("%d run%s removed\n", count, count == 1 ? "" : "s");
    return EXIT_GOOD;
}
