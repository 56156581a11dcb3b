/* store.c - see store.h: opening, versions, and appending. */
#include "bench/history/store.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "bench/history/store_inner.h"
#include "workloads/core/why.h"

const char *const store_migrations[] = {
    "CREATE TABLE runs(id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,"
    " date TEXT NOT NULL, machine TEXT NOT NULL, hardware TEXT NOT NULL, revision TEXT NOT NULL, noise TEXT NOT NULL,"
    " interrupted INTEGER NOT NULL, length INTEGER NOT NULL, document BLOB NOT NULL) STRICT;"
    "CREATE TABLE points(run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, benchmark TEXT NOT NULL,"
    " value REAL NOT NULL, low REAL, high REAL, unit INTEGER NOT NULL, more_is_better INTEGER NOT NULL,"
    " rounds INTEGER NOT NULL, failed INTEGER NOT NULL, floor INTEGER NOT NULL,"
    " PRIMARY KEY(run, benchmark)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX points_of ON points(benchmark);",
    "CREATE TABLE baselines(name TEXT PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs) STRICT, WITHOUT ROWID;",
};
const int store_versions = sizeof store_migrations / sizeof *store_migrations;

/* Errors. */

int store_failed(struct store *store, struct why why)
{
    int code = sqlite3_errcode(store->db) & 0xff, system = sqlite3_system_errno(store->db);
    const char *path = store->path, *text = sqlite3_errmsg(store->db);
    int denied = access(path, W_OK) && errno != ENOENT ? errno : system; /* SQLite may have looked for its log last */
    switch (code) {
    case SQLITE_NOTADB:
        return why_wrong(why, "%s: not a history of poolbench (choose another with POOLBENCH_HISTORY)", path);
    case SQLITE_CORRUPT:
        return why_wrong(why,
                         "%s: damaged (%s); move it away, and make another: poolbench history import RESULT.json...",
                         path, text);
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return why_wrong(why, "%s: cannot be opened for writing: %s (POOLBENCH_HISTORY names another)", path,
                         denied ? strerror(denied) : text);
    case SQLITE_BUSY:
        why_wrong(why, "%s: another program has been writing to it for %d s", path, STORE_PATIENCE_MS / 1000);
        return -EIO;
    case SQLITE_FULL:
        why_wrong(why, "%s: no space left", path);
        return -EIO;
    default:
        why_wrong(why, "%s: cannot be read or written: %s", path, system ? strerror(system) : text);
        return -EIO;
    }
}

int store_damaged(struct store *store, struct why why, const char *what)
{
    return why_wrong(why, "%s: damaged (%s); move it away, and make another: poolbench history import RESULT.json...",
                     store->path, what);
}

sqlite3_stmt *store_prepare(struct store *store, const char *sql)
{
    sqlite3_stmt *statement;
    return sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) == SQLITE_OK ? statement : NULL;
}

int store_finish(struct store *store, sqlite3_stmt *statement, int step, struct why why)
{
    int error = step == SQLITE_DONE || step == SQLITE_ROW ? 0 : store_failed(store, why);
    sqlite3_finalize(statement);
    return error;
}

int store_do(struct store *store, const char *sql, struct why why)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : store_failed(store, why);
}

/* The one number that a statement gives. */
static int number_of(struct store *store, const char *sql, long long *number, struct why why)
{
    sqlite3_stmt *statement = store_prepare(store, sql);
    int step = statement ? sqlite3_step(statement) : SQLITE_ERROR;
    *number = step == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    return store_finish(store, statement, step, why);
}

/* Transactions. */

static int begin(struct store *store, struct why why)
{
    return store->inside ? 0 : store_do(store, "BEGIN IMMEDIATE", why);
}

