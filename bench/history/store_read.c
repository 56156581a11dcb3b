/* store_read.c - see store.h: what the history is asked for, and what is named or removed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "bench/history/store.h"
#include "bench/history/store_inner.h"
#include "bench/json/utf8.h"

enum { DOCUMENT_MAX = 1 << 30 };

static const char *text_at(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return text ? text : "";
}

static double number_at(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL ? NAN : sqlite3_column_double(statement, column);
}

/* The columns with which both lists begin. */
#define RUN_COLUMNS "runs.id, kind, date, machine, hardware, revision, noise, interrupted"
enum { RUN_COLUMN_COUNT = 8 };

static struct store_run run_at(sqlite3_stmt *statement)
{
    return (struct store_run){.id = sqlite3_column_int64(statement, 0),
                              .kind = text_at(statement, 1),
                              .date = text_at(statement, 2),
                              .machine = text_at(statement, 3),
                              .hardware = text_at(statement, 4),
                              .revision = text_at(statement, 5),
                              .noise = text_at(statement, 6),
                              .interrupted = sqlite3_column_int(statement, 7),
                              .baselines = ""};
}

/* NULL stays NULL. */
static void bind(sqlite3_stmt *statement, int index, const char *text)
{
    sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

/* Whether a text of this row is none that was ever written: no UTF-8, or with a
 * nul in it. */
static bool is_foreign(sqlite3_stmt *statement)
{
    for (int i = 0; i < sqlite3_column_count(statement); i++) {
        const char *text;
        if (sqlite3_column_type(statement, i) != SQLITE_TEXT)
            continue;
        text = text_at(statement, i);
        if (!utf8_is(text) || (size_t)sqlite3_column_bytes(statement, i) != strlen(text))
            return true;
    }
    return false;
}

/* The end of a list: how many, or what went wrong. */
static int end_list(struct store *store, sqlite3_stmt *statement, int step, int count, struct why why)
{
    int error = 0;
    if (step == SQLITE_ROW) { /* left in the middle */
        error = store_damaged(store, why, "a text in it is none");
        sqlite3_finalize(statement);
    } else {
        error = store_finish(store, statement, step, why);
    }
    return error ? error : count;
}

int store_runs(struct store *store, const char *machine, store_run_fn *each, void *context, char *text, size_t size)
{
    sqlite3_stmt *statement = store_prepare(
        store, "SELECT " RUN_COLUMNS ", (SELECT count(*) FROM points WHERE run = runs.id),"
               " (SELECT group_concat(name) FROM (SELECT name FROM baselines WHERE run = runs.id ORDER BY name))"
               " FROM runs WHERE ?1 IS NULL OR machine = ?1 ORDER BY date, key");
    int step = SQLITE_ERROR, count = 0;
    if (statement) {
        bind(statement, 1, machine);
        while ((step = sqlite3_step(statement)) == SQLITE_ROW && !is_foreign(statement)) {
            struct store_run run = run_at(statement);
            run.benchmarks = sqlite3_column_int(statement, RUN_COLUMN_COUNT);
            run.baselines = text_at(statement, RUN_COLUMN_COUNT + 1);
            each(context, &run);
            count++;
        }
    }
    return end_list(store, statement, step, count, (struct why){text, size});
}

static void point_at(sqlite3_stmt *statement, struct record_point *point)
{
    int column = RUN_COLUMN_COUNT;
    snprintf(point->benchmark, sizeof point->benchmark, "%s", text_at(statement, column));
    point->value = number_at(statement, ++column);
    point->low = number_at(statement, ++column);
    point->high = number_at(statement, ++column);
    point->unit = (enum workload_unit)sqlite3_column_int(statement, ++column);
    point->more_is_better = sqlite3_column_int(statement, ++column);
    point->rounds = sqlite3_column_int(statement, ++column);
    point->failed = sqlite3_column_int(statement, ++column);
    point->is_floor = sqlite3_column_int(statement, ++column);
}

int store_points(struct store *store, const char *machine, const char *pattern, store_point_fn *each, void *context,
                 char *text, size_t size)
{
    sqlite3_stmt *statement = store_prepare(
        store, "SELECT " RUN_COLUMNS ", benchmark, value, low, high, unit, more_is_better, rounds, failed, floor"
               " FROM points JOIN runs ON runs.id = points.run"
               " WHERE (?1 IS NULL OR machine = ?1) AND (?2 IS NULL OR benchmark = ?2 OR benchmark GLOB ?2)"
               " ORDER BY machine, hardware, benchmark, date, runs.id");
    int step = SQLITE_ERROR, count = 0;
    if (statement) {
        bind(statement, 1, machine);
        bind(statement, 2, pattern);
        while ((step = sqlite3_step(statement)) == SQLITE_ROW && !is_foreign(statement)) {
            struct store_run run = run_at(statement);
            struct record_point point;
            point_at(statement, &point);
            each(context, &run, &point);
            count++;
        }
    }
    return end_list(store, statement, step, count, (struct why){text, size});
}

/* The text of a blob, or NULL: it is not what was written. */
static char *unpack(const void *blob, int blob_length, long long length, const char *key)
{
    uLongf got = (uLongf)length;
    char *text = length > 0 && length < DOCUMENT_MAX ? malloc((size_t)length + 1) : NULL, now[RECORD_KEY];
    if (!text)
        return NULL;
    text[length] = '\0';
    if (uncompress((Bytef *)text, &got, blob, (uLong)blob_length) == Z_OK && got == (uLongf)length) {
        record_key(text, now);
        if (!strcmp(now, key))
            return text;
    }
    free(text);
    return NULL;
}

int store_document(struct store *store, long long run, json_t **document, char *text_of, size_t size)
{
    struct why why = {text_of, size};
    sqlite3_stmt *statement = store_prepare(store, "SELECT document, length, key FROM runs WHERE id = ?1");
    char *text, what[64];
    int step = SQLITE_ERROR;
    *document = NULL;
    if (statement) {
        sqlite3_bind_int64(statement, 1, run);
        step = sqlite3_step(statement);
    }
    if (step != SQLITE_ROW) {
        int error = store_finish(store, statement, step, why);
        return error ? error
                     : why_wrong(why, "%s: there is no run %lld (poolbench history lists them)", store->path, run);
    }
    text = unpack(sqlite3_column_blob(statement, 0), sqlite3_column_bytes(statement, 0),
                  sqlite3_column_int64(statement, 1), text_at(statement, 2));
    sqlite3_finalize(statement);
    *document = text ? json_loads(text, 0, NULL) : NULL;
    free(text);
    snprintf(what, sizeof what, "run %lld is not what was written", run);
    return *document ? 0 : store_damaged(store, why, what);
}

/* The first column of a row that there must be. */
static int find_one(struct store *store, const char *sql, const char *name, long long *run, struct why why)
{
    sqlite3_stmt *statement = store_prepare(store, sql);
    int step = SQLITE_ERROR, error;
    if (statement) {
        bind(statement, 1, name);
        step = sqlite3_step(statement);
    }
    *run = step == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    error = store_finish(store, statement, step, why);
    return error ? error : *run != 0;
}

int store_find(struct store *store, const char *name, long long *run, char *text, size_t size)
{
    struct why why = {text, size};
    int found = find_one(store, "SELECT run FROM baselines WHERE name = ?1", name, run, why);
    if (!found)
        found = find_one(store, "SELECT id FROM runs WHERE CAST(id AS TEXT) = ?1", name, run, why);
    if (found < 0)
        return found;
    return found ? 0
                 : why_wrong(why, "%s: there is no run or baseline \"%.60s\" (poolbench history lists them)",
                             store->path, name);
}

int store_newest(struct store *store, const char *machine, long long *run, char *text, size_t size)
{
    struct why why = {text, size};
    int found = find_one(store,
                         "SELECT id FROM runs WHERE (?1 IS NULL OR machine = ?1) AND kind <> 'duet'"
                         " ORDER BY date DESC, id DESC LIMIT 1",
                         machine, run, why);
    if (found < 0)
        return found;
    return found ? 0
                 : why_wrong(why, "%s: there is no run%s%s in it yet that could be compared with", store->path,
                             machine ? " of machine " : "", machine ? machine : "");
}

/* Runs a statement of a name and a run. Returns how many rows it changed. */
static int name_run(struct store *store, const char *sql, const char *name, long long run, struct why why)
{
    sqlite3_stmt *statement = store_prepare(store, sql);
    int step = SQLITE_ERROR, error;
    if (statement) {
        bind(statement, 1, name);
        sqlite3_bind_int64(statement, 2, run);
        step = sqlite3_step(statement);
    }
    error = store_finish(store, statement, step, why);
    return error ? error : sqlite3_changes(store->db);
}

int store_baseline(struct store *store, const char *name, long long run, char *text, size_t size)
{
    struct why why = {text, size};
    int changed = name_run(store,
                           "INSERT INTO baselines SELECT ?1, id FROM runs WHERE id = ?2 AND kind <> 'duet'"
                           " ON CONFLICT(name) DO UPDATE SET run = excluded.run",
                           name, run, why);
    if (changed < 0)
        return changed;
    return changed ? 0
                   : why_wrong(why, "%s: run %lld is none that could be compared with, as a duet", store->path, run);
}

int store_baseline_keep(struct store *store, const char *name, long long run, long long *has, char *text, size_t size)
{
    struct why why = {text, size};
    int changed = name_run(store, "INSERT INTO baselines VALUES(?1, ?2) ON CONFLICT(name) DO NOTHING", name, run, why);
    if (changed < 0)
        return changed;
    changed = find_one(store, "SELECT run FROM baselines WHERE name = ?1", name, has, why);
    return changed < 0 ? changed : 0;
}

/* Of the two forms that dates are asked for in, and of the calendar: SQLite takes others, too, 2026 for
 * a day of the year -4707, and the 31st of February for one in March. */
static int check_date(struct store *store, const char *date, struct why why)
{
    long long right;
    int found = find_one(store,
                         "SELECT ?1 = strftime('%Y-%m-%d', ?1, '+0 days') OR"
                         " ?1 = strftime('%Y-%m-%dT%H:%M:%SZ', ?1, '+0 days')",
                         date, &right, why);
    if (found < 0)
        return found;
    return found ? 0 : why_wrong(why, "--before %.40s: not a date (as in 2026-11-24, or 2026-11-24T21:37:19Z)", date);
}

int store_prune(struct store *store, const struct store_prune *prune, char *text, size_t size)
{
    struct why why = {text, size};
    int step = SQLITE_ERROR, error = prune->date ? check_date(store, prune->date, why) : 0, count;
    sqlite3_stmt *statement;
    if (error)
        return error;
    statement = store_prepare(
        store,
        /* Numbered once: to count for each run those that are newer takes a minute where there are ten thousand. */
        "DELETE FROM runs WHERE id NOT IN (SELECT run FROM baselines) AND id IN (SELECT id FROM"
        " (SELECT id, machine, date, row_number() OVER (PARTITION BY machine, hardware ORDER BY date DESC, id DESC)"
        " AS place FROM runs) WHERE (?3 IS NULL OR machine = ?3)"
        " AND (date < strftime('%Y-%m-%dT%H:%M:%SZ', ?2) OR (?1 >= 0 AND place > ?1)))");
    if (statement) {
        sqlite3_bind_int64(statement, 1, prune->keep);
        bind(statement, 2, prune->date);
        bind(statement, 3, prune->machine);
        step = sqlite3_step(statement);
    }
    error = store_finish(store, statement, step, why);
    count = sqlite3_changes(store->db);
    if (!error && count) { /* gives the space back, where there is room to do it in and nobody reads */
        sqlite3_busy_timeout(store->db, 0);
        sqlite3_exec(store->db, "VACUUM", NULL, NULL, NULL);
        sqlite3_busy_timeout(store->db, STORE_PATIENCE_MS);
    }
    return error ? error : count;
}
