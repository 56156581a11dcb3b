/* store.h - the history: an SQLite database of all that was measured.
 *
 * Every call is one transaction: it happens whole or not at all, whatever is killed when
 * (write-ahead log, synced on commit); two programs that write at once wait for each
 * other. `user_version` says which of store_migrations have been done. Values reach SQL as
 * bound parameters only.
 *
 * Threads: one at a time; not carried across a fork. Calls block for the disk, and up to
 * STORE_PATIENCE_MS for another writer. They return 0 or a count, or with one line in
 * `why`, which begins with the database's name:
 * -EINVAL: it is no history, of a newer version, damaged, or what was asked for is not there;
 * -ENOENT: there is no such file;
 * -EIO: it could not be read or written (no space left, another writer did not end). */
#ifndef STORE_H
#define STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "bench/history/record.h"

enum { STORE_PATIENCE_MS = 30000, STORE_APPLICATION = 0x706f6f6c /* "pool" */ };

/* In order: the n-th makes version n of version n - 1. */
extern const char *const store_migrations[];
extern const int store_versions;

struct store;

/* Opens the database, brings it to the newest version, and looks at its pages. `create`:
 * makes it where it is not there. Owner: the caller (store_close, which takes NULL). */
int store_open(struct store **store, const char *path, bool create, char *why, size_t size);

/* Whether anything can be appended: 0, or -EINVAL of a file that is protected, which is open for reading. */
int store_writable(struct store *store, char *why, size_t size);
void store_close(struct store *store);

/* Appends a document, unless it is there. Returns 1, or 0 where it was there; *run: its
 * number. */
int store_append(struct store *store, const json_t *document, long long *run, char *why, size_t size);

/* Several appends, or what else changes it, as one: all or none. */
int store_begin(struct store *store, char *why, size_t size);
int store_commit(struct store *store, char *why, size_t size);

/* From here to store_commit it is read as it was at the first read, whatever others append or remove; they do not wait
 * for it. */
int store_look(struct store *store, char *why, size_t size);

/* One run. Texts are valid during the call. */
struct store_run {
    long long id;
    const char *kind, *date, *machine, *hardware, *revision, *noise;
    const char *baselines; /* names, by comma; "" */
    bool interrupted;
    int benchmarks;
};
typedef void store_run_fn(void *context, const struct store_run *run);

/* Calls for each run, the oldest first. `machine`: only of that one; NULL: of all. Returns how many. */
int store_runs(struct store *store, const char *machine, store_run_fn *each, void *context, char *why, size_t size);

/* One point of a series; its run without benchmarks and baselines. */
typedef void store_point_fn(void *context, const struct store_run *run, const struct record_point *point);

/* Calls for each point, series by series (machine, hardware, benchmark), each in the order
 * of dates. `pattern`: the benchmark's name, in which * and ? stand for others; NULL: all. */
int store_points(struct store *store, const char *machine, const char *pattern, store_point_fn *each, void *context,
                 char *why, size_t size);

/* The document of a run. Owner of *document: the caller. */
int store_document(struct store *store, long long run, json_t **document, char *why, size_t size);

/* The run of that name or number: *run. */
int store_find(struct store *store, const char *name, long long *run, char *why, size_t size);

/* The newest run of a machine (NULL: of all) that may be compared with: *run. */
int store_newest(struct store *store, const char *machine, long long *run, char *why, size_t size);

/* Gives a run a name; another one that had it loses it. Of a duet, with which nothing is compared, -EINVAL. */
int store_baseline(struct store *store, const char *name, long long run, char *why, size_t size);

/* The same where no run has the name. *has: the run that has it now. */
int store_baseline_keep(struct store *store, const char *name, long long run, long long *has, char *why, size_t size);

/* Removes, of a machine (NULL: of each), all but the newest `keep` runs (keep < 0: none for that), or those
 * before `date` (NULL: none for that); what is a baseline stays. Returns how many went. */
struct store_prune {
    const char *machine;
    long long keep;
    const char *date; /* 2026-11-24, or 2026-11-24T21:37:19Z */
};
int store_prune(struct store *store, const struct store_prune *prune, char *why, size_t size);

#endif
