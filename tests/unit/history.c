/* history.c - the store: versions, machines, what is the same and what is not. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/history/store.h"
#include "bench/history/store_inner.h"
#include "bench/json/must.h"

static char path[64], why[1024];

static void begin(void)
{
    int file;
    strcpy(path, "/tmp/poolbench-history-XXXXXX");
    file = mkstemp(path);
    cr_assert(file >= 0);
    close(file);
    unlink(path);
}

static void end(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -f %s %s-wal %s-shm", path, path, path);
    cr_assert(system(command) == 0);
}
#define STORE_TEST(name) Test(history, name, .timeout = 20, .init = begin, .fini = end)

static struct store *opened(void)
{
    struct store *store;
    cr_assert(store_open(&store, path, true, why, sizeof why) == 0, "%s", why);
    return store;
}

/* A document of one benchmark. */
static json_t *document_of(const char *host, int cpus, const char *date, double speed)
{
    return must_pack("{s:s, s:s, s:[s, s], s:{s:s, s:s, s:s, s:i, s:i, s:n}, s:{s:s}, s:[{s:s, s:s, s:i, s:i, s:i, s:s,"
                     " s:[{s:s}, {s:s}], s:{s:{s:f, s:f, s:f}}}]}",
                     "program", "poolbench", "date", date, "command", "poolbench", "run", "machine", "host", host,
                     "cpu_model", "A", "architecture", "x86_64", "cpus", cpus, "cores", cpus, "cgroup_quota_cpus",
                     "build", "revision", "abc", "configurations", "pool", "ring", "spec", "empty", "workers", 2,
                     "producers", 1, "capacity", 64, "full", "block", "trials", "verdict", "ok", "verdict", "failed",
                     "summary", "jobs_per_s", "median", speed, "low", speed * 0.9, "high", speed * 1.1);
}

static long long append(struct store *store, json_t *document, int added)
{
    long long run;
    int is = store_append(store, document, &run, why, sizeof why);
    cr_assert(is == added, "%d: %s", is, why);
    json_decref(document);
    return run;
}

/* Points as they come, a letter for each: its run. */
static void note_point(void *context, const struct store_run *run, const struct record_point *point)
{
    char *text = context;
    snprintf(text + strlen(text), 400 - strlen(text), "%s/%s/%.0f ", run->machine, run->date + 8, point->value);
    cr_assert_str_eq(point->benchmark, "ring/empty/t2/capacity=64");
    cr_assert(point->rounds == 2 && point->failed == 1 && point->more_is_better && !point->is_floor);
}

STORE_TEST(series_are_of_one_machine_and_in_the_order_of_dates)
{
    struct store *store = opened();
    char text[400] = "";
    append(store, document_of("b", 2, "2026-01-02T00:00:00Z", 22), 1);
    append(store, document_of("a", 4, "2026-01-01T00:00:00Z", 41), 1);
    append(store, document_of("a", 2, "2026-01-03T00:00:00Z", 23), 1);
    append(store, document_of("a", 2, "2026-01-02T00:00:00Z", 12), 1);
    append(store, document_of("a", 2, "2026-01-02T00:00:00Z", 12), 0);
    cr_assert(store_points(store, NULL, NULL, note_point, text, why, sizeof why) == 4, "%s", why);
    cr_assert_str_eq(text, "a/02T00:00:00Z/12 a/03T00:00:00Z/23 a/01T00:00:00Z/41 b/02T00:00:00Z/22 ");
    *text = '\0';
    cr_assert(store_points(store, "b", "ring/*", note_point, text, why, sizeof why) == 1, "%s", why);
    cr_assert(store_points(store, "c", NULL, note_point, text, why, sizeof why) == 0);
    cr_assert(store_points(store, NULL, "ring", note_point, text, why, sizeof why) == 0);
    store_close(store);
}

static void note_name(void *context, const struct store_run *run, const struct record_point *point)
{
    (void)run;
    char *text = context;
    snprintf(text + strlen(text), 2000 - strlen(text), "%s=%g ", point->benchmark, point->value);
}

