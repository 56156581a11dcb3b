/* store_inner.h - what the parts of the store share: the connection, and how its errors
 * become a line. */
#ifndef STORE_INNER_H
#define STORE_INNER_H

#include <sqlite3.h>
#include <stdbool.h>

#include "workloads/core/why.h"

struct store {
    sqlite3 *db;
    char *path;
    bool inside; /* between store_begin and store_commit */
};

/* The connection's last error, in a line; returns it as store.h says. */
int store_failed(struct store *store, struct why why);

/* The same where what was read cannot be. */
int store_damaged(struct store *store, struct why why, const char *what);

/* A statement, or NULL: store_failed says why. Finished by store_finish, which takes what
 * its last step returned, and NULL. */
sqlite3_stmt *store_prepare(struct store *store, const char *sql);
int store_finish(struct store *store, sqlite3_stmt *statement, int step, struct why why);

/* SQL without values. */
int store_do(struct store *store, const char *sql, struct why why);

#endif
