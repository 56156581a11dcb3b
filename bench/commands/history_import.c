/* history_import.c - see history_import.h. */
#include "bench/commands/history_import.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/commands/history_move.h"
#include "bench/commands/kept.h"
#include "bench/commands/refuse.h"
#include "bench/findings/comparison_check.h"
#include "bench/json/must.h"
#include "bench/json/utf8.h"
#include "bench/results/read.h"
#include "bench/results/read_duet.h"
#include "bench/results/result.h"
#include "workloads/core/why.h"

struct importing {
    const struct options *options;
    struct store *store; /* NULL: files are only looked at */
    const char *path;
    FILE **pipes; /* [words], what came through one; NULL: it is a file */
    int added, known;
    char why[1024];
};

/* Whether a terminal shows it as it is: it stands in lists. */
static bool is_plain(const char *text)
{
    char *copy = must_memory(strdup(text));
    bool plain = !strcmp(utf8_plain(copy, false), text);
    free(copy);
    return plain;
}

/* What a run, a sweep or a duet writes, which has no configurations and is never compared. */
static int check_document(const json_t *document, char *text, size_t size)
{
    const struct {
        const char *in, *key;
    } shown[] = {{"machine", "host"}, {"machine", "name"}, {"build", "revision"}, {"noise", "verdict"}};
    const char *revision = result_string(document, "revision");
    int error = read_duet_is(document) ? read_duet_check(document, text, size) : read_check(document, text, size);
    for (size_t i = 0; !error && i < sizeof shown / sizeof *shown; i++)
        if (!is_plain(result_string(json_object_get(document, shown[i].in), shown[i].key)))
            error = why_wrong((struct why){text, size}, "%s.%s: control characters in it", shown[i].in, shown[i].key);
    if (!error && !is_plain(revision))
        error = why_wrong((struct why){text, size}, "revision: control characters in it");
    return error;
}

static int add_document(struct importing *importing, json_t *document, long long *run)
{
    char what[900];
    int added = 0;
    /* A run has one point in a series: the last of two would be kept, without a word. */
    if (comparison_check_twins(document, importing->path, (struct why){importing->why, sizeof importing->why}))
        return -EINVAL;
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

/* Whether it is a line of this version, of a document, with names that can be. */
static int check_line(const json_t *line, char *text, size_t size)
{
    const json_t *version = json_object_get(line, "poolbench_history"), *names = json_object_get(line, "baselines");
    struct why why = {text, size};
    json_t *name;
    size_t i;
    if (!json_is_integer(version) || json_integer_value(version) != HISTORY_LINE)
        return why_wrong(why, "a line of another version than this program's (%d)", HISTORY_LINE);
    if (names && !json_is_array(names))
        return why_wrong(why, "its baselines are no list of names");
    json_array_foreach (names, i, name)
        if (!json_is_string(name) || !history_is_name(json_string_value(name)))
            return why_wrong(why, "a baseline of it has no name that can be (" HISTORY_NAMES ")");
    return check_document(json_object_get(line, "document"), text, size);
}

/* Where a name is taken, it stays where it is. */
static int add_baseline(struct importing *importing, const char *name, long long run)
{
    long long has = run;
    int error = store_baseline_keep(importing->store, name, run, &has, importing->why, sizeof importing->why);
    if (!error && has != run)
        say_line("note: @%s stays run %lld here; %s has it for run %lld", name, has, importing->path, run);
    return error;
}

/* A line that export wrote. */
static int add_line(struct importing *importing, const json_t *line, long number)
{
    json_t *name;
    long long run;
    char what[900];
    size_t i;
    int error;
    if (check_line(line, what, sizeof what))
        return why_wrong((struct why){importing->why, sizeof importing->why}, "%s, line %ld: %s", importing->path,
                         number, what);
    error = add_document(importing, json_object_get(line, "document"), &run);
    json_array_foreach (json_object_get(line, "baselines"), i, name)
        if (!error && importing->store)
            error = add_baseline(importing, json_string_value(name), run);
    return error;
}

/* All that comes out of a pipe, in a file that has no name; NULL and errno. */
static FILE *copy_of(FILE *pipe)
{
    char part[1 << 14];
    FILE *copy = tmpfile();
    size_t got;
    int error;
    while (copy && (got = fread(part, 1, sizeof part, pipe)) > 0 && fwrite(part, 1, got, copy) == got)
        ;
    /* What a full disk did not take is in no buffer: a flush does not say so. */
    if (copy && !ferror(pipe) && !ferror(copy) && !fflush(copy))
        return copy;
    error = errno;
    if (copy)
        fclose(copy);
    errno = error;
    return NULL;
}

/* The file of a word, from its beginning. Files are read twice, and a pipe has its bytes once. */
static FILE *open_word(struct importing *importing, int word)
{
    struct stat info;
    FILE *file;
    if (importing->pipes[word])
        return rewind(importing->pipes[word]), importing->pipes[word];
    file = fopen(importing->path, "re");
    if (!file || fstat(fileno(file), &info) || !S_ISFIFO(info.st_mode))
        return file;
    importing->pipes[word] = copy_of(file);
    fclose(file);
    return importing->pipes[word] ? open_word(importing, word) : NULL;
}

/* A file of one document, or of lines. */
static int add_file(struct importing *importing, int word)
{
    struct why why = {importing->why, sizeof importing->why};
    FILE *file = open_word(importing, word);
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
    if (file && file != importing->pipes[word])
        fclose(file);
    return error;
}

static int add_files(struct importing *importing)
{
    int error = 0;
    for (int i = 1; i < importing->options->word_count && !error; i++) {
        importing->path = importing->options->words[i];
        error = add_file(importing, i);
    }
    return error;
}

static FILE *pipes[OPTIONS_WORDS_MAX]; /* from the look at them until they are imported */

int history_import_check(const struct options *options)
{
    struct importing importing = {.options = options, .pipes = pipes};
    int error = add_files(&importing);
    return error ? refuse("%s", importing.why) : EXIT_GOOD;
}

int history_import(const struct options *options, struct store *store)
{
    struct importing importing = {.options = options, .store = store, .pipes = pipes};
    int error = store_begin(store, importing.why, sizeof importing.why);
    if (!error)
        error = add_files(&importing);
    if (!error)
        error = store_commit(store, importing.why, sizeof importing.why);
    if (error)
        return refuse("%s", importing.why);
    printf("%d added, %d already there\n", importing.added, importing.known);
    return EXIT_GOOD;
}
