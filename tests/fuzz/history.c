/* history.c - a history whose pages are any bytes: it is refused in one line that begins with
 * its name, or all of it can be listed, shown, searched for changes, added to and pruned. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/findings/course.h"
#include "bench/history/series.h"
#include "bench/history/store.h"
#include "bench/json/must.h"
#include "bench/show/course_show.h"
#include "bench/show/history_show.h"
#include "tests/fuzz/fuzz.h"

enum { RUNS_MOST = 8, POINTS_MOST = 64 };

static char path[64];

/* Any answer is right, but a refusal without its one line. */
static void check(int answer, const char *why)
{
    if (answer < 0 && (!*why || strchr(why, '\n')))
        abort();
}

struct listed {
    long long runs[RUNS_MOST];
    int count;
    struct history_runs *shown;
};

static void note_run(void *context, const struct store_run *run)
{
    struct listed *listed = context;
    history_runs_add(listed->shown, run);
    if (listed->count < RUNS_MOST)
        listed->runs[listed->count++] = run->id;
}

static void list(struct store *store, FILE *out)
{
    struct listed listed = {.shown = history_runs_begin()};
    char why[1024] = "";
    check(store_runs(store, NULL, note_run, &listed, why, sizeof why), why);
    history_runs_table(listed.shown, out);
    history_runs_json(listed.shown, out);
    for (int i = 0; i < listed.count; i++) {
        json_t *document = NULL;
        int error = store_document(store, listed.runs[i], &document, why, sizeof why);
        check(error, why);
        if (!error)
            json_decref(document);
    }
    history_runs_end(listed.shown);
}

static void search(struct store *store, FILE *out)
{
    struct series_list list = {0};
    char why[1024] = "";
    check(series_read(store, NULL, NULL, &list, why, sizeof why), why);
    for (int i = 0; i < list.count && list.all[i].count <= POINTS_MOST; i++) {
        struct course course;
        course_find(&list.all[i], COURSE_LEAST, &course);
        course_show_table(&list.all[i], &course, out);
        json_decref(course_show_points_json(&list.all[i], &course));
    }
    series_free(&list);
}

static void add(struct store *store)
{
    json_t *document =
        must_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:i, s:i, s:n}, s:{s:s}, s:[]}", "program", "poolbench", "date",
                  "2026-11-29T16:00:00Z", "machine", "host", "h", "cpu_model", "A", "architecture", "x86_64", "cpus", 2,
                  "cores", 2, "cgroup_quota_cpus", "build", "revision", "abc", "configurations");
    char why[1024] = "";
    long long run;
    check(store_append(store, document, &run, why, sizeof why), why);
    check(store_baseline(store, "main", run, why, sizeof why), why);
    check(store_prune(store, &(struct store_prune){.keep = 1}, why, sizeof why), why);
    json_decref(document);
}

static int remove_one(const char *name, const struct stat *info, int type, struct FTW *at)
{
    (void)info, (void)type, (void)at;
    return remove(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char folder[] = "/tmp/poolbench-fuzz-XXXXXX", why[1024] = "";
    struct store *store;
    FILE *file, *out = fopen("/dev/null", "w");
    int error;
    if (!out || !mkdtemp(folder))
        exit(1);
    snprintf(path, sizeof path, "%s/h.db", folder);
    file = fopen(path, "w");
    if (!file || fwrite(data, 1, size, file) != size || fclose(file))
        exit(1);
    error = store_open(&store, path, false, why, sizeof why);
    check(error, why);
    if (!error) {
        list(store, out);
        search(store, out);
        add(store);
        list(store, out);
        store_close(store);
    }
    fclose(out);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return 0;
}