/* Of a plan: the workers that it takes, and the rates that it found; its probes are no points. */
STORE_TEST(a_plan_has_points_of_its_own)
{
    json_t *document = document_of("a", 2, "2026-01-02T00:00:00Z", 10), *promises;
    struct store *store = opened();
    char text[2000] = "";
    promises = must_pack("[{s:s, s:I}]", "name", "p99", "limit_ns", (json_int_t)5000000);
    json_object_set_new(document, "plan",
                        must_pack("{s:s, s:s, s:i, s:n, s:{s:i}}", "pool", "ring", "workload", "cpu", "rate", 20000,
                                  "trace", "answer", "workers", 12));
    json_object_set(document, "slo", promises);
    append(store, json_deep_copy(document), 1);
    cr_assert(store_points(store, "a", NULL, note_name, text, why, sizeof why) == 1, "%s", text);
    cr_assert(store_points(store, "a", "plan/ring/cpu/rate=20000/p99=5.00_ms", note_name, text, why, sizeof why) == 1,
              "%s", text);
    json_object_set_new(document, "searches",
                        must_pack("[{s:s, s:s, s:i, s:i, s:i, s:s, s:O, s:i}]", "pool", "ring", "spec", "burst:of=cpu",
                                  "workers", 12, "producers", 1, "capacity", 1024, "full", "block", "slo", promises,
                                  "rate_kept", 23000));
    json_object_set_new(document, "date", must_text("2026-01-03T00:00:00Z"));
    append(store, document, 1);
    cr_assert(store_points(store, "a", NULL, note_name, text, why, sizeof why) == 3, "%s", text);
    json_decref(promises);
    store_close(store);
}

