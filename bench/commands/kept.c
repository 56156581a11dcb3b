/* kept.c - see kept.h. */
#include "bench/commands/kept.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/commands/refuse.h"
#include "bench/history/store.h"
#include "bench/json/must.h"

#define FOLDER "results"

static bool is_named(void)
{
    return getenv("POOLBENCH_HISTORY") != NULL;
}

const char *kept_path(const struct options *options)
{
    const char *named = getenv("POOLBENCH_HISTORY");
    if (options->no_history || (named && !*named))
        return NULL;
    return named ? named : FOLDER "/history.db";
}

/* Whether files can be made in the path's folder. Ours is made where it is missing. */
static int folder_ready(const char *path, bool make)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    if (!is_named() && access(folder, F_OK))
        return make ? (mkdir(folder, 0755) && errno != EEXIST ? -errno : 0) : access(".", W_OK | X_OK) ? -errno : 0;
    return access(folder, W_OK | X_OK) ? -errno : 0;
}

int kept_folder(const char *path)
{
    int error = folder_ready(path, true);
    if (!error)
        return EXIT_GOOD;
    return refuse("%s: cannot write to its folder: %s", path, strerror(-error));
}

int kept_ready(const struct options *options)
{
    const char *path = kept_path(options);
    struct store *store;
    char why[1024];
    int error = path ? folder_ready(path, false) : 0;
    if (!path || (error && !is_named()))
        return EXIT_GOOD; /* nobody asked for one here; kept_append says that there is none */
    if (error)
        return refuse("POOLBENCH_HISTORY=%s: cannot write to its folder: %s (--no-history)", path, strerror(-error));
    error = store_open(&store, path, false, why, sizeof why);
    if (!error)
        error = store_writable(store, why, sizeof why);
    store_close(store);
    if (!error || error == -ENOENT)
        return EXIT_GOOD;
    say_line("%s; --no-history measures without it", why);
    return EXIT_UNWRITTEN;
}

int kept_append(const struct options *options, const json_t *document, const char *file, char *said, size_t size)
{
    const char *path = kept_path(options);
    struct store *store = NULL;
    char why[1024];
    long long run = 0;
    int error = path ? folder_ready(path, true) : 0;
    if (!path)
        return EXIT_GOOD;
    if (error && !is_named()) {
        say_line("note: no history is kept: no folder " FOLDER " can be made here (%s)", strerror(-error));
        return EXIT_GOOD;
    }
    if (error)
        snprintf(why, sizeof why, "%s: %s", path, strerror(-error));
    else
        error = store_open(&store, path, true, why, sizeof why);
    if (!error)
        error = store_append(store, document, &run, why, sizeof why);
    store_close(store);
    if (error >= 0) {
        snprintf(said, size, "history  %s, run %lld\n", path, run);
        return EXIT_GOOD;
    }
    say_line("not in the history: %s; the result is saved, and can be appended later: poolbench history import %s", why,
             file);
    return EXIT_UNWRITTEN;
}

void kept_names(const struct options *options, json_t *document)
{
    if (options->machine)
        json_object_set_new(json_object_get(document, "machine"), "name", must_text(options->machine));
    if (options->revision)
        json_object_set_new(document, "revision", must_text(options->revision));
}

int kept_load(const struct options *options, const char *name, json_t **document)
{
    const char *path = kept_path(options);
    struct store *store = NULL;
    char why[1024];
    long long run;
    int error;
    *document = NULL;
    if (!path)
        return refuse("@%s: POOLBENCH_HISTORY is empty: there is no history", name);
    error = store_open(&store, path, false, why, sizeof why);
    if (!error)
        error = store_find(store, name, &run, why, sizeof why);
    if (!error)
        error = store_document(store, run, document, why, sizeof why);
    store_close(store);
    if (error)
        say_line("@%s: %s", name, why);
    return error ? EXIT_USAGE : EXIT_GOOD;
}