/* Ends what begin began: kept, or after an error as if it had not been. */
static int end(struct store *store, int error, struct why why)
{
    if (store->inside)
        return error;
    if (error >= 0) {
        int failed = store_do(store, "COMMIT", why);
        error = failed ? failed : error;
    }
    if (error < 0 && !sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return error;
}

int store_begin(struct store *store, char *text, size_t size)
{
    int error = begin(store, (struct why){text, size});
    store->inside = !error;
    return error;
}

int store_look(struct store *store, char *text, size_t size)
{
    int error = store_do(store, "BEGIN", (struct why){text, size});
    store->inside = !error;
    return error;
}

int store_commit(struct store *store, char *text, size_t size)
{
    store->inside = false;
    return end(store, 0, (struct why){text, size});
}

/* Versions. */

/* Whether it is ours, or empty, and not newer than this program. */
static int check_version(struct store *store, long long *version, struct why why)
{
    long long application, tables;
    int error = number_of(store, "PRAGMA application_id", &application, why);
    if (!error)
        error = number_of(store, "PRAGMA user_version", version, why);
    if (!error)
        error = number_of(store, "SELECT count(*) FROM sqlite_schema", &tables, why);
    if (error)
        return error;
    if (application != STORE_APPLICATION && (application || *version || tables))
        return why_wrong(why, "%s: a database, but not a history of poolbench (choose another with POOLBENCH_HISTORY)",
                         store->path);
    if (*version > store_versions)
        return why_wrong(why, "%s: written by a newer poolbench (its version is %lld, this program knows 1 to %d)",
                         store->path, *version, store_versions);
    return 0;
}

/* The same in one look: in three, another program that makes it meanwhile shows as somebody
 * else's database. */
static int look_at_version(struct store *store, long long *version, struct why why)
{
    int error = store_do(store, "BEGIN", why);
    return error ? error : end(store, check_version(store, version, why), why);
}

static int check_pages(struct store *store, struct why why)
{
    sqlite3_stmt *statement = store_prepare(store, "PRAGMA quick_check(1)");
    int step = statement ? sqlite3_step(statement) : SQLITE_ERROR;
    const char *said = step == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    int error = said && strcmp(said, "ok") ? store_damaged(store, why, said) : 0;
    for (char *c = why.text; error && *c; c++)
        *c = *c == '\n' ? ' ' : *c;
    if (error)
        return sqlite3_finalize(statement), error;
    return store_finish(store, statement, step, why);
}

/* Each in a transaction of its own, in which nobody else can do the same. */
static int migrate(struct store *store, struct why why)
{
    long long version = 0;
    int error = look_at_version(store, &version, why);
    while (!error && version < store_versions) {
        char pragmas[96];
        error = begin(store, why);
        if (error)
            return error;
        error = check_version(store, &version, why); /* another may have been quicker */
        if (!error && version < store_versions) {
            snprintf(pragmas, sizeof pragmas, "PRAGMA application_id = %d; PRAGMA user_version = %lld",
                     STORE_APPLICATION, version + 1);
            error = store_do(store, store_migrations[version], why);
        }
        if (!error && version < store_versions)
            error = store_do(store, pragmas, why);
        error = end(store, error, why);
        version++;
    }
    return error;
}

/* Who changes the journal waits for nobody by itself. A file system that has no shared
 * memory keeps the rollback journal, which is as safe, and slower. */
static int set_journal(struct store *store, struct why why)
{
    struct timespec nap = {0, 10000000};
    int code = SQLITE_BUSY;
    for (int i = 0; i < STORE_PATIENCE_MS / 10 && code == SQLITE_BUSY; i++) {
        code = sqlite3_exec(store->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) & 0xff;
        if (code == SQLITE_BUSY)
            nanosleep(&nap, NULL);
    }
    return code == SQLITE_OK ? store_do(store, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON", why)
                             : store_failed(store, why);
}

int store_open(struct store **out, const char *path, bool create, char *text, size_t size)
{
    struct why why = {text, size};
    struct store *store;
    long long version;
    int error, flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
    *out = NULL;
    if (!create && access(path, F_OK) && (errno == ENOENT || errno == ENOTDIR)) {
        why_wrong(why, "%s: there is no history (poolbench run begins one; POOLBENCH_HISTORY names another)", path);
        return -ENOENT;
    }
    store = calloc(1, sizeof *store);
    if (!store || !(store->path = strdup(path))) {
        free(store);
        why_wrong(why, "%s: out of memory", path);
        return -EIO;
    }
    if (sqlite3_open_v2(path, &store->db, flags | (create ? SQLITE_OPEN_CREATE : 0), NULL) != SQLITE_OK)
        error = store_failed(store, why);
    else
        error = sqlite3_busy_timeout(store->db, STORE_PATIENCE_MS) == SQLITE_OK ? 0 : store_failed(store, why);
    if (!error)
        error = look_at_version(store, &version, why);
    if (!error)
        error = check_pages(store, why);
    if (!error)
        error = set_journal(store, why);
    if (!error)
        error = migrate(store, why);
    if (error)
        store_close(store);
    else
        *out = store;
    return error;
}

int store_writable(struct store *store, char *text, size_t size)
{
    struct why why = {text, size};
    if (!sqlite3_db_readonly(store->db, "main"))
        return 0;
    return why_wrong(why, "%s: cannot be opened for writing: %s (POOLBENCH_HISTORY names another)", store->path,
                     access(store->path, W_OK) ? strerror(errno) : "it is protected");
}

void store_close(struct store *store)
{
    if (!store)
        return;
    sqlite3_close(store->db);
    free(store->path);
    free(store);
}

/* Appending. */

struct adding {
    sqlite3_stmt *statement;
    long long run;
    int step;
};

static void bind_number(sqlite3_stmt *statement, int index, double value)
{
    if (isnan(value))
        sqlite3_bind_null(statement, index);
    else
        sqlite3_bind_double(statement, index, value);
}

static void add_point(void *context, const struct record_point *point)
{
    struct adding *adding = context;
    sqlite3_stmt *statement = adding->statement;
    char name[RECORD_NAME];
    snprintf(name, sizeof name, "%s%s%s", point->benchmark, *point->base ? "/base=" : "", point->base);
    if (adding->step != SQLITE_DONE)
        return;
    sqlite3_reset(statement);
    sqlite3_bind_int64(statement, 1, adding->run);
    sqlite3_bind_text(statement, 2, name, -1, SQLITE_TRANSIENT);
    bind_number(statement, 3, point->value);
    bind_number(statement, 4, point->low);
    bind_number(statement, 5, point->high);
    sqlite3_bind_int(statement, 6, (int)point->unit);
    sqlite3_bind_int(statement, 7, point->more_is_better);
    sqlite3_bind_int(statement, 8, point->rounds);
    sqlite3_bind_int(statement, 9, point->failed);
    sqlite3_bind_int(statement, 10, point->is_floor);
    adding->step = sqlite3_step(statement);
}

static int add_points(struct store *store, const json_t *document, long long run, struct why why)
{
    struct adding adding = {.run = run, .step = SQLITE_DONE};
    adding.statement = store_prepare(store, "INSERT OR REPLACE INTO points VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)");
    if (!adding.statement)
        return store_failed(store, why);
    record_points(document, add_point, &adding);
    return store_finish(store, adding.statement, adding.step, why);
}

/* The number of the record that is there already; 0: it is not. */
static int find_key(struct store *store, const char *key, long long *run, struct why why)
{
    sqlite3_stmt *statement = store_prepare(store, "SELECT id FROM runs WHERE key = ?1");
    int step = SQLITE_ERROR;
    if (statement) {
        sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
        step = sqlite3_step(statement);
    }
    *run = step == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    return store_finish(store, statement, step, why);
}

static int add_run(struct store *store, const struct record *record, const void *blob, size_t length, struct why why)
{
    const char *const texts[] = {record->key,      record->kind,     record->date, record->machine,
                                 record->hardware, record->revision, record->noise};
    sqlite3_stmt *statement = store_prepare(
        store, "INSERT INTO runs(key, kind, date, machine, hardware, revision, noise, interrupted, length, document)"
               " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)");
    if (!statement)
        return store_failed(store, why);
    for (int i = 0; i < 7; i++)
        sqlite3_bind_text(statement, i + 1, texts[i], -1, SQLITE_STATIC);
    sqlite3_bind_int(statement, 8, record->interrupted);
    sqlite3_bind_int64(statement, 9, (long long)strlen(record->text));
    sqlite3_bind_blob64(statement, 10, blob, length, SQLITE_STATIC);
    return store_finish(store, statement, sqlite3_step(statement), why);
}

static int append(struct store *store, const json_t *document, const struct record *record, long long *run,
                  struct why why)
{
    uLong length = (uLong)strlen(record->text), most = compressBound(length);
    unsigned char *blob = malloc(most);
    int error = begin(store, why);
    if (error) {
        free(blob);
        return error;
    }
    error = blob && compress2(blob, &most, (const unsigned char *)record->text, length, Z_BEST_SPEED + 5) == Z_OK
                ? find_key(store, record->key, run, why)
                : (why_wrong(why, "%s: out of memory", store->path), -EIO);
    if (!error && !*run) {
        error = add_run(store, record, blob, most, why);
        *run = sqlite3_last_insert_rowid(store->db);
        if (!error)
            error = add_points(store, document, *run, why);
        error = error ? error : 1;
    }
    free(blob);
    return end(store, error, why);
}

int store_append(struct store *store, const json_t *document, long long *run, char *text, size_t size)
{
    struct record record;
    int error = record_begin(&record, document, text, size);
    if (!error)
        error = append(store, document, &record, run, (struct why){text, size});
    record_end(&record);
    return error;
}