/* A database of the first version is brought to this one, and what was in it stays. */
STORE_TEST(older_versions_are_brought_up)
{
    struct store *store = opened();
    long long run = append(store, document_of("a", 2, "2026-01-02T00:00:00Z", 12), 1), found;
    sqlite3 *db;
    char pragma[96];
    json_t *document;
    store_close(store);
    cr_assert(sqlite3_open(path, &db) == SQLITE_OK);
    cr_assert(sqlite3_exec(db, "DROP TABLE baselines; PRAGMA user_version = 1", NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
    store = opened();
    cr_assert(store_baseline(store, "main", run, why, sizeof why) == 0, "%s", why);
    cr_assert(store_find(store, "main", &found, why, sizeof why) == 0 && found == run, "%s", why);
    cr_assert(store_document(store, run, &document, why, sizeof why) == 0, "%s", why);
    json_decref(document);
    store_close(store);
    cr_assert(sqlite3_open(path, &db) == SQLITE_OK);
    snprintf(pragma, sizeof pragma, "PRAGMA user_version = %d", store_versions + 1);
    cr_assert(sqlite3_exec(db, pragma, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
    cr_assert(store_open(&store, path, true, why, sizeof why) == -EINVAL && strstr(why, "newer poolbench"), "%s", why);
}

/* The migrations one by one make what they make together. */
STORE_TEST(each_version_has_its_migration)
{
    struct store *store;
    sqlite3 *db;
    char pragma[96];
    cr_assert(store_versions == 2);
    for (int v = 0; v < store_versions; v++) {
        cr_assert(sqlite3_open(path, &db) == SQLITE_OK);
        for (int i = 0; i <= v; i++)
            cr_assert(sqlite3_exec(db, store_migrations[i], NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
        snprintf(pragma, sizeof pragma, "PRAGMA application_id = %d; PRAGMA user_version = %d", STORE_APPLICATION,
                 v + 1);
        cr_assert(sqlite3_exec(db, pragma, NULL, NULL, NULL) == SQLITE_OK);
        sqlite3_close(db);
        store = opened();
        append(store, document_of("a", 2, "2026-01-02T00:00:00Z", 12), 1);
        store_close(store);
        end();
    }
}

STORE_TEST(what_is_taken_back_was_not)
{
    struct store *store = opened();
    long long run;
    cr_assert(store_begin(store, why, sizeof why) == 0);
    append(store, document_of("a", 2, "2026-01-02T00:00:00Z", 12), 1);
    store_close(store);
    store = opened();
    cr_assert(store_newest(store, NULL, &run, why, sizeof why) == -EINVAL && strstr(why, "no run"), "%s", why);
    store_close(store);
}

STORE_TEST(baselines_are_names_of_runs)
{
    struct store *store = opened();
    long long first = append(store, document_of("a", 2, "2026-01-01T00:00:00Z", 1), 1),
              second = append(store, document_of("a", 2, "2026-01-02T00:00:00Z", 2), 1), found;
    char number[32];
    cr_assert(store_baseline(store, "main", first, why, sizeof why) == 0);
    cr_assert(store_baseline(store, "main", second, why, sizeof why) == 0);
    cr_assert(store_find(store, "main", &found, why, sizeof why) == 0 && found == second);
    snprintf(number, sizeof number, "%lld", first);
    cr_assert(store_find(store, number, &found, why, sizeof why) == 0 && found == first);
    cr_assert(store_newest(store, NULL, &found, why, sizeof why) == 0 && found == second);
    cr_assert(store_find(store, "other", &found, why, sizeof why) == -EINVAL && strstr(why, "\"other\""), "%s", why);
    cr_assert(store_baseline(store, "main", 99, why, sizeof why) < 0);
    append(store, document_of("a", 2, "2026-01-03T00:00:00Z", 3), 1);
    cr_assert(store_prune(store, &(struct store_prune){0}, why, sizeof why) == 2, "%s", why);
    cr_assert(store_find(store, "main", &found, why, sizeof why) == 0 && found == second, "%s", why);
    store_close(store);
}

/* Of one machine, where one is named; a duet is none to be compared with, and a name that is taken stays. */
STORE_TEST(what_is_asked_of_a_machine_is_its_own)
{
    struct store *store = opened();
    long long ours = append(store, document_of("a", 2, "2026-01-01T00:00:00Z", 1), 1),
              newer = append(store, document_of("a", 2, "2026-01-02T00:00:00Z", 2), 1),
              theirs = append(store, document_of("b", 2, "2026-01-03T00:00:00Z", 3), 1), duets, found;
    json_t *duet = document_of("a", 2, "2026-01-04T00:00:00Z", 4);
    json_object_set_new(duet, "duet_format", json_integer(1));
    duets = append(store, duet, 1);
    cr_assert(store_newest(store, NULL, &found, why, sizeof why) == 0 && found == theirs);
    cr_assert(store_newest(store, "a", &found, why, sizeof why) == 0 && found == newer);
    cr_assert(store_newest(store, "c", &found, why, sizeof why) == -EINVAL && strstr(why, "machine c"), "%s", why);
    cr_assert(store_baseline(store, "duet", duets, why, sizeof why) == -EINVAL && strstr(why, "duet"), "%s", why);
    cr_assert(store_baseline(store, "main", ours, why, sizeof why) == 0);
    cr_assert(store_baseline_keep(store, "main", newer, &found, why, sizeof why) == 0 && found == ours);
    cr_assert(store_baseline_keep(store, "other", newer, &found, why, sizeof why) == 0 && found == newer);
    cr_assert(store_prune(store, &(struct store_prune){.machine = "b"}, why, sizeof why) == 1, "%s", why);
    cr_assert(store_find(store, "2", &found, why, sizeof why) == 0 && found == newer, "another machine's run is gone");
    store_close(store);
}

/* SQLite reads more as dates than people do. */
STORE_TEST(what_is_no_date_removes_nothing)
{
    static const char *const dates[] = {"2026",       "now",       "someday",     "",        "2026-02-31", "12:00",
                                        "2026-13-01", "2460000.5", "2026-01-02 ", "20260102"};
    struct store *store = opened();
    append(store, document_of("a", 2, "2026-01-01T00:00:00Z", 1), 1);
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++)
        cr_assert(store_prune(store, &(struct store_prune){.keep = -1, .date = dates[i]}, why, sizeof why) == -EINVAL &&
                      strstr(why, "not a date"),
                  "%s: %s", dates[i], why);
    cr_assert(store_prune(store, &(struct store_prune){.keep = -1, .date = "1970-01-01"}, why, sizeof why) == 0);
    cr_assert(store_prune(store, &(struct store_prune){.keep = -1, .date = "2026-01-01T00:00:01Z"}, why, sizeof why) ==
              1);
    store_close(store);
}

static int on_steps(void *context)
{
    ++*(int *)context;
    return 0;
}

/* What is removed is found in one pass: ten times the runs cost about ten times the work, and no hundred times. */
STORE_TEST(much_is_pruned_as_quickly_as_little)
{
    enum { RUNS = 1000, STEPS = 1000, EACH = 1000 };
    struct store *store = opened();
    long long found;
    int steps = 0;
    cr_assert(store_begin(store, why, sizeof why) == 0);
    for (int i = 0; i < RUNS; i++) {
        char date[32];
        snprintf(date, sizeof date, "2026-01-01T%02d:%02d:00Z", i / 60, i % 60);
        append(store, document_of("a", 2, date, 1 + i), 1);
    }
    cr_assert(store_commit(store, why, sizeof why) == 0, "%s", why);
    sqlite3_progress_handler(store->db, STEPS, on_steps, &steps);
    cr_assert(store_prune(store, &(struct store_prune){.keep = RUNS - 10}, why, sizeof why) == 10, "%s", why);
    cr_assert(store_find(store, "11", &found, why, sizeof why) == 0);
    cr_assert(steps * STEPS < RUNS * EACH, "%d steps of SQLite's machine", steps * STEPS);
    store_close(store);
}

static void note_interval(void *context, const struct store_run *run, const struct record_point *point)
{
    (void)run;
    cr_assert(isfinite(point->low) == isfinite(point->high) && point->value > 0);
    *(bool *)context = isfinite(point->low);
}

/* The range of a few rounds is none. */
STORE_TEST(an_interval_takes_rounds_enough)
{
    static const double coverages[] = {0, 0.9375, 0.96875};
    for (size_t i = 0; i < sizeof coverages / sizeof *coverages; i++) {
        struct store *store = opened();
        json_t *document = document_of("a", 2, "2026-01-01T00:00:00Z", (double)(i + 1));
        json_t *configuration = json_array_get(json_object_get(document, "configurations"), 0);
        bool known;
        json_object_set_new(json_object_get(json_object_get(configuration, "summary"), "jobs_per_s"), "coverage",
                            json_real(coverages[i]));
        append(store, document, 1);
        cr_assert(store_points(store, NULL, NULL, note_interval, &known, why, sizeof why) == 1, "%s", why);
        cr_assert(known == (coverages[i] >= 0.95), "%g", coverages[i]);
        cr_assert(store_prune(store, &(struct store_prune){.keep = 0}, why, sizeof why) == 1, "%s", why);
        store_close(store);
    }
}

static void note_duet(void *context, const struct store_run *run, const struct record_point *point)
{
    cr_assert_str_eq(run->kind, "duet");
    cr_assert_str_eq(point->benchmark, "duet/ring/empty/t2");
    cr_assert(point->value > 1.049 && point->value < 1.051 && point->low < 1.04 && point->high > 1.06);
    cr_assert(!point->more_is_better && point->rounds == 24);
    ++*(int *)context;
}

/* Of a duet the ratio is kept, not the times. */
STORE_TEST(a_duet_is_a_series_of_its_own)
{
    struct store *store = opened();
    int seen = 0;
    json_t *document = document_of("a", 2, "2026-01-01T00:00:00Z", 1);
    json_object_del(document, "configurations");
    json_object_set_new(document, "duet_format", json_integer(1));
    json_object_set_new(document, "benchmarks",
                        must_pack("[{s:s, s:s, s:i, s:{s:f, s:f, s:f, s:i}}, {s:s, s:s, s:i, s:{s:n}}]", "pool", "ring",
                                  "spec", "empty", "workers", 2, "finding", "change", 0.05, "low", 0.03, "high", 0.07,
                                  "processes", 24, "pool", "mutex", "spec", "empty", "workers", 2, "finding",
                                  "change"));
    append(store, document, 1);
    cr_assert(store_points(store, NULL, NULL, note_duet, &seen, why, sizeof why) == 1 && seen == 1, "%s", why);
    store_close(store);
}

static void note_series(void *context, const struct store_run *run, const struct record_point *point)
{
    (void)run;
    char *text = context;
    snprintf(text + strlen(text), 400 - strlen(text), "%s ", point->benchmark);
}

/* A ratio to one base says nothing beside a ratio to another: each base has its series. What is no sum is none. */
STORE_TEST(duets_of_different_bases_are_different_series)
{
    static const char *const sums[] = {"bbbbbbbbbb0123456789", "aaaaaaaaaa0123456789", "bbbbbbbbbb0123456789",
                                       "no sum at all", ""};
    struct store *store = opened();
    char text[400] = "";
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
        char date[32];
        json_t *document;
        snprintf(date, sizeof date, "2026-01-%02zuT00:00:00Z", i + 1);
        document = document_of("a", 2, date, 1);
        json_object_del(document, "configurations");
        json_object_set_new(document, "duet_format", json_integer(1));
        json_object_set_new(document, "duet", must_pack("{s:s}", "base_sha256", sums[i]));
        json_object_set_new(document, "benchmarks",
                            must_pack("[{s:s, s:s, s:i, s:{s:f, s:i}}]", "pool", "ring", "spec", "empty", "workers", 2,
                                      "finding", "change", 0.05, "processes", 24));
        append(store, document, 1);
    }
    cr_assert(store_points(store, NULL, NULL, note_series, text, why, sizeof why) == 5, "%s", why);
    cr_assert_str_eq(text, "duet/ring/empty/t2 duet/ring/empty/t2 duet/ring/empty/t2/base=aaaaaaaaaa "
                           "duet/ring/empty/t2/base=bbbbbbbbbb duet/ring/empty/t2/base=bbbbbbbbbb ");
    store_close(store);
}

/* Histograms' buckets and courses are the result file's. */
STORE_TEST(the_bulk_stays_in_the_file)
{
    struct store *store = opened();
    json_t *document = document_of("a", 2, "2026-01-01T00:00:00Z", 1 / 3.0), *kept;
    long long run, again;
    json_object_set_new(document, "latency", must_pack("{s:i, s:[[i, i]]}", "count", 3, "buckets", 1, 3));
    run = append(store, json_incref(document), 1);
    cr_assert(store_document(store, run, &kept, why, sizeof why) == 0, "%s", why);
    cr_assert(json_integer_value(json_object_get(json_object_get(kept, "latency"), "count")) == 3);
    cr_assert(!json_object_get(json_object_get(kept, "latency"), "buckets"));
    again = append(store, kept, 0);
    cr_assert(again == run);
    json_decref(document);
    store_close(store);
}

/* Another program that begins the same history, between any two statements of this one. */

static struct {
    int at, statements; /* so many statements before the other one comes; those seen */
    bool inside;        /* the other one's statements are not counted */
    int came;           /* it found the file free, and made it */
} rival;

static void rival_begins(void)
{
    char pragmas[96];
    sqlite3 *db;
    bool good = sqlite3_open(path, &db) == SQLITE_OK &&
                sqlite3_exec(db, "PRAGMA journal_mode = WAL; BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK;
    for (int v = 0; good && v < store_versions; v++)
        good = sqlite3_exec(db, store_migrations[v], NULL, NULL, NULL) == SQLITE_OK;
    snprintf(pragmas, sizeof pragmas, "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT", STORE_APPLICATION,
             store_versions);
    rival.came += good && sqlite3_exec(db, pragmas, NULL, NULL, NULL) == SQLITE_OK;
    sqlite3_close(db);
}

static int on_statement(unsigned kind, void *context, void *statement, void *text)
{
    (void)kind, (void)context, (void)statement, (void)text;
    if (rival.inside || rival.statements++ != rival.at)
        return 0;
    rival.inside = true;
    rival_begins();
    rival.inside = false;
    return 0;
}

static int on_open(sqlite3 *db, char **error, const struct sqlite3_api_routines *api)
{
    (void)error, (void)api;
    return rival.inside ? SQLITE_OK : sqlite3_trace_v2(db, SQLITE_TRACE_STMT, on_statement, NULL);
}

/* Each of the two finds a history that is whole, whoever was quicker. */
STORE_TEST(two_programs_may_begin_it_at_once)
{
    sqlite3_auto_extension((void (*)(void))on_open);
    do {
        struct store *store;
        rival.statements = 0;
        cr_assert(store_open(&store, path, true, why, sizeof why) == 0, "at statement %d: %s", rival.at, why);
        append(store, document_of("a", 2, "2026-01-02T00:00:00Z", 12), 1);
        store_close(store);
        end();
    } while (rival.at++ < rival.statements);
    sqlite3_reset_auto_extension();
    cr_assert(rival.at > 10 && rival.came >= 4, "it came %d times in %d statements", rival.came, rival.at);
}
